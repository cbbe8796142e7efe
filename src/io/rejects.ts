/**
 * Where bad lines go. Two files: FILE gets the lines as they were, byte for byte, so that they can be repaired and
 * read again; FILE.log gets one JSON object a line that says where each came from and why it was refused. Line n of
 * the log is about line n of FILE. Both are created at the start, so that two empty files mean "nothing was rejected".
 * FILE may also name an open descriptor, such as /dev/stderr: it gets the lines, behind what is there, and there is no
 * log. Writes are synchronous and combined to 64 KiB, first the lines and then their rows.
 */
import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { excerpt } from '../text/printable.ts';
import { errorCode, SinkError, sinkError } from './errors.ts';
import { descriptorOf, identify, isSameFile, type StandardFd, statsOfInherited } from './identity.ts';

/** One row of FILE.log; the keys are written in this order. */
export interface RejectRow {
  /** The input as the user wrote it, or `<stdin>`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Of the line's first byte, from 0, in the decompressed input. */
  readonly byteOffset: number;
  /** In bytes from 1: where in the line it went wrong. */
  readonly column: number;
  /** Number, name and sentence of engine/codes.ts. */
  readonly code: number;
  readonly name: string;
  readonly reason: string;
  /** Of the line in bytes, without its newline. */
  readonly length: number;
  /**
   * The line is of the output of this plugin, and `line`, `byteOffset` count there; left out for a line of the input.
   */
  readonly outputOf?: string | undefined;
}

export interface RejectsOptions {
  /** The run's inputs and its output, as the user wrote them: the rejects must be none of these files. */
  readonly inputs: readonly string[];
  readonly output: string;
}

export interface RejectsWriter {
  /** FILE as the user wrote it. */
  readonly name: string;
  /** Adds a line (borrowed for the call, without its newline) and its row. @throws SinkError */
  write(line: Uint8Array, row: RejectRow): void;
  /** Adds the beginning of a line that is too long to be in memory at once; `write` ends it. @throws SinkError */
  writePart(part: Uint8Array): void;
  /** Hands everything to the system. @throws SinkError */
  flush(): void;
  /** The same, before a source hears that its lines are dealt with. @throws SinkError */
  keep?(): void;
  /** Flushes and closes; safe to call twice. @throws SinkError */
  close(): void;
}

/** What the name of the log has behind that of the lines. */
export const LOG_SUFFIX = '.log';
const BUFFER_BYTES = 64 * 1024;
const RETRY_MS = 2;
const { O_CREAT, O_NOFOLLOW = 0, O_TRUNC, O_WRONLY } = constants;
const EMPTIED = O_CREAT | O_TRUNC | O_WRONLY;
const NEWLINE = Uint8Array.of(0x0a);

/**
 * Creates (or empties) `path` and `path.log`; a descriptor that `path` names is written as it is, without a log.
 * @throws SinkError when that fails, or when one of the two is an input, the output, or no regular file
 */
export function openRejects(path: string, options: RejectsOptions): RejectsWriter {
  const inherited = descriptorOf(path);
  if (inherited !== undefined) {
    refuseClash(path, options);
    return new Rejects(new BufferedFile(path, () => opened(inherited), false), undefined);
  }
  const logPath = path + LOG_SUFFIX;
  refuse(path, path, options);
  refuseLink(path, logPath);
  refuse(path, logPath, options);
  const lines = new BufferedFile(path, () => openSync(path, EMPTIED));
  try {
    return new Rejects(lines, new BufferedFile(logPath, () => openSync(logPath, EMPTIED | O_NOFOLLOW)));
  } catch (error) {
    lines.close();
    throw error;
  }
}

class Rejects implements RejectsWriter {
  readonly name: string;
  readonly #lines: BufferedFile;
  readonly #log: BufferedFile | undefined;
  readonly #encoder = new TextEncoder();

  constructor(lines: BufferedFile, log: BufferedFile | undefined) {
    this.name = lines.name;
    this.#lines = lines;
    this.#log = log;
  }

