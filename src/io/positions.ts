/**
 * How far files have been processed, kept in a folder for the next run: one small file for each path that is read,
 * written beside and renamed: at once, but at most every 100 ms, and at the end, even of a run that fails. A crash
 * thus repeats only what was done within the last 100 ms, and loses nothing.
 *
 * A file is recognised by its device and inode, and by a checksum over its first bytes: neither a new file under the
 * old name nor one that was emptied and rewritten is mistaken for it. One that was renamed (rotated) in the meantime
 * is found beside its old place. If another pattern matches it there, it is read under its new name: the position
 * belongs to the file, too, even after its path has gone to another file.
 *
 * The position files are not synced: after a power failure one may be old, or damaged, which is noticed; then its
 * input is read again.
 */

import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { acquireFileLock, type HeldLock } from '../lock/file-lock.ts';
import { makeFolders } from '../lock/folders.ts';
import { excerpt } from '../text/printable.ts';
import { describe, SourceError, sourceError } from './errors.ts';
import type { FollowedPlace } from './followed-places.ts';
import { isFileOf, movedFile } from './placed-file.ts';
import { rotatedAfter } from './rotated.ts';

/** What is kept of a file: where it was dealt with up to, and how many lines of it that are. */
export interface NotedPlace extends FollowedPlace {
  readonly lines: number;
}

/** Where to go on. */
export interface Resumption {
  /** The file: the path itself, or where the file that it named has been moved to. */
  readonly file: string;
  readonly at: number;
  /** The file for which that holds: another one may have its name when it is opened. */
  readonly device: number;
  readonly inode: number;
  /** Before it. */
  readonly lines: number;
}

export interface PositionsOptions {
  /** Says in one line what could not be read or written; the run goes on. */
  readonly notice: (text: string) => void;
  /** Default 100 ms. */
  readonly everyMs?: number;
}

const EVERY_MS = 100;
const NAME_DIGITS = 32;
const PATH_END = '.position';
const LEFT_END = '.left';
/** So many files that have lost their paths are remembered. */
const MOST_LEFT = 1000;
const { O_CREAT, O_NOFOLLOW = 0, O_TRUNC, O_WRONLY } = constants;
const MODE = 0o600;

export class Positions {
  readonly #folder: string;
  readonly #notice: (text: string) => void;
  readonly #everyMs: number;
  readonly #lock: HeldLock;
  readonly #changed = new Map<string, NotedPlace>();
  /** Of each path, what was noted last. */
  readonly #last = new Map<string, NotedPlace>();
  /** Of all files of which something was noted, by device and inode, when the folder was opened. */
  readonly #files: ReadonlyMap<string, readonly NotedPlace[]>;
  /** Runs while nothing is written, because something just was. */
  #timer: NodeJS.Timeout | undefined;
  #told = '';

  /** Makes the folder when there is none, and keeps other runs out of it. @throws SourceError */
  constructor(folder: string, options: PositionsOptions) {
    this.#folder = folder;
    this.#notice = options.notice;
    this.#everyMs = options.everyMs ?? EVERY_MS;
    this.#lock = lockFolder(folder);
    this.#files = readAll(folder);
  }

  /**
   * Where to go on with what `path` names, or has named; undefined: at the start.
   * @param others the paths that are read as well: what was moved to one of those is found by that
   */
  find(path: string, others: { has(path: string): boolean } = new Set()): Resumption | undefined {
    // What this run has noted may not be written yet.
    const place = this.#last.get(path) ?? this.#read(path);
    if (place !== undefined) {
      this.#last.set(path, place);
      if (isFileOf(path, place)) return resumption(path, place);
    }
    const known = this.#knownAs(path);
    if (known !== undefined) {
      // It may be at its end, and nothing of it be noted again: by then it has lost the name that it was noted under.
      if (place === undefined) this.note(path, known);
      return resumption(path, known);
    }
    if (place === undefined) return undefined;
    const moved = movedFile(path, place);
    if (moved !== undefined && !others.has(moved)) return resumption(moved, place);
    return moved === undefined ? this.#findAfter(path, place, others) : undefined;
  }

