/**
 * The log beside a file of rejects: line n is about line n of the file. A node supplies rows with the lines that it
 * rejects. A line from elsewhere (a delivery that failed, a record without a value, a message that came too often, a
 * route) gets one row with the reason.
 */
import { type SinkError, sinkError } from '../io/errors.ts';
import type { Sink } from '../io/index.ts';
import { LineCursor } from './segments.ts';
import type { Shipment } from './shipment.ts';

export class RejectLog {
  readonly #sink: Sink;

  /** @param sink takes everything at once; owned from now on */
  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** The file has taken these lines. @returns why their rows cannot be written */
  add(shipment: Pick<Shipment, 'rows' | 'why' | 'segments'>): SinkError | undefined {
    const { rows = rowsAbout(shipment, this.#sink.name) } = shipment;
    try {
      if (rows !== '') this.#sink.writeNow(Buffer.from(rows));
      return undefined;
    } catch (error) {
      return sinkError(this.#sink.name, 'write', error);
    }
  }

  /** @throws SinkError; it goes on as before then */
  reopen(): void {
    this.#sink.reopen?.();
  }

  close(): void {
    this.#sink.abort();
  }
}

/** What nobody has rejected has come by a route. */
function rowsAbout({ why, segments }: Pick<Shipment, 'why' | 'segments'>, file: string): string {
  const { name, reason } = why ?? { name: 'routed', reason: 'a route leads here' };
  const about = { file: why?.file ?? file, name, reason };
  const lines = new LineCursor(segments);
  let rows = '';
  while (lines.advance()) rows += `${JSON.stringify({ ...about, length: lines.end - lines.start - 1 })}\n`;
  return rows;
}