  write(line: Uint8Array, row: RejectRow): void {
    const { file, line: number, byteOffset, column, code, name, reason, length, outputOf } = row;
    const text = JSON.stringify({ file, line: number, byteOffset, column, code, name, reason, length, outputOf });
    const encoded = this.#encoder.encode(`${text}\n`);
    // Both are written together, so that a killed run leaves as many rows as lines.
    if (!this.#lines.hasRoom(line.length + 1) || this.#log?.hasRoom(encoded.length) === false) this.flush();
    this.#lines.write(line);
    this.#lines.write(NEWLINE);
    this.#log?.write(encoded);
  }

  writePart(part: Uint8Array): void {
    this.#lines.write(part);
  }

  flush(): void {
    this.#lines.flush();
    this.#log?.flush();
  }

  keep(): void {
    this.flush();
  }

  close(): void {
    try {
      this.#lines.close();
    } finally {
      this.#log?.close();
    }
  }
}

/** A file that is written in pieces of up to 64 KiB. */
class BufferedFile {
  readonly name: string;
  readonly #isOwned: boolean;
  #fd: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #bufferedBytes = 0;
  #bytesWritten = 0;

  /** @param isOwned `close` closes the descriptor that `open` returns */
  constructor(name: string, open: () => number, isOwned = true) {
    this.name = name;
    this.#isOwned = isOwned;
    try {
      this.#fd = open();
    } catch (error) {
      throw sinkError(name, 'write', error);
    }
  }

  hasRoom(bytes: number): boolean {
    return this.#bufferedBytes + bytes <= BUFFER_BYTES;
  }

  write(bytes: Uint8Array): void {
    if (!this.hasRoom(bytes.length)) this.flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#writeOut(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#bufferedBytes);
    this.#bufferedBytes += bytes.length;
  }

  flush(): void {
    const bytes = this.#bufferedBytes;
    this.#bufferedBytes = 0;
    this.#writeOut(this.#buffer.subarray(0, bytes));
  }

  close(): void {
    if (this.#fd < 0) return;
    try {
      this.flush();
    } finally {
      const fd = this.#fd;
      this.#fd = -1;
      if (this.#isOwned) closeSync(fd);
    }
  }

  #writeOut(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length; ) {
      try {
        const count = writeSync(this.#fd, bytes, taken, bytes.length - taken, null);
        taken += count;
        this.#bytesWritten += count;
      } catch (error) {
        const code = errorCode(error);
        // Somebody who shares the descriptor made it non-blocking.
        if (code === 'EAGAIN') pause();
        else if (code !== 'EINTR') throw sinkError(this.name, 'write', error, this.#bytesWritten);
      }
    }
  }
}

/** @returns `fd`. @throws when it is not open, or Node's own */
function opened(fd: number): number {
  statsOfInherited(fd);
  return fd;
}

/** Blocks the thread for a moment. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
}

/** Whoever names FILE may name a link; FILE.log was named by nobody, and somebody may have put a link there. */
function refuseLink(rejects: string, log: string): void {
  if (lstatSync(log, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  const text = `cannot write ${excerpt(log)}: it is a link, and --rejects writes its log only to a file of its own; remove the link, or give --rejects another name than ${excerpt(rejects)}`;
  throw new SinkError(log, 'ELOOP', text, 0);
}

/** Opening empties the file, so what must not be emptied is found out before. */
function refuse(rejects: string, path: string, options: RejectsOptions): void {
  const stats = identify(path, 1);
  if (stats !== undefined && !stats.isFile()) {
    const text = `cannot write ${excerpt(path)}: --rejects writes ${excerpt(rejects)} and the same name with ${LOG_SUFFIX}, and this is not a regular file`;
    throw new SinkError(path, 'EINVAL', text, 0);
  }
  refuseClash(path, options);
}

function refuseClash(path: string, options: RejectsOptions): void {
  const stats = identify(path, 1);
  const fdOfPath = descriptorOf(path);
  const isSame = (other: string, fd: StandardFd) =>
    (other !== '-' && resolve(other) === resolve(path)) ||
    isSameFile(identify(other, fd), stats) ||
    (fdOfPath !== undefined && fdOfPath === (other === '-' ? fd : descriptorOf(other)));
  const clash = options.inputs.some((input) => isSame(input, 0))
    ? 'an input'
    : isSame(options.output, 1)
      ? 'the output'
      : undefined;
  if (clash === undefined) return;
  throw new SinkError(
    path,
    'EINVAL',
    `cannot write rejects to ${excerpt(path)}: it is also ${clash}; give --rejects another name`,
    0,
  );
}
