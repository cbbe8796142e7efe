/**
 * From a node to a port: the class's pieces of a batch become one delivery. A batch is held only until the port has
 * taken it; then its receipts are the port's, and its block is free, however long the sink takes.
 */
import type { Batch } from './batch.ts';
import type { Edge } from './edge.ts';
import { EdgeCounts } from './edge-counts.ts';
import type { Port } from './port.ts';
import { NO_RECEIPTS } from './receipt.ts';
import type { Shipment } from './shipment.ts';
import type { Stats } from './stats.ts';

export interface PortEdgeOptions {
  /** The class whose segments it takes. */
  readonly output: number;
  /** What comes first is the names of columns, which a port has once. */
  readonly hasHeader: boolean;
  /** Counts what the port has taken. */
  readonly stats: Stats;
}

export class PortEdge implements Edge {
  readonly name: string;
  readonly isAllOrNothing = false;
  readonly output: number;
  readonly counts = new EdgeCounts();
  readonly #port: Port;
  readonly #stats: Stats;
  #awaitsHeader: boolean;
  /** What the port has not taken yet, in order. */
  readonly #waiting: Shipment[] = [];

  constructor(port: Port, { output, hasHeader, stats }: PortEdgeOptions) {
    this.name = port.name;
    this.output = output;
    this.#port = port;
    this.#stats = stats;
    this.#awaitsHeader = hasHeader;
  }

  get isClosed(): boolean {
    return this.#port.isClosed;
  }

  offer(batch: Batch): void {
    const { lane, block, receipts } = batch;
    const { memory } = lane;
    const count = memory.segmentCount(block, this.output);
    if (count === 0) return;
    const segments: Uint8Array[] = [];
    for (let i = 0; i < count; i++) segments.push(memory.segment(block, i, this.output));
    const records = memory.taken(block, this.output);
    this.#waiting.push({ segments, records, receipts, id: undefined });
  }

  write(bytes: Uint8Array): void {
    if (this.#awaitsHeader) {
      this.#awaitsHeader = false;
      if (!this.#port.takesHeader(bytes)) return;
    }
    this.#waiting.push({ segments: [bytes], records: 0, receipts: NO_RECEIPTS, id: undefined });
  }

  flush(): boolean {
    const failure = this.#port.takeFailure();
    if (failure !== undefined) throw failure;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const copied = this.#port.bytesCopied;
      if (this.#port.offer(next, this) === 'full') return false;
      this.#waiting.shift();
      this.#count(next, this.#port.bytesCopied - copied);
    }
    return true;
  }

  wait(): Promise<void> {
    return this.#port.room();
  }

  /** The node has ended: what it still waited for is given up with its batch. */
  end(): void {
    this.#waiting.length = 0;
    this.#port.leave(this);
  }

  /** Ports are closed when all nodes have ended. */
  commit(): void {}

  abort(): void {}

  #count({ segments }: Shipment, copied: number): void {
    if (this.#port.isClosed) return;
    for (const { length } of segments) {
      this.counts.bytes += length;
      this.#stats.bytesOut += length;
    }
    this.counts.bytesCopied += copied;
  }
}
