/**
 * The commands by their names. How a command is loaded, and what a new one needs, is in command-table.ts; the texts
 * are in command-rows.ts.
 */
import type { CommandText } from './command.ts';
import { rows } from './command-rows.ts';

/** The name of a command that exists. */
export type CommandName = (typeof rows)[number]['name'];

export interface Command extends CommandText {
  readonly name: CommandName;
}

export const commands: readonly Command[] = rows;

/** The command of that name, or undefined. */
export function commandOf(name: string): Command | undefined {
  return commands.find((command) => command.name === name);
}

/** The command that a line begins with, and the rest of the line. Two words are tried before one. */
export function commandAt(argv: readonly string[]): { command: Command | undefined; rest: readonly string[] } {
  const subcommand = commandOf(argv.slice(0, 2).join(' '));
  if (subcommand !== undefined && argv.length > 1) return { command: subcommand, rest: argv.slice(2) };
  const command = commandOf(argv[0] ?? '');
  return { command, rest: command === undefined ? argv : argv.slice(1) };
}

/** The commands of one word. */
export const mainCommands: readonly Command[] = commands.filter(({ name }) => !name.includes(' '));

/** The commands `NAME …` below `command`; empty for nearly all. */
export function subcommandsOf(command: Command): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${command.name} `));
}

/** The last word of the name: what is typed after the parent's. */
export function lastWord(command: Command): string {
  return command.name.split(' ').at(-1)!;
}
