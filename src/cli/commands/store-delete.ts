/** `slung store delete`: deletes points of some series. */
import { UsageError } from '../../config/errors.ts';
import { formatSize } from '../../config/quantity.ts';
import { counted, grouped } from '../../format/count.ts';
import { timeText } from '../../format/times.ts';
import { type Query, rangeAt } from '../../query/index.ts';
import { Exit } from '../../text/explained.ts';
import { nowOf, selectionQuery, storeArguments } from '../store/arguments.ts';
import { writeJson } from '../store/report.ts';
import type { World } from '../world.ts';

/** Writes what was done to standard output. @throws UsageError, QueryError, StoreError */
export async function storeDeleteCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands, directory, warn } = await storeArguments('store delete', argv, world, 1);
  const [typed] = operands;
  if (typed === undefined) {
    throw new UsageError(
      'delete needs the series whose points are to go',
      "For example: slung store delete --dry-run 'cpu.*:[host=a]:[7d]'; '*' is every series.",
    );
  }
  const query = selectionQuery(typed);
  const nowUs = nowOf(resolved, world);
  const isDryRun = resolved.boolean('dryRun');
  const store = await world.loadStore(warn);
  const report = store.delete(directory, query, { nowUs, isDryRun });
  if (report.points === 0) {
    const { explainNothing } = await import('../query-hints.ts');
    const snapshot = store.openSnapshot(directory);
    try {
      warn(explainNothing(store, snapshot, query, world, nowUs));
    } finally {
      snapshot.close();
    }
  }
  if (resolved.boolean('json')) {
    writeJson({ dryRun: isDryRun, ...report }, world);
    return Exit.ok;
  }
  const { points, series, bytesBefore, bytesAfter } = report;
  const verb = isDryRun ? 'would be deleted' : points === 1 ? 'was deleted' : 'were deleted';
  const sizes = isDryRun || points === 0 ? '' : `; ${formatSize(bytesBefore)} became ${formatSize(bytesAfter)}`;
  const what = `${counted(points, 'point')} of ${grouped(series)} series${rangeText(query, nowUs)}`;
  world.write(1, `${what} ${verb}${sizes}\n`);
  return Exit.ok;
}

/** Times are said as they are meant: [7d] is the last week, not what is older. */
function rangeText({ range }: Query, nowUs: bigint): string {
  if (range === undefined) return '';
  const { fromUs, toUs } = rangeAt(range, nowUs);
  return ` from ${timeText(fromUs)} to ${timeText(toUs)}`;
}
