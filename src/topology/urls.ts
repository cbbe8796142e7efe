/**
 * A word that stands for a node: `stdout`, a path, or a URL such as `file:app.ndjson?follow`. It becomes the map that
 * the user could have written instead, with a place for each part, and is then checked like any other.
 */
import { nearest } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import { type Entry, entryNode, type MapNode, mapNode, type Scalar, scalarNode } from './node.ts';
import { coverUrl, type Problems } from './problem.ts';
import { placeIn } from './variables.ts';

export type EndRole = 'source' | 'sink';

/** Nodes that need not be declared. */
export const builtins: ReadonlyMap<string, EndRole> = new Map<string, EndRole>([
  ['stdin', 'source'],
  ['stdout', 'sink'],
  ['stderr', 'sink'],
  ['drop', 'sink'],
]);

/** The text is a path or a URL, so no name of a node. */
export function isUrlOrPath(text: string): boolean {
  return text === '-' || text.includes('/') || /^[a-z][a-z0-9+.-]*:/i.test(text);
}

/** What a source or sink that slung has not can be replaced by. */
export const elsewhere: ReadonlyMap<string, string> = new Map([
  ['kafka', 'pipe it in: kcat -C -e -u -b BROKER -t TOPIC | slung run -c FILE'],
  ['msk', 'pipe it in: kcat -C -u -b BROKER -t TOPIC -X security.protocol=… | slung run -c FILE'],
  ['sqs', 'pipe it in, by a program that receives the messages and deletes them; or by nats or http'],
  ['s3', 'pipe it in: aws s3 cp s3://BUCKET/KEY - | slung run -c FILE; for output, write a dir and sync it'],
  ['redis', 'pipe it in, by a program that reads the stream'],
  ['github_webhook', 'point the webhook at a source of type http; a proxy in front of it can check the signature'],
  ['npm_registry', 'pipe it in, by a program that polls the registry'],
]);

const schemes: Readonly<Record<EndRole, readonly string[]>> = {
  source: ['file', 'http', 'tcp', 'unix', 'ws', 'nats', 'tls'],
  sink: ['file', 'dir', 'http', 'https', 'tcp', 'unix', 'nats', 'tls', 'store'],
};

interface Part {
  readonly text: string;
  /** In the scalar's text. */
  readonly at: number;
}

/** The map that the word stands for, with its `type`; undefined when it stands for nothing, which is reported. */
export function nodeOfWord(word: Scalar, role: EndRole, path: string, problems: Problems): MapNode | undefined {
  const { text } = word;
  const entry = entryMaker(word);
  if (text === '-') return mapNode(word.place, [entry('type', role === 'source' ? 'stdin' : 'stdout', 0)]);
  if (builtins.get(text) === role) return mapNode(word.place, [entry('type', text, 0)]);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return mapNode(word.place, [entry('type', 'file', 0), entry('path', text, 0)]);
  if (!schemes[role].includes(scheme)) {
    const near = nearest(scheme, schemes[role]);
    const meant = near === undefined ? '' : `; did you mean ${near}:?`;
    const message = `slung has no ${role} ${quoted(`${scheme}:`)}${meant}`;
    const known = `There are ${schemes[role].map((name) => `${name}:`).join(', ')} and paths.`;
    problems.error({ code: 'scheme', message, place: word.place, path, hint: schemeHint(scheme, role) ?? known });
    return undefined;
  }
  const rest = { text: text.slice(scheme.length + 1), at: scheme.length + 1 };
  const entries = entriesOfUrl(scheme, rest, role, word);
  if (entries !== undefined) return mapNode(word.place, entries);
  const example = examples[role][scheme] ?? `${scheme}:PATH`;
  const shown = word.variable === undefined ? quoted(coverUrl(excerpt(text, 200))) : `what ${word.variable} holds`;
  const message = `${shown} is not ${example}`;
  problems.error({ code: 'url', message, place: word.place, path });
  return undefined;
}

