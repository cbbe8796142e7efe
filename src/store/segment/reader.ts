/**
 * Reading a segment. Opening reads the two ends of the file; the dictionary, pages of the index and payloads are read
 * when they are asked for, and everything is checked before it is believed: what comes back is what was written, or a
 * StoreError. The file stays open until `close`, so that a segment can be read to its end after it was replaced and
 * removed.
 */

import { damaged } from '../errors.ts';
import type { Files, OpenFile } from '../files/files.ts';
import type { SegmentInfo } from '../files/manifest.ts';
import { segmentName } from '../files/names.ts';
import { crc32 } from '../kernel/crc32.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as L from '../kernel/layout.ts';
import { ENTRY_PACK, K_COUNT_BYTES } from '../kernel/pack-layout.ts';
import type { SeriesKey } from '../series.ts';
import type { NameMatch, PointSource } from '../source.ts';
import { type IndexPages, IndexWindow, PlainPages } from './block-index.ts';
import { DeflatedPages } from './cold.ts';
import { Dictionary, readDictionary } from './dictionary.ts';
import { readEnds, type SegmentFooter } from './footer.ts';
import { PackedBlocks } from './packs.ts';
import { PayloadWindow } from './payloads.ts';
import { type BlockStage, stageOf } from './stage.ts';

/** What the manifest and the file have to agree on. Levels may be changed without the file. */
const AGREED = [
  ...(['number', 'age', 'isCold', 'points', 'series', 'blocks', 'bytes', 'firstTimeUs', 'lastTimeUs'] as const),
];

export class SegmentReader implements PointSource {
  readonly name: string;
  readonly info: SegmentInfo;
  readonly kernel: Kernel;
  /** Where the areas of the file are. */
  readonly footer: SegmentFooter;
  readonly #file: OpenFile;
  readonly #stage: BlockStage;
  readonly #pages: IndexPages;
  /** What `entries` gives out; `decode` has another, so that it leaves the caller's entries alone. */
  readonly #index: IndexWindow;
  readonly #ownIndex: IndexWindow;
  readonly #payloads: PayloadWindow;
  /** For a segment with packs; blocks are not entries of the index then. */
  readonly #packs: PackedBlocks | undefined;
  #dictionary: Dictionary | undefined;

