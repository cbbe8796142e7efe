/**
 * A batch: whole lines of one source in a block of a lane, from the cut until the last edge has taken the output. One
 * count of holders serves both things that depend on it: when nobody holds the batch any more, the block returns to
 * its lane and the receipts are settled.
 */
import type { Places } from '../io/types.ts';
import type { InputFile } from './input-file.ts';
import type { Lane, Seat } from './lane.ts';
import type { Range } from './range.ts';
import { failTogether, type Receipt } from './receipt.ts';

/** Why a batch was closed. */
export type Trigger = 'full' | 'dry' | 'aged' | 'end' | 'long';

/** What has been drained of an input. */
export interface InputCounts {
  records: number;
  bytes: number;
}

/** The source of batches. */
export interface Origin {
  readonly name: string;
  /** The lines of its batches that have been drained. */
  lines: number;
  /** Undefined for what is no file, or has no positions. */
  readonly file: InputFile | undefined;
  /** Of a regular file. */
  readonly sizeBytes: number | undefined;
  /** See Source. */
  readonly places?: Places | undefined;
  readonly isTable?: boolean | undefined;
  /** Undefined where nobody asks for them. */
  readonly counts?: InputCounts | undefined;
}

/** What a batch is, wherever it lies. */
export interface BatchOf {
  readonly origin: Origin;
  readonly trigger: Trigger;
  /** Of the first byte, in the (decompressed) source. */
  readonly sourceOffset: number;
  /** The last line had no newline in the source. */
  readonly endAdded: boolean;
  /** Of everything that its bytes came from, oldest first; the batch holds each once. */
  readonly receipts: readonly Receipt[];
  /** So many of them, from the front, end in this batch: nothing more will come of them. */
  readonly whole: number;
  /**
   * The same whenever the source gives the same bytes again, and no other batch of the node has it; undefined where
   * units are not kept apart (units.ts). What goes to one place by several edges needs the edge's name as well.
   */
  readonly id?: string | undefined;
  /** What its lane reads by itself; until that is done, nobody knows where the lines are. */
  readonly range?: Range | undefined;
}

/** Where blocks come from. */
export interface BlockHome {
  release(seat: Seat): void;
}

export class Batch implements Seat, BatchOf {
  readonly kind = 'batch';
  readonly lane: Lane;
  readonly block: number;
  readonly origin: Origin;
  readonly trigger: Trigger;
  readonly endAdded: boolean;
  readonly receipts: readonly Receipt[];
  readonly whole: number;
  readonly id: string | undefined;
  readonly range: Range | undefined;
  /** Lines of its origin up to its end, where somebody asks (places.ts). */
  linesTo = 0;
  #from: number;
  #to: number;
  #sourceOffset: number;
  #isOnTheWay: boolean;
  #home: BlockHome | undefined;
  #holders = 1;

  constructor({ lane, block }: Seat, from: number, to: number, of: BatchOf) {
    this.lane = lane;
    this.block = block;
    this.#from = from;
    this.#to = to;
    this.origin = of.origin;
    this.trigger = of.trigger;
    this.#sourceOffset = of.sourceOffset;
    this.endAdded = of.endAdded;
    this.receipts = of.receipts;
    this.whole = of.whole;
    this.id = of.id;
    this.range = of.range;
    this.#isOnTheWay = of.range !== undefined;
  }

  /** Addresses in the block: whole lines from `from` to `to`. */
  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  get sourceOffset(): number {
    return this.#sourceOffset;
  }

  /** Its lane has read it, and is done. */
  arrive(from: number, to: number, sourceOffset: number): void {
    this.#from = from;
    this.#to = to;
    this.#sourceOffset = sourceOffset;
    this.#isOnTheWay = false;
  }

  /** Its block is lent by `home`, which gets it back. */
  lendFrom(home: BlockHome): void {
    this.#home = home;
  }

  /** The same batch, or a part of it, at another place; both hold the receipts. */
  movedTo(seat: Seat, from: number, to: number, changes: Partial<BatchOf> = {}): Batch {
    const { origin, trigger, sourceOffset, endAdded, receipts, whole, id } = this;
    for (const receipt of receipts) receipt.retain();
    return new Batch(seat, from, to, { origin, trigger, sourceOffset, endAdded, receipts, whole, id, ...changes });
  }

  retain(): void {
    this.#holders++;
  }

  /** One holder has done with it. */
  release(): void {
    if (--this.#holders > 0) return;
    if (this.#isOnTheWay) this.range?.of.left();
    this.freeBlock();
    for (const receipt of this.receipts) receipt.release();
  }

  /** One holder gives it up: what came of it is neither delivered nor counted. */
  fail(): void {
    failTogether(this.receipts);
    this.release();
  }

  /** Gives the block back before its time; what is in it may be written over. */
  freeBlock(): void {
    const home = this.#home;
    this.#home = undefined;
    home?.release(this);
  }
}
