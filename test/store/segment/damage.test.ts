/**
 * Damaged segments: every few bits one flipped, every length, random garbage. A segment either says that it is
 * damaged, and where, or gives what was written; verify finds every flipped bit.
 */
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { SegmentInfo } from '../../../src/store/files/manifest.ts';
import { segmentName } from '../../../src/store/files/names.ts';
import { readEnds } from '../../../src/store/segment/footer.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { verifySegment } from '../../../src/store/segment/verify.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import { Bench, bitsOf, keyOf, type Points, textOf } from './points.ts';

/** Odd, so that all bits of bytes are met. */
const EVERY_BIT = sized(11, 3);

/** A segment with several series, blocks and pages of all codecs, small enough for thousands of readings. */
function small(
  isCold: boolean,
  isPacked = false,
): { bench: Bench; info: SegmentInfo; bytes: Buffer; expected: string } {
  const bench = new Bench();
  const random = seededRandom(11);
  const points: Points = new Map();
  for (let i = 0; i < 9; i++) {
    const series = new Map<bigint, bigint>();
    for (let n = 0; n < 10; n++) {
      const value = i % 3 === 0 ? 5 : i % 3 === 1 ? Math.round(random() * 1000) / 100 : random();
      series.set(BigInt(n * 1_000_000 + (i % 2 === 0 ? 0 : Math.floor(random() * 1000))), bitsOf(value));
    }
    points.set(keyOf(i < 5 ? 'cpu' : `n${i}`, `host=${i}`), series);
  }
  const info = bench.write(points, { isCold, isPacked }, isPacked ? 10 : 3);
  return { bench, info, bytes: bench.files.bytesOf(segmentName(1)), expected: textOf(points) };
}

/** Opens bytes as the segment and reads all of it, in an order that depends on nothing. */
function readAll(bench: Bench, info: SegmentInfo, bytes: Uint8Array): string {
  const files = new MemoryFiles();
  files.put(segmentName(1), bytes);
  const reader = SegmentReader.open(files, info, bench.kernel);
  try {
    const found = reader.find({ exact: 'cpu', matches: () => false });
    reader.entries(0, reader.blockCount);
    const text = textOf(bench.read(reader));
    return found.length === 5 ? text : `found ${found.length}`;
  } finally {
    reader.close();
  }
}

/** @returns what was wrong, or that nothing was */
function outcomeOf(read: () => string, expected: string): 'refused' | 'the same' | 'WRONG' {
  try {
    return read() === expected ? 'the same' : 'WRONG';
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'damaged' && error.file !== undefined) return 'refused';
    throw error;
  }
}

const flipped = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

const everyKind = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describe.each(everyKind)('isCold %s, isPacked %s', (isCold, isPacked) => {
  const { bench, info, bytes, expected } = small(isCold, isPacked);
  const bits = Array.from({ length: Math.ceil((bytes.length * 8) / EVERY_BIT) }, (_, i) => i * EVERY_BIT);
  const ends = readEnds(bench.files.open(segmentName(1), 'read'), segmentName(1));
  const isPadding = (bit: number) => bit >> 3 >= ends.payloadsEnd && bit >> 3 < ends.indexStart;

  test('whole, it is whole', () => {
    expect(readAll(bench, info, bytes)).toBe(expected);
  });

  test(`every ${EVERY_BIT}th bit flipped: ${bits.length} readings, an error or the same answer`, () => {
    const outcomes = bits.map((bit) => outcomeOf(() => readAll(bench, info, flipped(bytes, bit)), expected));
    expect(outcomes.indexOf('WRONG')).toBe(-1);
    // Nothing but the zeros between two areas may be changed unnoticed.
    expect(bits.filter((bit, i) => outcomes[i] === 'the same' && !isPadding(bit))).toEqual([]);
  });

  const some = bits.filter((_, i) => i % 7 === 0);
  test(`${some.length} bits flipped: verify finds it, and where`, () => {
    const missed = some.filter((bit) => {
      const files = new MemoryFiles();
      files.put(segmentName(1), flipped(bytes, bit));
      const found: StoreError[] = [];
      let reader: SegmentReader | undefined;
      try {
        reader = SegmentReader.open(files, info, bench.kernel);
        verifySegment(reader, (finding) => found.push(finding));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        found.push(error);
      } finally {
        reader?.close();
      }
      return (
        !found.every(({ file, offset }) => file !== undefined && offset! >= 0 && offset! <= bytes.length) ||
        found.length === 0
      );
    });
    expect(missed).toEqual([]);
  });

  test(`every length: ${bytes.length} readings, always an error`, () => {
    const missed = Array.from(bytes.keys()).filter(
      (length) => outcomeOf(() => readAll(bench, info, bytes.subarray(0, length)), expected) !== 'refused',
    );
    expect(missed).toEqual([]);
  });

  test('bytes changed, cut out, doubled: 3000 readings, an error or the same answer', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 3000; i++) {
      const from = Math.floor(random() * bytes.length);
      const to = Math.min(bytes.length, from + 1 + Math.floor(random() ** 4 * 400));
      const garbage = Buffer.from(Array.from({ length: to - from }, () => Math.floor(random() * 256)));
      const middle = [
        garbage,
        Buffer.alloc(0),
        Buffer.alloc(to - from),
        Buffer.concat([bytes.subarray(from, to), garbage]),
      ][i % 4]!;
      const changed = Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);
      expect(
        outcomeOf(() => readAll(bench, info, changed), expected),
        `case ${i}`,
      ).not.toBe('WRONG');
    }
  });
});

