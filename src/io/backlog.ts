/**
 * What an outlet has taken and not confirmed yet: a copy of each delivery, cut into pieces of whole lines, which are
 * confirmed one by one. Its memory is bounded: a delivery without room is refused, and the caller that offered it is
 * told when there is room.
 *
 * The surprising part: everything is copied once. A delivery's bytes lie in the memory of an engine, which is needed
 * for the next batch and is overwritten in place; a retry that read them later would send something else.
 */
import { SinkError } from './errors.ts';
import { endOfLines, endOfRows } from './newlines.ts';
import { OutletCounts } from './outlet-counts.ts';
import { SpareBuffers } from './spare-buffers.ts';
import type { Delivery, OutletReport } from './types.ts';

/** Places of deliveries that were taken out are left at the front of the list, so many at most. */
const MOST_DEAD = 1024;

/** A part of a delivery: whole lines. */
export interface Piece {
  readonly bytes: Buffer;
  /** That of the delivery, with a number when it has several pieces. */
  readonly id: string | undefined;
  /** That of its segments; undefined where they have none. */
  readonly label: string | undefined;
  readonly notes: Delivery['notes'];
  /** It is all of its delivery. */
  readonly isWhole: boolean;
  readonly of: Taken;
}

/** Where lines of one label end, in a copy that has the lines of each label together. */
interface Stretch {
  readonly label: string;
  readonly end: number;
}

/** A delivery that was taken. Pieces are cut from it when they are wanted: those that wait cost nothing. */
class Taken {
  readonly delivery: Delivery;
  /** The copy; it may be longer. */
  readonly memory: Buffer;
  readonly bytes: number;
  readonly pieceBytes: number;
  readonly stretches: readonly Stretch[] | undefined;
  /** Where the next piece begins, and in which stretch. */
  cut = 0;
  stretch = 0;
  pieces = 0;
  openPieces = 1;
  failure: SinkError | undefined = undefined;
  /** Pieces that have failed. */
  lines: Buffer[] | undefined = undefined;

  constructor(
    delivery: Delivery,
    memory: Buffer,
    bytes: number,
    pieceBytes: number,
    labels: readonly string[] | undefined,
  ) {
    this.delivery = delivery;
    this.memory = memory;
    this.bytes = bytes;
    this.pieceBytes = pieceBytes;
    this.stretches = copyInto(memory, delivery.segments, labels);
  }
}

export interface BacklogOptions {
  /** What may be taken and not be confirmed. */
  readonly limitBytes: number;
  /** Nobody looks at a piece after it was settled without a failure, so that its memory is used again. */
  readonly reuses?: boolean;
  /** Deliveries are csv, so that a newline between quotes does not end a line. */
  readonly isCsv?: boolean | undefined;
}

export class Backlog {
  /** Deliveries are csv. */
  readonly isCsv: boolean;
  readonly #limitBytes: number;
  readonly #spare: SpareBuffers | undefined;
  /** Those before #head have been taken out, and the one there may have been in part. */
  readonly #queue: (Taken | undefined)[] = [];
  #head = 0;
  /** Pieces that go before those of the queue; `next` is the first of them. */
  #ahead: Piece[] = [];
  readonly #counts = new OutletCounts();
  #bytes = 0;
  #bytesCopied = 0;
  #peakBytes = 0;
  #open = 0;
  #wantedBytes = 0;
  #isClosed = false;
  #wakeWriter: (() => void)[] = [];
  #wakeFlush: (() => void)[] = [];

  constructor({ limitBytes, reuses = false, isCsv = false }: BacklogOptions) {
    this.isCsv = isCsv;
    this.#limitBytes = limitBytes;
    this.#spare = reuses ? new SpareBuffers(limitBytes) : undefined;
  }

