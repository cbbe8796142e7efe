/**
 * The ports of a topology's sinks: for each, the outlet that its type needs, with the file's settings for its buffer,
 * its failures and its retries. A sink that others fail into is opened before them.
 */
import { join } from 'node:path';
import type { BatchSettings } from '../../config/settings.ts';
import type { RunHost } from '../../graph/host.ts';
import { Port } from '../../graph/port.ts';
import { RejectLog } from '../../graph/reject-log.ts';
import { AppendSink } from '../../io/append-sink.ts';
import { ByteOutlet } from '../../io/byte-outlet.ts';
import { DirOutlet } from '../../io/dir-outlet.ts';
import { DropSink } from '../../io/drop-sink.ts';
import { identify } from '../../io/identity.ts';
import { type Sink as ByteSink, openRejects, openSink, SinkError } from '../../io/index.ts';
import { PathTemplate } from '../../io/path-template.ts';
import { addMissingRows, matchRows } from '../../io/reject-rows.ts';
import { LOG_SUFFIX } from '../../io/rejects.ts';
import { awaitsReader } from '../../io/sink.ts';
import { SocketOutlet, type SocketOutletOptions } from '../../io/socket-outlet.ts';
import type { Outlet } from '../../io/types.ts';
import { excerpt } from '../../text/printable.ts';
import type { Sink, Topology } from '../../topology/index.ts';
import type { WorkerIdentity } from './report.ts';

/** Between two looks at a FIFO that nobody reads, and until that is said. */
const LOOK_MS = 20;
const TELL_MS = 5_000;

/** What ports are opened with. */
export interface PortContext {
  /** For sinks that have to know what they are behind; undefined: nothing that has ids. */
  readonly topology?: Topology;
  /** What relative paths start from. */
  readonly directory: string;
  readonly host: RunHost;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** The sink that gets what is rejected. */
  readonly rejects: string | undefined;
  /** The limits of records, for stores. */
  readonly batches: BatchSettings;
  /** The store of sinks that name none; undefined where there is none. */
  readonly storeDirectory: string | undefined;
  readonly worker: WorkerIdentity;
}

/**
 * Opens sinks, those first that `on-failure` of others names. A FIFO without a reader is waited for.
 * @returns by name, in the order of `sinks`
 * @throws SinkError when one cannot be opened; those that were opened are given up
 */
export async function openPorts(sinks: readonly Sink[], context: PortContext): Promise<ReadonlyMap<string, Port>> {
  const ports = new Map<string, Port>();
  const open = async (sink: Sink): Promise<Port> => {
    const known = ports.get(sink.name);
    if (known !== undefined) return known;
    const { onFailure } = sink;
    const other = typeof onFailure === 'object' ? sinks.find(({ name }) => name === onFailure.sink) : undefined;
    const port = await openPort(sink, context, other === undefined ? undefined : await open(other));
    ports.set(sink.name, port);
    return port;
  };
  try {
    for (const sink of sinks) await open(sink);
  } catch (error) {
    for (const port of ports.values()) await port.close({ withinMs: 0, redirectMs: 0, isWhole: false });
    throw error;
  }
  return new Map(sinks.map(({ name }) => [name, ports.get(name)!]));
}

/**
 * Opens one sink. @param failuresTo the port of the sink that its `on-failure` names
 * @throws SinkError
 */
export async function openPort(sink: Sink, context: PortContext, failuresTo: Port | undefined): Promise<Port> {
  const { name, whenFull } = sink;
  const { host } = context;
  if (sink.onFailure === 'retry' && (sink.type === 'dir' || sink.type === 'store')) {
    const text = `cannot write ${excerpt(name)}: a sink of the type ${sink.type} is not tried again`;
    throw new SinkError(name, 'EINVAL', `${text}; its on-failure is stop, drop or another sink`, 0);
  }
  if (sink.type === 'file') await readerOf(sink, context);
  const onFailure = failuresTo ?? (sink.onFailure === 'drop' ? 'drop' : 'stop');
  const isCsv = formatOf(sink, context.topology) === 'csv';
  const file = name === context.rejects ? openRejectsFile(sink, context) : undefined;
  const outlet = file === undefined ? await openOutlet(sink, context) : bytesTo(file.lines, sink, context);
  const log = file === undefined ? undefined : new RejectLog(file.log);
  return new Port(outlet, { name, whenFull, onFailure, isCsv, log, clockMs: () => host.clockMs() });
}