  /** The file that was read is gone. Those that had its path after it may still be there. */
  #findAfter(path: string, { bornMs }: NotedPlace, others: { has(path: string): boolean }): Resumption | undefined {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now === undefined) return undefined;
    const left = { birthtimeMs: bornMs, mtimeMs: 0, fd: undefined };
    const missed = rotatedAfter(path, left, now, (other, stats) => others.has(other) || this.knows(stats));
    const about = `${excerpt(path)} is another file than the one that was read before; reading`;
    this.#notice(`${about} ${missed === undefined ? 'it' : excerpt(missed.path)} from its start`);
    if (missed === undefined) return undefined;
    return { file: missed.path, at: 0, device: missed.stats.dev, inode: missed.stats.ino, lines: 0 };
  }

  /** Whether an earlier run has read the file, under whatever name. */
  knows({ dev: device, ino: inode, birthtimeMs }: Stats): boolean {
    const places = this.#files.get(fileKey({ device, inode })) ?? [];
    return places.some(({ bornMs }) => bornMs === Math.floor(birthtimeMs));
  }

  /** A file of which nothing is known is read from its start; kept at once, so that a killed run cannot forget it. */
  begin(path: string, { dev: device, ino: inode, birthtimeMs }: Stats): void {
    if (this.#last.has(path)) return;
    const bornMs = Math.floor(birthtimeMs);
    this.note(path, { device, inode, bornMs, offset: 0, headBytes: 0, headCrc: 0, lines: 0 });
    this.#writeOrTell();
  }

  /** All of the source's bytes before this place have been dealt with. It is written now, or within 100 ms. */
  note(path: string, place: NotedPlace): void {
    const last = this.#last.get(path);
    if (last !== undefined && fileKey(last) !== fileKey(place)) this.#changed.set(leftName(last), last);
    this.#last.set(path, place);
    // Set anew, so that a file that was left is written before what has its path now.
    this.#changed.delete(path);
    this.#changed.set(path, place);
    if (this.#timer === undefined) this.#writeOrTell();
  }

  /** Writes what has changed now. @throws SourceError */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [path, place] of this.#changed) {
      try {
        this.#write(path, place);
      } catch (error) {
        throw sourceError(this.#folder, 'keep positions in', error);
      }
      this.#changed.delete(path);
    }
  }

  /** Writes the last positions and gives the folder back. @throws SourceError when they cannot be written */
  close(): void {
    try {
      this.flush();
    } finally {
      clearTimeout(this.#timer);
      this.#lock.release();
    }
  }

  /** A disk that is full now need not be at the end. */
  #writeOrTell(): void {
    try {
      this.flush();
      this.#told = '';
    } catch (error) {
      const text = `${(error as Error).message}; what was read since would be read again by the next run`;
      if (text !== this.#told) this.#notice(text);
      this.#told = text;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#changed.size > 0) this.#writeOrTell();
    }, this.#everyMs).unref();
  }

  #write(path: string, place: NotedPlace): void {
    const file = this.#fileOf(path);
    const fd = openSync(`${file}.new`, O_CREAT | O_TRUNC | O_NOFOLLOW | O_WRONLY, MODE);
    try {
      writeSync(fd, textOf(path, place));
    } finally {
      closeSync(fd);
    }
    renameSync(`${file}.new`, file);
  }

  #read(path: string): NotedPlace | undefined {
    let text: string;
    try {
      text = readFileSync(this.#fileOf(path), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw sourceError(this.#folder, 'read positions in', error);
    }
    const place = placeIn(text);
    if (place === undefined) this.#notice(`the position of ${excerpt(path)} is damaged; reading it from its start`);
    return place;
  }

  /** How far the file was read that `path` names, under whatever names: the furthest that fits. */
  #knownAs(path: string): NotedPlace | undefined {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const bornMs = Math.floor(stats.birthtimeMs);
    const places = this.#files.get(fileKey({ device: stats.dev, inode: stats.ino })) ?? [];
    const fitting = places.filter((place) => place.bornMs === bornMs && isFileOf(path, place));
    return fitting.sort((one, other) => other.offset - one.offset)[0];
  }

  /** Named by a checksum, so that any path has a name. */
  #fileOf(path: string): string {
    if (path.startsWith(LEFT)) return join(this.#folder, `${path.slice(LEFT.length)}${LEFT_END}`);
    const sum = createHash('sha256').update(resolve(path)).digest('hex').slice(0, NAME_DIGITS);
    return join(this.#folder, `${sum}${PATH_END}`);
  }
}

