/**
 * Saves what is intact in a damaged store. A lost manifest is rebuilt from the segments that exist; a damaged segment
 * is rewritten without its damaged blocks; every whole frame of a damaged log is kept. Damaged files are not deleted
 * but renamed to end in `.damaged`, so that they can be examined.
 */
import { runMerge } from '../compact/compact.ts';
import { StoreError } from '../errors.ts';
import { fenceOff, NUMBER_LEAP } from '../files/fence.ts';
import type { Files, WriterLock } from '../files/files.ts';
import { type Manifest, publishManifest, readManifest, type SegmentInfo } from '../files/manifest.ts';
import { logName, parseName, segmentName } from '../files/names.ts';
import { removeSegments } from '../flush.ts';
import { Kernel } from '../kernel/kernel.ts';
import { readEnds } from '../segment/footer.ts';
import { SegmentReader } from '../segment/reader.ts';
import { verifySegment } from '../segment/verify.ts';
import { noStore } from '../snapshot.ts';
import { emptyManifest } from './recover.ts';
import { type LogRepair, repairLogs } from './repair-log.ts';

export interface RepairReport {
  /** What was found and done, a line each, in order. Empty: nothing was wrong. */
  readonly actions: readonly string[];
  /** Points that are in the store after it. */
  readonly points: number;
  /** At least so many are lost; those of files whose ends cannot be read are not counted. */
  readonly pointsLost: number;
}

export interface RepairOptions {
  /** Only tells what would be done. */
  readonly isDryRun: boolean;
}

/**
 * Repairs the store of a directory.
 * @throws StoreError `locked`, `io`, `failed`, `version`; `missing` when there is no store
 */
export function repairStore(files: Files, options: RepairOptions): RepairReport {
  const lock = files.lock();
  try {
    return new Repair(files, { ...options, isDisputed: lock.isDisputed }).run();
  } finally {
    lock.release();
  }
}

class Repair {
  readonly #files: Files;
  readonly #options: RepairOptions & Pick<WriterLock, 'isDisputed'>;
  readonly #kernel = new Kernel();
  readonly #actions: string[] = [];
  readonly #aside: string[] = [];
  #pointsLost = 0;

  constructor(files: Files, options: RepairOptions & Pick<WriterLock, 'isDisputed'>) {
    this.#files = files;
    this.#options = options;
  }

  run(): RepairReport {
    const manifest = this.#manifest();
    const kept: SegmentInfo[] = [];
    const made: SegmentInfo[] = [];
    let nextNumber = manifest.nextNumber + (this.#options.isDisputed ? NUMBER_LEAP : 0);
    for (const info of manifest.segments) {
      const findings = this.#findings(info);
      if (findings === undefined) continue;
      if (findings === 0) {
        kept.push(info);
        continue;
      }
      const saved = this.#salvage(info, nextNumber, findings);
      if (saved === undefined) continue;
      made.push(saved);
      nextNumber = saved.number + 1;
    }
    const log = this.#logs({ ...manifest, segments: kept, nextNumber });
    const segments = [...kept, ...made, ...log.infos];
    if (this.#actions.length > 0 && !this.#options.isDryRun) this.#publish({ ...manifest, segments }, log);
    else removeSegments({ files: this.#files }, [...made, ...log.infos]);
    return {
      actions: this.#actions,
      points: segments.reduce((sum, { points }) => sum + points, 0),
      pointsLost: this.#pointsLost,
    };
  }

  /** The manifest, or one made from what is there. */
  #manifest(): Manifest {
    const names = this.#options.isDryRun ? this.#files.list() : fenceOff(this.#files);
    const found = names.map(parseName).filter((file) => file !== undefined);
    try {
      const manifest = readManifest(this.#files);
      if (manifest !== undefined) return manifest;
      if (found.length === 0) throw noStore(this.#files.directory);
      this.#actions.push('MANIFEST is missing; it is made again from the files that are there');
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
      this.#actions.push(`${error.message}; it is made again from the files that are there`);
    }
    const numbers = found.map(({ number }) => number);
    const logs = found.filter(({ kind }) => kind === 'log').map(({ number }) => number);
    const nextNumber = Math.max(0, ...numbers) + 1;
    const segments = found.filter(({ kind }) => kind === 'segment').flatMap(({ number }) => this.#ends(number) ?? []);
    return { ...emptyManifest, nextNumber, logNumber: Math.min(nextNumber, ...logs), segments };
  }

  /** The span that a segment's own ends give it. */
  #ends(number: number): SegmentInfo | undefined {
    const name = segmentName(number);
    const file = this.#files.open(name, 'read');
    try {
      return readEnds(file, name).info;
    } catch (error) {
      this.#giveUp(error, name, 0);
      return undefined;
    } finally {
      file.close();
    }
  }

  /** How many damages a segment has; undefined when nothing of it can be read. */
  #findings(info: SegmentInfo): number | undefined {
    let findings = 0;
    let reader: SegmentReader | undefined;
    try {
      reader = SegmentReader.open(this.#files, info, this.#kernel);
      verifySegment(reader, (finding) => {
        findings += 1;
        if (findings === 1) this.#actions.push(finding.message);
      });
      return findings;
    } catch (error) {
      this.#giveUp(error, segmentName(info.number), info.points);
      return undefined;
    } finally {
      reader?.close();
    }
  }

  /** Writes a segment anew without what is damaged. */
  #salvage(info: SegmentInfo, number: number, findings: number): SegmentInfo | undefined {
    const name = segmentName(info.number);
    try {
      const merge = { inputs: [info], level: info.level, age: info.age, isCold: info.isCold };
      const saved = runMerge(this.#files, this.#kernel, merge, number, { onDamage: () => {} });
      const points = saved?.points ?? 0;
      const more = findings > 1 ? ` (and ${findings - 1} more damages)` : '';
      this.#actions.push(`${name}${more}: ${points} of ${info.points} points are saved`);
      this.#pointsLost += info.points - points;
      this.#aside.push(name);
      return saved;
    } catch (error) {
      this.#giveUp(error, name, info.points);
      return undefined;
    }
  }

  /** Nothing of a file can be read. @throws what is not damage */
  #giveUp(error: unknown, name: string, points: number): void {
    if (!(error instanceof StoreError) || (error.kind !== 'damaged' && error.kind !== 'missing')) throw error;
    const what = points > 0 ? `its ${points} points are lost` : 'its points are lost';
    this.#actions.push(`${error.message}; ${what}`);
    this.#pointsLost += points;
    if (error.kind === 'damaged') this.#aside.push(name);
  }

  #logs(manifest: Manifest): LogRepair {
    const log = repairLogs(this.#files, this.#kernel, manifest);
    this.#actions.push(...log.actions);
    this.#aside.push(...log.aside);
    this.#pointsLost += log.pointsLost;
    return log;
  }

  /** The new manifest first: interrupted after it, the store is whole, and only files that are damaged are gone. */
  #publish(manifest: Manifest, log: LogRepair): void {
    const { nextNumber, sequence, positions } = log;
    publishManifest(this.#files, {
      ...manifest,
      nextNumber: nextNumber + 1,
      logNumber: nextNumber,
      isLogBegun: false,
      sequence,
      positions,
      generation: manifest.generation + 1,
    });
    for (const name of this.#aside) {
      this.#files.rename(name, `${name}.damaged`);
      this.#actions.push(`${name} is now ${name}.damaged`);
    }
    for (const number of log.read) {
      const name = logName(number);
      if (!this.#aside.includes(name)) this.#files.remove(name);
    }
  }
}
