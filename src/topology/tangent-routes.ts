/** The `dag` of a tangent.yaml as routes, and the tests of its plugins as tests of the whole. */
import { nearest } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import {
  type Entry,
  entryNode,
  entryOf,
  isNothing,
  listNode,
  type MapNode,
  mapNode,
  type Node,
  noComments,
  scalarNode,
  shapeOf,
} from './node.ts';
import { membersOf, type Reading } from './tangent-reading.ts';

export class RoutesOfTangent {
  readonly #tree: MapNode;
  /** By `kind.name` of Tangent the name here. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #reading: Reading;

  constructor(tree: MapNode, names: ReadonlyMap<string, string>, reading: Reading) {
    this.#tree = tree;
    this.#names = names;
    this.#reading = reading;
  }

  /** `routes`, from `dag`. */
  routes(): Entry | undefined {
    const entry = entryOf(this.#tree, 'dag');
    if (entry === undefined) return undefined;
    const { value } = entry;
    if (value.kind !== 'list') {
      this.#reading.fail(
        value,
        'dag',
        'type',
        `dag: ${shapeOf(value)} is no list`,
        'Write dag: [ { from: …, to: [ … ] } ].',
      );
      return undefined;
    }
    const routes = value.items.map((item, i) => this.#route(item, `dag[${i}]`));
    return {
      ...entry,
      key: 'routes',
      value: listNode(
        value.place,
        routes.filter((route) => route !== undefined),
        value.comments,
      ),
    };
  }

  #route(item: Node, path: string): MapNode | undefined {
    if (item.kind !== 'map')
      return this.#reading.fail(
        item,
        path,
        'type',
        `${path}: ${shapeOf(item)} is no edge`,
        'Write { from: { kind, name }, to: [ … ] }.',
      );
    this.#reading.known(item, ['from', 'to'], path, 'an edge of dag');
    const from = this.#end(entryOf(item, 'from')?.value, item, `${path}.from`);
    const to = entryOf(item, 'to')?.value;
    const targets = to?.kind === 'list' ? to.items : to === undefined ? [] : [to];
    const names = targets
      .map((target, i) => this.#end(target, item, `${path}.to[${i}]`))
      .filter((name) => name !== undefined);
    if (targets.length === 0) return this.#reading.fail(item, path, 'missing-key', `${path}: an edge needs to`);
    if (from === undefined || names.length === 0) return undefined;
    const list = names.length === 1 ? names[0]! : listNode(to!.place, names);
    const comments = (key: string) => entryOf(item, key)?.comments;
    return mapNode(item.place, [
      entryNode('from', from, { comments: comments('from') ?? noComments }),
      entryNode('to', list, { comments: comments('to') ?? noComments }),
    ]);
  }

  /** `{ kind: plugin, name: mapper }` */
  #end(node: Node | undefined, around: Node, path: string): Node | undefined {
    if (node?.kind !== 'map') return this.#reading.fail(node ?? around, path, 'type', `${path} is not { kind, name }`);
    this.#reading.known(node, ['kind', 'name', 'key_prefix'], path, 'an end of an edge');
    const prefix = entryOf(node, 'key_prefix');
    if (prefix !== undefined && !isNothing(prefix.value)) {
      this.#reading.note(
        prefix.value,
        `${path}.key_prefix`,
        'key_prefix is for s3; a dir sink has {places} in its path',
      );
    }
    const kind = entryOf(node, 'kind')?.value;
    const name = entryOf(node, 'name')?.value;
    if (kind?.kind !== 'scalar' || name?.kind !== 'scalar')
      return this.#reading.fail(node, path, 'type', `${path} is not { kind, name }`);
    const known = this.#names.get(`${kind.text}.${name.text}`);
    if (known !== undefined) return scalarNode(known, name.place);
    if (!['source', 'plugin', 'sink'].includes(kind.text)) {
      return this.#reading.fail(
        kind,
        `${path}.kind`,
        'type',
        `kind: ${quoted(kind.text, 60)} is not one of source, plugin, sink`,
      );
    }
    const there = [...this.#names.keys()]
      .filter((key) => key.startsWith(`${kind.text}.`))
      .map((key) => key.slice(kind.text.length + 1));
    const near = nearest(name.text, there);
    const meant = near === undefined ? '' : `; did you mean ${quoted(near)}?`;
    return this.#reading.fail(
      name,
      `${path}.name`,
      'unknown-node',
      `no ${kind.text} is called ${quoted(name.text, 60)}${meant}`,
    );
  }

  // ---- tests

  /** `tests`, from those of the plugins. */
  tests(): Entry | undefined {
    const tests = membersOf(this.#tree, 'plugins').flatMap(({ key, value }) => {
      const list = entryOf(value, 'tests')?.value;
      const items = list?.kind === 'list' ? list.items : [];
      return items.flatMap((item, i) => this.#test(key, item, i, `plugins.${key}.tests[${i}]`));
    });
    return tests.length === 0 ? undefined : entryNode('tests', listNode(this.#tree.place, tests));
  }

  #test(plugin: string, item: Node, index: number, path: string): Node[] {
    const [input, expected] = ['input', 'expected'].map((key) => entryOf(item, key)?.value);
    if (input?.kind !== 'scalar' || expected?.kind !== 'scalar') {
      this.#reading.fail(item, path, 'type', `${path} is not { input, expected }`);
      return [];
    }
    const sink = this.#sinkOf(plugin);
    if (sink === undefined) {
      this.#reading.note(
        item,
        path,
        `no sink gets all that ${excerpt(plugin, 60)} outputs, so this test has nowhere to look`,
      );
      return [];
    }
    const place = item.place;
    return [
      mapNode(place, [
        entryNode('name', scalarNode(`${plugin} ${index + 1}`, place)),
        entryNode('into', scalarNode(this.#names.get(`plugin.${plugin}`)!, place)),
        entryNode('input', input),
        entryNode('expect', mapNode(place, [entryNode(sink, expected)])),
      ]),
    ];
  }

  /** A sink right behind a plugin. */
  #sinkOf(plugin: string): string | undefined {
    const dag = entryOf(this.#tree, 'dag')?.value;
    const textAt = (node: Node | undefined, key: string): string | undefined => {
      const value = entryOf(node, key)?.value;
      return value?.kind === 'scalar' ? value.text : undefined;
    };
    for (const item of dag?.kind === 'list' ? dag.items : []) {
      const from = entryOf(item, 'from')?.value;
      if (textAt(from, 'kind') !== 'plugin' || textAt(from, 'name') !== plugin) continue;
      const to = entryOf(item, 'to')?.value;
      for (const target of to?.kind === 'list' ? to.items : []) {
        const name = textAt(target, 'name');
        if (textAt(target, 'kind') === 'sink' && name !== undefined) return this.#names.get(`sink.${name}`);
      }
    }
    return undefined;
  }
}
