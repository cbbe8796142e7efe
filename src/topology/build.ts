/** From the checked tree to the frozen topology. It reports nothing: all errors have been found before. */
import { type Resolved, resolveLayers } from '../config/layers.ts';
import type { OnPluginError, PluginAbi, PointFields, StoreSettings, TimeUnit } from '../config/settings.ts';
import type { Draft } from './drafts.ts';
import { type DraftEdge, readProjection } from './routes.ts';
import { readWhere } from './selectors.ts';
import { conversionOf } from './source-form.ts';
import type {
  Address,
  Edge,
  NodeBase,
  OnFailure,
  PluginNode,
  Projection,
  Retry,
  Rotate,
  Sink,
  Source,
} from './topology.ts';
import { defaultsOf, type WalkContext } from './walk.ts';

/** HOST:PORT; undefined when it is not. A host may be an IPv6 address in brackets. */
export function readAddress(text: string): Address | undefined {
  const parts = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/i.exec(text);
  if (parts === null || Number(parts[2]) > 65_535) return undefined;
  return Object.freeze({ host: parts[1]!.replace(/^\[|\]$/g, ''), port: Number(parts[2]) });
}

function baseOf({ name, place, path }: Draft): NodeBase {
  return { name, place, path };
}

function address(settings: Resolved, key: string): Address {
  return readAddress(settings.text(key))!;
}

export function buildSource(draft: Draft): Source {
  const { settings } = draft.walked!;
  const base = { ...baseOf(draft), ack: settings.choice('ack', ['settled', 'read'] as const) };
  return Object.freeze(sourceOf(draft.type as Source['type'], base, settings));
}

function sourceOf(type: Source['type'], base: NodeBase & { ack: 'settled' | 'read' }, settings: Resolved): Source {
  switch (type) {
    case 'stdin':
      return { ...base, type, conversion: conversionOf(settings) };
    case 'file': {
      const decompress = settings.choice('decompress', ['auto', 'none'] as const);
      const positions = settings.optionalText('positions');
      const files = { paths: settings.list('path'), follow: settings.boolean('follow'), positions, decompress };
      return { ...base, type, ...files, conversion: conversionOf(settings) };
    }
    case 'http': {
      const urlPath = settings.text('path');
      const token = settings.optionalText('token');
      return {
        ...base,
        type,
        listen: address(settings, 'listen'),
        urlPath,
        maxBodyBytes: settings.number('max-body'),
        token,
      };
    }
    case 'tcp':
      return { ...base, type, listen: address(settings, 'listen'), maxConnections: settings.number('max-connections') };
    case 'unix':
      return { ...base, type, listen: settings.text('listen'), maxConnections: settings.number('max-connections') };
    case 'ws': {
      const door = { token: settings.optionalText('token'), origins: settings.list('origins') };
      return {
        ...base,
        type,
        listen: address(settings, 'listen'),
        maxConnections: settings.number('max-connections'),
        ...door,
      };
    }
    case 'nats':
      return {
        ...base,
        type,
        url: settings.text('url'),
        stream: settings.text('stream'),
        consumer: settings.text('consumer'),
        subject: settings.optionalText('subject'),
        ackWaitMs: settings.number('ack-wait'),
        maxInFlight: settings.number('max-in-flight'),
        redeliverLimit: settings.number('redeliver-limit'),
        order: settings.boolean('order'),
        create: settings.boolean('create'),
        creds: settings.optionalText('creds'),
        ca: settings.optionalText('ca'),
      };
  }
}

export function buildPlugin(draft: Draft, context: WalkContext): PluginNode {
  const { settings, entries, path } = draft.walked!;
  const where = entries.get('where');
  const config = entries.get('config');
  const configKey = context.table.plugin.keys.find(({ name }) => name === 'config')!;
  return Object.freeze({
    ...baseOf(draft),
    file: settings.text('file'),
    config: (config && context.values.values(configKey, config.value, `${path}.config`)) ?? Object.freeze({}),
    memoryBytes: settings.number('memory'),
    timeLimitMs: settings.number('time-limit'),
    networkTimeLimitMs: settings.number('network-time-limit'),
    maxOutputBytes: settings.number('max-output'),
    lanes: settings.isDefault('lanes') ? undefined : settings.optionalNumber('lanes'),
    abi: settings.optionalText('abi') as PluginAbi | undefined,
    args: settings.list('args'),
    onError: settings.text('on-error') as OnPluginError,
    unmatched: settings.choice('unmatched', ['drop', 'pass'] as const),
    allowNet: settings.list('allow-net'),
    allowRead: settings.list('allow-read'),
    allowEnv: settings.list('allow-env'),
    where: where && readWhere(where.value, `${path}.where`, context, settings.text('time-unit')),
    events: Object.freeze({
      time: settings.text('time'),
      value: settings.text('value'),
      series: settings.text('series'),
      tags: settings.text('tags'),
      timeUnit: settings.text('time-unit'),
    }),
  });
}

/** Sinks whose failures are tried again when nobody says otherwise. */
const retried: readonly string[] = ['http', 'nats', 'tcp', 'unix'];

