/** `slung count`: flags → settings → run → the answer, printed → exit code. */
import { countSettings } from '../../config/count.ts';
import type { Resolved } from '../../config/layers.ts';
import { withBars } from '../../format/bars.ts';
import { Exit } from '../../text/explained.ts';
import { colorLevel, paintFor } from '../color.ts';
import { commandOf } from '../commands.ts';
import { resolveLine } from '../line.ts';
import { refuseForgottenFlags } from '../operands.ts';
import { filesOf } from '../operands-asked.ts';
import { finish, hosted, levelOfTalk } from '../running.ts';
import { isUtf8Locale, type RowFormat, rowFormat, rowsAsText, widthOfScreen, writeAll } from '../screen.ts';
import type { RunCount, World } from '../world.ts';

type Answer = Awaited<ReturnType<RunCount>>['answer'];

/** The exit code of one run. @throws UsageError */
export async function countCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands: typed } = resolveLine('count', argv, world.environment);
  refuseForgottenFlags('count', typed, world);
  const operands = await filesOf(resolved, typed);
  const settings = countSettings(resolved, operands);
  const format = rowFormat(resolved, world);
  if (operands.length === 0 && world.isTTY(0)) {
    const { helpText } = await import('../help/help.ts');
    world.write(2, helpText('brief', commandOf('count'), await paintFor(levelOfTalk(settings.talk, world))));
    return Exit.usage;
  }
  const runCount = await world.loadRunCount();
  let answer: Answer;
  const outcome = await hosted(settings, world, async (host) => {
    const counting = await runCount(settings, host);
    answer = counting.answer;
    return counting.outcome;
  });
  if (answer !== undefined) await print(answer, format, resolved, world);
  return finish(outcome, world);
}

async function print(answer: NonNullable<Answer>, format: RowFormat, resolved: Resolved, world: World): Promise<void> {
  const { environment } = world;
  const paint = await paintFor(colorLevel({ when: resolved.choice('color'), environment, isTTY: world.isTTY(1) }));
  const width = widthOfScreen(world);
  const hasBars = format === 'table' && width !== undefined;
  const sheet = hasBars ? withBars(answer, answer.weight, { width, isUtf8: isUtf8Locale(environment) }) : answer;
  writeAll(rowsAsText(sheet, format, resolved, paint, world), world);
}
