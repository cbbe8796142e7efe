/** `slung select`: flags → settings → run → exit code. */
import { refuseNeedless } from '../../config/needs.ts';
import { selectSettings } from '../../config/select.ts';
import type { TalkSettings } from '../../config/settings.ts';
import { Exit } from '../../text/explained.ts';
import { paintFor } from '../color.ts';
import { commandOf } from '../commands.ts';
import { resolveLine } from '../line.ts';
import { refuseForgottenFlags } from '../operands.ts';
import { filesOf } from '../operands-asked.ts';
import { finish, hosted, levelOfTalk } from '../running.ts';
import { defaultStore } from '../store/place.ts';
import { isIdle, topologyAsked } from '../topology-asked.ts';
import { withView } from '../view-asked.ts';
import type { World } from '../world.ts';

/** The exit code of one run. @throws UsageError */
export async function selectCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands: typed } = resolveLine('select', argv, world.environment);
  refuseForgottenFlags('select', typed, world);
  refuseNeedless('select', resolved);
  const why = topologyAsked('select', resolved, typed);
  if (why !== undefined && !isIdle(resolved, typed, world)) {
    const { runLine } = await import('../topology/line.ts');
    return await runLine(['select', ...argv], resolved, why, world);
  }
  const operands = await filesOf(resolved, typed);
  const settings = await withView(selectSettings(resolved, operands, defaultStore(world.environment)), resolved, world);
  if (isIdle(resolved, operands, world)) return await helpInsteadOfHanging(settings.talk, world);
  const runSelect = await world.loadRunSelect();
  return finish(await hosted(settings, world, (host) => runSelect(settings, host)), world);
}

/** Nobody typed NDJSON into a terminal on purpose: say what to do instead of waiting for input. */
async function helpInsteadOfHanging(talk: TalkSettings, world: World): Promise<number> {
  const { helpText } = await import('../help/help.ts');
  const paint = await paintFor(levelOfTalk(talk, world));
  world.write(2, helpText('brief', commandOf('select'), paint));
  return Exit.usage;
}
