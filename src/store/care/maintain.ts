/**
 * What a store does by itself after a flush, and on demand: drops what is too old, merges what lies in too many
 * pieces, deflates what has not been written to for long. Each step is a manifest of its own, so that it can be
 * interrupted anywhere.
 */
import { chill, coldCandidates, expired, runMerge } from '../compact/compact.ts';
import { COMPACTION, type CompactionOptions, type Merge, planCompaction } from '../compact/plan.ts';
import { StoreError } from '../errors.ts';
import { type Manifest, publishManifest, type SegmentInfo } from '../files/manifest.ts';
import { removeSegments } from '../flush.ts';
import { maxLevelFor, overlaps, type TimeSpan } from '../partition.ts';
import type { StoreParts } from '../parts.ts';
import { type FindSeries, removal } from './removal-merge.ts';

const MIN_I64 = -(2n ** 63n);
const MAX_I64 = 2n ** 63n - 1n;

/** What came of tidying up. */
export interface MaintainReport {
  /** Segments that were merged, deflated or cut, and what they became. */
  readonly merged: number;
  readonly made: number;
  /** Segments that were dropped whole. */
  readonly dropped: number;
  readonly pointsDropped: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** The segments of a store while they change: every method ends with a manifest that holds. */
export class Maintenance {
  readonly #parts: StoreParts;
  #manifest: Manifest;
  #counts = { merged: 0, made: 0, dropped: 0, pointsDropped: 0 };
  readonly #bytesBefore: number;
  readonly #runStart: number;

