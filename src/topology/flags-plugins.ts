/** PLUGIN, --then and the flags about plugins on the command line of `slung run`: the plugins of a topology. */
import { boundCondition, ruleCondition } from '../config/conditions.ts';
import { SelectorError } from '../selector/index.ts';
import { type Entry, entryNode, listNode, mapNode, type Node, type Scalar, scalarNode } from './node.ts';
import { hintOf } from './values.ts';
import { placeIn } from './variables.ts';
import type { Words } from './words.ts';

/** Flags that are for every plugin of the chain, and the keys that they are. */
export const pluginKeys: readonly (readonly [flag: string, key: string])[] = [
  ['memory', 'memory'],
  ['time-limit', 'time-limit'],
  ['network-time-limit', 'network-time-limit'],
  ['max-output', 'max-output'],
  ['on-plugin-error', 'on-error'],
  ['unmatched', 'unmatched'],
  ['time', 'time'],
  ['value', 'value'],
  ['series', 'series'],
  ['tags', 'tags'],
  ['time-unit', 'time-unit'],
];

export interface Chain {
  readonly plugins: readonly Entry[];
  /** In the order of the chain. */
  readonly names: readonly string[];
}

export function addPlugins(words: Words): Chain {
  const first = words.operands.shift();
  if (first === undefined) {
    words.problems.error({ code: 'flag', message: 'run needs a plugin', place: words.place, path: '' });
    return { plugins: [], names: [] };
  }
  const files = new Map(
    words.take('plugin').flatMap(({ node }) => {
      const equals = node.text.indexOf('=');
      if (equals > 0) return [[node.text.slice(0, equals), part(node, equals + 1)] as const];
      words.fail(node, 'flag', '--plugin is not NAME=FILE');
      return [];
    }),
  );
  const where = testsOf(words);
  const chain = [first, ...words.take('then').map(({ node }) => node)];
  const shared = pluginKeys.flatMap(([flag, key]) => {
    const node = words.last(flag);
    return node === undefined ? [] : [entryNode(key, node)];
  });
  const lists = [
    list(
      words,
      'allow-net',
      words.take('allow-net').map(({ node }) => node),
    ),
    list(
      words,
      'allow-read',
      words.take('allow-read').map(({ node }) => node),
    ),
    list(
      words,
      'allow-env',
      words.take('allow-env').map(({ node }) => node),
    ),
    list(words, 'args', words.args),
  ];
  const config = named(words, 'plugin-config');
  const abi = named(words, 'abi');
  const names: string[] = [];
  const plugins = chain.map((word, i) => {
    const typed = files.has(word.text) ? word.text : nameOf(word.text);
    const name = freeName(typed, names);
    names.push(name);
    const own = [...(config.get('') ?? []), ...(config.get(typed) ?? [])];
    const kind = (abi.get(typed) ?? abi.get(''))?.at(-1);
    const entries = [
      entryNode('file', files.get(word.text) ?? word),
      ...(own.length === 0 ? [] : [entryNode('config', configOf(own, word))]),
      ...(kind === undefined ? [] : [entryNode('abi', kind)]),
      ...shared,
      ...lists.flat(),
      // What does not reach the first plugin is its business: places of failures stay those of the input.
      ...(i === 0 ? whereOf(words, where) : []),
    ];
    return entryNode(name, mapNode(word.place, entries));
  });
  return { plugins, names };
}

/** The selectors that --where, --rules, --since and --until stand for. */
export function testsOf(words: Words): Scalar[] {
  const tests = words.take('where').map(({ node }) => node);
  const rules = words.take('rules').map(({ node }) => scalarNode(ruleCondition(node.text), node.place));
  const bounds = (['since', 'until'] as const).map((bound) => [bound, words.last(bound)] as const);
  if (bounds.every(([, node]) => node === undefined)) return [...tests, ...rules];
  const path = words.line.flags.findLast(({ long }) => long === 'time')?.text ?? 'timestamp';
  // Of run, it is a key of the plugin as well.
  if (words.line.command === 'select') words.take('time');
  const times = bounds.flatMap(([bound, node]) => {
    if (node === undefined) return [];
    try {
      return [scalarNode(boundCondition(bound, path, node.text), node.place)];
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      words.fail(node, 'flag', `--${bound}: ${error.message}`, hintOf(error));
      return [];
    }
  });
  return [...tests, ...rules, ...times];
}

/** The tests of --where, which all have to hold. */
export function whereOf(words: Words, tests: readonly Node[]): Entry[] {
  if (tests.length === 0) return [];
  return [entryNode('where', tests.length === 1 ? tests[0]! : listNode(words.place, tests))];
}

function list(words: Words, key: string, items: readonly Node[]): Entry[] {
  return items.length === 0 ? [] : [entryNode(key, listNode(words.place, items))];
}

/** `[NAME:]VALUE` by name; without one under the empty name. */
function named(words: Words, flag: string): Map<string, Scalar[]> {
  const values = new Map<string, Scalar[]>();
  for (const { node } of words.take(flag)) {
    const end = flag === 'plugin-config' ? Math.max(0, node.text.indexOf('=')) : node.text.length;
    const colon = node.text.slice(0, end).indexOf(':');
    const name = colon < 0 ? '' : node.text.slice(0, colon);
    values.set(name, [...(values.get(name) ?? []), part(node, colon + 1)]);
  }
  return values;
}

/** KEY=VALUE; later values overwrite earlier ones. */
function configOf(texts: readonly Scalar[], around: Scalar): Node {
  const members = new Map<string, Scalar>();
  for (const node of texts) {
    const equals = node.text.indexOf('=');
    members.set(node.text.slice(0, Math.max(0, equals)), part(node, equals + 1));
  }
  return mapNode(
    around.place,
    [...members].map(([key, value]) => entryNode(key, { ...value, isPlain: false })),
  );
}

function part(node: Scalar, from: number): Scalar {
  const text = node.text.slice(from);
  return scalarNode(text, placeIn(node, from, text.length), { offsets: node.offsets?.slice(from) });
}

/** As a plugin is called by its file. */
function nameOf(word: string): string {
  const base = word.slice(word.lastIndexOf('/') + 1).replace(/\.(?:wasm|ts)$/, '');
  const clean = base.replace(/[^\w.-]/g, '_');
  return /^[A-Za-z_]/.test(clean) ? clean : `_${clean}`;
}

function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n += 1) free = `${name}-${n}`;
  return free;
}
