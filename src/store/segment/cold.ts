/**
 * The index of a cold segment: pages of more entries than those of a hot one, each deflated alone, so that a question
 * about one series inflates one or two of them. The words of 8 bytes of a page are turned round before: field by field
 * instead of entry by entry, which brings like to like and takes a tenth off. A table says where each page is and what
 * its checksum is.
 */

import { damaged } from '../errors.ts';
import type { OpenFile } from '../files/files.ts';
import { crc32 } from '../kernel/crc32.ts';
import { ENTRY_BYTES } from '../kernel/layout.ts';
import { type IndexPages, readPageTable } from './block-index.ts';
import { deflated, inflated } from './deflate.ts';
import type { SegmentFooter } from './footer.ts';
import { COLD_PAGE_ENTRIES, COLD_TABLE_BYTES } from './layout.ts';
import { entryBytesOf, widenEntries } from './v1.ts';

/**
 * A field of 8 bytes is copied as two halves: as one it would be a BigInt, or a double, which may lose the bits of a
 * NaN.
 */
const FIELD_WORDS = 2;
const WORD_BYTES = 4;
const PAGE_BYTES = COLD_PAGE_ENTRIES * ENTRY_BYTES;
const TABLE_WORDS = COLD_TABLE_BYTES / WORD_BYTES;

/** The areas that an index becomes. @param index ENTRY_BYTES a block @returns the pages in order, and their table */
export function deflateIndex(index: Uint8Array): { readonly pages: readonly Uint8Array[]; readonly table: Uint8Array } {
  const pages: Uint8Array[] = [];
  const table = new Uint32Array(Math.ceil(index.length / PAGE_BYTES) * TABLE_WORDS);
  const entries = new Uint32Array(PAGE_BYTES / WORD_BYTES);
  const fields = new Uint32Array(PAGE_BYTES / WORD_BYTES);
  for (let from = 0; from < index.length; from += PAGE_BYTES) {
    const plain = index.subarray(from, from + PAGE_BYTES);
    bytesOf(entries, plain.length).set(plain);
    toFields(entries, fields, plain.length / ENTRY_BYTES, ENTRY_BYTES);
    const page = deflated(bytesOf(fields, plain.length));
    const at = pages.length * TABLE_WORDS;
    table[at] = page.length;
    table[at + 1] = crc32(page);
    pages.push(page);
  }
  return { pages, table: bytesOf(table, table.byteLength) };
}

/** The pages of a cold segment's index. */
export class DeflatedPages implements IndexPages {
  readonly pageEntries = COLD_PAGE_ENTRIES;
  readonly pageCount: number;
  readonly #file: OpenFile;
  readonly #footer: SegmentFooter;
  readonly #name: string;
  readonly #fields = new Uint32Array(PAGE_BYTES / WORD_BYTES);
  readonly #entries = new Uint32Array(PAGE_BYTES / WORD_BYTES);
  #table: { readonly starts: Float64Array; readonly crcs: Uint32Array } | undefined;

  constructor(file: OpenFile, footer: SegmentFooter, name: string) {
    this.pageCount = Math.ceil(footer.info.blocks / COLD_PAGE_ENTRIES);
    this.#file = file;
    this.#footer = footer;
    this.#name = name;
  }

  /** The page: a field of an entry has no place of its own. */
  placeOf(block: number): number {
    const { starts } = this.#load();
    return starts[Math.floor(block / COLD_PAGE_ENTRIES)]!;
  }

  read(from: number, to: number, into: Uint8Array): void {
    const { starts, crcs } = this.#load();
    const start = starts[from]!;
    const stored = new Uint8Array(starts[to]! - start);
    const bytesRead = this.#file.readAt(stored, start);
    if (bytesRead < stored.length) throw damaged(this.#name, start + bytesRead, 'the index is cut off');
    for (let page = from; page < to; page++) {
      const bytes = stored.subarray(starts[page]! - start, starts[page + 1]! - start);
      if (crc32(bytes) !== crcs[page]) {
        throw damaged(this.#name, starts[page]!, `the checksum of page ${page} of the index is wrong`);
      }
      const at = (page - from) * PAGE_BYTES;
      this.#inflate(page, bytes, into.subarray(at, at + PAGE_BYTES));
    }
  }

  #inflate(page: number, bytes: Uint8Array, into: Uint8Array): void {
    const { version } = this.#footer;
    const count = into.length / ENTRY_BYTES;
    const length = count * entryBytesOf(version);
    const plain = inflated(bytes, length);
    if (plain?.length !== length) {
      throw damaged(this.#name, this.#load().starts[page]!, `page ${page} of the index does not inflate`);
    }
    bytesOf(this.#fields, length).set(plain);
    toEntries(this.#fields, this.#entries, count, entryBytesOf(version));
    const entries = bytesOf(this.#entries, length);
    if (version === 1) widenEntries(entries, into);
    else into.set(entries);
  }

  /** Where the pages are in the file, and once more where the last one ends; and their checksums. */
  #load(): { readonly starts: Float64Array; readonly crcs: Uint32Array } {
    if (this.#table !== undefined) return this.#table;
    const { indexStart, dictionaryStart, pageSumsStart } = this.#footer;
    const words = readPageTable(this.#file, this.#footer, this.#name);
    const starts = new Float64Array(this.pageCount + 1);
    const crcs = new Uint32Array(this.pageCount);
    starts[0] = indexStart;
    for (let page = 0; page < this.pageCount; page++) {
      starts[page + 1] = starts[page]! + words[page * TABLE_WORDS]!;
      crcs[page] = words[page * TABLE_WORDS + 1]!;
    }
    if (starts[this.pageCount] !== dictionaryStart) {
      throw damaged(this.#name, pageSumsStart, 'the pages of the index do not end where the dictionary begins');
    }
    this.#table = { starts, crcs };
    return this.#table;
  }
}

/** Entry by entry to field by field. */
function toFields(entries: Uint32Array, fields: Uint32Array, count: number, entryBytes: number): void {
  const entryWords = entryBytes / WORD_BYTES;
  let to = 0;
  for (let field = 0; field < entryWords; field += FIELD_WORDS) {
    for (let at = field; at < count * entryWords; at += entryWords) {
      fields[to++] = entries[at]!;
      fields[to++] = entries[at + 1]!;
    }
  }
}

/** And back. */
function toEntries(fields: Uint32Array, entries: Uint32Array, count: number, entryBytes: number): void {
  const entryWords = entryBytes / WORD_BYTES;
  let from = 0;
  for (let field = 0; field < entryWords; field += FIELD_WORDS) {
    for (let at = field; at < count * entryWords; at += entryWords) {
      entries[at] = fields[from++]!;
      entries[at + 1] = fields[from++]!;
    }
  }
}

function bytesOf(words: Uint32Array, length: number): Uint8Array {
  return new Uint8Array(words.buffer, 0, length);
}
