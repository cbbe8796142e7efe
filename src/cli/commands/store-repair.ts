/** `slung store repair`: saves what is whole. */

import { counted } from '../../format/count.ts';
import { Exit } from '../../text/explained.ts';
import { messageLine } from '../../text/printable.ts';
import { storeArguments } from '../store/arguments.ts';
import { writeJson } from '../store/report.ts';
import type { World } from '../world.ts';

/** Writes what was done to standard output. @throws UsageError, StoreError */
export async function storeRepairCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, directory, warn } = await storeArguments('store repair', argv, world, 0);
  const isDryRun = resolved.boolean('dryRun');
  const store = await world.loadStore(warn);
  const report = store.repair(directory, { isDryRun });
  const { actions, points, pointsLost } = report;
  if (resolved.boolean('json')) {
    writeJson({ dryRun: isDryRun, ...report }, world);
    return Exit.ok;
  }
  for (const action of actions) world.write(1, `${messageLine(action)}\n`);
  const lost = actions.length === 0 ? 'nothing was wrong' : `at least ${counted(pointsLost, 'point')} lost`;
  const tense = isDryRun ? 'nothing was changed; ' : '';
  world.write(1, `${tense}${counted(points, 'point')} in the store, ${lost}\n`);
  return Exit.ok;
}
