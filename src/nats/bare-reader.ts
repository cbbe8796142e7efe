/**
 * The least that a program can do with a consumer: requests for messages and their acknowledgements by hand, each
 * message copied once, to the same place. What reading costs beside this is ours.
 */
import type { Msg, Subscription } from '@nats-io/transport-node';
import { NS_PER_MS } from './api.ts';
import type { Link } from './link.ts';

export interface BareReaderOptions {
  readonly stream: string;
  readonly consumer: string;
  /** Messages that are out at a time. */
  readonly inFlight: number;
}

const ACK = new Uint8Array(0);
const EXPIRES_MS = 30_000;
const CLOSE_MS = 1000;

export class BareReader {
  readonly #link: Link;
  readonly #options: BareReaderOptions;
  readonly #inbox: string;
  readonly #target: Uint8Array;
  #subscription: Subscription | undefined;
  #waiting = 0;
  #hasFailed = false;

  /** Owns the link from now on. */
  constructor(link: Link, options: BareReaderOptions) {
    this.#link = link;
    this.#options = options;
    this.#inbox = link.client.createInbox();
    this.#target = new Uint8Array(link.nc.info?.max_payload ?? 1 << 20);
  }

  /** The connection was lost, and what had been asked for with it. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Reads all that the consumer has, from now on. */
  begin(): void {
    const fail = (): void => {
      this.#hasFailed = true;
    };
    this.#link.listen({ down: fail, up: () => {}, refused: fail, lost: fail });
    this.#subscription = this.#link.nc.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (error === null) this.#hear(message);
        else fail();
      },
    });
    this.#ask();
  }

  async close(): Promise<void> {
    this.#subscription?.unsubscribe();
    await this.#link.close(CLOSE_MS);
  }

  #hear(message: Msg): void {
    if (message.reply === '' || message.reply === undefined) {
      // A request has ended before it brought all.
      this.#waiting = 0;
    } else {
      this.#target.set(message.data);
      this.#link.nc.publish(message.reply, ACK);
      this.#waiting--;
    }
    this.#ask();
  }

  #ask(): void {
    const { stream, consumer, inFlight } = this.#options;
    if (this.#waiting > inFlight / 2) return;
    const request = { batch: inFlight - this.#waiting, expires: EXPIRES_MS * NS_PER_MS };
    this.#waiting = inFlight;
    this.#link.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), {
      reply: this.#inbox,
    });
  }
}
