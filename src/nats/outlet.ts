/**
 * Blocks of lines to a subject: a message is confirmed by the stream that has it (PubAck). The client's own way to
 * publish into a stream prepares two errors for each message before it is sent; here one subscription takes all
 * answers, which costs a tenth.
 *
 * A message that is not answered, or whose connection breaks, is sent again with the same id: a stream that knows the
 * id leaves it out. Without ids it may then be there twice. What waits for a free place in the window goes together.
 */
import type { Msg } from '@nats-io/transport-node';
import { outOfTime, type Piece } from '../io/backlog.ts';
import { BacklogOutlet } from '../io/backlog-outlet.ts';
import { SinkError } from '../io/errors.ts';
import { Attempts, type RetryRule } from '../io/retry.ts';
import type { Delivery, Outlet, OutletReport } from '../io/types.ts';
import { excerpt, messageLine } from '../text/printable.ts';
import { Api } from './api.ts';
import { Link, type LinkOptions } from './link.ts';
import { type Flight, headersOf, nextPieces, PlainHeaders, payloadOf } from './message.ts';
import { asSinkError, noAnswers } from './problem.ts';
import { readPubAnswer } from './pub-answer.ts';
import { SubjectTemplate } from './subject.ts';
import { blockProblem, findTarget } from './target.ts';

export interface NatsOutletOptions extends LinkOptions {
  /** `CLEAN.app`, or `CLEAN.{source.name}` */
  readonly subject: string;
  /** Ids of deliveries become those of messages. */
  readonly dedupe: boolean;
  /** Messages that are not confirmed, at most. */
  readonly window: number;
  /** The most that a message holds, unless it is one record: with 1, each record is a message. */
  readonly blockBytes: number;
  /** Deliveries are csv. */
  readonly isCsv?: boolean | undefined;
  /** What may be taken and not be confirmed. */
  readonly bufferBytes: number;
  readonly retry: RetryRule;
  /** A stream is made for the subject when there is none. */
  readonly create: boolean;
  /** Also for times in the subject. */
  readonly nowMs: () => number;
}

/** So long a stream may take to answer. */
const ANSWER_MS = 5000;
const LOOK_EVERY_MS = 500;
const CLOSE_MS = 1000;
/** Headers count for what a server takes of a message. */
const HEADER_ROOM_BYTES = 1024;

/** Connects, and looks whether a stream takes the subject. @throws SinkError */
export async function openNatsOutlet(options: NatsOutletOptions): Promise<NatsOutlet> {
  let link: Link | undefined;
  try {
    const template = new SubjectTemplate(options.subject);
    link = await Link.open(options);
    const { made } = await findTarget(new Api(link), template, options.create);
    for (const words of made) options.say(`${excerpt(options.name)}: ${words}`);
    const problem = blockProblem(options.blockBytes, link.nc.info?.max_payload);
    if (problem !== undefined) throw problem;
    return new NatsOutlet(link, template, options);
  } catch (error) {
    await link?.close(CLOSE_MS);
    throw asSinkError(options.name, error);
  }
}

export class NatsOutlet extends BacklogOutlet implements Outlet {
  readonly name: string;
  readonly takesIds: boolean;
  readonly #link: Link;
  readonly #options: NatsOutletOptions;
  readonly #template: SubjectTemplate;
  readonly #subject: string;
  readonly #pieceBytes: number;
  /** What answers go to, without a number. */
  readonly #replyStart: string;
  readonly #headers = new PlainHeaders();
  readonly #timer: NodeJS.Timeout;
  /** By the numbers at the ends of their reply subjects, in the order in which they were sent first. */
  readonly #flights = new Map<number, Flight>();
  #lastNumber = 0;
  #duplicates = 0;
  #waitsFor: string | undefined;
  #downSinceMs: number | undefined;
  #isEnded = false;
  /** Nothing can be delivered any more. */
  #failedForGood: SinkError | undefined;

