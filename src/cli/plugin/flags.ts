/** What the subcommands of `slung plugin` have in common: their flags, resolved, and how they paint their reports. */
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { excerpt } from '../../text/printable.ts';
import { colorLevel, type Paint, paintFor } from '../color.ts';
import type { CommandName } from '../commands.ts';
import { resolveLine } from '../line.ts';
import type { World } from '../world.ts';

export interface PluginArguments {
  readonly resolved: Resolved;
  readonly operands: readonly string[];
  /** For what goes to standard output. */
  readonly paint: Paint;
}

/** Parses the line of a subcommand that takes `least` to `most` operands. @throws UsageError */
export async function pluginArguments(
  command: CommandName,
  argv: readonly string[],
  world: World,
  [least, most, what]: readonly [number, number, string],
): Promise<PluginArguments> {
  const { resolved, operands } = resolveLine(command, argv, world.environment);
  if (operands.length < least) throw new UsageError(`${command} needs ${what}`);
  if (operands.length > most) {
    throw new UsageError(
      `${command} takes ${most === 0 ? 'no operands' : `only ${what}`}: ${excerpt(operands[most]!)}`,
    );
  }
  const when = resolved.choice('color');
  const level = colorLevel({ when, environment: world.environment, isTTY: world.isTTY(1) });
  return { resolved, operands, paint: await paintFor(level) };
}
