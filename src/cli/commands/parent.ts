/** `slung plugin` or `slung store` without a subcommand that exists: brief help, or the nearest name. */
import { UsageError } from '../../config/errors.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt } from '../../text/printable.ts';
import { colorLevel, paintFor } from '../color.ts';
import type { CommandName } from '../commands.ts';
import { commandOf, subcommandsOf } from '../commands.ts';
import { unknownSubcommand } from '../mistakes.ts';
import type { World } from '../world.ts';

/** @throws UsageError for a word that is no subcommand */
export async function withoutSubcommand(name: CommandName, argv: readonly string[], world: World): Promise<number> {
  const command = commandOf(name)!;
  const [word] = argv;
  if (word?.startsWith('-')) {
    const example = subcommandsOf(command)[0]!.name;
    throw new UsageError(
      `${name} needs a command before ${excerpt(word)}`,
      `For example: slung ${example} … ${excerpt(word)}`,
    );
  }
  if (word !== undefined) throw unknownSubcommand(command, word);
  const { helpText } = await import('../help/help.ts');
  const level = colorLevel({ when: 'auto', environment: world.environment, isTTY: world.isTTY(2) });
  world.write(2, helpText('brief', command, await paintFor(level)));
  return Exit.usage;
}
