/**
 * The parts of an open store, as one value, for the code that writes out the table, merges segments or recovers a log.
 */
import type { Files } from './files/files.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { StoreOptions } from './options.ts';
import type { SegmentPool } from './segment/pool.ts';
import type { SeriesNames } from './series-names.ts';
import type { Table } from './table/table.ts';

/** What every part of an open store works on. */
export interface StoreParts {
  readonly files: Files;
  readonly options: StoreOptions;
  readonly kernel: Kernel;
  readonly names: SeriesNames;
  readonly table: Table;
  readonly segments: SegmentPool;
}
