/**
 * `slung run`: flags → settings, with the plugins found and read → run → exit code. Everything behind `--` belongs to
 * the plugins; a file whose name begins with a dash is written ./-name.
 */
import { UsageError } from '../../config/errors.ts';
import { refuseNeedless } from '../../config/needs.ts';
import { runSettings } from '../../config/run.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt } from '../../text/printable.ts';
import { commandOf } from '../commands.ts';
import { flagsOf } from '../flags/flags.ts';
import { resolveLine } from '../line.ts';
import { refuseForgottenFlags } from '../operands.ts';
import { filesOf } from '../operands-asked.ts';
import { splitAtDashes } from '../parse.ts';
import { runSources } from '../plugin/files.ts';
import { pluginLimits } from '../plugin/read.ts';
import { finish, hosted, levelOfTalk } from '../running.ts';
import { isIdle, topologyAsked } from '../topology-asked.ts';
import { withView } from '../view-asked.ts';
import type { World } from '../world.ts';

/** The exit code of one run. @throws UsageError, PluginFileError */
export async function runCommand(argv: readonly string[], world: World): Promise<number> {
  const [own, args] = splitAtDashes(argv, flagsOf('run'));
  const { resolved, operands } = resolveLine('run', own, world.environment);
  if (resolved.has('config')) {
    const { runTopologyFile } = await import('../topology/run.ts');
    return await runTopologyFile(own, world);
  }
  refuseForgottenFlags('run', operands, world);
  refuseNeedless('run', resolved);
  const [plugin, ...typed] = operands;
  if (plugin === undefined) throw missingPlugin(resolved.list('plugin'));
  const why = topologyAsked('run', resolved, typed);
  if (why !== undefined && !isIdle(resolved, typed, world)) {
    const { runLine } = await import('../topology/line.ts');
    return await runLine(['run', ...argv], resolved, why, world);
  }
  const files = await filesOf(resolved, typed);
  const asked = await runSettings(resolved, { plugin, files, args }, runSources(world, pluginLimits(resolved)));
  const settings = await withView(asked, resolved, world);
  if (isIdle(resolved, files, world)) {
    const [{ helpText }, { paintFor }] = await Promise.all([import('../help/help.ts'), import('../color.ts')]);
    world.write(2, helpText('brief', commandOf('run'), await paintFor(levelOfTalk(settings.talk, world))));
    return Exit.usage;
  }
  const runPlugins = await world.loadRunPlugins();
  return finish(await hosted(settings, world, (host) => runPlugins(settings, host)), world);
}

function missingPlugin(named: readonly string[]): UsageError {
  const name = named[0]?.split('=')[0];
  return new UsageError(
    'run needs a plugin',
    name === undefined ? 'For example: slung run mapper.wasm < logs.ndjson' : `Write: slung run -p … ${excerpt(name)}`,
  );
}
