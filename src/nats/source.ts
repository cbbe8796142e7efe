/**
 * The messages of a consumer as a source of units: each message is one, and is acknowledged by itself when everything
 * that came of it is settled. A message holds lines of NDJSON, also in gzip (Content-Encoding), or one record without
 * a newline. One that has come too often is not read at all (dead-letter.ts).
 */
import type { Msg } from '@nats-io/transport-node';
import type { SourceError } from '../io/errors.ts';
import { type Border, type UnitOutcome, type UnitSource, WOULD_BLOCK } from '../io/types.ts';
import { excerpt } from '../text/printable.ts';
import { Answers } from './answers.ts';
import { Api, ApiProblem, type ConsumerInfo, NO_STREAM, NS_PER_MS } from './api.ts';
import { type ConsumerOptions, findConsumer } from './consumer.ts';
import type { DeadLetter } from './dead-letter.ts';
import { InFlight, type NatsSourceReport } from './in-flight.ts';
import { Link, type LinkOptions, within } from './link.ts';
import { payloadOf } from './payload.ts';
import { asSourceError, NatsProblem } from './problem.ts';
import { Pulls } from './pulls.ts';
import type { NatsUnit } from './unit.ts';
import { Unread } from './unread.ts';

export interface NatsSourceOptions extends LinkOptions, ConsumerOptions {
  /** Messages that are out at a time. */
  readonly maxInFlight: number;
  /** What a message in gzip may become. */
  readonly maxMessageBytes: number;
  /** Takes a message that has come too often, or cannot be read; undefined: it ends the source. */
  readonly takeDead?: ((letter: DeadLetter) => void) | undefined;
}

/** What has come and was not read: at least two requests of the largest messages that are usual. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
const HEADROOM_BYTES = 64 * 1024;
const CLOSE_MS = 2000;

/** Connects, and finds or makes the consumer. @throws SourceError */
export async function openNatsSource(options: NatsSourceOptions): Promise<NatsSource> {
  let link: Link | undefined;
  try {
    link = await Link.open(options);
    const { consumer, made } = await findConsumer(new Api(link), options);
    for (const words of made) options.say(`${excerpt(options.name)}: ${words}`);
    return new NatsSource(link, consumer, options);
  } catch (error) {
    await link?.close(CLOSE_MS);
    throw asSourceError(options.name, error);
  }
}

export class NatsSource implements UnitSource {
  readonly name: string;
  readonly sizeBytes = undefined;
  /** Resolves after `close`, when the server has all answers, or cannot get them in time. */
  readonly closed: Promise<void>;
  readonly #link: Link;
  readonly #options: NatsSourceOptions;
  readonly #idStart: string;
  readonly #unread = new Unread();
  readonly #answers: Answers;
  readonly #inFlight: InFlight;
  readonly #pulls: Pulls;
  #state: 'open' | 'stopped' | 'closed' = 'open';
  #failure: SourceError | undefined;
  #isDue = false;
  #withdrawn: Promise<unknown> | undefined;
  #pending: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #resolveClosed: () => void = () => {};

  constructor(link: Link, consumer: ConsumerInfo, options: NatsSourceOptions) {
    const { name, stream, ackWaitMs, maxInFlight, clockMs } = options;
    this.name = name;
    this.#link = link;
    this.#options = options;
    this.#idStart = `${stream}.${consumer.name}.${Date.parse(consumer.created).toString(36)}`;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#answers = new Answers(link, maxInFlight);
    const waitNs = consumer.config.ack_wait ?? ackWaitMs * NS_PER_MS;
    this.#inFlight = new InFlight(this.#answers, waitNs / NS_PER_MS, clockMs);
    this.#pulls = this.#makePulls(consumer);
    link.listen({
      down: () => {},
      up: () => {
        this.#answers.sendAgain();
        this.#pulls.restart();
      },
      refused: (_, subject) => {
        this.#fail(new NatsProblem('EACCES', `${link.shown} does not let us use ${excerpt(subject, 200)}`));
      },
      lost: (problem) => this.#fail(problem),
    });
    this.#pulls.ask();
  }

