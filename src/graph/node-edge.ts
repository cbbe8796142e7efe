/**
 * From one node to the next: the sink of the first is the source of the second. The second node copies the pieces of
 * the first one's batch into a block of its own as soon as it has one; until then the first node waits. What the first
 * node's batch owes to sources crosses with its bytes.
 */
import { copyInto } from '../engine/copy.ts';
import { type Source, SourceError, WOULD_BLOCK } from '../io/index.ts';
import type { Batch } from './batch.ts';
import type { Edge } from './edge.ts';
import { EdgeCounts } from './edge-counts.ts';
import type { Crossing } from './owing.ts';
import { failTogether, type InputPosition, NO_RECEIPTS, type Receipt } from './receipt.ts';
import type { Stats } from './stats.ts';

/** A batch's bytes on their way into another node: one receipt there for all that the batch has here. */
class BatchCrossing implements Crossing {
  isComplete = false;
  readonly position: InputPosition | undefined;
  readonly input: object | undefined;
  readonly id: string | undefined;
  readonly isLast: boolean;
  readonly #receipts: readonly Receipt[];
  #holders = 1;

  constructor({ receipts, whole, id }: Batch, isWhole: boolean) {
    for (const receipt of receipts) receipt.retain();
    this.#receipts = receipts;
    this.isLast = isWhole && whole === receipts.length;
    this.position = this.isLast ? receipts.at(-1)!.position : undefined;
    this.input = receipts.at(-1)!.input;
    this.id = isWhole ? id : undefined;
  }

  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) for (const receipt of this.#receipts) receipt.release();
  }

  fail(): void {
    failTogether(this.#receipts);
    this.release();
  }
}

export class NodeEdge implements Edge {
  readonly name: string;
  readonly isAllOrNothing = false;
  readonly leadsToNode = true;
  readonly output: number;
  readonly counts = new EdgeCounts();
  readonly #stats: Stats;
  /** What is on offer: the rest of a piece, then pieces [#piece, #count) of a batch; other bytes are one piece. */
  #current: Uint8Array | undefined;
  #batch: Batch | undefined;
  #bytes: Uint8Array | undefined;
  #piece = 0;
  #count = 0;
  /** Of what is on offer, until somebody begins to read it. */
  #crossing: BatchCrossing | undefined;
  /** What is being read, and ends where it does. */
  #opened: BatchCrossing | undefined;
  #isAtEnd = false;
  /** Bytes that have crossed, and those of them before what is on offer. */
  #crossed = 0;
  #begunCrossing = 0;
  #end: 'open' | 'committed' | 'aborted' = 'open';
  #isClosed = false;

  /**
   * @param name what the second node's messages call its input
   * @param stats counts what has crossed
   */
  constructor(name: string, stats: Stats, output = 0) {
    this.name = name;
    this.output = output;
    this.#stats = stats;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  offer(batch: Batch, isWhole: boolean): void {
    const count = batch.lane.memory.segmentCount(batch.block, this.output);
    if (this.#isClosed) {
      // What nobody takes is not done, and its source has to give it again.
      if (count > 0) failTogether(batch.receipts);
      return;
    }
    this.#batch = batch;
    this.#count = count;
    this.#crossing = batch.receipts === NO_RECEIPTS ? undefined : new BatchCrossing(batch, isWhole);
    this.#begin();
  }

  write(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#bytes = bytes;
    this.#count = 1;
    this.#begin();
  }

  #begin(): void {
    this.#piece = 0;
    this.#begunCrossing = this.#crossed;
    this.#advance();
  }

  flush(): boolean {
    return this.#current === undefined;
  }

  wait(): undefined {}

  end(): void {}

  commit(): void {
    if (this.#end === 'open') this.#end = 'committed';
  }

  abort(): void {
    if (this.#end === 'open') this.#end = 'aborted';
  }

  /**
   * What the second node reads. Where receipts cross it ends with the batch that they are of, so that no batch there
   * is of two of them; `isOver` says whether that was all.
   */
  open(): { readonly source: Source; readonly startOffset: number; readonly crossing: Crossing | undefined } {
    this.#opened = this.#crossing;
    this.#crossing = undefined;
    this.#isAtEnd = false;
    const source: Source = {
      name: this.name,
      sizeBytes: undefined,
      readNow: (target) => this.#read(target),
      // Not asked for: the graph looks at this node again whenever anything has happened.
      wait: () => Promise.resolve(),
      close: () => {},
    };
    return { source, startOffset: this.#crossed, crossing: this.#opened };
  }

  /** Nothing will be offered any more, and all that was has crossed. */
  get isOver(): boolean {
    return this.#end !== 'open' && this.#current === undefined && !this.#isAtEnd;
  }

  /** There is something to read, or the end. */
  get isReadable(): boolean {
    return this.#current !== undefined || this.#isAtEnd || this.#end !== 'open';
  }

  /** The second node takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#current = undefined;
    this.#batch = undefined;
    this.#bytes = undefined;
    this.#crossing?.fail();
    this.#crossing = undefined;
  }

  #read(target: Uint8Array): number {
    if (this.#isAtEnd) return 0;
    if (this.#current === undefined) {
      if (this.#end === 'open') return WOULD_BLOCK;
      // Whoever aborted has said why.
      if (this.#end === 'aborted') throw new SourceError(this.name, 'EUPSTREAM', '');
      return 0;
    }
    // Somebody has begun to read before there was anything: what has come is of a batch with receipts.
    if (this.#crossing !== undefined) return 0;
    let used = 0;
    while (used < target.length && this.#current !== undefined) {
      const { length } = this.#current;
      const count = Math.min(target.length - used, length);
      copyInto(target, used, count === length ? this.#current : this.#current.subarray(0, count));
      used += count;
      this.#crossed += count;
      if (count < length) this.#current = this.#current.subarray(count);
      else this.#advance();
    }
    return used;
  }

  /** To the next piece with something in it; behind the last one the batch has crossed. */
  #advance(): void {
    const batch = this.#batch;
    while (this.#piece < this.#count) {
      const at = this.#piece++;
      this.#current = batch === undefined ? this.#bytes : batch.lane.memory.segment(batch.block, at, this.output);
      if (this.#current!.length > 0) return;
    }
    this.#current = undefined;
    this.#batch = undefined;
    this.#bytes = undefined;
    const bytes = this.#crossed - this.#begunCrossing;
    this.#stats.bytesOut += bytes;
    this.counts.bytes += bytes;
    this.counts.bytesCopied += bytes;
    const opened = this.#opened;
    if (bytes === 0) {
      // A batch of which nothing crosses owes nothing to the other side.
      this.#crossing?.release();
      this.#crossing = undefined;
    } else if (opened !== undefined) {
      opened.isComplete = true;
      this.#opened = undefined;
      this.#isAtEnd = true;
    }
  }
}
