/**
 * Batches: the entries of neighbouring series of a set, and what the kernel needs to find those of each
 * (fold-layout.ts).
 *
 * Mostly all sources have the same series and all of them are wanted: then a batch is a range of blocks in each
 * source, and nothing is done for a series. Otherwise each part of each series is written down; a source of which most
 * blocks are wanted is nevertheless read at once, since a read for each of 1 000 series takes longer.
 */
import { damaged } from '../errors.ts';
import * as F from '../kernel/fold-layout.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_BYTES } from '../kernel/layout.ts';
import type { PointSource } from '../source.ts';
import type { Parts, SeriesSet } from './series-set.ts';

/** Series [from, to) of a set. */
export interface Batch {
  readonly from: number;
  readonly to: number;
  /** In the kernel's memory; a multiple of 8. */
  readonly bytes: number;
  /** Writes it there. @throws StoreError when a source is damaged */
  place(kernel: Kernel, address: number): void;
  /** Tells a fold where it is. @param words the fold's, as u32 */
  point(words: Uint32Array): void;
}

/**
 * The batches of a set, with so many blocks each, or one series. @throws StoreError when a source contradicts itself
 */
export function batchesOf(set: SeriesSet, mostBlocks: number): Batch[] {
  const firsts = set.sources.map(firstBlocksOf);
  const { found, count } = set;
  if (count === 0) return [];
  const isRange = found !== undefined && found[count - 1]! - found[0]! === count - 1;
  return isRange ? rangesOf(set, firsts, found[0]!, mostBlocks) : scatteredOf(set, firsts, mostBlocks);
}

function firstBlocksOf(source: PointSource): Uint32Array {
  if (source.firstBlocks !== undefined) return source.firstBlocks;
  return Uint32Array.from({ length: source.seriesCount + 1 }, (_, series) => source.firstBlock(series));
}

const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;
const wordsBytes = (words: number): number => aligned(4 * words);

/** @param first what all sources call the first series of the set; the others follow it */
function rangesOf(set: SeriesSet, firsts: readonly Uint32Array[], first: number, mostBlocks: number): Batch[] {
  const batches: Batch[] = [];
  const blocksTo = (series: number): number => firsts.reduce((sum, blocks) => sum + blocks[first + series]!, 0);
  for (let from = 0; from < set.count; ) {
    const most = blocksTo(from) + mostBlocks;
    let to = from + 1;
    let end = set.count;
    while (to < end) {
      const middle = (to + end + 1) >>> 1;
      if (blocksTo(middle) <= most) to = middle;
      else end = middle - 1;
    }
    batches.push(new RangeBatch(set, firsts, first, from, to));
    from = to;
  }
  return batches;
}

/** Series that follow each other in all sources. */
class RangeBatch implements Batch {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly #sources: readonly PointSource[];
  /** For each source the first blocks of the batch's series, and the end of the last one's. */
  readonly #firstBlocks: readonly Uint32Array[];
  #address = 0;

  constructor({ sources }: SeriesSet, firsts: readonly Uint32Array[], first: number, from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#sources = sources;
    this.#firstBlocks = firsts.map((blocks) => blocks.subarray(first + from, first + to + 1));
    let bytes = sources.length * (F.LANE_BYTES + wordsBytes(to - from + 1));
    for (const [index, blocks] of this.#firstBlocks.entries()) {
      if (blocks.at(-1)! < blocks[0]!) throw endsEarly(sources[index]!, first + from);
      bytes += (blocks.at(-1)! - blocks[0]!) * ENTRY_BYTES;
    }
    this.bytes = bytes;
  }

  place(kernel: Kernel, address: number): void {
    this.#address = address;
    let at = address + this.#sources.length * F.LANE_BYTES;
    for (const [index, source] of this.#sources.entries()) {
      const blocks = this.#firstBlocks[index]!;
      const from = blocks[0]!;
      const to = blocks.at(-1)!;
      const entriesAt = at + wordsBytes(blocks.length);
      copyEntries(source, from, to, entriesAt, kernel);
      kernel.bytes.set(new Uint8Array(blocks.buffer, blocks.byteOffset, blocks.byteLength), at);
      // Block 0 itself may be below address 0; what is added to it later leads back.
      const lane = Uint32Array.of(at, entriesAt - from * ENTRY_BYTES, from, to);
      kernel.bytes.set(new Uint8Array(lane.buffer), address + index * F.LANE_BYTES);
      at = entriesAt + (to - from) * ENTRY_BYTES;
    }
  }

  point(words: Uint32Array): void {
    words[F.F_PARTS / 4] = 0;
    words[F.F_LANES / 4] = this.#address;
    words[F.F_LANES_END / 4] = this.#address + this.#sources.length * F.LANE_BYTES;
  }
}

