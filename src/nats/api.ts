/**
 * Questions to JetStream: what streams and consumers there are, and orders to make some. They are requests of JSON to
 * subjects of their own; the client's package for them has 80 KB and takes as long to load as the client itself, so
 * they are asked here.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { excerpt } from '../text/printable.ts';
import type { Link } from './link.ts';
import { NatsProblem, noAnswers } from './problem.ts';

/** What is looked at of a stream. Times are nanoseconds, −1 is no limit. */
export interface StreamInfo {
  readonly config: {
    readonly name: string;
    readonly subjects?: readonly string[];
    readonly duplicate_window?: number;
    readonly max_msg_size?: number;
    readonly retention: string;
    readonly num_replicas: number;
  };
  readonly state: { readonly messages: number };
}

/** What is looked at of a consumer. Times are nanoseconds, −1 (or nothing) is no limit. */
export interface ConsumerInfo {
  readonly name: string;
  readonly created: string;
  readonly num_pending: number;
  /** Given to somebody, and not acknowledged. */
  readonly num_ack_pending: number;
  readonly config: {
    readonly ack_policy: 'none' | 'all' | 'explicit';
    readonly ack_wait?: number;
    readonly max_deliver?: number;
    readonly max_ack_pending?: number;
    readonly filter_subject?: string;
    readonly filter_subjects?: readonly string[];
    readonly deliver_subject?: string;
    readonly max_batch?: number;
    readonly max_bytes?: number;
    readonly max_expires?: number;
  };
}

interface ApiError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}

/** Another stream has some of its subjects. */
export const SUBJECTS_TAKEN = 10065;
/** Next steps after what a server says, by its numbers. */
const HINTS: Readonly<Record<number, string>> = {
  10023: 'create makes streams of 1 GiB; nats stream add makes one that fits',
  10047: 'create makes streams of 1 GiB; nats stream add makes one that fits',
  [SUBJECTS_TAKEN]: 'name the stream that has these subjects, or set subject',
};
/** No JetStream for this account, and none at all. */
const NO_JETSTREAM: readonly number[] = [10039, 10076];

/** An answer that says no. */
export class ApiProblem extends NatsProblem {
  readonly errCode: number;

  constructor({ code, err_code = 0, description = '' }: ApiError) {
    const hint = HINTS[err_code] === undefined ? '' : `; ${HINTS[err_code]}`;
    super(`ENATS${err_code === 0 ? code : err_code}`, `the server says: ${excerpt(description, 200)}${hint}`);
    this.errCode = err_code;
  }
}

export const NS_PER_MS = 1_000_000;
const TIMEOUT_MS = 5000;
/** There is no such stream. */
export const NO_STREAM = 10059;
const NO_CONSUMER = 10014;

export class Api {
  /** Streams and consumers may have metadata: names and texts of whoever made them. */
  readonly takesMetadata: boolean;
  readonly #nc: NatsConnection;
  readonly #client: Link['client'];
  readonly #shown: string;

  constructor(link: Pick<Link, 'nc' | 'client' | 'shown' | 'isSince'>) {
    this.#nc = link.nc;
    this.#client = link.client;
    this.#shown = link.shown;
    this.takesMetadata = link.isSince(2, 10, 0);
  }

  /** Undefined when there is none. */
  stream(name: string): Promise<StreamInfo | undefined> {
    return this.#askFor<StreamInfo>(`STREAM.INFO.${name}`, NO_STREAM);
  }

  /** Undefined when there is none. */
  consumer(stream: string, name: string): Promise<ConsumerInfo | undefined> {
    return this.#askFor<ConsumerInfo>(`CONSUMER.INFO.${stream}.${name}`, NO_CONSUMER);
  }

  /** The first streams, or those that take a subject. */
  async streamNames(subject?: string): Promise<readonly string[]> {
    const question = subject === undefined ? {} : { subject };
    return (await this.#ask<{ streams?: readonly string[] | null }>('STREAM.NAMES', question)).streams ?? [];
  }

  async consumerNames(stream: string): Promise<readonly string[]> {
    const { consumers } = await this.#ask<{ consumers?: readonly string[] | null }>(`CONSUMER.NAMES.${stream}`, {});
    return consumers ?? [];
  }

  makeStream(config: { readonly name: string } & Readonly<Record<string, unknown>>): Promise<StreamInfo> {
    return this.#ask<StreamInfo>(`STREAM.CREATE.${config.name}`, config);
  }

  async deleteStream(name: string): Promise<void> {
    await this.#ask(`STREAM.DELETE.${name}`, undefined);
  }

  async deleteConsumer(stream: string, name: string): Promise<void> {
    await this.#ask(`CONSUMER.DELETE.${stream}.${name}`, undefined);
  }

  makeConsumer(stream: string, name: string, config: Readonly<Record<string, unknown>>): Promise<ConsumerInfo> {
    return this.#ask<ConsumerInfo>(`CONSUMER.DURABLE.CREATE.${stream}.${name}`, {
      stream_name: stream,
      config: { durable_name: name, ...config },
    });
  }

  async #askFor<T>(subject: string, missing: number): Promise<T | undefined> {
    try {
      return await this.#ask<T>(subject, undefined);
    } catch (error) {
      if (error instanceof ApiProblem && error.errCode === missing) return undefined;
      throw error;
    }
  }

  /** @throws NatsProblem */
  async #ask<T>(subject: string, question: object | undefined): Promise<T> {
    const body = question === undefined ? '' : JSON.stringify(question);
    let text: string;
    try {
      text = (await this.#nc.request(`$JS.API.${subject}`, body, { timeout: TIMEOUT_MS })).string();
    } catch (error) {
      throw this.#failed(error, subject);
    }
    const answer = JSON.parse(text) as T & { readonly error?: ApiError };
    if (answer.error === undefined) return answer;
    throw NO_JETSTREAM.includes(answer.error.err_code ?? 0) ? this.#noJetStream() : new ApiProblem(answer.error);
  }

  #noJetStream(cause?: unknown): NatsProblem {
    const hint = 'start it with -js, or with jetstream {} in its configuration, or let the account have it';
    return new NatsProblem('ENOJETSTREAM', `${this.#shown} has no JetStream, or not for this account; ${hint}`, cause);
  }

  #failed(error: unknown, subject: string): NatsProblem {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const { errors } = this.#client;
    const is = (kind: abstract new (...args: never) => Error): boolean =>
      error instanceof kind || cause instanceof kind;
    if (is(errors.NoRespondersError)) return this.#noJetStream(error);
    const violation = [error, cause].find((one) => one instanceof errors.PermissionViolationError);
    if (violation?.operation === 'subscription') return noAnswers(this.#shown, violation.subject, error);
    if (violation !== undefined) {
      return new NatsProblem('EACCES', `${this.#shown} does not let us ask $JS.API.${excerpt(subject, 100)}`, error);
    }
    if (is(errors.TimeoutError)) {
      return new NatsProblem('ETIMEDOUT', `${this.#shown} has not answered within ${TIMEOUT_MS / 1000} s`, error);
    }
    return new NatsProblem(
      'ENATS',
      `${this.#shown}: ${excerpt(error instanceof Error ? error.message : '', 200)}`,
      error,
    );
  }
}
