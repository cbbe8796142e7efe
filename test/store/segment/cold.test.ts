/**
 * Cold segments: what is deflated reads like what is not, a question about one series reads little, and lengths that
 * are wrong with checksums that are right (a wrong writer, or somebody who means harm) are refused without much
 * memory.
 */
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { OpenFile } from '../../../src/store/files/files.ts';
import type { SegmentInfo } from '../../../src/store/files/manifest.ts';
import { segmentName } from '../../../src/store/files/names.ts';
import { ENTRY_BYTES, SUMMARY_BYTES } from '../../../src/store/kernel/layout.ts';
import { DeflatedPages, deflateIndex } from '../../../src/store/segment/cold.ts';
import { encodeFooter, readEnds, type SegmentFooter } from '../../../src/store/segment/footer.ts';
import { COLD_PAGE_ENTRIES, COLD_TABLE_BYTES, FOOTER_BYTES, HEADER_BYTES } from '../../../src/store/segment/layout.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { verifySegment } from '../../../src/store/segment/verify.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';
import { Bench, bitsOf, keyOf, type Points, randomPoints, textOf } from './points.ts';

const NAME = segmentName(1);

/** Points of so many series, one each. */
function shortSeries(count: number): Points {
  const name = (i: number) => `series${String(i).padStart(6, '0')}`;
  return new Map(Array.from({ length: count }, (_, i) => [keyOf(name(i)), new Map([[BigInt(i), bitsOf(i)]])]));
}

/** What entries say of points, without the places and lengths of their payloads. */
function summariesOf(entries: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) parts.push(entries.subarray(at, at + SUMMARY_BYTES));
  return Buffer.concat(parts);
}

describe('deflated and plain say the same', () => {
  test.each([1, 127, 128, 129, 700])('%i series', (count) => {
    const bench = new Bench();
    const points = shortSeries(count);
    const plain = bench.write(points, { number: 1 });
    const cold = bench.write(points, { number: 2, isCold: true });
    const [a, b] = [plain, cold].map((info) => SegmentReader.open(bench.files, info, bench.kernel));
    expect(textOf(bench.read(b!))).toBe(textOf(points));
    expect(cold).toEqual({ ...plain, number: 2, isCold: true, bytes: cold.bytes });
    expect(cold.bytes).toBeLessThan(plain.bytes);
    const random = seededRandom(count);
    for (let i = 0; i < 300; i++) {
      const from = Math.floor(random() * count);
      const to = Math.min(count, from + Math.floor(random() * (random() < 0.2 ? 400 : 5)));
      const [one, other] = [a!.entries(from, to), b!.entries(from, to)];
      expect(other.byteOffset % 8).toBe(0);
      expect(summariesOf(other).equals(summariesOf(one)), `[${from}, ${to})`).toBe(true);
    }
    verifySegment(b!, (finding) => expect.fail(finding.message));
  });

  test('any bytes of entries come back', () => {
    const random = seededRandom(4);
    for (const count of [1, 2, 127, 128, 129, 300]) {
      const index = Uint8Array.from({ length: count * ENTRY_BYTES }, () => Math.floor(random() * 256));
      const { pages, table } = deflateIndex(index);
      const bytes = Buffer.concat([...pages, table]);
      const end = bytes.length - table.length;
      const footer = {
        ...{
          version: 2,
          hasOrdinals: false,
          info: { isCold: true, blocks: count } as SegmentInfo,
          indexStart: 0,
          payloadsEnd: 0,
        },
        ...{
          isPacked: false,
          dictionaryStart: end,
          pageSumsStart: end,
          dictionaryBytes: 0,
          dictionaryCrc: 0,
          pageSumsCrc: crc32(table),
        },
      };
      const files = new MemoryFiles();
      files.put(NAME, bytes);
      const read = new DeflatedPages(files.open(NAME, 'read'), footer, NAME);
      expect(read.pageCount).toBe(Math.ceil(count / COLD_PAGE_ENTRIES));
      const into = new Uint8Array(index.length);
      read.read(0, read.pageCount, into);
      expect(Buffer.compare(into, index)).toBe(0);
      const last = new Uint8Array(index.length - (read.pageCount - 1) * COLD_PAGE_ENTRIES * ENTRY_BYTES);
      read.read(read.pageCount - 1, read.pageCount, last);
      expect(Buffer.compare(last, index.subarray(index.length - last.length))).toBe(0);
    }
  });
});

