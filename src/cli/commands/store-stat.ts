/** `slung store stat`: how much is in a store, and in what. */
import { formatSize } from '../../config/quantity.ts';
import { counted, grouped } from '../../format/count.ts';
import { timeText } from '../../format/times.ts';
import type { StoreDescription } from '../../store/care/describe.ts';
import { Exit } from '../../text/explained.ts';
import { storeArguments } from '../store/arguments.ts';
import { type ReportRow, writeJson, writeReport } from '../store/report.ts';
import type { World } from '../world.ts';

/** Writes the report to standard output. @throws UsageError, StoreError */
export async function storeStatCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, directory, paint, warn } = await storeArguments('store stat', argv, world, 0);
  const store = await world.loadStore(warn);
  const description = store.describe(directory);
  if (resolved.boolean('json')) writeJson(description, world);
  else writeReport(rowsOf(description), paint.strong, world);
  return Exit.ok;
}

function rowsOf(about: StoreDescription): ReportRow[] {
  const { points, firstTimeUs, lastTimeUs, segments, coldSegments, segmentBytes, logPoints } = about;
  const hasTimes = firstTimeUs !== undefined && lastTimeUs !== undefined;
  const stored = points - logPoints;
  const each = stored > 0 ? `, ${(segmentBytes / stored).toFixed(2)} bytes a point` : '';
  return [
    ['store', about.directory],
    ['series', grouped(about.series)],
    ['points', grouped(points)],
    ['times', hasTimes ? `${timeText(firstTimeUs)} to ${timeText(lastTimeUs)}` : undefined],
    ['segments', `${grouped(segments)} (${grouped(coldSegments)} cold), ${formatSize(segmentBytes)}${each}`],
    ['log', `${counted(logPoints, 'point')}, ${formatSize(about.logBytes)}`],
    ...about.positions.map(
      ({ input, bytes, lines }, i): ReportRow => [
        i === 0 ? 'inputs' : '',
        `${input}: ${counted(lines, 'line')}, ${formatSize(bytes)}`,
      ],
    ),
  ];
}
