/**
 * What goes wrong at the two ends, in words. A system error carries a code that only programmers know; the message
 * made here has the place, the cause and the code: `cannot read app.log: no such file (ENOENT)`.
 * libuv's own sentences are used, except where they say less than a user needs ("illegal operation on a directory").
 */
import { getSystemErrorMap } from 'node:util';
import { Exit, type Explained } from '../text/explained.ts';
import { excerpt, messageLine } from '../text/printable.ts';

/** An input that cannot be opened, read or inflated. Bytes handed out before it was thrown are good. */
export class SourceError extends Error implements Explained {
  readonly problem = 'system';
  readonly exit = Exit.data;
  /** The input as the user wrote it, or `<stdin>`. */
  readonly source: string;
  /** The system's or the decoder's code (`ENOENT`, `ETRUNCATED` …). */
  readonly code: string;

  constructor(source: string, code: string, message: string, cause?: unknown) {
    super(messageLine(message), cause === undefined ? undefined : { cause });
    this.name = 'SourceError';
    this.source = source;
    this.code = code;
  }
}

/** An output that cannot be opened, written or given its name. */
export class SinkError extends Error implements Explained {
  readonly problem = 'system';
  readonly exit = Exit.data;
  /** The output as the user wrote it, or `<stdout>`. */
  readonly sink: string;
  readonly code: string;
  /** How many bytes the output had taken before. */
  readonly bytesWritten: number;

  constructor(sink: string, code: string, message: string, bytesWritten: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SinkError';
    this.sink = sink;
    this.code = code;
    this.bytesWritten = bytesWritten;
  }
}

const plainer = new Map([
  ['ENOENT', 'no such file'],
  ['EISDIR', 'is a directory'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EBADF', 'no such descriptor is open'],
  ['ENXIO', 'no such device, or nothing at its other end'],
]);

const UNKNOWN = 'EUNKNOWN';
const NAME_LOST = 'its name is not UTF-8; rename it, or pipe it in: cat FILE | slung …';

/** The code of a system error, or `EUNKNOWN` for anything else that was thrown. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : UNKNOWN;
}

/** A system error as `cause (CODE)`; what is none in its own words. */
export function describe(error: unknown): string {
  const code = errorCode(error);
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined;
  const libuv = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  const text = plainer.get(code) ?? libuv ?? excerpt(error instanceof Error ? error.message : String(error));
  return code === UNKNOWN ? text : `${text} (${code})`;
}

/** @param verb what was tried: `read`, `open` … */
export function sourceError(name: string, verb: string, error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const code = errorCode(error);
  // Names come as text, in which what is no UTF-8 has been replaced.
  const cause = code === 'ENOENT' && name.includes('\ufffd') ? NAME_LOST : describe(error);
  return new SourceError(name, code, `cannot ${verb} ${excerpt(name)}: ${cause}`, error);
}

/** @param verb what was tried: `write`, `finish` … */
export function sinkError(name: string, verb: string, error: unknown, bytesWritten = 0): SinkError {
  if (error instanceof SinkError) return error;
  const after = bytesWritten > 0 ? ` after ${bytesWritten} bytes` : '';
  return new SinkError(
    name,
    errorCode(error),
    `cannot ${verb} ${excerpt(name)}: ${describe(error)}${after}`,
    bytesWritten,
    error,
  );
}

/**
 * Why a file could not be made, or undefined when something else than its directory is at fault.
 * @param folder where it was to be
 */
export function missingFolder(folder: string, error: unknown): string | undefined {
  return errorCode(error) === 'ENOENT' ? `there is no directory ${excerpt(folder)} (ENOENT)` : undefined;
}
