/**
 * Where the output of a node goes. An edge takes the pieces of a batch from where they lie, so a node delivers nothing
 * else until every edge has finished with the batch: the slowest edge sets the pace, and memory stays bounded.
 */
import type { Sink } from '../io/index.ts';
import type { Batch } from './batch.ts';
import { EdgeCounts } from './edge-counts.ts';
import type { StoreReport } from './point-store.ts';
import type { Receipt } from './receipt.ts';
import type { Stats } from './stats.ts';

export interface Edge {
  /** For messages. */
  readonly name: string;
  /** Nobody takes anything any more; what is offered is dropped. */
  readonly isClosed: boolean;
  /** Nothing of it is to be seen before `commit`, and nothing is left of it by `abort`. */
  readonly isAllOrNothing: boolean;
  /** The class of the node's output that it takes; 0 when there is only one. */
  readonly output: number;
  readonly counts: EdgeCounts;
  /** It leads to another node: when that takes no more, the other edges go on. */
  readonly leadsToNode?: true;
  /** It has taken what is not confirmed yet, which it hears while the event loop runs. */
  readonly isAwaiting?: boolean;
  /** It takes nothing of what the node outputs, and is no reason to go on. */
  readonly isBeside?: true;
  /**
   * Delivers what came of a batch, which stays as it is until `flush` says so.
   * @param isWhole false: it is a part of what comes of the batch; the rest follows, or the lane has given it up
   * @throws SinkError
   */
  offer(batch: Batch, isWhole: boolean): void;
  /** Delivers other bytes, in turn; they are borrowed until `flush` says so. @throws SinkError */
  write(bytes: Uint8Array): void;
  /** What was rejected since the last batch is owed to these, and to no batch. @throws SinkError */
  owe?(receipts: readonly Receipt[]): void;
  /** Goes on. @returns whether all has been delivered. @throws SinkError */
  flush(): boolean;
  /**
   * After `flush` has said no: until it may say something else; undefined when a node of the graph will bring that
   * about.
   */
  wait(): Promise<void> | undefined;
  /** Nothing more comes: what is kept back goes out. @throws SinkError */
  end(): void;
  /** The output is whole. @throws SinkError */
  commit(): void;
  /** The output is discarded. */
  abort(): void;
  /** What has to be said at the end. */
  words?(): readonly string[];
  /** What a store has been given. */
  report?(): StoreReport;
}

/** Bytes to a sink: written from the block in which they are. */
export class SinkEdge implements Edge {
  readonly output: number;
  readonly counts = new EdgeCounts();
  readonly #sink: Sink;
  readonly #stats: Stats;
  #batch: Batch | undefined;
  #next = 0;
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #isWritten = true;

  /** @param stats counts what the sink has taken */
  constructor(sink: Sink, stats: Stats, output = 0) {
    this.output = output;
    this.#sink = sink;
    this.#stats = stats;
  }

  get name(): string {
    return this.#sink.name;
  }

  get isClosed(): boolean {
    return this.#sink.closed;
  }

  get isAllOrNothing(): boolean {
    return this.#sink.isAllOrNothing === true;
  }

  offer(batch: Batch): void {
    this.#batch = batch;
    this.#next = 0;
  }

  write(bytes: Uint8Array): void {
    this.#put(bytes);
  }

  flush(): boolean {
    if (!this.#isWritten) return false;
    if (this.#failure !== undefined) throw this.#failure;
    const batch = this.#batch;
    if (batch === undefined) return true;
    const { memory } = batch.lane;
    const count = memory.segmentCount(batch.block, this.output);
    while (this.#next < count && !this.#sink.closed) {
      if (!this.#put(memory.segment(batch.block, this.#next++, this.output))) return false;
    }
    this.#batch = undefined;
    return true;
  }

  wait(): Promise<void> | undefined {
    return this.#writing;
  }

  end(): void {}

  commit(): void {
    this.#sink.commit();
  }

  abort(): void {
    this.#sink.abort();
  }

  /** @returns false when the rest of the bytes is on its way */
  #put(bytes: Uint8Array): boolean {
    const sink = this.#sink;
    const taken = sink.writeNow(bytes);
    if (taken === bytes.length || sink.closed) {
      this.#count(bytes);
      return true;
    }
    this.#isWritten = false;
    this.#writing = sink.writeAll(bytes.subarray(taken)).then(
      () => {
        this.#isWritten = true;
        this.#count(bytes);
      },
      (error: unknown) => {
        this.#isWritten = true;
        this.#failure = error;
      },
    );
    return false;
  }

  #count({ length }: Uint8Array): void {
    if (this.#sink.closed) return;
    this.#stats.bytesOut += length;
    this.counts.bytes += length;
  }
}
