/**
 * One series in order of time, from all of its sources: the step of a walk is either a run of blocks that nobody else
 * overlaps, known by their entries and not decoded, or columns of points, merged from blocks that do overlap. Of
 * several points with one time and ordinal only the newest source's counts. Ordinals are looked at only when a source
 * has some.
 *
 * Blocks that overlap are merged in slices: up to the earliest end of a block that is open, so that at most one block
 * of each source is in memory. What is open and alone is handed out as it lies.
 */
import { P_BLOCK, P_BLOCKS, P_ENTRY, P_SOURCE, PART_BYTES } from '../kernel/fold-layout.ts';
import { ENTRY_BYTES, S_FIRST_TIME, S_LAST_TIME } from '../kernel/layout.ts';
import type { PointSource } from '../source.ts';
import { firstNotBefore, upTo } from './entries.ts';
import type { SeriesSet } from './series-set.ts';
import type { Span } from './span.ts';
import { mergeSlices, noPoints, type Slice } from './walk-merge.ts';
import { Part } from './walk-part.ts';
import { type Columns, OWN_SLOT, type Workspace } from './workspace.ts';

const MOST_ORDINAL = 0xffff_ffff;

export class SeriesWalk {
  /** A step of blocks: [block, block + count) of `source`, their entries at `entries`; or else a step of columns. */
  isBlocks = false;
  source!: PointSource;
  block = 0;
  entries = 0;
  /** A step of columns: addresses, valid until the next step. All of them are in the span. */
  times = 0;
  values = 0;
  /** Blocks or points. Only the first and the last block may reach out of the span. */
  count = 0;
  /** What the walk is over. */
  fromUs = 0n;
  toUs = 0n;

  readonly #space: Workspace;
  readonly #pool: Part[] = [];
  #parts: Part[] = [];
  #slices: Slice[] = [];
  /** Some source has ordinals. */
  #isNumbered = false;

  constructor(space: Workspace) {
    this.#space = space;
  }

