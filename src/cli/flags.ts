/**
 * Every flag of every command, once, as data. Parsing, short and long help, man pages, shell completion, environment
 * variables and the configuration schema are all printed from this table, so there is no second place to forget.
 * The flags of the commands are in flags-select.ts, flags-run.ts, flags-plugin.ts and flags-store.ts; this file has the shape of a row and
 * the flags that all share.
 *
 * The surprising part: environment variables exist for *how* a run works (lanes, limits, what to do with bad lines) and
 * not for *what* it does (where, fields, output), so that a script means the same in everybody's shell.
 */
import { pluginFlags } from './flags-plugin.ts';
import { runFlags } from './flags-run.ts';
import { selectFlags } from './flags-select.ts';
import { storeFlags } from './flags-store.ts';

/**
 * `switch` is on or off; `count` is how often it was given; `text` and `file` are taken as they are; the others are
 * parsed by config/quantity.ts; an `age` is a duration that may also be days or weeks. A `list` flag may be repeated and keeps every value.
 */
export type FlagType =
  | ('switch' | 'count' | 'text' | 'list' | 'file' | 'choice')
  | ('size' | 'duration' | 'age' | 'integer');

export interface Flag {
  /** The setting it sets: `batchBytes`. No two flags of one command share a key. */
  readonly key: string;
  /** Without dashes: `batch-bytes`. A switch whose name starts with `no-` sets its key to false. */
  readonly long: string;
  readonly short?: string;
  readonly type: FlagType;
  /** The placeholder in help (`SIZE`); absent for switches and counts. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** What the flag means when it is given without `=VALUE`. The value then never is the next argument. */
  readonly bare?: string;
  /** The least and the greatest number allowed, in the type's base unit (bytes, milliseconds, 1). */
  readonly min?: number;
  readonly max?: number;
  /** The default as a user would write it. Absent: the setting has no value, or a computed one (see defaultText). */
  readonly default?: string;
  /** How help describes a default that is computed or needs words. */
  readonly defaultText?: string;
  readonly env?: string;
  /** The heading in long help and in the man page. */
  readonly group: FlagGroup;
  /** For short help and completion: no full stop, fits on a line with the flag's name. */
  readonly doc: string;
  /** For long help and the man page: sentences. A blank line starts a new paragraph. */
  readonly longDoc: string;
  /** Listed in short help, which has room for the commonest only: of all its commands, or of these. */
  readonly common?: true | readonly CommandName[];
  readonly commands: readonly CommandName[];
}

/** The headings, in their order. */
export const flagGroups = [
  ...(['Selection', 'Plugins', 'Sandbox', 'Events and points', 'History', 'Output', 'Bad lines', 'Batches'] as const),
  ...(['Limits', 'Talk', 'Help'] as const),
] as const;

export type FlagGroup = (typeof flagGroups)[number];

/** The commands; a name of two words is a subcommand. */
export const commandNames = [
  ...(['select', 'run', 'query', 'store', 'store write', 'store ls', 'store stat', 'store verify'] as const),
  ...(['store compact', 'store trim', 'store export', 'store repair'] as const),
  ...(['plugin', 'plugin inspect', 'plugin new', 'plugin build', 'plugin test', 'plugin list'] as const),
  ...(['help', 'completion'] as const),
] as const;

export type CommandName = (typeof commandNames)[number];

const everywhere: readonly CommandName[] = commandNames;

const sharedFlags: readonly Flag[] = [
  {
    key: 'color',
    long: 'color',
    type: 'choice',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    env: 'SLUNG_COLOR',
    group: 'Talk',
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

export const flags: readonly Flag[] = [...selectFlags, ...runFlags, ...storeFlags, ...pluginFlags, ...sharedFlags];

/** The flags of a command, in table order. */
export function flagsOf(command: CommandName): readonly Flag[] {
  return flags.filter((flag) => flag.commands.includes(command));
}

/** True when the switch turns its setting off: `--no-header`. */
export function isNegative(flag: Flag): boolean {
  return flag.type === 'switch' && flag.long.startsWith('no-');
}

/** The switch's other form: `--no-quiet` for `--quiet`, `--header` for `--no-header`. Undefined for other flags. */
export function oppositeOf(flag: Flag): string | undefined {
  if (flag.type !== 'switch' || flag.group === 'Help') return undefined;
  return isNegative(flag) ? flag.long.slice('no-'.length) : `no-${flag.long}`;
}

/** True when the flag takes its value from the next argument. */
export function takesNext(flag: Flag): boolean {
  return flag.value !== undefined && flag.bare === undefined;
}
