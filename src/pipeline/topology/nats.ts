/**
 * Sources and sinks of NATS, from what a topology says of them. Loaded when a topology has one: the client is a file
 * of its own.
 */
import { resolve } from 'node:path';
import type { RunHost } from '../../graph/host.ts';
import type { Port } from '../../graph/port.ts';
import type { Receipt } from '../../graph/receipt.ts';
import type { ServerAddress } from '../../nats/credentials.ts';
import type { DeadLetter } from '../../nats/dead-letter.ts';
import { type NatsOutlet, openNatsOutlet } from '../../nats/outlet.ts';
import { type NatsSource, openNatsSource } from '../../nats/source.ts';
import { excerpt } from '../../text/printable.ts';
import type { Sink, Source, Topology } from '../../topology/index.ts';
import type { WorkerIdentity } from './report.ts';

type NatsNode<T extends Source | Sink> = Extract<T, { readonly type: 'nats' }>;

/** Some sink leaves out what it has by its id, so that no batch may hold bytes of two messages. */
export function wantsIds({ sinks }: Pick<Topology, 'sinks'>): boolean {
  return sinks.some((sink) => sink.type === 'http' || (sink.type === 'nats' && sink.dedupe !== false));
}

/** Where a server is and what it is to be shown; relative files start from the topology's directory. */
export function addressOf(node: NatsNode<Source> | NatsNode<Sink>, directory: string): ServerAddress {
  const from = (file: string | undefined): string | undefined => file && resolve(directory, file);
  return { url: node.url, creds: from(node.creds), ca: from(node.ca) };
}

/** What a run gives to each connection. */
export interface NatsContext {
  /** What relative paths start from. */
  readonly directory: string;
  readonly maxRecordBytes: number;
  readonly host: RunHost;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly worker: WorkerIdentity;
}

const linkOf = (node: NatsNode<Source> | NatsNode<Sink>, context: NatsContext) => {
  const { directory, host, nowMs, worker } = context;
  return {
    ...addressOf(node, directory),
    name: node.name,
    worker: `slung ${worker.name} ${worker.host} ${worker.pid} ${node.name}`,
    say: (text: string): void => host.talk.warn(text),
    clockMs: () => host.clockMs(),
    nowMs,
  };
};

/** @param rejects takes messages that come too often @throws SourceError */
export async function openNatsMessages(
  source: NatsNode<Source>,
  rejects: Port | undefined,
  context: NatsContext,
): Promise<NatsSource> {
  const { maxRecordBytes, host } = context;
  const { stream, consumer, subject, ackWaitMs, order, create, redeliverLimit, maxInFlight } = source;
  const takeDead = (letter: DeadLetter): void => {
    host.talk.warn(`${excerpt(letter.source)}: message ${letter.sequence} ${letter.reason}`);
    void bury(letter, rejects!);
  };
  return await openNatsSource({
    ...linkOf(source, context),
    ...{ stream, consumer, subject, ackWaitMs, order, create, redeliverLimit, maxInFlight },
    maxMessageBytes: maxRecordBytes,
    takeDead: rejects === undefined ? undefined : takeDead,
  });
}

/** @param before what comes to the sink, and from where @throws SinkError */
export async function openNatsSubject(
  sink: NatsNode<Sink>,
  { sources, isCsv }: { readonly sources: Topology['sources']; readonly isCsv: boolean },
  context: NatsContext,
): Promise<NatsOutlet> {
  const { subject, dedupe, window, blockBytes, bufferBytes, retry } = sink;
  const hasIds = sources.some(({ type }) => type === 'nats');
  return await openNatsOutlet({
    ...linkOf(sink, context),
    ...{ subject, dedupe: dedupe ?? hasIds, window, blockBytes, bufferBytes, retry, isCsv, create: false },
  });
}

const NEWLINE = 0x0a;

/** The message goes to the rejects byte for byte; it is settled when they have it. */
async function bury(letter: DeadLetter, rejects: Port): Promise<void> {
  const { bytes, id, reason, source, stream, sequence, deliveries } = letter;
  const segments = bytes.at(-1) === NEWLINE ? [bytes] : [bytes, Uint8Array.of(NEWLINE)];
  const receipt = new LetterReceipt(letter);
  const notes = [
    ['Slung-Reason', reason],
    ['Slung-Source', `${source} ${stream} ${sequence}`],
    ['Slung-Deliveries', String(deliveries)],
  ] as const;
  const why = { file: `${source} ${stream} ${sequence}`, name: 'dead-letter', reason };
  const shipment = { segments, records: 1, receipts: [receipt], id, notes, why };
  while (rejects.offer(shipment, letter) === 'full') {
    if (!rejects.isOpen) {
      receipt.fail();
      return;
    }
    await rejects.room();
  }
  receipt.release();
}

/** Held by us until the rejects hold it. */
class LetterReceipt implements Receipt {
  readonly position = undefined;
  readonly input = undefined;
  readonly #letter: DeadLetter;
  #holders = 1;
  #isKept = true;

  constructor(letter: DeadLetter) {
    this.#letter = letter;
  }

  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.#letter.settle(this.#isKept);
  }

  fail(): void {
    this.#isKept = false;
    this.release();
  }
}
