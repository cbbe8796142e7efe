/**
 * What an outlet has taken and not confirmed yet: a copy of each delivery, cut into pieces of whole lines, which are
 * confirmed one by one. Its memory is bounded: what has no room is refused, and whoever offered it hears when there is
 * some.
 *
 * The surprising part: everything is copied once. A delivery's bytes lie in the memory of an engine, which is wanted
 * for the next batch and is written over in place; an attempt that reads them later would send something else.
 */
import { SinkError } from './errors.ts';
import { OutletCounts } from './outlet-counts.ts';
import type { Delivery, OutletReport } from './types.ts';

const NEWLINE = 0x0a;
/** Places of pieces that were taken out are left at the front of the list, so many at most. */
const MOST_DEAD = 1024;

/** A part of a delivery: whole lines. */
export interface Piece {
  readonly bytes: Buffer;
  /** That of the delivery, with a number when it has several pieces. */
  readonly id: string | undefined;
  /** That of its segments; undefined where they have none. */
  readonly label: string | undefined;
  readonly of: Taken;
}

/** A delivery that was taken. */
interface Taken {
  readonly settle: Delivery['settle'];
  readonly records: number;
  readonly bytes: number;
  openPieces: number;
  failure: SinkError | undefined;
  /** Pieces that have failed. */
  readonly lines: Buffer[];
}

export class Backlog {
  readonly #limitBytes: number;
  /** Those before #head have been taken out. */
  readonly #queue: (Piece | undefined)[] = [];
  #head = 0;
  readonly #counts = new OutletCounts();
  #bytes = 0;
  #bytesCopied = 0;
  #peakBytes = 0;
  #open = 0;
  #wantedBytes = 0;
  #isClosed = false;
  #wakeWriter: (() => void)[] = [];
  #wakeFlush: (() => void)[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The next piece to send, which stays in the queue until `shift`. */
  get next(): Piece | undefined {
    return this.#queue[this.#head];
  }

  /** Bytes that are not confirmed. */
  get bytes(): number {
    return this.#bytes;
  }

  get bytesCopied(): number {
    return this.#bytesCopied;
  }

  /** The most that were not confirmed at a time. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /**
   * Takes a copy of a delivery.
   * @param pieceBytes the most that a piece may have, unless it is one line
   * @param labels one for each segment: a piece has lines of one label only
   * @returns `full` when there is no room for it
   */
  take(delivery: Delivery, pieceBytes: number, labels?: readonly string[]): 'taken' | 'full' {
    const bytes = delivery.segments.reduce((sum, segment) => sum + segment.length, 0);
    if (this.#isClosed) throw new Error('a closed outlet takes nothing');
    if (!this.#hasRoomFor(bytes)) {
      this.#wantedBytes = bytes;
      return 'full';
    }
    const { records, id } = delivery;
    const taken: Taken = {
      ...{ settle: (failure, lines) => delivery.settle(failure, lines), records, bytes },
      ...{ openPieces: 1, failure: undefined, lines: [] },
    };
    this.#open++;
    this.#bytes += bytes;
    this.#bytesCopied += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    const parts = cutIntoPieces(delivery.segments, pieceBytes, labels);
    taken.openPieces += parts.length;
    parts.forEach((part, i) => {
      this.#queue.push({ ...part, id: id === undefined || parts.length === 1 ? id : `${id}.${i}`, of: taken });
    });
    this.#closePiece(taken);
    return 'taken';
  }

  /** Takes the next piece out of the queue: it is on its way, and still counts. */
  shift(): Piece | undefined {
    const piece = this.#queue[this.#head];
    if (piece === undefined) return undefined;
    this.#queue[this.#head++] = undefined;
    // The rest of a long list is not moved for each piece.
    if (this.#head === this.#queue.length || this.#head >= MOST_DEAD) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return piece;
  }

  /** Pieces that were on their way go first again, in their order. */
  unshift(pieces: readonly Piece[]): void {
    this.#queue.splice(0, this.#head, ...pieces);
    this.#head = 0;
  }

  /** A piece that was taken out of the queue has arrived, or never will. */
  settle(piece: Piece, failure: SinkError | undefined): void {
    piece.of.failure ??= failure;
    if (failure !== undefined) piece.of.lines.push(piece.bytes);
    this.#bytes -= piece.bytes.length;
    this.#closePiece(piece.of);
    if (this.#hasRoomFor(this.#wantedBytes)) this.#wake(this.#wakeWriter);
  }

  /** Gives up what is in the queue. */
  giveUp(failure: SinkError): void {
    const waiting = this.#queue.splice(0);
    this.#head = 0;
    for (const piece of waiting) if (piece !== undefined) this.settle(piece, failure);
  }

  room(): Promise<void> {
    if (this.#isClosed || this.#hasRoomFor(this.#wantedBytes)) return Promise.resolve();
    return new Promise((resolve) => this.#wakeWriter.push(resolve));
  }

  flush(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => this.#wakeFlush.push(resolve));
  }

  /** Takes nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#wake(this.#wakeWriter);
  }

  /** A further attempt at something. */
  countRetry(): void {
    this.#counts.retries++;
  }

  report(): OutletReport {
    return this.#counts.report();
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#limitBytes;
  }

  #closePiece(taken: Taken): void {
    if (--taken.openPieces > 0) return;
    this.#counts.settled(taken.failure !== undefined, taken.records, taken.bytes);
    this.#open--;
    if (taken.failure === undefined) taken.settle(undefined);
    else taken.settle(taken.failure, taken.lines);
    if (this.#open === 0) this.#wake(this.#wakeFlush);
  }

  #wake(waiting: (() => void)[]): void {
    for (const wake of waiting.splice(0)) wake();
  }
}

type Part = Pick<Piece, 'bytes' | 'label'>;

/** The segments of each label, together and in order, the labels as they come first. */
function cutIntoPieces(segments: readonly Uint8Array[], pieceBytes: number, labels?: readonly string[]): Part[] {
  if (labels === undefined) return cutLines(segments, pieceBytes).map((bytes) => ({ bytes, label: undefined }));
  const byLabel = new Map<string, Uint8Array[]>();
  segments.forEach((segment, i) => {
    const label = labels[i]!;
    const own = byLabel.get(label);
    if (own === undefined) byLabel.set(label, [segment]);
    else own.push(segment);
  });
  return [...byLabel].flatMap(([label, own]) => cutLines(own, pieceBytes).map((bytes) => ({ bytes, label })));
}

/** Whole lines, as many as fit; a line that does not fit is a piece of its own. */
function cutLines(segments: readonly Uint8Array[], pieceBytes: number): Buffer[] {
  const bytes = Buffer.concat(segments);
  const pieces: Buffer[] = [];
  let from = 0;
  while (from < bytes.length) {
    let to = bytes.length;
    if (to - from > pieceBytes) {
      const newline = bytes.lastIndexOf(NEWLINE, from + pieceBytes - 1);
      const after = newline >= from ? newline : bytes.indexOf(NEWLINE, from + pieceBytes);
      to = after < 0 ? bytes.length : after + 1;
    }
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  return pieces;
}

/** What was not delivered when there was no more time. */
export function outOfTime(name: string, withinMs: number, waitsFor: string | undefined): SinkError {
  const why = waitsFor === undefined ? '' : ` (${waitsFor})`;
  const when = withinMs < 1 ? 'before' : `within ${withinMs / 1000} s of`;
  const text = `cannot deliver to ${name}: not confirmed ${when} the end${why}`;
  return new SinkError(name, 'ETIMEDOUT', `${text}; a longer shutdown-timeout waits longer`, 0);
}
