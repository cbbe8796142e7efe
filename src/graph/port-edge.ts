/**
 * From a node to a port: the class's pieces of a batch become one delivery. A batch is held only until the port has
 * taken it. Then its receipts belong to the port and its block is free, however long the sink takes.
 */
import type { Batch } from './batch.ts';
import type { Edge } from './edge.ts';
import { EdgeCounts } from './edge-counts.ts';
import type { Port } from './port.ts';
import { NO_RECEIPTS } from './receipt.ts';
import { linesOf, segmentsOf } from './segments.ts';
import type { Shipment } from './shipment.ts';
import type { Stats } from './stats.ts';

export interface PortEdgeOptions {
  /** The class whose segments it takes. */
  readonly output: number;
  /** What comes first is the names of columns, which a port has once. */
  readonly hasHeader: boolean;
  /** Records are the lines that come out: those of a plugin, which does not count them. */
  readonly countsLines?: boolean;
  /** Counts what the port has taken. */
  readonly stats: Stats;
}

export class PortEdge implements Edge {
  readonly name: string;
  readonly isAllOrNothing = false;
  readonly output: number;
  readonly counts: EdgeCounts;
  readonly #port: Port;
  readonly #stats: Stats;
  readonly #countsLines: boolean;
  #awaitsHeader: boolean;
  /** Tells what it sends from what other edges send to the same port, in every run alike. */
  readonly #idEnd: string;
  /** Of one batch, so many shipments had its id. */
  #batch: Batch | undefined;
  #parts = 0;
  /** What has not been taken yet, in order. */
  readonly #waiting: { readonly to: Port; readonly shipment: Shipment }[] = [];

  constructor(port: Port, { output, hasHeader, countsLines = false, stats }: PortEdgeOptions) {
    this.name = port.name;
    this.output = output;
    this.#port = port;
    this.#stats = stats;
    this.#countsLines = countsLines;
    this.counts = new EdgeCounts(countsLines);
    this.#awaitsHeader = hasHeader;
    const number = port.join();
    this.#idEnd = number === 1 ? port.name : `${port.name}~${number}`;
  }

  get isClosed(): boolean {
    return this.#port.isClosed;
  }

  get isAwaiting(): boolean {
    return this.#port.counts.owed > 0;
  }

  offer(batch: Batch): void {
    const { lane, block, receipts } = batch;
    const segments = segmentsOf(lane.memory, block, this.output);
    if (segments.length === 0) return;
    const records = this.#countsLines ? linesOf(lane, segments) : lane.memory.taken(block, this.output);
    if (this.#countsLines) this.counts.records += records;
    this.ship({ segments, records, receipts, id: this.idOf(batch) });
  }

  /** @param to when it is not the port of the edge */
  protected ship(shipment: Shipment, to = this.#port): void {
    this.#waiting.push({ to, shipment });
  }

  /** An id for the next shipment of a batch; undefined where nobody wants one. */
  protected idOf(batch: Batch): string | undefined {
    const { id } = batch;
    if (id === undefined || !this.#port.takesIds) return undefined;
    this.#parts = batch === this.#batch ? this.#parts + 1 : 1;
    this.#batch = batch;
    return `${id}.${this.#idEnd}${this.#parts === 1 ? '' : `.${this.#parts}`}`;
  }

  write(bytes: Uint8Array): void {
    if (this.#awaitsHeader) {
      this.#awaitsHeader = false;
      if (!this.#port.takesHeader(bytes)) return;
    }
    this.ship({ segments: [bytes], records: 0, receipts: NO_RECEIPTS, id: undefined });
  }

  flush(): boolean {
    const failure = this.#port.takeFailure();
    if (failure !== undefined) throw failure;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { to, shipment } = next;
      const copied = to.bytesCopied;
      if (to.offer(shipment, this) === 'full') return false;
      this.#waiting.shift();
      if (to === this.#port) this.#count(shipment, to.bytesCopied - copied);
    }
    return true;
  }

  wait(): Promise<void> {
    return (this.#waiting[0]?.to ?? this.#port).room();
  }

  /** The node has ended: what it still waited for is given up with its batch. */
  end(): void {
    for (const { to, shipment } of this.#waiting.splice(0)) {
      to.leave(this);
      to.miss(shipment.records);
    }
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