test('one series of 20 000: the two ends, the dictionary, the table, and one page of the index', () => {
  const bench = new Bench();
  const info = bench.write(shortSeries(20_000), { isCold: true });
  let bytesRead = 0;
  const open = (name: string, mode: 'read'): OpenFile => {
    const file = bench.files.open(name, mode);
    const readAt = (into: Uint8Array, position: number) => {
      const length = file.readAt(into, position);
      bytesRead += length;
      return length;
    };
    return { ...file, readAt };
  };
  const reader = SegmentReader.open({ open }, info, bench.kernel);
  expect(bytesRead).toBe(HEADER_BYTES + FOOTER_BYTES);
  const [series] = reader.find({ exact: 'series012345', matches: () => false });
  const block = reader.firstBlock(series!);
  reader.entries(block, block + 1);
  expect(reader.decode(block, bench.times, bench.values)).toBe(1);
  expect(bench.kernel.f64[bench.values / 8]).toBe(12_345);
  const { dictionaryStart, indexStart } = reader.footer;
  const rest = bytesRead - (info.bytes - dictionaryStart) - HEADER_BYTES;
  const pages = Math.ceil(info.blocks / COLD_PAGE_ENTRIES);
  expect(rest).toBeGreaterThan(0);
  expect(rest, 'a page and the payload').toBeLessThan(((dictionaryStart - indexStart) / pages) * 1.5 + 64);
});

test('the manifest and the file agree on what is cold', () => {
  const bench = new Bench();
  for (const isCold of [false, true]) {
    const info = bench.write(randomPoints(1, 3, 10), { number: isCold ? 2 : 1, isCold });
    const open = () => SegmentReader.open(bench.files, { ...info, isCold: !isCold }, bench.kernel);
    expect(open).toThrow(/its isCold is (true|false), the manifest says/);
  }
});

describe('damage in several pages', () => {
  const bench = new Bench();
  const points = shortSeries(300);
  const info = bench.write(points, { isCold: true });
  const bytes = bench.files.bytesOf(NAME);
  const { indexStart } = readEnds(bench.files.open(NAME, 'read'), NAME);

  /** The segment with a bit flipped. */
  function withFlipped(bit: number): SegmentReader {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    const files = new MemoryFiles();
    files.put(NAME, copy);
    return SegmentReader.open(files, info, bench.kernel);
  }

  test('600 bits behind the payloads: always an error', () => {
    const random = seededRandom(21);
    for (let i = 0; i < 600; i++) {
      const bit = indexStart * 8 + Math.floor(random() * (bytes.length - indexStart) * 8);
      expect(() => bench.read(withFlipped(bit)), `seed 21, bit ${bit}`).toThrow(StoreError);
    }
  });

  test('a page that is damaged leaves the others alone', () => {
    const reader = withFlipped((indexStart + 5) * 8);
    for (let block = COLD_PAGE_ENTRIES; block < 300; block++) expect(reader.decode(block, bench.times, 0)).toBe(1);
    expect(() => reader.entries(0, 1)).toThrow(/checksum of page 0 of the index/);
  });
});

