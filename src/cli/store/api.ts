/**
 * What `slung query` and `slung store` ask of src/store, as one value: world.ts loads the real one, tests bring their
 * own. Types only. Everything throws StoreError; `directory` is the store's.
 */
import type { PointBlock } from '../../format/points.ts';
import type { Query } from '../../query/index.ts';
import type { DeleteReport } from '../../store/care/delete.ts';
import type { StoreDescription } from '../../store/care/describe.ts';
import type { MaintainReport } from '../../store/care/maintain.ts';
import type { RepairReport } from '../../store/care/repair.ts';
import type { VerifyReport } from '../../store/care/verify.ts';
import type { StoreError } from '../../store/errors.ts';
import type { HistoryResult } from '../../store/history/result.ts';
import type { SeriesKey } from '../../store/series.ts';
import type { NameMatch } from '../../store/source.ts';

/** What the commands know of a snapshot (store/snapshot.ts). */
export interface OpenSnapshot {
  readonly sources: readonly { find(match: NameMatch): readonly number[] }[];
  close(): void;
}

/** One series of a listing. */
export interface SeriesRow {
  readonly key: SeriesKey;
  /** Those written twice count twice until files are merged. */
  readonly points: number;
  /** Undefined when it has no points. */
  readonly firstTimeUs: bigint | undefined;
  readonly lastTimeUs: bigint | undefined;
  /** In segments. */
  readonly bytes: number;
}

export interface StoreApi<Snapshot extends OpenSnapshot = OpenSnapshot> {
  openSnapshot(directory: string): Snapshot;
  /**
   * Several stores as if they were one; of points that are in two of them, those of the store named later hold.
   * @param named directories, or patterns of them with `*` and `?`; at least one
   */
  openStores(named: readonly string[]): Snapshot;
  /** With more groups than `maxGroups`, StoreError `invalid` when the rows are read. */
  runQuery(snapshot: Snapshot, query: Query, nowUs: bigint, maxGroups: number): HistoryResult;
  /** The series that the query's name and tags match, in order of their keys. */
  listSeries(snapshot: Snapshot, query: Query): Iterable<SeriesRow>;
  /** The points that the query's name, tags and range match, by series and time. */
  exportPoints(snapshot: Snapshot, query: Query, nowUs: bigint): Iterable<PointBlock>;
  describe(directory: string): StoreDescription;
  /** `report` gets each damage. */
  verify(directory: string, report: (finding: StoreError) => void): VerifyReport;
  /** Merges; with `coldBeforeUs` also deflates what is older. */
  compact(directory: string, options: { readonly coldBeforeUs: bigint | undefined }): MaintainReport;
  /** Drops what is before `beforeUs`. */
  trim(directory: string, options: { readonly beforeUs: bigint; readonly isDryRun: boolean }): MaintainReport;
  /** Deletes the points that the query's name, tags and range match; with `isDryRun` they are only counted. */
  delete(
    directory: string,
    query: Query,
    options: { readonly nowUs: bigint; readonly isDryRun: boolean },
  ): DeleteReport;
  repair(directory: string, options: { readonly isDryRun: boolean }): RepairReport;
}
