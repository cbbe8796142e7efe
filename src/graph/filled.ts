/** What a node reads next from a source: usually a batch. Types only. */
import type { SourceError } from '../io/index.ts';
import type { Batch } from './batch.ts';
import type { Receipt } from './receipt.ts';

/** A line longer than a block, whose parts have been handed on, is over. */
export interface LongLine {
  readonly kind: 'long';
  /** Without its newline. */
  readonly lengthBytes: number;
  readonly sourceOffset: number;
  /** The source ended before its newline. */
  readonly endAdded: boolean;
  /** As those of a batch: whoever takes the line holds them. */
  readonly receipts: readonly Receipt[];
  readonly whole: number;
  readonly id: string | undefined;
}

export type Filled =
  | Batch
  | LongLine
  /** A part of a line that is longer than a block, borrowed until the next call; `long` follows, or `end`. */
  | { readonly kind: 'part'; readonly bytes: Uint8Array }
  /** Nothing to read now; the block is kept. Wait for the source, at most until `deadlineMs` when that is given. */
  | { readonly kind: 'dry'; readonly deadlineMs: number | undefined }
  /** `unfinishedBytes` of a last line had been read when the run was stopped; 0 at the true end of the input. */
  | { readonly kind: 'end'; readonly unfinishedBytes: number; readonly failure: SourceError | undefined };
