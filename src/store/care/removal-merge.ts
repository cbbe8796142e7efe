/**
 * A segment without some of its points, as a merge of the segment with itself: once with what is before the span to
 * remove, and once with what is after it. Series that keep all their points come from the first of the two, whole.
 */
import type { MergeOptions } from '../compact/merge.ts';
import type { Merge } from '../compact/plan.ts';
import * as L from '../kernel/layout.ts';
import { overlaps, type TimeSpan } from '../partition.ts';
import type { SegmentReader } from '../segment/reader.ts';

const MIN_I64 = -(2n ** 63n);
const MAX_I64 = 2n ** 63n - 1n;
/** No time is in it. */
const NEVER: TimeSpan = { firstTimeUs: MAX_I64, lastTimeUs: MIN_I64 };

/** The numbers of the series of a segment that are meant. @throws StoreError when it is damaged */
export type FindSeries = (reader: SegmentReader) => Uint32Array;

export interface Removal extends Merge, MergeOptions {
  /** Nothing is left: the segment can go as it is. */
  readonly isAll: boolean;
}

/** What is to be done with a segment; undefined when nothing is. @throws StoreError `damaged`, `io` */
export function removal(reader: SegmentReader, find: FindSeries, span: TimeSpan): Removal | undefined {
  const { info } = reader;
  const series = find(reader).filter((number) => hasBlocksIn(reader, number, span));
  if (series.length === 0) return undefined;
  const isMeant = new Uint8Array(info.series);
  for (const number of series) isMeant[number] = 1;
  const isAll =
    series.length === info.series && span.firstTimeUs <= info.firstTimeUs && info.lastTimeUs <= span.lastTimeUs;
  const { firstTimeUs, lastTimeUs } = span;
  const before = firstTimeUs === MIN_I64 ? NEVER : { firstTimeUs: MIN_I64, lastTimeUs: firstTimeUs - 1n };
  const after = lastTimeUs === MAX_I64 ? NEVER : { firstTimeUs: lastTimeUs + 1n, lastTimeUs: MAX_I64 };
  const { level, age, isCold } = info;
  return {
    inputs: [info, info],
    level,
    age,
    isCold,
    isAll,
    spanOf: (which, number) => {
      if (isMeant[number] === 1) return which === 0 ? before : after;
      return which === 0 ? undefined : NEVER;
    },
  };
}

/** Whether a block of the series shares time with the span. There may be no point of it in there all the same. */
function hasBlocksIn(reader: SegmentReader, series: number, span: TimeSpan): boolean {
  const entries = reader.entries(reader.firstBlock(series), reader.firstBlock(series + 1));
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  for (let at = 0; at < entries.length; at += L.ENTRY_BYTES) {
    const firstTimeUs = view.getBigInt64(at + L.S_FIRST_TIME, true);
    const lastTimeUs = view.getBigInt64(at + L.S_LAST_TIME, true);
    if (overlaps({ firstTimeUs, lastTimeUs }, span)) return true;
  }
  return false;
}
