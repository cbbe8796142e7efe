/**
 * -o, --tee, --route, --record and --rejects of a command line: the sinks and routes of a topology. flags-sources.ts
 * has the inputs.
 */
import { UsageError } from '../config/errors.ts';
import { splitPaths } from '../config/fields.ts';
import { parseRecord } from '../config/record.ts';
import { isUrlWord } from '../config/url-word.ts';
import { isQuote } from '../selector/strings.ts';
import { testsOf, whereOf } from './flags-plugins.ts';
import { addSource } from './flags-sources.ts';
import { type Entry, entryNode, listNode, type MapNode, mapNode, type Node, type Scalar, scalarNode } from './node.ts';
import { placeIn } from './variables.ts';
import type { Words } from './words.ts';

/** What is gathered, to be put together. */
export interface Ends {
  readonly sources: Entry[];
  readonly sinks: Entry[];
  readonly routes: Node[];
  rejects: Node | undefined;
}

/** @param plugins the names of the chain */
export function addEnds(words: Words, plugins: readonly string[], ends: Ends): void {
  const text = (value: string): Scalar => scalarNode(value, words.place);
  const { name: first, isEndless } = addSource(words, ends.sources);
  const output = words.last('output');
  const target =
    output === undefined || output.text === '-' ? text('stdout') : endOf(output, 'out', ends, { isEndless });
  const projection = projectionOf(words);
  const last = plugins.at(-1);
  // Where there are plugins, --where is the first one's.
  const tests = testsOf(words);
  const unit = unitOf(words);
  const own = tests.length === 0 ? [] : [...whereOf(words, tests), ...unit];
  const route = (entries: readonly Entry[]): MapNode => mapNode(words.place, entries);
  const way = (from: string, to: readonly Entry[]) => route([entryNode('from', text(from)), ...to]);
  for (const [i, name] of plugins.entries()) {
    ends.routes.push(way(i === 0 ? first : plugins[i - 1]!, [entryNode('to', text(name))]));
  }
  const from = last ?? first;
  const branches = words
    .take('route')
    .map(({ node }) => branchOf(words, node, 'route', { own, unit, ends, isEndless }));
  if (branches.length > 0) {
    const rest = route([...own, entryNode('to', target), ...projection]);
    ends.routes.push(way(from, [entryNode('first', listNode(words.place, [...branches, rest]))]));
  } else ends.routes.push(way(from, [...own, entryNode('to', target), ...projection]));
  for (const { node } of words.take('tee')) {
    ends.routes.push(
      route([entryNode('from', text(from)), ...branchOf(words, node, 'tee', { own, unit, ends, isEndless }).entries]),
    );
  }
  const records = words.take('record');
  // Without --record, a store is for Slung programs, and no key of a topology.
  const store = records.length === 0 ? [] : storeSettings(words);
  for (const { node } of records) {
    const sink = storeOf(words, node, store, ends);
    if (sink !== undefined) ends.routes.push(way(from, [...own, entryNode('to', text(sink))]));
  }
  const rejects = words.last('rejects');
  if (rejects !== undefined) ends.rejects = endOf(rejects, 'rejects', ends, {});
}

/** How a word stands for a sink. */
interface EndOptions {
  /** `stdout`, `stderr` and `drop` are what they are in routes, and no files. */
  readonly hasNames?: boolean;
  /** Files are appended to: there is no end at which a new one could get its name. */
  readonly isEndless?: boolean;
}

/** The name of a sink that is made for a path or a URL. */
function endOf(word: Scalar, base: string, ends: Ends, { hasNames = false, isEndless = false }: EndOptions): Scalar {
  if (hasNames && ['stdout', 'stderr', 'drop'].includes(word.text)) return word;
  if (word.text === '-') return scalarNode('stdout', word.place);
  const value = isUrlWord(word.text) ? word : fileOf(word, isEndless);
  const known = ends.sinks.find((sink) => isSame(sink.value, value));
  if (known !== undefined) return scalarNode(known.key, word.place);
  let name = base;
  for (let n = 2; ends.sinks.some(({ key }) => key === name); n += 1) name = `${base}-${n}`;
  ends.sinks.push(entryNode(name, value));
  return scalarNode(name, word.place);
}

/** The same text makes the same sink. */
function isSame(one: Node, other: Node): boolean {
  const textOf = (node: Node): string | undefined => {
    if (node.kind === 'scalar') return node.text;
    const path = node.kind === 'map' ? node.entries.find(({ key }) => key === 'path')?.value : undefined;
    return path?.kind === 'scalar' && isFile(node) ? path.text : undefined;
  };
  const isFile = (node: Node): boolean =>
    node.kind === 'map' &&
    node.entries.some(({ key, value }) => key === 'type' && value.kind === 'scalar' && value.text === 'file');
  return one.kind === other.kind && textOf(one) !== undefined && textOf(one) === textOf(other);
}

/** The key for --time-unit, which is one of the plugins, too. */
function unitOf(words: Words): Entry[] {
  const unit = words.line.flags.findLast(({ long }) => long === 'time-unit')?.text ?? 'auto';
  words.take('time-unit');
  return unit === 'auto' ? [] : [entryNode('time-unit', scalarNode(unit, words.place))];
}

/** What is no URL is a file, whatever it is called. */
function fileOf(word: Scalar, isEndless: boolean): MapNode {
  const text = (value: string): Scalar => scalarNode(value, word.place);
  const mode = isEndless ? [entryNode('mode', text('append'))] : [];
  return mapNode(word.place, [entryNode('type', text('file')), entryNode('path', word), ...mode]);
}

