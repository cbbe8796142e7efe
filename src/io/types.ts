/**
 * The two ends of the pipeline, as the pipeline sees them: bytes in, bytes out, and whether either would block. A Sink
 * has finished with bytes when it has taken them; an Outlet confirms later, and a UnitSource wants to know later what
 * happened to its bytes.
 */
import type { SinkError } from './errors.ts';

/** `readNow` found nothing to read yet; `wait` resolves when there is. */
export const WOULD_BLOCK = -1;

/** A regular file that is read as it is, so that its bytes may be read in any order. */
export interface Seekable {
  /** The descriptor, for reads at given places (read-lines.ts). */
  readonly handle: number;
  /** From where the next `readNow` reads. */
  seek(at: number): void;
  /** The descriptor stays open until `letGo`, also when the source is closed. */
  hold(): void;
  letGo(): void;
}

/** A byte of an input. */
export interface PlaceOfByte {
  /** From 1. */
  readonly line: number;
  /** From 1, in bytes. */
  readonly column: number;
  /** From 0, in the (decompressed) input. */
  readonly offset: number;
}

/** Where the bytes of a source were before they were converted. */
export interface Places {
  /** Each line is made of one line of the input, in their order. */
  readonly keepsLines: boolean;
  /** @param offset of a byte of the source */
  at(offset: number): PlaceOfByte;
  /** Nobody will ask for bytes before `offset`. */
  forget(offset: number): void;
}

