/**
 * What is answered to the server for each message. An answer goes to the subject that came with the message, over
 * whatever connection there is: answers that arise while there is none wait for the next one. Those that were on their
 * way when a connection broke may be lost; the message then comes again, and is known by its place in the stream.
 */

import type { Payload } from '@nats-io/transport-node';
import { NS_PER_MS } from './api.ts';
import type { Link } from './link.ts';

const ACK = new Uint8Array(0);
const PROGRESS = '+WPI';
const TERMINATE = '+TERM';
/** Acknowledgements that may have been on their way when a connection broke: what a socket and its kernel hold. */
const REMEMBERED = 4096;

export class Answers {
  readonly #link: Link;
  /** Places in the stream of what was acknowledged last; the oldest is written over. */
  readonly #acked: Float64Array;
  #next = 0;
  #waiting: { readonly reply: string; readonly body: Payload }[] = [];
  #acks: string[] = [];

  /** @param maxInFlight messages that are out at a time */
  constructor(link: Link, maxInFlight: number) {
    this.#link = link;
    this.#acked = new Float64Array(REMEMBERED + maxInFlight);
  }

  /** Sent with the next `flush`. */
  ack(reply: string, sequence: number): void {
    this.#acked[this.#next] = sequence;
    this.#next = (this.#next + 1) % this.#acked.length;
    this.#acks.push(reply);
  }

  /** Sends what was acknowledged. */
  flush(): void {
    const acks = this.#acks;
    if (acks.length === 0) return;
    this.#acks = [];
    for (const reply of acks) this.#send(reply, ACK);
  }

  /** The message was acknowledged not long ago. */
  hasAcked(sequence: number): boolean {
    return this.#acked.includes(sequence);
  }

  /** The message is to come again, `delayMs` from now. */
  nack(reply: string, delayMs: number): void {
    this.#send(reply, delayMs === 0 ? '-NAK' : `-NAK {"delay":${delayMs * NS_PER_MS}}`);
  }

  /** It is still being worked on. */
  progress(reply: string): void {
    if (this.#link.isUp) this.#send(reply, PROGRESS);
  }

  /** The message is never to come again. A reason may be given to servers that know of reasons: others go on. */
  terminate(reply: string, reason: string): void {
    this.#send(reply, this.#link.isSince(2, 10, 4) ? `${TERMINATE} ${reason}` : TERMINATE);
  }

  /** There is a new connection. */
  sendAgain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reply, body } of waiting) this.#send(reply, body);
  }

  #send(reply: string, body: Payload): void {
    if (this.#link.isUp) this.#link.nc.publish(reply, body);
    else this.#waiting.push({ reply, body });
  }
}