/** What the branches of a line have in common. */
interface BranchContext {
  /** What --where says of all of them. */
  readonly own: readonly Entry[];
  /** What --time-unit says of a selector. */
  readonly unit: readonly Entry[];
  readonly ends: Ends;
  readonly isEndless: boolean;
}

/** `SELECTOR -> URL`, or the URL alone for --tee. The selector ends at the last ` -> ` outside of quotes. */
function branchOf(words: Words, node: Scalar, flag: 'route' | 'tee', context: BranchContext): MapNode {
  const { own, unit, ends, isEndless } = context;
  const at = lastArrow(node.text);
  if (at < 0 && flag === 'route') {
    words.fail(
      node,
      'flag',
      '--route is not SELECTOR -> URL',
      'For example: --route \'level == "error" -> errors.ndjson\'',
    );
  }
  const selector = at < 0 ? '' : node.text.slice(0, at).trimEnd();
  const from = at < 0 ? 0 : at + 4 + (node.text.slice(at + 4).length - node.text.slice(at + 4).trimStart().length);
  const text = node.text.slice(from).trimEnd();
  const target = scalarNode(text, placeIn(node, from, text.length), {
    offsets: node.offsets?.slice(from, from + text.length + 1),
  });
  const tests = own
    .filter(({ key }) => key === 'where')
    .flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]));
  if (selector !== '') tests.push(scalarNode(selector, placeIn(node, 0, selector.length), { offsets: node.offsets }));
  const where =
    tests.length === 0
      ? []
      : [entryNode('where', tests.length === 1 ? tests[0]! : listNode(node.place, tests)), ...unit];
  return mapNode(node.place, [...where, entryNode('to', endOf(target, flag, ends, { hasNames: true, isEndless }))]);
}

function lastArrow(text: string): number {
  let found = -1;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (quote !== '') {
      if (char === '\\' && quote === '"') at += 1;
      else if (char === quote) quote = '';
    } else if (isQuote(text, at)) quote = char;
    else if (text.startsWith(' -> ', at)) found = at;
  }
  return found;
}

/** --to, -f, --no-header and the edits. */
function projectionOf(words: Words): Entry[] {
  const format = words.last('to');
  const fields = words.take('fields', 'columns').map(({ node }) => node);
  const header = words.last('no-header');
  return [
    ...(format === undefined ? [] : [entryNode('format', format)]),
    ...(fields.length === 0
      ? []
      : [entryNode('fields', fields.length === 1 ? fields[0]! : listNode(words.place, fields))]),
    ...editsOf(words),
    ...cellsOf(words, format?.text),
    ...(header?.text === 'false' ? [entryNode('header', scalarNode('false', header.place, { isPlain: true }))] : []),
  ];
}

/** --delimiter, --quote and the others about cells. */
function cellsOf(words: Words, format: string | undefined): Entry[] {
  // That of --delimiter is also of what is read.
  const given = [words.last('to-delimiter'), words.last('delimiter')];
  const delimiter = format === 'csv' ? given.find((node) => node !== undefined) : undefined;
  const others = ['quote', 'null', 'crlf', 'bom', 'csv-safe'].flatMap((key) => {
    const node = words.last(key);
    return node === undefined ? [] : [entryNode(key, node)];
  });
  return [...(delimiter === undefined ? [] : [entryNode('delimiter', delimiter)]), ...others];
}

/** --drop, --set, --rename, --flatten and --explode. */
function editsOf(words: Words): Entry[] {
  const lists = ['drop', 'set', 'rename'].flatMap((key) => {
    const items = words.take(key).map(({ node }) => node);
    // Of --drop, one word may be several paths.
    const nodes =
      key === 'drop'
        ? items.flatMap((node) => splitPaths(node.text, '--drop').map((path) => scalarNode(path, node.place)))
        : items;
    return nodes.length === 0 ? [] : [entryNode(key, listNode(words.place, nodes))];
  });
  const texts = ['flatten', 'explode'].flatMap((key) => {
    const node = words.last(key);
    return node === undefined ? [] : [entryNode(key, node)];
  });
  return [...lists, ...texts];
}

/** Where points are kept, and how. */
function storeSettings(words: Words): Entry[] {
  const keys = [
    ['store', 'path'],
    ['durability', 'durability'],
    ['retain', 'retain'],
    ['same-time', 'same-time'],
  ] as const;
  return keys.flatMap(([flag, key]) => {
    const node = words.last(flag);
    return node === undefined ? [] : [entryNode(key, node)];
  });
}

/** A --record as a sink; its name. */
function storeOf(words: Words, node: Scalar, store: readonly Entry[], ends: Ends): string | undefined {
  try {
    const { series, time, values, tags, timeUnit } = parseRecord(node.text, '--record');
    const text = (value: string): Scalar => scalarNode(value, node.place);
    const name = ends.sinks.some(({ key }) => key === 'store') ? `store-${ends.sinks.length}` : 'store';
    const entries = [
      entryNode('type', text('store')),
      entryNode('series', text(series.kind === 'path' ? `.${series.text}` : series.text)),
      entryNode('time', text(time)),
      entryNode('value', listNode(node.place, values.map(text))),
      ...(tags.length === 0 ? [] : [entryNode('tags', listNode(node.place, tags.map(text)))]),
      ...(timeUnit === 'auto' ? [] : [entryNode('time-unit', text(timeUnit))]),
      ...store,
    ];
    ends.sinks.push(entryNode(name, mapNode(node.place, entries)));
    return name;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return words.fail(node, 'flag', error.message, error.hint);
  }
}
