/**
 * Several stores as one: the sources of all their snapshots in one list, over one kernel, so that code that reads a
 * snapshot reads them, too. A store named later counts as written later: its sources are younger than all before, and
 * of two points with one series, time and ordinal its point wins, as a later run's would.
 *
 * Errors of one store name files of its directory. This file adds the directory.
 */
import { excerpt } from '../text/printable.ts';
import { StoreError } from './errors.ts';
import type { Files } from './files/files.ts';
import { Kernel } from './kernel/kernel.ts';
import type { SeriesKey } from './series.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';
import type { NameMatch, PointSource } from './source.ts';

/** What can be asked, of one store or several. */
export type Asked = Pick<Snapshot, 'kernel' | 'sources' | 'close'>;

/**
 * The stores as they are now, each without a lock and at a moment of its own.
 * @param stores the one whose points hold last; with one only, this is its snapshot
 * @throws StoreError as openSnapshot, with the store's directory in its message; nothing is left open then
 */
export function openTogether(stores: readonly Files[]): Asked {
  const [only] = stores;
  if (stores.length === 1) return openSnapshot(only!);
  const kernel = new Kernel();
  const open: Snapshot[] = [];
  const sources: PointSource[] = [];
  const close = () => {
    for (const snapshot of open) snapshot.close();
  };
  try {
    for (const files of stores) {
      const snapshot = inStore(files.directory, () => openSnapshot(files, kernel));
      open.push(snapshot);
      for (const source of snapshot.sources) sources.push(new StoreSource(source, sources.length, files.directory));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { kernel, sources, close };
}

/** Does something with a store, and names it in what goes wrong. @throws StoreError */
function inStore<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof StoreError ? named(error, directory) : error;
  }
}

function named(error: StoreError, directory: string): StoreError {
  const { kind, message, file, offset, hint, cause } = error;
  const name = excerpt(directory);
  // That there is no store says where.
  if (message.startsWith(`${name}:`)) return error;
  return new StoreError(kind, `${name}: ${message}`, {
    ...(file === undefined ? {} : { file }),
    ...(offset === undefined ? {} : { offset }),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** A source of one of several stores. */
class StoreSource implements PointSource {
  /** Its place among the sources of all stores: ages of two stores say nothing about each other. */
  readonly age: number;
  readonly name: string;
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly hasOrdinals: boolean;
  readonly firstTimeUs: bigint;
  readonly lastTimeUs: bigint;
  /** Only when the source has it: without it, callers know that the kernel's memory may grow. */
  readonly readEntries?: (from: number, to: number, into: Uint8Array) => void;
  readonly #source: PointSource;
  readonly #directory: string;
  #firstBlocks: Uint32Array | undefined;

  constructor(source: PointSource, age: number, directory: string) {
    this.age = age;
    this.name = `${excerpt(directory)}: ${source.name}`;
    this.seriesCount = source.seriesCount;
    this.pointCount = source.pointCount;
    this.hasOrdinals = source.hasOrdinals === true;
    this.firstTimeUs = source.firstTimeUs;
    this.lastTimeUs = source.lastTimeUs;
    this.#source = source;
    this.#directory = directory;
    if (source.readEntries === undefined) return;
    this.readEntries = (from, to, into) => this.#named(() => source.readEntries?.(from, to, into));
  }

  get blockCount(): number {
    return this.#named(() => this.#source.blockCount);
  }

  get firstBlocks(): Uint32Array {
    this.#firstBlocks ??= this.#named(() => {
      const source = this.#source;
      if (source.firstBlocks !== undefined) return source.firstBlocks;
      return Uint32Array.from({ length: source.seriesCount + 1 }, (_, series) => source.firstBlock(series));
    });
    return this.#firstBlocks;
  }

  find(match: NameMatch): readonly number[] {
    return this.#named(() => this.#source.find(match));
  }

  key(series: number): SeriesKey {
    return this.#named(() => this.#source.key(series));
  }

  keyBytes(series: number): Uint8Array {
    return this.#named(() => this.#source.keyBytes(series));
  }

  hasKeysOf(other: PointSource): boolean {
    if (!(other instanceof StoreSource)) return false;
    return this.#named(() => this.#source.hasKeysOf?.(other.#source) === true);
  }

  firstBlock(series: number): number {
    return this.firstBlocks[series]!;
  }

  entries(from: number, to: number): Uint8Array {
    return this.#named(() => this.#source.entries(from, to));
  }

  decode(block: number, times: number, values: number, ordinals = 0): number {
    return this.#named(() => this.#source.decode(block, times, values, ordinals));
  }

  #named<T>(action: () => T): T {
    return inStore(this.#directory, action);
  }
}
