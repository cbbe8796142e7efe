/** One message to be published: pieces of deliveries that go together, with their id. */
import type { MsgHdrs } from '@nats-io/transport-node';
import type { Backlog, Piece } from '../io/backlog.ts';
import { headerId } from '../io/header-id.ts';
import { countNewlines, countRows } from '../io/newlines.ts';
import type { Attempts } from '../io/retry.ts';

/** A message that is not confirmed. */
export interface Flight {
  readonly pieces: readonly Piece[];
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: Buffer | undefined;
  readonly startMs: number;
  /** Of those that have failed. */
  attempts: Attempts | undefined;
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
    if (isApart(first) || isApart(next) || next.label !== first.label || bytes > mostBytes) break;
    pieces.push(backlog.shift()!);
  }
  return pieces;
}

/** Its id has to mean the same bytes each time, and what is said of it is said of nothing else. */
function isApart({ id, notes }: Piece): boolean {
  return id !== undefined || notes !== undefined;
}

export function payloadOf(pieces: readonly Piece[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]!.bytes : Buffer.concat(pieces.map(({ bytes }) => bytes));
}

/**
 * How many records are in a message, where that is not one, its id, and what is said of it.
 * @param hasId its stream leaves out what it has by its id
 */
export function headersOf(pieces: readonly Piece[], hasId: boolean, isCsv: boolean): Buffer | undefined {
  const { id, notes } = pieces[0]!;
  const records = pieces.reduce((sum, piece) => sum + recordsOf(piece, isCsv), 0);
  let text = records > 1 ? `Slung-Records: ${records}\r\n` : '';
  if (hasId && id !== undefined) text += `Nats-Msg-Id: ${headerId(id)}\r\n`;
  for (const [name, value] of notes ?? []) text += `${name}: ${plain(value.slice(0, NOTE_LENGTH))}\r\n`;
  return text === '' ? undefined : Buffer.from(`NATS/1.0\r\n${text}\r\n`, 'latin1');
}

function recordsOf({ isWhole, of, bytes }: Piece, isCsv: boolean): number {
  if (isWhole) return of.delivery.records;
  return isCsv ? countRows([bytes]) : countNewlines(bytes, 0, bytes.length);
}

const NOTE_LENGTH = 250;
const PLAIN = /^[\x20-\x7e]*$/;

/** Nothing else can be in a header that everybody reads. */
function plain(value: string): string {
  return PLAIN.test(value) ? value : value.replace(/[^\x20-\x7e]/g, '_');
}

/**
 * Headers for the client, which asks for nothing but their bytes when it sends a message: its own are a map whose
 * names it checks one by one. One object is enough, since they are asked for at once.
 */
export class PlainHeaders {
  bytes: Uint8Array = new Uint8Array(0);

  asHeaders(): MsgHdrs {
    return this as unknown as MsgHdrs;
  }

  encode(): Uint8Array {
    return this.bytes;
  }
}
