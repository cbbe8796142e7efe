/**
 * Folders and files below a root that nothing leads out of: below it every folder has to be one, no link, and a file
 * that was opened is looked for at its path. (Whoever may write in those folders and exchanges them at the right
 * moment, several times, can deceive this.)
 */
import { fstatSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { makeFolders } from '../lock/folders.ts';
import { excerpt } from '../text/printable.ts';
import { errorCode, SinkError } from './errors.ts';

export class DirPaths {
  readonly #name: string;
  readonly #rootAsWritten: string;
  #root: string | undefined;

  /** @param name of the sink, for errors @param root made when it is needed; it may be reached by links */
  constructor(name: string, root: string) {
    this.#name = name;
    this.#rootAsWritten = root;
  }

  /** The path of these names, below the root; its folders are made. @throws SinkError, or the system's error */
  made(names: readonly string[]): string {
    this.#root ??= this.#makeRoot();
    let path = this.#root;
    for (const name of names.slice(0, -1)) {
      path = join(path, name);
      this.#makeFolder(path);
    }
    return join(path, names.at(-1)!);
  }

  /** Makes the folders of a path that `made` has given, when somebody has removed them. Throws like it. */
  makeAgain(path: string): void {
    const root = this.#makeRoot();
    let folder = root;
    for (const name of relative(root, dirname(path)).split(sep)) {
      folder = join(folder, name);
      if (folder !== root) this.#makeFolder(folder);
    }
  }

  #makeRoot(): string {
    makeFolders(this.#rootAsWritten);
    return realpathSync(this.#rootAsWritten);
  }

  #makeFolder(path: string): void {
    try {
      mkdirSync(path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    if (!lstatSync(path).isDirectory()) this.#refuse(path, 'is a link or a file where a folder has to be');
  }

  /** Whether the file that is open is where its path says, without any link on the way. */
  check(path: string, fd: number): void {
    const [open, there] = [fstatSync(fd), lstatSync(path)];
    const isThere = open.dev === there.dev && open.ino === there.ino;
    if (!isThere || realpathSync.native(path) !== path) this.#refuse(path, 'is reached by a link');
  }

  #refuse(path: string, why: string): never {
    const text = `cannot write ${excerpt(path)}: it ${why}, which could lead out of ${excerpt(this.#rootAsWritten)}`;
    throw new SinkError(this.#name, 'ELOOP', `${text}; remove it`, 0);
  }
}
