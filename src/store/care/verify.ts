/**
 * Checks every byte of a store: the manifest, all checksums of all segments, and the log. It continues after damage.
 */
import { StoreError } from '../errors.ts';
import type { Files, OpenFile } from '../files/files.ts';
import { type Manifest, readManifest } from '../files/manifest.ts';
import { parseName } from '../files/names.ts';
import { Kernel } from '../kernel/kernel.ts';
import { checkLogStart, openLog } from '../log/live-log.ts';
import { readLog } from '../log/read.ts';
import { SegmentReader } from '../segment/reader.ts';
import { verifySegment } from '../segment/verify.ts';
import { SeriesNames } from '../series-names.ts';
import { noStore } from '../snapshot.ts';
import { LogSeries, missingManifest, undefinedSeries } from './recover.ts';

export interface VerifyReport {
  readonly segments: number;
  readonly blocks: number;
  /** By the manifest and the log. */
  readonly points: number;
  /** Whole frames of the log. */
  readonly frames: number;
  /** Behind the last whole frame: a write was interrupted, or is under way. No damage. */
  readonly unfinishedBytes: number;
  /** How often `report` was called. */
  readonly findings: number;
}

const nothing = { segments: 0, blocks: 0, points: 0, frames: 0, unfinishedBytes: 0 };

/**
 * Checks a store. While somebody writes to it, files may go that are about to be looked at; then it is begun again.
 * @param report gets each damage, with file and offset
 * @throws StoreError `missing`, `io`, `version`; damage is not thrown
 */
export function verifyStore(files: Files, report: (finding: StoreError) => void): VerifyReport {
  let findings = 0;
  const count = (finding: StoreError): void => {
    findings += 1;
    report(finding);
  };
  let manifest: Manifest | undefined;
  try {
    manifest = readManifest(files);
  } catch (error) {
    count(asDamage(error));
    return { ...nothing, findings };
  }
  if (manifest === undefined) {
    if (!files.list().some((name) => parseName(name) !== undefined)) throw noStore(files.directory);
    count(missingManifest(files));
    return { ...nothing, findings };
  }
  const { segments } = manifest;
  checkSegments(files, manifest, count);
  const log = checkLog(files, manifest, count);
  return {
    segments: segments.length,
    blocks: segments.reduce((sum, { blocks }) => sum + blocks, 0),
    points: segments.reduce((sum, { points }) => sum + points, log.points),
    frames: log.frames,
    unfinishedBytes: log.unfinishedBytes,
    findings,
  };
}

function checkSegments(files: Files, manifest: Manifest, report: (finding: StoreError) => void): void {
  const kernel = new Kernel();
  for (const info of manifest.segments) {
    let reader: SegmentReader | undefined;
    try {
      reader = SegmentReader.open(files, info, kernel);
      verifySegment(reader, report);
    } catch (error) {
      if (!isReplaced(files, manifest, error)) report(asDamage(error));
    } finally {
      reader?.close();
    }
  }
}

function checkLog(
  files: Files,
  manifest: Manifest,
  report: (finding: StoreError) => void,
): { frames: number; points: number; unfinishedBytes: number } {
  const found = { frames: 0, points: 0, unfinishedBytes: 0 };
  const series = new LogSeries(new SeriesNames(new Kernel()));
  let file: OpenFile | undefined;
  try {
    file = openLog(files, manifest);
    if (file === undefined) return found;
    const end = readLog(file, manifest.logNumber, (frame) => {
      if (series.map(frame) === undefined) throw undefinedSeries(manifest, frame);
      found.frames += 1;
      if (frame.sequence > manifest.sequence) found.points += frame.count;
    });
    checkLogStart(manifest, end);
    found.unfinishedBytes = end.cutBytes;
  } catch (error) {
    if (!isReplaced(files, manifest, error)) report(asDamage(error));
  } finally {
    file?.close();
  }
  return found;
}

/** A writer may have merged a file since, or flushed the log; a manifest that still names it is wrong. */
function isReplaced(files: Files, manifest: Manifest, error: unknown): boolean {
  const isMissing = error instanceof StoreError && error.kind === 'missing';
  return isMissing && readManifest(files)?.generation !== manifest.generation;
}

/** A file that is not there is damage as well. @throws everything that is not */
function asDamage(error: unknown): StoreError {
  if (error instanceof StoreError && (error.kind === 'damaged' || error.kind === 'missing')) return error;
  throw error;
}
