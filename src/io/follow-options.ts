/** What a file is followed with (follow-source.ts). */
import type { Stats } from 'node:fs';

export interface FollowOptions {
  /** Says in one line what has happened to the file. */
  readonly notice: (text: string) => void;
  /** Milliseconds by a clock that never goes back. */
  readonly clockMs: () => number;
  /** The first byte to read of the file that is there now, or of `first`. Default 0. */
  readonly at?: number | undefined;
  /** The file for which `at` holds: another one is read from its start. */
  readonly atOf?: { readonly device: number; readonly inode: number } | undefined;
  /** Where the file is now that the path named in an earlier run: it is read to its end before what the path names. */
  readonly first?: string | undefined;
  /** Where the file ends, the source ends: nothing is waited for. */
  readonly endsWithFile?: boolean | undefined;
  /** Whether a file that has had the path was opened, by this source or another one. */
  readonly isKnown: (path: string, stats: Stats) => boolean;
  /** Whether another source has opened a file, under the path that it had then. Default: there is no other source. */
  readonly isTaken?: ((stats: Stats) => boolean) | undefined;
  /** A file has been opened. */
  readonly opened?: ((stats: Stats) => void) | undefined;
  readonly pollMs?: number | undefined;
  readonly graceMs?: number | undefined;
}