/** A stream of decoded bytes (gzip and zstd are already undone). One reader, no concurrent calls. */
export interface Source {
  /** For messages: the path as given, or `<stdin>`. */
  readonly name: string;
  /** Size in bytes of a regular, uncompressed file (for progress); undefined otherwise. */
  readonly sizeBytes: number | undefined;
  /** Undefined for what can only be read from its beginning to its end, or is not known yet to be anything else. */
  readonly seekable?: Seekable | undefined;
  /** Of a source that converts what it reads; undefined where bytes and lines are those of the input. */
  readonly places?: Places | undefined;
  /** Its lines are rows of a table: what is no JSON is a row that does not fit the header. */
  readonly isTable?: boolean | undefined;
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

/** What a source wants to know the fate of, such as a request: its bytes are whole lines. */
export interface Border {
  /** One past its last byte, counted from the source's first; at least that of the border before. */
  readonly end: number;
  readonly unit: object;
}

/** Bytes of one file among those of a source that reads several. */
export interface FileStretch {
  /** As messages name it. */
  readonly path: string;
  /** The same object for all stretches of one file. */
  readonly file: object;
  /** Its first byte: where it lies in the source, and where in the file. */
  readonly start: number;
  readonly offset: number;
  /** Lines of the file before that byte, where it is the first stretch of the file; the reader counts on. */
  readonly lines: number;
  /** Where the bytes of another file begin in the source; Infinity while nothing else has been read. */
  readonly end: number;
}

/** Says of which file the byte at `offset` of a source is. Asked in order: what is before is forgotten. */
export type FileAt = (offset: number) => FileStretch | undefined;

/** `rejects`: rows for whoever sent the unit, about lines of it that were refused. */
export type UnitOutcome = 'ok' | 'failed' | { readonly rejects: string };

/** A source that answers for what it gave, unit by unit. */
export interface UnitSource extends Source {
  /** The ends of units among the bytes that were read, in order; each is given once. */
  takeBorders(): readonly Border[];
  /** The name of a unit, which is the same whenever it comes again. */
  idOf?(unit: object): string;
  /**
   * Whoever reads keeps units apart: from now on a read ends with a unit at the latest, and a border is given as soon
   * as the first byte of its unit has been read.
   */
  giveApart?(): void;
  /** Says what became of a unit; once for each, in any order. */
  settle(unit: object, outcome: UnitOutcome): void;
  /** Takes nothing more. What has been taken can still be read and settled; then comes the end. */
  stop(): void;
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
  /**
   * Writes the beginning of `bytes` when the reader has room for it, and can be given up by `abort` meanwhile, which
   * `writeAll` cannot. Undefined where there is no way to do that.
   * @returns how much has been written
   */
  readonly writeSoon?: ((bytes: Uint8Array) => Promise<number>) | undefined;
  /** What every new file begins with, where the sink begins files: one that is empty, and those after a rotation. */
  begin?(header: Uint8Array): void;
  /** What was taken is on the disk, where there is one. @throws SinkError */
  sync?(): void;
  /** Opens what its name leads to now. @throws SinkError; it goes on as before then */
  reopen?(): void;
  /** Ends the output: with -o, the finished file gets its name now. @throws SinkError */
  commit(): void;
  /**
   * Gives the output up: with -o, the temporary file is removed and an earlier file of that name is untouched. Never
   * throws.
   */
  abort(): void;
}

/** Output that is confirmed, or given up, as one. */
export interface Delivery {
  /** Whole lines, in order. Borrowed for the call of `offer`: they may view memory that is written over afterwards. */
  readonly segments: readonly Uint8Array[];
  /** For reports. */
  readonly records: number;
  /**
   * The same whenever the same records come again, for an end that leaves out what it has; undefined where there is
   * none.
   */
  readonly id: string | undefined;
  /**
   * For ends that have a file for each value: for each segment the values of the template's places, in their order.
   */
  readonly keys?: readonly (readonly string[])[] | undefined;
  /** What is to be known of it, as names and values, for ends that have headers beside what they deliver. */
  readonly notes?: readonly (readonly [string, string])[] | undefined;
  /**
   * Called once for each delivery that was taken, perhaps before `offer` returns: the other end has it, or `failure`
   * says why it never will. After a failure some of its records may have arrived.
   * @param lines with a failure: the lines of which it is not known that they have arrived, whole and in order. They
   * are the receiver's from now on.
   */
  settle(failure: SinkError | undefined, lines?: readonly Uint8Array[]): void;
}

/** What an outlet has done with what it took. */
export interface OutletReport {
  /** Deliveries that were confirmed, and what was in them. */
  readonly deliveries: number;
  readonly records: number;
  readonly bytes: number;
  /** Those that failed, those given up at the deadline among them. */
  readonly failed: { readonly deliveries: number; readonly records: number; readonly bytes: number };
  /** Attempts beyond the first. */
  readonly retries: number;
}

/**
 * Where output goes that is confirmed later than it is taken: what has been taken is the outlet's own, a copy in
 * memory that is bounded. One writer. Nothing of it throws but the constructor; what fails is said by `settle`.
 */
export interface Outlet {
  /** For messages; nothing secret is in it. */
  readonly name: string;
  /** Ids of deliveries reach the other end; without, nobody needs to make them. */
  readonly takesIds: boolean;
  /** Whoever read it has gone away, which is no failure: what is not confirmed by then is settled as failed. */
  readonly isClosed?: boolean;
  /** Nothing of it is to be seen before it is closed as whole. */
  readonly isAllOrNothing?: boolean;
  /** So far: what had to be copied, and the most that was in its memory at a time. */
  readonly bytesCopied: number;
  readonly bufferPeak: number;
  /** Bytes that are in its memory now. */
  readonly buffered: number;
  /** What it waits for, in words that follow the name (`attempt 4: HTTP 503`); undefined while all goes well. */
  readonly waitsFor: string | undefined;
  /**
   * `full`: nothing of it was taken; offer it again after `room`. A delivery that is larger than all room is taken
   * alone.
   */
  offer(delivery: Delivery): 'taken' | 'full';
  /** Resolves when what was refused last has room. */
  room(): Promise<void>;
  /** Resolves when all that was taken is settled. */
  flush(): Promise<void>;
  /**
   * What each file or request begins with (the names of columns). Called once, before the first delivery.
   * @returns false when it begins nothing anew: then the header is delivered like other lines
   */
  header?(bytes: Uint8Array): boolean;
  /** Opens files anew, because somebody has moved them away. @throws SinkError; it goes on as before then */
  reopen?(): void;
  /** Gives up what waits: nothing that comes after a failure is to arrive. */
  halt?(failure: SinkError): void;
  /**
   * Takes nothing more, waits for what was taken, gives up after `withinMs` what is left, and lets go of everything.
   * @param isWhole asked when all is settled; false: what is all or nothing is discarded. Default: it is whole
   * @throws SinkError when it cannot be finished, or get its name
   */
  close(withinMs: number, isWhole?: () => boolean): Promise<OutletReport>;
  /** What has to be said at the end, besides. */
  words?(): readonly string[];
  /** So far. */
  report(): OutletReport;
}
