/**
 * A table as queries read it: series sorted by key, their points in blocks. Nothing is computed before somebody asks,
 * and then for the series that he asks for: its points are gathered, and the entries of its blocks are kept.
 *
 * The surprising part: how many blocks a series has follows from the number of points that came, before any of them is
 * looked at. When some were written twice there are fewer, and the last blocks of the series are empty: their entries
 * are all zeros, with a count of 0, and decode gives no points.
 */
import { StoreError } from '../errors.ts';
import { BLOCK_POINTS, E_SERIES, E_TIME_BYTES, E_VALUE_BYTES, ENTRY_BYTES, SUMMARY_BYTES } from '../kernel/layout.ts';
import { encodeKey, type SeriesKey } from '../series.ts';
import type { NameMatch, PointSource } from '../source.ts';
import type { Table } from './table.ts';

/** What the ids of a table stand for (SeriesNames). */
export interface TableKeys {
  key(id: number): SeriesKey;
  keyBytes(id: number): Uint8Array;
  /** All ids in order of their keys' bytes. */
  readonly order: Uint32Array;
}

/** The series of a table at one moment: `ids` by key, and the first block of each, and the end of the last one's. */
interface Plan {
  readonly ids: Uint32Array;
  readonly firstBlocks: Uint32Array;
}

export class TableSource implements PointSource {
  readonly age: number;
  readonly name = 'the log';
  readonly seriesCount: number;
  readonly hasOrdinals: boolean;
  /** With those that were written twice. */
  readonly pointCount: number;
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
  readonly #table: Table;
  readonly #keys: TableKeys;
  readonly #version: number;
  #plan: Plan | undefined;
  /** Of all blocks; those of a series are there when it is among `#known`. */
  #entries: Uint8Array | undefined;
  #known: Uint8Array | undefined;

  /** What is in the table now. Good until the table changes; then most methods throw StoreError of kind `invalid`. */
  constructor(table: Table, keys: TableKeys, age: number) {
    this.#table = table;
    this.#keys = keys;
    this.#version = table.version;
    this.age = age;
    this.hasOrdinals = table.numbering !== undefined;
    this.seriesCount = table.seriesCount;
    this.pointCount = table.count;
    this.firstTimeUs = table.oldestUs;
    this.lastTimeUs = table.newestUs;
  }

  get blockCount(): number {
    return this.#planned().firstBlocks[this.seriesCount]!;
  }

  find(match: NameMatch): readonly number[] {
    const { ids } = this.#planned();
    if (match.exact !== undefined) return this.#findName(ids, match.exact);
    const found: number[] = [];
    let name: string | undefined;
    let isWanted = false;
    for (let series = 0; series < ids.length; series++) {
      const key = this.#keys.key(ids[series]!);
      // All series of a name stand together.
      if (key.name !== name) isWanted = match.matches(key.name);
      name = key.name;
      if (isWanted) found.push(series);
    }
    return found;
  }

