/**
 * Making things last. An error of fsync is final: the kernel has marked the pages clean that it could not write, so
 * that a second fsync would say yes to what is lost (Rebello et al., Can Applications Recover from fsync Failures?,
 * USENIX ATC 2020). What such an error becomes here is of kind `failed`, and its receiver stops writing.
 */
import { StoreError } from '../errors.ts';
import type { Files, OpenFile } from './files.ts';

/**
 * Syncs what was written into a file.
 * @param name for messages
 * @throws StoreError `failed`
 */
export function syncFile(file: OpenFile, name: string): void {
  try {
    file.sync();
  } catch (error) {
    throw lasting(error, name);
  }
}

/**
 * Gives a file of our own, which is finished and synced, its name. Who takes the lock over removes what it finds
 * unfinished (fence.ts), so that a previous owner that comes back cannot do this late.
 * @throws StoreError which says so, where that is why the file is not there
 */
export function renameOwn(files: Files, from: string, to: string): void {
  try {
    files.rename(from, to);
  } catch (error) {
    files.checkLock();
    throw error;
  }
}

/**
 * Syncs the names of the directory.
 * @throws StoreError `failed`
 */
export function syncNames(files: Files): void {
  try {
    files.syncDirectory();
  } catch (error) {
    throw lasting(error, files.directory);
  }
}

/**
 * The error of a file whose content on disk is not known any more; other things than StoreErrors pass.
 * @param file as StoreError.file
 */
export function lasting(error: unknown, file: string): unknown {
  if (!(error instanceof StoreError)) return error;
  const hint = 'Nothing more is written. What was acknowledged before is safe; look after the disk, then start again.';
  return new StoreError('failed', error.message, { file, hint, cause: error });
}
