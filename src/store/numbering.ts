/**
 * The number of a point among those of the same series and time: its ordinal. All points of one run are kept, so their
 * numbers continue from what the run has written before, whether it is still in the table or already in segments. Two
 * runs over one input then give the same numbers, and the second replaces what the first wrote.
 *
 * Nothing is stored for this. A series that moves on in time shares no moment with its flushed points, and needs no
 * lookup; for one that moves back, the blocks that it overlaps are decoded once for each flush.
 */
import { StoreError } from './errors.ts';
import type { GatheredPoints, Kernel } from './kernel/kernel.ts';
import * as L from './kernel/layout.ts';
import type { PointSource } from './source.ts';

/** Points that took the place of others of earlier runs. */
export interface Replaced {
  readonly points: number;
  /** Those among them whose value is another one. */
  readonly changed: number;
}

/**
 * A log that says so has points of which the last of each time holds, all with ordinal 0: that of a version-1 log,
 * too.
 */
export const KEEPS_LAST = 0xffff_ffff;

/** Marks of markReplaced. */
const SAME = 1;
const OTHER = 2;

interface Room {
  readonly times: number;
  readonly values: number;
  readonly ordinals: number;
}

const rooms = new WeakMap<Kernel, Room>();

function roomOf(kernel: Kernel): Room {
  const known = rooms.get(kernel);
  if (known !== undefined) return known;
  const column = L.BLOCK_POINTS * 8 + 64;
  const room = { times: kernel.alloc(column), values: kernel.alloc(column), ordinals: kernel.alloc(column) };
  rooms.set(kernel, room);
  return room;
}

export class Numbering {
  readonly #kernel: Kernel;
  readonly #keyBytes: (id: number) => Uint8Array;
  readonly #earlier: () => readonly PointSource[];
  readonly #mayFollow: (id: number) => boolean;

  /**
   * @param earlier sources behind whose points those of the same times go on, at the moment of the call
   * @param mayFollow whether a series can be in any of them, as far as that is known without a look
   */
  constructor(
    kernel: Kernel,
    keyBytes: (id: number) => Uint8Array,
    earlier: () => readonly PointSource[],
    mayFollow: (id: number) => boolean = () => true,
  ) {
    this.#mayFollow = mayFollow;
    this.#kernel = kernel;
    this.#keyBytes = keyBytes;
    this.#earlier = earlier;
  }

  /** The last time that any of the sources has; undefined when there are none. */
  get earlierUs(): bigint | undefined {
    return lastOf(this.#earlier());
  }

  /** Whether a series can be in one. */
  mayFollow(id: number): boolean {
    return this.#mayFollow(id);
  }

  /**
   * Numbers the points of a series, which are in order of time and, within it, in that in which they came.
   * @param isAscending no time is there twice
   * @returns whether any ordinal is not 0; otherwise `ordinals` need not be filled
   * @throws StoreError `io`
   */
  number(id: number, times: number, count: number, ordinals: number, isAscending: boolean): boolean {
    const kernel = this.#kernel;
    let isNumbered = !isAscending;
    let has = isNumbered && kernel.exports.numberPoints(times, count, ordinals) !== 0;
    if (!this.#mayFollow(id)) return has;
    const room = roomOf(kernel);
    visitOverlapping(kernel, this.#earlier(), this.#keyBytes(id), { times, count }, 0, (otherCount) => {
      const { exports } = kernel;
      if (!isNumbered) exports.numberPoints(times, count, ordinals);
      isNumbered = true;
      if (exports.raiseOrdinals(times, ordinals, count, room.times, room.ordinals, otherCount) !== 0) has = true;
    });
    return has;
  }
}

function lastOf(sources: readonly PointSource[]): bigint | undefined {
  return sources.reduce<bigint | undefined>(
    (last, { lastTimeUs }) => (last === undefined || lastTimeUs > last ? lastTimeUs : last),
    undefined,
  );
}

/** Counts what the points of a table take the place of. */
export class ReplacedCounter {
  points = 0;
  changed = 0;
  readonly #kernel: Kernel;
  readonly #older: readonly PointSource[];
  #marks = 0;
  #marksRoom = 0;

  /** @param older what may be replaced, in order of age */
  constructor(kernel: Kernel, older: readonly PointSource[]) {
    this.#kernel = kernel;
    this.#older = [...older].reverse();
  }

