/**
 * Whole stores in tests: what a store holds, read block by block without the query engine, and a model of it that is a
 * plain object. Values are compared by their bits, so that NaNs, signs of zero and last digits count.
 */
import type { Files } from '../../src/store/files/files.ts';
import { BLOCK_POINTS } from '../../src/store/kernel/layout.ts';
import { type StoreOptions, storeOptions } from '../../src/store/options.ts';
import type { Snapshot } from '../../src/store/snapshot.ts';
import { openStore, type Store } from '../../src/store/store.ts';

/** By series (`name,tag,…`), then by time: the bits of the value. */
export type History = Map<string, Map<bigint, bigint>>;

export interface ModelPoint {
  readonly name: string;
  readonly tags: readonly string[];
  readonly timeUs: bigint;
  readonly value: number;
}

const bitsOf = new DataView(new ArrayBuffer(8));

function bits(value: number): bigint {
  bitsOf.setFloat64(0, value);
  return bitsOf.getBigInt64(0);
}

/** What a series is called in a History. */
export function seriesText(name: string, tags: readonly string[]): string {
  return [name, ...[...new Set(tags)].filter((tag) => tag !== '').sort()].join(',');
}

export function addPoint(history: History, { name, tags, timeUs, value }: ModelPoint): void {
  const text = seriesText(name, tags);
  const points = history.get(text) ?? new Map<bigint, bigint>();
  history.set(text, points);
  points.set(timeUs, bits(value));
}

export function copyOf(history: History): History {
  return new Map([...history].map(([text, points]) => [text, new Map(points)]));
}

/** Everything that a snapshot holds. Sources come in order of age, so a later one overwrites. */
export function historyOf({ kernel, sources }: Snapshot): History {
  const times = kernel.alloc(BLOCK_POINTS * 8);
  const values = kernel.alloc(BLOCK_POINTS * 8);
  const history: History = new Map();
  for (const source of sources) {
    for (let series = 0; series < source.seriesCount; series++) {
      const { name, tags } = source.key(series);
      const text = seriesText(name, tags);
      const points = history.get(text) ?? new Map<bigint, bigint>();
      history.set(text, points);
      for (let block = source.firstBlock(series); block < source.firstBlock(series + 1); block++) {
        const count = source.decode(block, times, values);
        for (let i = 0; i < count; i++) points.set(kernel.i64[times / 8 + i]!, kernel.i64[values / 8 + i]!);
      }
    }
  }
  for (const [text, points] of history) if (points.size === 0) history.delete(text);
  return history;
}

/** The first difference, in words; undefined when there is none. */
export function differenceOf(actual: History, expected: History): string | undefined {
  for (const [text, points] of expected) {
    const found = actual.get(text);
    if (found === undefined) return `${text} is missing with ${points.size} points`;
    for (const [timeUs, value] of points) {
      if (found.get(timeUs) !== value) return `${text} at ${timeUs}: ${found.get(timeUs)} instead of ${value}`;
    }
    if (found.size > points.size) return `${text} has ${found.size - points.size} points too many`;
  }
  const extra = [...actual.keys()].find((text) => !expected.has(text));
  return extra === undefined ? undefined : `${extra} should not be there`;
}

/** A store with a clock that stands still. */
export function testStore(files: Files, changes: Partial<StoreOptions> = {}): Store {
  const options = storeOptions({
    ...{ durability: 'batch', retainMs: undefined, clockMs: () => 0, nowUs: () => 0n },
    warn: () => {},
  });
  return openStore(files, { ...options, flushPoints: 100_000, ...changes });
}

/** One batch, without positions. */
export function appendPoints(store: Store, points: readonly ModelPoint[]): void {
  store.append({
    ids: Uint32Array.from(points, ({ name, tags }) => store.seriesId(name, tags)),
    timesUs: BigInt64Array.from(points, ({ timeUs }) => timeUs),
    values: Float64Array.from(points, ({ value }) => value),
    count: points.length,
    positions: [],
  });
}
