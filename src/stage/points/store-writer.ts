/**
 * The store as a run writes to it: counts what goes in, keeps the positions that have not gone in yet, and turns the
 * store's errors into errors of an output. What was acknowledged stays, whatever happens later.
 */
import type { InternKeys, PointColumns } from '../../engine/point-engine.ts';
import { counted } from '../../format/count.ts';
import type { Ends } from '../../graph/ends.ts';
import type { OpenedInput } from '../../graph/inlet.ts';
import type { KeyList, PointStore, StoreReport } from '../../graph/point-store.ts';
import { type InputPosition, Ledger } from '../../graph/receipt.ts';
import { openInput, type Resuming } from '../../graph/resume.ts';
import { SinkError } from '../../io/index.ts';
import { StoreError } from '../../store/errors.ts';
import { excerpt, oneLine } from '../../text/printable.ts';
import { WaitingPoints } from './waiting-points.ts';

const NO_POINTS: PointColumns = {
  ids: new Uint32Array(0),
  timesUs: new BigInt64Array(0),
  values: new Float64Array(0),
};

/** A store's error as that of an output: the message and the next step in one line, as errors of outputs are. */
export function storeFailure(directory: string, error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const hint = error.hint === undefined ? '' : `; ${asClause(error.hint)}`;
  // Messages about the directory itself begin with it.
  const place = error.message.startsWith(excerpt(directory)) ? '' : `store ${excerpt(directory)}: `;
  return new SinkError(directory, error.kind, `${place}${error.message}${hint}`, 0, error);
}

/** A sentence as a part of another one. Names in capitals stay what they are. */
function asClause(sentence: string): string {
  const text = oneLine(sentence).replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** How many different numbers there are: a byte for each, where a set would take thirty. */
class SeriesCount {
  #isThere = new Uint8Array(1024);
  size = 0;

  add(id: number): void {
    if (id >= this.#isThere.length) {
      const larger = new Uint8Array(2 * (id + 1));
      larger.set(this.#isThere);
      this.#isThere = larger;
    }
    if (this.#isThere[id] === 0) this.size += 1;
    this.#isThere[id] = 1;
  }
}

export class StoreWriter {
  readonly #store: PointStore;
  /** The store, for messages. */
  readonly directory: string;
  /** Positions that no append has carried yet, by input. */
  readonly #pending = new Map<string, InputPosition>();
  readonly #series = new SeriesCount();
  /** The numbers of many series at once, for their keys; undefined when the store does not take them so. */
  readonly seriesIds: InternKeys | undefined;
  /** Inputs of which the run reads what no run has read. */
  readonly #adding = new WeakSet<object>();
  /** How far each input has been noted. */
  readonly #noted = new Map<string, number>();
  readonly #waiting = new WaitingPoints();
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
    this.directory = directory;
    this.seriesIds = store.seriesIds === undefined ? undefined : (bytes, count) => this.#idsOf({ bytes, count });
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

  /** @throws SinkError */
  #idsOf(keys: KeyList): Uint32Array {
    try {
      const ids = this.#store.seriesIds!(keys);
      for (const id of ids) this.#series.add(id);
      return ids;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  position(input: string): InputPosition | undefined {
    return this.#store.position(input);
  }

  /**
   * Opens an input. With --resume, what is read for the first time adds its points to what is there; an input that is
   * read from its start once more, although an earlier run had come further, gives the points that it gave before.
   */
  async openInput(input: string, ends: Ends, options: Omit<Resuming, 'position'>): Promise<OpenedInput> {
    let isKnown = false;
    const position = (name: string): InputPosition | undefined => {
      const found = this.#store.position(name);
      isKnown = found !== undefined;
      return found;
    };
    const opened = await openInput(input, ends, { ...options, position });
    const { file } = opened;
    if (file === undefined) return opened;
    const isAgain = isKnown && opened.bytes === 0;
    if (options.resume && !isAgain) this.#adding.add(file);
    this.#noted.delete(file.input);
    // What was done with without any points is noted when all before it has been done, too.
    return { ...opened, ledger: new Ledger(file, (settled) => this.notePosition(settled)) };
  }

  /** The points from now on are of this input. @throws SinkError */
  from(input: object | undefined): void {
    try {
      this.#store.setAdding(input !== undefined && this.#adding.has(input));
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** So far an input has been read; the next append says so, or the end. */
  notePosition(position: InputPosition): void {
    if (position.bytes <= (this.#noted.get(position.input) ?? 0)) return;
    this.#noted.set(position.input, position.bytes);
    this.#pending.set(position.input, position);
  }

  /** Points wait for the end of their batch. */
  get hasWaiting(): boolean {
    return this.#waiting.count > 0;
  }

  /** Keeps the first `count` points for the next append: they are part of a batch whose end is not there yet. */
  wait(columns: PointColumns, count: number): void {
    this.#waiting.add(columns, count);
  }

  /**
   * Appends what waits and the first `count` points, with what positions there are: all or nothing, so that whoever
   * goes on at a position finds exactly the points before it.
   * @throws SinkError
   */
  append(columns: PointColumns, count: number): void {
    const positions = [...this.#pending.values()];
    if (this.#late !== undefined) throw this.#late;
    if (this.#waiting.count > 0) {
      this.#waiting.add(columns, count);
      const all = this.#waiting.take();
      this.#append(all.columns, all.count, positions);
    } else if (count > 0 || positions.length > 0) this.#append(columns, count, positions);
  }

  #append(columns: PointColumns, count: number, positions: readonly InputPosition[]): void {
    try {
      this.#store.append({ ...columns, count, positions });
    } catch (error) {
      throw this.#fail(error);
    }
    this.#syncLater();
    this.#points += count;
    this.#pending.clear();
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
    const { points, changed } = this.#store.replaced;
    return { points: this.#points, series: this.#series.size, replaced: points, changed };
  }

  /** What has to be said at the end, when the store is closed. */
  words(): readonly string[] {
    const { points, changed } = this.#store.replaced;
    if (points === 0) return [];
    const others = changed === 0 ? 'all with the same values' : `${changed} of them with another value`;
    const what = `${counted(points, 'point')} took the place of points that were in the store already, with the same series and time`;
    return [`${what}: ${others}`];
  }

  /**
   * Puts the last positions in and closes the store. Points that still wait are of a batch that was never done to its
   * end. What is called twice does nothing. @throws SinkError
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    try {
      if (this.#late !== undefined) throw this.#late;
      this.#waiting.take();
      if (!this.#hasFailed) this.append(NO_POINTS, 0);
    } finally {
      this.#close();
    }
  }

  #close(): void {
    try {
      this.#store.close();
    } catch (error) {
      // After a failure that was reported, a second one while closing says nothing new.
      if (!this.#hasFailed) throw this.#fail(error);
    }
  }

  #fail(error: unknown): unknown {
    this.#hasFailed = true;
    return storeFailure(this.directory, error);
  }
}