  /** The next piece to send, which stays in the queue until `shift`. */
  get next(): Piece | undefined {
    if (this.#ahead.length === 0) {
      const piece = this.#cutNext();
      if (piece !== undefined) this.#ahead.push(piece);
    }
    return this.#ahead[0];
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
    let bytes = 0;
    for (const { length } of delivery.segments) bytes += length;
    if (this.#isClosed) throw new Error('a closed outlet takes nothing');
    if (!this.#hasRoomFor(bytes)) {
      this.#wantedBytes = bytes;
      return 'full';
    }
    this.#open++;
    this.#bytes += bytes;
    this.#bytesCopied += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    const memory = this.#spare?.take(bytes) ?? Buffer.allocUnsafe(bytes);
    const taken = new Taken(delivery, memory, bytes, pieceBytes, labels);
    if (bytes === 0) this.#closePiece(taken);
    else this.#queue.push(taken);
    return 'taken';
  }

  /** Takes the next piece out of the queue: it is on its way, and still counts. */
  shift(): Piece | undefined {
    return this.#ahead.length > 0 ? this.#ahead.shift() : this.#cutNext();
  }

  /** Pieces that were on their way go first again, in their order. */
  unshift(pieces: readonly Piece[]): void {
    this.#ahead = [...pieces, ...this.#ahead];
  }

  /** A piece that was taken out of the queue has arrived, or never will. */
  settle({ of, bytes }: Piece, failure: SinkError | undefined): void {
    if (failure !== undefined) {
      of.failure ??= failure;
      of.lines ??= [];
      of.lines.push(bytes);
    }
    this.#bytes -= bytes.length;
    this.#closePiece(of);
    if (this.#wakeWriter.length > 0 && this.#hasRoomFor(this.#wantedBytes)) this.#wake(this.#wakeWriter);
  }

  /** Gives up what is in the queue. */
  giveUp(failure: SinkError): void {
    for (let piece = this.shift(); piece !== undefined; piece = this.shift()) this.settle(piece, failure);
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

  #cutNext(): Piece | undefined {
    const taken = this.#queue[this.#head];
    if (taken === undefined) return undefined;
    const { memory, delivery, cut: from } = taken;
    const stretch = taken.stretches?.[taken.stretch];
    const end = stretch?.end ?? taken.bytes;
    const to = (this.isCsv ? endOfRows : endOfLines)(memory, from, from + taken.pieceBytes, end);
    const isWhole = from === 0 && to === taken.bytes;
    const id = delivery.id === undefined || isWhole ? delivery.id : `${delivery.id}.${taken.pieces}`;
    taken.pieces++;
    taken.openPieces++;
    taken.cut = to;
    if (to === stretch?.end) taken.stretch++;
    if (to === taken.bytes) this.#leave(taken);
    const bytes = isWhole && to === memory.length ? memory : memory.subarray(from, to);
    return { bytes, id, label: stretch?.label, notes: delivery.notes, isWhole, of: taken };
  }

  /** The first of the queue is cut to its end. */
  #leave(taken: Taken): void {
    taken.openPieces--;
    this.#queue[this.#head++] = undefined;
    // The rest of a long list is not moved for each delivery.
    if (this.#head < this.#queue.length && this.#head < MOST_DEAD) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }

  #closePiece(taken: Taken): void {
    if (--taken.openPieces > 0) return;
    const { delivery, failure, lines } = taken;
    this.#counts.settled(failure !== undefined, delivery.records, taken.bytes);
    this.#open--;
    if (failure === undefined) {
      this.#spare?.giveBack(taken.memory);
      delivery.settle(undefined);
    } else delivery.settle(failure, lines);
    if (this.#open === 0) this.#wake(this.#wakeFlush);
  }

  #wake(waiting: (() => void)[]): void {
    for (const wake of waiting.splice(0)) wake();
  }
}

/** Copies the segments of each label together and in order, the labels as they come first. */
function copyInto(
  memory: Buffer,
  segments: readonly Uint8Array[],
  labels: readonly string[] | undefined,
): readonly Stretch[] | undefined {
  if (labels === undefined) {
    copyAll(memory, segments, 0);
    return undefined;
  }
  const byLabel = new Map<string, Uint8Array[]>();
  segments.forEach((segment, i) => {
    const label = labels[i]!;
    const own = byLabel.get(label);
    if (own === undefined) byLabel.set(label, [segment]);
    else own.push(segment);
  });
  let end = 0;
  const stretches: Stretch[] = [];
  for (const [label, own] of byLabel) {
    const from = end;
    end = copyAll(memory, own, from);
    if (end > from) stretches.push({ label, end });
  }
  return stretches;
}

/** @returns one past the last byte */
function copyAll(memory: Buffer, segments: readonly Uint8Array[], from: number): number {
  let to = from;
  for (const segment of segments) {
    memory.set(segment, to);
    to += segment.length;
  }
  return to;
}

/** What was not delivered when there was no more time. */
export function outOfTime(name: string, withinMs: number, waitsFor: string | undefined): SinkError {
  const why = waitsFor === undefined ? '' : ` (${waitsFor})`;
  const when = withinMs < 1 ? 'before' : `within ${withinMs / 1000} s of`;
  const text = `cannot deliver to ${name}: not confirmed ${when} the end${why}`;
  return new SinkError(name, 'ETIMEDOUT', `${text}; a longer shutdown-timeout waits longer`, 0);
}
