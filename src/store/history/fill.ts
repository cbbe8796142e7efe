/**
 * FILL: rows for windows without points, between those of a group that have some; 0 and the value before also reach to
 * where the range ends, as they need no later value.
 */
import type { Query, WindowScale } from '../../query/index.ts';
import type { HistoryRow } from './result.ts';
import type { Span } from './span.ts';

/**
 * The rows of a group with those that FILL adds.
 * @param rows of windows with points, ascending
 * @param range undefined: all time, which has no end to fill to
 */
export function* filled(
  rows: Iterable<HistoryRow>,
  empty: Query['empty'],
  scale: WindowScale,
  range: Span | undefined,
): Generator<HistoryRow> {
  let last: HistoryRow | undefined;
  for (const row of rows) {
    if (empty !== 'omit') {
      const fromUs = startOfGap(last, empty, scale, range) ?? row.timeUs!;
      for (let at = fromUs; at < row.timeUs!; at = scale.next(at)) yield between(last, at, row, empty);
    }
    yield row;
    last = row;
  }
  if (last === undefined || range === undefined || (empty !== 'zero' && empty !== 'previous')) return;
  for (let at = scale.next(last.timeUs!); at <= range.toUs; at = scale.next(at)) yield between(last, at, last, empty);
}

/** Where the windows without points before a row begin. */
function startOfGap(
  last: HistoryRow | undefined,
  empty: Query['empty'],
  scale: WindowScale,
  range: Span | undefined,
): bigint | undefined {
  if (last !== undefined) return scale.next(last.timeUs!);
  return empty === 'zero' && range !== undefined ? scale.startOf(range.fromUs) : undefined;
}

function between(last: HistoryRow | undefined, timeUs: bigint, next: HistoryRow, empty: Query['empty']): HistoryRow {
  const value =
    empty === 'zero'
      ? 0
      : empty === 'previous'
        ? last?.value
        : empty === 'linear'
          ? onLine(last, timeUs, next)
          : undefined;
  return { ...next, timeUs, value, count: 0 };
}

/** On the straight line between two rows; nothing when one of them has no value. */
function onLine(last: HistoryRow | undefined, timeUs: bigint, next: HistoryRow): number | undefined {
  if (last?.value === undefined || next.value === undefined) return undefined;
  const part = Number(timeUs - last.timeUs!) / Number(next.timeUs! - last.timeUs!);
  // Their difference may be larger than a double.
  return last.value * (1 - part) + next.value * part;
}
