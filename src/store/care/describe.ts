/** How much a store contains, and in which files: for people and for `slung store stat --json`. Nothing is decoded. */
import type { Files } from '../files/files.ts';
import type { Manifest } from '../files/manifest.ts';
import { parseName } from '../files/names.ts';
import { Finder, selectSeries } from '../history/index.ts';
import type { InputPosition } from '../points.ts';
import { openSnapshot } from '../snapshot.ts';

export interface StoreDescription {
  readonly directory: string;
  /** Points that were written twice count twice until their segments are merged. */
  readonly points: number;
  readonly series: number;
  /** Undefined when there are no points. */
  readonly firstTimeUs: bigint | undefined;
  readonly lastTimeUs: bigint | undefined;
  readonly segments: number;
  readonly coldSegments: number;
  readonly segmentBytes: number;
  /** What is in the log and in no segment yet. */
  readonly logPoints: number;
  readonly logBytes: number;
  /** How far inputs have been read, as --resume will find it. */
  readonly positions: readonly InputPosition[];
}

/** @throws StoreError like openSnapshot */
export function describeStore(files: Files): StoreDescription {
  const snapshot = openSnapshot(files);
  try {
    const { sources, manifest } = snapshot;
    const spans = sources.filter(({ pointCount }) => pointCount > 0);
    return {
      directory: files.directory,
      points: sources.reduce((sum, { pointCount }) => sum + pointCount, 0),
      series: selectSeries(sources, new Finder(everySeries)).count,
      firstTimeUs: spans.map(({ firstTimeUs }) => firstTimeUs).reduce(least, undefined),
      lastTimeUs: spans.map(({ lastTimeUs }) => lastTimeUs).reduce(greatest, undefined),
      ...segmentTotals(manifest),
      logPoints: snapshot.logPoints,
      logBytes: logBytes(files, manifest),
      positions: snapshot.positions,
    };
  } finally {
    snapshot.close();
  }
}

const everySeries = { name: { exact: undefined, matches: () => true }, tags: undefined };

const least = (a: bigint | undefined, b: bigint): bigint => (a === undefined || b < a ? b : a);
const greatest = (a: bigint | undefined, b: bigint): bigint => (a === undefined || b > a ? b : a);

function segmentTotals({ segments }: Manifest): Pick<StoreDescription, 'segments' | 'coldSegments' | 'segmentBytes'> {
  return {
    segments: segments.length,
    coldSegments: segments.filter(({ isCold }) => isCold).length,
    segmentBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function logBytes(files: Files, { logNumber }: Manifest): number {
  let bytes = 0;
  for (const name of files.list()) {
    const file = parseName(name);
    if (file?.kind !== 'log' || file.number < logNumber) continue;
    const log = files.open(name, 'read');
    bytes += log.size();
    log.close();
  }
  return bytes;
}
