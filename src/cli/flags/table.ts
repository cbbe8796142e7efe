/**
 * Every flag of every command, once, as data. Parsing, short and long help, man pages, shell completion and
 * environment variables all come from this table, so there is no second place to forget. The flags of the commands are
 * in select.ts, input.ts, output.ts, ends.ts, run.ts, plugin.ts, check.ts and store.ts; flag.ts has the shape of a
 * row, and this file the flags that all share. What others than the command line know of a setting as well (its words,
 * limits and default) is in the row by way of config/rules.ts.
 *
 * The surprising part: environment variables exist for *how* a run works (lanes, limits, what to do with bad lines)
 * and not for *what* it does (where, fields, output), so that a script means the same in everybody's shell.
 */
import { rules } from '../../config/rules.ts';
import { type CommandName, commands } from '../commands.ts';
import { benchFlags } from './bench.ts';
import { checkFlags } from './check.ts';
import { countFlags } from './count.ts';
import { editFlags } from './edits.ts';
import { endFlags } from './ends.ts';
import type { Flag } from './flag.ts';
import { generateFlags } from './generate.ts';
import { inputFlags } from './input.ts';
import { outputFlags } from './output.ts';
import { pluginFlags } from './plugin.ts';
import { runFlags } from './run.ts';
import { selectFlags } from './select.ts';
import { storeFlags } from './store.ts';

const everywhere: readonly CommandName[] = commands.map(({ name }) => name);

const sharedFlags: readonly Flag[] = [
  {
    key: 'color',
    long: 'color',
    ...rules.color,
    value: 'WHEN',
    env: 'SLUNG_COLOR',
    group: 'Messages',
    doc: 'Colour messages: auto, always or never',
    longDoc:
      'When to colour what is written for people. With auto, colours are used when the stream is a terminal, TERM is not dumb, and NO_COLOR is empty or not set; FORCE_COLOR turns them on, also without a terminal. Of the data, only plots and the heads of tables are coloured.',
    commands: everywhere,
  },
  {
    key: 'help',
    long: 'help',
    short: 'h',
    type: 'switch',
    group: 'Help',
    doc: 'Show help: -h in brief, --help in full',
    longDoc:
      'Show help on standard output: -h a summary and the options used most often, --help every option, explained.',
    common: true,
    commands: everywhere,
  },
  {
    key: 'version',
    long: 'version',
    type: 'switch',
    group: 'Help',
    doc: 'Show versions',
    longDoc:
      'Show the versions of slung, its engine and Node, the platform, and what plugins may be made for: what a bug report needs.',
    commands: everywhere,
  },
];

export const flags: readonly Flag[] = [
  ...selectFlags,
  ...inputFlags,
  ...editFlags,
  ...outputFlags,
  ...endFlags,
  ...countFlags,
  ...runFlags,
  ...storeFlags,
  ...pluginFlags,
  ...checkFlags,
  ...generateFlags,
  ...benchFlags,
  ...sharedFlags,
];
