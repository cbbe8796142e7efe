/**
 * The kernel's memory that merging works in: a block for each source, two columns in which the points of overlapping
 * blocks are merged, and the points that wait to become blocks. One for a kernel, whose memory is never given back.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { BLOCK_POINTS } from '../kernel/layout.ts';

/**
 * Addresses of times (i64), values (f64) and ordinals (u32), which are only there when any of a merge's points has
 * one.
 */
export interface Columns {
  readonly times: number;
  readonly values: number;
  readonly ordinals: number;
}

const POINT_HALF_BYTES = 8;
const ORDINAL_BYTES = 4;

const rooms = new WeakMap<Kernel, MergeRoom>();

/** The room of a kernel, for merging so many sources at least. */
export function mergeRoomOf(kernel: Kernel, sources: number): MergeRoom {
  const known = rooms.get(kernel);
  if (known !== undefined && known.sources >= sources) return known;
  // Twice as many each time, so that what is left behind is not more than what is in use.
  const made = new MergeRoom(kernel, Math.max(sources, (known?.sources ?? 1) * 2));
  rooms.set(kernel, made);
  return made;
}

export class MergeRoom {
  readonly sources: number;
  /** BLOCK_POINTS each. */
  readonly blocks: readonly Columns[];
  /** A block of every source. */
  readonly merged: readonly [Columns, Columns];
  /** The same, behind two blocks that were there before. */
  readonly pending: Columns;

  constructor(kernel: Kernel, sources: number) {
    const columns = (blocks: number): Columns => {
      const bytes = blocks * BLOCK_POINTS * POINT_HALF_BYTES;
      return { times: kernel.alloc(bytes), values: kernel.alloc(bytes), ordinals: kernel.alloc(bytes / 2) };
    };
    this.sources = sources;
    this.blocks = Array.from({ length: sources }, () => columns(1));
    this.merged = [columns(sources), columns(sources)];
    this.pending = columns(sources + 2);
  }
}

/** The columns from a point on. */
export function columnsFrom({ times, values, ordinals }: Columns, point: number): Columns {
  const bytes = point * POINT_HALF_BYTES;
  return { times: times + bytes, values: values + bytes, ordinals: ordinals + point * ORDINAL_BYTES };
}

/** Copies points; the two places may overlap. */
export function copyPoints(kernel: Kernel, from: Columns, to: Columns, count: number): void {
  const { bytes } = kernel;
  bytes.copyWithin(to.times, from.times, from.times + count * POINT_HALF_BYTES);
  bytes.copyWithin(to.values, from.values, from.values + count * POINT_HALF_BYTES);
  bytes.copyWithin(to.ordinals, from.ordinals, from.ordinals + count * ORDINAL_BYTES);
}
