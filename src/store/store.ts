/**
 * A store that is open for writing. A batch goes into the log, is synced, and goes into the table: then it is
 * acknowledged. A full or old table becomes segments, the manifest names them, and a new log begins with the next
 * batch. There is only one log at a time, and everything in it is in the table as well.
 *
 * The surprising part: opening makes segments of what a crash has left in the log. A log is never continued, so that
 * the numbers of series in it are those of one process.
 */

import { type MaintainReport, Maintenance, maintain } from './care/maintain.ts';
import { prepareDirectory, recover } from './care/recover.ts';
import { StoreError } from './errors.ts';
import type { Files } from './files/files.ts';
import type { Manifest } from './files/manifest.ts';
import { flushTable, olderSegments, SegmentBatch } from './flush.ts';
import { Kernel } from './kernel/kernel.ts';
import { DefinedSeries } from './log/defined.ts';
import { beginLog } from './log/live-log.ts';
import type { LogWriter } from './log/log.ts';
import { KEEPS_LAST, type Replaced, ReplacedCounter } from './numbering.ts';
import { numberingSince } from './numbering-since.ts';
import type { StoreOptions } from './options.ts';
import type { StoreParts } from './parts.ts';
import type { InputPosition, PointBatch } from './points.ts';
import { SegmentPool } from './segment/pool.ts';
import { type KeyList, SeriesNames } from './series-names.ts';
import type { Snapshot } from './snapshot.ts';
import type { PointSource } from './source.ts';
import { TableSource } from './table/source.ts';
import { Table } from './table/table.ts';

export class Store {
  readonly #parts: StoreParts;
  readonly #release: () => void;
  readonly #positions: Map<string, InputPosition>;
  readonly #defined = new DefinedSeries();
  #manifest: Manifest;
  #log: LogWriter | undefined;
  #sequence: number;
  /** When the first point came into the table. */
  #tableSinceMs = 0;
  #syncedMs = 0;
  /** The least age of what is written while the store is open. */
  readonly #runStart: number;
  /** Points of the same time go on behind those of segments of this age or a larger one (LogHeader.since). */
  #since: number;
  #replaced: Replaced = { points: 0, changed: 0 };
  #hasUnsynced = false;
  /** An error after which nothing is certain. */
  #failure: StoreError | undefined;
  #isClosed = false;

  /** Use `openStore`. */
  constructor(parts: StoreParts, manifest: Manifest, release: () => void) {
    this.#parts = parts;
    this.#manifest = manifest;
    this.#release = release;
    this.#sequence = manifest.sequence;
    this.#positions = new Map(manifest.positions.map((position) => [position.input, position]));
    this.#runStart = manifest.nextNumber;
    this.#since = parts.options.sameTime === 'keep' ? this.#runStart : KEEPS_LAST;
    this.#number();
  }

