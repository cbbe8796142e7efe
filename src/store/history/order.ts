/**
 * ORDER BY value: the rows with the largest or the smallest values. Of many only as many are kept as are wanted, or
 * twice that.
 */
import type { Query } from '../../query/index.ts';
import { StoreError } from '../errors.ts';
import type { HistoryRow } from './result.ts';

/** Rows that are kept at most: about 200 MB. */
export const MOST_ORDERED = 1_000_000;
/** Sorting is worth it from so many on. */
const LEAST_KEPT = 1024;

/**
 * The first `limit` rows by value; those with the same value stay in their order, those without one come last.
 * @throws StoreError `invalid` when more rows would have to be kept than fit into memory
 */
export function* ordered(
  rows: Iterable<HistoryRow>,
  order: NonNullable<Query['order']>,
  limit: number,
  most: number = MOST_ORDERED,
): Generator<HistoryRow> {
  const before = (a: HistoryRow, b: HistoryRow): number => compare(a.value, b.value, order === 'desc');
  let kept: HistoryRow[] = [];
  for (const row of rows) {
    kept.push(row);
    if (kept.length >= Math.max(2 * limit, LEAST_KEPT)) kept = kept.sort(before).slice(0, limit);
    if (kept.length <= most) continue;
    throw new StoreError('invalid', `ORDER BY has more than ${most} rows to put in order`, {
      hint: 'Add LIMIT n for the first n of them, or ask for wider windows or fewer groups.',
    });
  }
  yield* kept.sort(before).slice(0, limit);
}

const hasNone = (value: number | undefined): boolean => value === undefined || Number.isNaN(value);

function compare(a: number | undefined, b: number | undefined, isDescending: boolean): number {
  if (hasNone(a) || hasNone(b)) return Number(hasNone(a)) - Number(hasNone(b));
  if (a! === b!) return 0;
  return a! < b! === isDescending ? 1 : -1;
}
