/** `slung store compact`: merges segments, and deflates old ones. */
import { formatSize } from '../../config/quantity.ts';
import { counted } from '../../format/count.ts';
import { Exit } from '../../text/explained.ts';
import { before, nowOf, storeArguments } from '../store/arguments.ts';
import { writeJson } from '../store/report.ts';
import type { World } from '../world.ts';

/** Writes what was done to standard output. @throws UsageError, StoreError */
export async function storeCompactCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, directory, warn } = await storeArguments('store compact', argv, world, 0);
  const coldMs = resolved.optionalNumber('cold');
  const coldBeforeUs = coldMs === undefined ? undefined : before(nowOf(resolved, world), coldMs);
  const store = await world.loadStore(warn);
  const report = store.compact(directory, { coldBeforeUs });
  const { merged, made, bytesBefore, bytesAfter } = report;
  if (resolved.boolean('json')) writeJson(report, world);
  else if (merged === 0) world.write(1, 'nothing to merge\n');
  else {
    const sizes = `${formatSize(bytesBefore)} became ${formatSize(bytesAfter)}`;
    world.write(1, `${counted(merged, 'segment')} became ${made}; ${sizes}\n`);
  }
  return Exit.ok;
}
