/**
 * A segment's dictionary: the keys of its series, sorted by their bytes, and the first block of each. It is read as a
 * whole and looked into as it is: names and tags become strings only when somebody asks for them, since a query of one
 * series among 100 000 needs 17 comparisons and not 100 000 strings. All series of a name stand together (series.ts),
 * so looking through the names decodes each of them once.
 */

import { damaged, StoreError } from '../errors.ts';
import type { OpenFile } from '../files/files.ts';
import { crc32 } from '../kernel/crc32.ts';
import { decodeKey, encodeKey, type SeriesKey, tagBytes } from '../series.ts';
import type { DictionaryKeys } from '../series-names.ts';
import type { NameMatch } from '../source.ts';
import { ChunkedBytes, GrowingWords } from './bytes.ts';
import { inflated } from './deflate.ts';
import type { SegmentFooter } from './footer.ts';
import { ALIGNMENT, aligned, DICTIONARY_WORD_BYTES } from './layout.ts';

/** Its length is a u32, and so are the offsets of keys. */
const MAX_BYTES = 0xffff_ffff;

/** A dictionary that is being made. */
export class DictionaryBuilder {
  readonly #firstBlocks = new GrowingWords();
  readonly #offsets = new GrowingWords();
  readonly #keys = new ChunkedBytes();
  #seriesCount = 0;

  get seriesCount(): number {
    return this.#seriesCount;
  }

  /**
   * Adds a series whose key is above all others, with its first block.
   * @throws StoreError `invalid` when the keys are more than 4 GiB
   */
  add(key: Uint8Array, firstBlock: number): void {
    this.#checkRoom(1, key.length);
    this.#firstBlocks.add(firstBlock);
    this.#offsets.add(this.#keys.length);
    this.#keys.add(key);
    this.#seriesCount += 1;
  }

  /** Where the next key begins. */
  get keysLength(): number {
    return this.#keys.length;
  }

  /** Adds series with one block each; their keys begin at `keysLength`. */
  addAll({ bytes, starts, blocks }: DictionaryKeys): void {
    this.#checkRoom(starts.length, bytes.length);
    this.#firstBlocks.addAll(blocks);
    this.#offsets.addAll(starts);
    this.#keys.add(bytes);
    this.#seriesCount += starts.length;
  }

