/**
 * What a store held at one moment, for queries: segments, and the table of what is only in the log. A snapshot of a
 * directory that another process writes to stays unchanged: its files are open, and open files outlive their names.
 *
 * The surprising part: there is no lock. The manifest is read first, then the files that it names. If one of them is
 * gone, the writer has published another manifest in the meantime, and reading starts over with that.
 */

import { excerpt } from '../text/printable.ts';
import { LogSeries, missingManifest, undefinedSeries } from './care/recover.ts';
import { StoreError } from './errors.ts';
import type { Files, OpenFile } from './files/files.ts';
import { type Manifest, readManifest } from './files/manifest.ts';
import { logName, parseName } from './files/names.ts';
import { Kernel } from './kernel/kernel.ts';
import { checkLogStart, lostFile, openLog } from './log/live-log.ts';
import { readLog, readSince } from './log/read.ts';
import { numberingSince } from './numbering-since.ts';
import type { InputPosition } from './points.ts';
import { SegmentPool } from './segment/pool.ts';
import { SeriesNames } from './series-names.ts';
import type { PointSource } from './source.ts';
import { TableSource } from './table/source.ts';
import { Table } from './table/table.ts';

export interface Snapshot {
  /** The kernel that the sources decode with. */
  readonly kernel: Kernel;
  /** In order of age. */
  readonly sources: readonly PointSource[];
  /** What the segments are from. */
  readonly manifest: Manifest;
  /** Points that are only in the log. */
  readonly logPoints: number;
  /** How far each input was read, by the log if it knows more than the manifest. */
  readonly positions: readonly InputPosition[];
  close(): void;
}

/** A writer replaces its manifest a few times a second at most. */
const MAX_ATTEMPTS = 20;
/**
 * The store as it is now, without a lock. What another process is just writing is in it when it was acknowledged, and
 * may be in it when not.
 * @param kernel what its sources decode with; several snapshots may share one
 * @throws StoreError `missing` when the directory has no store; `damaged`, `version`, `io`
 */
export function openSnapshot(files: Files, kernel = new Kernel()): Snapshot {
  for (let attempt = 1; ; attempt++) {
    const manifest = liveManifest(files);
    try {
      return snapshotOf(files, manifest, kernel);
    } catch (error) {
      if (!(error instanceof StoreError) || attempt === MAX_ATTEMPTS) throw error;
      // A writer may have cut off a frame that it could not write to its end, while this was reading it.
      if (error.kind === 'damaged' && error.file === logName(manifest.logNumber) && attempt === 1) continue;
      if (error.kind !== 'missing') throw error;
      if (liveManifest(files).generation === manifest.generation) throw lostFile(error);
    }
  }
}

/** Equal as long as nothing was written to the store. @throws StoreError */
export function stampOf(files: Files): string {
  const manifest = liveManifest(files);
  let log: OpenFile | undefined;
  try {
    log = openLog(files, manifest);
    return `${manifest.generation} ${log?.size() ?? 0}`;
  } catch (error) {
    // Lost, or replaced just now: the next look is another one, and opening a snapshot says which.
    if (error instanceof StoreError && error.kind === 'missing') return `${manifest.generation} -`;
    throw error;
  } finally {
    log?.close();
  }
}

/** @throws StoreError `missing` when there is no store */
function liveManifest(files: Files): Manifest {
  const manifest = readManifest(files);
  if (manifest !== undefined) return manifest;
  if (files.list().some((name) => parseName(name) !== undefined)) throw missingManifest(files);
  throw noStore(files.directory);
}

/** There is nothing to ask. */
export function noStore(directory: string): StoreError {
  const hint = 'slung store write and --record make one; --store DIR or SLUNG_STORE says where it is.';
  return new StoreError('missing', `${excerpt(directory)}: there is no store here`, { hint });
}

function snapshotOf(files: Files, manifest: Manifest, kernel: Kernel): Snapshot {
  const pool = new SegmentPool(files, kernel);
  try {
    const sources: PointSource[] = pool.sources(manifest);
    const inputs = new Map(manifest.positions.map((position) => [position.input, position]));
    const table = tableOf(files, manifest, { kernel, pool, inputs });
    if (table !== undefined) sources.push(table);
    const positions = [...inputs.values()];
    return { kernel, sources, manifest, logPoints: table?.pointCount ?? 0, positions, close: () => pool.close() };
  } catch (error) {
    pool.close();
    throw error;
  }
}

interface TableParts {
  readonly kernel: Kernel;
  readonly pool: SegmentPool;
  /** Gets the positions of the log. */
  readonly inputs: Map<string, InputPosition>;
}

/** What is in the log and in no segment. */
function tableOf(files: Files, manifest: Manifest, { kernel, pool, inputs }: TableParts): TableSource | undefined {
  const file = openLog(files, manifest);
  if (file === undefined) {
    // Not begun yet, or replaced: only the manifest can tell.
    if (liveManifest(files).generation === manifest.generation) return undefined;
    throw new StoreError('missing', `${logName(manifest.logNumber)}: it has gone`);
  }
  try {
    const names = new SeriesNames(kernel);
    const series = new LogSeries(names);
    const table = new Table(kernel, Number.MAX_SAFE_INTEGER);
    const since = readSince(file, manifest.logNumber);
    const parts = { kernel, names, segments: pool, table };
    table.numbering = numberingSince(since, parts, () => manifest.segments);
    const end = readLog(file, manifest.logNumber, (frame) => {
      if (frame.sequence <= manifest.sequence) return;
      const ids = series.map(frame);
      if (ids === undefined) throw undefinedSeries(manifest, frame);
      table.ensureSeries(names.count);
      table.append(ids, frame.timesUs, frame.values, frame.count);
      for (const position of frame.positions) inputs.set(position.input, position);
    });
    checkLogStart(manifest, end);
    return table.count === 0 ? undefined : new TableSource(table, names, manifest.nextNumber);
  } finally {
    file.close();
  }
}
