/**
 * The form of the table of keys, and the table itself, put together from its parts. A key's row has everything that
 * slung knows about the key: the checker (walk.ts), the JSON Schema (schema.ts), the man page and --print are all made
 * from it. A key with the name of a command-line flag takes type, limits and default from the flag, so these stand
 * once.
 */
import type { FlagLookup, Key, KeyRow, KeyTable, KeyType, Section, SectionName } from './key.ts';
import { pluginKeys, testKeys, topKeys } from './keys-plugins.ts';
import { branchKeys, routeKeys } from './keys-routes.ts';
import { retryKeys, rotateKeys, sinkKeys, sinkTypes } from './keys-sinks.ts';
import { defaultKeys, sourceKeys, sourceTypes } from './keys-sources.ts';

interface SectionRow {
  readonly called: string;
  readonly keys: readonly KeyRow[];
  readonly types?: Readonly<Record<string, readonly KeyRow[]>>;
  readonly short?: string;
  readonly doc: string;
}

const rows: Readonly<Record<SectionName, SectionRow>> = {
  top: { called: 'a topology', keys: topKeys, doc: 'What a file consists of.' },
  defaults: {
    called: 'defaults',
    keys: defaultKeys,
    doc: 'Settings of the whole run. They are named like the flags of slung run; a flag that is typed wins over them.',
  },
  source: {
    called: 'a source',
    keys: sourceKeys,
    types: sourceTypes,
    short: 'stdin, a path or a URL',
    doc: 'Where records come from. The key is the name of the source.',
  },
  plugin: {
    called: 'a plugin',
    keys: pluginKeys,
    short: 'the path of its file',
    doc: 'WebAssembly plugins. The key is the name of the plugin.',
  },
  sink: {
    called: 'a sink',
    keys: sinkKeys,
    types: sinkTypes,
    short: 'stdout, stderr, drop, a path or a URL',
    doc: 'Where records go to. The key is the name of the sink.',
  },
  route: {
    called: 'a route',
    keys: routeKeys,
    short: 'arrows between names: a -> b -> c',
    doc: 'What goes where. A record goes along every route whose where holds.',
  },
  branch: {
    called: 'a branch of first',
    keys: branchKeys,
    doc: 'A record goes along the first branch whose where holds, and along no other.',
  },
  test: { called: 'a test', keys: testKeys, doc: 'What slung test runs.' },
  retry: { called: 'retry', keys: retryKeys, doc: 'How often a delivery is tried again.' },
  rotate: { called: 'rotate', keys: rotateKeys, doc: 'When a new file is begun.' },
};

/**
 * The table, with what `flags` says of the keys that are flags. @throws TypeError when a row names no flag: our
 * mistake
 */
export function keyTable(flags: FlagLookup): KeyTable {
  const filled = (row: KeyRow): Key => Object.freeze(withFlag(row, flags));
  const section = (name: SectionName): Section => {
    const { called, keys, types, short, doc } = rows[name];
    const variants = types && Object.fromEntries(Object.entries(types).map(([type, own]) => [type, own.map(filled)]));
    return Object.freeze({ name, called, keys: keys.map(filled), types: variants, short, doc });
  };
  return Object.freeze({
    top: section('top'),
    defaults: section('defaults'),
    source: section('source'),
    plugin: section('plugin'),
    sink: section('sink'),
    route: section('route'),
    branch: section('branch'),
    test: section('test'),
    retry: section('retry'),
    rotate: section('rotate'),
  });
}

const keyTypes: Readonly<Record<string, KeyType>> = {
  switch: 'switch',
  count: 'integer',
  integer: 'integer',
  size: 'size',
  duration: 'duration',
  age: 'age',
  choice: 'choice',
  list: 'texts',
  text: 'text',
  file: 'text',
} as const;

function withFlag(row: KeyRow, flags: FlagLookup): Key {
  if (row.flag === undefined) {
    if (row.type === undefined) throw new TypeError(`the key ${row.name} has no type`);
    return { ...row, type: row.type };
  }
  const flag = flags(row.flag);
  const type = row.type ?? keyTypes[flag?.type ?? ''];
  if (flag === undefined || type === undefined) throw new TypeError(`the key ${row.name} names no flag: ${row.flag}`);
  const { choices, min, max, defaultText } = flag;
  const facts = { choices, min, max, defaultText, default: flag.default };
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return { ...known, ...row, type };
}
