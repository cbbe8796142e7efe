/**
 * What queries come to by a plain computation over all points: sums in whole numbers, sorted lists, no blocks. And
 * histories to ask: random series whose points lie in several sources, some of them written twice or more.
 */
import { matchesSeries, matchesTags, type Query, rangeAt, scaleOf, tagValue } from '../../../src/query/index.ts';
import type { Sources } from '../../../src/store/history/series-set.ts';
import type { Kernel } from '../../../src/store/kernel/kernel.ts';
import { canonicalTags, encodeKey } from '../../../src/store/series.ts';
import { createRandom } from '../../engine/conformance/mutate.ts';
import { root, rounded, units } from '../../support/exact.ts';
import { MemorySource, type SeriesPoints } from '../../support/sources.ts';

export interface ModelSeries {
  readonly name: string;
  readonly tags: readonly string[];
  /** What holds: the value of each time. */
  readonly points: Map<bigint, number>;
}

export interface ModelRow {
  readonly group: readonly (string | undefined)[];
  readonly timeUs: bigint | undefined;
  readonly value: number | undefined;
  readonly count: number;
  readonly series?: string;
}

/** Numbers from 0 to 1. */
export function random(seed: number): () => number {
  const { next } = createRandom(seed);
  return () => next() / 2 ** 32;
}

function sum(values: readonly number[]): number {
  if (values.every(Number.isFinite)) return rounded(values.reduce((total, value) => total + units(value), 0n));
  return values.reduce((total, value) => (Number.isFinite(value) ? total : total + value), 0);
}

const isNumber = (value: number): boolean => !Number.isNaN(value);
const order = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1;

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.filter(isNumber).sort(order);
  if (sorted.length === 0) return Number.NaN;
  // Percents of the tests have one decimal at most.
  const thousandths = (sorted.length - 1) * Math.round(percent * 10);
  const low = sorted[Math.floor(thousandths / 1000)]!;
  const high = sorted[Math.ceil(thousandths / 1000)]!;
  const fraction = (thousandths % 1000) / 1000;
  if (fraction === 0 || low === high) return low;
  return Number.isFinite(high - low) ? low + (high - low) * fraction : low * (1 - fraction) + high * fraction;
}

function deviation(values: readonly number[]): number | undefined {
  const n = BigInt(values.length);
  if (n < 2n) return undefined;
  if (!values.every(Number.isFinite)) return Number.NaN;
  const total = values.reduce((all, value) => all + units(value), 0n);
  const squares = values.reduce((all, value) => all + units(value) ** 2n, 0n);
  // In units of 2^-2148; half of them are taken away before the root, so that it fits.
  const variance = (n * squares - total ** 2n) / (n * (n - 1n));
  return rounded(root(variance));
}

type Piece = { readonly times: readonly bigint[]; readonly values: readonly number[] };

function increase({ values }: Piece): number {
  let total = 0;
  for (let index = 1; index < values.length; index++) {
    const step = values[index]! - values[index - 1]!;
    total += step > 0 ? step : step < 0 ? values[index]! : 0;
  }
  return total;
}

/** The increase of all series, added up in whole numbers. */
function increases(pieces: readonly Piece[]): number {
  // A step from or to a NaN is none.
  const pairs = pieces
    .flatMap(({ values }) => values.slice(1).map((value, index) => [values[index]!, value] as const))
    .filter(([a, b]) => isNumber(a) && isNumber(b));
  if (!pairs.flat().every(Number.isFinite)) return sum(pieces.map(increase));
  return rounded(pairs.reduce((total, [a, b]) => total + (b > a ? units(b) - units(a) : b < a ? units(b) : 0n), 0n));
}

/** What an operation gives for the pieces of the series of a window, in order of their keys; each has points. */
function answer(query: Query, pieces: readonly Piece[]): number | undefined {
  const values = pieces.flatMap((piece) => piece.values);
  const numbers = values.filter(isNumber).sort(order);
  switch (query.operation) {
    case 'count':
      return values.length;
    case 'sum':
      return sum(values);
    case 'avg':
      return sum(values) / values.length;
    case 'min':
      return numbers[0] ?? Number.NaN;
    case 'max':
      return numbers.at(-1) ?? Number.NaN;
    case 'range':
      return (numbers.at(-1) ?? Number.NaN) - (numbers[0] ?? Number.NaN);
    case 'first':
      return pieces.reduce((best, piece) => (piece.times[0]! < best.times[0]! ? piece : best)).values[0];
    case 'last':
      return pieces.reduce((best, piece) => (piece.times.at(-1)! >= best.times.at(-1)! ? piece : best)).values.at(-1);
    case 'stddev':
      return deviation(values);
    case 'delta':
      return sum(pieces.flatMap((piece) => [piece.values.at(-1)!, -piece.values[0]!]));
    case 'rate': {
      const several = pieces.filter(({ times }) => times.length > 1);
      if (several.length === 0) return undefined;
      return sum(several.map((piece) => increase(piece) / (Number(piece.times.at(-1)! - piece.times[0]!) / 1e6)));
    }
    case 'increase': {
      const several = pieces.filter(({ times }) => times.length > 1);
      return several.length === 0 ? undefined : increases(several);
    }
    case 'percentile':
      return percentile(values, query.percent!);
    case 'points':
      throw new Error('points are not aggregated');
  }
}