  readNow(target: Uint8Array): number {
    const taken = this.#unread.take(target);
    if (taken > 0) {
      this.#later();
      return taken;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#state === 'open' ? WOULD_BLOCK : 0;
  }

  wait(): Promise<void> {
    if (this.#isWorthReading()) return Promise.resolve();
    this.#pending ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#pending;
  }

  takeBorders(): readonly Border[] {
    return this.#unread.takeBorders();
  }

  giveApart(): void {
    this.#unread.giveApart();
  }

  settle(unit: object, outcome: UnitOutcome): void {
    this.#inFlight.settle(unit as NatsUnit, outcome);
    this.#later();
  }

  /** The same for each copy of a unit, in every process, as long as the consumer is not made anew. */
  idOf(unit: object): string {
    return `${this.#idStart}.${(unit as NatsUnit).sequence}`;
  }

  /** Messages that nobody has begun to read are given back at once. */
  stop(): void {
    if (this.#state !== 'open') return;
    this.#state = 'stopped';
    this.#giveBack(this.#unread.takeUnbegun());
    this.#notify();
  }

  /** Gives back what is not settled, and ends the connection when the server has heard all of it. */
  close(): void {
    if (this.#state === 'closed') return;
    this.stop();
    this.#state = 'closed';
    void within(this.#withdraw(), CLOSE_MS)
      .then(() => {
        this.#answers.flush();
        this.#inFlight.end();
      })
      .then(() => this.#link.close(CLOSE_MS))
      .then(this.#resolveClosed);
  }

  /** Why nothing comes, in words; undefined while the server is there. */
  get waitsFor(): string | undefined {
    return this.#link.waitsFor;
  }

  report(): NatsSourceReport {
    return this.#inFlight.report();
  }

  #makePulls(consumer: ConsumerInfo): Pulls {
    const { stream, maxInFlight, clockMs } = this.#options;
    const largest = (this.#link.nc.info?.max_payload ?? 0) + HEADROOM_BYTES;
    const maxBytes = Math.max(MAX_UNREAD_BYTES / 2, largest);
    return new Pulls(this.#link, this.#link.client.createInbox(), {
      ...{ stream, consumer, maxBytes, maxMessages: maxInFlight, clockMs },
      open: () => this.#inFlight.size,
      isFull: () => this.#unread.bytes > maxBytes,
      take: (message, nowMs) => this.#take(message, nowMs),
      gone: (words) => void this.#whenGone(words),
    });
  }

  #take(message: Msg, nowMs: number): void {
    const unit = this.#inFlight.arrive(message.reply ?? '', nowMs);
    // One that was acknowledged before is acknowledged again.
    this.#later();
    if (unit === undefined) return;
    if (this.#state !== 'open') {
      this.#giveBack([unit]);
      return;
    }
    const { redeliverLimit, maxMessageBytes } = this.#options;
    const payload =
      unit.deliveries > redeliverLimit
        ? `has come ${unit.deliveries} times and was never done with`
        : payloadOf(message, maxMessageBytes);
    if (typeof payload === 'string') this.#bury(unit, message, payload);
    else if (payload.length === 0) this.settle(unit, 'ok');
    else {
      this.#unread.put(unit, payload);
      this.#notify();
    }
  }

  /**
   * Acknowledgements and requests go together at the end of a turn of the event loop: a write to the socket costs as
   * much as a record.
   */
  #later(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#answers.flush();
      this.#pulls.ask();
    });
  }

  #giveBack(units: readonly NatsUnit[]): void {
    void within(this.#withdraw(), CLOSE_MS).then(() => this.#inFlight.giveBack(units));
  }

  /**
   * Takes our requests back, before anything is given back: the server would answer them with the same messages. A
   * request that nobody listens for any more is worse: 2.9 tries to answer it, and the message is away for the whole
   * of its wait. The server throws such requests away when it is asked about the consumer.
   */
  #withdraw(): Promise<unknown> {
    const { stream, consumer } = this.#options;
    this.#withdrawn ??= this.#pulls
      .stop()
      .then(() => new Api(this.#link).consumer(stream, consumer))
      .catch(() => {});
    return this.#withdrawn;
  }

  #bury(unit: NatsUnit, message: Msg, reason: string): void {
    const { takeDead, stream, name } = this.#options;
    const { sequence, deliveries } = unit;
    if (takeDead === undefined) {
      const text = `message ${sequence} of ${excerpt(stream, 100)} ${reason}; rejects: NODE takes such messages`;
      this.#fail(new NatsProblem('EPOISON', text));
      return;
    }
    const contentEncoding = message.headers?.get('Content-Encoding', 'insensitive') || undefined;
    takeDead({
      ...{ bytes: message.data, contentEncoding, reason, source: name, stream, sequence, deliveries },
      id: this.idOf(unit),
      settle: (isKept) => {
        if (isKept) this.#inFlight.terminate(unit, reason);
        else this.#inFlight.settle(unit, 'failed');
        this.#pulls.ask();
      },
    });
  }

  /** A request was refused: nobody may be there who answers it, for now or for good. */
  async #whenGone(words: string): Promise<void> {
    const { stream, consumer } = this.#options;
    const about = `consumer ${excerpt(consumer, 100)} of ${excerpt(stream, 100)}`;
    if (words !== '') {
      this.#fail(new NatsProblem('ENOCONSUMER', `${about}: ${words}`));
      return;
    }
    const isThere = await new Api(this.#link).consumer(stream, consumer).then(
      (found) => found !== undefined,
      // JetStream is away as a whole: it may come back.
      (error) => !(error instanceof ApiProblem && error.errCode === NO_STREAM),
    );
    if (!isThere) this.#fail(new NatsProblem('ENOCONSUMER', `${about} is there no more`));
  }

  #fail(problem: NatsProblem): void {
    if (this.#state === 'closed') return;
    this.#failure ??= asSourceError(this.name, problem);
    this.#notify();
  }

  #isWorthReading(): boolean {
    return !this.#unread.isEmpty || this.#failure !== undefined || this.#state !== 'open';
  }

  #notify(): void {
    if (this.#wake === undefined || !this.#isWorthReading()) return;
    const wake = this.#wake;
    this.#wake = undefined;
    this.#pending = undefined;
    wake();
  }
}
