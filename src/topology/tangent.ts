/**
 * tangent.yaml → the tree of a slung.yaml. Every value keeps its place, so what the checker finds has a place in the
 * original file, and every comment stays with the value it describes. Where slung has no counterpart, a message says
 * so.
 *
 * The surprising part: in Tangent a source and a sink may have the same name, because each mention says its kind. Here
 * a name stands for one node, so the later ones are called NAME-KIND.
 */
import { excerpt } from '../text/printable.ts';
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
import type { Problems } from './problem.ts';
import { sinkOf, sourceOf } from './tangent-ends.ts';
import { membersOf, Reading } from './tangent-reading.ts';
import { RoutesOfTangent } from './tangent-routes.ts';
import type { NodeKind } from './topology.ts';
import { builtins } from './urls.ts';

/** The tree is that of a tangent.yaml. */
export function isTangent(tree: Node | undefined): tree is MapNode {
  return tree?.kind === 'map' && entryOf(tree, 'dag') !== undefined && entryOf(tree, 'routes') === undefined;
}

export interface TangentOptions {
  /** Whether there is a file of this path, from the directory of the configuration. */
  readonly exists: (path: string) => boolean;
}

/** What is different here than in Tangent, for whoever reads what was converted. */
export const tangentNotes: readonly string[] = [
  'Converted from a tangent.yaml. Different here, on purpose:',
  '- Routes are honoured: a plugin gets what is routed to it and nothing else.',
  '- The order of records is kept.',
  '- A variable that is not set is an error, not an empty text.',
  '- Plugins reach no host and see no variable but those of allow-net and allow-env.',
  '- There is one lane for each plugin, not one for each core, when workers is not set.',
  '- A line that is not JSON is counted and left out; with rejects: NAME it goes to a sink.',
];

/** The tree of a slung.yaml that does the same. Problems are added to `problems`. */
export function fromTangent(tree: MapNode, options: TangentOptions, problems: Problems): MapNode {
  return new Conversion(tree, options, problems).convert();
}

const topKeys = ['runtime', 'plugins', 'sources', 'sinks', 'dag'];

class Conversion {
  readonly #tree: MapNode;
  readonly #options: TangentOptions;
  readonly #reading: Reading;
  /** By `kind.name` of Tangent the name here. */
  readonly #names = new Map<string, string>();

  constructor(tree: MapNode, options: TangentOptions, problems: Problems) {
    this.#tree = tree;
    this.#options = options;
    this.#reading = new Reading(problems);
  }

