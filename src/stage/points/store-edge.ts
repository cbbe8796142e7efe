/**
 * Edges to a store. What came of a batch goes in with the position in the input behind the batch, in one write:
 * whoever goes on at a position finds exactly the points before it. A batch without points leaves its position to the
 * next one, or to the end. The store's errors are those of an output (`SinkError`).
 */
import type { Batch, Origin } from '../../graph/batch.ts';
import type { Edge } from '../../graph/edge.ts';
import { EdgeCounts } from '../../graph/edge-counts.ts';
import type { StoreReport } from '../../graph/point-store.ts';
import type { PointMaker } from './maker.ts';
import type { StoreWriter } from './store-writer.ts';
import type { TimeTalk } from './time-talk.ts';

/** Everything is taken at once. Owns the writer from now on. */
export abstract class PointEdge implements Edge {
  readonly isClosed = false;
  readonly isAllOrNothing = false;
  readonly output = 0;
  readonly counts = new EdgeCounts();
  protected readonly maker: PointMaker;
  protected readonly writer: StoreWriter;
  protected readonly times: TimeTalk;
  /** Of the last batch. */
  #origin: Origin | undefined;

  constructor(maker: PointMaker, writer: StoreWriter, times: TimeTalk) {
    this.maker = maker;
    this.writer = writer;
    this.times = times;
  }

  get name(): string {
    return this.writer.directory;
  }

  abstract offer(batch: Batch, isWhole: boolean): void;

  /** What is no record is nothing to a store. */
  write(): void {}

  flush(): boolean {
    return true;
  }

  wait(): undefined {}

  end(): void {
    this.writer.close();
  }

  commit(): void {}

  abort(): void {}

  words(): readonly string[] {
    return this.writer.words();
  }

  report(): StoreReport {
    return this.writer.report();
  }

  /** The points from now on are of this batch. @returns whether it is of another input than the one before it */
  protected begin({ origin, receipts }: Batch): boolean {
    const isOther = origin !== this.#origin;
    this.#origin = origin;
    this.writer.from(receipts[0]?.input);
    return isOther;
  }

  /**
   * Puts the points in, with the position behind the batch.
   * @param isDone nothing more will come of what the batch owes; otherwise its points wait for the rest
   */
  protected store({ receipts }: Batch, isDone: boolean): void {
    if (!isDone) {
      this.maker.wait();
      return;
    }
    const position = receipts.at(-1)?.position;
    if (position !== undefined) this.writer.notePosition(position);
    this.maker.flush();
  }
}

/** The points that a stage has made (points.ts). */
export class StoreEdge extends PointEdge {
  offer(batch: Batch): void {
    this.times.tell(batch.origin);
    this.begin(batch);
    this.store(batch, true);
  }
}
