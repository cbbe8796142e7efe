/**
 * Help as text, printed from the tables: brief for -h (25 lines at most, two examples first), full for --help. Lines
 * stay within 80 columns whatever the terminal's width, so that the text is the same everywhere and can be tested
 * whole.
 */
import type { Paint } from '../color.ts';
import { about } from '../command-rows.ts';
import { type Command, commands, lastWord, mainCommands, subcommandsOf } from '../commands.ts';
import { exitRows } from '../exit.ts';
import { type Flag, flagGroups, oppositeOf } from '../flags/flag.ts';
import { flagsOf } from '../flags/flags.ts';
import { flags } from '../flags/table.ts';

const WIDTH = 80;

/** Help about `command`, or about slung as a whole. Ends with a newline. */
export function helpText(length: 'brief' | 'full', command: Command | undefined, paint: Paint): string {
  const lines = length === 'brief' ? brief(command, paint) : full(command, paint);
  return `${lines.join('\n')}\n`;
}

/** `-w, --where EXPR`: how a flag is written in help, man pages and errors. */
export function flagSynopsis(flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  return `${short}--${flag.long}${valueSynopsis(flag)}`;
}

/** ` SIZE`, `[=FORMAT]`, or nothing. */
export function valueSynopsis(flag: Flag): string {
  if (flag.value === undefined) return '';
  return flag.bare === undefined ? ` ${flag.value}` : `[=${flag.value}]`;
}

/** The facts below a flag's explanation: values, default, environment variable, opposite. */
export function flagFacts(flag: Flag): string[] {
  const facts: string[] = [];
  if (flag.choices !== undefined) facts.push(`Values: ${flag.choices.join(', ')}.`);
  const isShown = flag.default !== undefined && flag.type !== 'switch' && flag.type !== 'count';
  const byDefault = flag.defaultText ?? (isShown ? flag.default : undefined);
  if (byDefault !== undefined) facts.push(`Default: ${byDefault}.`);
  if (flag.env !== undefined) facts.push(`Environment: ${flag.env}.`);
  const opposite = oppositeOf(flag);
  if (opposite !== undefined) facts.push(`Opposite: --${opposite}.`);
  return facts;
}

/** `slung select [OPTION...] [FILE...]` */
export function usageLine(command: Command | undefined): string {
  if (command === undefined) return 'slung COMMAND [OPTION...]';
  if (subcommandsOf(command).length > 0) return `slung ${command.name} COMMAND [OPTION...]`;
  return `slung ${command.name} [OPTION...] ${command.operands}`.trimEnd();
}

/** The flags of a command in the order of their headings. */
function orderedFlags(command: Command): readonly Flag[] {
  const own = flagsOf(command.name);
  return flagGroups.flatMap((group) => own.filter((flag) => flag.group === group));
}

/** The variables that matter to `of`, with what they do. */
export function environmentRows(of: readonly Flag[]): { name: string; doc: string }[] {
  // Rows of one name, for different commands, have one variable.
  const own = new Map<string, string>();
  for (const { env, long } of of) if (env !== undefined) own.set(env, `Sets --${long}.`);
  return [
    ...Array.from(own, ([name, doc]) => ({ name, doc })),
    {
      name: 'SLUNG_CODE_CACHE',
      doc: '0: the compiled code of slung itself is neither kept in slung/code below XDG_CACHE_HOME (~/.cache when that is not set) nor taken from there, and each start takes longer.',
    },
    { name: 'NO_COLOR', doc: 'When not empty: no colours, unless --color or FORCE_COLOR ask for them.' },
    { name: 'FORCE_COLOR', doc: 'When not empty: colours also without a terminal; 0 for none.' },
  ];
}

/** The order of precedence, and how values are written: for help and the man pages. */
export const environmentRule =
  'An option on the command line wins over its environment variable, and that over the default. An empty variable is the same as none. A switch takes 1 or 0, true or false.';

export const quantityRule =
  'SIZE is bytes, or a number with K, M or G (also KiB, MiB, GiB: 1024s) or with KB, MB or GB (1000s). DURATION is 0, or a number with us, ms, s, m or h.';

function brief(command: Command | undefined, paint: Paint): string[] {
  const examples = (command ?? commands[0])?.examples.slice(0, 2) ?? [];
  const title = command === undefined ? about.doc : command.doc;
  const below = command === undefined ? mainCommands : subcommandsOf(command);
  const rows = below.map((row) => columns(lastWord(row), row.doc, 23, paint));
  if (command !== undefined && below.length === 0) {
    const { name } = command;
    const common = orderedFlags(command).filter(({ common = [] }) => common === true || common.includes(name));
    rows.push(...common.flatMap((flag) => briefFlag(flag, paint)));
  }
  return [
    `${paint.strong(command === undefined ? 'slung' : `slung ${command.name}`)}: ${title}`,
    '',
    ...examples.map((example) => `  ${example.text}`),
    '',
    `${paint.strong('Usage:')} ${usageLine(command)}`,
    '',
    ...rows,
    '',
    moreLine(command),
  ];
}

