/**
 * Changes core modules before they are compiled. `capMemory` lowers the maxima of memories and tables, which bounds what
 * a guest can have at no cost while it runs (V8's own limits for workers do not count WebAssembly memory). `deferStart`
 * turns the start function into an export, so that it can run when the imports are wired to the guest's memory. Only
 * the sections concerned are written anew; everything else is copied as it is.
 */

import { type Limits, limitBytes, pageBytes, readMemory, readTable } from './limits.ts';
import { coreSections, passGlobalOrTag, readCoreModule, readKind, repeat, sectionIds } from './module.ts';
import { ByteReader, type Section } from './reader.ts';
import { refusal } from './refusal.ts';
import { joinBytes, leb, nameBytes, section, vector } from './writer.ts';

/** More than any program has functions, at about 28 bytes each in V8; StarlingMonkey has some 20 000. */
const maxTableElements = 200_000;
/** Toolchains make one, dynamic linking two. */
const maxTables = 16;

/** What a section becomes: its whole new bytes, or undefined to keep it. */
type Rewrite = (section: Section) => readonly number[] | undefined;

/** A module whose memories and tables have a maximum, and how many an instance of it makes. */
export interface CappedModule {
  readonly bytes: Uint8Array;
  readonly memories: number;
  readonly tables: number;
}

/**
 * The module with every memory's maximum, of defined and imported ones, at most `maxPages`, and every table's at most
 * 200 000 elements. The result is of its own; `bytes` is only read.
 * @param maxPages pages of 64 KiB
 * @throws PluginError when a memory starts larger than that, is shared or has 64 bits, or the module is malformed
 */
export function capMemory(bytes: Uint8Array, maxPages: number): Uint8Array {
  return capModule(bytes, maxPages).bytes;
}

/** The same, with counts of what the module defines itself. */
export function capModule(bytes: Uint8Array, maxPages: number): CappedModule {
  const own = { memories: 0, tables: 0 };
  const all = { memories: 0, tables: 0 };
  const memoryBytes = (body: ByteReader) => {
    all.memories += 1;
    return cappedMemory(readMemory(body), maxPages);
  };
  const tableBytes = (body: ByteReader): number[] => {
    all.tables += 1;
    const start = body.at;
    const limits = readTable(body);
    // The type of the elements is one byte, or two with a heap type; it is copied.
    const elements = [...body.bytes.subarray(start, start + elementTypeBytes(body.bytes[start]!, body, start))];
    return [...elements, ...cappedTable(limits)];
  };
  const rewritten = rewrite(bytes, ({ id, body }) => {
    if (id === sectionIds.import) return rewriteImports(body, memoryBytes, tableBytes);
    if (id !== sectionIds.table && id !== sectionIds.memory) return undefined;
    const isTable = id === sectionIds.table;
    own[isTable ? 'tables' : 'memories'] += new ByteReader(body.bytes, body.at, body.end).count('items');
    return section(id, rewriteVector(body, isTable ? 'tables' : 'memories', isTable ? tableBytes : memoryBytes));
  });
  if (all.memories > 1) throw refusal(`a core module with ${all.memories} memories; one is supported`);
  if (all.tables > maxTables) throw refusal(`a core module with ${all.tables} tables; ${maxTables} are supported`);
  return { bytes: rewritten, ...own };
}

function cappedMemory({ initial, maximum }: Limits, maxPages: number): number[] {
  if (initial > maxPages) {
    throw refusal(
      `its memory starts at ${showPages(initial)}, and the limit is ${showPages(maxPages)}; a higher --memory allows it`,
    );
  }
  return limitBytes(initial, Math.min(maximum ?? maxPages, maxPages));
}

function cappedTable({ initial, maximum }: Limits): number[] {
  if (initial > maxTableElements) {
    throw refusal(`its table starts with ${initial} elements, and the limit is ${maxTableElements}`);
  }
  return limitBytes(initial, Math.min(maximum ?? maxTableElements, maxTableElements));
}

/** `3 MiB`, or `64 KiB` where that is not whole. */
function showPages(pages: number): string {
  return pages % 16 === 0 ? `${pages / 16} MiB` : `${(pages * pageBytes) / 1024} KiB`;
}

function elementTypeBytes(first: number, body: ByteReader, start: number): number {
  if (first !== 0x63 && first !== 0x64) return 1;
  let length = 2;
  while (length < 6 && body.bytes[start + length - 1]! >= 0x80) length += 1;
  return length;
}

function rewriteVector(body: ByteReader, what: string, item: (body: ByteReader) => readonly number[]): number[] {
  const items: (readonly number[])[] = [];
  repeat(body, what, () => items.push(item(body)));
  return vector(items);
}

/** The import section with the limits of memories and tables replaced; undefined when it has neither. */
function rewriteImports(
  body: ByteReader,
  memoryBytes: (body: ByteReader) => readonly number[],
  tableBytes: (body: ByteReader) => readonly number[],
): number[] | undefined {
  const parts: ArrayLike<number>[] = [];
  let copiedTo = body.at;
  repeat(body, 'imports', () => {
    body.skipName('the module of an import');
    body.skipName('the name of an import');
    const kind = readKind(body);
    if (kind === 'function') body.u32('a type index');
    else if (kind === 'global' || kind === 'tag') passGlobalOrTag(body, kind);
    else {
      parts.push(body.bytes.subarray(copiedTo, body.at), kind === 'memory' ? memoryBytes(body) : tableBytes(body));
      copiedTo = body.at;
    }
  });
  if (parts.length === 0) return undefined;
  return section(sectionIds.import, [...joinBytes([...parts, body.bytes.subarray(copiedTo, body.end)])]);
}

function rewrite(bytes: Uint8Array, replace: Rewrite): Uint8Array {
  const parts: ArrayLike<number>[] = [bytes.subarray(0, 8)];
  for (const part of coreSections(bytes)) parts.push(replace(part) ?? bytes.subarray(part.start, part.body.end));
  return joinBytes(parts);
}

/** A module without a start function of its own, and what to call instead of it. */
export interface DeferredStart {
  readonly module: Uint8Array;
  /** The name that the start function is exported by, or undefined when there was none. */
  readonly startExport: string | undefined;
}

/**
 * A module that exports nothing keeps its start function: nobody could call it later.
 * @throws PluginError when the module is malformed
 */
export function deferStart(bytes: Uint8Array): DeferredStart {
  const { start, exports } = readCoreModule(bytes);
  if (start === undefined || exports.length === 0) return { module: bytes, startExport: undefined };
  let startExport = '$start';
  while (exports.some(({ name }) => name === startExport)) startExport += '$';
  const module = rewrite(bytes, ({ id, body }) => {
    if (id === sectionIds.start) return [];
    if (id !== sectionIds.export) return undefined;
    const count = body.count('exports');
    const old = body.bytes.subarray(body.at, body.end);
    return section(id, [...leb(count + 1), ...old, ...nameBytes(startExport), 0x00, ...leb(start)]);
  });
  return { module, startExport };
}
