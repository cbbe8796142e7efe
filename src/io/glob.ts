/**
 * Files by patterns, as they come: `*` and `?` stand for any characters, or one, of a name, and not for a dot at its
 * beginning. A path without them is a file that may not exist yet.
 *
 * A file that is only renamed (rotated) within a pattern is no new one: `app.log` that becomes `app.log.1` is being
 * read to its end by whoever reads it. So files are known by device and inode, too; and by the time at which they were
 * made, since the inode of one that was removed is given to another.
 */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChangeWait } from './change-wait.ts';

/** Whether a path has places for any characters. */
export function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}

export class Globbed {
  readonly #patterns: readonly string[];
  readonly #changes: ChangeWait;
  /** By path, what it was known by. */
  readonly #reported = new Map<string, string | undefined>();
  /** Of what was there at the last scan. */
  #inodes = new Set<string>();
  #folders = new Set<string>();

  constructor(patterns: readonly string[], pollMs?: number) {
    this.#patterns = patterns;
    this.#changes = new ChangeWait(() => [...this.#folders], pollMs);
  }

  /** The files that match and were not reported before, in the order of the patterns and of their names. */
  scan(): readonly string[] {
    this.#folders = new Set();
    const paths = new Set(this.#patterns.flatMap((pattern) => this.#matches(pattern)));
    const inodes = new Set<string>();
    const found: string[] = [];
    for (const path of paths) {
      const inode = this.#inodeOf(path);
      // What a pattern finds and is no file now is looked at again; a path that was written out is opened, which says
      // why not.
      if (inode === undefined && !this.#patterns.includes(path)) continue;
      const isKnown = inode !== undefined && (this.#inodes.has(inode) || inodes.has(inode));
      if (!isKnown && !this.#reported.has(path)) {
        this.#reported.set(path, inode);
        found.push(path);
      }
      if (inode !== undefined) inodes.add(inode);
    }
    this.#inodes = inodes;
    return found;
  }

  /** Nobody reads this file any more: it is reported again when it comes again. */
  forget(path: string): void {
    const inode = this.#reported.get(path);
    if (inode !== undefined) this.#inodes.delete(inode);
    this.#reported.delete(path);
  }

  /** Until something may have changed in the folders of the last scan. */
  wait(): Promise<void> {
    return this.#changes.wait();
  }

  close(): void {
    this.#changes.close();
  }

  /** Device, inode and time of birth of a regular file; a renamed one keeps them. */
  #inodeOf(path: string): string | undefined {
    try {
      const stats = statSync(path);
      return stats.isFile() ? `${stats.dev} ${stats.ino} ${stats.birthtimeMs}` : undefined;
    } catch {
      return undefined;
    }
  }

  #matches(pattern: string): readonly string[] {
    if (!isPattern(pattern)) {
      this.#folders.add(dirname(pattern));
      return [pattern];
    }
    const names = pattern.split('/');
    let folders = [names[0] === '' ? '/' : ''];
    for (const [i, name] of names.entries()) {
      if (name === '') continue;
      const isLast = i === names.length - 1;
      folders = folders.flatMap((folder) =>
        isPattern(name) ? this.#namesIn(folder, name, isLast) : [join(folder, name)],
      );
    }
    return folders;
  }

  /**
   * The entries of a folder that match, sorted. A folder that is not there or cannot be read has none at the moment.
   */
  #namesIn(folder: string, pattern: string, isLast: boolean): string[] {
    this.#folders.add(folder === '' ? '.' : folder);
    try {
      return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
        .filter(
          (entry) => matchesName(pattern, entry.name) && (isLast || entry.isDirectory() || entry.isSymbolicLink()),
        )
        .map((entry) => join(folder, entry.name))
        .sort();
    } catch {
      return [];
    }
  }
}

/** In linear steps for each `*`: what the last one stands for grows until the rest fits. */
function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const [wanted, given] = [[...pattern], [...name]];
  let [at, from, star, starFrom] = [0, 0, -1, 0];
  while (from < given.length) {
    if (wanted[at] === '*') {
      star = at++;
      starFrom = from;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++starFrom;
    } else return false;
  }
  return wanted.slice(at).every((character) => character === '*');
}
