/** Removes files whose removal may fail: the next writer removes what no manifest names. */
import { StoreError } from '../errors.ts';
import type { Files } from './files.ts';

/** After an error, which is reported instead of another one, or when the file may stay. */
export function removeQuietly(files: Files, name: string): void {
  try {
    files.remove(name);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