  /** Begins with a series. Its entries are copied to the kernel's memory. @throws StoreError */
  begin(set: SeriesSet, series: number, span: Span): void {
    this.fromUs = span.fromUs;
    this.toUs = span.toUs;
    const first = set.firstPart(series);
    const end = set.firstPart(series + 1);
    const parts = this.#parts;
    parts.length = 0;
    this.#isNumbered = false;
    let blocks = 0;
    for (let index = first; index < end; index++) {
      const part = this.#part(index - first);
      const number = set.number(index);
      part.source = set.source(index);
      this.#isNumbered ||= part.source.hasOrdinals === true;
      part.block = part.source.firstBlock(number);
      part.end = part.source.firstBlock(number + 1);
      blocks += part.end - part.block;
      parts.push(part);
    }
    let entry = this.#space.entries(blocks * ENTRY_BYTES);
    let kept = 0;
    for (let slot = 0; slot < parts.length; slot++) {
      const part = parts[slot]!;
      if (part.block === part.end) continue;
      const bytes = part.source.entries(part.block, part.end);
      this.#space.kernel.bytes.set(bytes, entry);
      part.entry = entry;
      entry += bytes.length;
      if (this.#trim(part)) parts[kept++] = part;
    }
    parts.length = kept;
  }

  /**
   * Begins with some blocks of a series whose entries are in the kernel's memory.
   * @param blocks parts of a fold (fold-layout.ts), in order of sources; not kept
   */
  beginParts(sources: readonly PointSource[], blocks: Uint32Array, span: Span): void {
    this.fromUs = span.fromUs;
    this.toUs = span.toUs;
    const parts = this.#parts;
    parts.length = 0;
    this.#isNumbered = false;
    for (let at = 0; at < blocks.length; at += PART_BYTES / 4) {
      const part = this.#part(parts.length);
      part.source = sources[blocks[at + P_SOURCE / 4]!]!;
      this.#isNumbered ||= part.source.hasOrdinals === true;
      part.block = blocks[at + P_BLOCK / 4]!;
      part.end = part.block + blocks[at + P_BLOCKS / 4]!;
      part.entry = blocks[at + P_ENTRY / 4]!;
      if (this.#trim(part)) parts.push(part);
    }
  }

  /** One of the parts, with nothing open. */
  #part(slot: number): Part {
    if (slot === this.#pool.length) this.#pool.push(new Part(OWN_SLOT + 1 + slot));
    const part = this.#pool[slot]!;
    part.at = 0;
    part.count = 0;
    return part;
  }

  /** The next step. @returns false at the end of the series @throws StoreError */
  next(): boolean {
    while (this.#parts.length > 0) {
      const head = this.#earliest(undefined)!;
      if (!head.isOpen) {
        const second = this.#earliest(head);
        const left = head.end - head.block;
        const { i64 } = this.#space.kernel;
        const alone = second && firstNotBefore(i64, head.entry + S_LAST_TIME, left, second.startUs);
        if (alone !== 0) return this.#blocks(head, alone ?? left);
      }
      // There may be nothing in it, when a span lies between two points of a block.
      if (this.#slice()) return true;
    }
    return false;
  }

  /** Decodes a block of the step. @returns the number of points */
  decode(index: number, columns: Columns): number {
    return this.source.decode(this.block + index, columns.times, columns.values);
  }

  /** Decodes a block that the span may cut. @returns the indices [from, to) of its points in the span */
  decodeCut(index: number, columns: Columns): { readonly from: number; readonly to: number } {
    const { kernel } = this.#space;
    const count = this.decode(index, columns);
    const from =
      this.firstTimeUs(index) < this.fromUs ? kernel.exports.lowerBound(columns.times, count, this.fromUs) : 0;
    const to = this.lastTimeUs(index) > this.toUs ? upTo(kernel, columns.times, count, this.toUs) : count;
    return { from, to };
  }

  /** The address of a block's entry. */
  entryAt(index: number): number {
    return this.entries + index * ENTRY_BYTES;
  }

  /** The time of the first point of a block of the step. */
  firstTimeUs(index: number): bigint {
    return this.#space.kernel.i64[(this.entries + index * ENTRY_BYTES + S_FIRST_TIME) >>> 3]!;
  }

  lastTimeUs(index: number): bigint {
    return this.#space.kernel.i64[(this.entries + index * ENTRY_BYTES + S_LAST_TIME) >>> 3]!;
  }

  #blocks(part: Part, count: number): true {
    this.isBlocks = true;
    this.source = part.source;
    this.block = part.block;
    this.entries = part.entry;
    this.count = count;
    part.block += count;
    part.entry += count * ENTRY_BYTES;
    this.#setStart(part);
    this.#closeParts();
    return true;
  }

  /** Leaves out blocks outside of the span, and empty ones, which come last. @returns false when nothing is left */
  #trim(part: Part): boolean {
    const { f64, i64 } = this.#space.kernel;
    let count = part.end - part.block;
    // A count of 0 is 0 as a float, too, and any other is not; and a float costs nothing.
    while (count > 0 && f64[(part.entry + (count - 1) * ENTRY_BYTES) >>> 3] === 0) count--;
    if (count === 0) return false;
    const lastAt = (part.entry + (count - 1) * ENTRY_BYTES) >>> 3;
    if (i64[lastAt + (S_LAST_TIME >>> 3)]! > this.toUs) {
      count = firstNotBefore(i64, part.entry + S_FIRST_TIME, count, this.toUs + 1n);
    }
    part.end = part.block + count;
    if (count === 0) return false;
    if (i64[(part.entry + S_FIRST_TIME) >>> 3]! < this.fromUs) {
      const skipped = firstNotBefore(i64, part.entry + S_LAST_TIME, count, this.fromUs);
      if (skipped === count) return false;
      part.block += skipped;
      part.entry += skipped * ENTRY_BYTES;
    }
    this.#setStart(part);
    return true;
  }

  #setStart(part: Part): void {
    if (part.block === part.end) return;
    const firstUs = this.#space.kernel.i64[(part.entry + S_FIRST_TIME) >>> 3]!;
    part.startUs = firstUs < this.fromUs ? this.fromUs : firstUs;
  }

