/**
 * Checks a map of the tree against its section of the table: unknown keys, duplicate keys, values of the wrong type,
 * missing keys. The result has every value by its key, with defaults, and where each was written.
 */
import { type Layer, type Resolved, resolveLayers, type Setting } from '../config/layers.ts';
import { nearest } from '../selector/index.ts';
import { excerpt, quoted } from '../text/printable.ts';
import { type Key, type KeyTable, keysOf, type Section } from './key.ts';
import { readDefault } from './key-default.ts';
import { type Entry, isNothing, type MapNode, type Node, shapeOf } from './node.ts';
import { type Place, type Problems, placeText, shortPlace } from './problem.ts';
import { ValueReader } from './values.ts';

/** A map that was checked. */
export interface Walked {
  readonly section: Section;
  /** Of sources and sinks. */
  readonly type: string | undefined;
  readonly path: string;
  readonly place: Place;
  /** By the key's name. A key with a wrong value has none, and a problem. */
  readonly settings: Resolved;
  /** What was written, by key. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Maps below: `retry`, `rotate`. */
  readonly below: ReadonlyMap<string, Walked>;
}

export interface WalkContext {
  readonly table: KeyTable;
  readonly problems: Problems;
  readonly values: ValueReader;
  /** What names of files in selectors are relative to. */
  readonly directory: string | undefined;
}

export function walkContext(table: KeyTable, problems: Problems, directory?: string): WalkContext {
  return { table, problems, values: new ValueReader(problems), directory };
}

/** Checks one map. @param type the kind of a source or sink, when that is known without the key `type` */
export function walk(node: MapNode, section: Section, path: string, context: WalkContext, type?: string): Walked {
  const { problems, values } = context;
  const keys = keysOf(section, type);
  const entries = entriesOf(node, section, keys, path, type, context);
  const layer = new Map<string, Setting>();
  const below = new Map<string, Walked>();
  for (const key of keys) {
    const entry = entries.get(key.name);
    if (entry === undefined) {
      if (key.isRequired) addMissing(node, section, key, path, type, problems);
      continue;
    }
    const place = `${path === '' ? '' : `${path}.`}${key.name}`;
    if (key.isSecret) cover(entry.value, problems);
    if (key.type === 'section') addBelow(key, entry, place, context, below);
    else if (isSetting(key)) {
      const value = values.read(key, entry.value, place);
      if (value !== undefined) layer.set(key.name, { value, origin: originOf(entry.value) });
    }
  }
  const settings = resolveLayers([layer, defaultsOf(keys)]);
  return { section, type, path, place: node.place, settings, entries, below };
}

/** Whether Resolved can hold what the key says. */
export function isSetting({ type }: Key): boolean {
  return ![
    'section',
    'sections',
    'named',
    'selector',
    'fields',
    'node',
    'nodes',
    'values',
    'headers',
    'expect',
  ].includes(type);
}

/** `slung.yaml:7:3`, and the variable that the value came from. */
function originOf(node: Node): Setting['origin'] {
  const variable = node.kind === 'scalar' && node.variable !== undefined ? ` ($${node.variable})` : '';
  return { kind: 'file', text: `${placeText(node.place)}${variable}` };
}

/** The defaults of the table, as a layer. */
export function defaultsOf(keys: readonly Key[]): Layer {
  const known = defaults.get(keys);
  if (known !== undefined) return known;
  const origin = { kind: 'default', text: 'default' } as const;
  const own = keys.filter((key) => key.default !== undefined && isSetting(key));
  const layer: Layer = new Map(own.map((key) => [key.name, { value: readDefault(key), origin }]));
  defaults.set(keys, layer);
  return layer;
}

const defaults = new WeakMap<readonly Key[], Layer>();

/** The value must not be in a line that is shown. */
function cover(node: Node, problems: Problems): void {
  if (node.kind === 'scalar') problems.secrets.push(node.place);
  else if (node.kind === 'map') for (const { value } of node.entries) cover(value, problems);
  else for (const item of node.items) cover(item, problems);
}

function addBelow(key: Key, entry: Entry, path: string, context: WalkContext, below: Map<string, Walked>): void {
  const { value } = entry;
  if (value.kind === 'map') {
    below.set(key.name, walk(value, context.table[key.of!], path, context));
    return;
  }
  if (isNothing(value)) return;
  const message = `${key.name}: ${shapeOf(value)} is no map`;
  const hint = `Its keys are ${context.table[key.of!].keys.map(({ name }) => name).join(', ')}.`;
  context.problems.error({ code: 'type', message, place: value.place, path, hint });
}

