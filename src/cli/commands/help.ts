/** `slung help [COMMAND|TOPIC]`: the same text as `slung COMMAND --help`, or that of a man page of section 7. */
import { UsageError } from '../../config/errors.ts';
import { resolveLayers } from '../../config/layers.ts';
import { Exit } from '../../text/explained.ts';
import { colorLevel, paintFor } from '../color.ts';
import { commandAt, subcommandsOf } from '../commands.ts';
import { flagsOf } from '../flags/flags.ts';
import { helpText } from '../help/help.ts';
import { topicOf, topicText } from '../help/help-topics.ts';
import { unknownTopic } from '../mistakes.ts';
import { parseFlags } from '../parse.ts';
import { defaultLayer, environmentLayer, flagLayer } from '../sources.ts';
import type { World } from '../world.ts';

/** Writes help to standard output. @throws UsageError for a topic that does not exist */
export async function helpCommand(argv: readonly string[], world: World): Promise<number> {
  const flags = flagsOf('help');
  const typed = parseFlags(argv, flags);
  const layers = [flagLayer(typed.flags), environmentLayer(flags, world.environment), defaultLayer(flags, {})];
  const when = resolveLayers(layers).choice('color');
  const { operands } = typed;
  const level = colorLevel({ when, environment: world.environment, isTTY: world.isTTY(1) });
  const topic = operands.length === 1 ? topicOf(operands[0]!) : undefined;
  if (topic !== undefined) {
    world.write(1, topicText(topic, await paintFor(level)));
    return Exit.ok;
  }
  const { command, rest } = commandAt(operands);
  const isSubtopic = command !== undefined && subcommandsOf(command).length > 0;
  if (operands.length > 2 || (rest.length > 0 && operands.length > 1 && !isSubtopic)) {
    throw new UsageError('help takes one command at a time');
  }
  if (rest.length > 0) throw unknownTopic(operands.join(' '), command);
  world.write(1, helpText('full', command, await paintFor(level)));
  return Exit.ok;
}