/** The rows of a query over a history. */
export function modelRows(history: readonly ModelSeries[], query: Query, nowUs: bigint): ModelRow[] {
  const range = query.range && rangeAt(query.range, nowUs);
  const inRange = (time: bigint): boolean => range === undefined || (time >= range.fromUs && time <= range.toUs);
  const chosen = history
    .filter(({ name, tags }) => matchesSeries(query, name) && matchesTags(query.tags, tags))
    .sort((a, b) => Buffer.compare(encodeKey(a.name, a.tags), encodeKey(b.name, b.tags)))
    .map((series) => ({ series, group: query.by.map((key) => tagValue(canonicalTags(series.tags), key)) }));
  const sortable = ({ group }: { group: (string | undefined)[] }): string => group.map((v) => v ?? '').join('\n');
  const names = [...new Set(chosen.map(sortable))].sort();
  const rows = names.flatMap((name) =>
    groupRows(
      query,
      chosen.filter((one) => sortable(one) === name),
      inRange,
      range,
    ),
  );
  const isNone =
    rows.length === 0 && query.by.length === 0 && query.everyUs === undefined && query.operation !== 'points';
  const none = { group: [], timeUs: undefined, value: query.operation === 'count' ? 0 : undefined, count: 0 };
  return inOrder(isNone ? [none] : rows, query.order).slice(0, query.limit);
}

/** Rows without a value last, whatever the order. */
function inOrder(rows: readonly ModelRow[], order: Query['order']): readonly ModelRow[] {
  if (order === undefined) return rows;
  const rank = ({ value }: ModelRow): number => (value === undefined || Number.isNaN(value) ? Infinity : 0);
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: number, b: number): number => (a < b ? -sign : a > b ? sign : 0);
  return rows.toSorted((a, b) => compare(sign * rank(a), sign * rank(b)) || compare(a.value ?? 0, b.value ?? 0));
}

function groupRows(
  query: Query,
  members: readonly { readonly series: ModelSeries; readonly group: (string | undefined)[] }[],
  inRange: (time: bigint) => boolean,
  range: { readonly fromUs: bigint; readonly toUs: bigint } | undefined,
): ModelRow[] {
  const { group } = members[0]!;
  const scale = query.everyUs === undefined ? undefined : scaleOf(query.everyUs, query.calendar);
  const windows = new Map<bigint | undefined, Piece[]>();
  const single: ModelRow[] = [];
  for (const { series } of members) {
    const times = [...series.points.keys()].filter(inRange).sort((a, b) => (a < b ? -1 : 1));
    const own = new Map<bigint | undefined, { times: bigint[]; values: number[] }>();
    for (const time of times) {
      const value = series.points.get(time)!;
      single.push({ group, timeUs: time, value, count: 1, series: series.name });
      let at = scale?.startOf(time);
      for (
        let reached = 0;
        reached < query.over && (at === undefined || at <= (range?.toUs ?? 2n ** 63n - 1n));
        reached++
      ) {
        const piece = own.get(at) ?? { times: [], values: [] };
        own.set(at, piece);
        piece.times.push(time);
        piece.values.push(value);
        if (at === undefined) break;
        at = scale!.next(at);
      }
    }
    for (const [window, piece] of own) windows.set(window, [...(windows.get(window) ?? []), piece]);
  }
  if (query.operation === 'points') return single;
  const rowOf = (start: bigint | undefined): ModelRow => {
    const pieces = windows.get(start)!;
    const count = pieces.reduce((all, { times }) => all + times.length, 0);
    return { group, timeUs: start, value: answer(query, pieces), count };
  };
  const starts = [...windows.keys()].sort((a, b) => (a! < b! ? -1 : 1));
  if (scale === undefined || starts.length === 0 || query.empty === 'omit') return starts.map(rowOf);
  // From window to window through all that FILL may reach.
  const { empty } = query;
  const isToEnd = range !== undefined && (empty === 'zero' || empty === 'previous');
  const from = range !== undefined && empty === 'zero' ? scale.startOf(range.fromUs) : starts[0]!;
  const to = isToEnd ? range.toUs : starts.at(-1)!;
  const rows: ModelRow[] = [];
  for (let time = from; time <= to; time = scale.next(time)) {
    if (windows.has(time)) rows.push(rowOf(time));
    else rows.push({ group, timeUs: time, value: empty === 'zero' ? 0 : undefined, count: 0 });
  }
  return rows.map((row, index) => {
    if (row.count > 0 || empty === 'zero' || empty === 'null') return row;
    const before = rows.findLast(({ count }, place) => count > 0 && place < index)!;
    if (empty === 'previous') return { ...row, value: before.value };
    const after = rows.find(({ count }, place) => count > 0 && place > index)!;
    if (before.value === undefined || after.value === undefined) return row;
    const part = Number(row.timeUs! - before.timeUs!) / Number(after.timeUs! - before.timeUs!);
    return { ...row, value: before.value * (1 - part) + after.value * part };
  });
}