describe('wrong with the right checksums', () => {
  const bench = new Bench();
  const points = shortSeries(300);
  const info = bench.write(points, { isCold: true });
  const bytes = bench.files.bytesOf(NAME);
  const footer = readEnds(bench.files.open(NAME, 'read'), NAME);
  const { indexStart, dictionaryStart, pageSumsStart } = footer;
  const area = (from: number, to: number) => bytes.subarray(from, to);
  const table = area(pageSumsStart, bytes.length - FOOTER_BYTES);

  /** The segment with other areas, and a footer that fits them but for `change`. */
  function forged(
    areas: { index?: Uint8Array; dictionary?: Uint8Array; table?: Uint8Array },
    change: Partial<SegmentFooter> = {},
  ): () => void {
    const index = areas.index ?? area(indexStart, dictionaryStart);
    const dictionary = areas.dictionary ?? area(dictionaryStart, pageSumsStart);
    const pages = areas.table ?? table;
    const length = indexStart + index.length + dictionary.length + pages.length + FOOTER_BYTES;
    const made = { ...info, bytes: length, ...change.info };
    const places = {
      dictionaryStart: indexStart + index.length,
      pageSumsStart: indexStart + index.length + dictionary.length,
      ...{ dictionaryCrc: crc32(dictionary), pageSumsCrc: crc32(pages) },
    };
    const end = encodeFooter({ ...footer, ...places, ...change, info: made });
    const files = new MemoryFiles();
    files.put(NAME, Buffer.concat([area(0, indexStart), index, dictionary, pages, end]));
    return () => {
      const reader = SegmentReader.open(files, made, bench.kernel);
      expect(textOf(bench.read(reader)) === textOf(points)).toBe(true);
      verifySegment(reader, (finding) => {
        throw finding;
      });
    };
  }

  /** A table with a word changed. */
  function withWord(at: number, word: (was: number) => number): Uint8Array {
    const copy = Buffer.from(table);
    copy.writeUInt32LE(word(copy.readUInt32LE(at)) >>> 0, at);
    return copy;
  }

  /** The first page and others, in a table that fits them. */
  function withFirstPage(page: Uint8Array): { index: Uint8Array; table: Uint8Array } {
    const others = area(indexStart + table.readUInt32LE(0), dictionaryStart);
    const fitting = Buffer.from(table);
    fitting.writeUInt32LE(page.length, 0);
    fitting.writeUInt32LE(crc32(page), 4);
    return { index: Buffer.concat([page, others]), table: fitting };
  }

  const megabytes = deflateRawSync(Buffer.alloc(64 << 20));
  const half = area(indexStart, indexStart + (table.readUInt32LE(0) >> 1));
  const pageBytes = COLD_PAGE_ENTRIES * ENTRY_BYTES;

  test('as it is, it is read', () => {
    expect(forged({})).not.toThrow();
  });

  test.each([
    ['a page longer than it is', forged({ table: withWord(0, (was) => was + 1) }), /do not end where/],
    ['a page of 4 GiB', forged({ table: withWord(0, () => -1) }), /do not end where/],
    ['two pages whose border is moved', forged({ table: moved(table) }), /checksum of page 0/],
    ['a page cut in half', forged(withFirstPage(half)), /page 0 of the index does not inflate/],
    ['a page of nothing', forged(withFirstPage(new Uint8Array(0))), /page 0 of the index does not inflate/],
    ['a page that inflates to 64 MiB', forged(withFirstPage(megabytes)), /page 0 of the index does not inflate/],
    [
      'a page that inflates to too little',
      forged(withFirstPage(deflateRawSync(Buffer.alloc(pageBytes - 8)))),
      /page 0 of the index does not inflate/,
    ],
    ['a page of zeros', forged(withFirstPage(deflateRawSync(Buffer.alloc(pageBytes)))), /block 0: its (place|entry)/],
    ['a dictionary of 64 MiB', forged({ dictionary: megabytes }), /the dictionary does not inflate/],
    ['a dictionary of no deflate', forged({ dictionary: Buffer.alloc(99, 0xff) }), /the dictionary does not inflate/],
    ['one longer than it is', forged({}, { dictionaryBytes: 0xffff_ffff }), /the dictionary does not inflate/],
    ['one shorter than its words', forged({}, { dictionaryBytes: 8 }), /the footer contradicts itself/],
    ['4 G blocks', forged({}, { info: { ...info, blocks: 0xffff_ffff } }), /the footer contradicts itself/],
    ['4 G series', forged({}, { info: { ...info, series: 0xffff_ffff } }), /the footer contradicts itself/],
    ['hot', forged({}, { info: { ...info, isCold: false } }), /the footer contradicts itself/],
    ['no index', forged({ index: new Uint8Array(0) }), /the footer contradicts itself/],
  ])('%s', (_, read, message) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(read).toThrow(StoreError);
    expect(read).toThrow(message);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });

  /** The first page has a byte of the second one. */
  function moved(words: Buffer): Uint8Array {
    const copy = Buffer.from(words);
    copy.writeUInt32LE(copy.readUInt32LE(0) + 1, 0);
    copy.writeUInt32LE(copy.readUInt32LE(COLD_TABLE_BYTES) - 1, COLD_TABLE_BYTES);
    return copy;
  }
});
