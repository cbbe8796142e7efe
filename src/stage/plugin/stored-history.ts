/**
 * The history of a Slung program in a store on disk. What the program writes is gathered and goes into the store
 * before any of its output can be seen, before it asks for a history, and when there is much of it: a point at
 * a time, each synced, would be four thousand points a second.
 */
import type { LaneWorld } from '../../plugin/lane/lane-world.ts';
import type { HistoryTask } from '../../plugin/lane/task.ts';
import { CallFailure, type EventNames, type HistoryStore } from '../../plugin/slung/index.ts';
import type { Query } from '../../query/index.ts';
import {
  aggregateOne,
  NodeFiles,
  openSnapshot,
  openStore,
  type Snapshot,
  type Store,
  StoreError,
  stampOf,
  storeOptions,
} from '../../store/index.ts';

const US_PER_MS = 1000;
/** Points that are gathered at most. */
const GATHERED = 4096;

/** Opens the store of a task. @throws StoreError */
export function openHistory(task: HistoryTask, world: LaneWorld, warn: (text: string) => void): HistoryStore {
  if (task.isReadOnly) return new AskedHistory(NodeFiles.open(task.directory, { create: false }));
  const files = NodeFiles.open(task.directory, { create: true });
  const options = storeOptions({
    durability: task.durability,
    retainMs: task.retainMs,
    warn,
    clockMs: () => world.monotonicMs(),
    nowUs: () => BigInt(Math.floor(world.nowMs() * US_PER_MS)),
  });
  return new WrittenHistory(openStore(files, options));
}

/** For the program, what the store cannot do is the failure of a call. */
function asCall<R>(call: () => R): R {
  try {
    return call();
  } catch (error) {
    throw error instanceof StoreError ? new CallFailure(error.message) : error;
  }
}

class WrittenHistory implements HistoryStore {
  readonly #store: Store;
  readonly #ids = new Uint32Array(GATHERED);
  readonly #timesUs = new BigInt64Array(GATHERED);
  readonly #values = new Float64Array(GATHERED);
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  write(names: EventNames, timestampUs: bigint, value: number): void {
    asCall(() => {
      if (this.#count === GATHERED) this.settle();
      this.#ids[this.#count] = this.#store.seriesId(names.series, names.tags);
    });
    this.#timesUs[this.#count] = timestampUs;
    this.#values[this.#count] = value;
    this.#count++;
  }

  aggregate(query: Query, nowUs: bigint): number {
    return asCall(() => {
      this.settle();
      return aggregateOne(this.#store.snapshot(), query, nowUs);
    });
  }

  settle(): void {
    if (this.#count === 0) return;
    const columns = { ids: this.#ids, timesUs: this.#timesUs, values: this.#values };
    this.#store.append({ ...columns, count: this.#count, positions: [] });
    this.#count = 0;
  }

  close(): void {
    try {
      this.settle();
    } finally {
      this.#store.close();
    }
  }
}

/** A store that others may write to meanwhile: it is looked at again when it has changed. */
class AskedHistory implements HistoryStore {
  readonly #files: NodeFiles;
  #snapshot: Snapshot | undefined;
  #stamp = '';

  constructor(files: NodeFiles) {
    this.#files = files;
  }

  write(): void {
    throw new CallFailure('the store is written to by --record in this run, and can only be asked');
  }

  aggregate(query: Query, nowUs: bigint): number {
    return asCall(() => {
      const stamp = stampOf(this.#files);
      if (this.#snapshot === undefined || stamp !== this.#stamp) {
        this.close();
        this.#snapshot = openSnapshot(this.#files);
        this.#stamp = stamp;
      }
      return aggregateOne(this.#snapshot, query, nowUs);
    });
  }

  settle(): void {}

  close(): void {
    this.#snapshot?.close();
    this.#snapshot = undefined;
  }
}