const resumption = (file: string, { offset: at, device, inode, lines }: NotedPlace): Resumption => ({
  ...{ file, at, device, inode, lines },
});

/** No path begins like that. */
const LEFT = '\0';
const fileKey = ({ device, inode }: Pick<NotedPlace, 'device' | 'inode'>): string => `${device}-${inode}`;
const leftName = (place: NotedPlace): string => `${LEFT}${fileKey(place)}`;

function textOf(path: string, { device, inode, offset, headBytes, headCrc, bornMs, lines }: NotedPlace): string {
  const name = path.startsWith(LEFT) ? '-' : encodeURI(resolve(path).replace(/\p{Surrogate}/gu, '_'));
  const text = `${name}\n${device} ${inode} ${offset} ${headBytes} ${headCrc} ${bornMs} ${lines}\n`;
  return `${text}${crc32(text)}\n`;
}

/** @returns undefined when it is damaged */
function placeIn(text: string): NotedPlace | undefined {
  const [, body = '', numbers = '', sum] = /^(\S+\n((?:\d+ ){4,6}\d+)\n)(\d+)\n$/.exec(text) ?? [];
  if (Number(sum) !== crc32(body)) return undefined;
  const [device = 0, inode = 0, offset = 0, headBytes = 0, headCrc = 0, bornMs = 0, lines = 0] = numbers
    .split(' ')
    .map(Number);
  return { device, inode, offset, headBytes, headCrc, bornMs, lines };
}

/** All places in a folder; of files that were left, only the last ones are kept there. */
function readAll(folder: string): ReadonlyMap<string, readonly NotedPlace[]> {
  const places = new Map<string, NotedPlace[]>();
  const names = entriesOf(folder);
  dropOld(names.filter((name) => name.endsWith(LEFT_END)).map((name) => join(folder, name)));
  for (const name of names) {
    if (!name.endsWith(LEFT_END) && !name.endsWith(PATH_END)) continue;
    try {
      const place = placeIn(readFileSync(join(folder, name), 'utf8'));
      if (place !== undefined) places.set(fileKey(place), [...(places.get(fileKey(place)) ?? []), place]);
    } catch {
      // It was dropped; what cannot be read is said when its path is looked for.
    }
  }
  return places;
}

/** None where the folder cannot be read: nothing is known then, and keeping positions there says why. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function dropOld(files: readonly string[]): void {
  if (files.length <= MOST_LEFT) return;
  const age = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const byAge = files.map((file) => ({ file, age: age(file) })).sort((one, other) => one.age - other.age);
  for (const { file } of byAge.slice(0, files.length - MOST_LEFT)) rmSync(file, { force: true });
}

function lockFolder(folder: string): HeldLock {
  let lock: ReturnType<typeof acquireFileLock>;
  try {
    makeFolders(folder);
    lock = acquireFileLock(join(folder, 'LOCK'));
  } catch (error) {
    throw new SourceError(
      folder,
      'EPOSITIONS',
      `cannot keep positions in ${excerpt(folder)}: ${describe(error)}`,
      error,
    );
  }
  if (lock.kind === 'held') return lock;
  const text = `cannot keep positions in ${excerpt(folder)}: another run does; give each its own folder`;
  throw new SourceError(folder, 'ELOCKED', text);
}
