/**
 * From a node to a sink with one file for each value. The values come from a class of their own, which takes the same
 * records, as tab-separated lines, one for each line of the edge's class. Neighbouring records with equal values are
 * delivered together.
 *
 * A value that is missing, null or empty cannot name a file. The topology may say what to use instead; otherwise the
 * record is a bad one: it is counted, and goes to the sink for rejects if there is one.
 */
import type { Batch } from './batch.ts';
import type { Port } from './port.ts';
import { PortEdge, type PortEdgeOptions } from './port-edge.ts';
import { LineCursor, segmentsOf } from './segments.ts';
import type { Shipment } from './shipment.ts';

export interface KeyedEdgeOptions extends PortEdgeOptions {
  /** The class that has the values. */
  readonly keys: number;
  /** Records are csv, in which a line may end in quotes. */
  readonly isCsv: boolean;
  /** What stands for a value that is not there; undefined: the record is a bad one. */
  readonly missing: string | undefined;
  /** Where bad records go. */
  readonly badTo: Port | undefined;
}

/** Values that were decoded are known again; more than this are forgotten. */
const MAX_KNOWN = 10_000;
const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

interface Run {
  readonly line: string;
  readonly segment: Uint8Array;
  readonly from: number;
  to: number;
  records: number;
}

export class KeyedEdge extends PortEdge {
  readonly #port: Port;
  readonly #options: KeyedEdgeOptions;
  /** By the line that has them; undefined when one is missing. */
  readonly #known = new Map<string, readonly string[] | undefined>();

  constructor(port: Port, options: KeyedEdgeOptions) {
    super(port, options);
    this.#port = port;
    this.#options = options;
  }

  override offer(batch: Batch): void {
    const { lane, block, receipts } = batch;
    const lines = new LineCursor(segmentsOf(lane.memory, block, this.output), this.#options.isCsv);
    const keys = new LineCursor(segmentsOf(lane.memory, block, this.#options.keys));
    const good: Run[] = [];
    const bad: Run[] = [];
    let run: Run | undefined;
    while (lines.advance()) {
      if (!keys.advance()) throw new Error('a record has no line with its values');
      const line = keys.text;
      if (run === undefined || run.line !== line || run.segment !== lines.segment) {
        run = { line, segment: lines.segment, from: lines.start, to: 0, records: 0 };
        (this.#valuesOf(line) === undefined ? bad : good).push(run);
      }
      run.to = lines.end;
      run.records++;
    }
    if (good.length > 0) {
      const values = good.map(({ line }) => this.#valuesOf(line)!);
      this.ship({ ...shipmentOf(good), receipts, id: this.idOf(batch), keys: values });
    }
    if (bad.length > 0) this.#reject({ ...shipmentOf(bad), receipts, id: undefined });
  }

  #reject(shipment: Shipment): void {
    this.#port.counts.keyless += shipment.records;
    const { badTo } = this.#options;
    this.#port.counts.keylessTo = badTo?.name;
    const reason = 'there is no value for the name of a file';
    if (badTo !== undefined) this.ship({ ...shipment, why: { file: this.name, name: 'no-value', reason } }, badTo);
  }

  #valuesOf(line: string): readonly string[] | undefined {
    const known = this.#known.get(line);
    if (known !== undefined || this.#known.has(line)) return known;
    const { missing } = this.#options;
    const cells = line.split('\t').map((cell) => cell.replace(/\\([tnr\\])/g, (_, letter: string) => ESCAPES[letter]!));
    const isWhole = missing !== undefined || cells.every((cell) => cell !== '');
    const values = isWhole ? cells.map((cell) => (cell === '' ? missing! : cell)) : undefined;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(line, values);
    return values;
  }
}

function shipmentOf(runs: readonly Run[]): Pick<Shipment, 'segments' | 'records'> {
  return {
    segments: runs.map(({ segment, from, to }) => segment.subarray(from, to)),
    records: runs.reduce((sum, { records }) => sum + records, 0),
  };
}