function addMissing(
  node: MapNode,
  section: Section,
  key: Key,
  path: string,
  type: string | undefined,
  problems: Problems,
): void {
  const place = { ...node.place, length: Math.min(1, node.place.length) };
  const called = type === undefined ? section.called : `${section.called} of type ${type}`;
  problems.error({ code: 'missing-key', message: `${called} needs ${key.name}`, place, path, hint: key.doc });
}

/** The entries by key; those that cannot be are reported and left out. */
function entriesOf(
  node: MapNode,
  section: Section,
  keys: readonly Key[],
  path: string,
  type: string | undefined,
  { problems }: WalkContext,
): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const entry of node.entries) {
    const { key, keyPlace } = entry;
    if (key.startsWith('x-')) continue;
    const first = entries.get(key);
    const below = path === '' ? key : `${path}.${key}`;
    if (first !== undefined) {
      const message = `${quoted(key, 60)} is there twice in ${section.called}; first at ${shortPlace(first.keyPlace)}`;
      problems.error({ code: 'key-twice', message, place: keyPlace, path: below });
    } else if (keys.some(({ name }) => name === key)) entries.set(key, entry);
    else addUnknown(entry, section, keys, type, below, problems);
  }
  return entries;
}

/** What other commands have, and no part of a topology can. */
const reasons: Readonly<Record<string, string>> = {
  limit: 'A topology runs until its sources end. For the first records: slung run -c FILE | head -n N.',
  sample: 'A topology takes every record or chooses by where. In front: slung select --sample 1% | slung run -c FILE.',
  count: 'slung count counts records; --stats says how many went along each route.',
  pretty: 'It is for people, who look at one output: slung run -c FILE | slung select --pretty.',
  raw: 'For the text of one field: slung run -c FILE | slung select -r -f FIELD.',
  columns: 'It is called fields, for every format.',
};

function addUnknown(
  { key, keyPlace, isMerged }: Entry,
  section: Section,
  keys: readonly Key[],
  type: string | undefined,
  path: string,
  problems: Problems,
): void {
  const owners = Object.entries(section.types ?? {}).filter(([, own]) => own.some(({ name }) => name === key));
  // What a merge key brings along for others may be of no use here.
  if (isMerged && owners.length > 0) return;
  const near = nearest(
    key,
    keys.map(({ name }) => name),
  );
  const meant = near === undefined ? '' : `; did you mean ${quoted(near)}?`;
  const called = type === undefined ? section.called : `${section.called} of type ${type}`;
  const reason = key in reasons ? reasons[key] : undefined;
  const hint =
    reason !== undefined
      ? reason
      : owners.length > 0
        ? `It is a key of type ${owners.map(([name]) => name).join(', ')}.`
        : `The keys are ${keys.map(({ name }) => name).join(', ')}.`;
  problems.error({
    code: 'unknown-key',
    message: `unknown key ${quoted(key, 60)} in ${called}${meant}`,
    place: keyPlace,
    path,
    hint,
  });
}

/** One member of `sources`, `plugins` or `sinks`. */
export interface NamedEntry {
  readonly name: string;
  readonly entry: Entry;
}

const NAME = /^[A-Za-z_][\w.-]*$/;

/** The members of `sources`, `plugins` or `sinks`, each name once. */
export function namedEntries(node: Node | undefined, kind: string, path: string, problems: Problems): NamedEntry[] {
  if (node === undefined || isNothing(node)) return [];
  if (node.kind !== 'map') {
    const hint = `Write ${path}: { NAME: … }.`;
    problems.error({
      code: 'type',
      message: `${path}: ${shapeOf(node)} is no map of names`,
      place: node.place,
      path,
      hint,
    });
    return [];
  }
  const first = new Map<string, Entry>();
  for (const entry of node.entries) {
    const { key, keyPlace } = entry;
    const below = `${path}.${key}`;
    const before = first.get(key);
    if (before !== undefined) {
      const message = `the ${kind} ${quoted(key, 60)} is named twice; first at ${shortPlace(before.keyPlace)}`;
      problems.error({ code: 'name-twice', message, place: keyPlace, path: below });
    } else if (!NAME.test(key)) {
      const message = `${quoted(key, 60)} is no name for a ${kind}`;
      const hint = 'A name begins with a letter or _ and has letters, digits, _, . and -.';
      problems.error({ code: 'name', message, place: keyPlace, path: below, hint });
    } else first.set(key, entry);
  }
  return [...first].map(([name, entry]) => ({ name: excerpt(name), entry }));
}
