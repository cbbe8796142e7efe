/**
 * What a run needs of a store, and reports about it. src/store has the same types, and graphs do not know it. Types
 * only.
 */
import type { InputPosition } from './receipt.ts';

/** Points as columns, and what goes into the store with them: all or nothing. */
export interface PointBatch {
  readonly ids: Uint32Array;
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
  readonly count: number;
  readonly positions: readonly InputPosition[];
}

/** Keys as the store has them, one after the other: the length of each as u16 before it. */
export interface KeyList {
  readonly bytes: Uint8Array;
  readonly count: number;
}

export interface PointStore {
  /** The number of a series. @throws StoreError */
  seriesId(name: string, tags: readonly string[]): number;
  /** The numbers of many series at once. Undefined: they are asked for one by one. @throws StoreError */
  readonly seriesIds?: ((keys: KeyList) => Uint32Array) | undefined;
  /** @throws StoreError */
  append(batch: PointBatch): void;
  position(input: string): InputPosition | undefined;
  /** Whether points from now on are added to what is there with the same series and time. @throws StoreError */
  setAdding(isAdding: boolean): void;
  readonly replaced: { readonly points: number; readonly changed: number };
  /** In how many milliseconds `sync` has to be called; undefined when nothing waits for it. */
  readonly syncDueMs: number | undefined;
  /** @throws StoreError */
  sync(): void;
  /** @throws StoreError */
  close(): void;
}

/** The counts of --stats about the store; the names are part of the interface. */
export interface StoreReport {
  readonly points: number;
  /** Different series among them. */
  readonly series: number;
  /**
   * Points that took the place of points of earlier runs with the same series and time. Complete when the store is
   * closed.
   */
  readonly replaced: number;
  /** Those among them whose value is another one. */
  readonly changed: number;
}
