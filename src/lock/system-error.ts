/**
 * A system error in words: its code, and libuv's sentence for it. A small version of src/io/errors.ts, which plugins
 * and the store do not import.
 */
import { getSystemErrorMap } from 'node:util';

const UNKNOWN = 'EUNKNOWN';

/** `ENOENT` and so on; `EUNKNOWN` for anything else that was thrown. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : UNKNOWN;
}

/** `no such file or directory (ENOENT)` */
export function describe(error: unknown): string {
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined;
  const text = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  if (text === undefined && errorCode(error) === UNKNOWN) return error instanceof Error ? error.message : String(error);
  return `${text ?? (error instanceof Error ? error.message : String(error))} (${errorCode(error)})`;
}
