/** Which flags a command has: a part of the table of all, which has them in the order of help. */
import type { CommandName } from '../commands.ts';
import type { Flag } from './flag.ts';
import { flags } from './table.ts';

/** The flags of a command, in table order. */
export function flagsOf(command: CommandName): readonly Flag[] {
  return flags.filter((flag) => flag.commands.includes(command));
}