  /** The last time at which anything can be replaced; undefined when nothing can. */
  get lastUs(): bigint | undefined {
    return lastOf(this.#older);
  }

  /** @throws StoreError `io` */
  add(key: Uint8Array, { times, values, ordinals, count }: GatheredPoints): void {
    if (this.#older.length === 0 || count === 0) return;
    const kernel = this.#kernel;
    if (this.#marksRoom < count) {
      this.#marksRoom = 2 * count;
      this.#marks = kernel.alloc(this.#marksRoom);
    }
    const room = roomOf(kernel);
    let isMarked = false;
    const marks = this.#marks;
    visitOverlapping(kernel, this.#older, key, { times, count }, room.values, (otherCount) => {
      if (!isMarked) kernel.bytes.fill(0, marks, marks + count);
      isMarked = true;
      const other = [room.times, room.values, room.ordinals, otherCount] as const;
      kernel.exports.markReplaced(times, values, ordinals, count, ...other, marks);
    });
    if (!isMarked) return;
    const changed = kernel.exports.countMarks(marks, count, OTHER);
    this.changed += changed;
    this.points += changed + kernel.exports.countMarks(marks, count, SAME);
  }
}

/**
 * Decodes the blocks of a series that share time with its points. @param values address, or 0 when they are not wanted
 */
function visitOverlapping(
  kernel: Kernel,
  sources: readonly PointSource[],
  key: Uint8Array,
  { times, count }: Pick<GatheredPoints, 'times' | 'count'>,
  values: number,
  visit: (count: number) => void,
): void {
  if (count === 0) return;
  const firstUs = kernel.i64[times >>> 3]!;
  const lastUs = kernel.i64[(times >>> 3) + count - 1]!;
  const room = roomOf(kernel);
  for (const source of sources) {
    if (source.pointCount === 0 || source.lastTimeUs < firstUs || source.firstTimeUs > lastUs) continue;
    try {
      visitBlocks(source, key, firstUs, lastUs, (block) =>
        visit(source.decode(block, room.times, values, room.ordinals)),
      );
    } catch (error) {
      // What is damaged is no reason to refuse new points; whoever reads or verifies it hears of it.
      if (!(error instanceof StoreError) || error.kind !== 'damaged') throw error;
    }
  }
}

function visitBlocks(
  source: PointSource,
  key: Uint8Array,
  firstUs: bigint,
  lastUs: bigint,
  visit: (block: number) => void,
): void {
  const series = finderOf(source).find(key);
  if (series === undefined) return;
  const end = source.firstBlock(series + 1);
  for (let block = source.firstBlock(series); block < end; block++) {
    const entry = source.entries(block, block + 1);
    const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
    if (view.getBigInt64(L.S_FIRST_TIME, true) > lastUs) return;
    if (view.getBigInt64(L.S_LAST_TIME, true) >= firstUs) visit(block);
  }
}

const finders = new WeakMap<PointSource, KeyFinder>();

function finderOf(source: PointSource): KeyFinder {
  const known = finders.get(source) ?? new KeyFinder(source);
  finders.set(source, known);
  return known;
}

/** Looks up series by their keys. Mostly they are asked for in order, so it begins near the last one. */
class KeyFinder {
  readonly #source: PointSource;
  #at = 0;

  constructor(source: PointSource) {
    this.#source = source;
  }

  find(key: Uint8Array): number | undefined {
    const { seriesCount } = this.#source;
    let [from, end] = [0, seriesCount];
    if (this.#at < seriesCount && this.#compare(this.#at, key) <= 0) {
      from = this.#at;
      let step = 1;
      while (from + step < seriesCount && this.#compare(from + step, key) <= 0) {
        from += step;
        step *= 2;
      }
      end = Math.min(seriesCount, from + step);
    } else end = Math.min(seriesCount, this.#at);
    // The last series of [from, end) that is not above the key.
    while (end - from > 1) {
      const middle = (from + end) >>> 1;
      if (this.#compare(middle, key) <= 0) from = middle;
      else end = middle;
    }
    this.#at = from;
    return from < seriesCount && this.#compare(from, key) === 0 ? from : undefined;
  }

  #compare(series: number, key: Uint8Array): number {
    return Buffer.compare(this.#source.keyBytes(series), key);
  }
}
