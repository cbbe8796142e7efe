/**
 * From the table to segments, and from segments to a manifest that names them. The order is what makes it safe:
 * segments are synced under their names before the manifest is, and the log is removed after that. Interrupted
 * anywhere, either the old manifest and the log hold, or the new manifest does.
 */
import { StoreError } from './errors.ts';
import { type Manifest, publishManifest, type SegmentInfo } from './files/manifest.ts';
import { logName, segmentName } from './files/names.ts';
import { removeQuietly } from './files/removal.ts';
import type { ReplacedCounter } from './numbering.ts';
import { overlaps } from './partition.ts';
import type { StoreParts } from './parts.ts';
import type { InputPosition } from './points.ts';
import { type TableParts, TableSegments } from './segment/of-table.ts';
import type { SegmentReader } from './segment/reader.ts';

/** Segments that are written and not yet named by a manifest. */
export class SegmentBatch {
  readonly #parts: TableParts;
  readonly #infos: SegmentInfo[] = [];
  readonly #replaced: ReplacedCounter | undefined;
  #nextNumber: number;

  /** @param replaced gets all points that are written */
  constructor(parts: TableParts, { nextNumber }: Pick<Manifest, 'nextNumber'>, replaced?: ReplacedCounter) {
    this.#parts = parts;
    this.#replaced = replaced;
    this.#nextNumber = nextNumber;
  }

  get infos(): readonly SegmentInfo[] {
    return this.#infos;
  }

  get nextNumber(): number {
    return this.#nextNumber;
  }

  /** Makes segments of what is in the table, which stays as it is. @throws StoreError; nothing was written then */
  writeTable(): void {
    if (this.#parts.table.count === 0) return;
    const segments = new TableSegments(this.#parts, this.#nextNumber, this.#replaced);
    this.#infos.push(...segments.write());
    this.#nextNumber = segments.nextNumber;
  }

  /** Removes the segments again. Never throws: it follows an error that has to be told. */
  abandon(): void {
    removeSegments(this.#parts, this.#infos);
  }
}

export interface Flushed {
  /** All frames up to this one are in segments now. */
  readonly sequence: number;
  readonly positions: readonly InputPosition[];
  /** Segments that were written before, for the same manifest. */
  readonly batch?: SegmentBatch;
}

/**
 * Makes segments of the table and a manifest that names them; the log goes.
 * @returns the manifest that holds now
 * @throws StoreError; the old manifest and the log hold then, unless it is of kind `failed`
 */
export function flushTable(
  parts: StoreParts,
  manifest: Manifest,
  { sequence, positions, batch = new SegmentBatch(parts, manifest) }: Flushed,
): Manifest {
  let next: Manifest;
  try {
    batch.writeTable();
    next = {
      ...manifest,
      generation: manifest.generation + 1,
      logNumber: batch.nextNumber,
      isLogBegun: false,
      nextNumber: batch.nextNumber + 1,
      ...{ sequence, positions, segments: [...manifest.segments, ...batch.infos] },
    };
    publishManifest(parts.files, next);
  } catch (error) {
    // After a failed sync nobody knows which manifest will hold: the files of both stay.
    if (!(error instanceof StoreError && error.kind === 'failed')) batch.abandon();
    throw error;
  }
  parts.table.clear();
  removeQuietly(parts.files, logName(manifest.logNumber));
  return next;
}

/** The segments of earlier runs that share time with the table, in order of age. @throws StoreError */
export function olderSegments(
  { table, segments }: Pick<StoreParts, 'table' | 'segments'>,
  manifest: Manifest,
  runStart: number,
): SegmentReader[] {
  if (table.count === 0) return [];
  const span = { firstTimeUs: table.oldestUs, lastTimeUs: table.newestUs };
  const infos = manifest.segments.filter((info) => info.age < runStart && overlaps(info, span));
  return infos.map((info) => segments.reader(info)).sort((a, b) => a.age - b.age);
}

/** Files that no manifest names any more. One that cannot be removed is when the store is opened the next time. */
export function removeSegments({ files }: Pick<StoreParts, 'files'>, infos: readonly SegmentInfo[]): void {
  for (const { number } of infos) removeQuietly(files, segmentName(number));
}
