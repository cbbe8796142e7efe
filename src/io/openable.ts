/**
 * Whether files and folders could be opened, without opening them for use, and why not: they are missing, or may not
 * be read or written. A run that opens them later may find a different state.
 */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { describe, errorCode } from './errors.ts';
import { isPattern } from './glob.ts';

const { R_OK, W_OK } = constants;

/** Why a file, or what a pattern finds, cannot be read. @param follow one that does not exist is waited for */
export function unreadable(path: string, follow: boolean): string | undefined {
  if (isPattern(path)) return undefined;
  const stats = found(path);
  if (typeof stats === 'string') return `cannot look at ${excerpt(path)}: ${stats}`;
  if (stats === undefined) return follow ? undefined : `there is no file ${excerpt(path)}; follow: true waits for it`;
  if (stats.isDirectory()) return `${excerpt(path)} is a directory; ${excerpt(path)}/* is what is in it`;
  return denied(path, R_OK, `cannot read ${excerpt(path)}`);
}

/** Why a file cannot be written. */
export function unwritable(path: string, mode: 'create' | 'append'): string | undefined {
  const stats = found(path);
  if (typeof stats === 'string') return `cannot look at ${excerpt(path)}: ${stats}`;
  if (stats?.isDirectory()) return `${excerpt(path)} is a directory; type: dir writes files into one`;
  const folder = dirname(path);
  if (stats === undefined && found(folder) === undefined) return `there is no folder ${excerpt(folder)}`;
  // What is made is made beside, and gets its name.
  const isWritten = stats !== undefined && (mode === 'append' || !stats.isFile());
  return denied(isWritten ? path : folder, W_OK, `cannot write ${excerpt(path)}`);
}

/** Why no files can be made below a folder, which is made when it is not there. */
export function unmakeable(root: string): string | undefined {
  let folder = root;
  while (found(folder) === undefined && dirname(folder) !== folder) folder = dirname(folder);
  const stats = found(folder);
  const about = `cannot make files in ${excerpt(root)}`;
  if (typeof stats !== 'object' || !stats.isDirectory()) return `${about}: ${excerpt(folder)} is no directory`;
  return denied(folder, W_OK, about);
}

/** @returns in words why it cannot be seen; undefined when there is nothing */
function found(path: string): Stats | string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return errorCode(error) === 'ENOTDIR' ? undefined : describe(error);
  }
}

function denied(path: string, mode: number, about: string): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return `${about}: ${describe(error)}`;
  }
}
