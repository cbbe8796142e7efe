/** The sources and sinks of a tangent.yaml: their counterparts in slung, or what to do instead. */
import { quoted } from '../text/printable.ts';
import {
  type Entry,
  entryNode,
  entryOf,
  isNothing,
  type MapNode,
  mapNode,
  type Node,
  scalarNode,
  shapeOf,
} from './node.ts';
import type { Reading } from './tangent-reading.ts';
import { elsewhere } from './urls.ts';

/** The defaults of Tangent's that slung has not. */
const SOCKET_PATH = '/tmp/sidecar.sock';
const BIND_ADDRESS = '0.0.0.0:9000';

/** Undefined when there is none, which is reported. */
export function sourceOf(node: Node, path: string, reading: Reading): MapNode | undefined {
  const type = typeOf(node, path, 'source', reading);
  if (type === undefined || node.kind !== 'map') return undefined;
  switch (type) {
    case 'file':
      reading.known(node, ['type', 'path', 'decoding'], path, 'a file source');
      return made(node, 'file', [...taken(node, 'path', 'path'), ...decoding(node, path, reading)]);
    case 'socket':
      reading.known(node, ['type', 'socket_path'], path, 'a socket source', { path: 'socket_path' });
      return made(node, 'unix', given(node, 'socket_path', 'listen', SOCKET_PATH));
    case 'tcp':
      reading.known(node, ['type', 'bind_address', 'read_buffer_size'], path, 'a tcp source');
      return made(node, 'tcp', given(node, 'bind_address', 'listen', BIND_ADDRESS));
    default:
      return refused(node, path, 'source', type, reading);
  }
}

/** Undefined when there is none, which is reported. */
export function sinkOf(node: Node, path: string, reading: Reading): MapNode | undefined {
  const type = typeOf(node, path, 'sink', reading);
  if (type === undefined || node.kind !== 'map') return undefined;
  // Written in every sink of Tangent; there is one buffer for each sink here, and files are closed by rotate.
  const common = ['type', 'compression', 'encoding', 'object_max_bytes', 'in_flight_limit', 'default'];
  switch (type) {
    case 'blackhole':
      reading.known(node, common, path, 'a blackhole sink');
      return made(node, 'drop', []);
    case 'file':
      reading.known(node, [...common, 'path'], path, 'a file sink');
      if (!isNdjson(node, path, reading)) return undefined;
      return made(node, 'file', [
        ...taken(node, 'path', 'path'),
        entryNode('mode', scalarNode('append', startOf(node))),
      ]);
    default:
      return refused(node, path, 'sink', type, reading);
  }
}

function typeOf(node: Node, path: string, kind: string, reading: Reading): string | undefined {
  if (node.kind !== 'map') return reading.fail(node, path, 'type', `${path}: ${shapeOf(node)} is no ${kind}`);
  const type = entryOf(node, 'type')?.value;
  if (type?.kind === 'scalar' && !isNothing(type)) return type.text;
  return reading.fail(type ?? node, path, 'missing-key', `${path}: the ${kind} needs a type`);
}

function refused(node: MapNode, path: string, kind: string, type: string, reading: Reading): undefined {
  const known = kind === 'source' ? 'file, socket, tcp' : 'blackhole, file';
  const hint = elsewhere.get(type) ?? `Of Tangent's there are ${known}.`;
  const at = entryOf(node, 'type')?.value ?? node;
  return reading.fail(at, `${path}.type`, 'tangent', `${path}: slung has no ${kind} ${quoted(type, 60)}`, hint);
}

function startOf(node: MapNode): Node['place'] {
  return { ...node.place, length: Math.min(1, node.place.length) };
}

function made(node: MapNode, type: string, entries: readonly Entry[]): MapNode {
  const at = entryOf(node, 'type');
  const value = scalarNode(type, at?.value.place ?? startOf(node));
  return mapNode(node.place, [at === undefined ? entryNode('type', value) : { ...at, value }, ...entries]);
}

function taken(node: MapNode, key: string, name: string): Entry[] {
  const entry = entryOf(node, key);
  return entry === undefined || isNothing(entry.value) ? [] : [{ ...entry, key: name }];
}

function given(node: MapNode, key: string, name: string, byDefault: string): Entry[] {
  const entries = taken(node, key, name);
  return entries.length > 0 ? entries : [entryNode(name, scalarNode(byDefault, startOf(node)))];
}

/** `decoding: { format: { type: ndjson }, compression: { type: auto } }` */
function decoding(node: MapNode, path: string, reading: Reading): Entry[] {
  const value = entryOf(node, 'decoding')?.value;
  if (value?.kind !== 'map') return [];
  reading.known(value, ['format', 'compression'], `${path}.decoding`, 'decoding');
  const format = wordOf(entryOf(value, 'format')?.value);
  const compression = wordOf(entryOf(value, 'compression')?.value);
  if (format !== undefined && format.text !== 'ndjson') {
    const hint = formatHints.get(format.text) ?? 'slung reads NDJSON: one JSON value on each line.';
    const message = `slung does not read ${quoted(format.text, 60)}`;
    reading.fail(format.node, `${path}.decoding.format`, 'tangent', message, hint);
  }
  if (compression?.text !== 'none') return [];
  return [entryNode('decompress', scalarNode('none', compression.node.place))];
}

const formatHints: ReadonlyMap<string, string> = new Map([
  ['json', 'Make lines of it: jq -c . FILE > FILE.ndjson'],
  ['json-array', "Make lines of it: jq -c '.[]' FILE > FILE.ndjson"],
  ['msgpack', 'Make lines of JSON of it, by a program that reads msgpack.'],
  ['text', "slung reads NDJSON. To make records of lines: jq -Rc '{message: .}' FILE > FILE.ndjson"],
]);

/** `{ type: X }`, or `X`. */
function wordOf(node: Node | undefined): { text: string; node: Node } | undefined {
  const value = node?.kind === 'map' ? entryOf(node, 'type')?.value : node;
  return value?.kind === 'scalar' && !isNothing(value) ? { text: value.text, node: value } : undefined;
}

/** Tangent's file sink writes what the encoding says and ignores the compression; here it is NDJSON, as it came. */
function isNdjson(node: MapNode, path: string, reading: Reading): boolean {
  const encoding = wordOf(entryOf(node, 'encoding')?.value);
  if (encoding === undefined || encoding.text === 'ndjson') return true;
  const hint = 'Write NDJSON, csv or tsv (format: csv), and convert the file.';
  reading.fail(encoding.node, `${path}.encoding`, 'tangent', `slung does not write ${quoted(encoding.text, 60)}`, hint);
  return false;
}
