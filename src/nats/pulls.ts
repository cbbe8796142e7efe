/**
 * Asking a consumer for messages: always for as many as there is room for, never for more, because the server's clock
 * runs for what it has sent. Two requests are out at a time, so that the next messages are on their way while those of
 * the last request are taken in; each has a subscription of its own, by which its messages are known and counted.
 *
 * A request lives for half a minute and is then made again; in between the server sends a sign of life, and a request
 * without one is taken for lost. After a new connection all of them are.
 */
import type { Msg, Subscription } from '@nats-io/transport-node';
import { type ConsumerInfo, NS_PER_MS } from './api.ts';
import type { Link } from './link.ts';

export interface PullsOptions {
  readonly stream: string;
  readonly consumer: ConsumerInfo;
  /** Of one request; the server counts headers and subjects, too. */
  readonly maxBytes: number;
  /** Messages that are out, at most, counting those that `open` counts. */
  readonly maxMessages: number;
  readonly clockMs: () => number;
  /** Messages that have come and are not settled. */
  open(): number;
  /** No more bytes are wanted now. */
  isFull(): boolean;
  take(message: Msg, nowMs: number): void;
  /** The consumer does not answer, or says that it is gone. */
  gone(words: string): void;
}

const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 2000;
/** So long a request may be silent. */
const SILENT_MS = 3 * HEARTBEAT_MS;
const PAUSE_MS = 500;

/** A request, and the subscription that its messages come by. */
class Slot {
  readonly inbox: string;
  subscription: Subscription | undefined = undefined;
  /** Which request of this slot is out. */
  number = 0;
  /** Messages that it may still bring. */
  remaining = 0;
  asked = 0;
  heardMs = 0;

  constructor(inbox: string) {
    this.inbox = inbox;
  }
}

export class Pulls {
  readonly #link: Link;
  readonly #options: PullsOptions;
  readonly #slots: readonly Slot[];
  readonly #subject: string;
  readonly #share: number;
  readonly #timer: NodeJS.Timeout;
  readonly #ends: Promise<unknown>[] = [];
  #isStopped = false;
  /** A message was larger than a whole request may be: the next request has no limit and asks for one. */
  #isUnbounded = false;
  #pause: NodeJS.Timeout | undefined;

  /** @param inbox a subject of our own, without wildcards, for the answers */
  constructor(link: Link, inbox: string, options: PullsOptions) {
    this.#link = link;
    this.#options = options;
    const { stream, consumer, maxMessages } = options;
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer.name}`;
    const slots = maxMessages > 1 ? 2 : 1;
    const most = consumer.config.max_batch ?? 0;
    this.#share = Math.min(Math.ceil(maxMessages / slots), most > 0 ? most : Number.POSITIVE_INFINITY);
    this.#slots = Array.from({ length: slots }, (_, i) => new Slot(`${inbox}.${i}`));
    for (const slot of this.#slots) this.#subscribe(slot);
    this.#timer = setInterval(() => this.#lookForSilence(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** Asks for as many as there is room for; cheap when there is none. */
  ask(): void {
    if (this.#isStopped || this.#pause !== undefined || !this.#link.isUp) return;
    for (const slot of this.#slots) {
      if (slot.remaining > 0 || this.#options.isFull()) continue;
      const waiting = this.#slots.reduce((sum, { remaining }) => sum + remaining, 0);
      const room = this.#options.maxMessages - this.#options.open() - waiting;
      // A request for each message that is settled would cost more than the messages.
      if (room <= 0 || (waiting > 0 && room < this.#share / 2)) continue;
      this.#request(slot, Math.min(room, this.#share));
    }
  }

  /** There is a new connection: what was asked for over the old one does not come. */
  restart(): void {
    for (const slot of this.#slots) slot.remaining = 0;
    this.ask();
  }

  /** Asks for nothing more. Resolves when all that was on its way has come. Never rejects. */
  async stop(): Promise<void> {
    if (!this.#isStopped) {
      this.#isStopped = true;
      clearInterval(this.#timer);
      clearTimeout(this.#pause);
      for (const { subscription } of this.#slots) {
        if (subscription !== undefined && !subscription.isClosed())
          this.#ends.push(subscription.drain().catch(() => {}));
      }
    }
    await Promise.all(this.#ends);
  }

  #subscribe(slot: Slot): void {
    slot.subscription = this.#link.nc.subscribe(`${slot.inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) this.#options.gone(error.message);
        else this.#hear(slot, message);
      },
    });
  }

  #request(slot: Slot, count: number): void {
    const { maxBytes, clockMs, consumer } = this.#options;
    const batch = this.#isUnbounded ? 1 : count;
    const longest = consumer.config.max_expires ?? 0;
    const expires = longest > 0 ? Math.min(longest, EXPIRES_MS * NS_PER_MS) : EXPIRES_MS * NS_PER_MS;
    const bytesLimit = consumer.config.max_bytes ?? 0;
    const bytes = bytesLimit > 0 ? Math.min(bytesLimit, maxBytes) : maxBytes;
    const request = {
      ...{ batch, expires, idle_heartbeat: Math.min(HEARTBEAT_MS * NS_PER_MS, Math.floor(expires / 3)) },
      ...(this.#isUnbounded ? {} : { max_bytes: bytes }),
    };
    slot.number++;
    slot.remaining = batch;
    slot.asked = batch;
    slot.heardMs = clockMs();
    this.#link.nc.publish(this.#subject, JSON.stringify(request), { reply: `${slot.inbox}.${slot.number}` });
  }

  #hear(slot: Slot, message: Msg): void {
    const nowMs = this.#options.clockMs();
    slot.heardMs = nowMs;
    if (message.reply !== '') {
      this.#isUnbounded = false;
      if (slot.remaining > 0) slot.remaining--;
      this.#options.take(message, nowMs);
      return;
    }
    const code = message.headers?.code ?? 0;
    // Signs of life, and words about a request that was given up.
    if (code === 100 || !message.subject.endsWith(`.${slot.number}`)) return;
    const hasBrought = slot.remaining < slot.asked;
    slot.remaining = 0;
    this.#end(code, message.headers?.description ?? '', hasBrought);
  }

  /** A request has ended before it brought all. */
  #end(code: number, words: string, hasBrought: boolean): void {
    if (code === 404 || code === 408) this.ask();
    else if (code === 409 && /maxbytes/i.test(words)) {
      this.#isUnbounded = !hasBrought;
      this.ask();
    } else if (code === 409 && /consumer deleted/i.test(words)) this.#options.gone('it has been deleted');
    else {
      // No leader, a server that ends, too many requests, nobody who answers.
      if (code === 503) this.#options.gone('');
      this.#pause ??= setTimeout(() => {
        this.#pause = undefined;
        this.ask();
      }, PAUSE_MS);
    }
  }

  #lookForSilence(): void {
    const nowMs = this.#options.clockMs();
    const silent = this.#slots.filter(({ remaining, heardMs }) => remaining > 0 && nowMs - heardMs > SILENT_MS);
    for (const slot of silent) slot.remaining = 0;
    // A request for a consumer that is there no more is not refused: nobody answers.
    if (silent.length > 0 && this.#link.isUp) this.#options.gone('');
    this.ask();
  }
}
