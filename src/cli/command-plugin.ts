/** `slung plugin` without a subcommand that exists: brief help, or the nearest name. The subcommands are files of their own. */
import { UsageError } from '../config/errors.ts';
import { colorLevel, paintFor } from './color.ts';
import { commandOf, subcommandsOf } from './commands.ts';
import { Exit } from './exit.ts';
import { helpText } from './help.ts';
import { unknownSubcommand } from './mistakes.ts';
import type { World } from './world.ts';

/** @throws UsageError for a word that is no subcommand */
export async function pluginCommand(argv: readonly string[], world: World): Promise<number> {
  const command = commandOf('plugin')!;
  const [word] = argv;
  if (word?.startsWith('-')) {
    const example = subcommandsOf(command)[0]!.name;
    throw new UsageError(`plugin needs a command before ${word}`, `For example: slung ${example} … ${word}`);
  }
  if (word !== undefined) throw unknownSubcommand(command, word);
  const level = colorLevel({ when: 'auto', environment: world.environment, isTTY: world.isTTY(2) });
  world.write(2, helpText('brief', command, await paintFor(level)));
  return Exit.usage;
}
