/**
 * Man pages in the man(7) macros, printed from the tables. The files in man/ are this module's output, committed;
 * `npm run man` writes them, and a test compares them byte for byte. No date is printed: the pages change when the
 * tables do. The pages of section 7 are printed from README files by man-topics.ts.
 */
import { about } from '../command-rows.ts';
import { type Command, type CommandName, commands, mainCommands, subcommandsOf } from '../commands.ts';
import { exitRows } from '../exit.ts';
import { type Flag, flagGroups } from '../flags/flag.ts';
import { flagsOf } from '../flags/flags.ts';
import { flags } from '../flags/table.ts';
import { version } from '../version.ts';
import { environmentRows, environmentRule, flagFacts, quantityRule, usageLine, valueSynopsis } from './help.ts';

export interface ManPage {
  /** The file's name in man/. */
  readonly file: string;
  readonly text: string;
}

/** Every page that the tables give: slung.1 and one for each command that has a page. */
export function manPages(): ManPage[] {
  const own = commands.filter((command) => command.hasManPage);
  return [
    manPage({ name: 'slung', section: 1, doc: about.doc, origin: tables }, mainSections(own)),
    ...own.map((command) =>
      manPage(
        { name: `slung-${command.name}`, section: 1, doc: command.doc, origin: tables },
        commandSections(command),
      ),
    ),
  ];
}

const tables = 'src/cli/flags/flags.ts and src/cli/commands.ts';

export interface ManTitle {
  readonly name: string;
  readonly section: 1 | 5 | 7;
  /** One phrase without full stop. */
  readonly doc: string;
  /** What the page is printed from, for whoever is about to edit it. */
  readonly origin: string;
}

/** A page from its finished lines: `body` begins with its first .SH after NAME. */
export function manPage({ name, section, doc, origin }: ManTitle, body: readonly string[]): ManPage {
  const text = [
    `.\\" Printed from ${origin}; do not edit.`,
    `.TH ${name.toUpperCase()} ${section} "" "slung ${version}" "slung manual"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(doc)}`,
    ...body,
    '',
  ].join('\n');
  return { file: `${name}.${section}`, text };
}

function mainSections(own: readonly Command[]): string[] {
  const others = own.map((command) => `.BR slung\\-${command.name} (1)`);
  return [
    '.SH SYNOPSIS',
    synopsis(usageLine(undefined)),
    '.SH DESCRIPTION',
    ...paragraphs(about.longDoc),
    '.SH COMMANDS',
    ...mainCommands.flatMap((command) => entry(`${command.name} ${command.operands}`.trimEnd(), [command.doc])),
    ...examples(commands.slice(0, 1)),
    ...environment(flags),
    ...exitStatus(),
    '.SH SEE ALSO',
    [...others, '.BR slung\\-selectors (7)', '.BR slung\\-query (7)', '.BR slung\\-plugins (7)'].join(',\n'),
  ];
}

function commandSections(command: Command): string[] {
  const below = subcommandsOf(command);
  const all = below.length === 0 ? flagsOf(command.name) : below.flatMap(({ name }) => flagsOf(name));
  // What all subcommands have stands once, behind them.
  const own = [...new Set(all)].filter((flag) => below.every(({ name }) => flag.commands.includes(name)));
  return [
    '.SH SYNOPSIS',
    ...(below.length === 0 ? [command] : below).flatMap((row, i) => [
      ...(i > 0 ? ['.br'] : []),
      synopsis(usageLine(row)),
    ]),
    '.SH DESCRIPTION',
    ...paragraphs(command.longDoc),
    ...(below.length === 0 ? [] : ['.SH COMMANDS', ...below.flatMap((row) => subcommandSection(row, own))]),
    '.SH OPTIONS',
    ...flagGroups.flatMap((group) => optionGroup(group, own)),
    ...(all.some((flag) => flag.type === 'size') ? ['.SS Sizes and durations', ...paragraphs(quantityRule)] : []),
    ...examples([command, ...below]),
    ...environment([...new Set(all)]),
    ...exitStatus(),
    '.SH SEE ALSO',
    ['slung (1)', ...(seeAlso[command.name] ?? [])].map((page) => `.BR ${roff(page)}`).join(',\n'),
  ];
}

/** Besides slung(1). */
const seeAlso: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
  select: ['slung-selectors (7)'],
  run: ['slung-plugins (7)', 'slung-selectors (7)'],
  check: ['slung.yaml (5)', 'slung-selectors (7)'],
  test: ['slung.yaml (5)', 'slung-check (1)'],
  generate: ['slung-templates (7)'],
  bench: ['slung-run (1)', 'slung-templates (7)'],
  plugin: ['slung-plugins (7)', 'slung-selectors (7)'],
  query: ['slung-store (1)', 'slung-query (7)'],
  store: ['slung-query (1)', 'slung-query (7)', 'slung-selectors (7)'],
};

/** What a subcommand does, and the options that its neighbours do not have. */
function subcommandSection(command: Command, common: readonly Flag[]): string[] {
  const own = flagsOf(command.name).filter((flag) => !common.includes(flag));
  return [
    `.SS ${roff(`${command.name} ${command.operands}`.trimEnd())}`,
    ...paragraphs(command.longDoc),
    ...own.flatMap(option),
  ];
}

function optionGroup(group: string, own: readonly Flag[]): string[] {
  const members = own.filter((flag) => flag.group === group);
  if (members.length === 0) return [];
  return [`.SS ${group}`, ...members.flatMap(option)];
}

function option(flag: Flag): string[] {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const facts = flagFacts(flag);
  const texts = flag.longDoc.split('\n\n');
  return entry(
    `${short}--${flag.long}${valueSynopsis(flag)}`,
    facts.length === 0 ? texts : [...texts, facts.join(' ')],
  );
}

/** A tagged paragraph; further texts are paragraphs under the same tag. */
function entry(tag: string, texts: readonly string[]): string[] {
  const [first = '', ...more] = texts;
  return ['.TP', `\\fB${roff(tag)}\\fR`, guarded(first), ...more.flatMap((text) => ['.IP', guarded(text)])];
}

function examples(of: readonly Command[]): string[] {
  const lines = of
    .flatMap((command) => command.examples)
    .flatMap(({ doc, text }) => ['.PP', `${guarded(doc)}:`, '.PP', '.RS 4', '.nf', guarded(text), '.fi', '.RE']);
  return ['.SH EXAMPLES', ...lines];
}

function environment(own: readonly Flag[]): string[] {
  return [
    '.SH ENVIRONMENT',
    ...paragraphs(environmentRule),
    ...environmentRows(own).flatMap((row) => entry(row.name, [row.doc])),
  ];
}

function exitStatus(): string[] {
  return ['.SH EXIT STATUS', ...exitRows.flatMap((row) => entry(row.code, [row.doc]))];
}

function paragraphs(text: string): string[] {
  return text.split('\n\n').flatMap((block) => ['.PP', guarded(block)]);
}

function synopsis(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

/** Escaped, and safe at the start of a line, where roff takes `.` and `'` for requests. */
export function guarded(text: string): string {
  const escaped = roff(text.replaceAll('\n', ' '));
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** roff's own characters: the backslash, and the ASCII ones that would be printed as typographic signs. */
export function roff(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    '\\': '\\(rs',
    '-': '\\-',
    '^': '\\(ha',
    '~': '\\(ti',
    '`': '\\(ga',
    "'": '\\(aq',
    '"': '\\(dq',
  };
  return text.replace(/[\\\-^~`'"]/g, (char) => signs[char] ?? char);
}
