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
  const rows = all.sort(orderOf(columns, place));
  const weight = place >= first ? place : first;
  return { columns, rows: query.top === undefined ? rows : firstOf(rows, query.top, windows !== undefined), weight };
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

/** The first rows, of each window when there are some: they are in order of time then. */
function firstOf(rows: readonly Cell[][], most: number, hasTime: boolean): readonly Cell[][] {
  if (!hasTime) return rows.slice(0, most);
  let left = 0;
  let time: Cell;
  return rows.filter((row) => {
    if (row[0] !== time) left = most;
    time = row[0];
    return left-- > 0;
  });
}

type Row = readonly Cell[];

/** By time; then by the column, keys upwards and numbers downwards; then by the keys, so that no two are equal. */
function orderOf(columns: readonly Column[], place: number): (a: Row, b: Row) => number {
  const byTime = columns[0]!.kind === 'time' ? [compared(0)] : [];
  const { kind } = columns[place]!;
  const bySort = kind === 'time' ? [] : kind === 'json' ? [compared(place)] : [descending(place)];
  const byKeys = columns.flatMap((column, i) => (column.kind === 'json' ? [compared(i)] : []));
  const orders = [...byTime, ...bySort, ...byKeys];
  return (a, b) => {
    for (const order of orders) {
      const found = order(a, b);
      if (found !== 0) return found;
    }
    return 0;
  };
}

/** Numbers before texts, by their size; texts by their characters. */
const compared =
  (place: number) =>
  (a: Row, b: Row): number => {
    const [first, second] = [a[place], b[place]];
    if (typeof first !== 'string' || typeof second !== 'string') return order(first as bigint, second as bigint);
    const [isFirst, isSecond] = [isNumber(first), isNumber(second)];
    if (isFirst && isSecond) return order(Number(first), Number(second)) || order(first, second);
    return isFirst === isSecond ? order(first, second) : isFirst ? -1 : 1;
  };

/** What is not there comes last. */
const descending =
  (place: number) =>
  (a: Row, b: Row): number => {
    const [first, second] = [a[place], b[place]];
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    return order(Number(second), Number(first));
  };

const isNumber = (json: string): boolean => /^[-\d]/.test(json);

const order = <T extends number | bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
