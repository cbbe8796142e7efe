/**
 * Messages that have come and are not settled. What the server may do behind our back is expected here: a message that
 * comes a second time while the first copy is open is the same unit, and one whose acknowledgement was lost with a
 * connection is acknowledged again instead of read again. One that is worked on for long is kept alive by signs of
 * progress, so that a stuck sink does not make it come to somebody else.
 */
import type { UnitOutcome } from '../io/types.ts';
import type { Answers } from './answers.ts';
import { type MessagePlace, NatsUnit, placeOfMessage } from './unit.ts';

/** What was done with messages. */
export interface NatsSourceReport {
  readonly units: number;
  readonly acked: number;
  readonly nacked: number;
  readonly dead: number;
  /** Came for a second time or more, also those that were left out because the first copy was here. */
  readonly redelivered: number;
  readonly inFlight: number;
}

/** Of a message that has failed: from the first to the longest, doubling. */
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;
/** Parts of the time that the server waits: a sign is due after so long, and it is looked so often whether one is. */
const SIGN_AFTER = 1 / 3;
const LOOK_EVERY = 1 / 6;

export class InFlight {
  readonly #answers: Answers;
  readonly #clockMs: () => number;
  readonly #signAfterMs: number;
  readonly #timer: NodeJS.Timeout;
  /** By their places in the stream, in the order in which they came. */
  readonly #open = new Map<number, NatsUnit>();
  readonly #counts = { units: 0, acked: 0, nacked: 0, dead: 0, redelivered: 0 };
  /** Of the messages that have come: one behind it is new. The server's own count begins again at times. */
  #highest = 0;

  /** @param ackWaitMs how long the server waits for an answer or a sign */
  constructor(answers: Answers, ackWaitMs: number, clockMs: () => number) {
    this.#answers = answers;
    this.#clockMs = clockMs;
    this.#signAfterMs = ackWaitMs * SIGN_AFTER;
    this.#timer = setInterval(() => this.#showProgress(), ackWaitMs * LOOK_EVERY);
    this.#timer.unref();
  }

  get size(): number {
    return this.#open.size;
  }

  report(): NatsSourceReport {
    return { ...this.#counts, inFlight: this.#open.size };
  }

  /** A message has come, now. @param reply where answers go @returns undefined when it is none, or none to be read */
  arrive(reply: string, nowMs: number): NatsUnit | undefined {
    const place = placeOfMessage(reply);
    if (place === undefined) return undefined;
    const { sequence, deliveries } = place;
    const isNew = sequence > this.#highest;
    if (isNew) this.#highest = sequence;
    if (!isNew || deliveries > 1) this.#counts.redelivered++;
    if (!isNew && this.#isKnown(reply, place, nowMs)) return undefined;
    const unit = new NatsUnit(reply, place, nowMs);
    this.#open.set(sequence, unit);
    this.#counts.units++;
    return unit;
  }

  settle(unit: NatsUnit, outcome: UnitOutcome): void {
    if (!this.#remove(unit)) return;
    if (outcome === 'ok') {
      this.#counts.acked++;
      this.#answers.ack(unit.reply, unit.sequence);
    } else this.#nack(unit, Math.min(FIRST_DELAY_MS * 2 ** (unit.deliveries - 1), LONGEST_DELAY_MS));
  }

  /** It is kept elsewhere, and never to come again. */
  terminate(unit: NatsUnit, reason: string): void {
    if (!this.#remove(unit)) return;
    this.#counts.dead++;
    this.#answers.terminate(unit.reply, reason);
  }

  /** They are to come again at once. */
  giveBack(units: Iterable<NatsUnit>): void {
    for (const unit of units) if (this.#remove(unit)) this.#nack(unit, 0);
  }

  /** Gives back all that is left; no more signs are given. */
  end(): void {
    clearInterval(this.#timer);
    this.giveBack([...this.#open.values()]);
  }

  /** @returns false when it is settled already */
  #remove(unit: NatsUnit): boolean {
    return this.#open.get(unit.sequence) === unit && this.#open.delete(unit.sequence);
  }

  /** It has come before, and is still open here or was acknowledged here. */
  #isKnown(reply: string, { sequence, deliveries }: MessagePlace, nowMs: number): boolean {
    const unit = this.#open.get(sequence);
    if (unit !== undefined) {
      Object.assign(unit, { reply, deliveries, heardMs: nowMs });
      return true;
    }
    if (!this.#answers.hasAcked(sequence)) return false;
    this.#answers.ack(reply, sequence);
    return true;
  }

  #nack(unit: NatsUnit, delayMs: number): void {
    this.#counts.nacked++;
    this.#answers.nack(unit.reply, delayMs);
  }

  #showProgress(): void {
    const nowMs = this.#clockMs();
    for (const unit of this.#open.values()) {
      if (nowMs - unit.heardMs < this.#signAfterMs) continue;
      unit.heardMs = nowMs;
      this.#answers.progress(unit.reply);
    }
  }
}
