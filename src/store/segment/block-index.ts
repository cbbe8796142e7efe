/**
 * Reading a segment's index: the entries of any blocks, without reading or checking the rest. Entries are read by
 * pages, because a page is what has a checksum. Who asks for block after block is taken to want them all, and gets
 * twice as many pages with each read. The pages of cold segments are those of segment/cold.ts.
 */

import { damaged } from '../errors.ts';
import type { OpenFile } from '../files/files.ts';
import { crc32 } from '../kernel/crc32.ts';
import { ENTRY_BYTES } from '../kernel/layout.ts';
import { pageTableBytes, type SegmentFooter } from './footer.ts';
import { PAGE_ENTRIES } from './layout.ts';
import { entryBytesOf, V1_ENTRY_BYTES, widenEntries } from './v1.ts';

/** The most that is read ahead: 272 KiB, since dozens of segments may be read side by side. */
const MAX_AHEAD_ENTRIES = 2048;

/** The pages of an index. The description of all of them (checksums) is read with the first one. */
export interface IndexPages {
  readonly pageCount: number;
  /** So many in each, but for the last one. */
  readonly pageEntries: number;
  /**
   * Reads pages and checks them.
   * @param into for all entries of the pages [from, to)
   * @throws StoreError `damaged`
   */
  read(from: number, to: number, into: Uint8Array): void;
  /**
   * Where a field of a block's entry is in the file, or what it is part of; for messages. @throws StoreError `damaged`
   */
  placeOf(block: number, field: number): number;
}

/** Pages of entries as they are. */
export class PlainPages implements IndexPages {
  readonly pageEntries = PAGE_ENTRIES;
  readonly pageCount: number;
  readonly #file: OpenFile;
  readonly #footer: SegmentFooter;
  readonly #name: string;
  readonly #pageBytes: number;
  #sums: Uint32Array | undefined;

  constructor(file: OpenFile, footer: SegmentFooter, name: string) {
    this.pageCount = Math.ceil(footer.info.blocks / PAGE_ENTRIES);
    this.#file = file;
    this.#footer = footer;
    this.#name = name;
    this.#pageBytes = PAGE_ENTRIES * entryBytesOf(footer.version);
  }

  placeOf(block: number, field: number): number {
    const { indexStart, version } = this.#footer;
    return indexStart + block * entryBytesOf(version) + (version === 1 ? 0 : field);
  }

  read(from: number, to: number, into: Uint8Array): void {
    if (this.#footer.version !== 1) {
      this.#readStored(from, to, into);
      return;
    }
    const stored = new Uint8Array((into.length / ENTRY_BYTES) * V1_ENTRY_BYTES);
    this.#readStored(from, to, stored);
    widenEntries(stored, into);
  }

  /** As they are in the file. */
  #readStored(from: number, to: number, into: Uint8Array): void {
    const pageBytes = this.#pageBytes;
    const start = this.#footer.indexStart + from * pageBytes;
    this.#sums ??= readPageTable(this.#file, this.#footer, this.#name);
    const sums = this.#sums;
    const bytesRead = this.#file.readAt(into, start);
    if (bytesRead < into.length) throw damaged(this.#name, start + bytesRead, 'the index is cut off');
    for (let page = from; page < to; page++) {
      const at = (page - from) * pageBytes;
      if (crc32(into.subarray(at, at + pageBytes)) === sums[page]) continue;
      throw damaged(this.#name, start + at, `the checksum of page ${page} of the index is wrong`);
    }
  }
}

/** The description of the pages, as words; checked. @throws StoreError `damaged`, `io` */
export function readPageTable(file: OpenFile, footer: SegmentFooter, name: string): Uint32Array {
  const { info, pageSumsStart, pageSumsCrc } = footer;
  const bytes = new Uint8Array(pageTableBytes(info));
  const bytesRead = file.readAt(bytes, pageSumsStart);
  if (bytesRead === bytes.length && crc32(bytes) === pageSumsCrc) return new Uint32Array(bytes.buffer);
  throw damaged(name, pageSumsStart, "the checksum of the checksums of the index's pages is wrong");
}

/** The pages that were read last. */
export class IndexWindow {
  readonly #pages: IndexPages;
  readonly #blockCount: number;
  #buffer = new Uint8Array(0);
  /** The pages in the buffer. */
  #from = 0;
  #to = 0;
  #aheadPages = 1;

  constructor(pages: IndexPages, blockCount: number) {
    this.#pages = pages;
    this.#blockCount = blockCount;
  }

  /** Whether the entries of the blocks [from, to) are here. */
  has(from: number, to: number): boolean {
    const { pageEntries } = this.#pages;
    return from >= this.#from * pageEntries && to <= Math.min(this.#to * pageEntries, this.#blockCount);
  }

  /**
   * The entries of the blocks [from, to), which begin at a multiple of 8 in their buffer. Valid until the next call.
   * @throws StoreError `damaged`
   */
  entries(from: number, to: number): Uint8Array {
    if (from < 0 || from > to || to > this.#blockCount) throw new RangeError(`there are no blocks [${from}, ${to})`);
    const { pageEntries } = this.#pages;
    if (from < to && !this.has(from, to)) this.#read(Math.floor(from / pageEntries), Math.ceil(to / pageEntries));
    const first = this.#from * pageEntries;
    return this.#buffer.subarray((from - first) * ENTRY_BYTES, (to - first) * ENTRY_BYTES);
  }

  #read(from: number, wantedTo: number): void {
    const { pageEntries, pageCount } = this.#pages;
    const isNext = this.#to > 0 && (from === this.#to || from === this.#to - 1);
    this.#aheadPages = isNext ? Math.min(this.#aheadPages * 2, MAX_AHEAD_ENTRIES / pageEntries) : 1;
    const to = Math.min(Math.max(wantedTo, from + this.#aheadPages), pageCount);
    const length = (Math.min(to * pageEntries, this.#blockCount) - from * pageEntries) * ENTRY_BYTES;
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    // A page that turns out to be wrong leaves nothing here.
    [this.#from, this.#to] = [0, 0];
    try {
      this.#pages.read(from, to, this.#buffer.subarray(0, length));
    } catch (error) {
      // Damage that was only read ahead of is no concern yet.
      if (to === wantedTo) throw error;
      this.#pages.read(from, wantedTo, this.#buffer.subarray(0, (wantedTo - from) * pageEntries * ENTRY_BYTES));
      [this.#from, this.#to] = [from, wantedTo];
      return;
    }
    [this.#from, this.#to] = [from, to];
  }
}