  #earliest(except: Part | undefined): Part | undefined {
    let best: Part | undefined;
    for (const part of this.#parts) {
      if (part !== except && (best === undefined || part.startUs < best.startUs)) best = part;
    }
    return best;
  }

  /** Forgets the parts that are at their end. */
  #closeParts(): void {
    let kept = 0;
    for (const part of this.#parts) if (part.isOpen || part.block < part.end) this.#parts[kept++] = part;
    this.#parts.length = kept;
  }

  /** Decodes a part's next block, cut to the span. */
  #open(part: Part): void {
    const { kernel } = this.#space;
    part.columns = this.#space.block(part.slot);
    const { times, values, ordinals } = part.columns;
    const count = part.source.decode(part.block, times, values, this.#isNumbered ? ordinals : 0);
    const last = (part.columns.times >>> 3) + count - 1;
    part.at = kernel.exports.lowerBound(part.columns.times, count, this.fromUs);
    part.count = kernel.i64[last]! > this.toUs ? upTo(kernel, part.columns.times, count, this.toUs) : count;
    part.block++;
    part.entry += ENTRY_BYTES;
    if (!part.isOpen) {
      this.#setStart(part);
      return;
    }
    part.startUs = kernel.i64[(part.columns.times >>> 3) + part.at]!;
    part.openEndUs = kernel.i64[(part.columns.times >>> 3) + part.count - 1]!;
    if (this.#isNumbered) part.openEndOrdinal = kernel.u32[(ordinals >>> 2) + part.count - 1]!;
  }

  /** A step of columns: all points up to the earliest end of an open block. @returns whether there are any */
  #slice(): boolean {
    const { kernel } = this.#space;
    const endUs = this.#openOverlapping();
    const endOrdinal = this.#isNumbered ? this.#endOrdinal(endUs) : MOST_ORDINAL;
    let slices = 0;
    for (const part of this.#parts) {
      if (!part.isOpen || part.startUs > endUs) continue;
      const { times, values, ordinals } = part.columns;
      const from = part.at;
      if (this.#isNumbered) part.at = kernel.exports.upToNumbered(times, ordinals, part.count, endUs, endOrdinal);
      else part.at = part.openEndUs === endUs ? part.count : upTo(kernel, times, part.count, endUs);
      if (slices === this.#slices.length) this.#slices.push({ ...noPoints });
      const slice = this.#slices[slices++]!;
      slice.times = times + 8 * from;
      slice.values = values + 8 * from;
      slice.ordinals = ordinals + 4 * from;
      slice.count = part.at - from;
      if (part.isOpen) part.startUs = kernel.i64[(times >>> 3) + part.at]!;
      else this.#setStart(part);
    }
    this.#closeParts();
    if (slices === 0) return false;
    mergeSlices(this.#space, this.#slices, slices, this.#isNumbered);
    this.isBlocks = false;
    this.times = this.#slices[0]!.times;
    this.values = this.#slices[0]!.values;
    this.count = this.#slices[0]!.count;
    return true;
  }

  /** Opens the earliest block and all that begin before the earliest end. @returns that end */
  #openOverlapping(): bigint {
    let endUs = this.toUs;
    const head = this.#earliest(undefined)!;
    if (!head.isOpen) this.#open(head);
    for (const part of this.#parts) if (part.isOpen && part.openEndUs < endUs) endUs = part.openEndUs;
    for (const part of this.#parts) {
      if (part.isOpen || part.block === part.end || part.startUs > endUs) continue;
      this.#open(part);
      if (part.isOpen && part.openEndUs < endUs) endUs = part.openEndUs;
    }
    return endUs;
  }

  /** Points of one time may go on in a part's next block: up to which of them all are open. */
  #endOrdinal(endUs: bigint): number {
    let end = MOST_ORDINAL;
    for (const part of this.#parts) {
      if (part.isOpen && part.openEndUs === endUs && part.openEndOrdinal < end) end = part.openEndOrdinal;
    }
    return end;
  }
}