  constructor(link: Link, template: SubjectTemplate, options: NatsOutletOptions) {
    super({ limitBytes: options.bufferBytes, reuses: true, isCsv: options.isCsv });
    const { name, dedupe, blockBytes } = options;
    this.name = name;
    this.takesIds = dedupe;
    this.#link = link;
    this.#options = options;
    this.#template = template;
    this.#subject = template.text;
    this.#pieceBytes = Math.max(1, Math.min(blockBytes, (link.nc.info?.max_payload ?? blockBytes) - HEADER_ROOM_BYTES));
    this.#replyStart = `${link.client.createInbox()}.`;
    link.nc.subscribe(`${this.#replyStart}*`, {
      callback: (error, message) => {
        if (error === null) this.#hear(Number(message.subject.slice(this.#replyStart.length)), message);
      },
    });
    this.#timer = setInterval(() => this.#lookForLate(), LOOK_EVERY_MS);
    this.#timer.unref();
    link.listen({
      down: () => {
        this.#downSinceMs = options.clockMs();
      },
      up: () => {
        this.#downSinceMs = undefined;
        this.#sendAgain();
      },
      refused: (operation, subject) => {
        if (operation === 'subscription') {
          this.#lose(asSinkError(name, noAnswers(link.shown, subject)));
          return;
        }
        const words = `${link.shown} does not let us publish to ${excerpt(subject, 200)}`;
        const failure = this.#failure('EACCES', words, 'its permissions say who may');
        for (const [number, flight] of this.#flights) {
          if (flight.subject === subject) this.#settle(number, flight, failure);
        }
        this.#send();
      },
      lost: (problem) => this.#lose(asSinkError(name, problem)),
    });
  }

  /** Messages that the stream had already. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get waitsFor(): string | undefined {
    return this.#link.waitsFor ?? this.#waitsFor;
  }

  offer(delivery: Delivery): 'taken' | 'full' {
    const answer = this.backlog.take(delivery, this.#pieceBytes, this.#subjectsOf(delivery));
    if (this.#failedForGood === undefined) this.#send();
    else this.backlog.giveUp(this.#failedForGood);
    return answer;
  }

  /** Gives up what waits: nothing that comes after a failure is to arrive. */
  halt(failure: SinkError): void {
    this.backlog.giveUp(failure);
  }