/** What of a source a batch needs. */
interface Lane {
  readonly source: PointSource;
  readonly firstBlocks: Uint32Array;
  /** Its blocks are among [from, to), and so many. */
  from: number;
  to: number;
  wanted: number;
}

function scatteredOf(set: SeriesSet, firsts: readonly Uint32Array[], mostBlocks: number): Batch[] {
  const batches: Batch[] = [];
  const { parts } = set;
  const { starts, sourceOf, numbers } = parts;
  for (let from = 0; from < set.count; ) {
    const lanes = set.sources.map(
      (source, index): Lane => ({ source, firstBlocks: firsts[index]!, from: 0, to: 0, wanted: 0 }),
    );
    let wanted = 0;
    let to = from;
    for (; to < set.count && (to === from || wanted < mostBlocks); to++) {
      for (let part = starts[to]!; part < starts[to + 1]!; part++) {
        const lane = lanes[sourceOf[part]!]!;
        const number = numbers[part]!;
        const first = lane.firstBlocks[number]!;
        const end = lane.firstBlocks[number + 1]!;
        if (end < first) throw endsEarly(lane.source, number);
        if (lane.wanted === 0) lane.from = first;
        lane.to = end;
        lane.wanted += end - first;
        wanted += end - first;
      }
    }
    batches.push(new ScatteredBatch(parts, lanes, from, to));
    from = to;
  }
  return batches;
}

const isDense = ({ from, to, wanted }: Lane): boolean => to - from <= 2 * wanted;

/** Any series. */
class ScatteredBatch implements Batch {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly #parts: Parts;
  readonly #lanes: readonly Lane[];
  readonly #partCount: number;
  #address = 0;

  constructor(parts: Parts, lanes: readonly Lane[], from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#parts = parts;
    this.#lanes = lanes;
    this.#partCount = parts.starts[to]! - parts.starts[from]!;
    const blocks = lanes.reduce((sum, lane) => sum + (isDense(lane) ? lane.to - lane.from : lane.wanted), 0);
    this.bytes = wordsBytes(to - from + 1) + this.#partCount * F.PART_BYTES + blocks * ENTRY_BYTES;
  }

  place(kernel: Kernel, address: number): void {
    this.#address = address;
    const starts = this.#parts.starts.slice(this.from, this.to + 1);
    const firstPart = starts[0]!;
    for (let series = 0; series < starts.length; series++) starts[series]! -= firstPart;
    let at = this.#partsAddress + this.#partCount * F.PART_BYTES;
    /** Where the entry of a source's block 0 would be; undefined: each part by itself. */
    const bases = this.#lanes.map((lane) => {
      if (!isDense(lane)) return undefined;
      const base = at - lane.from * ENTRY_BYTES;
      copyEntries(lane.source, lane.from, lane.to, at, kernel);
      at += (lane.to - lane.from) * ENTRY_BYTES;
      return base;
    });
    const parts = new Uint32Array((this.#partCount * F.PART_BYTES) / 4);
    for (let part = 0; part < this.#partCount; part++) {
      const index = this.#parts.sourceOf[firstPart + part]!;
      const number = this.#parts.numbers[firstPart + part]!;
      const { source, firstBlocks } = this.#lanes[index]!;
      const block = firstBlocks[number]!;
      const blocks = firstBlocks[number + 1]! - block;
      const base = bases[index];
      const word = (part * F.PART_BYTES) / 4;
      parts[word + F.P_ENTRY / 4] = base === undefined ? at : base + block * ENTRY_BYTES;
      parts[word + F.P_BLOCKS / 4] = blocks;
      parts[word + F.P_BLOCK / 4] = block;
      parts[word + F.P_SOURCE / 4] = index;
      if (base !== undefined) continue;
      copyEntries(source, block, block + blocks, at, kernel);
      at += blocks * ENTRY_BYTES;
    }
    kernel.bytes.set(new Uint8Array(starts.buffer), address);
    kernel.bytes.set(new Uint8Array(parts.buffer), this.#partsAddress);
  }

  point(words: Uint32Array): void {
    words[F.F_STARTS / 4] = this.#address;
    words[F.F_PARTS / 4] = this.#partsAddress;
  }

  get #partsAddress(): number {
    return this.#address + wordsBytes(this.to - this.from + 1);
  }
}

function copyEntries(source: PointSource, from: number, to: number, address: number, kernel: Kernel): void {
  if (source.readEntries !== undefined) {
    source.readEntries(from, to, kernel.view(address, (to - from) * ENTRY_BYTES));
    return;
  }
  // The kernel's memory may grow while a source looks its entries up.
  const entries = source.entries(from, to);
  kernel.bytes.set(entries, address);
}

function endsEarly(source: PointSource, series: number): Error {
  return damaged(source.name, 0, `the blocks from series ${series} on end before they begin`);
}
