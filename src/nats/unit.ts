/**
 * A message that a source was given: one unit, which is acknowledged by itself. What the server says of it is in the
 * subject that answers go to: `$JS.ACK.STREAM.CONSUMER.DELIVERIES.SEQUENCE.…`, or with the domain and the account's
 * hash after `$JS.ACK`.
 */
import type { Border } from '../io/types.ts';

/** Answers go here; the rest is read from it. */
export interface MessagePlace {
  /** How often it has come, this time included. */
  readonly deliveries: number;
  /** In the stream. */
  readonly sequence: number;
}

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39];
/** Dots in the old form; that with a domain has more. */
const OLD_FORM_DOTS = 8;

/** @returns undefined when the subject is none that acknowledges */
export function placeOfMessage(reply: string): MessagePlace | undefined {
  if (!reply.startsWith('$JS.ACK.')) return undefined;
  let dots = 0;
  for (let i = 0; i < reply.length; i++) if (reply.charCodeAt(i) === DOT) dots++;
  let before = dots <= OLD_FORM_DOTS ? 4 : 6;
  let at = 0;
  while (before > 0 && at < reply.length) if (reply.charCodeAt(at++) === DOT) before--;
  const deliveries = numberAt(reply, at);
  const sequence = numberAt(reply, reply.indexOf('.', at) + 1);
  return deliveries > 0 && sequence > 0 ? { deliveries, sequence } : undefined;
}

/** The token that begins there; 0 when it is no number. Splitting all of the subject costs twice as much. */
function numberAt(text: string, from: number): number {
  let number = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) return number;
    if (code < ZERO || code > NINE) return 0;
    number = number * 10 + (code - ZERO);
  }
  return number;
}

export class NatsUnit implements Border {
  /** Where answers go; a copy that comes later brings a newer one. */
  reply: string;
  readonly sequence: number;
  deliveries: number;
  /** When the server last heard, or knew, that it is worked on. */
  heardMs: number;
  /** What is not read yet. */
  payload: Uint8Array | undefined;
  /** One past its last byte, once that is read. */
  end = 0;

  constructor(reply: string, { sequence, deliveries }: MessagePlace, nowMs: number) {
    this.reply = reply;
    this.sequence = sequence;
    this.deliveries = deliveries;
    this.heardMs = nowMs;
  }

  /** It is its own border: one object a message is enough. */
  get unit(): object {
    return this;
  }
}
