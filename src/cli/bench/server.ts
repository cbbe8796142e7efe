/**
 * `slung bench --server`: a stream on a server of NATS that is filled with the records once, and read to its end by
 * each round, until the server has all acknowledgements. The stream is deleted however the program ends, if it can do
 * anything then.
 */
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { SourceError } from '../../io/index.ts';
import { OwnStream } from '../../pipeline/topology/own-stream.ts';
import { Exit, ExplainedError } from '../../text/explained.ts';
import type { SignalSource } from '../signals.ts';
import type { World } from '../world.ts';
import type { BenchInput } from './input.ts';

/** The server does not do what is needed to measure with it. */
export class ServerError extends ExplainedError {
  override readonly name = 'ServerError';
  readonly problem = 'system';
  readonly exit = Exit.data;
}

/** Where rounds get their records from. */
export interface BenchServer {
  readonly url: string;
  readonly stream: OwnStream;
  /** Lines that the stream has. */
  readonly records: number;
  readonly nowMs: () => number;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One server, or several of a cluster, and nothing behind them. */
const ADDRESS = /^(?:nats|tls):\/\/[^/?#\s]+\/?$/i;
const NEWLINE = 10;

/** The address that was typed; undefined when there is none. @throws UsageError */
export function serverUrl(resolved: Resolved): string | undefined {
  const url = resolved.optionalText('server');
  if (url === undefined) return undefined;
  if (!ADDRESS.test(url)) {
    const hint = 'bench makes a stream of its own there, and neither reads nor writes another.';
    throw new UsageError(`${resolved.originText('server')}: write nats://HOST:PORT, without a stream`, hint);
  }
  return url.replace(/\/$/, '');
}

/**
 * Gives `use` a stream with all of the input, and deletes it afterwards, also when a signal ends the process.
 * @throws ServerError
 */
export async function withServer<T>(
  url: string,
  input: BenchInput,
  messageBytes: number,
  world: World,
  use: (server: BenchServer) => Promise<T>,
): Promise<T> {
  const nowMs = (): number => Number(world.nowUs() / 1000n);
  const say = (text: string): void => world.write(2, `slung: ${text}\n`);
  const address = { url, name: 'a stream of its own', creds: undefined, ca: undefined };
  const opening = explained(OwnStream.open({ ...address, messageBytes, nowMs, say, clockMs: () => world.clockMs() }));
  const ending = new Ending(world.signals, async () => {
    const stream = await opening.catch(() => undefined);
    if (stream === undefined || (await stream.close())) return;
    say(`the stream ${stream.name} could not be deleted: nats stream rm ${stream.name}`);
  });
  try {
    const stream = await opening;
    await explained(stream.fill(input.bytes));
    return await use({ url, stream, records: recordsIn(input), nowMs });
  } finally {
    await ending.end();
  }
}

/** @throws ServerError in the place of a SourceError */
export async function explained<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new ServerError(`--server: ${error.message}`);
  }
}

/** Lines with something in them. */
function recordsIn({ bytes, times }: BenchInput): number {
  const once = bytes.subarray(0, bytes.length / times);
  let records = 0;
  for (let at = 0; at < once.length; ) {
    const newline = once.indexOf(NEWLINE, at);
    const end = newline < 0 ? once.length : newline;
    if (end - at > 100 || once.toString('latin1', at, end).trim() !== '') records++;
    at = end + 1;
  }
  return records * times;
}

/** Cleans up once, at the end or when a signal comes, which ends the process afterwards; a second one at once. */
class Ending {
  readonly #signals: SignalSource;
  readonly #handlers: ReadonlyMap<(typeof ENDING)[number], () => void>;
  readonly #clean: () => Promise<void>;
  #cleaning: Promise<void> | undefined;

  /** @param clean never rejects */
  constructor(signals: SignalSource, clean: () => Promise<void>) {
    this.#signals = signals;
    this.#clean = clean;
    this.#handlers = new Map(ENDING.map((signal) => [signal, () => void this.#die(signal)]));
    for (const [signal, handler] of this.#handlers) signals.on(signal, handler);
  }

  async end(): Promise<void> {
    await this.#once();
    this.#forget();
  }

  async #die(signal: (typeof ENDING)[number]): Promise<void> {
    this.#forget();
    this.#cleaning = this.#once().then(() => this.#signals.raise(signal));
    await this.#cleaning;
  }

  #once(): Promise<void> {
    this.#cleaning ??= this.#clean();
    return this.#cleaning;
  }

  #forget(): void {
    for (const [signal, handler] of this.#handlers) this.#signals.off(signal, handler);
  }
}
