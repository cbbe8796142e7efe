/** The store as the rest of the program sees it. */

export { type DeleteReport, deletePoints, wouldDelete } from './care/delete.ts';
export { describeStore, type StoreDescription } from './care/describe.ts';
export type { MaintainReport, Maintenance } from './care/maintain.ts';
export { type RepairReport, repairStore } from './care/repair.ts';
export { trimStore } from './care/trim.ts';
export { type VerifyReport, verifyStore } from './care/verify.ts';
export { FULL_COMPACTION } from './compact/plan.ts';
export { StoreError, type StoreErrorKind } from './errors.ts';
export { NodeFiles } from './files/node-files.ts';
export * from './history/index.ts';
export { type StoreOptions, storeOptions } from './options.ts';
export type { InputPosition, PointBatch } from './points.ts';
export type { SeriesKey } from './series.ts';
export { listSeries, type SeriesInfo } from './series-list.ts';
export type { KeyList } from './series-names.ts';
export { openSnapshot, type Snapshot, stampOf } from './snapshot.ts';
export type { NameMatch } from './source.ts';
export { openStore, Store } from './store.ts';
export { type Asked, openTogether } from './together.ts';
