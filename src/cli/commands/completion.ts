/** `slung completion SHELL`: prints the shell's completion script. */
import { UsageError } from '../../config/errors.ts';
import { nearest } from '../../selector/suggest.ts';
import { Exit } from '../../text/explained.ts';
import { quoted } from '../../text/printable.ts';
import { shells } from '../command-rows.ts';
import { flagsOf } from '../flags/flags.ts';
import { completionScript } from '../help/completion.ts';
import { parseFlags } from '../parse.ts';
import type { World } from '../world.ts';

/** Writes the script to standard output. @throws UsageError for an unknown shell */
export async function completionCommand(argv: readonly string[], world: World): Promise<number> {
  const { operands } = parseFlags(argv, flagsOf('completion'));
  const [name, ...others] = operands;
  if (name === undefined || others.length > 0) throw new UsageError(`completion needs one of ${shells.join(', ')}`);
  const shell = shells.find((known) => known === name);
  if (shell === undefined) {
    const near = nearest(name, shells);
    throw new UsageError(`completion: ${quoted(name)} is not one of ${shells.join(', ')}`, { near });
  }
  world.write(1, completionScript(shell));
  return Exit.ok;
}
