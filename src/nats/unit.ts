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

const DOT = '.';
/** Tokens before the name of the stream, in the old form and in the one with a domain. */
const OLD_FORM_TOKENS = 9;

/** @returns undefined when the subject is none that acknowledges */
export function placeOfMessage(reply: string): MessagePlace | undefined {
  if (!reply.startsWith('$JS.ACK.')) return undefined;
  const tokens = reply.split(DOT);
  const at = tokens.length <= OLD_FORM_TOKENS ? 4 : 6;
  const deliveries = Number(tokens[at]);
  const sequence = Number(tokens[at + 1]);
  return deliveries > 0 && sequence > 0 ? { deliveries, sequence } : undefined;
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
