/**
 * Which files have been opened, whatever their names are now. A file is known by device and inode, and by the time at
 * which it was made, since the inode of one that was removed is given to another.
 */
import type { Stats } from 'node:fs';

/** So many more than there are may be remembered of files that are gone. */
const SPARE = 1000;

export class FileIds {
  /** By file: the path under which it was opened last. */
  readonly #ids = new Map<string, string>();

  /** What a renamed file keeps. */
  static of({ dev, ino, birthtimeMs }: Pick<Stats, 'dev' | 'ino' | 'birthtimeMs'>): string {
    return `${dev} ${ino} ${birthtimeMs}`;
  }

  add(id: string, path: string): void {
    this.#ids.set(id, path);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The path under which a file was opened last; undefined when it was not. */
  pathOf(id: string): string | undefined {
    return this.#ids.get(id);
  }

  /** Files that are not among these may be forgotten; the last ones are not, which may only be between two names. */
  keep(present: ReadonlyMap<string, unknown>): void {
    let tooMany = this.#ids.size - present.size - SPARE;
    for (const id of this.#ids.keys()) {
      if (tooMany <= 0) return;
      if (!present.has(id) && this.#ids.delete(id)) tooMany--;
    }
  }
}
