/**
 * What a node rejects, on its way into a port (`rejects: NODE`): the lines as they were, byte for byte. It stands
 * among the node's edges, so that a batch with bad lines is settled only when their sink has them, and the node waits
 * for that sink as for any other. The node's `Rejecting` writes to its writer.
 *
 * A line that is too long to be in memory as a whole passes in parts, as they are read.
 */
import type { RejectRow, RejectsWriter } from '../io/index.ts';
import type { Batch } from './batch.ts';
import type { Edge } from './edge.ts';
import { EdgeCounts } from './edge-counts.ts';
import type { Port } from './port.ts';
import { failTogether, NO_RECEIPTS, type Receipt } from './receipt.ts';
import type { Shipment } from './shipment.ts';

/** So much of a line that is too long is gathered before it passes on. */
const PART_BYTES = 1 << 20;
const NEWLINE = Buffer.from('\n');

export class RejectsEdge implements Edge {
  readonly name: string;
  readonly isAllOrNothing = false;
  readonly isBeside = true;
  readonly output = 0;
  readonly counts = new EdgeCounts();
  readonly writer: RejectsWriter;
  readonly #port: Port;
  /** What was rejected since the last shipment, and its rows. */
  #lines: Buffer[] = [];
  #bytes = 0;
  #records = 0;
  #rows = '';
  readonly #waiting: Shipment[] = [];

  constructor(port: Port) {
    this.name = port.name;
    this.#port = port;
    this.writer = {
      name: port.name,
      write: (line, row) => this.#write(line, row),
      writePart: (part) => {
        this.#add(part);
        if (this.#bytes >= PART_BYTES) this.owe(NO_RECEIPTS);
      },
      flush: () => this.owe(NO_RECEIPTS),
      close: () => this.owe(NO_RECEIPTS),
    };
  }

  get isClosed(): boolean {
    return this.#port.isClosed;
  }

  offer({ receipts }: Batch): void {
    this.owe(receipts);
  }

  /** What was rejected since the last time is owed to these. */
  owe(receipts: readonly Receipt[]): void {
    if (this.#lines.length === 0) return;
    const [segments, rows] = [[Buffer.concat(this.#lines)], this.#rows];
    this.#waiting.push({ segments, rows, records: this.#records, receipts, id: undefined });
    this.#rows = '';
    this.#lines = [];
    this.#bytes = 0;
    this.#records = 0;
  }

  /** What the node outputs does not go here. */
  write(): void {}

  flush(): boolean {
    const failure = this.#port.takeFailure();
    if (failure !== undefined) throw failure;
    if (this.#lines.length > 0) this.owe(NO_RECEIPTS);
    return this.#send();
  }

  wait(): Promise<void> {
    return this.#port.room();
  }

  end(): void {
    this.owe(NO_RECEIPTS);
    const lost = this.#send() ? [] : this.#waiting.splice(0);
    for (const { records, receipts } of lost) {
      this.#port.miss(records);
      failTogether(receipts);
    }
    this.#port.leave(this);
  }

  /** Ports are closed when all nodes have ended. */
  commit(): void {}

  abort(): void {}

  #send(): boolean {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#port.offer(next, this) === 'full') return false;
      this.#waiting.shift();
    }
    return true;
  }

  #write(line: Uint8Array, row: RejectRow): void {
    this.#add(line);
    this.#add(NEWLINE);
    this.#records++;
    const { file, line: number, byteOffset, column, code, name, reason, length, outputOf } = row;
    this.#rows += `${JSON.stringify({ file, line: number, byteOffset, column, code, name, reason, length, outputOf })}\n`;
  }

  #add(bytes: Uint8Array): void {
    this.#lines.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
  }
}
