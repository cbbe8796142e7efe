/**
 * Changes core modules before they are compiled. `capMemory` lowers the maxima of memories and tables, which bounds
 * what a guest can have at no cost while it runs (V8's own limits for workers do not count WebAssembly memory).
 * `deferStart` turns the start function into an export, so that it can run when the imports are wired to the guest's
 * memory. Only the sections concerned are written anew; everything else is copied as it is.
 */

import { caps, checkCap } from './caps.ts';
import { checkCosts } from './costs.ts';
import { type Limits, limitBytes, readMemory, readTable, tablePrefix } from './limits.ts';
import {
  type CoreModule,
  coreSections,
  passGlobalOrTag,
  readCoreModule,
  readKind,
  repeat,
  sectionIds,
} from './module.ts';
import type { ByteReader, Section } from './reader.ts';
import { refusal } from './refusal.ts';
import { type Share, shareOut, showPages } from './room.ts';
import { joinBytes, leb, nameBytes, section, vector } from './writer.ts';

/** What a section becomes: its new bytes in parts, or undefined to keep it. */
type Rewrite = (section: Section) => readonly ArrayLike<number>[] | undefined;

/**
 * The module of a guest that has no other, so that all of its memory and its tables stay within `maxPages` together,
 * and no table grows beyond 200 000 elements. The result is of its own; `bytes` is only read.
 * @param maxPages pages of 64 KiB
 * @param core what was read of the module, when it was
 * @throws PluginError when it starts larger than that, is shared or has 64 bits, costs too much to compile, or is
 * malformed
 */
export function capMemory(bytes: Uint8Array, maxPages: number, core: CoreModule = readCoreModule(bytes)): Uint8Array {
  const costs = checkCosts(bytes, core);
  const [share] = shareOut([{ ...core, ...costs, instances: 1 }], maxPages);
  return capModule(bytes, share!);
}

/**
 * The module with the maxima that its share allows. What it imports may be as large as all that the guest has, since
 * it is bounded where it is made.
 * @throws PluginError as `capMemory`
 */
export function capModule(bytes: Uint8Array, share: Share): Uint8Array {
  const count = { memories: 0, tables: 0 };
  const memory = (body: ByteReader, isOwn: boolean): number[] => {
    checkCap('memories', ++count.memories, caps.memories);
    return cappedMemory(readMemory(body), isOwn ? share.morePages : share.allPages, share.allPages);
  };
  const table = (body: ByteReader, isOwn: boolean): number[] => {
    checkCap('tables', ++count.tables, caps.tables);
    const start = body.at;
    const limits = readTable(body);
    const { type, value } = tablePrefix(body, start);
    return [...type, ...cappedTable(limits, isOwn ? share.moreElements : caps.tableElements), ...value];
  };
  return rewrite(bytes, ({ id, body }) => {
    if (id === sectionIds.import) return rewriteImports(body, memory, table);
    if (id === sectionIds.table)
      return [
        section(
          id,
          rewriteVector(body, 'tables', (at) => table(at, true)),
        ),
      ];
    if (id !== sectionIds.memory) return undefined;
    return [
      section(
        id,
        rewriteVector(body, 'memories', (at) => memory(at, true)),
      ),
    ];
  });
}

function cappedMemory({ initial, maximum }: Limits, morePages: number, allPages: number): number[] {
  if (initial > allPages) {
    throw refusal(
      `its memory starts at ${showPages(initial)}, and the limit is ${showPages(allPages)}; a higher --memory allows it`,
    );
  }
  return limitBytes(initial, Math.min(maximum ?? allPages, allPages, initial + morePages));
}

function cappedTable({ initial, maximum }: Limits, moreElements: number): number[] {
  return limitBytes(initial, Math.min(maximum ?? caps.tableElements, caps.tableElements, initial + moreElements));
}

function rewriteVector(body: ByteReader, what: string, item: (body: ByteReader) => readonly number[]): number[] {
  const items: (readonly number[])[] = [];
  repeat(body, what, () => items.push(item(body)));
  return vector(items);
}

/** The import section with the limits of memories and tables replaced; undefined when it has neither. */
function rewriteImports(
  body: ByteReader,
  memoryBytes: (body: ByteReader, isOwn: boolean) => readonly number[],
  tableBytes: (body: ByteReader, isOwn: boolean) => readonly number[],
): readonly ArrayLike<number>[] | undefined {
  const parts: ArrayLike<number>[] = [];
  let copiedTo = body.at;
  repeat(body, 'imports', () => {
    body.skipName('the module of an import');
    body.skipName('the name of an import');
    const kind = readKind(body);
    if (kind === 'function') body.u32('a type index');
    else if (kind === 'global' || kind === 'tag') passGlobalOrTag(body, kind);
    else {
      const before = body.bytes.subarray(copiedTo, body.at);
      parts.push(before, kind === 'memory' ? memoryBytes(body, false) : tableBytes(body, false));
      copiedTo = body.at;
    }
  });
  if (parts.length === 0) return undefined;
  return sectionParts(sectionIds.import, [...parts, body.bytes.subarray(copiedTo, body.end)]);
}

function rewrite(bytes: Uint8Array, replace: Rewrite): Uint8Array {
  const parts: ArrayLike<number>[] = [bytes.subarray(0, 8)];
  for (const part of coreSections(bytes)) {
    const replaced = replace(part);
    if (replaced === undefined) parts.push(bytes.subarray(part.start, part.body.end));
    else parts.push(...replaced);
  }
  return joinBytes(parts);
}

/** A section of parts that stay where they are. */
function sectionParts(id: number, body: readonly ArrayLike<number>[]): readonly ArrayLike<number>[] {
  const size = body.reduce((sum, { length }) => sum + length, 0);
  return [[id, ...leb(size)], ...body];
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
export function deferStart(bytes: Uint8Array, { start, exports }: CoreModule = readCoreModule(bytes)): DeferredStart {
  if (start === undefined || exports.length === 0) return { module: bytes, startExport: undefined };
  const taken = new Set(exports.map(({ name }) => name));
  let startExport = '$start';
  while (taken.has(startExport)) startExport += '$';
  const module = rewrite(bytes, ({ id, body }) => {
    if (id === sectionIds.start) return [];
    if (id !== sectionIds.export) return undefined;
    const count = body.count('exports');
    const old = body.bytes.subarray(body.at, body.end);
    return sectionParts(id, [leb(count + 1), old, nameBytes(startExport), [0x00, ...leb(start)]]);
  });
  return { module, startExport };
}
