/**
 * What series a snapshot has, and how much of each: from the entries of blocks, without decoding any. A point that was
 * written twice counts twice until its segments are merged.
 */
import { E_TIME_BYTES, E_VALUE_BYTES, ENTRY_BYTES, S_COUNT, S_FIRST_TIME, S_LAST_TIME } from './layout.ts';
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

/** The series whose name matches, in order of their keys. @throws StoreError when an index is damaged */
export function listSeries(snapshot: Snapshot, match: NameMatch): SeriesInfo[] {
  const found = new Map<string, { readonly bytes: Uint8Array; readonly info: Growing }>();
  for (const source of snapshot.sources) {
    for (const series of source.find(match)) {
      const bytes = Uint8Array.from(source.keyBytes(series));
      const text = Buffer.from(bytes).toString('latin1');
      const known = found.get(text) ?? { bytes, info: emptyInfo(source.key(series)) };
      found.set(text, known);
      addBlocks(known.info, source, series);
    }
  }
  const all = [...found.values()].filter(({ info }) => info.points > 0);
  return all.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ info }) => info);
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
