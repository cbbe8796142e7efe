/**
 * Writes compiled code for later starts; a bundle of its own, because only the first starts need it. A file appears
 * under its name when it is whole and on the disk.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { removeLeftovers, temporaryBeside } from '../../lock/temporary.ts';
import { fileOf, MARK_BYTES } from './kept-file.ts';
import type { Code } from './load.ts';
import { isPrivateFolder } from './place.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Of one bundle: for other versions of Node and slung, and other flags. */
const MOST_FILES = 4;

/** @throws when it cannot be written */
export function keep({ script, name, folder, key, round, mark }: Code): void {
  const code = script.createCachedData();
  // Flags that have changed since the start are not those of the next start: V8 would reject what it made with them.
  if (!code.subarray(0, MARK_BYTES).equals(mark)) return;
  if (!isPrivateFolder(folder) && !makeFolder(folder)) return;
  const path = join(folder, name);
  const temporary = temporaryBeside(path);
  try {
    writeNew(temporary, fileOf(key, { code, round: round + 1 }));
    removeLeftovers(path, temporary);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  removeOld(folder, name);
}

/** Makes the folder, for this user alone. @returns false when it cannot be made, or is not private */
export function makeFolder(folder: string): boolean {
  // ~/.cache, slung and code. Not `recursive`, which does not return from /proc and other folders that take none.
  for (const path of [dirname(dirname(folder)), dirname(folder), folder]) {
    try {
      mkdirSync(path, { mode: FOLDER_MODE });
    } catch {
      // Most are there already.
    }
  }
  return isPrivateFolder(folder);
}

function writeNew(path: string, bytes: Buffer): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, FILE_MODE);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    // Otherwise a crash may leave the same gap in both copies.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What belongs to versions that are gone is not kept for ever. */
function removeOld(folder: string, name: string): void {
  const bundle = name.slice(0, name.indexOf('.') + 1);
  const files = readdirSync(folder)
    .filter((other) => other.startsWith(bundle) && other.endsWith('.code'))
    .map((other) => ({ path: join(folder, other), mtimeMs: lstatSync(join(folder, other)).mtimeMs }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { path } of files.slice(MOST_FILES)) unlinkSync(path);
}
