/** The man page slung.yaml(5), printed from the table of keys: every key with its type, default and meaning. */
import type { Key, KeyTable, Section } from '../../topology/index.ts';
import { guarded, type ManPage, manPage, roff } from './man.ts';

/** What the reader needs before the keys. A blank line starts a new paragraph. */
const about = `A topology says where records come from (sources), what is done with them (plugins), where they go to (sinks), and what goes where (routes). It is a YAML 1.2 file. slung check(1) reads it and says all that is wrong with it.

A route is text with arrows, stdin -> mapper -> stdout, or a map with from and to. At either end of an arrow text several names may stand, with commas between them. In place of a name a path or a URL may stand: file:app.ndjson?follow, https://HOST/PATH, nats://HOST/STREAM?consumer=NAME. stdin, stdout, stderr and drop need not be declared.

A record goes along every route whose where holds; in a list first, along the first branch that takes it and along no other. What no route takes is dropped and counted. Routes must not lead in a circle, and every plugin needs a route that leads away from it.

Sizes, times and ages are written as on the command line: 512KiB, 5ms, 30d. Relative paths start from the directory of the file. Keys that begin with x- are ignored, and so can hold anchors for others.

In values, but not in keys and comments, \${NAME} is the environment variable NAME, \${NAME:-text} has a default for when it is not set, and \${NAME:?text} says what is missing. $\${ is a $ and a brace. A value is one value, whatever is in it. Values of token, creds, password and headers and passwords in URLs are never shown.`;

const smallest = ['plugins: { mapper: ./mapper.wasm }', 'routes: [ stdin -> mapper -> stdout ]'];

const larger = [
  'sources:',
  '  hook: { type: http, listen: 127.0.0.1:8080, path: /ingest }',
  'plugins:',
  '  geo: { file: ./geo.wasm, memory: 128MiB, on-error: skip }',
  'sinks:',
  '  errors: { type: file, path: errors.ndjson, mode: append }',
  'routes:',
  '  - stdin, hook -> geo',
  '  - from: geo',
  '    first:',
  `      - { where: 'level == "error"', to: errors }`,
  '      - { to: stdout }',
];

/** The order of the sections, with their titles. */
const titles: readonly (readonly [title: string, section: keyof KeyTable])[] = [
  ['Keys of the file', 'top'],
  ['defaults', 'defaults'],
  ['sources', 'source'],
  ['plugins', 'plugin'],
  ['sinks', 'sink'],
  ['routes', 'route'],
  ['first', 'branch'],
  ['retry', 'retry'],
  ['rotate', 'rotate'],
  ['tests', 'test'],
];

export function topologyPage(table: KeyTable): ManPage {
  const title = {
    name: 'slung.yaml',
    section: 5,
    doc: 'topologies of slung',
    origin: 'src/topology/keys-*.ts',
  } as const;
  return manPage(title, [
    '.SH DESCRIPTION',
    ...about.split('\n\n').flatMap((text) => ['.PP', guarded(text)]),
    '.SH EXAMPLES',
    ...example('The smallest', smallest),
    ...example('Two sources, one plugin, and errors apart', larger),
    '.SH KEYS',
    ...titles.flatMap(([name, section]) => sectionLines(name, table[section])),
    '.SH SEE ALSO',
    '.BR slung\\-check (1),\n.BR slung\\-run (1),\n.BR slung\\-selectors (7)',
  ]);
}

function example(doc: string, lines: readonly string[]): string[] {
  return ['.PP', `${guarded(doc)}:`, '.PP', '.RS 4', '.nf', ...lines.map(guarded), '.fi', '.RE'];
}

function sectionLines(name: string, { doc, short, keys, types }: Section): string[] {
  const shorter = short === undefined ? '' : ` In place of the map may stand ${short}.`;
  const variants = Object.entries(types ?? {}).filter(([, own]) => own.length > 0);
  // What nearly all kinds have stands once.
  const common = commonKeys(variants.map(([, own]) => own));
  return [
    `.SS ${roff(name)}`,
    '.PP',
    guarded(`${doc}${shorter}`),
    ...[...keys, ...common].flatMap(keyLines),
    ...variants.flatMap(([type, own]) => {
      const rest = own.filter(({ name: key }) => !common.some((other) => other.name === key));
      return rest.length === 0 ? [] : ['.PP', `With type ${roff(type)}:`, ...rest.flatMap(keyLines)];
    }),
  ];
}

/** The keys that at least half of the kinds have with the same words. */
function commonKeys(lists: readonly (readonly Key[])[]): Key[] {
  const first = new Map<string, Key>();
  for (const key of lists.flat()) if (!first.has(key.name)) first.set(key.name, key);
  return [...first.values()].filter(({ name, doc }) => {
    const count = lists.filter((list) => list.some((key) => key.name === name && key.doc === doc)).length;
    return lists.length > 4 && count * 2 > lists.length;
  });
}

function keyLines(key: Key): string[] {
  const facts = [
    ...(key.isRequired ? ['Required.'] : []),
    ...(key.choices === undefined ? [] : [`One of ${key.choices.join(', ')}.`]),
    ...(key.default !== undefined
      ? [`Default: ${key.default}.`]
      : key.defaultText === undefined
        ? []
        : [`Default: ${key.defaultText}.`]),
  ];
  const text = [key.doc, ...facts].join(' ');
  return ['.TP', `\\fB${roff(key.name)}\\fR ${roff(typeNames[key.type])}`.trimEnd(), guarded(text)];
}

const typeNames: Readonly<Record<Key['type'], string>> = {
  text: 'TEXT',
  switch: 'true|false',
  integer: 'N',
  size: 'SIZE',
  duration: 'TIME',
  age: 'AGE',
  choice: '',
  texts: 'TEXT or [TEXT, ...]',
  fields: '[PATH, NAME=PATH, ...]',
  selector: 'SELECTOR',
  node: 'NODE',
  nodes: 'NODE or [NODE, ...]',
  values: '{KEY: VALUE}',
  headers: '{NAME: VALUE}',
  expect: '{SINK: WHAT}',
  section: '{...}',
  named: '{NAME: ...}',
  sections: '[...]',
};