  async close(withinMs: number): Promise<OutletReport> {
    this.backlog.close();
    const timer = setTimeout(() => this.#failAll(outOfTime(this.name, withinMs, this.waitsFor)), withinMs);
    await this.backlog.flush();
    clearTimeout(timer);
    clearInterval(this.#timer);
    this.#isEnded = true;
    await this.#link.close(CLOSE_MS);
    return this.report();
  }

  /** One for each segment; undefined when there is one for all. */
  #subjectsOf({ segments, keys }: Delivery): readonly string[] | undefined {
    if (this.#template.isFixed) return undefined;
    const nowMs = this.#options.nowMs();
    return segments.map((_, i) => this.#template.subjectOf(keys?.[i] ?? [], nowMs));
  }

  #send(): void {
    if (!this.#link.isUp || this.#isEnded || this.#flights.size >= this.#options.window) return;
    const nowMs = this.#options.clockMs();
    do {
      const pieces = nextPieces(this.backlog, this.#pieceBytes);
      if (pieces.length === 0) return;
      this.#publish(++this.#lastNumber, this.#flightOf(pieces, nowMs), nowMs);
    } while (this.#flights.size < this.#options.window);
  }

  #flightOf(pieces: readonly Piece[], startMs: number): Flight {
    const { label: subject = this.#subject } = pieces[0]!;
    const headers = headersOf(pieces, this.takesIds, this.backlog.isCsv);
    const payload = payloadOf(pieces);
    return { pieces, subject, payload, headers, startMs, attempts: undefined, sentMs: undefined, timer: undefined };
  }

  #publish(number: number, flight: Flight, nowMs: number): void {
    const { nc } = this.#link;
    this.#flights.set(number, flight);
    flight.sentMs = nowMs;
    const { subject, payload, headers } = flight;
    const most = nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (payload.length + (headers?.length ?? 0) > most) {
      const words = `a record of ${payload.length} bytes does not fit: the server takes ${most} (max_payload)`;
      this.#settle(number, flight, this.#failure('too-long-for-sink', words, 'on-failure says where it goes'));
      return;
    }
    const reply = this.#replyStart + number;
    if (headers === undefined) nc.publish(subject, payload, { reply });
    else {
      this.#headers.bytes = headers;
      nc.publish(subject, payload, { reply, headers: this.#headers.asHeaders() });
    }
  }

  #hear(number: number, message: Msg): void {
    const flight = this.#flights.get(number);
    if (flight === undefined) return;
    const answer = readPubAnswer(message, flight.subject);
    if (answer.kind === 'ok') {
      if (answer.isDuplicate) this.#duplicates++;
      this.#waitsFor = undefined;
      this.#settle(number, flight, undefined);
      this.#send();
    } else if (answer.kind === 'final') {
      this.#settle(number, flight, this.#failure(answer.code, answer.words, 'on-failure says where records go'));
      this.#send();
    } else this.#tryAgain(number, flight, answer);
  }

  #tryAgain(number: number, flight: Flight, { words, code }: { readonly words: string; readonly code: string }): void {
    const { retry, clockMs } = this.#options;
    flight.attempts ??= new Attempts(retry, clockMs, flight.startMs);
    const pauseMs = flight.attempts.next();
    if (pauseMs === undefined) {
      const hint = 'retry says how often and how long it is tried again';
      this.#settle(number, flight, this.#failure(code, `${words} ${flight.attempts.words}`, hint));
      this.#send();
      return;
    }
    this.backlog.countRetry();
    this.#waitsFor = `attempt ${flight.attempts.failed + 1}: ${words}`;
    flight.sentMs = undefined;
    flight.timer = setTimeout(() => {
      flight.timer = undefined;
      if (this.#link.isUp && this.#flights.get(number) === flight) this.#publish(number, flight, clockMs());
    }, pauseMs);
  }

  /** There is a new connection: nobody knows what came of what was on its way. */
  #sendAgain(): void {
    const nowMs = this.#options.clockMs();
    for (const [number, flight] of this.#flights) {
      if (flight.timer !== undefined) continue;
      this.backlog.countRetry();
      this.#publish(number, flight, nowMs);
    }
    this.#send();
  }

  #lookForLate(): void {
    const nowMs = this.#options.clockMs();
    if (this.#downSinceMs !== undefined) {
      const { forMs } = this.#options.retry;
      if (forMs === undefined || nowMs - this.#downSinceMs < forMs) return;
      const words = `cannot reach ${this.#link.shown} for ${Math.round(forMs / 1000)} s`;
      this.#failAll(this.#failure('ECONNREFUSED', words, 'retry says how long it is tried again'));
      return;
    }
    const words = `no answer of a stream within ${ANSWER_MS / 1000} s`;
    for (const [number, flight] of this.#flights) {
      const { sentMs } = flight;
      if (sentMs === undefined || nowMs - sentMs < ANSWER_MS) continue;
      this.#tryAgain(number, flight, { words, code: 'ETIMEDOUT' });
    }
  }

  #settle(number: number, flight: Flight, failure: SinkError | undefined): void {
    clearTimeout(flight.timer);
    this.#flights.delete(number);
    for (const piece of flight.pieces) this.backlog.settle(piece, failure);
  }

  #lose(failure: SinkError): void {
    this.#failedForGood = failure;
    this.#failAll(failure);
  }

  #failAll(failure: SinkError): void {
    for (const [number, flight] of this.#flights) this.#settle(number, flight, failure);
    this.backlog.giveUp(failure);
  }

  #failure(code: string, words: string, hint: string): SinkError {
    return new SinkError(this.name, code, messageLine(`cannot deliver to ${excerpt(this.name)}: ${words}; ${hint}`), 0);
  }
}
