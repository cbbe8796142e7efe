/**
 * Reading a segment that has packs: its index has an entry for each pack, and one for each block that is in none. The
 * blocks of a pack get their numbers and entries when the pack is decoded, so that whoever asks need not know of
 * packs. The pack that was decoded last stays, because most ask for series after series.
 */
import { damaged } from '../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { E_FLAGS, E_SERIES, ENTRY_BYTES, S_COUNT } from '../kernel/layout.ts';
import { ENTRY_PACK, K_SERIES } from '../kernel/pack-layout.ts';
import type { Dictionary } from './dictionary.ts';
import { type PackRoom, packRooms } from './pack-room.ts';
import type { BlockStage } from './stage.ts';

/** The entries and payloads of the index, by their place in it. */
export interface StoredEntries {
  readonly name: string;
  readonly count: number;
  readonly dictionary: Dictionary;
  /** Valid until the next call. @throws StoreError `damaged` */
  entry(place: number): Uint8Array;
  /** Likewise. */
  payload(place: number, entry: Uint8Array): Uint8Array;
  /** Where an entry is in the file; for messages. */
  offsetOf(place: number): number;
}

export class PackedBlocks {
  readonly #stored: StoredEntries;
  readonly #kernel: Kernel;
  readonly #stage: BlockStage;
  readonly #room: PackRoom;
  #isOpen = true;
  /** The entry at hand: its place, its blocks [from, to), and whether it is a pack. */
  #place = -1;
  #from = 0;
  #to = 0;
  #isPack = false;
  /** The pack in the room. */
  #loaded = -1;
  #buffer = new Uint8Array(0);

  constructor(stored: StoredEntries, kernel: Kernel, stage: BlockStage) {
    this.#stored = stored;
    this.#kernel = kernel;
    this.#stage = stage;
    this.#room = packRooms.borrow(kernel);
  }

  close(): void {
    if (this.#isOpen) packRooms.giveBack(this.#kernel, this.#room);
    this.#isOpen = false;
  }

  /** Whether a block shares its payload with others. @throws StoreError `damaged` */
  isInPack(block: number): boolean {
    this.#seek(block);
    return this.#isPack;
  }

  /** Where the entry of a block is, or of its pack. @throws StoreError `damaged` */
  placeOf(block: number): number {
    this.#seek(block);
    return this.#place;
  }

  /** As SegmentReader.entries. */
  entries(from: number, to: number): Uint8Array {
    const bytes = (to - from) * ENTRY_BYTES;
    if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(bytes);
    const into = this.#buffer.subarray(0, bytes);
    this.readEntries(from, to, into);
    return into;
  }

  readEntries(from: number, to: number, into: Uint8Array): void {
    for (let block = from; block < to; ) {
      this.#seek(block);
      const at = (block - from) * ENTRY_BYTES;
      if (this.#isPack) {
        this.#load();
        const end = Math.min(this.#to, to);
        const entries = this.#room.entries + (block - this.#from) * ENTRY_BYTES;
        into.set(this.#kernel.view(entries, (end - block) * ENTRY_BYTES), at);
        block = end;
      } else {
        into.set(this.#stored.entry(this.#place), at);
        block += 1;
      }
    }
  }

  /** As SegmentReader.decode, for a block in a pack. */
  decode(block: number, times: number, values: number, ordinals: number): number {
    this.#seek(block);
    this.#load();
    const { bytes, u32 } = this.#kernel;
    const { entries, ...room } = this.#room;
    let from = 0;
    for (let other = 0; other < block - this.#from; other++)
      from += u32[(entries + other * ENTRY_BYTES + S_COUNT) / 4]!;
    const count = u32[(entries + (block - this.#from) * ENTRY_BYTES + S_COUNT) / 4]!;
    const to = from + count;
    if (times !== 0) bytes.copyWithin(times, room.times + 8 * from, room.times + 8 * to);
    if (values !== 0) bytes.copyWithin(values, room.values + 8 * from, room.values + 8 * to);
    if (ordinals !== 0) bytes.copyWithin(ordinals, room.ordinals + 4 * from, room.ordinals + 4 * to);
    return count;
  }

  /** Decodes the pack at hand. @throws StoreError `damaged` */
  #load(): void {
    if (this.#loaded === this.#place) return;
    this.#loaded = -1;
    const { name } = this.#stored;
    const entry = Uint8Array.from(this.#stored.entry(this.#place));
    const fault = this.#stage.decodePack(entry, this.#stored.payload(this.#place, entry), this.#room);
    if (fault !== undefined) throw damaged(name, this.#stored.offsetOf(this.#place), `pack ${this.#place}: ${fault}`);
    this.#loaded = this.#place;
  }

  /** Goes to the entry that has a block. @throws StoreError `damaged` */
  #seek(block: number): void {
    if (block >= this.#from && block < this.#to) return;
    const { dictionary, count } = this.#stored;
    const { firstBlocks } = dictionary;
    const isNext = this.#place >= 0 && block === this.#to && this.#place + 1 < count;
    const place = isNext ? this.#place + 1 : this.#search(block);
    const entry = this.#stored.entry(place);
    const series = wordAt(entry, E_SERIES);
    this.#isPack = (entry[E_FLAGS]! & ENTRY_PACK) !== 0;
    const packed = this.#isPack ? wordAt(entry, K_SERIES) : 1;
    const from = this.#isPack ? (firstBlocks[series] ?? -1) : block;
    this.#place = place;
    this.#from = from;
    this.#to = from + packed;
    const first = firstBlocks[series] ?? Number.POSITIVE_INFINITY;
    const end = firstBlocks[series + packed] ?? -1;
    const fits = this.#isPack ? end === this.#to : first <= block && block < end;
    if (fits && block >= from && block < this.#to) return;
    this.#place = -1;
    this.#from = 0;
    this.#to = 0;
    throw damaged(
      this.#stored.name,
      this.#stored.offsetOf(place),
      `entry ${place}: it is of other series than the dictionary says`,
    );
  }

  /** The place of a block's entry, by the series in order of which entries are. */
  #search(block: number): number {
    const { dictionary, count } = this.#stored;
    const series = lastNotAbove(dictionary.firstBlocks, block);
    let from = 0;
    let end = count;
    while (from < end) {
      const middle = (from + end) >>> 1;
      if (wordAt(this.#stored.entry(middle), E_SERIES) >= series) end = middle;
      else from = middle + 1;
    }
    if (from === count) return count - 1;
    const entry = this.#stored.entry(from);
    if (wordAt(entry, E_SERIES) !== series) return Math.max(0, from - 1);
    const isPack = (entry[E_FLAGS]! & ENTRY_PACK) !== 0;
    return Math.min(count - 1, isPack ? from : from + block - dictionary.firstBlocks[series]!);
  }
}

/** The last series that begins at or before a block. */
function lastNotAbove(firstBlocks: Uint32Array, block: number): number {
  let from = 0;
  let end = firstBlocks.length - 1;
  while (end - from > 1) {
    const middle = (from + end) >>> 1;
    if (firstBlocks[middle]! <= block) from = middle;
    else end = middle;
  }
  return from;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
