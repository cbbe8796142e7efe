/** What a port reports when it is closed. */
import { counted } from '../format/count.ts';
import type { SinkError } from '../io/errors.ts';
import { excerpt } from '../text/printable.ts';
import type { PortCounts } from './port-counts.ts';

export interface PortStory {
  readonly name: string;
  readonly counts: PortCounts;
  /** The first failure that was dropped, or went elsewhere. */
  readonly passed: SinkError | undefined;
  /** Where those went. */
  readonly failuresTo: string | undefined;
  /** Its reader has gone away, and nobody misses the rest. */
  readonly isClosed: boolean;
  /** What is all or nothing: whether it was kept, although the run is not whole. */
  readonly unfinished: 'kept' | 'discarded' | undefined;
}

export function portWords({ name, counts, passed, failuresTo, isClosed, unfinished }: PortStory): readonly string[] {
  const { failed, dead, dropped, droppedFull, keyless, keylessTo } = counts;
  const place = excerpt(name);
  const why = passed === undefined ? '' : `; the first time: ${passed.message}`;
  const words: string[] = [];
  if (droppedFull > 0) words.push(`${place}: ${were(droppedFull)} dropped, because the buffer was full`);
  if (dropped > 0) words.push(`${place}: ${were(dropped)} dropped after failures${why}`);
  if (dead > 0) words.push(`${place}: ${were(dead)} sent to ${excerpt(failuresTo!)} instead${why}`);
  if (keyless > 0) {
    const hint = 'where-missing says what stands for it';
    const where = keylessTo === undefined ? 'left out' : `sent to ${excerpt(keylessTo)}`;
    words.push(`${place}: ${were(keyless)} without a value that files are named after, and ${where}; ${hint}`);
  }
  const lost = failed - dropped - dead;
  if (lost > 0 && !isClosed) words.push(`${place}: ${were(lost)} not delivered`);
  if (unfinished === undefined) return words;
  const has = unfinished === 'kept' ? 'has only what was acknowledged' : 'was not written';
  return [...words, `${place} ${has}, because the run did not finish`];
}

/** `3 records were` */
const were = (count: number): string => `${counted(count, 'record')} ${count === 1 ? 'was' : 'were'}`;