  #checkRoom(series: number, bytes: number): void {
    const wordsBytes = 2 * (this.#seriesCount + series + 1) * DICTIONARY_WORD_BYTES;
    if (aligned(wordsBytes + this.#keys.length + bytes) <= MAX_BYTES) return;
    throw new StoreError('invalid', 'the names and tags of the series of one segment are more than 4 GiB');
  }

  /** Ends it. @returns the parts of the area in order, valid as long as the builder */
  finish(blockCount: number): readonly Uint8Array[] {
    this.#firstBlocks.add(blockCount);
    this.#offsets.add(this.#keys.length);
    const words = this.#firstBlocks.view().length + this.#offsets.view().length;
    const zeros = new Uint8Array(ALIGNMENT).subarray(0, aligned(words + this.#keys.length) - words - this.#keys.length);
    return [this.#firstBlocks.view(), this.#offsets.view(), ...this.#keys.parts(), zeros];
  }
}

/** Where a dictionary is and what it has to hold. */
export interface DictionaryPlace {
  /** The file's name, for messages. */
  readonly name: string;
  readonly start: number;
  readonly seriesCount: number;
  /** Undefined: the dictionary says it, because the index has entries of packs. */
  readonly blockCount: number | undefined;
}

/**
 * Reads the area of a segment's dictionary and checks it.
 * @returns it as it was before deflate; begins at a multiple of 8 in its buffer
 * @throws StoreError `damaged`, `io`
 */
export function readDictionary(file: OpenFile, footer: SegmentFooter, name: string): Uint8Array {
  const { info, dictionaryStart, dictionaryBytes, pageSumsStart, dictionaryCrc } = footer;
  const stored = new Uint8Array(pageSumsStart - dictionaryStart);
  const bytesRead = file.readAt(stored, dictionaryStart);
  if (bytesRead < stored.length) throw damaged(name, dictionaryStart + bytesRead, 'the dictionary is cut off');
  if (crc32(stored) !== dictionaryCrc) throw damaged(name, dictionaryStart, 'the checksum of the dictionary is wrong');
  if (!info.isCold) return stored;
  const plain = inflated(stored, dictionaryBytes);
  if (plain === undefined) throw damaged(name, dictionaryStart, 'the dictionary does not inflate');
  // What inflates may begin anywhere in a buffer.
  return plain.byteOffset % ALIGNMENT === 0 ? plain : new Uint8Array(plain);
}

/** A dictionary over the bytes of its area. */
export class Dictionary {
  readonly #place: DictionaryPlace;
  readonly #firstBlocks: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #keys: Buffer;

  /**
   * @param area of readDictionary; kept as long as the dictionary
   * @throws StoreError `damaged`
   */
  constructor(area: Uint8Array, place: DictionaryPlace) {
    const words = place.seriesCount + 1;
    const wordsBytes = words * DICTIONARY_WORD_BYTES;
    this.#place = place;
    this.#firstBlocks = new Uint32Array(area.buffer, area.byteOffset, words);
    this.#offsets = new Uint32Array(area.buffer, area.byteOffset + wordsBytes, words);
    const keysStart = 2 * wordsBytes;
    this.#keys = Buffer.from(area.buffer, area.byteOffset + keysStart, area.length - keysStart);
    const [first, last] = [this.#firstBlocks[0], this.#firstBlocks[place.seriesCount]];
    const hasAllKeys = this.#offsets[0] === 0 && aligned(this.#offsets[place.seriesCount]!) === this.#keys.length;
    const hasBlocks = place.blockCount === undefined ? last! >= place.seriesCount : last === place.blockCount;
    if (hasAllKeys && first === 0 && hasBlocks) return;
    throw damaged(place.name, place.start, 'the dictionary contradicts itself');
  }

  /**
   * Looks at every key. Opening does not: with the right checksum they are wrong only if they were written so.
   * @throws StoreError `damaged` when they are no keys, not in order, or without blocks
   */
  check(): void {
    const { name, start, seriesCount } = this.#place;
    for (let series = 0; series < seriesCount; series++) {
      this.key(series);
      const hasBlocks = this.firstBlock(series) < this.firstBlock(series + 1);
      const isSorted = series === 0 || Buffer.compare(this.keyBytes(series - 1), this.keyBytes(series)) < 0;
      if (!hasBlocks || !isSorted) throw damaged(name, start, `series ${series} is not in order`);
    }
  }

  get blockCount(): number {
    return this.#firstBlocks[this.#place.seriesCount]!;
  }

  firstBlock(series: number): number {
    return this.#firstBlocks[series]!;
  }

  /** Those of all series, and the number of blocks. */
  get firstBlocks(): Uint32Array {
    return this.#firstBlocks;
  }

  /** Whether the other one has the same keys under the same numbers. */
  hasKeysOf(other: Dictionary): boolean {
    if (this.#place.seriesCount !== other.#place.seriesCount || this.#keys.length !== other.#keys.length) return false;
    return this.#keys.equals(other.#keys) && bytesOf(this.#offsets).equals(bytesOf(other.#offsets));
  }

  /** A view of the key; valid as long as the dictionary. */
  keyBytes(series: number): Uint8Array {
    return this.#keys.subarray(this.#offsets[series]!, this.#offsets[series + 1]!);
  }

  /** @throws StoreError `damaged` when the bytes are no key, which a wrong writer has made then */
  key(series: number): SeriesKey {
    const key = decodeKey(this.keyBytes(series));
    if (key !== undefined) return key;
    throw damaged(this.#place.name, this.#place.start, `the key of series ${series} is none`);
  }

  /** The numbers of the series whose name matches, ascending; of a tag that they must have, only those. */
  find(match: NameMatch): readonly number[] {
    const found: number[] = [];
    // The longest is the rarest, most often.
    const tag = [...(match.tags ?? [])].sort((a, b) => b.length - a.length)[0];
    const add = (from: number, to: number) => {
      if (tag !== undefined) this.#addTagged(tagBytes(tag), from, to, found);
      else for (let series = from; series < to; series++) found.push(series);
    };
    if (match.exact !== undefined) {
      const prefix = prefixOf(match.exact);
      if (prefix === undefined) return [];
      const from = this.#firstSince(0, (series) => this.#compare(series, prefix) >= 0);
      add(from, this.#endOf(prefix, from));
      return found;
    }
    for (let from = 0; from < this.#place.seriesCount; ) {
      const { name } = this.key(from);
      const key = this.keyBytes(from);
      const end = this.#endOf(key.subarray(0, key.indexOf(0) + 1), from);
      if (match.matches(name)) add(from, end);
      from = end;
    }
    return found;
  }

  /**
   * Those of the series [from, to) that have a tag: searching the bytes of all keys takes milliseconds for 100 000.
   */
  #addTagged(tag: Uint8Array, from: number, to: number, found: number[]): void {
    const end = this.#offsets[to]!;
    for (let at = this.#offsets[from]!; at < end; ) {
      const hit = this.#keys.indexOf(tag, at);
      if (hit < 0 || hit + tag.length > end) return;
      const series = this.#firstSince(from, (other) => this.#offsets[other + 1]! > hit + 1);
      // The end of one key and the name of the next look like a tag, too.
      const isTag = hit >= this.#offsets[series]!;
      if (isTag) found.push(series);
      at = isTag ? this.#offsets[series + 1]! : hit + 1;
    }
  }

  /** The end of the series from `from` on whose keys begin with the prefix. */
  #endOf(prefix: Uint8Array, from: number): number {
    return this.#firstSince(from, (series) => this.#compare(series, prefix) > 0);
  }

  /** How the beginning of a key compares with a prefix. */
  #compare(series: number, prefix: Uint8Array): number {
    const from = this.#offsets[series]!;
    const end = Math.min(this.#offsets[series + 1]!, from + prefix.length);
    return this.#keys.compare(prefix, 0, prefix.length, from, end);
  }

  /** The first series from `from` on that is past something which no later one is before. Looks near `from` first. */
  #firstSince(from: number, isPast: (series: number) => boolean): number {
    const { seriesCount } = this.#place;
    let [low, step] = [from, 1];
    while (low + step <= seriesCount && !isPast(low + step - 1)) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step - 1, seriesCount);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isPast(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** What the keys of all series of a name begin with. Undefined for a name that no series can have. */
function prefixOf(name: string): Uint8Array | undefined {
  try {
    return encodeKey(name, []);
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'invalid') return undefined;
    throw error;
  }
}
