/** Names of files: from a list (--files-from), and of those below a folder (--glob). */
import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { sourceError } from './errors.ts';
import { matchesName } from './glob.ts';

/**
 * The names in a list: one a line, or with a NUL byte behind each when there is one (find -print0).
 * @param file `-` is standard input
 * @throws SourceError
 */
export function namesFrom(file: string): readonly string[] {
  const text = readWhole(file);
  const names = text.includes('\0') ? text.split('\0') : text.split('\n').map((line) => line.replace(/\r$/, ''));
  return names.filter((name) => name !== '');
}

function readWhole(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw sourceError(file === '-' ? '<stdin>' : file, 'read', error);
  }
}

/** Whether there is a folder of that name. What cannot be looked at is none: whoever opens it says why. */
export function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * The files below a folder whose names match, in the order of their paths. Links are followed, but not into a folder
 * that they are in; hidden folders are left out, as hidden files are by patterns that do not begin with a dot.
 * @throws SourceError for a folder that cannot be read
 */
export function filesBelow(folder: string, pattern: string): readonly string[] {
  return [...walk(folder, pattern, new Set())];
}

/** @param above the folders that it is in, by what they are */
function* walk(folder: string, pattern: string, above: ReadonlySet<string>): Generator<string> {
  const { dev, ino } = statSync(folder, { bigint: true });
  const id = `${dev}:${ino}`;
  if (above.has(id)) return;
  const names = namesIn(folder).sort();
  for (const name of names) {
    const path = join(folder, name);
    const stats = statsOf(path);
    if (stats?.isDirectory() === true) {
      if (!name.startsWith('.')) yield* walk(path, pattern, new Set([...above, id]));
    } else if ((stats !== undefined || !leadsNowhere(path)) && matchesName(pattern, name)) yield path;
  }
}

/**
 * A link to nothing is no file. What cannot be looked at, and what has a name that is not UTF-8 and so is not found
 * under it, is one: whoever opens it says why it cannot be read.
 */
function leadsNowhere(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink() && statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw sourceError(folder, 'read', error);
  }
}
