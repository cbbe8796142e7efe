/** `slung count`: flags → settings → run → the answer, printed → exit code. */
import { countSettings } from '../../config/count.ts';
import type { Resolved } from '../../config/layers.ts';
import { withBars } from '../../format/bars.ts';
import { counted } from '../../format/count.ts';
import { Exit } from '../../text/explained.ts';
import { colorLevel, type Paint, paintFor } from '../color.ts';
import { commandOf } from '../commands.ts';
import { resolveLine } from '../line.ts';
import type { LiveTable } from '../live-table.ts';
import { refuseForgottenFlags } from '../operands.ts';
import { filesOf } from '../operands-asked.ts';
import { finish, hosted, levelOfTalk } from '../running.ts';
import { isUtf8Locale, type RowFormat, rowFormat, rowsAsText, widthOfScreen, writeAll } from '../screen.ts';
import type { RunCount, World } from '../world.ts';

/** When the terminal does not say. */
const DEFAULT_ROWS = 24;

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
  let soFar: (() => Answer) | undefined;
  const isShown = settings.follow && format === 'table' && world.isTTY(1) && world.environment.TERM !== 'dumb';
  const paint = await paintOf(resolved, world);
  const show = (shown: NonNullable<Answer>): Iterable<string> => textOf(shown, format, resolved, paint, world);
  const progress = isShown ? await liveTable(() => soFar?.(), show, world) : undefined;
  const outcome = await hosted({ ...settings, progress }, world, async (host) => {
    const counting = await runCount(settings, host, (tell) => {
      soFar = tell;
    });
    answer = counting.answer;
    return counting.outcome;
  });
  if (answer !== undefined) writeAll(show(answer), world);
  return finish(outcome, world);
}

/** What is drawn while files are followed: as many rows as the screen has lines, of windows the last ones. */
async function liveTable(
  soFar: () => Answer,
  show: (shown: NonNullable<Answer>) => Iterable<string>,
  world: World,
): Promise<LiveTable> {
  const live = await import('../live-table.ts');
  const lines = (): string[] | undefined => {
    const answer = soFar();
    if (answer === undefined) return undefined;
    const { rows, columns } = answer;
    // The header, what is left out, and the line of the cursor.
    const room = Math.max(1, (world.terminalSize()?.rows ?? DEFAULT_ROWS) - 3);
    if (rows.length <= room) return linesOf(show(answer));
    const shown = columns[0]!.kind === 'time' ? rows.slice(-room) : rows.slice(0, room);
    return [...linesOf(show({ ...answer, rows: shown })), `${counted(rows.length - room, 'more row')}`];
  };
  return new live.LiveTable({
    lines,
    write: (text) => {
      world.writeData(text);
    },
    clockMs: () => world.clockMs(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });
}

const linesOf = (pieces: Iterable<string>): string[] => [...pieces].join('').trimEnd().split('\n');

async function paintOf(resolved: Resolved, world: World): Promise<Paint> {
  const { environment } = world;
  return await paintFor(colorLevel({ when: resolved.choice('color'), environment, isTTY: world.isTTY(1) }));
}

/** The answer in a format, in pieces. */
function textOf(
  answer: NonNullable<Answer>,
  format: RowFormat,
  resolved: Resolved,
  paint: Paint,
  world: World,
): Iterable<string> {
  const width = widthOfScreen(world);
  const hasBars = format === 'table' && width !== undefined;
  const isUtf8 = isUtf8Locale(world.environment);
  const sheet = hasBars ? withBars(answer, answer.weight, { width, isUtf8 }) : answer;
  return rowsAsText(sheet, format, resolved, paint, world);
}
