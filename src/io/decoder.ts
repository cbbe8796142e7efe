/** What an InflatingSource asks of a decompressor. gunzip.ts and unzstd.ts implement it. */

/** Undoes one compression, member after member, into the Inbox it was opened with. */
export interface Decoder {
  /**
   * Decodes `bytes`, which are borrowed until the promise settles. @throws InflateError, after what was good was
   * output
   */
  write(bytes: Uint8Array): Promise<void>;
  /** The input has ended. @throws InflateError when it should not have */
  end(): void;
  /** Gives everything back. A pending write settles soon, and what it says no longer matters. */
  close(): void;
}

/** What a decoder found wrong: the machine's word for it, and the message's second half. */
export class InflateError extends Error {
  readonly code: 'ETRUNCATED' | 'ETRAILING' | 'ECORRUPT' | 'EUNSUPPORTED';

  constructor(code: InflateError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'InflateError';
    this.code = code;
  }
}

/** A decompressor's own complaint, as an InflateError. */
export function corrupt(error: unknown): InflateError {
  if (error instanceof InflateError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new InflateError('ECORRUPT', `the data is corrupt (${cause})`, error);
}
