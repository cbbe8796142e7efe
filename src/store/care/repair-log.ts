/** Repairs the logs of a store: makes segments of every whole frame that can be found. */
import type { Files } from '../files/files.ts';
import type { Manifest, SegmentInfo } from '../files/manifest.ts';
import { logName, parseName } from '../files/names.ts';
import { SegmentBatch } from '../flush.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type LogSalvage, readSince, salvageLog } from '../log/read.ts';
import { numberingSince } from '../numbering-since.ts';
import type { InputPosition } from '../points.ts';
import { SegmentPool } from '../segment/pool.ts';
import { SeriesNames } from '../series-names.ts';
import { Table } from '../table/table.ts';
import { appendInParts, LogSeries } from './recover.ts';

/** Of the table that frames are gathered in. */
const TABLE_POINTS = 2_000_000;

export interface LogRepair {
  readonly infos: readonly SegmentInfo[];
  readonly nextNumber: number;
  readonly sequence: number;
  readonly positions: readonly InputPosition[];
  /** The logs that were read, and those that are damaged. */
  readonly read: readonly number[];
  readonly aside: readonly string[];
  readonly actions: readonly string[];
  readonly pointsLost: number;
}

/** @throws StoreError `io`, `failed`, `version` */
export function repairLogs(files: Files, kernel: Kernel, manifest: Manifest): LogRepair {
  const names = new SeriesNames(kernel);
  const segments = new SegmentPool(files, kernel);
  const parts = { files, kernel, names, segments, table: new Table(kernel, TABLE_POINTS) };
  const batch = new SegmentBatch(parts, manifest);
  const positions = new Map(manifest.positions.map((position) => [position.input, position]));
  const [actions, aside, read]: [string[], string[], number[]] = [[], [], []];
  let { sequence } = manifest;
  let pointsLost = 0;
  const numbers = logsFrom(files, manifest.logNumber);
  if (manifest.isLogBegun && !numbers.includes(manifest.logNumber)) {
    actions.push(`${logName(manifest.logNumber)} is gone; the batches that were only in it are lost`);
  }
  for (const number of numbers) {
    const name = logName(number);
    const file = files.open(name, 'read');
    const series = new LogSeries(names);
    let unknown = 0;
    let salvage: LogSalvage;
    try {
      const since = readSince(file, number);
      batch.writeTable();
      parts.table.clear();
      parts.table.numbering = numberingSince(since, parts, () => [...manifest.segments, ...batch.infos]);
      salvage = salvageLog(file, number, (frame) => {
        if (frame.sequence <= manifest.sequence) return;
        const known = series.mapKnown(frame);
        unknown += frame.count - known.count;
        appendInParts(parts, batch, known);
        for (const position of frame.positions) positions.set(position.input, position);
        sequence = Math.max(sequence, frame.sequence);
      });
    } finally {
      file.close();
    }
    read.push(number);
    pointsLost += unknown;
    const gap = number === manifest.logNumber ? gapBefore(manifest, salvage) : '';
    if (salvage.skippedBytes === 0 && unknown === 0 && gap === '') continue;
    const missing = salvage.missingFrames > 0 ? `, at least ${salvage.missingFrames} batches are lost` : '';
    const nameless = unknown > 0 ? `, ${unknown} points are of series whose names are lost` : '';
    actions.push(
      `${name}: ${salvage.frames} whole batches are saved, ${salvage.skippedBytes} bytes are none${missing}${nameless}${gap}`,
    );
    aside.push(name);
  }
  batch.writeTable();
  segments.close();
  const { infos, nextNumber } = batch;
  return { infos, nextNumber, sequence, positions: [...positions.values()], read, aside, actions, pointsLost };
}

/** What a log that was begun has lost at its start, in words. */
function gapBefore({ isLogBegun, sequence }: Manifest, { firstSequence }: LogSalvage): string {
  if (!isLogBegun) return '';
  if (firstSequence === undefined) return ', its header is lost';
  return firstSequence > sequence + 1 ? `, batches ${sequence + 1} to ${firstSequence - 1} are in no file` : '';
}

function logsFrom(files: Files, first: number): number[] {
  const logs = files.list().map(parseName);
  const numbers = logs.flatMap((file) => (file?.kind === 'log' && file.number >= first ? [file.number] : []));
  return numbers.sort((a, b) => a - b);
}
