/**
 * The store as a run writes to it: counts what goes in, keeps the positions that have not gone in yet, and turns the
 * store's errors into errors of an output. What was acknowledged stays, whatever happens later.
 */
import type { PointColumns } from '../engine/point-engine.ts';
import { SinkError } from '../io/index.ts';
import { StoreError } from '../store/errors.ts';
import type { InputPosition } from '../store/points.ts';
import type { Store } from '../store/store.ts';

/** What a run needs of a store. */
export type PointStore = Pick<Store, 'seriesId' | 'append' | 'position' | 'syncDueMs' | 'sync' | 'close'>;

/** The counts of --stats about the store; the names are part of the interface. */
export interface StoreReport {
  readonly points: number;
  /** Different series among them. */
  readonly series: number;
}

const NO_POINTS: PointColumns = {
  ids: new Uint32Array(0),
  timesUs: new BigInt64Array(0),
  values: new Float64Array(0),
};

/** A store's error as that of an output: the message, and the next step in a line of its own. */
export function storeFailure(directory: string, error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const hint = error.hint === undefined ? '' : `\n${error.hint}`;
  // Messages about the directory itself begin with it.
  const place = error.message.startsWith(directory) ? '' : `store ${directory}: `;
  return new SinkError(directory, error.kind, `${place}${error.message}${hint}`, 0, error);
}

export class StoreWriter {
  readonly #store: PointStore;
  readonly #directory: string;
  /** Positions that no append has carried yet, by input. */
  readonly #pending = new Map<string, InputPosition>();
  readonly #series = new Set<number>();
  #points = 0;
  #hasFailed = false;
  #isClosed = false;
  /** For --durability interval, when the input is dry. */
  #timer: NodeJS.Timeout | undefined;
  /** What went wrong when nobody was there to be told. */
  #late: unknown;

  /** Owns the store from now on. */
  constructor(store: PointStore, directory: string) {
    this.#store = store;
    this.#directory = directory;
  }

  /** See Store. @throws StoreError `invalid`; SinkError for all others */
  readonly seriesId = (name: string, tags: readonly string[]): number => {
    try {
      const id = this.#store.seriesId(name, tags);
      this.#series.add(id);
      return id;
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'invalid') throw error;
      throw this.#fail(error);
    }
  };

  position(input: string): InputPosition | undefined {
    return this.#store.position(input);
  }

  /** So far an input has been read; the next append says so, or the end. */
  notePosition(position: InputPosition): void {
    this.#pending.set(position.input, position);
  }

  /** Appends the first `count` points, with what positions there are. @throws SinkError */
  append(columns: PointColumns, count: number, hasPositions: boolean): void {
    const positions = hasPositions ? [...this.#pending.values()] : [];
    if (this.#late !== undefined) throw this.#late;
    if (count === 0 && positions.length === 0) return;
    try {
      this.#store.append({ ...columns, count, positions });
    } catch (error) {
      throw this.#fail(error);
    }
    this.#syncLater();
    this.#points += count;
    if (hasPositions) this.#pending.clear();
  }

  #syncLater(): void {
    const dueMs = this.#timer === undefined ? this.#store.syncDueMs : undefined;
    if (dueMs === undefined) return;
    const sync = (): void => {
      this.#timer = undefined;
      try {
        if (this.#store.syncDueMs !== undefined) this.#store.sync();
      } catch (error) {
        this.#late = this.#fail(error);
      }
    };
    this.#timer = setTimeout(sync, dueMs).unref();
  }

  report(): StoreReport {
    return { points: this.#points, series: this.#series.size };
  }

  /** Puts the last positions in and closes the store; what is called twice does nothing. @throws SinkError */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    try {
      if (this.#late !== undefined) throw this.#late;
      if (!this.#hasFailed) this.append(NO_POINTS, 0, true);
    } finally {
      this.#close();
    }
  }

  #close(): void {
    try {
      this.#store.close();
    } catch (error) {
      // After a failure that was told, that closing fails as well says nothing new.
      if (!this.#hasFailed) throw this.#fail(error);
    }
  }

  #fail(error: unknown): unknown {
    this.#hasFailed = true;
    return storeFailure(this.#directory, error);
  }
}
