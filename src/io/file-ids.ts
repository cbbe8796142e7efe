/**
 * Which files have been opened, whatever their names are now. A file is known by device and inode, and by the time at
 * which it was made, since the inode of one that was removed is given to another.
 */
import type { Stats } from 'node:fs';

/** So many more than there are may be remembered of files that are gone. */
const SPARE = 1000;

export class FileIds {
  readonly #ids = new Set<string>();

  /** What a renamed file keeps. */
  static of({ dev, ino, birthtimeMs }: Pick<Stats, 'dev' | 'ino' | 'birthtimeMs'>): string {
    return `${dev} ${ino} ${birthtimeMs}`;
  }

  add(id: string): void {
    this.#ids.add(id);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Files that are not among these may be forgotten; the last ones are not, which may only be between two names. */
  keep(present: ReadonlySet<string>): void {
    let tooMany = this.#ids.size - present.size - SPARE;
    for (const id of this.#ids) {
      if (tooMany <= 0) return;
      if (!present.has(id) && this.#ids.delete(id)) tooMany--;
    }
  }
}
