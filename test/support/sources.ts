/**
 * A source of points in memory: real blocks, encoded by the kernel, with an index like that of a segment. For tests
 * and measurements of what reads sources.
 */
import type { Kernel } from '../../src/store/kernel/kernel.ts';
import { BLOCK_POINTS, ENCODE_ROOM, ENTRY_BYTES, S_COUNT } from '../../src/store/kernel/layout.ts';
import { encodeKey, type SeriesKey } from '../../src/store/series.ts';
import type { NameMatch, PointSource } from '../../src/store/source.ts';

export interface SeriesPoints {
  readonly name: string;
  readonly tags: readonly string[];
  /** Times ascending, each once. */
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
}

export interface SourceOptions {
  /** Points in a block; for each block it is asked again. */
  readonly blockPoints?: () => number;
  /** Empty blocks behind those of each series, as the table may have. */
  readonly emptyBlocks?: number;
}

const PAYLOAD_SLACK = 64;

export class MemorySource implements PointSource {
  readonly age: number;
  readonly name: string;
  readonly pointCount: number;
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
  /** How often a block was decoded. */
  decoded = 0;
  readonly #kernel: Kernel;
  readonly #keys: { readonly key: SeriesKey; readonly bytes: Uint8Array }[];
  readonly #firstBlocks: number[] = [0];
  readonly #entries: Uint8Array;
  readonly #payloads: Uint8Array[] = [];
  readonly #entryAt: number;
  readonly #payloadAt: number;

  /** @param series in any order, none empty or twice */
  constructor(kernel: Kernel, age: number, series: readonly SeriesPoints[], options: SourceOptions = {}) {
    this.#kernel = kernel;
    this.age = age;
    this.name = `source ${age}`;
    const sorted = series
      .map((points) => ({ points, bytes: encodeKey(points.name, points.tags) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
    this.#keys = sorted.map(({ points: { name, tags }, bytes }) => ({ key: { name, tags }, bytes }));
    this.pointCount = series.reduce((sum, { timesUs }) => sum + timesUs.length, 0);
    this.firstTimeUs = series.map(({ timesUs }) => timesUs[0]!).reduce((a, b) => (a < b ? a : b), 2n ** 63n - 1n);
    this.lastTimeUs = series.map(({ timesUs }) => timesUs.at(-1)!).reduce((a, b) => (a > b ? a : b), -(2n ** 63n));
    this.#entryAt = kernel.alloc(ENTRY_BYTES);
    this.#payloadAt = kernel.alloc(ENCODE_ROOM);
    const entries: Uint8Array[] = [];
    const columns = kernel.alloc(2 * (BLOCK_POINTS * 8 + PAYLOAD_SLACK));
    for (const { points } of sorted) this.#encode(points, columns, entries, options);
    this.#entries = Buffer.concat(entries);
  }

  get seriesCount(): number {
    return this.#keys.length;
  }

  get blockCount(): number {
    return this.#payloads.length;
  }

  /** Bytes of all payloads. */
  get payloadBytes(): number {
    return this.#payloads.reduce((sum, { length }) => sum + length, 0);
  }

  find(match: NameMatch): readonly number[] {
    return this.#keys.flatMap(({ key }, index) => (match.matches(key.name) ? [index] : []));
  }

  key(series: number): SeriesKey {
    return this.#keys[series]!.key;
  }

  keyBytes(series: number): Uint8Array {
    return this.#keys[series]!.bytes;
  }

  hasKeysOf(other: PointSource): boolean {
    const isEqual = ({ bytes }: { readonly bytes: Uint8Array }, series: number): boolean =>
      Buffer.compare(bytes, other.keyBytes(series)) === 0;
    return other.seriesCount === this.seriesCount && this.#keys.every(isEqual);
  }

  firstBlock(series: number): number {
    return this.#firstBlocks[series]!;
  }

  entries(from: number, to: number): Uint8Array {
    return this.#entries.subarray(from * ENTRY_BYTES, to * ENTRY_BYTES);
  }

  decode(block: number, times: number, values: number): number {
    this.decoded++;
    const { bytes, exports } = this.#kernel;
    const entry = this.entries(block, block + 1);
    bytes.set(entry, this.#entryAt);
    bytes.set(this.#payloads[block]!, this.#payloadAt);
    if (times !== 0 && exports.decodeTimes(this.#entryAt, this.#payloadAt, times) !== 0) throw new Error('bad times');
    if (values !== 0 && exports.decodeValues(this.#entryAt, this.#payloadAt, values) !== 0)
      throw new Error('bad values');
    return new DataView(entry.buffer, entry.byteOffset).getUint32(S_COUNT, true);
  }

  #encode(points: SeriesPoints, times: number, entries: Uint8Array[], options: SourceOptions): void {
    const values = times + BLOCK_POINTS * 8 + PAYLOAD_SLACK;
    const { length } = points.timesUs;
    for (let from = 0; from < length; ) {
      const count = Math.min(options.blockPoints?.() ?? BLOCK_POINTS, BLOCK_POINTS, length - from);
      this.#kernel.i64.set(points.timesUs.subarray(from, from + count), times >>> 3);
      this.#kernel.f64.set(points.values.subarray(from, from + count), values >>> 3);
      const out = this.#payloadAt;
      const bytes = this.#kernel.exports.encodeBlock(times, values, count, out, this.#entryAt, 0);
      entries.push(this.#kernel.view(this.#entryAt, ENTRY_BYTES).slice());
      this.#payloads.push(this.#kernel.view(out, bytes).slice());
      from += count;
    }
    for (let index = 0; index < (options.emptyBlocks ?? 0); index++) {
      entries.push(new Uint8Array(ENTRY_BYTES));
      this.#payloads.push(new Uint8Array(0));
    }
    this.#firstBlocks.push(this.#payloads.length);
  }
}
