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

/** When what a source gave is acknowledged, and when a sink has it. A blank line starts a new paragraph. */
const acknowledged = `What a source gave is settled when nothing is owed for it any more: every sink that its records went to has confirmed them, and the sink of rejects those that were rejected. What no route takes, what goes to drop, blank lines, and bad lines without rejects settle at once, counted. What failed for good (on-error: fail, a sink that stops the run) is not settled. A WASI filter or a Slung program has no borders between what it reads and what it outputs: its input settles when it has ended well.

How sure that is depends on both ends. Nothing is lost between a source that gives again what was not settled and a sink that confirms; some of it may come twice after a crash, because a crash between the delivery and the settling cannot be told from one before it.`;

const sourcesTell: readonly (readonly [what: string, text: string])[] = [
  ['stdin, tcp, unix, ws', 'Nothing can be acknowledged. A crash loses what was read and not delivered.'],
  [
    'file with positions',
    'The position is the end of what is settled without a gap, written at once, but at most every 100 ms, and at the end. After a crash what was settled in the last 100 ms may come twice; after a failure, what its batch has delivered. Without positions a file is read from the beginning in each run.',
  ],
  [
    'http',
    'A request is answered when it is settled: 200, or 400 with the bad lines when on-error is fail, or 503 with Retry-After when nothing more can be taken; then the client asks again.',
  ],
  [
    'nats',
    'A message is acknowledged by itself when it is settled. One that is not comes again after ack-wait, and at once when the run ends in order. One that came more often than redeliver-limit goes to rejects unread.',
  ],
  ['ack: read', 'Of any source: what was read counts as settled, so a crash loses what was on its way.'],
];

const sinksTell: readonly (readonly [what: string, text: string])[] = [
  [
    'stdout, stderr, tcp, unix',
    'Confirmed when the system has taken it. A reader of stdout that goes away ends the run well.',
  ],
  [
    'file, dir',
    'Confirmed when written; with sync: batch, when it is on the disk. A file that is created gets its name at the end, and is not there after a run that failed.',
  ],
  [
    'http',
    'Confirmed by a status of 2xx. 408, 425, 429, 5xx and connections that fail are tried again as retry says, other answers are not.',
  ],
  [
    'nats',
    'Confirmed by the stream, which with dedupe keeps no message twice within its window of duplicates. A message has headers: Slung-Records (how many, where that is more than one), and of a message that came too often Slung-Reason, Slung-Source and Slung-Deliveries.',
  ],
  ['store', 'Confirmed as durability says. The same input written again changes nothing.'],
];

const ending = `SIGTERM, SIGINT, SIGHUP and the end of all sources end a run in the same order: nothing more is read, what was read goes its way, sinks flush, positions are written. What is not delivered after shutdown-timeout is abandoned and reported by sink. A second signal ends the run at once. When there are files that are added to, SIGHUP opens them anew, when other programs rotate them, and ends nothing.`;

const statistics = `--stats shows at the end what was counted, --stats=json as one line of JSON; SIGUSR1 shows that line while the run goes on, --metrics HOST:PORT has it for Prometheus, and --status HOST:PORT for programs (/stats.json), for probes (/healthz, /readyz) and as a page that draws the graph. A sink that everything waits for is named after 5 s. Names are an interface; times are in ms, seconds in s.`;

const figures: readonly (readonly [what: string, text: string])[] = [
  ['worker', 'Whose figures these are: name (--name, or that of the machine), host and pid.'],
  [
    'sources.NAME',
    'records and bytes that were read. Of sources that acknowledge: units (files, requests, messages), acked, nacked, inFlight, ackMs with p50, p99 and max.',
  ],
  [
    'nodes.NAME',
    'Of sources with routes and of plugins: records, matched (a route takes them, or the plugin wants them), unrouted, rejected, rejectedByCode (rejected by cause), blank. Of plugins also faults, calls and secondsInGuest.',
  ],
  [
    'edges[]',
    'from and to, with records, bytes, batches, bytesCopied, and waitedMs for which the node could not go on.',
  ],
  [
    'sinks.NAME',
    'records and batches that arrived; retries; failed, and what became of those: dead (sent to the sink that on-failure names) and dropped; droppedFull (when-full); keyless (no value for the name of a file); bytesCopied, bufferPeak and buffered (bytes in it now) of the buffer; open (deliveries not settled); waitedForMs and waitingMs (now); deliveryMs with p50, p99 and max.',
  ],
  [
    'bytesCopied, seconds, cpuSeconds, memoryBytes',
    'Bytes that were copied between nodes and into buffers, the time of the run, and what the process used: time of all processors, resident memory now.',
  ],
];

/** What is different from the exit codes of a filter. */
const exits = `As of slung-run(1). A run whose sinks have all they should have ends with 0, also when some failed and on-failure had an answer. Bad lines, and records that plugins failed on, make it 1, whether rejects keeps them or not; with on-error: skip bad lines alone do not. What was abandoned at the end makes it 1. A file with a mistake is 2, a plugin that cannot be loaded 3; nothing has been read or written then.`;

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
    ...paragraphs(about),
    '.SH EXAMPLES',
    ...example('The smallest', smallest),
    ...example('Two sources, one plugin, and errors apart', larger),
    '.SH KEYS',
    ...titles.flatMap(([name, section]) => sectionLines(name, table[section])),
    '.SH ACKNOWLEDGEMENT',
    ...paragraphs(acknowledged),
    '.SS Sources',
    ...sourcesTell.flatMap(([what, text]) => told(what, text)),
    '.SS Sinks',
    ...sinksTell.flatMap(([what, text]) => told(what, text)),
    '.SS The end of a run',
    ...paragraphs(ending),
    '.SH STATISTICS',
    ...paragraphs(statistics),
    ...figures.flatMap(([what, text]) => told(what, text)),
    '.SH EXIT STATUS',
    ...paragraphs(exits),
    '.SH SEE ALSO',
    '.BR slung\\-check (1),\n.BR slung\\-run (1),\n.BR slung\\-selectors (7)',
  ]);
}

function paragraphs(texts: string): string[] {
  return texts.split('\n\n').flatMap((text) => ['.PP', guarded(text)]);
}

const told = (what: string, text: string): string[] => ['.TP', `\\fB${roff(what)}\\fR`, guarded(text)];

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
