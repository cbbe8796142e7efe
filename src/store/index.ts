/** The store as the rest of the program sees it. */

export { FULL_COMPACTION } from './compact-plan.ts';
export { type DeleteReport, deletePoints, wouldDelete } from './delete.ts';
export { describeStore, type StoreDescription } from './describe.ts';
export { StoreError, type StoreErrorKind } from './errors.ts';
export * from './history/index.ts';
export type { MaintainReport, Maintenance } from './maintain.ts';
export { NodeFiles } from './node-files.ts';
export { type StoreOptions, storeOptions } from './options.ts';
export type { InputPosition, PointBatch } from './points.ts';
export { type RepairReport, repairStore } from './repair.ts';
export type { SeriesKey } from './series.ts';
export { listSeries, type SeriesInfo } from './series-list.ts';
export type { KeyList } from './series-names.ts';
export { openSnapshot, type Snapshot, stampOf } from './snapshot.ts';
export type { NameMatch } from './source.ts';
export { openStore, Store } from './store.ts';
export { trimStore } from './trim.ts';
export { type VerifyReport, verifyStore } from './verify.ts';
