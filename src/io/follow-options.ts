/** What a file is followed with (follow-source.ts), and all files of some patterns (followed-files.ts). */
import type { Stats } from 'node:fs';
import type { Positions } from './positions.ts';

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

export interface FollowedFilesOptions {
  /** For messages. */
  readonly name: string;
  /** Paths, or patterns with `*` and `?`. */
  readonly patterns: readonly string[];
  /** Go on with what is appended, and with files that come. */
  readonly follow: boolean;
  /** Keeps how far each file was dealt with; undefined: each run begins at the start. It is the caller's to close. */
  readonly positions?: Positions | undefined;
  /** Undo gzip and zstd when a file's first bytes say so. Such files have no positions, and are not followed. */
  readonly inflate: boolean;
  /** Says in one line what has happened to a file. */
  readonly notice: (text: string) => void;
  /** Milliseconds by a clock that never goes back. */
  readonly clockMs: () => number;
  readonly pollMs?: number;
  readonly graceMs?: number;
  /** A file whose path has named nothing for so long is closed. Default a minute. */
  readonly goneMs?: number;
}
