/**
 * The files of the project that are printed from its tables: the man pages, the help and the completion scripts that
 * tests compare with, and the part of bin/slung.js that chooses a bundle. `npm run man` writes them (print.mjs); the
 * tests only compare.
 */
import { plainPaint } from '../../src/cli/color.ts';
import { shells } from '../../src/cli/command-rows.ts';
import { commandTable, urlWord } from '../../src/cli/command-table.ts';
import { type CommandName, commandOf } from '../../src/cli/commands.ts';
import { flags } from '../../src/cli/flags/table.ts';
import { completionScript } from '../../src/cli/help/completion.ts';
import { helpText } from '../../src/cli/help/help.ts';
import { manPages } from '../../src/cli/help/man.ts';
import { topicPage, topicPages } from '../../src/cli/help/man-topics.ts';
import { topologyPage } from '../../src/cli/help/man-topology.ts';
import { topologyKeys } from '../../src/cli/topology/file.ts';

export interface PrintedFile {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
}

const EXPECTED = 'test/cli/expected';
const START = 'bin/slung.js';
/** As the formatter has it. */
const LINE_WIDTH = 120;

/** `read` gives the text of a file, by its path from the root of the project. */
export function printedFiles(read: (path: string) => string): PrintedFile[] {
  const pages = [
    ...manPages(),
    topologyPage(topologyKeys()),
    ...topicPages.map((page) => topicPage(page, read(page.source))),
  ];
  return [
    ...pages.map(({ file, text }) => ({ path: `man/${file}`, text })),
    ...shells.map((shell) => ({ path: `${EXPECTED}/completion.${shell}`, text: completionScript(shell) })),
    ...shownHelp.map((line) => ({ path: helpPath(line), text: helpOf(line) })),
    { path: START, text: withTable(read(START)) },
  ];
}

/** Help that is compared whole, after `slung`: a choice of the forms that a text of help has. */
export const shownHelp: readonly string[] = [
  '-h',
  '--help',
  'select -h',
  'select --help',
  'count -h',
  'count --help',
  'run -h',
  'run --help',
  'query -h',
  'query --help',
  'store -h',
  'store --help',
  'store write -h',
  'store write --help',
  'store export --help',
  'plugin -h',
  'plugin --help',
  'plugin test --help',
  'check -h',
  'check --help',
  'completion --help',
];

/** The file that holds what `slung LINE` shows, for a line of `shownHelp`. */
export function helpPath(line: string): string {
  const name = line.startsWith('-') ? `slung ${line}` : line;
  return `${EXPECTED}/${name.replace(/ -+/, '-').replaceAll(' ', '-')}.txt`;
}

function helpOf(line: string): string {
  const command = commandOf(line.replace(/ ?-+h(elp)?$/, ''));
  return helpText(line.endsWith('--help') ? 'full' : 'brief', command, plainPaint);
}

/**
 * bin/slung.js with what it has to know of the commands before anything is loaded. A subcommand is as its parent by
 * default.
 */
function withTable(text: string): string {
  const rows = Object.entries(commandTable).flatMap(
    ([name, { bundle, wholeWith, whole, startsThread, startsLanes }]) => {
      const parent = name.includes(' ') ? commandTable[name.split(' ')[0] as CommandName].bundle : 'cli';
      if (bundle === parent) return [];
      const facts = [`bundle: '${bundle}'`];
      if (wholeWith !== undefined) facts.push(`wholeWith: [${wholeWith.flatMap(typedForms).join(', ')}]`);
      if (whole !== undefined) facts.push(`whole: '${whole}'`);
      if (startsThread === true) facts.push('startsThread: true');
      if (startsLanes === true) facts.push('startsLanes: true');
      const key = name.includes(' ') ? `'${name}'` : name;
      const row = `  ${key}: { ${facts.join(', ')} },`;
      return [
        row.length <= LINE_WIDTH
          ? row
          : [`  ${key}: {`, ...facts.map((fact) => wrapped(`    ${fact},`)), '  },'].join('\n'),
      ];
    },
  );
  const table = ['const commands = {', '  __proto__: null,', ...rows, '};', `const urlWord =\n  ${urlWord};`].join(
    '\n',
  );
  return text.replace(/^const commands = \{[\s\S]*?\};(?:\nconst urlWord =\n.*)?$/m, () => table);
}

/** A list that is too long for a line has a line for each item, as the formatter has it. */
function wrapped(line: string): string {
  const [, start, items, end] = /^( +\w+: \[)(.*)(\],)$/.exec(line) ?? [];
  if (line.length <= LINE_WIDTH || items === undefined) return line;
  return [start, ...items.split(', ').map((item) => `      ${item},`), `    ${end}`].join('\n');
}

/** How a flag can be typed, as strings of the program. */
function typedForms(long: string): readonly string[] {
  const short = flags.find((flag) => flag.long === long)?.short;
  return short === undefined ? [`'--${long}'`] : [`'--${long}'`, `'-${short}'`];
}
