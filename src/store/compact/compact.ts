/**
 * Keeps segments few, young and small: merges those of a plan (compact/plan.ts), drops those that are too old, and
 * rewrites old ones with deflated payloads. Nothing here changes the manifest or removes a live file: the caller
 * publishes the result and removes what it replaces.
 */

import type { Files } from '../files/files.ts';
import type { SegmentInfo } from '../files/manifest.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { overlaps } from '../partition.ts';
import { SegmentReader } from '../segment/reader.ts';
import { SegmentWriter } from '../segment/writer.ts';
import { type MergeOptions, mergeSegments } from './merge.ts';
import type { Merge } from './plan.ts';

/**
 * Makes the segment of a merge. Its bytes and its name survive a loss of power when this returns.
 * @param number of the new file
 * @returns undefined when no point is left of it
 * @throws StoreError `damaged`, `io`, `failed`; no new file is left then
 */
export function runMerge(
  files: Files,
  kernel: Kernel,
  merge: Merge,
  number: number,
  options: MergeOptions = {},
): SegmentInfo | undefined {
  const readers: SegmentReader[] = [];
  let writer: SegmentWriter | undefined;
  try {
    for (const info of merge.inputs) readers.push(SegmentReader.open(files, info, kernel));
    const { age, level, isCold } = merge;
    writer = new SegmentWriter(files, kernel, { number, age, level, isCold, isPacked: true });
    mergeSegments(readers, writer, options);
    return writer.finish();
  } catch (error) {
    writer?.abandon();
    throw error;
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** The writing anew of one segment, with payloads that are deflated; for runMerge. */
export function chill(info: SegmentInfo): Merge {
  return { inputs: [info], level: info.level, age: info.age, isCold: true };
}

/**
 * The segments that can be dropped: all their points are before the cutoff. One that an older segment overlaps which
 * is still needed stays until that goes too, or what was written over would be seen again.
 */
export function expired(segments: readonly SegmentInfo[], cutoffUs: bigint): SegmentInfo[] {
  const kept: SegmentInfo[] = [];
  const gone: SegmentInfo[] = [];
  for (const segment of [...segments].sort((a, b) => a.age - b.age)) {
    const isGone = segment.lastTimeUs < cutoffUs && !kept.some((older) => overlaps(older, segment));
    (isGone ? gone : kept).push(segment);
  }
  return gone;
}

/** Segments that are not cold and have no points since `olderThanUs`, the earliest first. */
export function coldCandidates(segments: readonly SegmentInfo[], olderThanUs: bigint): SegmentInfo[] {
  const candidates = segments.filter(({ isCold, lastTimeUs }) => !isCold && lastTimeUs < olderThanUs);
  return candidates.sort((a, b) => (a.lastTimeUs < b.lastTimeUs ? -1 : 1));
}
