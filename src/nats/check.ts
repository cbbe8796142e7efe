/**
 * What `slung check --connect` finds out: whether the servers are there, have what sources and outlets want, and
 * whether their settings keep the promises of the file. Nothing is made; what would be made is said.
 */
import { excerpt } from '../text/printable.ts';
import { Api, type ConsumerInfo, NS_PER_MS, type StreamInfo } from './api.ts';
import { type ConsumerOptions, faultsOf, findConsumer } from './consumer.ts';
import { Link, type LinkOptions } from './link.ts';
import { causeOf } from './problem.ts';
import { SubjectTemplate } from './subject.ts';
import { blockProblem, findTarget } from './target.ts';

export interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  readonly text: string;
}

/** What a file wants of a server. */
export interface CheckedSource extends LinkOptions, ConsumerOptions {
  readonly kind: 'source';
  readonly maxInFlight: number;
}

export interface CheckedSink extends LinkOptions {
  readonly kind: 'sink';
  readonly subject: string;
  readonly dedupe: boolean;
  readonly blockBytes: number;
  /** How long ids have to be known, at least: as long as a unit of the sources behind it may come again. */
  readonly windowMs: number | undefined;
}

const CLOSE_MS = 1000;

/** Never rejects: what is wrong is found. Findings in the order in which they should be read. */
export async function checkConnection(wanted: CheckedSource | CheckedSink): Promise<readonly Finding[]> {
  let link: Link | undefined;
  try {
    link = await Link.open(wanted);
    const api = new Api(link);
    return wanted.kind === 'source' ? await checkSource(api, wanted) : await checkSink(api, link, wanted);
  } catch (error) {
    return [{ severity: 'error', text: causeOf(error).text }];
  } finally {
    await link?.close(CLOSE_MS);
  }
}

/** How long a unit may come again and again, until it is given up. */
export function againMs({ ackWaitMs, redeliverLimit }: Pick<ConsumerOptions, 'ackWaitMs' | 'redeliverLimit'>): number {
  return 2 * ackWaitMs * redeliverLimit;
}

async function checkSource(api: Api, wanted: CheckedSource): Promise<readonly Finding[]> {
  const { stream, consumer, create } = wanted;
  const foundStream = await api.stream(stream);
  const foundConsumer = foundStream === undefined ? undefined : await api.consumer(stream, consumer);
  if (foundStream === undefined || foundConsumer === undefined) {
    if (!create) await findConsumer(api, wanted);
    const what = foundStream === undefined ? `stream ${excerpt(stream, 100)} and its consumer` : 'consumer';
    return [{ severity: 'note', text: `the ${what} ${excerpt(consumer, 100)} will be made (create)` }];
  }
  const faults = faultsOf(foundConsumer, wanted).map(({ message }) => ({ severity: 'error', text: message }) as const);
  return [...faults, ...differences(foundConsumer, wanted)];
}

/** What goes by the server's settings, and not by those of the file. */
function differences({ name, config, num_pending }: ConsumerInfo, wanted: CheckedSource): Finding[] {
  const findings: Finding[] = [];
  const about = `consumer ${excerpt(name, 100)}`;
  const waitMs = (config.ack_wait ?? 0) / NS_PER_MS;
  if (waitMs !== wanted.ackWaitMs) {
    const text = `${about} waits ${shownTime(waitMs)} (ack_wait), the file says ${shownTime(wanted.ackWaitMs)}; it is the consumer that counts`;
    findings.push({ severity: 'warning', text });
  }
  const most = config.max_ack_pending ?? -1;
  if (most >= 0 && most < wanted.maxInFlight) {
    const text = `${about} gives ${most} messages at a time to all that read it (max_ack_pending), the file says ${wanted.maxInFlight}`;
    findings.push({ severity: 'warning', text });
  }
  findings.push({ severity: 'note', text: `${about} has ${num_pending} messages to be read` });
  return findings;
}

async function checkSink(api: Api, link: Link, wanted: CheckedSink): Promise<readonly Finding[]> {
  const { subject, blockBytes, dedupe, windowMs } = wanted;
  const { stream: name } = await findTarget(api, new SubjectTemplate(subject), false);
  const stream = name === undefined ? undefined : await api.stream(name);
  const findings: Finding[] = [];
  const block = blockProblem(blockBytes, link.nc.info?.max_payload);
  if (block !== undefined) findings.push({ severity: 'error', text: block.message });
  if (stream === undefined) return findings;
  const most = stream.config.max_msg_size ?? -1;
  if (most > 0 && most < blockBytes) {
    const text = `stream ${excerpt(stream.config.name, 100)} takes messages of ${most} bytes (max_msg_size), a block may have ${blockBytes}`;
    findings.push({ severity: 'error', text });
  }
  if (dedupe && windowMs !== undefined) findings.push(...shortWindow(stream, windowMs));
  return findings;
}

function shortWindow({ config }: StreamInfo, wantedMs: number): Finding[] {
  const hasMs = (config.duplicate_window ?? 0) / NS_PER_MS;
  if (hasMs >= wantedMs) return [];
  const name = excerpt(config.name, 100);
  const remembers = hasMs === 0 ? 'remembers no ids' : `remembers ids for ${shownTime(hasMs)}`;
  const hint = `nats stream edit ${name} --dupe-window=${Math.ceil(wantedMs / 1000)}s`;
  const text = `${name} ${remembers}, but a block may come again after ${shownTime(wantedMs)}; ${hint}`;
  return [{ severity: 'warning', text }];
}

function shownTime(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
