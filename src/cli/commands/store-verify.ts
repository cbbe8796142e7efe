/** `slung store verify`: every damage of a store. */

import { counted } from '../../format/count.ts';
import { Exit } from '../../text/explained.ts';
import { messageLine } from '../../text/printable.ts';
import { storeArguments } from '../store/arguments.ts';
import { writeJson } from '../store/report.ts';
import type { World } from '../world.ts';

/**
 * Writes findings and counts to standard output; exit code 1 when something is damaged. @throws UsageError, StoreError
 */
export async function storeVerifyCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, directory, paint, warn } = await storeArguments('store verify', argv, world, 0);
  const asJson = resolved.boolean('json');
  const found: { file: string | undefined; offset: number | undefined; message: string }[] = [];
  const store = await world.loadStore(warn);
  const report = store.verify(directory, ({ file, offset, message }) => {
    if (asJson) found.push({ file, offset, message });
    else world.write(1, `${paint.error(messageLine(message))}\n`);
  });
  const code = report.findings === 0 ? Exit.ok : Exit.data;
  if (asJson) {
    writeJson({ ...report, findings: found }, world);
    return code;
  }
  const { segments, blocks, points, frames, unfinishedBytes } = report;
  const parts = [counted(segments, 'segment'), counted(blocks, 'block'), counted(frames, 'frame')];
  const tail = unfinishedBytes === 0 ? '' : ` (${counted(unfinishedBytes, 'byte')} of the log not finished)`;
  const verdict =
    code === Exit.ok
      ? 'nothing is damaged'
      : `${counted(report.findings, 'damage')}; slung store repair saves what is whole`;
  world.write(1, `${parts.join(', ')}, ${counted(points, 'point')}${tail}: ${verdict}\n`);
  return code;
}