  /**
   * Opens a segment and checks both ends of its file.
   * @param kernel what blocks are decoded with, and into whose memory
   * @throws StoreError `damaged`, also when it is not what `info` says; `version`, `missing`, `io`
   */
  static open(files: Pick<Files, 'open'>, info: SegmentInfo, kernel: Kernel): SegmentReader {
    const name = segmentName(info.number);
    const file = files.open(name, 'read');
    try {
      const footer = readEnds(file, name);
      const other = AGREED.find((key) => footer.info[key] !== info[key]);
      if (other !== undefined) {
        const said = `its ${other} is ${footer.info[other]}, the manifest says ${info[other]}`;
        throw damaged(name, info.bytes, said);
      }
      return new SegmentReader(file, { ...footer, info }, kernel);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private constructor(file: OpenFile, footer: SegmentFooter, kernel: Kernel) {
    this.name = segmentName(footer.info.number);
    this.info = footer.info;
    this.footer = footer;
    this.kernel = kernel;
    this.#file = file;
    this.#stage = stageOf(kernel);
    this.#pages = new (footer.info.isCold ? DeflatedPages : PlainPages)(file, footer, this.name);
    this.#index = new IndexWindow(this.#pages, footer.info.blocks);
    this.#ownIndex = new IndexWindow(this.#pages, footer.info.blocks);
    this.#payloads = new PayloadWindow(file, this.name, footer.payloadsEnd);
    this.#packs = footer.isPacked ? this.#makePacks() : undefined;
  }

  #makePacks(): PackedBlocks {
    const reader = this;
    const stored = {
      name: this.name,
      count: this.info.blocks,
      get dictionary() {
        return reader.dictionary;
      },
      entry: (place: number) => this.#index.entries(place, place + 1),
      payload: (place: number) => {
        const { offset, end } = this.#locate(place);
        return this.#payloads.read(offset, end - offset);
      },
      offsetOf: (place: number) => this.#pages.placeOf(place, 0),
    };
    return new PackedBlocks(stored, this.kernel, this.#stage);
  }

  get age(): number {
    return this.info.age;
  }

  get seriesCount(): number {
    return this.info.series;
  }

  get blockCount(): number {
    return this.#packs === undefined ? this.info.blocks : this.dictionary.blockCount;
  }

  /** Entries of the index: blocks, and packs of several. */
  get entryCount(): number {
    return this.info.blocks;
  }

  /** An entry of the index, whatever it is of. Valid until the next call. @throws StoreError `damaged` */
  storedEntry(place: number): Uint8Array {
    return this.#entry(place);
  }

  /** Whether a block shares its payload with others. @throws StoreError `damaged` */
  isInPack(block: number): boolean {
    return this.#packs?.isInPack(block) ?? false;
  }

  /** Where the entry of a block is in the index, or that of its pack. @throws StoreError `damaged` */
  placeOf(block: number): number {
    return this.#packs?.placeOf(block) ?? block;
  }

  get pointCount(): number {
    return this.info.points;
  }

  get firstTimeUs(): bigint {
    return this.info.firstTimeUs;
  }

  get lastTimeUs(): bigint {
    return this.info.lastTimeUs;
  }

  /** @throws StoreError `damaged` */
  find(match: NameMatch): readonly number[] {
    return this.dictionary.find(match);
  }

  key(series: number): SeriesKey {
    return this.dictionary.key(series);
  }

  /** Valid until `close`. */
  keyBytes(series: number): Uint8Array {
    return this.dictionary.keyBytes(series);
  }

  hasKeysOf(other: PointSource): boolean {
    return other === this || (other instanceof SegmentReader && this.dictionary.hasKeysOf(other.dictionary));
  }

  get firstBlocks(): Uint32Array {
    return this.dictionary.firstBlocks;
  }

  firstBlock(series: number): number {
    return this.dictionary.firstBlock(series);
  }

  /** Begins at a multiple of 8 in its buffer. Valid until the next call of `entries`. */
  entries(from: number, to: number): Uint8Array {
    return this.#packs?.entries(from, to) ?? this.#index.entries(from, to);
  }

  /** Whole pages go straight there. @throws StoreError `damaged` */
  readEntries(from: number, to: number, into: Uint8Array): void {
    if (this.#packs !== undefined) {
      this.#packs.readEntries(from, to, into);
      return;
    }
    const { pageEntries } = this.#pages;
    const isWhole = from % pageEntries === 0 && (to % pageEntries === 0 || to === this.info.blocks);
    if (isWhole && from < to) this.#pages.read(from / pageEntries, Math.ceil(to / pageEntries), into);
    else into.set(this.#ownIndex.entries(from, to));
  }

  /** Whether any point has an ordinal that is not 0. */
  get hasOrdinals(): boolean {
    return this.footer.hasOrdinals;
  }

  decode(block: number, times: number, values: number, ordinals = 0): number {
    if (this.#packs?.isInPack(block)) return this.#packs.decode(block, times, values, ordinals);
    const { entry, offset, end } = this.#locate(this.placeOf(block));
    const decoded = this.#stage.decode(entry, this.#payloads.read(offset, end - offset), times, values, ordinals);
    if (typeof decoded === 'number') return decoded;
    throw damaged(this.name, offset, `block ${block}: ${decoded}`);
  }

  /**
   * The payload of a block as it is stored, or of its pack, to be written elsewhere with its entry. Valid until the
   * next call of `payload` or `decode`.
   * @throws StoreError `damaged` when it is not what the entry's checksum says
   */
  payload(block: number): Uint8Array {
    const { entry, offset, end } = this.#locate(this.placeOf(block));
    const payload = this.#payloads.read(offset, end - offset);
    if (crc32(payload) === wordAt(entry, L.E_CRC)) return payload;
    throw damaged(this.name, offset, `block ${block}: its checksum is wrong`);
  }

  /** The keys and first blocks of all series; read when it is first needed. @throws StoreError `damaged` */
  get dictionary(): Dictionary {
    if (this.#dictionary !== undefined) return this.#dictionary;
    const { dictionaryStart, info } = this.footer;
    const blockCount = this.footer.isPacked ? undefined : info.blocks;
    const place = { name: this.name, start: dictionaryStart, seriesCount: info.series, blockCount };
    this.#dictionary = new Dictionary(readDictionary(this.#file, this.footer, this.name), place);
    return this.#dictionary;
  }

  /**
   * Where a field of a block's entry is in the file, or the page that it is in; for messages. @throws StoreError
   * `damaged`
   */
  entryPlace(block: number, field = 0): number {
    return this.#pages.placeOf(this.placeOf(block), field);
  }

  /** Any bytes of the file, unchecked; for who looks at all of them. May be fewer at its end. */
  bytesAt(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, this.#file.readAt(bytes, offset));
  }

  close(): void {
    this.#packs?.close();
    this.#file.close();
  }

  /** The entry is valid until the next call; what `entries` gave stays. */
  #locate(block: number): { readonly entry: Uint8Array; readonly offset: number; readonly end: number } {
    let entry = this.#entry(block);
    const offset = offsetOf(entry);
    let end =
      offset + wordAt(entry, L.E_TIME_BYTES) + wordAt(entry, L.E_VALUE_BYTES) + wordAt(entry, L.E_ORDINAL_BYTES);
    if ((entry[L.E_FLAGS]! & ENTRY_PACK) !== 0) end += wordAt(entry, K_COUNT_BYTES);
    if ((entry[L.E_FLAGS]! & L.ENTRY_DEFLATED) !== 0) {
      // It ends where the next one begins, whose entry may take the place of this one.
      entry = entry.slice();
      end = block + 1 < this.info.blocks ? offsetOf(this.#entry(block + 1)) : this.footer.payloadsEnd;
    }
    if (offset <= end && end <= this.footer.payloadsEnd && end - offset <= L.ENCODE_ROOM) return { entry, offset, end };
    throw damaged(this.name, this.entryPlace(block), `block ${block}: its place is impossible`);
  }

  #entry(block: number): Uint8Array {
    const window = this.#index.has(block, block + 1) ? this.#index : this.#ownIndex;
    return window.entries(block, block + 1);
  }
}

/** Where the payload of an entry is. */
function offsetOf(entry: Uint8Array): number {
  return wordAt(entry, L.E_OFFSET) + wordAt(entry, L.E_OFFSET + 4) * 2 ** 32;
}

/** A u32; without a DataView, of which one block would need several. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
