/**
 * argv → what was typed: an ordered list of flags with their text, and the operands. commander does the parsing, set
 * up from the flag table; each option reports through its event, so order and repetition are kept and nothing is given
 * a meaning yet (sources.ts does that). A walk over the arguments comes first, for two things commander has no word
 * for: a flag whose value must be joined by `=` (--stats FILE would take the file), and help, which wins over any
 * error.
 */
import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../config/errors.ts';
import { type Flag, isNegative, oppositeOf, takesNext } from './flags/flag.ts';
import { unknownOption } from './unknown-option.ts';

/** One flag as typed. `text` is its value; for a switch `true` or `false`. */
export interface TypedFlag {
  readonly flag: Flag;
  /** As the user knows it: `--batch-bytes`, `--no-header`. */
  readonly name: string;
  readonly text: string;
}

export interface Typed {
  readonly flags: readonly TypedFlag[];
  readonly operands: readonly string[];
}

/** What was asked for instead of a run. The first of them on the command line counts. */
export type Asked = 'brief' | 'full' | 'version';

interface Walked {
  /** The arguments with `--stats` written as `--stats=human`. */
  readonly argv: readonly string[];
  readonly asked: Asked | undefined;
  /** Where the `--` is that ends the options; the number of arguments when there is none. */
  readonly end: number;
}

/** @throws UsageError for an unknown option or a missing value, with what was probably meant */
export function parseFlags(argv: readonly string[], flags: readonly Flag[]): Typed {
  const typed: TypedFlag[] = [];
  const command = new Command()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .argument('[operands...]');
  for (const flag of flags) addFlag(command, flag, (name, text) => typed.push({ flag, name, text }));
  try {
    command.parse(walk(argv, flags).argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw toUsageError(error, flags);
    throw error;
  }
  return { flags: typed, operands: command.args };
}

/** Whether help or the version was asked for, also when the rest of the line is wrong. */
export function askedFor(argv: readonly string[], flags: readonly Flag[]): Asked | undefined {
  return walk(argv, flags).asked;
}

/** The arguments before the `--` that ends the options, and those behind it. */
export function splitAtDashes(argv: readonly string[], flags: readonly Flag[]): [readonly string[], readonly string[]] {
  const { end } = walk(argv, flags);
  return [argv.slice(0, end), argv.slice(end + 1)];
}

function addFlag(command: Command, flag: Flag, report: (name: string, text: string) => void): void {
  const value = flag.value === undefined ? '' : ` <${flag.value}>`;
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const name = `--${flag.long}`;
  const on = isNegative(flag) ? 'false' : 'true';
  command.addOption(new Option(`${short}${name}${value}`));
  command.on(`option:${flag.long}`, (text?: string | null) => report(name, text ?? on));
  const opposite = oppositeOf(flag);
  if (opposite === undefined) return;
  command.addOption(new Option(`--${opposite}`).hideHelp());
  command.on(`option:${opposite}`, () => report(`--${opposite}`, on === 'true' ? 'false' : 'true'));
}

/** Goes over the arguments as commander will: values are skipped, `--` ends the options. */
function walk(argv: readonly string[], flags: readonly Flag[]): Walked {
  const rewritten = [...argv];
  let asked: Asked | undefined;
  let at = 0;
  for (; at < argv.length && argv[at] !== '--'; at += 1) {
    const argument = argv[at] ?? '';
    const named = argument.startsWith('--')
      ? flags.filter((flag) => argument === `--${flag.long}`)
      : clusterOf(argument, flags);
    for (const flag of named) {
      if (flag.bare !== undefined) rewritten[at] = `${argument}=${flag.bare}`;
      if (flag.key === 'version') asked ??= 'version';
      if (flag.key === 'help') asked ??= argument === '--help' ? 'full' : 'brief';
    }
    const last = named.at(-1);
    // `-j4` has its value already: not all of its letters are flags.
    const isComplete = argument.startsWith('--') || named.length === argument.length - 1;
    if (last !== undefined && takesNext(last) && isComplete) at += 1;
  }
  return { argv: rewritten, asked, end: Math.min(at, argv.length) };
}

/** The flags of `-vej4`, up to the first that takes a value (here the 4 is not looked at). */
function clusterOf(argument: string, flags: readonly Flag[]): Flag[] {
  const cluster: Flag[] = [];
  if (!/^-[^-]/.test(argument)) return cluster;
  for (const letter of argument.slice(1)) {
    const flag = flags.find((candidate) => candidate.short === letter);
    if (flag === undefined) break;
    cluster.push(flag);
    if (takesNext(flag)) break;
  }
  return cluster;
}

/** commander's text in our words; what was meant by an unknown option is ours to say. */
function toUsageError(error: CommanderError, flags: readonly Flag[]): UsageError {
  const unknown = /^error: unknown option '([^']*)'/.exec(error.message)?.[1];
  if (unknown !== undefined) return unknownOption(unknown, flags);
  const message = error.message
    .replace(/^error: /, '')
    .replace(/^option '(.*)' argument missing$/s, 'the option $1 needs a value');
  return new UsageError(message);
}
