/**
 * The normal form of a topology: every node with all its settings and their origins, and routes from node to node.
 * Secrets are covered, so the printed form is for reading; a file without secrets prints as a file that means the
 * same.
 */
import type { Checked } from './check.ts';
import type { Draft } from './drafts.ts';
import { emitYaml } from './emit.ts';
import { type Key, type KeyTable, keysOf, type Section } from './key.ts';
import {
  type Entry,
  entryNode,
  entryOf,
  listNode,
  type MapNode,
  mapNode,
  type Node,
  type Scalar,
  scalarNode,
} from './node.ts';
import { routesNode } from './print-routes.ts';
import { COVER, coverUrl, type Place, placeText } from './problem.ts';
import type { Walked } from './walk.ts';

export interface PrintOptions {
  /**
   * Say behind each value where it comes from, and print defaults. Without it, only what is not a default is printed.
   */
  readonly hasOrigins: boolean;
  /** Values of `defaults` that win over what the file says, by their keys. */
  readonly over?: ReadonlyMap<string, { readonly text: string; readonly origin: string }>;
}

/** YAML text. */
export function printTopology(checked: Checked, table: KeyTable, options: PrintOptions): string {
  return emitYaml(new Printer(checked, table, options).tree(), { isLiteral: true });
}

class Printer {
  readonly #checked: Checked;
  readonly #table: KeyTable;
  readonly #options: PrintOptions;
  /** By the name in the topology the one that is printed: a URL is no name. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #place: Place;

  constructor(checked: Checked, table: KeyTable, options: PrintOptions) {
    this.#checked = checked;
    this.#table = table;
    this.#options = options;
    this.#names = printedNames(checked.nodes);
    this.#place = { source: { name: '', text: '', isFile: false }, offset: 0, length: 0 };
  }

  tree(): MapNode {
    const { topology, defaults, tree } = this.#checked;
    const tests = entryOf(tree, 'tests')?.value;
    const own = this.#section(defaults, this.#table.defaults);
    const named = (['source', 'plugin', 'sink'] as const).map((kind) => [`${kind}s`, this.#nodes(kind)] as const);
    const members: (readonly [string, Node | undefined])[] = [
      ['version', this.#plain('1')],
      ['defaults', own.entries.length === 0 ? undefined : own],
      ...named,
      ['routes', routesNode(topology.edges, (name) => this.#name(name), this.#place)],
      ['tests', tests && this.#tests(tests)],
      ['rejects', topology.rejects === undefined ? undefined : this.#text(this.#name(topology.rejects))],
    ];
    return mapNode(
      this.#place,
      members.flatMap(([key, value]) => (value === undefined ? [] : [entryNode(key, value)])),
    );
  }

  /** As written, with the names that nodes have here. */
  #tests(node: Node): Node {
    if (node.kind !== 'list') return this.#clean(node);
    const items = node.items.map((item) => {
      if (item.kind !== 'map') return this.#clean(item);
      const entries = item.entries.map(({ key, value }) => {
        if (key === 'into' && value.kind === 'scalar') return entryNode(key, this.#text(this.#name(value.text)));
        if (key !== 'expect' || value.kind !== 'map') return entryNode(key, this.#clean(value));
        const expected = value.entries.map((entry) => entryNode(this.#name(entry.key), this.#clean(entry.value)));
        return entryNode(key, mapNode(this.#place, expected));
      });
      return mapNode(this.#place, entries);
    });
    return listNode(this.#place, items);
  }

  #name(name: string): string {
    return this.#names.get(name) ?? name;
  }

  #text(text: string): Scalar {
    return scalarNode(text, this.#place);
  }

  #plain(text: string): Scalar {
    return scalarNode(text, this.#place, { isPlain: true });
  }

  #nodes(kind: Draft['kind']): MapNode | undefined {
    const members = this.#checked.nodes.filter((draft) => draft.kind === kind && !isStandard(draft));
    if (members.length === 0) return undefined;
    const entries = members.map((draft) => {
      const body = this.#section(draft.walked!, this.#table[kind]);
      const type = draft.type === undefined ? [] : [entryNode('type', this.#text(draft.type))];
      return entryNode(this.#name(draft.name), mapNode(this.#place, [...type, ...body.entries]));
    });
    return mapNode(this.#place, entries);
  }

  #section(walked: Walked, section: Section): MapNode {
    const keys = keysOf(section, walked.type).filter(({ name }) => name !== 'type');
    return mapNode(
      this.#place,
      keys.flatMap((key) => this.#entry(key, walked)),
    );
  }

  #entry(key: Key, walked: Walked): Entry[] {
    const over = walked === this.#checked.defaults ? this.#options.over?.get(key.name) : undefined;
    if (over !== undefined) {
      const value = /^\d+$/.test(over.text) ? this.#plain(over.text) : this.#text(over.text);
      return [this.#noted(key.name, value, over.origin)];
    }
    const given = walked.entries.get(key.name)?.value;
    if (key.type === 'section') {
      const below = walked.below.get(key.name);
      return below === undefined ? [] : [entryNode(key.name, this.#section(below, this.#table[key.of!]))];
    }
    if (given === undefined) {
      // A route that says nothing takes what the sink says; a plugin's lanes are those of the run.
      const isInherited = key.name === 'lanes' && walked.section.name === 'plugin';
      if (key.default === undefined || isInherited || !this.#options.hasOrigins) return [];
      return [this.#noted(key.name, this.#defaultOf(key), 'default')];
    }
    const isNode = key.name === 'on-failure' && given.kind === 'scalar';
    const value = key.isSecret
      ? covered(given)
      : isNode
        ? this.#text(this.#name(coverUrl(given.raw ?? given.text)))
        : this.#clean(given, guarded.includes(key.name));
    const variable = given.kind === 'scalar' && given.variable !== undefined ? ` ($${given.variable})` : '';
    const isGiven = given.place.source.name !== '';
    return [this.#noted(key.name, value, isGiven ? `${placeText(given.place)}${variable}` : undefined)];
  }

  #noted(key: string, value: Node, origin: string | undefined): Entry {
    const behind = this.#options.hasOrigins ? origin : undefined;
    return entryNode(key, value, { comments: { above: [], behind } });
  }

  #defaultOf({ type, default: text = '' }: Key): Node {
    return type === 'switch' || /^\d+$/.test(text) ? this.#plain(text) : this.#text(text);
  }

  /** As it was written, but for passwords in URLs. */
  #clean(node: Node, isGuarded = false): Node {
    if (node.kind === 'list')
      return listNode(
        this.#place,
        node.items.map((item) => this.#clean(item, isGuarded)),
      );
    if (node.kind === 'map')
      return mapNode(
        this.#place,
        node.entries.map((entry) => this.#cleanEntry(entry, isGuarded)),
      );
    const raw = isGuarded && node.raw !== undefined ? coverUrl(node.raw) : undefined;
    return scalarNode(coverUrl(node.text), node.place, { isPlain: node.isPlain, raw });
  }

  #cleanEntry({ key, value }: Entry, isGuarded: boolean): Entry {
    const isSecret = /token|secret|passw|credential|api.?key/i.test(key);
    return entryNode(key, isSecret ? covered(value) : this.#clean(value, isGuarded));
  }
}

/** Keys in which a variable is likely to hold a secret: it is printed by its name. */
const guarded: readonly string[] = ['config', 'args', 'url'];

/** `stdin` and its like, which need not be declared. */
function isStandard({ name, type, walked }: Draft): boolean {
  return name === type && [...(walked?.entries.keys() ?? [])].every((key) => key === 'type');
}

/** Every text below is covered. */
function covered(node: Node): Node {
  if (node.kind === 'scalar') return scalarNode(COVER, node.place);
  if (node.kind === 'list') return listNode(node.place, node.items.map(covered));
  return mapNode(
    node.place,
    node.entries.map(({ key, value }) => entryNode(key, covered(value))),
  );
}

const NAME = /^[A-Za-z_][\w.-]*$/;

/** Names for nodes that are URLs in the routes: their type, with a number when that is taken. */
function printedNames(nodes: readonly Draft[]): ReadonlyMap<string, string> {
  const taken = new Set(nodes.filter(({ name }) => NAME.test(name)).map(({ name }) => name));
  const names = new Map<string, string>();
  for (const { name, kind, type } of nodes) {
    if (NAME.test(name)) continue;
    const base = type === undefined || ['stdin', 'stdout', 'stderr', 'drop'].includes(type) ? kind : type;
    let candidate = kind === 'source' ? `${base}-in` : base;
    for (let n = 2; taken.has(candidate); n += 1) candidate = `${kind === 'source' ? `${base}-in` : base}-${n}`;
    taken.add(candidate);
    names.set(name, candidate);
  }
  return names;
}