  #number(): void {
    this.#parts.table.numbering = numberingSince(
      this.#since,
      this.#parts,
      () => this.#manifest.segments,
      this.#since === this.#runStart,
    );
  }

  /**
   * Whether the points from now on replace nothing that is in the store, because they are of what no run has read yet.
   * Otherwise they are those of a run of its own, which may have been here before. Without effect when the last of a
   * time holds.
   */
  setAdding(isAdding: boolean): void {
    const since = isAdding ? 0 : this.#runStart;
    if (this.#since === KEEPS_LAST || this.#since === since) return;
    this.flush();
    this.#since = since;
    this.#number();
  }

  /** What has taken the place of points that were in the store when it was opened, as far as it is flushed. */
  get replaced(): Replaced {
    return this.#replaced;
  }

  /** The number of a series, new or known; valid as long as the store is open. @throws StoreError `invalid` */
  seriesId(name: string, tags: readonly string[]): number {
    return this.#parts.names.idOf(name, tags);
  }

  /**
   * The numbers of many series, by their keys as names have them (KeyList): canonical, with their lengths before them.
   */
  seriesIds(keys: KeyList): Uint32Array {
    const ids = new Uint32Array(keys.count);
    this.#parts.names.idsOf(keys, ids);
    return ids;
  }

  /**
   * Takes a batch. It is in the log as a whole, with its positions, or not at all: a run that goes on at a position
   * finds all of what is before it and nothing else. Acknowledged, as `durability` has it, when this returns.
   * @throws StoreError: nothing of it is kept. After kind `failed` nothing more can be written.
   */
  append(batch: PointBatch): void {
    this.#check();
    const { table, options } = this.#parts;
    const { count } = batch;
    const isOld = table.count > 0 && options.clockMs() - this.#tableSinceMs >= options.flushAgeMs;
    if (isOld || !table.hasRoom(count)) this.flush();
    this.#guarded(() => this.#write(batch));
    if (table.count === 0) this.#tableSinceMs = options.clockMs();
    table.ensureSeries(this.#parts.names.count);
    table.append(batch.ids, batch.timesUs, batch.values, count);
    for (const position of batch.positions) this.#positions.set(position.input, position);
  }

  /** Into the log, and synced; then it is looked whether that still counts. */
  #write(part: PointBatch): void {
    const { files, names } = this.#parts;
    const number = this.#manifest.logNumber;
    if (this.#log === undefined) {
      const begun = beginLog(files, this.#manifest, this.#sequence + 1, this.#since);
      this.#log = begun.log;
      this.#manifest = begun.manifest;
    }
    const defined = this.#defined.missingIn(part, number, names.count);
    const definitions = { count: defined.length, bytes: names.definitions(defined) };
    this.#log.append(this.#sequence + 1, part, definitions);
    this.#sequence += 1;
    this.#hasUnsynced = true;
    this.#syncIfDue();
    files.checkLock();
  }

  #syncIfDue(): void {
    const { durability, clockMs, intervalMs } = this.#parts.options;
    if (durability === 'none' || this.#log === undefined || !this.#hasUnsynced) return;
    const nowMs = clockMs();
    if (durability === 'interval' && nowMs - this.#syncedMs < intervalMs) return;
    this.#log.sync();
    this.#syncedMs = nowMs;
    this.#hasUnsynced = false;
  }

  /**
   * In how many milliseconds `sync` is to be called so that `interval` holds also when no batch comes; undefined when
   * nothing waits to be synced.
   */
  get syncDueMs(): number | undefined {
    const { durability, clockMs, intervalMs } = this.#parts.options;
    if (durability !== 'interval' || !this.#hasUnsynced) return undefined;
    return Math.max(0, this.#syncedMs + intervalMs - clockMs());
  }

  /** Makes what was appended survive a loss of power. @throws StoreError of kind `failed` */
  sync(): void {
    this.#check();
    this.#guarded(() => {
      this.#log?.sync();
      this.#parts.files.checkLock();
    });
    this.#syncedMs = this.#parts.options.clockMs();
    this.#hasUnsynced = false;
  }

  /** How far an input was read, when it is known. */
  position(input: string): InputPosition | undefined {
    return this.#positions.get(input);
  }

  /** Points in the table, which are in no segment yet. */
  get unflushed(): number {
    return this.#parts.table.count;
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** What is in the store now; valid until the next append or flush. */
  snapshot(): Snapshot {
    this.#check();
    const { kernel, table, names, segments } = this.#parts;
    const manifest = this.#manifest;
    const sources: PointSource[] = segments.sources(manifest);
    if (table.count > 0) sources.push(new TableSource(table, names, manifest.nextNumber));
    const positions = [...this.#positions.values()];
    return { kernel, sources, manifest, logPoints: table.count, positions, close: () => {} };
  }

  /**
   * Makes segments of what is in the table, and tidies up. @throws StoreError; what was in the table is still there
   * then
   */
  flush(): void {
    this.#check();
    if (this.#log === undefined) return;
    this.#guarded(() => {
      const counter = new ReplacedCounter(
        this.#parts.kernel,
        this.#since === 0 ? [] : olderSegments(this.#parts, this.#manifest, this.#runStart),
      );
      this.#manifest = flushTable(this.#parts, this.#manifest, {
        sequence: this.#sequence,
        positions: [...this.#positions.values()],
        batch: new SegmentBatch(this.#parts, this.#manifest, counter),
      });
      const { points, changed } = this.#replaced;
      this.#replaced = { points: points + counter.points, changed: changed + counter.changed };
    });
    this.#log.close();
    this.#log = undefined;
    this.#hasUnsynced = false;
    this.#guarded(() => {
      this.#manifest = maintain(this.#parts, this.#manifest, this.#runStart);
    });
  }

  /** Flushes, then has `work` done on the segments. @throws StoreError */
  maintain(work: (maintenance: Maintenance) => void): MaintainReport {
    this.flush();
    const maintenance = new Maintenance(this.#parts, this.#manifest, this.#runStart);
    this.#guarded(() => {
      try {
        work(maintenance);
      } finally {
        this.#manifest = maintenance.manifest;
      }
    });
    return maintenance.report;
  }

  /** Flushes, unless an earlier error was final, and gives the lock back. */
  close(): void {
    if (this.#isClosed) return;
    try {
      if (this.#failure === undefined) this.flush();
    } finally {
      this.#isClosed = true;
      this.#log?.close();
      this.#parts.segments.close();
      this.#release();
    }
  }

  #check(): void {
    if (this.#isClosed) throw new StoreError('invalid', 'the store is closed');
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Remembers an error that is final. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      // A part that was taken to be known may not have reached the log.
      this.#defined.forget();
      if (!(error instanceof StoreError) || error.kind === 'failed') {
        this.#failure =
          error instanceof StoreError ? error : new StoreError('failed', `the store cannot go on: ${String(error)}`);
      }
      throw error;
    }
  }
}

/**
 * Opens a store for writing, made when there is none.
 * @param first is done under the lock before anything that needs room on the disk; its manifest goes on
 * @throws StoreError `locked` by another writer, `damaged`, `foreign`, `version`, `io`
 */
export function openStore(
  files: Files,
  options: StoreOptions,
  first: (parts: StoreParts, manifest: Manifest) => Manifest = (_, manifest) => manifest,
): Store {
  const lock = files.lock();
  const kernel = new Kernel();
  const segments = new SegmentPool(files, kernel);
  try {
    const parts: StoreParts = {
      ...{ files, options, kernel, segments, names: new SeriesNames(kernel) },
      table: new Table(kernel, options.flushPoints),
    };
    const manifest = recover(parts, first(parts, prepareDirectory(files, lock.isDisputed)));
    return new Store(parts, maintain(parts, manifest), lock.release);
  } catch (error) {
    segments.close();
    lock.release();
    throw error;
  }
}