/** A FIFO is opened when it has a reader; meanwhile signals are heard. */
async function readerOf({ name, file }: Of<'file'>, context: PortContext): Promise<void> {
  const { talk, clockMs } = context.host;
  const path = pathIn(context, file);
  const sinceMs = clockMs();
  for (let isTold = false; awaitsReader(path); ) {
    if (!isTold && clockMs() - sinceMs >= TELL_MS) {
      isTold = true;
      talk.warn(`waiting for sink ${excerpt(name)}: nobody reads ${excerpt(path)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The places of records that the files or subjects of a sink are named after; undefined where there are none. */
export function placesOf(sink: Sink): readonly string[] | undefined {
  const template = sink.type === 'dir' ? sink.template : sink.type === 'nats' ? sink.subject : '';
  const { places } = new PathTemplate(template);
  return places.length === 0 ? undefined : places;
}

/** What stands for a value that a record does not have; undefined: the record is a bad one. */
export function missingOf(sink: Sink): string | undefined {
  if (sink.type === 'dir') return sink.whereMissing === 'error' ? undefined : sink.whereMissing;
  // A subject has always something in its place.
  return '';
}

const NO_VALUE = '_';

async function openOutlet(sink: Sink, context: PortContext): Promise<Outlet> {
  switch (sink.type) {
    case 'stdout':
      return bytesTo(openSink('-'), sink, context);
    case 'stderr':
      return bytesTo(openSink('/dev/stderr'), sink, context);
    case 'drop':
      return bytesTo(new DropSink(), sink, context);
    case 'file':
      return bytesTo(openFile(sink, context), sink, context);
    case 'dir':
      return openDir(sink, context);
    case 'http':
      return await openHttp(sink, context);
    case 'tcp':
      return openSocket(sink, sink.address, context);
    case 'unix':
      return openSocket(sink, { socket: pathIn(context, sink.socket) }, context);
    case 'store':
      return await openStore(sink, context);
    case 'nats':
      return await openNats(sink, context);
  }
}

type Of<T extends Sink['type']> = Extract<Sink, { readonly type: T }>;

const pathIn = ({ directory }: PortContext, path: string): string =>
  path.startsWith('/') ? path : join(directory, path);

/** A file is given up also when a signal ends the process at once. */
function openFile({ file, mode, rotate, sync }: Of<'file'>, context: PortContext): ByteSink {
  const { host, nowMs } = context;
  const path = pathIn(context, file);
  if (mode === 'append') return new AppendSink(path, { rotate, sync, nowMs });
  const opened = openSink(path);
  host.beforeDeath?.(() => opened.abort());
  return opened;
}

const isRegular = (path: string): boolean => identify(path, 1)?.isFile() !== false;

/**
 * A file for rejects, and beside it the one that says where each line came from and why it was refused. Both are made
 * at the start, and rotate together.
 * @returns undefined for other sinks
 * @throws SinkError
 */
export function openRejectsFile(
  sink: Sink,
  context: PortContext,
): { readonly lines: ByteSink; readonly log: ByteSink } | undefined {
  const path = sink.type === 'file' ? pathIn(context, sink.file) : '';
  if (sink.type !== 'file' || !isRegular(path)) return undefined;
  const { mode, rotate, sync } = sink;
  const { nowMs, host } = context;
  // Lines are there as they are rejected, and the log beside them is of the same run.
  if (mode === 'create') openRejects(path, { inputs: [], output: '-' }).close();
  const moved = (name: string): void => log.moveTo(`${name}${LOG_SUFFIX}`);
  const lines = new AppendSink(path, { rotate, sync, nowMs, moved });
  // It was named by nobody: a link there is not followed.
  const logPath = `${path}${LOG_SUFFIX}`;
  const log = openOrClose(lines, () => {
    const files = { lines: path, log: logPath };
    const matched = matchRows(files, (text) => host.talk.warn(text));
    const opened = new AppendSink(logPath, { nowMs, check: () => {} });
    addMissingRows(files, matched, opened);
    return opened;
  });
  return { lines, log };
}

function openOrClose(before: AppendSink, open: () => AppendSink): AppendSink {
  try {
    return open();
  } catch (error) {
    before.abort();
    throw error;
  }
}

/** What fails there once will fail again, unless the file says that it is to be tried. */
function bytesTo(bytes: ByteSink, { name, bufferBytes, sync, retry, onFailure }: Sink, { host }: PortContext): Outlet {
  return new ByteOutlet(bytes, {
    ...{ name, bufferBytes, sync },
    retry: onFailure === 'retry' ? retry : undefined,
    clockMs: () => host.clockMs(),
  });
}

function openDir(sink: Of<'dir'>, context: PortContext): Outlet {
  const { name, template, maxOpen, maxKeys, rotate, sync, bufferBytes } = sink;
  return new DirOutlet({
    ...{ name, template: pathIn(context, template), maxOpen, maxKeys, rotate, sync, bufferBytes },
    // What comes without values has been rejected, or has failed elsewhere.
    missing: missingOf(sink) ?? NO_VALUE,
    nowMs: context.nowMs,
  });
}

/** Of what comes to a sink: its routes may say another one than it does, and it may get what others cannot deliver. */
function formatOf({ name, projection }: Sink, topology: Topology | undefined): Sink['projection']['format'] {
  const route = topology?.edges.find(({ to }) => to === name);
  if (route !== undefined) return route.projection.format;
  const failing = topology?.sinks.find(({ onFailure }) => typeof onFailure === 'object' && onFailure.sink === name);
  return failing === undefined ? projection.format : formatOf(failing, topology);
}

const contentTypes = { ndjson: 'application/x-ndjson', csv: 'text/csv', tsv: 'text/tab-separated-values' } as const;

async function openHttp(sink: Of<'http'>, { host, nowMs, topology }: PortContext): Promise<Outlet> {
  const { HttpOutlet } = await import('../../io/http-outlet.ts');
  const { name, url, headers, batchBytes, concurrency, timeoutMs, bufferBytes, retry } = sink;
  const format = formatOf(sink, topology);
  return new HttpOutlet({
    ...{ name, url, headers, batchBytes, concurrency, timeoutMs, bufferBytes, retry, nowMs },
    ...{ contentType: contentTypes[format], isCsv: format === 'csv' },
    clockMs: () => host.clockMs(),
  });
}

function openSocket(sink: Sink, to: SocketOutletOptions['to'], { host, topology }: PortContext): Outlet {
  const { name, bufferBytes, retry } = sink;
  const isCsv = formatOf(sink, topology) === 'csv';
  return new SocketOutlet({ name, to, bufferBytes, retry, isCsv, clockMs: () => host.clockMs() });
}

async function openNats(sink: Of<'nats'>, context: PortContext): Promise<Outlet> {
  const { host, nowMs, batches, topology, directory, worker } = context;
  const { openNatsSubject } = await import('./nats.ts');
  const { maxRecordBytes } = batches;
  const before = { sources: topology?.sources ?? [], isCsv: formatOf(sink, topology) === 'csv' };
  return await openNatsSubject(sink, before, { directory, maxRecordBytes, host, nowMs, worker });
}

async function openStore(sink: Of<'store'>, context: PortContext): Promise<Outlet> {
  const { name, directory, points, durability, retainMs, sameTime } = sink;
  const { openStoreOutlet } = await import('../../stage/points/store-outlet.ts');
  const place = directory === undefined ? context.storeDirectory : pathIn(context, directory);
  if (place === undefined)
    throw new SinkError(name, 'EINVAL', `cannot write ${excerpt(name)}: there is no store; give it a path`, 0);
  const store = { directory: place, durability, retainMs, sameTime };
  return await openStoreOutlet({ name, store, points, batches: context.batches }, context.host);
}
