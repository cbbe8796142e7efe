/**
 * argv → exit code. Finds the command, answers requests for help and versions, and turns every error into its message
 * and code. What a command does is in command-NAME.ts.
 */
import type { ColorWhen, ErrorsFormat } from '../config/settings.ts';
import { Exit } from '../text/explained.ts';
import { colorLevel, paintFor } from './color.ts';
import { commandTable } from './command-table.ts';
import { type Command, commandAt, subcommandsOf } from './commands.ts';
import { factsOf, failureOf, isNotInBundle, textOf } from './failure.ts';
import { flagsOf } from './flags/flags.ts';
import { type Asked, askedFor } from './parse.ts';
import { openTerminal } from './terminal.ts';
import { processWorld, type World } from './world.ts';

/**
 * The whole program. `argv` is without node and script. Returns the exit code and never throws; after a run that was
 * stopped by a signal the process dies of that signal before this returns. What a bundle leaves out is asked for
 * before anything is read or written, so the whole program can start over then.
 */
export async function main(argv: readonly string[], changes: Partial<World> = {}): Promise<number> {
  const world: World = { ...processWorld(changes.keepCode), ...changes };
  const { command, rest } = commandAt(argv);
  try {
    return await dispatch(rest, command, world);
  } catch (error) {
    if (world.startOver !== undefined && isNotInBundle(error)) return await world.startOver();
    return await explain(error, rest, command, world);
  }
}

async function dispatch(argv: readonly string[], command: Command | undefined, world: World): Promise<number> {
  const asked = askedFor(argv, flagsOf(command?.name ?? 'help'));
  if (asked === 'version') {
    const { versionText } = await import('./version.ts');
    world.write(1, versionText());
    return Exit.ok;
  }
  const isNoCommand = isWordOf(command, argv);
  if (command === undefined && (asked === undefined || isNoCommand)) return await withoutCommand(argv, world);
  if (command !== undefined && isNoCommand) return await (await commandTable[command.name].load())(argv, world);
  if (asked !== undefined) return await showHelp(asked, command, argv, world);
  const handler = await commandTable[command?.name ?? 'help'].load();
  return await handler(argv, world);
}

/**
 * The first argument stands where a command or a subcommand has to, and is none: help about what holds it would hide
 * that.
 */
function isWordOf(command: Command | undefined, [word]: readonly string[]): boolean {
  if (word === undefined || word.startsWith('-')) return false;
  return command === undefined || subcommandsOf(command).length > 0;
}

async function showHelp(
  asked: Exclude<Asked, 'version'>,
  command: Command | undefined,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const { helpText } = await import('./help/help.ts');
  const level = colorLevel({ when: colorAsked(argv), environment: world.environment, isTTY: world.isTTY(1) });
  world.write(1, helpText(asked, command, await paintFor(level)));
  return Exit.ok;
}

/** `slung` alone, or a first word that is no command. */
async function withoutCommand(argv: readonly string[], world: World): Promise<number> {
  const mistakes = await import('./mistakes.ts');
  const first = argv[0];
  if (first !== undefined) throw mistakes.unknownCommand(argv, (path) => world.fileExists(path));
  const { helpText } = await import('./help/help.ts');
  const level = colorLevel({ when: 'auto', environment: world.environment, isTTY: world.isTTY(2) });
  world.write(2, helpText('brief', undefined, await paintFor(level)));
  return Exit.usage;
}

/** Says what went wrong, on standard error. */
async function explain(
  error: unknown,
  argv: readonly string[],
  command: Command | undefined,
  world: World,
): Promise<number> {
  const level = colorLevel({ when: colorAsked(argv), environment: world.environment, isTTY: world.isTTY(2) });
  const write = (text: string): void => world.write(2, text);
  const errors = errorsAsked(argv, world.environment.SLUNG_ERRORS);
  const { talk } = await openTerminal({ write, level, quiet: false, errors, verbose: 0, drawProgress: false });
  const failure = failureOf(error, command);
  if (errors === 'json') talk.error(failure.message, factsOf(failure));
  else talk.error(textOf(failure));
  return failure.code;
}

/** The last --errors on the line, or the environment's, for messages about a line that could not be parsed. */
function errorsAsked(argv: readonly string[], fromEnvironment: string | undefined): ErrorsFormat {
  const end = argv.indexOf('--');
  const text = argv.slice(0, end < 0 ? argv.length : end).join('\n');
  const asked = [...text.matchAll(/^--errors[=\n](text|json)$/gm)].at(-1)?.[1] ?? fromEnvironment;
  return asked === 'json' ? 'json' : 'text';
}

/** The last --color on the line, for messages about a line that could not be parsed. */
function colorAsked(argv: readonly string[]): ColorWhen {
  const end = argv.indexOf('--');
  const text = argv.slice(0, end < 0 ? argv.length : end).join('\n');
  const when = [...text.matchAll(/^--color[=\n](always|never)$/gm)].at(-1)?.[1];
  return when === 'always' || when === 'never' ? when : 'auto';
}