  convert(): MapNode {
    this.#reading.known(this.#tree, topKeys, '', 'tangent.yaml');
    const runtime = entryOf(this.#tree, 'runtime');
    const settings = runtime === undefined ? [] : this.#runtime(runtime.value);
    // Plugins first: their names are seen by people, in messages and statistics.
    for (const [section, kind] of [
      ['plugins', 'plugin'],
      ['sources', 'source'],
      ['sinks', 'sink'],
    ] as const) {
      for (const { key } of membersOf(this.#tree, section)) this.#nameFor(kind, key);
    }
    const routes = new RoutesOfTangent(this.#tree, this.#names, this.#reading);
    const parts: (Entry | undefined)[] = [
      settings.length === 0
        ? undefined
        : { ...runtime!, key: 'defaults', value: mapNode(runtime!.value.place, settings) },
      this.#section('sources', 'source', (entry, path) => sourceOf(entry.value, path, this.#reading)),
      this.#section('plugins', 'plugin', (entry, path) => this.#plugin(entry, path)),
      this.#section('sinks', 'sink', (entry, path) => sinkOf(entry.value, path, this.#reading)),
      routes.routes(),
      routes.tests(),
    ];
    const entries = parts.filter((part) => part !== undefined);
    return { ...this.#tree, entries: this.#withHead(entries) };
  }

  /** What stands at the top of the file stays there, whatever comes first now. */
  #withHead(entries: readonly Entry[]): readonly Entry[] {
    const [head] = this.#tree.entries;
    const first = entries[0];
    const lines = head?.comments.above ?? [];
    if (first === undefined || lines.length === 0) return entries;
    const others = entries.map((entry) =>
      entry.comments === head!.comments ? { ...entry, comments: { ...entry.comments, above: [] } } : entry,
    );
    const above = [...lines, ...others[0]!.comments.above];
    return [{ ...others[0]!, comments: { ...others[0]!.comments, above } }, ...others.slice(1)];
  }

  #nameFor(kind: NodeKind, name: string): void {
    const taken = new Set(this.#names.values());
    const clean = /^[A-Za-z_]/.test(name) ? name.replace(/[^\w.-]/g, '_') : `_${name.replace(/[^\w.-]/g, '_')}`;
    const isFree = (text: string) => !taken.has(text) && !builtins.has(text);
    let free = isFree(clean) ? clean : `${clean}-${kind}`;
    for (let n = 2; !isFree(free); n += 1) free = `${clean}-${kind}-${n}`;
    this.#names.set(`${kind}.${name}`, free);
  }

  #section(
    section: string,
    kind: NodeKind,
    convert: (entry: Entry, path: string) => MapNode | undefined,
  ): Entry | undefined {
    const entry = entryOf(this.#tree, section);
    if (entry === undefined || isNothing(entry.value)) return undefined;
    const members = membersOf(this.#tree, section).flatMap((member) => {
      const made = convert(member, `${section}.${member.key}`);
      return made === undefined ? [] : [{ ...member, key: this.#names.get(`${kind}.${member.key}`)!, value: made }];
    });
    if (entry.value.kind !== 'map')
      this.#reading.fail(entry.value, section, 'type', `${section}: ${shapeOf(entry.value)} is no map of names`);
    return { ...entry, value: mapNode(entry.value.place, members) };
  }

  #runtime(node: Node): Entry[] {
    if (node.kind !== 'map') return [];
    const reading = this.#reading;
    const known = ['batch_size', 'batch_age', 'workers', 'plugins_path', 'disable_remote_calls', 'cache'];
    reading.known(node, known, 'runtime', 'runtime');
    const number = (key: string, name: string, unit: string): Entry[] => {
      const entry = entryOf(node, key);
      const value = entry && reading.wholeNumber(entry.value, `runtime.${key}`, key);
      return value === undefined
        ? []
        : [{ ...entry!, key: name, value: scalarNode(`${value}${unit}`, entry!.value.place, { isPlain: true }) }];
    };
    return [
      ...number('batch_size', 'batch-bytes', 'KiB'),
      ...number('batch_age', 'batch-age', 'ms'),
      ...number('workers', 'lanes', ''),
      ...this.#cache(entryOf(node, 'cache')),
    ];
  }

  /** Tangent keeps its cache in a file of SQLite, which is another form. */
  #cache(entry: Entry | undefined): Entry[] {
    if (entry === undefined || entry.value.kind !== 'map') return [];
    this.#reading.known(entry.value, ['path'], 'runtime.cache', 'runtime.cache');
    const path = entryOf(entry.value, 'path');
    if (path?.value.kind !== 'scalar') return [];
    const text = `${path.value.text.replace(/\.sqlite$/, '')}.slung`;
    this.#reading.note(
      path.value,
      'runtime.cache.path',
      `the cache of Tangent cannot be read; a new one is kept in ${excerpt(text, 100)}`,
    );
    return [{ ...path, key: 'cache', value: scalarNode(text, path.value.place) }];
  }

  #plugin({ key, value }: Entry, path: string): MapNode | undefined {
    if (value.kind !== 'map') return this.#reading.fail(value, path, 'type', `${path}: ${shapeOf(value)} is no plugin`);
    this.#reading.known(value, ['module_type', 'path', 'tests', 'config'], path, 'a plugin of Tangent');
    const config = entryOf(value, 'config');
    const file = scalarNode(this.#fileOf(key), { ...value.place, length: Math.min(1, value.place.length) });
    return mapNode(value.place, [entryNode('file', file), ...(config === undefined ? [] : [config])]);
  }

  /** The component beside Tangent's native code, or a core module; what is there, or else the component. */
  #fileOf(name: string): string {
    const folder = entryOf(entryOf(this.#tree, 'runtime')?.value, 'plugins_path')?.value;
    const text = folder?.kind === 'scalar' && folder.text !== '' ? folder.text : 'plugins/';
    const base = `${/^[./]/.test(text) ? '' : './'}${text.replace(/\/?$/, '/')}${name}`;
    // Native code is refused with the name of what is wanted in its place.
    const files = [`${base}.component.wasm`, `${base}.wasm`, `${base}.cwasm`];
    return files.find((file) => this.#options.exists(file)) ?? files[0]!;
  }
}
