/**
 * The nodes of a topology while it is checked: declared nodes, nodes that always exist (`stdin`), and nodes that a
 * route names by a path or a URL. A name stands for one node.
 */
import { nearest } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import {
  type Entry,
  entryOf,
  isNothing,
  type MapNode,
  mapNode,
  type Node,
  type Scalar,
  scalarNode,
  shapeOf,
} from './node.ts';
import { coverUrl, type Place, shortPlace } from './problem.ts';
import type { NodeKind } from './topology.ts';
import { builtins, elsewhere, isUrlOrPath, nodeOfWord } from './urls.ts';
import { namedEntries, type WalkContext, type Walked, walk } from './walk.ts';

export interface Draft {
  readonly kind: NodeKind;
  readonly name: string;
  /** Of a source or sink; undefined when it is not known, which was reported. */
  readonly type: string | undefined;
  /** Undefined when the node is beyond checking, which was reported. */
  readonly walked: Walked | undefined;
  /** Of its name. */
  readonly place: Place;
  readonly path: string;
  /** It was given a name of its own. */
  readonly isDeclared: boolean;
}

/** What a word in a route may stand for. */
export type Role = 'from' | 'to' | 'through';

export class Drafts {
  readonly list: Draft[] = [];
  readonly #context: WalkContext;
  readonly #byName = new Map<string, Draft>();

  constructor(context: WalkContext) {
    this.#context = context;
  }

  get(name: string): Draft | undefined {
    return this.#byName.get(name);
  }

  /** Everything below `sources`, `plugins` and `sinks`. */
  declareAll(top: MapNode): void {
    for (const [key, kind] of [
      ['sources', 'source'],
      ['plugins', 'plugin'],
      ['sinks', 'sink'],
    ] as const) {
      const members = namedEntries(entryOf(top, key)?.value, kind, key, this.#context.problems);
      for (const { name, entry } of members) this.#declare(kind, name, entry, `${key}.${name}`);
    }
  }

  #declare(kind: NodeKind, name: string, entry: Entry, path: string): void {
    const { problems } = this.#context;
    const before = this.#byName.get(name);
    if (before !== undefined) {
      const message = `${quoted(name)} is a ${before.kind} (${shortPlace(before.place)}) and a ${kind} (${shortPlace(entry.keyPlace)}); a name stands for one`;
      problems.error({ code: 'name-twice', message, place: entry.keyPlace, path });
      return;
    }
    const draft = this.#draft(kind, name, entry.value, entry.keyPlace, path, true);
    const standard = builtins.get(name);
    if (standard !== undefined && draft.type !== undefined && draft.type !== name) {
      const message = `${quoted(name)} is always ${standardNames.get(name)}; give this ${kind} another name`;
      problems.error({ code: 'name', message, place: entry.keyPlace, path });
    }
    this.#add(draft);
  }