/** @param rejects what `on-failure: rejects` means */
export function buildSink(draft: Draft, rejects: string | undefined, context: WalkContext): Sink {
  const { settings, below, entries } = draft.walked!;
  const type = draft.type as Sink['type'];
  const base = {
    ...baseOf(draft),
    projection: projectionOf(readProjection(draft.walked!, context)),
    bufferBytes: settings.optionalNumber('buffer') ?? 0,
    whenFull: (settings.optionalText('when-full') ?? 'wait') as 'wait' | 'drop',
    retry: retryOf(below.get('retry')?.settings ?? resolveLayers([defaultsOf(context.table.retry.keys)])),
    onFailure: onFailureOf(type, settings.optionalText('on-failure'), rejects),
    sync: (settings.optionalText('sync') ?? 'none') as 'none' | 'batch',
  };
  const headersKey = context.table.sink.types!.http!.find(({ name }) => name === 'headers')!;
  const headers = entries.get('headers');
  const given = headers && context.values.values(headersKey, headers.value, `${draft.path}.headers`);
  return Object.freeze(
    sinkOf(type, base, settings, given ?? Object.freeze({}), rotateOf(below.get('rotate')?.settings)),
  );
}

type SinkCommon = Omit<Extract<Sink, { type: 'drop' }>, 'type'>;

function sinkOf(
  type: Sink['type'],
  base: SinkCommon,
  settings: Resolved,
  headers: Readonly<Record<string, string>>,
  rotate: Rotate | undefined,
): Sink {
  switch (type) {
    case 'stdout':
    case 'stderr':
    case 'drop':
      return { ...base, type };
    case 'file':
      return {
        ...base,
        type,
        file: settings.text('path'),
        mode: settings.choice('mode', ['create', 'append'] as const),
        rotate,
      };
    case 'dir': {
      const counts = { maxOpen: settings.number('max-open'), maxKeys: settings.number('max-keys') };
      return {
        ...base,
        type,
        template: settings.text('path'),
        whereMissing: settings.text('where-missing'),
        ...counts,
        rotate,
      };
    }
    case 'http': {
      const counts = { batchBytes: settings.number('batch-bytes'), concurrency: settings.number('concurrency') };
      return { ...base, type, url: settings.text('url'), headers, ...counts, timeoutMs: settings.number('timeout') };
    }
    case 'nats': {
      const dedupe = settings.has('dedupe') ? settings.boolean('dedupe') : undefined;
      const sizes = { window: settings.number('window'), blockBytes: settings.number('block') };
      const files = { creds: settings.optionalText('creds'), ca: settings.optionalText('ca') };
      return {
        ...base,
        type,
        url: settings.text('url'),
        subject: settings.text('subject'),
        dedupe,
        ...sizes,
        ...files,
      };
    }
    case 'tcp':
      return { ...base, type, address: address(settings, 'address') };
    case 'unix':
      return { ...base, type, socket: settings.text('path') };
    case 'store': {
      const sameTime = settings.text('same-time') as StoreSettings['sameTime'];
      const durability = settings.text('durability') as StoreSettings['durability'];
      const kept = { retainMs: settings.optionalNumber('retain'), durability, sameTime };
      return { ...base, type, directory: settings.optionalText('path'), points: pointsOf(settings), ...kept };
    }
  }
}

function pointsOf(settings: Resolved): PointFields {
  const series = settings.text('series');
  const isPath = series.startsWith('.') && series.length > 1;
  return Object.freeze({
    series: Object.freeze({ kind: isPath ? 'path' : 'name', text: isPath ? series.slice(1) : series }),
    time: settings.text('time'),
    values: settings.list('value'),
    tags: settings.list('tags'),
    timeUnit: settings.text('time-unit') as TimeUnit,
  });
}

function projectionOf(own: Partial<Projection>): Projection {
  return Object.freeze({ format: 'ndjson', header: true, ...own, fields: own.fields });
}

function retryOf(settings: Resolved): Retry {
  const [max, forMs] = [settings.optionalNumber('max'), settings.optionalNumber('for')];
  return Object.freeze({ max, forMs, firstMs: settings.number('first'), mostMs: settings.number('most') });
}

function rotateOf(settings: Resolved | undefined): Rotate | undefined {
  if (settings === undefined) return undefined;
  return Object.freeze({ bytes: settings.optionalNumber('bytes'), ageMs: settings.optionalNumber('age') });
}

function onFailureOf(type: string, text: string | undefined, rejects: string | undefined): OnFailure {
  if (text === undefined) return retried.includes(type) ? 'retry' : 'stop';
  if (text === 'stop' || text === 'retry' || text === 'drop') return text;
  return Object.freeze({ sink: text === 'rejects' && rejects !== undefined ? rejects : text });
}

export function buildEdge(edge: DraftEdge, id: number, sinks: ReadonlyMap<string, Sink>): Edge {
  const { from, to, where, group, branch, place, path } = edge;
  const sink = sinks.get(to.name);
  const own = sink?.projection ?? projectionOf({});
  const cells = own.cells && edge.projection.cells && { ...own.cells, ...edge.projection.cells };
  const projection = Object.freeze({ ...own, ...edge.projection, ...(cells && { cells }) });
  const isOwn = Object.keys(edge.projection).length > 0;
  return Object.freeze({ id, from: from.name, to: to.name, where, group, branch, projection, isOwn, place, path });
}
