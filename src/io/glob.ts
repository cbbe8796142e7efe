/**
 * Files by patterns, as they come: `*` and `?` stand for any characters, or one, of a name, and not for a dot at its
 * beginning. A path without them is a file that may not exist yet.
 *
 * A file that is only renamed (rotated) within a pattern is no new one: `app.log` that becomes `app.log.1` is being
 * read to its end by whoever reads it. So files are known by what they are, too (file-ids.ts). Who reads them says
 * which ones those are: between two looks at `app.log` a file may have come and been renamed, which nobody has opened.
 */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ChangeWait } from './change-wait.ts';
import { FileIds } from './file-ids.ts';

/** Whether a path has places for any characters. */
export function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}

export class Globbed {
  readonly #patterns: readonly string[];
  readonly #changes: ChangeWait;
  readonly #reported = new Set<string>();
  readonly #opened: FileIds | undefined;
  readonly #known: FileIds;
  #folders = new Set<string>();
  /** At the last scan. */
  #matching = new Set<string>();

  /** @param opened the files that have been opened; without it, those that were reported */
  constructor(patterns: readonly string[], pollMs?: number, opened?: FileIds) {
    this.#patterns = patterns;
    this.#opened = opened;
    this.#known = opened ?? new FileIds();
    this.#changes = new ChangeWait(() => [...this.#folders], pollMs);
  }

  /** The files that match and were not reported before, in the order of the patterns and of their names. */
  scan(): readonly string[] {
    this.#folders = new Set();
    this.#matching = new Set(this.#patterns.flatMap((pattern) => matchesOf(pattern, this.#folders)));
    const ids = new Map<string, string>();
    const found: string[] = [];
    for (const path of this.#matching) {
      const id = this.#idOf(path);
      // What a pattern finds and is no file now is looked at again; a path that was written out is opened, which says
      // why not.
      if (id === undefined && !this.#patterns.includes(path)) continue;
      const isKnown = id !== undefined && (this.#known.has(id) || ids.has(id));
      if (!isKnown && !this.#reported.has(path)) {
        this.#reported.add(path);
        found.push(path);
      }
      if (id !== undefined) ids.set(id, path);
    }
    if (this.#opened === undefined) for (const [id, path] of ids) this.#known.add(id, path);
    this.#known.keep(ids);
    return found;
  }

  /** Nobody reads what has this name any more: it is reported again when another file has it. */
  forget(path: string): void {
    this.#reported.delete(path);
  }

  /** Whether a path matches, so that what it names is read under this name. */
  has(path: string): boolean {
    return this.#matching.has(path);
  }

  /** Until something may have changed in the folders of the last scan. */
  wait(): Promise<void> {
    return this.#changes.wait();
  }

  close(): void {
    this.#changes.close();
  }

  /** Of a regular file. */
  #idOf(path: string): string | undefined {
    try {
      const stats = statSync(path);
      return stats.isFile() ? FileIds.of(stats) : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * The folders that match a pattern now, in the order of their names. One that may not be looked at is among them:
 * whoever opens it says why it cannot be had, and nobody takes it for absent.
 */
export function foldersOf(pattern: string): readonly string[] {
  return matchesOf(pattern, new Set()).filter((path) => {
    try {
      return statSync(path, { throwIfNoEntry: false })?.isDirectory();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES';
    }
  });
}

/** @param seen gets the folders that were looked into */
function matchesOf(pattern: string, seen: Set<string>): readonly string[] {
  if (!isPattern(pattern)) {
    seen.add(dirname(pattern));
    return [pattern];
  }
  const names = pattern.split('/');
  let folders = [names[0] === '' ? '/' : ''];
  for (const [i, name] of names.entries()) {
    if (name === '') continue;
    const isLast = i === names.length - 1;
    folders = folders.flatMap((folder) =>
      isPattern(name) ? namesIn(folder, name, isLast, seen) : [join(folder, name)],
    );
  }
  return folders;
}

/** The entries of a folder that match, sorted. A folder that is not there or cannot be read has none at the moment. */
function namesIn(folder: string, pattern: string, isLast: boolean, seen: Set<string>): string[] {
  seen.add(folder === '' ? '.' : folder);
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .filter((entry) => matchesName(pattern, entry.name) && (isLast || entry.isDirectory() || entry.isSymbolicLink()))
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** Whether a pattern would find the path if something were there. */
export function matchesPath(pattern: string, path: string): boolean {
  const [wanted, given] = [resolve(pattern).split('/'), resolve(path).split('/')];
  return wanted.length === given.length && wanted.every((name, i) => matchesName(name, given[i]!));
}

/** In linear steps for each `*`: what the last one stands for grows until the rest fits. */
export function matchesName(pattern: string, name: string): boolean {
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
