/**
 * The durable consumer that a source reads, with the stream that it is of: looked up, compared with what the source
 * needs, and made only when the source says so.
 */
import { excerpt, quoted } from '../text/printable.ts';
import { type Api, type ConsumerInfo, NS_PER_MS, type StreamInfo } from './api.ts';
import { NatsProblem } from './problem.ts';

export interface ConsumerOptions {
  readonly stream: string;
  readonly consumer: string;
  /** Only messages of this subject; undefined: all, or what the consumer that is there has. */
  readonly subject: string | undefined;
  readonly ackWaitMs: number;
  /** One message at a time, over all processes that share the consumer. */
  readonly order: boolean;
  /** What is not there is made. */
  readonly create: boolean;
  readonly redeliverLimit: number;
  /** Who makes it, for whoever looks at it on the server. */
  readonly worker?: string | undefined;
}

/** What was found: the reader goes by what the server has, not by what was asked for. */
export interface FoundConsumer {
  readonly stream: StreamInfo;
  readonly consumer: ConsumerInfo;
  /** What was made, in words; empty when all was there. */
  readonly made: readonly string[];
}

const DAY_MS = 86_400_000;

/** Bounds of a stream that is made here: whoever wants others makes it with his own tools. */
const STREAM_BYTES = 1024 ** 3;
const STREAM_AGE_MS = 7 * DAY_MS;
const LEAST_WINDOW_MS = 120_000;
const ACK_PENDING = 65_536;

/** @throws NatsProblem when it is not there, or is not what a source needs */
export async function findConsumer(api: Api, options: ConsumerOptions): Promise<FoundConsumer> {
  checkName('stream', options.stream);
  checkName('consumer', options.consumer);
  const made: string[] = [];
  const stream = (await api.stream(options.stream)) ?? (await missingStream(api, options, made));
  const consumer =
    (await api.consumer(options.stream, options.consumer)) ?? (await missingConsumer(api, options, made));
  const [wrong] = faultsOf(consumer, options);
  if (wrong !== undefined) throw wrong;
  return { stream, consumer, made };
}

/** What keeps a consumer from being read as a source wants to. */
export function faultsOf({ name, config }: ConsumerInfo, options: ConsumerOptions): readonly NatsProblem[] {
  const about = `consumer ${excerpt(name, 100)}`;
  const remake = 'delete it, or name another one';
  const faults: string[] = [];
  if (config.deliver_subject !== undefined && config.deliver_subject !== '') {
    faults.push(`${about} is pushed to ${excerpt(config.deliver_subject, 100)}; slung pulls; ${remake}`);
  }
  if (config.ack_policy !== 'explicit') {
    const does = config.ack_policy === 'none' ? 'acknowledges nothing' : 'acknowledges all that came before, too';
    faults.push(`${about} ${does} (policy ${config.ack_policy}); slung needs explicit; ${remake}`);
  }
  const most = config.max_deliver ?? -1;
  if (most > 0 && most <= options.redeliverLimit) {
    const lies = 'then it lies in the stream, and nobody hears of it';
    const needs = `slung needs -1, or more than redeliver-limit (${options.redeliverLimit})`;
    faults.push(`${about} gives a message ${most} times at most (max_deliver), ${lies}; ${needs}`);
  }
  const filter = filterOf(config);
  if (options.subject !== undefined && filter !== options.subject) {
    const has = filter === '' ? 'has all of the stream' : `has subject ${quoted(filter, 100)}`;
    faults.push(`${about} ${has}, the source wants ${quoted(options.subject, 100)}; ${remake}`);
  }
  if (options.order && config.max_ack_pending !== 1) {
    const pending = config.max_ack_pending ?? -1;
    const gives = pending < 0 ? 'any number of messages' : `${pending} messages`;
    faults.push(`${about} gives ${gives} at a time (max_ack_pending); order needs 1; ${remake}`);
  }
  return faults.map((text) => new NatsProblem('ECONSUMER', text));
}

/** The subjects that a consumer takes; empty for all. */
function filterOf({ filter_subject: one, filter_subjects: several }: ConsumerInfo['config']): string {
  return several !== undefined && several.length > 0 ? several.join(', ') : (one ?? '');
}

async function missingStream(api: Api, options: ConsumerOptions, made: string[]): Promise<StreamInfo> {
  const { stream, subject, create } = options;
  if (!create) {
    const names = await api.streamNames();
    const others = names.length === 0 ? 'there is none' : `those there are: ${shownNames(names)}`;
    throw new NatsProblem('ENOSTREAM', `there is no stream ${excerpt(stream, 100)}; ${others}; ?create makes it`);
  }
  // A message may come again so often, and then for so long its id has to be remembered behind us.
  const windowMs = Math.max(LEAST_WINDOW_MS, 2 * options.ackWaitMs * options.redeliverLimit);
  return makeStream(api, { name: stream, subject: subject ?? `${stream}.>`, windowMs }, made);
}

/** Makes a stream with bounds, in files, and says so. @throws NatsProblem */
export async function makeStream(
  api: Api,
  { name, subject, windowMs }: { readonly name: string; readonly subject: string; readonly windowMs: number },
  made: string[],
): Promise<StreamInfo> {
  const info = await api.makeStream({
    ...{ name, subjects: [subject], storage: 'file', retention: 'limits', discard: 'old' },
    ...{ max_bytes: STREAM_BYTES, max_age: STREAM_AGE_MS * NS_PER_MS },
    ...{ duplicate_window: Math.min(windowMs, STREAM_AGE_MS) * NS_PER_MS },
  });
  const bounds = `at most 1 GiB and ${STREAM_AGE_MS / DAY_MS} days, the oldest go first`;
  made.push(`made the stream ${excerpt(name, 100)} for ${quoted(subject, 100)}: ${bounds}`);
  return info;
}

async function missingConsumer(api: Api, options: ConsumerOptions, made: string[]): Promise<ConsumerInfo> {
  const { stream, consumer, create, subject, ackWaitMs, order, worker } = options;
  if (!create) {
    const names = await api.consumerNames(stream);
    const others = names.length === 0 ? 'there is none' : `those there are: ${shownNames(names)}`;
    const about = `there is no consumer ${excerpt(consumer, 100)} of ${excerpt(stream, 100)}`;
    throw new NatsProblem('ENOCONSUMER', `${about}; ${others}; ?create makes it`);
  }
  const info = await api.makeConsumer(stream, consumer, {
    ...{ ack_policy: 'explicit', ack_wait: ackWaitMs * NS_PER_MS, deliver_policy: 'all', replay_policy: 'instant' },
    // It is we who count how often a message came: the server would only let it lie, and tell nobody who asks.
    ...{ max_deliver: -1, max_ack_pending: order ? 1 : ACK_PENDING },
    ...(subject === undefined ? {} : { filter_subject: subject }),
    // Those that share it come and go, and are seen among the server's connections.
    ...(worker !== undefined && api.takesMetadata ? { metadata: { 'made-by': worker } } : {}),
  });
  made.push(`made the consumer ${excerpt(consumer, 100)} of ${excerpt(stream, 100)}`);
  return info;
}

/** For messages. */
export function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => excerpt(name, 60));
  return shown.join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
}

function checkName(what: string, name: string): void {
  if (/^[^\s.*>/\\\p{Cc}]+$/u.test(name)) return;
  const text = `${quoted(name, 100)} is no name of a ${what}: no spaces, dots, stars, slashes or >`;
  throw new NatsProblem('EINVAL', text);
}