  /** The keys of a name's series begin with the key of the name alone, and only they do. */
  #findName(ids: Uint32Array, name: string): number[] {
    const prefix = encodeKey(name, []);
    const first = lowestWhere(ids.length, (at) => Buffer.compare(this.#keys.keyBytes(ids[at]!), prefix) >= 0);
    const found: number[] = [];
    for (let series = first; series < ids.length; series++) {
      if (Buffer.compare(this.#keys.keyBytes(ids[series]!).subarray(0, prefix.length), prefix) !== 0) break;
      found.push(series);
    }
    return found;
  }

  key(series: number): SeriesKey {
    return this.#keys.key(this.#planned().ids[series]!);
  }

  keyBytes(series: number): Uint8Array {
    return this.#keys.keyBytes(this.#planned().ids[series]!);
  }

  firstBlock(series: number): number {
    return this.#planned().firstBlocks[series]!;
  }

  entries(from: number, to: number): Uint8Array {
    const { firstBlocks } = this.#planned();
    this.#entries ??= new Uint8Array(this.blockCount * ENTRY_BYTES);
    this.#known ??= new Uint8Array(this.seriesCount);
    for (let series = seriesOf(firstBlocks, from); series < this.seriesCount && firstBlocks[series]! < to; series++) {
      if (this.#known[series] === 0) this.#summarise(series, this.#entries);
      this.#known[series] = 1;
    }
    return this.#entries.subarray(from * ENTRY_BYTES, to * ENTRY_BYTES);
  }

  /** Fills the entries of a series. The sizes are those of the points as they lie in memory. */
  #summarise(series: number, entries: Uint8Array): void {
    const { kernel, entry } = this.#table;
    const { ids, firstBlocks } = this.#planned();
    const { times, values, count } = this.#table.gather(ids[series]!);
    const view = new DataView(entries.buffer);
    let at = firstBlocks[series]! * ENTRY_BYTES;
    for (let from = 0; from < count; from += BLOCK_POINTS) {
      const end = Math.min(from + BLOCK_POINTS, count);
      kernel.exports.summaryClear(entry);
      kernel.exports.summaryAdd(entry, times, values, from, end);
      entries.set(kernel.view(entry, SUMMARY_BYTES), at);
      view.setUint32(at + E_SERIES, series, true);
      view.setUint32(at + E_TIME_BYTES, 8 * (end - from), true);
      view.setUint32(at + E_VALUE_BYTES, 8 * (end - from), true);
      at += ENTRY_BYTES;
    }
  }

  decode(block: number, times: number, values: number, ordinals = 0): number {
    const { ids, firstBlocks } = this.#planned();
    const series = seriesOf(firstBlocks, block);
    const gathered = this.#table.gather(ids[series]!);
    const from = (block - firstBlocks[series]!) * BLOCK_POINTS;
    const count = Math.max(0, Math.min(gathered.count - from, BLOCK_POINTS));
    const { bytes } = this.#table.kernel;
    const start = 8 * from;
    const end = 8 * (from + count);
    if (times !== 0) bytes.copyWithin(times, gathered.times + start, gathered.times + end);
    if (values !== 0) bytes.copyWithin(values, gathered.values + start, gathered.values + end);
    if (ordinals !== 0) {
      if (gathered.ordinals === 0) bytes.fill(0, ordinals, ordinals + 4 * count);
      else bytes.copyWithin(ordinals, gathered.ordinals + 4 * from, gathered.ordinals + 4 * (from + count));
    }
    return count;
  }

  /** Numbers series and blocks when it is first asked. */
  #planned(): Plan {
    if (this.#table.version !== this.#version) {
      throw new StoreError('invalid', 'points have come since this snapshot was taken; take another one');
    }
    if (this.#plan !== undefined) return this.#plan;
    const ids = this.#keys.order.filter((id) => this.#table.pointsOf(id) > 0);
    const firstBlocks = new Uint32Array(ids.length + 1);
    for (let series = 0; series < ids.length; series++) {
      const blocks = Math.ceil(this.#table.pointsOf(ids[series]!) / BLOCK_POINTS);
      firstBlocks[series + 1] = firstBlocks[series]! + blocks;
    }
    this.#plan = { ids, firstBlocks };
    return this.#plan;
  }
}

/** The least index below `count` for which `holds`, or `count`; it holds for all after it. */
function lowestWhere(count: number, holds: (at: number) => boolean): number {
  let from = 0;
  let end = count;
  while (from < end) {
    const middle = (from + end) >>> 1;
    if (holds(middle)) end = middle;
    else from = middle + 1;
  }
  return from;
}

/** The series that a block belongs to: the last one that begins at or before it. */
function seriesOf(firstBlocks: Uint32Array, block: number): number {
  return lowestWhere(firstBlocks.length, (at) => firstBlocks[at]! > block) - 1;
}
