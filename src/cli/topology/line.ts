/**
 * A line of `slung select` or `slung run` that a topology is made of, because it follows files, listens, or reads or
 * writes at URLs: the same graph that `slung check --from-flags` prints, run with the settings of the line.
 */
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import { filterSettings } from '../../config/select.ts';
import type { LineTree } from '../../topology/flags.ts';
import { Problems, TopologyError } from '../../topology/index.ts';
import { defaultStore } from '../store/place.ts';
import type { World } from '../world.ts';
import { topologyKeys } from './file.ts';
import { type CutLine, cutLine, topologyOfTree, treeOfLine } from './line-topology.ts';
import { reportOptions, reportProblems } from './report.ts';
import { runLoaded } from './run.ts';
import { topologySettings } from './settings.ts';

/**
 * The exit code.
 * @param words the command, and what was typed behind it
 * @param why what of the line asks for a topology, for messages
 * @throws UsageError
 */
export async function runLine(
  words: readonly string[],
  resolved: Resolved,
  why: string,
  world: World,
): Promise<number> {
  const options = await reportOptions(resolved, world);
  const line = cutLine(words);
  checkLine(line, resolved, why, world);
  const problems = new Problems();
  const tree = treeOfLine(line, problems, world);
  refuseLeft(tree, why);
  try {
    const loaded = await topologyOfTree(tree, resolved, topologyKeys(), problems, world);
    reportProblems(loaded.topology.warnings, loaded.secrets, options);
    const settings = topologySettings(loaded.topology, loaded.plugins, resolved, [], world);
    return await runLoaded({ ...settings, rejectsFlag: '--rejects FILE' }, world);
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, options);
    return error.exit;
  }
}

/** Refuses what contradicts itself in any line, in the same words. @throws UsageError */
function checkLine({ command, typed }: CutLine, resolved: Resolved, why: string, world: World): void {
  const files = command === 'run' ? typed.operands.slice(1) : typed.operands;
  filterSettings(resolved, files, defaultStore(world.environment));
  if (resolved.optionalText('to') === 'table') {
    const hint = 'A table is for people to look at, and is output to one place. csv and tsv go anywhere.';
    throw new UsageError(`${resolved.originText('to')} table cannot be combined with ${why}`, hint);
  }
  if (resolved.choice('onError') !== 'keep') return;
  const name = resolved.originText('onError');
  throw new UsageError(
    `${name}${name.startsWith('-') ? ' ' : '='}keep cannot be combined with ${why}`,
    'Use --rejects FILE to keep bad lines apart.',
  );
}

/** What would have no effect. @throws UsageError */
function refuseLeft({ left }: LineTree, why: string): void {
  const [first] = left;
  if (first !== undefined) throw new UsageError(`--${first.long} cannot be combined with ${why}`);
}
