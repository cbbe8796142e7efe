/**
 * What opening a store finds, and what happens to it. Files that the manifest does not name are left over from work
 * that was interrupted before it counted, and are removed. What is in the log becomes segments, so that the store
 * begins with an empty table and its own log.
 */

import { excerpt } from '../../text/printable.ts';
import { StoreError } from '../errors.ts';
import { fenceOff, NUMBER_LEAP } from '../files/fence.ts';
import type { Files, OpenFile } from '../files/files.ts';
import { type Manifest, publishManifest, readManifest } from '../files/manifest.ts';
import { isTemporary, LOCK_NAME, logName, MANIFEST_NAME, parseName, segmentName } from '../files/names.ts';
import { flushTable, SegmentBatch } from '../flush.ts';
import { checkLogStart, lostFile, openLog } from '../log/live-log.ts';
import type { LogFrame } from '../log/log.ts';
import { type LogEnd, readLog, readSince } from '../log/read.ts';
import { numberingSince } from '../numbering-since.ts';
import type { StoreParts } from '../parts.ts';
import type { PointBatch } from '../points.ts';
import type { SeriesNames } from '../series-names.ts';

/** That of a new store. */
export const emptyManifest: Manifest = {
  createdBy: 'slung',
  generation: 1,
  nextNumber: 2,
  logNumber: 1,
  isLogBegun: false,
  sequence: 0,
  segments: [],
  positions: [],
};

/**
 * The manifest of a directory, after tidying up; an empty directory gets one. Only for the owner of the lock.
 * @param isDisputed see WriterLock
 * @throws StoreError `damaged` when there are a store's files and no manifest
 */
export function prepareDirectory(files: Files, isDisputed: boolean): Manifest {
  const names = fenceOff(files);
  const found = readManifest(files);
  if (found === undefined) {
    const orphan = names.find((name) => parseName(name) !== undefined);
    if (orphan !== undefined) throw missingManifest(files);
    publishManifest(files, emptyManifest);
    return emptyManifest;
  }
  const live = new Set(found.segments.map(({ number }) => number));
  const there = new Set(names);
  const lost = [...live].map(segmentName).find((name) => !there.has(name));
  if (lost !== undefined) throw lostUnderLock(files, new StoreError('missing', `${lost}: it is gone`, { file: lost }));
  for (const name of names) {
    const file = parseName(name);
    const isDead =
      file === undefined
        ? isTemporary(name) && name !== LOCK_NAME
        : file.kind === 'segment'
          ? !live.has(file.number)
          : file.number < found.logNumber;
    if (isDead) files.remove(name);
  }
  if (!isDisputed) return found;
  const { generation, nextNumber } = found;
  const ours = { ...found, generation: generation + 1, nextNumber: nextNumber + NUMBER_LEAP };
  publishManifest(files, ours);
  return ours;
}

/** There are files of a store, but not the one that says which of them count. */
export function missingManifest(files: Files): StoreError {
  return new StoreError('damaged', `${MANIFEST_NAME}: it is missing from ${excerpt(files.directory)}`, {
    file: MANIFEST_NAME,
    offset: 0,
    hint: 'slung store repair makes one from the files that are there.',
  });
}

/** Numbers of a log's series to those of an open store, as its frames define them. */
export class LogSeries {
  readonly #names: SeriesNames;
  readonly #ids: number[] = [];
  #mapped = new Uint32Array(0);

  constructor(names: SeriesNames) {
    this.#names = names;
  }

  #define({ definitions, count }: LogFrame): Uint32Array {
    for (const { id, key } of definitions) this.#ids[id] = this.#names.idOfKey(key);
    if (this.#mapped.length < count) this.#mapped = new Uint32Array(count * 2);
    return this.#mapped;
  }

