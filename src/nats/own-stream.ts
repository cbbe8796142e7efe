/**
 * A stream of our own on a server, to measure with: in its memory, by a name and a subject that nobody else has,
 * filled once, and read by one consumer after another. Nothing else on the server is read or changed. It is deleted in
 * the end; of one whose maker was killed, the server drops the messages after a while.
 */
import { randomBytes } from 'node:crypto';
import { endOfLines } from '../io/newlines.ts';
import type { Delivery } from '../io/types.ts';
import { excerpt } from '../text/printable.ts';
import { Api, ApiProblem, NS_PER_MS, SUBJECTS_TAKEN } from './api.ts';
import { BareReader } from './bare-reader.ts';
import { Link, type LinkOptions, within } from './link.ts';
import { openNatsOutlet } from './outlet.ts';
import { asSourceError, NatsProblem } from './problem.ts';

export interface OwnStreamOptions extends LinkOptions {
  /** The most bytes of lines that a message has, unless it is one line. */
  readonly messageBytes: number;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** How long a message stays, if nobody deletes the stream. */
const MOST_AGE_MS = 6 * 3_600_000;
const ACK_PENDING = 65_536;
const LOOK_MS = 5;
const CLOSE_MS = 2000;
/** While it is filled: what is offered at a time, and what may be on its way. */
const PART_BYTES = 1 << 20;
const BUFFER_BYTES = 8 << 20;
const WINDOW = 64;
/** Bytes of messages that are out at a time, and messages. */
const IN_FLIGHT_BYTES = 4 << 20;
const [LEAST_IN_FLIGHT, MOST_IN_FLIGHT] = [16, 1024];

export class OwnStream {
  /** Also its subject. */
  readonly name: string;
  /** `nats://localhost:4222 (nats-server 2.10.4)` */
  readonly server: string;
  /** How long the server waits for an acknowledgement. */
  readonly ackWaitMs = 30_000;
  /** How many were put in. */
  messages = 0;
  /** Messages that a reader has at a time. */
  inFlight = LEAST_IN_FLIGHT;
  readonly #link: Link;
  readonly #api: Api;
  readonly #options: OwnStreamOptions;
  #consumers = 0;
  #consumer: string | undefined;

  private constructor(name: string, link: Link, api: Api, options: OwnStreamOptions) {
    this.name = name;
    this.server = `${link.shown} (nats-server ${excerpt(link.nc.info?.version ?? 'of unknown version', 40)})`;
    this.#link = link;
    this.#api = api;
    this.#options = options;
  }

  /** Makes it, empty. @throws SourceError */
  static async open(options: OwnStreamOptions): Promise<OwnStream> {
    let link: Link | undefined;
    try {
      link = await Link.open(options);
      const api = new Api(link);
      const name = `slung-bench-${randomBytes(8).toString('hex')}`;
      await make(api, name);
      return new OwnStream(name, link, api, options);
    } catch (error) {
      await link?.close(CLOSE_MS);
      throw asSourceError(options.name, error);
    }
  }

  /** Puts whole lines in, in their order, as a sink of slung would. Called once. @throws SourceError */
  async fill(lines: Buffer): Promise<void> {
    const { messageBytes: blockBytes } = this.#options;
    const retry = { max: 3, forMs: undefined, firstMs: 100, mostMs: 1000 };
    try {
      const outlet = await openNatsOutlet({
        ...{ ...this.#options, subject: this.name, dedupe: false, window: WINDOW, blockBytes },
        ...{ bufferBytes: BUFFER_BYTES, retry, create: false },
      });
      let failure: Error | undefined;
      const settle: Delivery['settle'] = (problem) => {
        failure ??= problem;
      };
      for (let from = 0; from < lines.length && failure === undefined; ) {
        const to = endOfLines(lines, from, from + PART_BYTES, lines.length);
        const delivery = { segments: [lines.subarray(from, to)], records: 0, id: undefined, settle };
        while (outlet.offer(delivery) === 'full') await outlet.room();
        from = to;
      }
      await outlet.flush();
      await outlet.close(CLOSE_MS);
      if (failure !== undefined) throw failure;
      this.messages = (await this.#api.stream(this.name))?.state.messages ?? 0;
    } catch (error) {
      throw asSourceError(this.#options.name, error);
    }
    const each = Math.max(1, lines.length / Math.max(1, this.messages));
    this.inFlight = Math.min(MOST_IN_FLIGHT, Math.max(LEAST_IN_FLIGHT, Math.floor(IN_FLIGHT_BYTES / each)));
  }

  /** A consumer of all of it, in the place of the one before. @returns its name @throws SourceError */
  async nextConsumer(): Promise<string> {
    try {
      if (this.#consumer !== undefined) await this.#api.deleteConsumer(this.name, this.#consumer);
      this.#consumer = undefined;
      const name = `round-${++this.#consumers}`;
      await this.#api.makeConsumer(this.name, name, {
        ...{ ack_policy: 'explicit', ack_wait: this.ackWaitMs * NS_PER_MS, deliver_policy: 'all' },
        ...{ replay_policy: 'instant', max_deliver: -1, max_ack_pending: ACK_PENDING },
      });
      this.#consumer = name;
      return name;
    } catch (error) {
      throw asSourceError(this.#options.name, error);
    }
  }

  /**
   * Asks the server again and again, until nothing of a consumer is to be given or to be acknowledged any more.
   * @param isOver nobody reads any more
   * @returns false when it is not done, and nobody reads any more
   * @throws SourceError
   */
  async untilAcknowledged(consumer: string, isOver: () => boolean): Promise<boolean> {
    for (;;) {
      // What has ended meanwhile may have acknowledged all before.
      const wasOver = isOver();
      let info: Awaited<ReturnType<Api['consumer']>>;
      try {
        info = await this.#api.consumer(this.name, consumer);
      } catch (error) {
        throw asSourceError(this.#options.name, error);
      }
      if (info === undefined) return false;
      if (info.num_pending === 0 && info.num_ack_pending === 0) return true;
      if (wasOver) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** The bare client, connected, over a consumer. @throws SourceError */
  async bareReader(consumer: string): Promise<BareReader> {
    try {
      return new BareReader(await Link.open(this.#options), { stream: this.name, consumer, inFlight: this.inFlight });
    } catch (error) {
      throw asSourceError(this.#options.name, error);
    }
  }

  /** Deletes it. @returns false when the server did not say that it is gone. Never rejects. */
  async close(): Promise<boolean> {
    let isGone = false;
    await within(
      this.#api.deleteStream(this.name).then(() => {
        isGone = true;
      }),
      CLOSE_MS,
    );
    await this.#link.close(CLOSE_MS);
    return isGone;
  }
}

async function make(api: Api, name: string): Promise<void> {
  try {
    await api.makeStream({
      ...{ name, subjects: [name], storage: 'memory', retention: 'limits', discard: 'new' },
      max_age: MOST_AGE_MS * NS_PER_MS,
    });
  } catch (error) {
    if (!(error instanceof ApiProblem && error.errCode === SUBJECTS_TAKEN)) throw error;
    const text = `a stream of the server takes all subjects, ${name} among them; take a server without it`;
    throw new NatsProblem('ESUBJECTS', text, error);
  }
}
