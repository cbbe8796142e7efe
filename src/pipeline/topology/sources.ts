/**
 * Opens the sources of a topology. Listeners are open before anything is read, so that an address that is not
 * available ends the run before it has begun. A source that needs to know what happened to its bytes gets a ledger,
 * and is closed only when everything that was read is settled: until then, an http client is waiting for its answer.
 */
import { join, resolve } from 'node:path';
import type { InputCounts } from '../../graph/batch.ts';
import type { RunHost } from '../../graph/host.ts';
import { fromStart, type Inlet, type OpenInput } from '../../graph/inlet.ts';
import type { Port } from '../../graph/port.ts';
import { UnitLedger, type UnitOptions } from '../../graph/units.ts';
import { FollowedFiles } from '../../io/followed-files.ts';
import { Globbed, isPattern } from '../../io/glob.ts';
import { type Source as ByteSource, SourceError } from '../../io/index.ts';
import { Positions } from '../../io/positions.ts';
import type { FileAt, UnitSource } from '../../io/types.ts';
import { excerpt } from '../../text/printable.ts';
import type { Source } from '../../topology/index.ts';
import { inputEnds, sourcesOf } from '../ends.ts';
import { readAtOnce } from '../followed.ts';
import type { TopologySettings } from './settings.ts';

/** A source of a topology, open as far as it is before something is read. */
export interface OpenedSource {
  readonly name: string;
  readonly inlet: Inlet;
  /** What has been read of it. */
  readonly counts: InputCounts;
  /** What became of its units; undefined for a source that does not want to know. */
  readonly units: UnitLedger | undefined;
  /** How many units the next run gets again, as far as the source knows. */
  readonly unsettled?: () => number;
  /** What the source itself has counted; undefined where that is nothing more. */
  readonly more?: () => { readonly dead: number; readonly redelivered: number };
  /** What it waits for in order to be connected again, in words; undefined while it is. */
  readonly waitsFor?: () => string | undefined;
  /** When everything is settled, or given up. Resolves when whoever sent it has heard. */
  close(): Promise<void>;
}

