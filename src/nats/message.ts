/** One message to be published: pieces of deliveries that go together, with their id. */
import type { MsgHdrs } from '@nats-io/transport-node';
import type { Backlog, Piece } from '../io/backlog.ts';
import type { Attempts } from '../io/retry.ts';

/** A message that is not confirmed. */
export interface Flight {
  readonly pieces: readonly Piece[];
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: PlainHeaders | undefined;
  readonly attempts: Attempts;
  /** Undefined while it waits to be sent again. */
  sentMs: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The next pieces of the backlog that go into one message. One with an id goes alone: its id has to mean the same
 * bytes each time.
 */
export function nextPieces(backlog: Backlog, mostBytes: number): readonly Piece[] {
  const first = backlog.shift();
  if (first === undefined) return [];
  const pieces = [first];
  let bytes = first.bytes.length;
  for (let next = backlog.next; next !== undefined; next = backlog.next) {
    bytes += next.bytes.length;
    const isApart = first.id !== undefined || next.id !== undefined || next.label !== first.label;
    if (isApart || bytes > mostBytes) break;
    pieces.push(backlog.shift()!);
  }
  return pieces;
}

export function payloadOf(pieces: readonly Piece[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]!.bytes : Buffer.concat(pieces.map(({ bytes }) => bytes));
}

/** The headers of one message, as bytes: the client's own are a map whose names it checks one by one. */
export class PlainHeaders {
  readonly #bytes: Buffer;

  /** @param fields names as they are sent, and values; what cannot be in a value is replaced */
  constructor(fields: readonly (readonly [string, string])[]) {
    const lines = fields.map(([name, value]) => `${name}: ${value.replace(/[^\x20-\x7e]/g, '_')}\r\n`);
    this.#bytes = Buffer.from(`NATS/1.0\r\n${lines.join('')}\r\n`, 'latin1');
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** For the client, which asks for nothing else of headers that are sent. */
  asHeaders(): MsgHdrs {
    return this as unknown as MsgHdrs;
  }

  encode(): Uint8Array {
    return this.#bytes;
  }
}
