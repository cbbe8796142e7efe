/** The answer as rows: in order, as many as are wanted, each with the columns that were asked for. */
import type { CountQuery, Measure } from '../../config/count.ts';
import type { CountedValue } from '../../engine/counting.ts';
import type { Cell, Column } from '../../format/sheet.ts';
import type { Group } from './groups.ts';
import { averageText, numberOf, percentileText, sumText } from './sums.ts';

export interface Answer {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The column whose numbers say which row is larger. */
  readonly weight: number;
}

/**
 * @param valuePlaces for each measure, which of a group's values it is computed of
 */
export function answerOf(query: CountQuery, groups: Iterable<Group>, valuePlaces: readonly number[]): Answer {
  const { by, measures, windows, columns: names, sort } = query;
  const first = (windows === undefined ? 0 : 1) + by.length;
  const kinds = names.map((_, i): Column['kind'] => {
    if (i >= first) return i === first ? 'count' : 'number';
    return i === 0 && windows !== undefined ? 'time' : 'json';
  });
  const columns = names.map((name, i) => ({ name, kind: kinds[i]! }));
  const all = Array.from(groups, ({ window, keys, count, values }): Cell[] => [
    ...(windows === undefined ? [] : [window * windows.everyUs]),
    ...keys,
    count,
    ...measures.map((measure, i) => measured(measure, values[valuePlaces[i]!]!)),
  ]);
  // Without a key there is one group, also when it is empty.
  if (all.length === 0 && names.length === 1 + measures.length) all.push([0, ...measures.map(() => undefined)]);
  const place = names.indexOf(sort);
  const weight = place >= first ? place : first;
  const { top = Number.POSITIVE_INFINITY } = query;
  if (windows === undefined) return { columns, rows: inOrder(all, columns, place, top), weight };
  return { columns, rows: firstOfEach(inOrder(all, columns, place), top), weight };
}

function measured({ kind, percent }: Measure, value: CountedValue): string | undefined {
  switch (kind) {
    case 'sum':
      return sumText(value);
    case 'avg':
      return averageText(value);
    case 'min':
      return numberOf(value.min);
    case 'max':
      return numberOf(value.max);
    case 'percentile':
      return percentileText(value, percent!);
  }
}

/** The first rows of each window; they are in order of time. */
function firstOfEach(rows: readonly (readonly Cell[])[], most: number): readonly (readonly Cell[])[] {
  let left = 0;
  let time: Cell;
  return rows.filter((row) => {
    if (row[0] !== time) left = most;
    time = row[0];
    return left-- > 0;
  });
}

/** A row, and the column of the order as a number. */
interface Ranked {
  readonly cells: readonly Cell[];
  readonly rank: number;
  /** Two for each key: what its text is compared by before it is looked at, which takes most of a long sort. */
  readonly ranks: readonly number[];
}

/**
 * By time; then by the column, keys upwards and numbers downwards; then by the keys, so that no two are equal. Of
 * keys, numbers come before texts, by their size; texts by their characters. What is not there comes last.
 * @param most so many rows are wanted
 */
function inOrder(
  rows: readonly Cell[][],
  columns: readonly Column[],
  place: number,
  most = Number.POSITIVE_INFINITY,
): readonly (readonly Cell[])[] {
  const keys = columns.flatMap(({ kind }, i) => (kind === 'json' ? [i] : []));
  if (columns[place]!.kind === 'json') keys.unshift(...keys.splice(keys.indexOf(place), 1));
  const hasTime = columns[0]!.kind === 'time';
  const isWeighed = /^(?:count|number)$/.test(columns[place]!.kind);
  const rankedOf = (cells: readonly Cell[]): Ranked => {
    const weight = isWeighed ? cells[place] : 0;
    const rank = weight === undefined ? Number.POSITIVE_INFINITY : -Number(weight);
    return { cells, rank, ranks: keys.flatMap((key) => ranksOf(cells[key] as string)) };
  };
  const compare = (a: Ranked, b: Ranked): number => {
    if (hasTime && a.cells[0] !== b.cells[0]) return order(a.cells[0] as bigint, b.cells[0] as bigint);
    if (a.rank !== b.rank) return order(a.rank, b.rank);
    for (let i = 0; i < keys.length; i++) {
      if (a.ranks[2 * i] !== b.ranks[2 * i]) return order(a.ranks[2 * i]!, b.ranks[2 * i]!);
      if (a.ranks[2 * i + 1] !== b.ranks[2 * i + 1]) return order(a.ranks[2 * i + 1]!, b.ranks[2 * i + 1]!);
      const [first, second] = [a.cells[keys[i]!] as string, b.cells[keys[i]!] as string];
      if (first !== second) return order(first, second);
    }
    return 0;
  };
  return firstOf(rows, rankedOf, compare, most).map(({ cells }) => cells);
}

/** How many more than are wanted are collected before they are sorted. */
const SPARE_ROWS = 1000;

/** The first `most` in their order, without sorting the others. */
function firstOf(
  rows: readonly Cell[][],
  rankedOf: (cells: readonly Cell[]) => Ranked,
  compare: (a: Ranked, b: Ranked) => number,
  most: number,
): readonly Ranked[] {
  const first: Ranked[] = [];
  let last: Ranked | undefined;
  for (const cells of rows) {
    const row = rankedOf(cells);
    if (last !== undefined && compare(last, row) < 0) continue;
    first.push(row);
    if (first.length < 2 * most + SPARE_ROWS) continue;
    first.sort(compare).length = most;
    last = first.at(-1);
  }
  return first.sort(compare).slice(0, most);
}

/** Seven characters of seven bits are exact in a double. */
const PREFIX = 7;
const BASE = 128;

/** Of a number, its value; of a text, infinity and its first characters, up to one that has no rank of its own. */
function ranksOf(json: string): [value: number, prefix: number] {
  if (/^[-\d]/.test(json)) return [Number(json), 0];
  let prefix = 0;
  let isOpen = true;
  for (let i = 0; i < PREFIX; i++) {
    const code = isOpen && i < json.length ? json.charCodeAt(i) : 0;
    if (code >= BASE - 1) isOpen = false;
    prefix = prefix * BASE + Math.min(code, BASE - 1);
  }
  return [Number.POSITIVE_INFINITY, prefix];
}

const order = <T extends number | bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
