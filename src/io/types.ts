/** The two ends of the pipeline as it sees them: bytes in, bytes out, and whether either would block. */

/** `readNow` found nothing to read yet; `wait` resolves when there is. */
export const WOULD_BLOCK = -1;

/** A stream of decoded bytes (gzip and zstd are already undone). One reader, no concurrent calls. */
export interface Source {
  /** For messages: the path as given, or `<stdin>`. */
  readonly name: string;
  /** Size in bytes of a regular, uncompressed file (for progress); undefined otherwise. */
  readonly sizeBytes: number | undefined;
  /**
   * Copies bytes to the front of `target` (which may view shared memory and is not kept).
   * @returns the number of bytes (> 0), 0 at the end of the input, or WOULD_BLOCK. Never blocks on a pipe.
   * @throws SourceError when the input cannot be read or inflated
   */
  readNow(target: Uint8Array): number;
  /**
   * Resolves when `readNow` would not return WOULD_BLOCK. At most one wait is pending; calling again returns the same
   * promise.
   */
  wait(): Promise<void>;
  /** Releases the descriptor. Safe to call twice, and while a wait is pending. */
  close(): void;
}

/** Where output goes. One writer, no concurrent calls. */
export interface Sink {
  /** For messages: the path as given, or `<stdout>`. */
  readonly name: string;
  /** True when the reader of the pipe has gone away (EPIPE). Writes are then ignored; it is not an error. */
  readonly closed: boolean;
  /** Output goes to a terminal. */
  readonly isTTY: boolean;
  /** Nothing of the output is to be seen before `commit`, and nothing of it is left by `abort`. */
  readonly isAllOrNothing?: boolean;
  /**
   * Writes as much of `bytes` as can be written without blocking on a slow reader; `bytes` is borrowed for the call.
   * @returns the number of bytes taken (all of them for files)
   * @throws SinkError when the bytes cannot be written (ENOSPC, EIO …)
   */
  writeNow(bytes: Uint8Array): number;
  /**
   * Writes all of `bytes`, waiting for the reader as long as it takes. `bytes` is borrowed until the promise settles.
   */
  writeAll(bytes: Uint8Array): Promise<void>;
  /** Ends the output: with -o, the finished file gets its name now. @throws SinkError */
  commit(): void;
  /**
   * Gives the output up: with -o, the temporary file is removed and an earlier file of that name is untouched. Never
   * throws.
   */
  abort(): void;
}
