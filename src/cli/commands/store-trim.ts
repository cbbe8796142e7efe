/** `slung store trim`: drops old points. */
import { UsageError } from '../../config/errors.ts';
import { formatSize } from '../../config/quantity.ts';
import { counted } from '../../format/count.ts';
import { timeText } from '../../format/times.ts';
import { Exit } from '../../text/explained.ts';
import { before, nowOf, storeArguments, timeOf } from '../store/arguments.ts';
import { writeJson } from '../store/report.ts';
import type { World } from '../world.ts';

/** Writes what was done to standard output. @throws UsageError, StoreError */
export async function storeTrimCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, directory, warn } = await storeArguments('store trim', argv, world, 0);
  const nowUs = nowOf(resolved, world);
  const olderMs = resolved.optionalNumber('older');
  const given = timeOf(resolved, 'before', nowUs);
  if (olderMs !== undefined && given !== undefined)
    throw new UsageError('--older and --before cannot be used together');
  const beforeUs = olderMs === undefined ? given : before(nowUs, olderMs);
  if (beforeUs === undefined) {
    throw new UsageError('trim needs --older or --before', 'For example: slung store trim --older 30d');
  }
  const isDryRun = resolved.boolean('dryRun');
  const store = await world.loadStore(warn);
  const report = store.trim(directory, { beforeUs, isDryRun });
  if (resolved.boolean('json')) {
    writeJson({ before: beforeUs, dryRun: isDryRun, ...report }, world);
    return Exit.ok;
  }
  const { pointsDropped, bytesBefore, bytesAfter } = report;
  const verb = isDryRun ? 'would be dropped' : pointsDropped === 1 ? 'was dropped' : 'were dropped';
  const sizes = pointsDropped === 0 ? '' : `; ${formatSize(bytesBefore)} became ${formatSize(bytesAfter)}`;
  world.write(1, `${counted(pointsDropped, 'point')} before ${timeText(beforeUs)} ${verb}${isDryRun ? '' : sizes}\n`);
  return Exit.ok;
}
