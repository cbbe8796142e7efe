/**
 * What the functions of WASI 0.2 have at hand, and the few layouts that they share. Reading and storing under the
 * canonical ABI's rules is component/canonical-memory.ts, which is the same for all imports of a component.
 */

import { GuestReader, GuestWriter, memoryOf, SLICE_ALIGN, SLICE_SIZE } from '../component/canonical-memory.ts';
import type { Gate } from '../gate.ts';
import type { CoreFunction } from '../guest.ts';
import type { CanonOptions } from '../tangent-module.ts';
import type { Handles } from './handles.ts';
import type { ByteSource } from './input.ts';
import type { WasiHost, WasiWorld } from './world.ts';

export type Preview2Options = CanonOptions & { readonly gate: Gate };

/** With the standard streams of a filter, or without: then the input is empty and all output goes to the error. */
export type Preview2Host = WasiHost & Partial<Pick<WasiWorld, 'stdin' | 'stdout'>>;

/** One import, while it is being lowered. */
export interface Context {
  readonly host: Preview2Host;
  readonly handles: Handles;
  /** The guest's standard input, of which there is one however often it is asked for. */
  readonly input: ByteSource;
  readonly options: Preview2Options;
  /** `wasi:io/poll#poll`, for messages. */
  readonly name: string;
}

/** Makes the core function of an import. Its parameters are what `canon lower` flattens the WIT to. */
export type Lowering = (context: Context) => CoreFunction;

/** By interface without `wasi:` and version, and by function. */
export type Table = Readonly<Record<string, Readonly<Record<string, Lowering>>>>;

/** @throws PluginError when the import names no memory */
export function readerOf({ options, name }: Context): () => GuestReader {
  const memory = memoryOf(options, name);
  return () => new GuestReader(memory);
}

/** @throws PluginError when the import names no memory */
export function writerOf({ options, name }: Context): GuestWriter {
  return new GuestWriter(memoryOf(options, name), options.realloc, options.gate);
}

/** A u64, little-endian; negative ones wrap. */
export function storeU64(writer: GuestWriter, address: number, value: bigint): void {
  writer.u32(address, Number(BigInt.asUintN(32, value)));
  writer.u32(address + 4, Number(BigInt.asUintN(32, value >> 32n)));
}

/** An import that stores nothing but an option without value at its only parameter. */
export function empty(size: number): Lowering {
  return (context) => {
    const writer = writerOf(context);
    return (result: number) => {
      const at = writer.range(result, size, SLICE_ALIGN, `the result of ${context.name}`);
      for (let field = at; field < at + size; field += 4) writer.u32(field, 0);
    };
  };
}

/** A list<string> (width 1) or list<tuple<string, string>> (width 2), stored at its only parameter. */
export function texts(width: number, rows: (host: WasiHost) => readonly (readonly string[])[]): Lowering {
  return (context) => {
    const writer = writerOf(context);
    const place = `the result of ${context.name}`;
    return (result: number) => {
      const list = rows(context.host);
      const at = writer.range(result, SLICE_SIZE, SLICE_ALIGN, place);
      const start = writer.allocate(list.length * width * SLICE_SIZE, SLICE_ALIGN, place);
      list.flat().forEach((text, i) => {
        writer.text(start + i * SLICE_SIZE, text, place);
      });
      writer.u32(at, start);
      writer.u32(at + 4, list.length);
    };
  };
}
