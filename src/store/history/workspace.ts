/**
 * The memory that a query works in: places in the kernel's memory, which grows and is never given back. A kernel's
 * workspaces are therefore kept and lent again: one question after the other uses the same, and two whose rows are
 * read in turns have one each. Contents do not survive a return, nor the next request for the same place.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { BLOCK_POINTS, SUMMARY_BYTES } from '../kernel/layout.ts';

/** Decoders may read a little behind their columns. */
const SLACK_BYTES = 64;
const COLUMN_BYTES = BLOCK_POINTS * 8 + SLACK_BYTES;

/** The block that belongs to whoever takes the steps of a walk; the walk has the ones after it. */
export const OWN_SLOT = 0;

/** A column of times (i64) and one of values (f64), as addresses. */
export interface Columns {
  readonly times: number;
  readonly values: number;
}

/** And one of ordinals (u32), for whoever needs them. */
export interface NumberedColumns extends Columns {
  readonly ordinals: number;
}

/** Memory that is replaced by a larger piece when it is too small. */
class Room {
  readonly #kernel: Kernel;
  #address = 0;
  #bytes = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  atLeast(bytes: number): number {
    if (bytes > this.#bytes) {
      this.#bytes = Math.max(bytes, 2 * this.#bytes);
      this.#address = this.#kernel.alloc(this.#bytes);
    }
    return this.#address;
  }
}

export class Workspace {
  readonly kernel: Kernel;
  readonly #blocks: NumberedColumns[] = [];
  readonly #entries: Room;
  readonly #index: Room;
  readonly #fold: Room;
  readonly #windows: Room;
  readonly #ends: Room;
  readonly #values: Room;
  readonly #column: Room;
  readonly #pieces: Room;
  readonly #lists: Room;
  readonly #keys: Room;
  readonly #scratch: Room;
  readonly #merged: readonly [Room, Room];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#entries = new Room(kernel);
    this.#index = new Room(kernel);
    this.#fold = new Room(kernel);
    this.#windows = new Room(kernel);
    this.#ends = new Room(kernel);
    this.#values = new Room(kernel);
    this.#column = new Room(kernel);
    this.#pieces = new Room(kernel);
    this.#lists = new Room(kernel);
    this.#keys = new Room(kernel);
    this.#scratch = new Room(kernel);
    this.#merged = [new Room(kernel), new Room(kernel)];
  }

  /** Room for the points of one block; each slot has its own. */
  block(slot: number): NumberedColumns {
    while (this.#blocks.length <= slot) {
      const times = this.kernel.alloc(2.5 * COLUMN_BYTES);
      this.#blocks.push({ times, values: times + COLUMN_BYTES, ordinals: times + 2 * COLUMN_BYTES });
    }
    return this.#blocks[slot]!;
  }

  /** Room for blocks' entries. */
  entries(bytes: number): number {
    return this.#entries.atLeast(bytes);
  }

  /** Room for the entries of many series. */
  index(bytes: number): number {
    return this.#index.atLeast(bytes);
  }

  /** Room for a fold and its description. */
  fold(bytes: number): number {
    return this.#fold.atLeast(bytes);
  }

  /** Room for the summaries of windows. */
  windows(count: number): number {
    return this.#windows.atLeast(count * SUMMARY_BYTES);
  }

  /** Room for a time of each window. */
  ends(count: number): number {
    return this.#ends.atLeast(8 * count);
  }

  /** Room for the description of values that are kept (value-cells.ts). */
  values(bytes: number): number {
    return this.#values.atLeast(bytes);
  }

  /** Room for values that are kept. */
  column(bytes: number): number {
    return this.#column.atLeast(bytes);
  }

  /** Room for what says which values belong where. */
  pieces(bytes: number): number {
    return this.#pieces.atLeast(bytes);
  }

  /** Room for what there is of each window. */
  lists(bytes: number): number {
    return this.#lists.atLeast(bytes);
  }

  /** Room for values in order of windows. */
  keys(bytes: number): number {
    return this.#keys.atLeast(bytes);
  }

  /** Room for values that are looked at together. */
  scratch(bytes: number): number {
    return this.#scratch.atLeast(bytes);
  }

  /** One of two rooms for merged points. */
  merged(which: 0 | 1, points: number): NumberedColumns {
    const times = this.#merged[which].atLeast(20 * points);
    return { times, values: times + 8 * points, ordinals: times + 16 * points };
  }
}

const idle = new WeakMap<Kernel, Workspace[]>();

/**
 * A workspace that nobody else uses until it is given back; one that is never given back is lost, and no harm done.
 */
export function borrowWorkspace(kernel: Kernel): Workspace {
  return idle.get(kernel)?.pop() ?? new Workspace(kernel);
}

export function returnWorkspace(space: Workspace): void {
  const others = idle.get(space.kernel);
  if (others === undefined) idle.set(space.kernel, [space]);
  else others.push(space);
}
