/**
 * The series of a snapshot, and how many points each has: from the entries of blocks, without decoding any. A point
 * that was written twice counts twice until its segments are merged.
 */
import { E_TIME_BYTES, E_VALUE_BYTES, ENTRY_BYTES, S_COUNT, S_FIRST_TIME, S_LAST_TIME } from './kernel/layout.ts';
import type { SeriesKey } from './series.ts';
import type { Snapshot } from './snapshot.ts';
import type { NameMatch, PointSource } from './source.ts';

export interface SeriesInfo {
  readonly key: SeriesKey;
  readonly points: number;
  readonly blocks: number;
  /** Of the encoded points, before deflate, without what the files need besides. */
  readonly bytes: number;
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
}

type Growing = { -readonly [K in keyof SeriesInfo]: SeriesInfo[K] };

/** A source's place among the series that were found in it. */
interface Head {
  readonly source: PointSource;
  readonly found: readonly number[];
  at: number;
  key: Uint8Array | undefined;
}

/**
 * The series whose name matches, in order of their keys: sources are merged as they are read, so that the first comes
 * at once and none is kept.
 * @throws StoreError when an index is damaged, while it is read
 */
export function* listSeries(snapshot: Pick<Snapshot, 'sources'>, match: NameMatch): Generator<SeriesInfo> {
  const heads = snapshot.sources.map((source): Head => ({ source, found: source.find(match), at: -1, key: undefined }));
  for (const head of heads) advance(head);
  for (;;) {
    const same = leastOf(heads);
    const [first] = same;
    if (first === undefined) return;
    const info = emptyInfo(first.source.key(first.found[first.at]!));
    for (const head of same) {
      addBlocks(info, head.source, head.found[head.at]!);
      advance(head);
    }
    if (info.points > 0) yield info;
  }
}

/** Goes on to the next series of a source. */
function advance(head: Head): void {
  head.at += 1;
  const series = head.found[head.at];
  head.key = series === undefined ? undefined : head.source.keyBytes(series);
}

/** Those whose next series has the least key of all. */
function leastOf(heads: readonly Head[]): readonly Head[] {
  let least: Head[] = [];
  for (const head of heads) {
    if (head.key === undefined) continue;
    const order = least.length === 0 ? 0 : Buffer.compare(head.key, least[0]!.key!);
    if (order < 0) least = [head];
    else if (order === 0) least.push(head);
  }
  return least;
}

const emptyInfo = (key: SeriesKey): Growing => ({
  key,
  points: 0,
  blocks: 0,
  bytes: 0,
  firstTimeUs: 0n,
  lastTimeUs: 0n,
});

function addBlocks(info: Growing, source: PointSource, series: number): void {
  const from = source.firstBlock(series);
  const entries = source.entries(from, source.firstBlock(series + 1));
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    // A block has at most BLOCK_POINTS points: the low half of the count is all of it.
    const count = view.getUint32(at + S_COUNT, true);
    if (count === 0) continue;
    const first = view.getBigInt64(at + S_FIRST_TIME, true);
    const last = view.getBigInt64(at + S_LAST_TIME, true);
    if (info.points === 0 || first < info.firstTimeUs) info.firstTimeUs = first;
    if (info.points === 0 || last > info.lastTimeUs) info.lastTimeUs = last;
    info.points += count;
    info.blocks += 1;
    info.bytes += view.getUint32(at + E_TIME_BYTES, true) + view.getUint32(at + E_VALUE_BYTES, true);
  }
}