const examples: Readonly<Record<EndRole, Readonly<Record<string, string>>>> = {
  source: {
    http: 'http://HOST:PORT/PATH',
    tcp: 'tcp://HOST:PORT',
    ws: 'ws://HOST:PORT',
    nats: 'nats://HOST:PORT/STREAM?consumer=NAME',
    tls: 'tls://HOST:PORT/STREAM?consumer=NAME',
  },
  sink: {
    http: 'http://HOST/PATH',
    https: 'https://HOST/PATH',
    tcp: 'tcp://HOST:PORT',
    nats: 'nats://HOST:PORT/SUBJECT',
    tls: 'tls://HOST:PORT/SUBJECT',
  },
};

function schemeHint(scheme: string, role: EndRole): string | undefined {
  if (role === 'source' && (scheme === 'https' || scheme === 'wss')) {
    return 'Encryption is the business of a proxy in front of slung.';
  }
  if (role === 'source' && scheme === 'store') return 'To read a store: slung query or slung store export.';
  return elsewhere.get(scheme);
}

type EntryMaker = (key: string, value: string, at: number, length?: number) => Entry;

function entryMaker(word: Scalar): EntryMaker {
  return (key, value, at, length = value.length) => {
    const place = placeIn(word, at, length);
    const offsets = word.offsets?.slice(at, at + value.length + 1);
    const isSame = word.text.startsWith(value, at) && offsets?.length === value.length + 1;
    const raw = value === word.text ? word.raw : undefined;
    const scalar = scalarNode(value, place, {
      raw,
      isPlain: true,
      variable: word.variable,
      offsets: isSame ? offsets : undefined,
    });
    return entryNode(key, scalar);
  };
}

function entriesOfUrl(scheme: string, rest: Part, role: EndRole, word: Scalar): Entry[] | undefined {
  const entry = entryMaker(word);
  const type = scheme === 'https' ? 'http' : scheme === 'tls' ? 'nats' : scheme;
  const head = entry('type', type, 0, scheme.length);
  if (type === 'http' && role === 'sink') {
    return URL.canParse(word.text) ? [head, entry('url', word.text, 0)] : undefined;
  }
  const mark = rest.text.indexOf('?');
  const body: Part = mark < 0 ? rest : { text: rest.text.slice(0, mark), at: rest.at };
  const query = mark < 0 ? [] : queryEntries({ text: rest.text.slice(mark + 1), at: rest.at + mark + 1 }, entry);
  if (type === 'file' || type === 'dir' || type === 'store' || type === 'unix') {
    const key = type === 'unix' && role === 'source' ? 'listen' : 'path';
    const slashes = /^\/\/(?=\/)/.exec(body.text)?.[0].length ?? 0;
    if (body.text === '' && type !== 'store') return undefined;
    const own = body.text === '' ? [] : [entry(key, body.text.slice(slashes), body.at + slashes)];
    return [head, ...own, ...query];
  }
  const parts = /^\/\/([^/]+)(?:\/(.*))?$/.exec(body.text);
  if (parts === null) return undefined;
  const [, host = '', tail = ''] = parts;
  const hostAt = body.at + 2;
  const tailAt = hostAt + host.length + 1;
  if (type === 'nats') {
    const key = role === 'source' ? 'stream' : 'subject';
    const url = entry('url', `${scheme}://${host}`, 0);
    return tail === '' ? undefined : [head, url, entry(key, tail, tailAt), ...query];
  }
  if (type === 'tcp' && role === 'sink')
    return tail === '' ? [head, entry('address', host, hostAt), ...query] : undefined;
  if (type === 'http') return [head, entry('listen', host, hostAt), entry('path', `/${tail}`, tailAt - 1), ...query];
  return tail === '' ? [head, entry('listen', host, hostAt), ...query] : undefined;
}

/** `follow&positions=DIR` */
function queryEntries(query: Part, entry: EntryMaker): Entry[] {
  const entries: Entry[] = [];
  let at = query.at;
  for (const part of query.text.split('&')) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? '' : part.slice(equals + 1);
    if (key === 'append' && equals < 0) entries.push(entry('mode', 'append', at));
    else if (part !== '') {
      const made =
        equals < 0 ? entry(key, 'true', at, key.length) : entry(key, decoded(value), at + equals + 1, value.length);
      entries.push({ ...made, keyPlace: entry('', key, at).value.place });
    }
    at += part.length + 1;
  }
  return entries;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