interface ClockedHost {
  readonly host: RunHost;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

type SourceOf<T extends Source['type']> = Extract<Source, { type: T }>;

/**
 * @param rejects the port of rejects, for units that come too often
 * @throws SourceError when it cannot be read or listened on
 */
export async function openTopologySource(
  source: Source,
  settings: TopologySettings,
  clocked: ClockedHost,
  rejects: Port | undefined,
): Promise<OpenedSource> {
  const { host } = clocked;
  switch (source.type) {
    case 'stdin':
      return await files(source, settings.inputs, settings);
    case 'file':
      return source.follow || source.positions !== undefined
        ? followed(source, settings, host)
        : await files(source, expanded(source, settings), settings);
    case 'http':
      return await http(source, settings, host);
    case 'tcp':
    case 'unix':
      return await lines(source, settings, host);
    case 'ws':
      return await webSocket(source, host);
    case 'nats':
      return await messages(source, settings, clocked, rejects);
  }
}

/** As it was written where that means the same from where the process stands: messages name it so. */
export const whole = (path: string, { topology }: TopologySettings): string =>
  resolve(path) === resolve(topology.directory, path) ? path : join(topology.directory, path);

/** Files one after another, straight into the blocks of the first node. */
async function files(
  { name, conversion }: SourceOf<'stdin'> | SourceOf<'file'>,
  inputs: readonly string[],
  { rejects, batches, rejectsFlag, topology }: TopologySettings,
): Promise<OpenedSource> {
  const ends = conversion && (await inputEnds({ input: { inputs, conversion }, batches, rejects }));
  // A sink for bad lines is a place where they are kept.
  const kept = { ...rejects, rejectsFile: topology.rejects ?? rejects.rejectsFile };
  const open = ends?.openSource ?? sourcesOf(kept, { next: rejectsFlag === undefined ? 'key' : 'flag' });
  const counts = { records: 0, bytes: 0 };
  const inlet: Inlet = { kind: 'inputs', inputs, open: (input) => ({ ...fromStart(open(input)), counts }) };
  return { name, inlet, counts, units: undefined, close: async () => {} };
}

/** The files of patterns as they are now. @throws SourceError when a pattern finds none */
function expanded({ paths }: SourceOf<'file'>, settings: TopologySettings): readonly string[] {
  return paths.flatMap((path) => {
    if (!isPattern(path)) return [whole(path, settings)];
    const globbed = new Globbed([whole(path, settings)]);
    const found = globbed.scan();
    globbed.close();
    if (found.length > 0) return found;
    const hint = 'follow: true waits for files that come';
    throw new SourceError(path, 'ENOENT', `${excerpt(path)}: no file is called like that; ${hint}`);
  });
}

function followed(source: SourceOf<'file'>, settings: TopologySettings, { talk, clockMs }: RunHost): OpenedSource {
  const { name, paths, follow, decompress } = source;
  const notice = (text: string): void => talk.warn(text);
  const folder = source.positions;
  const positions = folder === undefined ? undefined : new Positions(whole(folder, settings), { notice });
  const opened = new FollowedFiles({
    ...{ name, patterns: paths.map((path) => whole(path, settings)), follow, positions, notice, clockMs },
    inflate: decompress === 'auto',
  });
  const fileAt: FileAt = (offset) => opened.fileAt(offset);
  const isRead = source.ack === 'read' || positions === undefined;
  const ends = isRead ? asRead(opened, fileAt) : answering(opened, { clockMs: () => clockMs() }, fileAt);
  return {
    name,
    ...ends,
    unsettled: () => (isRead ? 0 : opened.unsettled),
    close: async () => {
      opened.close();
      positions?.close();
    },
  };
}

async function http(source: SourceOf<'http'>, { rejects }: TopologySettings, host: RunHost): Promise<OpenedSource> {
  const { name, listen, urlPath, maxBodyBytes, token } = source;
  const warn = (text: string): void => host.talk.warn(text);
  const { openHttpListen } = await import('../../io/http-listen.ts');
  const opened = await openHttpListen({ name, ...listen, path: urlPath, maxBodyBytes, token, warn });
  const address = `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${opened.port}${urlPath}`;
  tellAddress(name, address, listen.port === 0, host);
  const tellsRows = rejects.onError === 'fail';
  const options = { clockMs: () => host.clockMs(), tellsRows };
  const ends = source.ack === 'read' ? asRead(opened) : answering(opened, options);
  return { name, ...ends, close: () => closed(opened) };
}

async function lines(
  source: SourceOf<'tcp'> | SourceOf<'unix'>,
  settings: TopologySettings,
  host: RunHost,
): Promise<OpenedSource> {
  const { name, maxConnections } = source;
  const at = source.type === 'unix' ? { socket: whole(source.listen, settings) } : source.listen;
  const warn = (text: string): void => host.talk.warn(text);
  const { openLinesListen } = await import('../../io/lines-listen.ts');
  const opened = await openLinesListen({
    ...{ name, at, maxConnections, warn },
    maxLineBytes: settings.batches.maxRecordBytes,
  });
  const address = 'socket' in at ? at.socket : `${at.host}:${opened.port}`;
  tellAddress(name, address, !('socket' in at) && at.port === 0, host);
  return { name, ...live(opened), close: () => closed(opened) };
}

async function webSocket(source: SourceOf<'ws'>, host: RunHost): Promise<OpenedSource> {
  const { name, listen, token, origins } = source;
  const text = `ws://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`;
  const { openListen } = await import('../../io/listen.ts');
  const opened = await openListen(text, { token, origins, warn: (words) => host.talk.warn(words) });
  tellAddress(name, text.replace(/:\d+$/, `:${opened.port}`), listen.port === 0, host);
  return { name, ...live(opened), close: () => closed(opened) };
}

async function messages(
  source: SourceOf<'nats'>,
  settings: TopologySettings,
  { host, nowMs }: ClockedHost,
  rejects: Port | undefined,
): Promise<OpenedSource> {
  const { openNatsMessages, wantsIds } = await import('./nats.ts');
  const { batches, topology, worker } = settings;
  const { maxRecordBytes } = batches;
  const context = { directory: topology.directory, maxRecordBytes, host, nowMs, worker };
  const opened = await openNatsMessages(source, rejects, context);
  const options = { clockMs: () => host.clockMs(), apart: wantsIds(topology) };
  const ends = source.ack === 'read' ? asRead(opened) : answering(opened, options);
  return {
    name: source.name,
    ...ends,
    more: () => opened.report(),
    waitsFor: () => opened.waitsFor,
    close: () => closed(opened),
  };
}

/** Closes what answers or is connected, and waits until that is over. */
function closed(source: { close(): void; readonly closed: Promise<void> }): Promise<void> {
  source.close();
  return source.closed;
}

/** Where it listens: always when nobody could know the port. */
function tellAddress(name: string, address: string, isUnknown: boolean, { talk }: RunHost): void {
  const text = `${excerpt(name)} listens on ${excerpt(address)}`;
  if (isUnknown) talk.warn(text, { address });
  else talk.verbose(1, text);
}

type Ends = Pick<OpenedSource, 'inlet' | 'counts' | 'units'>;

/** It ends when it is asked to, after what it has taken. */
function live(source: ByteSource & { stop(): void }, fileAt?: FileAt): Ends {
  const counts = { records: 0, bytes: 0 };
  const open: OpenInput = () => ({ ...fromStart(source), counts, fileAt, stop: () => source.stop() });
  return { inlet: { kind: 'inputs', inputs: [source.name], open }, counts, units: undefined };
}

/** What was read counts as delivered. */
const asRead = (source: UnitSource, fileAt?: FileAt): Ends => live(readAtOnce(source), fileAt);

/** Its units are settled when what came of them is. */
function answering(source: UnitSource, options: UnitOptions, fileAt?: FileAt): Ends {
  const units = new UnitLedger(source, options);
  const counts = { records: 0, bytes: 0 };
  const stop = (): void => source.stop();
  const open: OpenInput = () => ({ ...fromStart(source), counts, units, fileAt, stop, isOwned: true });
  return { inlet: { kind: 'inputs', inputs: [source.name], open }, counts, units };
}