describe('what is damaged is named', () => {
  const { bench, info, bytes } = small(false);
  const ends = readEnds(bench.files.open(segmentName(1), 'read'), segmentName(1));
  const cold = small(true);
  const coldEnds = readEnds(cold.bench.files.open(segmentName(1), 'read'), segmentName(1));

  test.each([
    ['a page', coldEnds.indexStart + 5, `checksum of page 0 of the index is wrong (at byte ${coldEnds.indexStart})`],
    ['the dictionary', coldEnds.dictionaryStart + 1, 'checksum of the dictionary'],
    ['the table of pages', coldEnds.pageSumsStart, 'checksum of the checksums'],
  ])('cold: %s', (_, byte, message) => {
    const files = new MemoryFiles();
    files.put(segmentName(1), flipped(cold.bytes, byte * 8));
    const found: string[] = [];
    verifySegment(SegmentReader.open(files, cold.info, cold.bench.kernel), (finding) => found.push(finding.message));
    expect(found[0]).toContain(message);
  });

  test.each([
    ['the first byte', 0, /does not begin like a segment \(at byte 0\)/],
    ['the header', 9, /checksum of the header/],
    ['a payload', 24, /block 0: its checksum is wrong \(at byte 24\)/],
    ['the index', ends.indexStart + 33 * 136, /checksum of page 1 of the index/],
    ['the dictionary', ends.dictionaryStart + 1, /checksum of the dictionary/],
    ['the checksums', ends.pageSumsStart, /checksum of the checksums/],
    ['the footer', bytes.length - 100, /checksum of the footer/],
    ['the last byte', bytes.length - 1, /footer is not there/],
  ])('%s', (_, byte, message) => {
    const files = new MemoryFiles();
    files.put(segmentName(1), flipped(bytes, byte * 8));
    const first = (): void => {
      const reader = SegmentReader.open(files, info, bench.kernel);
      verifySegment(reader, (finding) => {
        throw new Error(`${finding.message} ${finding.hint}`);
      });
    };
    expect(first).toThrow(message);
    expect(first).toThrow(/^00000001\.seg: /);
  });

  test('the rest is read all the same, and verify goes on', () => {
    const files = new MemoryFiles();
    const damagedBytes = [24, ends.indexStart, ends.payloadsEnd - 1].reduce(
      (left, byte) => flipped(left, byte * 8 + 1),
      bytes,
    );
    files.put(segmentName(1), damagedBytes);
    const found: string[] = [];
    const reader = SegmentReader.open(files, info, bench.kernel);
    verifySegment(reader, (finding) => found.push(finding.message));
    expect(found).toEqual([
      expect.stringMatching(/page 0 of the index/),
      expect.stringMatching(/block 35: its checksum is wrong/),
    ]);
    expect(reader.decode(34, bench.times, bench.values)).toBe(3);
  });

  test('a newer version says so', () => {
    const newer = Buffer.from(bytes);
    newer.writeUInt32LE(3, 8);
    newer.writeUInt32LE(crcOf(newer.subarray(0, 20)), 20);
    const files = new MemoryFiles();
    files.put(segmentName(1), newer);
    const error = (() => {
      try {
        return SegmentReader.open(files, info, bench.kernel);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ kind: 'version', file: '00000001.seg' });
  });
});

/** CRC-32 bit by bit, from the text of RFC 1952. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}
