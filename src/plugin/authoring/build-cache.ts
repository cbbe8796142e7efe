/**
 * Keeps what AssemblyScript made, so that `slung run plugin.ts` compiles once for each content. An entry is two files:
 * KEY.wasm, and KEY.json with the checksum of every file that the compiler asked for, also of those that were not
 * there (a new one could be taken instead). The entry holds when all of them are as they were and the result is whole;
 * otherwise it is made anew. What comes out of the cache is run, so its folder and files must be ours, and nobody else
 * may be able to write them: a cache of which that is not true is not used. KEY is the checksum of the source's path
 * and the compiler's version.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolders } from '../../lock/folders.ts';
import { removeLeftovers, temporaryBeside } from '../../lock/temporary.ts';
import { type Compiled, compileAssemblyScript, findAsc, textOf } from './build.ts';

/** The form of KEY.json. */
interface Entry {
  /** Checksum of KEY.wasm. */
  readonly result: string;
  /** By absolute path; null for a file that was not there. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

/**
 * The module of `file` (an absolute path), from `directory` or newly compiled. A cache that cannot be read or written
 * is only slow, and so is one that others can write. `uid` is the user's, undefined on systems without users.
 * @throws BuildError
 */
export async function buildCached(
  file: string,
  directory: string | undefined,
  uid: number | undefined,
): Promise<{ bytes: Uint8Array; isCached: boolean }> {
  const place = findAsc(file);
  if (directory === undefined || !isPrivateFolder(directory, uid))
    return { bytes: (await compileAssemblyScript(file, place)).bytes, isCached: false };
  const key = checksum(`${place.version}\0${file}`).slice(0, 32);
  const kept = readEntry(directory, key, uid);
  if (kept !== undefined) return { bytes: kept, isCached: true };
  const compiled = await compileAssemblyScript(file, place);
  writeEntry(directory, key, compiled);
  return { bytes: compiled.bytes, isCached: false };
}

const { O_NOFOLLOW = 0, O_RDONLY } = constants;
const WRITABLE_BY_OTHERS = 0o022;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

function isPrivate({ uid: owner, mode }: Stats, uid: number | undefined): boolean {
  return uid === undefined || (owner === uid && (mode & WRITABLE_BY_OTHERS) === 0);
}

/** Makes the folder when it is not there. @returns whether nobody else can put anything into it */
function isPrivateFolder(directory: string, uid: number | undefined): boolean {
  try {
    makeFolders(dirname(directory));
    try {
      mkdirSync(directory, FOLDER_MODE);
    } catch {
      // It is there already.
    }
    const status = lstatSync(directory);
    return status.isDirectory() && isPrivate(status, uid);
  } catch {
    return false;
  }
}

/** @throws when it is not there, is a link, or somebody else can have written it */
function readPrivate(path: string, uid: number | undefined): Buffer {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW);
  try {
    if (!isPrivate(fstatSync(fd), uid)) throw new Error('others can write it');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function readEntry(directory: string, key: string, uid: number | undefined): Uint8Array | undefined {
  try {
    const { result, inputs } = JSON.parse(readPrivate(join(directory, `${key}.json`), uid).toString()) as Entry;
    const isCurrent = Object.entries(inputs).every(([path, sum]) => sumOf(textOf(path)) === sum);
    if (!isCurrent) return undefined;
    const bytes = readPrivate(join(directory, `${key}.wasm`), uid);
    return checksum(bytes) === result ? bytes : undefined;
  } catch {
    // Not there, or damaged: it is made anew.
    return undefined;
  }
}

function writeEntry(directory: string, key: string, { bytes, inputs }: Compiled): void {
  const entry: Entry = {
    result: checksum(bytes),
    inputs: Object.fromEntries([...inputs].map(([path, text]) => [path, sumOf(text)])),
  };
  const files = [
    [`${key}.wasm`, bytes],
    [`${key}.json`, JSON.stringify(entry)],
  ] as const;
  try {
    for (const [name, content] of files) {
      const target = join(directory, name);
      const temporary = temporaryBeside(target);
      try {
        writeFileSync(temporary, content, { flag: 'wx', mode: FILE_MODE });
        removeLeftovers(target, temporary);
        renameSync(temporary, target);
      } finally {
        rmSync(temporary, { force: true });
      }
    }
  } catch {
    // A full or read-only disk costs the next run its time and this one nothing.
  }
}

function checksum(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function sumOf(text: string | undefined): string | null {
  return text === undefined ? null : checksum(text);
}