  #add(draft: Draft): Draft {
    this.list.push(draft);
    this.#byName.set(draft.name, draft);
    return draft;
  }

  #draft(kind: NodeKind, name: string, value: Node, place: Place, path: string, isDeclared: boolean): Draft {
    const { table, problems } = this.#context;
    const about = { kind, name, place, path, isDeclared };
    const node = value.kind === 'scalar' && !isNothing(value) ? this.#nodeOfText(kind, value, path) : value;
    if (node === undefined) return { ...about, type: undefined, walked: undefined };
    if (node.kind !== 'map') {
      const { short = 'a map' } = table[kind];
      const message = `${quoted(name)}: ${shapeOf(node)} is no ${kind}`;
      problems.error({ code: 'type', message, place: node.place, path, hint: `Write ${short}, or a map of keys.` });
      return { ...about, type: undefined, walked: undefined };
    }
    if (kind === 'plugin') return { ...about, type: undefined, walked: walk(node, table.plugin, path, this.#context) };
    const type = this.#typeOf(node, kind, name, path, place);
    if (type === undefined) return { ...about, type, walked: undefined };
    return { ...about, type, walked: walk(node, table[kind], path, this.#context, type) };
  }

  #nodeOfText(kind: NodeKind, word: Scalar, path: string): MapNode | undefined {
    if (kind === 'plugin') {
      return mapNode(word.place, [
        { key: 'file', keyPlace: word.place, value: word, isMerged: false, comments: { above: [], behind: undefined } },
      ]);
    }
    const { problems } = this.#context;
    if (builtins.get(word.text) !== kind && builtins.get(word.text) !== undefined) {
      problems.error({
        code: 'type',
        message: `${word.text} is a ${builtins.get(word.text)}, not a ${kind}`,
        place: word.place,
        path,
      });
      return undefined;
    }
    return nodeOfWord(word, kind, path, problems);
  }

  /** What kind of source or sink the map describes. */
  #typeOf(node: MapNode, kind: 'source' | 'sink', name: string, path: string, place: Place): string | undefined {
    const { table, problems } = this.#context;
    const types = Object.keys(table[kind].types ?? {});
    const given = entryOf(node, 'type')?.value;
    if (given !== undefined && !isNothing(given)) {
      const text = given.kind === 'scalar' ? given.text : shapeOf(given);
      if (types.includes(text)) return text;
      const near = nearest(text, types);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      const message = `${path}: slung has no ${kind} ${quoted(text, 60)}${meant}`;
      const hint = elsewhere.get(text) ?? `The types are ${types.join(', ')}.`;
      problems.error({ code: 'type', message, place: given.place, path: `${path}.type`, hint });
      return undefined;
    }
    const url = entryOf(node, 'url')?.value;
    const scheme = url?.kind === 'scalar' ? /^([a-z]+):/i.exec(url.text)?.[1]?.toLowerCase() : undefined;
    const byScheme = scheme === 'https' ? 'http' : scheme === 'tls' ? 'nats' : scheme;
    if (byScheme !== undefined && types.includes(byScheme)) return byScheme;
    if (entryOf(node, 'path') !== undefined && entryOf(node, 'listen') === undefined) return 'file';
    const message = `the ${kind} ${quoted(name)} needs a type`;
    problems.error({ code: 'missing-key', message, place, path, hint: `The types are ${types.join(', ')}.` });
    return undefined;
  }

  /**
   * The node that a word in a route stands for; undefined when there is none, which is reported.
   * @param mayBeNew a path or URL that no route has may become a node
   */
  resolve(word: Scalar, role: Role, path: string, mayBeNew = true): Draft | undefined {
    const { problems } = this.#context;
    const known = this.#byName.get(word.text);
    if (known !== undefined) return this.#fits(known, word, role, path) ? known : undefined;
    const standard = builtins.get(word.text) ?? (word.text === '-' ? (role === 'from' ? 'source' : 'sink') : undefined);
    if (standard !== undefined) {
      const name = word.text === '-' ? (role === 'from' ? 'stdin' : 'stdout') : word.text;
      const named =
        this.#byName.get(name) ??
        this.#add(this.#draft(standard, name, scalarNode(name, word.place), word.place, path, false));
      return this.#fits(named, word, role, path) ? named : undefined;
    }
    const isUrl = isUrlOrPath(word.text) || /\.(?:wasm|ts)$/.test(word.text);
    if (isUrl && (mayBeNew || this.#byName.has(coverUrl(word.text)))) return this.#resolveUrl(word, role, path);
    const near = nearest(word.text, [...this.#byName.keys(), ...builtins.keys()]);
    const at = this.#byName.get(near ?? '');
    const meant =
      near === undefined ? '' : `; did you mean ${quoted(near)}${at?.isDeclared ? ` (${shortPlace(at.place)})` : ''}?`;
    const called = word.variable === undefined ? quoted(word.text, 60) : `what ${word.variable} holds`;
    const message = `no source, plugin or sink is called ${called}${meant}`;
    const written = mayBeNew
      ? 'A path has a slash in it: ./FILE. A URL has a scheme: file:FILE.'
      : 'It has to be in a route.';
    const hint = near === undefined ? written : undefined;
    problems.error({ code: 'unknown-node', message, place: word.place, path, hint });
    return undefined;
  }

  #resolveUrl(word: Scalar, role: Role, path: string): Draft | undefined {
    const isPlugin = role === 'through' || /^[^?]*\.(?:wasm|ts)$/.test(word.text);
    const kind = isPlugin ? 'plugin' : role === 'from' ? 'source' : 'sink';
    const name = this.#freeName(isPlugin ? nameOfPlugin(word.text) : coverUrl(excerpt(word.raw ?? word.text)), word);
    const before = this.#byName.get(name);
    const draft = before ?? this.#add(this.#draft(kind, name, word, word.place, path, false));
    return this.#fits(draft, word, role, path) ? draft : undefined;
  }

  /** A plugin in a route is called like its file, unless that is another's name. */
  #freeName(name: string, word: Scalar): string {
    const taken = this.#byName.get(name);
    if (taken === undefined) return name;
    const file = taken.walked?.settings.optionalText('file');
    return taken.kind !== 'plugin' || file === word.text ? name : word.text;
  }

  #fits(draft: Draft, word: Scalar, role: Role, path: string): boolean {
    const { kind, name } = draft;
    const shown = quoted(name, 200);
    const wrong =
      role === 'from' && kind === 'sink'
        ? `${shown} is a sink: nothing comes from it`
        : role !== 'from' && kind === 'source'
          ? `${shown} is a source: nothing can go to it`
          : role === 'through' && kind === 'sink'
            ? `${shown} is a sink: it can only be at the end of a route`
            : undefined;
    if (wrong === undefined) return true;
    this.#context.problems.error({ code: 'direction', message: wrong, place: word.place, path });
    return false;
  }
}

const standardNames: ReadonlyMap<string, string> = new Map([
  ['stdin', 'standard input'],
  ['stdout', 'standard output'],
  ['stderr', 'standard error'],
  ['drop', 'where records are dropped'],
]);

function nameOfPlugin(file: string): string {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.(?:wasm|ts)$/, '');
  return excerpt(base === '' ? file : base);
}