/** A synopsis that is too long for its column has a line of its own. */
function briefFlag(flag: Flag, paint: Paint): string[] {
  const synopsis = flagSynopsis(flag);
  if (synopsis.length < 23) return [columns(synopsis, flag.doc, 23, paint)];
  return [`  ${paint.strong(synopsis)}`, `${' '.repeat(25)}${flag.doc}`];
}

function moreLine(command: Command | undefined): string {
  if (command === undefined) return 'More: slung help, slung help COMMAND, slung help selectors, slung --version';
  const hasCommands = subcommandsOf(command).length > 0;
  return hasCommands ? `More: slung help ${command.name} COMMAND` : `All options: slung help ${command.name}`;
}

function full(command: Command | undefined, paint: Paint): string[] {
  const source = command ?? about;
  const name = command === undefined ? 'slung' : `slung ${command.name}`;
  return [
    `${paint.strong(name)}: ${source.doc}`,
    '',
    `${paint.strong('Usage:')} ${usageLine(command)}`,
    '',
    ...paragraphs(source.longDoc, 0),
    '',
    ...commandSection(command, paint),
    ...exampleSection(command ?? commands[0], paint),
    ...(command === undefined ? [] : flagSections(command, paint)),
    ...environmentSection(command, paint),
    paint.strong('Exit codes:'),
    ...exitRows.flatMap((row) => hanging(row.code, row.doc, 10, paint)),
  ];
}

/** Topics are in help-topics.ts, the manual's pages in man.ts. */
const readOn: readonly string[] = [
  'Read on: slung help selectors, slung help query, slung help plugins; the manual',
  'has the same and more: man slung, man slung-select, man slung.yaml; the sources',
  'of slung make a site of it all, with recipes and a search: npm run docs.',
];

/** The commands, or the subcommands of one that has some. */
function commandSection(command: Command | undefined, paint: Paint): string[] {
  const below = command === undefined ? mainCommands : subcommandsOf(command);
  if (below.length === 0) return [];
  const example = command === undefined ? 'select' : `${command.name} ${lastWord(below[0]!)}`;
  return [
    paint.strong('Commands:'),
    ...below.map((row) => columns(lastWord(row), row.doc, 16, paint)),
    '',
    `Each has its own help: slung help ${example}.`,
    ...(command === undefined ? readOn : []),
    '',
  ];
}

function exampleSection(command: Command | undefined, paint: Paint): string[] {
  if (command === undefined) return [];
  const lines = command.examples.flatMap(({ doc, text }) => [`  ${doc}:`, `    ${text}`]);
  return [paint.strong('Examples:'), ...lines, ''];
}

function flagSections(command: Command, paint: Paint): string[] {
  const own = flagsOf(command.name);
  return flagGroups.flatMap((group) => {
    const members = own.filter((flag) => flag.group === group);
    if (members.length === 0) return [];
    return [paint.strong(`${group}:`), ...members.flatMap((flag) => flagEntry(flag, paint)), ''];
  });
}

function flagEntry(flag: Flag, paint: Paint): string[] {
  const facts = flagFacts(flag);
  return [
    `  ${paint.strong(flagSynopsis(flag).trimStart())}`,
    ...paragraphs(flag.longDoc, 6),
    ...(facts.length === 0 ? [] : paragraphs(facts.join(' '), 6)),
  ];
}

function environmentSection(command: Command | undefined, paint: Paint): string[] {
  const own = command === undefined ? flags : flagsOf(command.name);
  const hasQuantities = command !== undefined && own.some((flag) => flag.type === 'size');
  return [
    ...(hasQuantities ? [...paragraphs(quantityRule, 0), ''] : []),
    paint.strong('Environment:'),
    ...environmentRows(own).flatMap((row) => hanging(row.name, row.doc, 23, paint)),
    '',
    ...paragraphs(environmentRule, 0),
    '',
  ];
}

/** Two columns on one line. */
function columns(left: string, right: string, width: number, paint: Paint): string {
  return `  ${paint.strong(left)}${' '.repeat(Math.max(1, width - left.length))}${right}`;
}

/** Two columns of which the right one wraps. */
function hanging(left: string, right: string, width: number, paint: Paint): string[] {
  const [first = '', ...more] = wrap(right, WIDTH - width - 2);
  return [columns(left, first, width, paint), ...more.map((line) => `${' '.repeat(width + 2)}${line}`)];
}

function paragraphs(text: string, indent: number): string[] {
  const blocks = text
    .split('\n\n')
    .map((block) => wrap(block, WIDTH - indent).map((line) => ' '.repeat(indent) + line));
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

/** Breaks at spaces; a word longer than `width` gets a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
