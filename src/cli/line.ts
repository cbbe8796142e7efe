/** A command's line and what it means: what was typed wins over the environment, and that over the defaults. */
import { type Resolved, resolveLayers } from '../config/layers.ts';
import type { CommandName } from './commands.ts';
import { flagsOf } from './flags/flags.ts';
import { parseFlags } from './parse.ts';
import { defaultLayer, type Environment, environmentLayer, flagLayer } from './sources.ts';

export interface Line {
  readonly resolved: Resolved;
  readonly operands: readonly string[];
}

/**
 * Parses the line of a command.
 * @param computed defaults that are not in the table of flags
 * @throws UsageError
 */
export function resolveLine(
  command: CommandName,
  argv: readonly string[],
  environment: Environment,
  computed: Readonly<Record<string, number>> = {},
): Line {
  const flags = flagsOf(command);
  const typed = parseFlags(argv, flags);
  const layers = [flagLayer(typed.flags), environmentLayer(flags, environment), defaultLayer(flags, computed)];
  return { resolved: resolveLayers(layers), operands: typed.operands };
}
