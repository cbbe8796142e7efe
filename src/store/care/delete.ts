/**
 * Deletes the points of some series in a span: it makes segments of the log, and rewrites the segments without the
 * points. One manifest then names the new segments. If it is interrupted, the store has all of the points or none.
 */
import type { Files } from '../files/files.ts';
import { countPoints, Finder, type PointCount, type Selection, type Span } from '../history/index.ts';
import type { StoreOptions } from '../options.ts';
import { openSnapshot } from '../snapshot.ts';
import { openStore } from '../store.ts';

/** What is deleted, or would be. */
export interface DeleteReport extends PointCount {
  /** Segments that were written anew, and those of which nothing is left. */
  readonly rewritten: number;
  readonly dropped: number;
  /** Of all segments. Points that were only in the log are in segments before. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Deletes points. Readers that have the store open go on seeing them.
 * @throws StoreError: the store is as it was
 */
export function deletePoints(files: Files, options: StoreOptions, selection: Selection, span: Span): DeleteReport {
  const store = openStore(files, options);
  try {
    // Opening has made segments of what was in the log.
    const counted = countPoints(store.snapshot(), selection, span);
    const finder = new Finder(selection);
    const { merged, dropped, bytesBefore, bytesAfter } = store.maintain((work) => {
      const { fromUs: firstTimeUs, toUs: lastTimeUs } = span;
      if (counted.points > 0) work.remove((reader) => finder.find(reader), { firstTimeUs, lastTimeUs });
    });
    return { ...counted, rewritten: merged, dropped, bytesBefore, bytesAfter };
  } finally {
    store.close();
  }
}

/** What deletePoints would delete, without the lock. @throws StoreError */
export function wouldDelete(files: Files, selection: Selection, span: Span): DeleteReport {
  const snapshot = openSnapshot(files);
  try {
    const bytes = snapshot.manifest.segments.reduce((sum, info) => sum + info.bytes, 0);
    const counted = countPoints(snapshot, selection, span);
    return { ...counted, rewritten: 0, dropped: 0, bytesBefore: bytes, bytesAfter: bytes };
  } finally {
    snapshot.close();
  }
}