  /** The frame's points whose series are known, for repairs. */
  mapKnown(frame: LogFrame): Columns {
    const ids = this.#define(frame);
    const timesUs = new BigInt64Array(frame.count);
    const values = new Float64Array(frame.count);
    let count = 0;
    for (let i = 0; i < frame.count; i++) {
      const id = this.#ids[frame.ids[i]!];
      if (id === undefined) continue;
      ids[count] = id;
      timesUs[count] = frame.timesUs[i]!;
      values[count] = frame.values[i]!;
      count++;
    }
    return { ids, timesUs, values, count };
  }

  /** The frame's ids as those of the store; undefined when a series was never defined. Valid until the next call. */
  map(frame: LogFrame): Uint32Array | undefined {
    const mapped = this.#define(frame);
    const { ids, count } = frame;
    for (let i = 0; i < count; i++) {
      const id = this.#ids[ids[i]!];
      if (id === undefined) return undefined;
      mapped[i] = id;
    }
    return mapped.subarray(0, count);
  }
}

/**
 * Makes segments of what the log has and the manifest does not; the log is removed.
 * @returns the manifest that holds now
 * @throws StoreError `damaged` when the log is, but for its end
 */
export function recover(parts: StoreParts, manifest: Manifest): Manifest {
  const { files, names, table, options } = parts;
  const file = openOwnLog(files, manifest);
  if (file === undefined) return manifest;
  const series = new LogSeries(names);
  const positions = new Map(manifest.positions.map((position) => [position.input, position]));
  const batch = new SegmentBatch(parts, manifest);
  let { sequence } = manifest;
  let end: LogEnd;
  try {
    const since = readSince(file, manifest.logNumber);
    table.numbering = numberingSince(since, parts, () => [...manifest.segments, ...batch.infos]);
    end = readLog(file, manifest.logNumber, (frame) => {
      if (frame.sequence <= manifest.sequence) return;
      const ids = series.map(frame);
      if (ids === undefined) throw undefinedSeries(manifest, frame);
      appendInParts(parts, batch, { ...frame, ids });
      for (const position of frame.positions) positions.set(position.input, position);
      sequence = frame.sequence;
    });
    checkLogStart(manifest, end);
  } catch (error) {
    batch.abandon();
    table.clear();
    throw error;
  } finally {
    file.close();
  }
  if (end.kind === 'torn') options.warn(tornText(logName(manifest.logNumber), end));
  return flushTable(parts, manifest, { sequence, positions: [...positions.values()], batch });
}

/** For the owner of the lock: nobody else can have replaced it. */
function openOwnLog(files: Files, manifest: Manifest): OpenFile | undefined {
  try {
    return openLog(files, manifest);
  } catch (error) {
    throw error instanceof StoreError && error.kind === 'missing' ? lostUnderLock(files, error) : error;
  }
}

/** The error for a file that is not there. @throws StoreError `failed` when another owner has removed it */
function lostUnderLock(files: Files, error: StoreError): StoreError {
  files.checkLock();
  return lostFile(error);
}

type Columns = Pick<PointBatch, 'ids' | 'timesUs' | 'values' | 'count'>;

/** Into the table; what does not fit makes segments of it first. */
export function appendInParts(
  { table, names }: Pick<StoreParts, 'table' | 'names'>,
  batch: SegmentBatch,
  { ids, timesUs, values, count }: Columns,
): void {
  table.ensureSeries(names.count);
  for (let from = 0; from < count; ) {
    const to = Math.min(count, from + table.capacity);
    if (!table.hasRoom(to - from)) {
      batch.writeTable();
      table.clear();
    }
    table.append(ids.subarray(from, to), timesUs.subarray(from, to), values.subarray(from, to), to - from);
    from = to;
  }
}

export function undefinedSeries({ logNumber }: Manifest, frame: LogFrame): StoreError {
  const file = logName(logNumber);
  return new StoreError('damaged', `${file}: frame ${frame.sequence} has a series that no frame has defined`, {
    file,
    offset: frame.offset,
    hint: 'slung store repair saves what is whole.',
  });
}

function tornText(name: string, { end, cutBytes }: LogEnd): string {
  return `${name}: the last ${cutBytes} bytes (from byte ${end}) were not written to their end, and are cut off: a write was interrupted before it was acknowledged`;
}