export interface HistoryShape {
  readonly series: number;
  readonly points: number;
  readonly sources: number;
  /** Whether sources take turns in time; otherwise any source may have any time. */
  readonly isInTurns: boolean;
  /** Points in a block at most. */
  readonly block: number;
  readonly time: (next: () => number) => bigint;
  readonly value: (next: () => number) => number;
  /** The size of numbers that may come up on the way, when answers are small beside them; else 1. */
  readonly scale?: number;
}

/** A random history, and sources that hold it together with what has been overwritten. */
export function randomHistory(
  kernel: Kernel,
  shape: HistoryShape,
  next: () => number,
): { readonly history: ModelSeries[]; readonly snapshot: Sources } {
  const history: ModelSeries[] = [];
  const written = Array.from({ length: shape.sources }, () => new Map<ModelSeries, Map<bigint, number>>());
  for (let index = 0; index < shape.series; index++) {
    const tags = [
      `host=${'abc'[index % 3]}`,
      `n=${index}`,
      ...(index % 4 === 0 ? ['test'] : []),
      ...(index % 5 < 3 ? [`zone=${index % 2}`] : []),
    ];
    const series: ModelSeries = {
      name: index % 7 === 6 ? 'other' : 'cpu',
      tags: canonicalTags(tags),
      points: new Map(),
    };
    history.push(series);
    const times = Array.from({ length: Math.ceil(shape.points * next()) }, () => shape.time(next)).sort((a, b) =>
      a < b ? -1 : 1,
    );
    for (let source = 0; source < shape.sources; source++) {
      const points = new Map<bigint, number>();
      for (const [place, time] of times.entries()) {
        const isTurn = Math.floor((place / times.length) * shape.sources) === source;
        if (shape.isInTurns ? !isTurn && next() > 0.01 : next() > 1.5 / shape.sources) continue;
        points.set(time, shape.value(next));
      }
      for (const [time, value] of points) series.points.set(time, value);
      if (points.size > 0) written[source]!.set(series, points);
    }
  }
  const sources = written.flatMap((series, age) =>
    series.size === 0 ? [] : [source(kernel, age, [...series], () => 1 + Math.floor(next() * shape.block))],
  );
  return { history, snapshot: { kernel, sources } };
}

function source(
  kernel: Kernel,
  age: number,
  series: readonly (readonly [ModelSeries, Map<bigint, number>])[],
  blockPoints: () => number,
): MemorySource {
  const columns = series.map(([{ name, tags }, points]): SeriesPoints => {
    const sorted = [...points].sort(([a], [b]) => (a < b ? -1 : 1));
    const timesUs = BigInt64Array.from(sorted.map(([time]) => time));
    return { name, tags, timesUs, values: Float64Array.from(sorted.map(([, value]) => value)) };
  });
  return new MemorySource(kernel, age, columns, { blockPoints, emptyBlocks: age % 3 });
}

/** The same history in other sources: cut anew, what has been overwritten left out. */
export function cutAnew(kernel: Kernel, history: readonly ModelSeries[], sources: number, next: () => number): Sources {
  const parts = Array.from({ length: sources }, () => new Map<ModelSeries, Map<bigint, number>>());
  for (const series of history) {
    for (const [time, value] of series.points) {
      const part = parts[Math.floor(next() * sources)]!;
      const points = part.get(series) ?? new Map<bigint, number>();
      part.set(series, points.set(time, value));
    }
  }
  const made = parts.flatMap((part, age) =>
    part.size === 0 ? [] : [source(kernel, age, [...part], () => 1 + Math.floor(next() * 60))],
  );
  return { kernel, sources: made };
}