  /**
   * @param runStart segments of this age or a larger one are of a run that goes on: they are not merged with others,
   * since
   *   what comes is numbered by them alone
   */
  constructor(parts: StoreParts, manifest: Manifest, runStart = 0) {
    this.#parts = parts;
    this.#runStart = runStart;
    this.#manifest = manifest;
    this.#bytesBefore = bytesOf(manifest);
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  get report(): MaintainReport {
    return { ...this.#counts, bytesBefore: this.#bytesBefore, bytesAfter: bytesOf(this.#manifest) };
  }

  /** Merges until everything is as the options have it. */
  compact(options: CompactionOptions): void {
    for (;;) {
      const { segments } = this.#manifest;
      const isOwn = ({ age }: SegmentInfo) => age >= this.#runStart;
      const merge =
        planCompaction(segments.filter(isOwn), options) ??
        planCompaction(
          segments.filter((info) => !isOwn(info)),
          options,
        );
      if (merge === undefined) return;
      this.#run(merge);
    }
  }

  /** Drops the segments that are entirely before the cutoff. */
  expire(cutoffUs: bigint): void {
    const gone = expired(this.#manifest.segments, cutoffUs);
    if (gone.length === 0) return;
    this.#counts.dropped += gone.length;
    this.#counts.pointsDropped += pointsIn(gone);
    this.#replace(gone, []);
  }

  /** Drops every point before the cutoff: what `expire` leaves is written anew. */
  cut(cutoffUs: bigint): void {
    this.expire(cutoffUs);
    const span: TimeSpan = { firstTimeUs: cutoffUs, lastTimeUs: MAX_I64 };
    const old = this.#manifest.segments.filter(({ firstTimeUs }) => firstTimeUs < cutoffUs);
    // The smallest first: on a full disk each makes room for the next.
    const parts = old.sort((a, b) => a.bytes - b.bytes);
    for (const info of parts)
      this.#run({ inputs: [info], level: info.level, age: info.age, isCold: info.isCold }, span);
  }

  /**
   * Drops the points of some series in a span, from every segment. All that is touched is written anew before one
   * manifest names it, so that an older value, which one of these points had replaced, is never seen again.
   */
  remove(find: FindSeries, span: TimeSpan): void {
    const { files, kernel, segments } = this.#parts;
    const gone: SegmentInfo[] = [];
    const made: SegmentInfo[] = [];
    try {
      for (const info of this.#manifest.segments) {
        const merge = overlaps(info, span) ? removal(segments.reader(info), find, span) : undefined;
        if (merge === undefined) continue;
        const next = merge.isAll
          ? undefined
          : runMerge(files, kernel, merge, this.#manifest.nextNumber + made.length, merge);
        if (next?.points === info.points) removeSegments(this.#parts, [next]);
        else {
          gone.push(info);
          if (next !== undefined) made.push(next);
        }
      }
    } catch (error) {
      removeSegments(this.#parts, made);
      throw error;
    }
    if (gone.length === 0) return;
    this.#counts.merged += made.length;
    this.#counts.made += made.length;
    this.#counts.dropped += gone.length - made.length;
    this.#counts.pointsDropped += pointsIn(gone) - pointsIn(made);
    this.#replace(gone, made);
  }

  /** Deflates what has no points since the moment. */
  chill(olderThanUs: bigint): void {
    for (const info of coldCandidates(this.#manifest.segments, olderThanUs)) this.#run(chill(info));
  }

  #run(merge: Merge, span: TimeSpan = { firstTimeUs: MIN_I64, lastTimeUs: MAX_I64 }): void {
    const { files, kernel } = this.#parts;
    const { nextNumber } = this.#manifest;
    const made = runMerge(files, kernel, merge, nextNumber, { span });
    const before = pointsIn(merge.inputs);
    this.#counts.merged += merge.inputs.length;
    this.#counts.made += made === undefined ? 0 : 1;
    if (span.firstTimeUs !== MIN_I64) this.#counts.pointsDropped += before - (made?.points ?? 0);
    this.#replace(merge.inputs, made === undefined ? [] : [made]);
  }

  #replace(gone: readonly SegmentInfo[], made: readonly SegmentInfo[]): void {
    const numbers = new Set(gone.map(({ number }) => number));
    const { segments, generation, nextNumber } = this.#manifest;
    const next: Manifest = {
      ...this.#manifest,
      generation: generation + 1,
      nextNumber: nextNumber + made.length,
      segments: [...segments.filter(({ number }) => !numbers.has(number)), ...made],
    };
    try {
      publishManifest(this.#parts.files, next);
    } catch (error) {
      // After a failed sync nobody knows which manifest will hold: the files of both stay.
      if (!(error instanceof StoreError && error.kind === 'failed')) removeSegments(this.#parts, made);
      throw error;
    }
    this.#manifest = next;
    this.#parts.segments.keepOnly(next.segments);
    removeSegments(this.#parts, gone);
  }
}

function bytesOf({ segments }: Manifest): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

function pointsIn(segments: readonly SegmentInfo[]): number {
  return segments.reduce((sum, { points }) => sum + points, 0);
}

/**
 * What is done after every flush. That it cannot be done now (a full disk) is reported and no error: everything is
 * safe.
 * @param runStart as for Maintenance
 * @returns the manifest that holds now
 * @throws StoreError of kind `failed`
 */
export function maintain(parts: StoreParts, manifest: Manifest, runStart = 0): Manifest {
  const work = new Maintenance(parts, manifest, runStart);
  const { retainUs, warn } = parts.options;
  try {
    if (retainUs !== undefined) work.expire(cutoffOf(parts, manifest, retainUs));
    work.compact({ ...COMPACTION, maxLevel: maxLevelFor(retainUs) });
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind === 'failed') throw error;
    warn(`segments could not be merged: ${error.message}`);
  }
  return work.manifest;
}

/**
 * What is so much older than now. A clock that is wrong must not drop a history: now is the newest point at the
 * latest, so that points only go when newer ones have come.
 */
function cutoffOf({ options }: StoreParts, { segments }: Manifest, retainUs: bigint): bigint {
  const newest = segments.reduce((latest, { lastTimeUs }) => (lastTimeUs > latest ? lastTimeUs : latest), MIN_I64);
  const now = options.nowUs();
  return (newest < now ? newest : now) - retainUs;
}
