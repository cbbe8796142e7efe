/**
 * Segments written and read back: every bit of every point, names looked up and walked through, how little is read for
 * one series of many, and what is left of a file when writing it fails.
 */
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { Files, OpenFile } from '../../../src/store/files/files.ts';
import { segmentName } from '../../../src/store/files/names.ts';
import * as L from '../../../src/store/kernel/layout.ts';
import { readEnds } from '../../../src/store/segment/footer.ts';
import { FOOTER_BYTES, HEADER_BYTES, PAGE_BYTES } from '../../../src/store/segment/layout.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { verifySegment } from '../../../src/store/segment/verify.ts';
import { finishSegments, SegmentWriter } from '../../../src/store/segment/writer.ts';
import { decodeKey } from '../../../src/store/series.ts';
import { seededRandom } from '../../support/files.ts';
import { Bench, bitsOf, countOf, keyOf, type Points, randomPoints, sortedSeries, textOf } from './points.ts';

/** Files of which only reading is wanted, and counted. */
class CountingFiles implements Pick<Files, 'open'> {
  bytesRead = 0;
  reads = 0;
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  open(name: string, mode: 'read'): OpenFile {
    const file = this.#files.open(name, mode);
    const readAt = (into: Uint8Array, position: number) => {
      const length = file.readAt(into, position);
      this.reads += 1;
      this.bytesRead += length;
      return length;
    };
    return { ...file, readAt };
  }
}

function findings(reader: SegmentReader): string[] {
  const found: string[] = [];
  verifySegment(reader, (finding) => found.push(finding.message));
  return found;
}

describe('what is written is read', () => {
  test.each([false, true])('random series, isCold %s', (isCold) => {
    for (let seed = 1; seed <= 10; seed++) {
      const bench = new Bench();
      const points = seed % 5 === 0 ? randomPoints(seed, 8, 9000) : randomPoints(seed, 40, 60);
      const info = bench.write(points, { number: seed, age: 7, level: 2, isCold });
      const reader = SegmentReader.open(bench.files, info, bench.kernel);
      expect(textOf(bench.read(reader)), `seed ${seed}`).toBe(textOf(points));
      expect(countOf(reader)).toBe(info.points);
      expect(findings(reader)).toEqual([]);
      expect(bench.files.names()).toEqual([segmentName(seed)]);
      const times = [...points.values()].flatMap((series) => [...series.keys()]).sort((a, b) => (a < b ? -1 : 1));
      expect(info).toEqual({
        ...{ number: seed, age: 7, level: 2, isCold, points: times.length, series: points.size },
        ...{ blocks: reader.blockCount, bytes: bench.files.bytesOf(segmentName(seed)).length },
        ...{ firstTimeUs: times[0], lastTimeUs: times.at(-1) },
      });
      reader.close();
    }
  });

  test('blocks of any size keep their borders, and a long series is cut at BLOCK_POINTS', () => {
    const bench = new Bench(10_000);
    const series = new Map(Array.from({ length: 9000 }, (_, i) => [BigInt(i), bitsOf(i / 2)]));
    const info = bench.write(new Map([[keyOf('a'), series]]), {}, 10_000);
    const reader = SegmentReader.open(bench.files, info, bench.kernel);
    const counts = [0, 1, 2].map((block) => reader.decode(block, bench.times, 0));
    expect(counts).toEqual([4096, 4096, 808]);
    expect(bench.kernel.i64[bench.times / 8]).toBe(8192n);
    expect(reader.decode(1, 0, bench.values)).toBe(4096);
    expect(bench.kernel.f64[bench.values / 8]).toBe(2048);
  });

  test('blocks may be read in any order, and entries stay while blocks are decoded', () => {
    const bench = new Bench();
    const points = randomPoints(77, 200, 700);
    // Values that deflate finds again and that are no neighbours.
    const repeated = Array.from({ length: 6400 }, (_, i) => [BigInt(i), bitsOf(Math.sqrt((i * 7) % 5))] as const);
    points.set(keyOf('repeated'), new Map(repeated));
    const info = bench.write(points, { isCold: true }, 64);
    const reader = SegmentReader.open(bench.files, info, bench.kernel);
    const whole = reader.entries(0, info.blocks).slice();
    const deflated = Array.from({ length: info.blocks }, (_, i) => whole[i * L.ENTRY_BYTES + L.E_FLAGS]);
    expect(deflated.filter((flags) => flags === L.ENTRY_DEFLATED).length).toBeGreaterThan(90);
    // Backwards, each page of the index takes the place of the one that says where the last block of it ends.
    const other = SegmentReader.open(bench.files, info, bench.kernel);
    for (let block = info.blocks - 1; block >= 0; block--) {
      expect(other.decode(block, 0, bench.values)).toBe(
        new DataView(whole.buffer).getUint32(block * L.ENTRY_BYTES, true),
      );
    }
    const random = seededRandom(5);
    for (let i = 0; i < 2000; i++) {
      const from = Math.floor(random() * info.blocks);
      const to = Math.min(info.blocks, from + Math.floor(random() * (random() < 0.1 ? 200 : 4)));
      const entries = reader.entries(from, to);
      const block = Math.floor(random() * info.blocks);
      const count = reader.decode(block, bench.times, 0);
      const view = new DataView(whole.buffer, block * L.ENTRY_BYTES, L.ENTRY_BYTES);
      expect(count).toBe(view.getUint32(L.S_COUNT, true));
      expect(bench.kernel.i64[bench.times / 8]).toBe(view.getBigInt64(L.S_FIRST_TIME, true));
      expect(entries.byteOffset % 8).toBe(0);
      expect(Buffer.compare(entries, whole.subarray(from * L.ENTRY_BYTES, to * L.ENTRY_BYTES))).toBe(0);
    }
    expect(() => reader.entries(0, info.blocks + 1)).toThrow(RangeError);
  });

  test('a block is taken over as it is', () => {
    const bench = new Bench();
    const points = randomPoints(3, 20, 300);
    const info = bench.write(points, { number: 1, isCold: true });
    const reader = SegmentReader.open(bench.files, info, bench.kernel);
    const writer = new SegmentWriter(bench.files, bench.kernel, { number: 2, age: 1, level: 0, isCold: true });
    for (let series = 0; series < reader.seriesCount; series++) {
      writer.beginSeries(reader.keyBytes(series));
      const block = reader.firstBlock(series);
      writer.addEncoded(reader.entries(block, block + 1), reader.payload(block));
    }
    const copy = writer.finish()!;
    const [a, b] = [1, 2].map((number) => bench.files.bytesOf(segmentName(number)));
    expect(b!.subarray(HEADER_BYTES).equals(a!.subarray(HEADER_BYTES))).toBe(true);
    expect(copy).toEqual({ ...info, number: 2 });
  });

  test('old and far times, and all counts from 1 to 70', () => {
    const bench = new Bench();
    const points: Points = new Map([
      [keyOf('ends'), new Map([-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n].map((t) => [t, t]))],
    ]);
    for (let count = 1; count <= 70; count++) {
      points.set(keyOf(`n${count}`), new Map(Array.from({ length: count }, (_, i) => [BigInt(i * i), bitsOf(i)])));
    }
    const reader = SegmentReader.open(bench.files, bench.write(points), bench.kernel);
    expect(textOf(bench.read(reader))).toBe(textOf(points));
    expect(findings(reader)).toEqual([]);
  });
});

describe('finding series', () => {
  const bench = new Bench();
  const points = randomPoints(9, 300, 2);
  for (let i = 0; i < 100; i++) points.set(keyOf(`name${i}`, `t=${i % 7}`), new Map([[0n, 0n]]));
  const reader = SegmentReader.open(bench.files, bench.write(points), bench.kernel);
  const keys = sortedSeries(points).map(([key]) => decodeKey(Buffer.from(key, 'latin1'))!);
  const named = (matches: (name: string) => boolean) => keys.flatMap(({ name }, i) => (matches(name) ? [i] : []));

  test('by name', () => {
    for (const name of [
      ...new Set(keys.map((key) => key.name)),
      'cp',
      'cpu.',
      'a',
      'nothing',
      'zz',
      'x'.repeat(70_000),
    ]) {
      const matches = (other: string) => other === name;
      expect(reader.find({ exact: name, matches }), name.slice(0, 20)).toEqual(named(matches));
    }
  });

  test('by anything else: each name is looked at once', () => {
    const asked: string[] = [];
    const matches = (name: string) => name.length % 2 === 0;
    const found = reader.find({ exact: undefined, matches: (name) => asked.push(name) > 0 && matches(name) });
    expect(found).toEqual(named(matches));
    expect(asked).toEqual([...new Set(asked)]);
    expect(reader.find({ exact: undefined, matches: () => true }).length).toBe(points.size);
  });

  test('keys are as they were given', () => {
    expect(keys.map((_, series) => reader.key(series))).toEqual(keys);
  });
});

test('one series of 20 000: the two ends, the dictionary, and a page of the index and its checksums', () => {
  const bench = new Bench();
  const writer = new SegmentWriter(bench.files, bench.kernel, { number: 1, age: 1, level: 0, isCold: false });
  for (let i = 0; i < 20_000; i++) {
    writer.beginSeries(Buffer.from(keyOf(`series${String(i).padStart(6, '0')}`), 'latin1'));
    writer.add(bench.times, bench.values, bench.fill([[BigInt(i), bitsOf(i)]]));
  }
  const info = writer.finish()!;
  const files = new CountingFiles(bench.files);
  const reader = SegmentReader.open(files, info, bench.kernel);
  expect(files.bytesRead).toBe(HEADER_BYTES + FOOTER_BYTES);
  const [series] = reader.find({ exact: 'series012345', matches: () => false });
  const block = reader.firstBlock(series!);
  reader.entries(block, block + 1);
  expect(reader.decode(block, bench.times, bench.values)).toBe(1);
  expect(bench.kernel.f64[bench.values / 8]).toBe(12_345);
  const dictionary = reader.footer.pageSumsStart - reader.footer.dictionaryStart;
  const sums = info.bytes - FOOTER_BYTES - reader.footer.pageSumsStart;
  const rest = files.bytesRead - (HEADER_BYTES + FOOTER_BYTES + dictionary + sums + PAGE_BYTES);
  expect(rest).toBeGreaterThan(0);
  expect(rest, 'the payload').toBeLessThan(64);
  // From end to end the index is read once, in large pieces.
  files.bytesRead = 0;
  files.reads = 0;
  for (let at = 0; at < info.blocks; at++) reader.entries(at, at + 1);
  expect(files.bytesRead).toBeLessThan(info.blocks * L.ENTRY_BYTES * 1.1);
  expect(files.reads).toBeLessThan(40);
});

describe('writing', () => {
  test('is synced before it has its name, and the name before it is told', () => {
    const bench = new Bench();
    bench.write(randomPoints(1, 3, 10));
    const steps = bench.files.trace.filter((step) => !step.startsWith('write'));
    const temporary = '00000001.seg.tmp';
    expect(steps).toEqual([
      ...[`remove ${temporary}`, `open ${temporary}`, `sync ${temporary}`, `rename ${temporary}`, 'syncDirectory'],
    ]);
  });

  test('nothing is left of a segment without points, or of an abandoned one', () => {
    const bench = new Bench();
    const writer = new SegmentWriter(bench.files, bench.kernel, { number: 5, age: 1, level: 0, isCold: false });
    writer.beginSeries(Buffer.from(keyOf('a'), 'latin1'));
    expect(writer.finish()).toBeUndefined();
    const other = new SegmentWriter(bench.files, bench.kernel, { number: 6, age: 1, level: 0, isCold: false });
    expect(bench.files.names()).toEqual(['00000006.seg.tmp']);
    other.abandon();
    expect(bench.files.names()).toEqual([]);
  });

  test('a series without points is left out', () => {
    const bench = new Bench();
    const info = bench.write(
      new Map([
        [keyOf('a'), new Map()],
        [keyOf('b'), new Map([[1n, 2n]])],
        [keyOf('c'), new Map()],
      ]),
    );
    expect(info.series).toBe(1);
    expect(SegmentReader.open(bench.files, info, bench.kernel).key(0).name).toBe('b');
  });

  test('a finished one is not abandoned any more', () => {
    const bench = new Bench();
    const writer = new SegmentWriter(bench.files, bench.kernel, { number: 1, age: 1, level: 0, isCold: false });
    writer.beginSeries(Buffer.from(keyOf('a'), 'latin1'));
    writer.add(bench.times, bench.values, bench.fill([[1n, 1n]]));
    writer.finish();
    writer.abandon();
    expect(bench.files.names()).toEqual(['00000001.seg']);
  });

  test('series and blocks out of order are refused', () => {
    const bench = new Bench();
    const writer = new SegmentWriter(bench.files, bench.kernel, { number: 1, age: 1, level: 0, isCold: false });
    const add = (time: bigint) => writer.add(bench.times, bench.values, bench.fill([[time, 0n]]));
    expect(() => add(0n)).toThrow(RangeError);
    writer.beginSeries(Buffer.from(keyOf('b'), 'latin1'));
    add(1n);
    expect(() => add(0n)).toThrow(RangeError);
    expect(() => writer.beginSeries(Buffer.from(keyOf('b'), 'latin1'))).toThrow(RangeError);
    expect(() => writer.beginSeries(Buffer.from(keyOf('a'), 'latin1'))).toThrow(RangeError);
  });

  test.each(['EIO', 'ENOSPC', 'short'] as const)('%s at any operation: an error, and no file is left', (error) => {
    const points = randomPoints(4, 5, 5000);
    let failures = 0;
    for (let at = 1; ; at++) {
      const bench = new Bench();
      bench.files.fault = { at, error };
      const open = () =>
        [1, 2].map(
          (number) => new SegmentWriter(bench.files, bench.kernel, { ...{ number, age: 1 }, level: 0, isCold: false }),
        );
      let writers: SegmentWriter[] = [];
      try {
        writers = open();
        for (const writer of writers) {
          for (const [key, series] of sortedSeries(points)) {
            writer.beginSeries(Buffer.from(key, 'latin1'));
            writer.add(bench.times, bench.values, bench.fill(series.slice(0, 100)));
          }
        }
        finishSegments(writers, bench.files);
      } catch (thrown) {
        failures += 1;
        if (!(thrown instanceof StoreError)) throw thrown;
        for (const writer of writers) writer.abandon();
        // The first of two that could not be opened is not known to anybody; recovery removes it.
        if (writers.length > 0) expect(bench.files.names(), `operation ${at}`).toEqual([]);
        continue;
      }
      expect(bench.files.operations).toBeLessThan(at);
      expect(failures).toBe(at - 1);
      break;
    }
    expect(failures).toBeGreaterThan(10);
  });
});

describe('opening', () => {
  test('the manifest and the file have to agree', () => {
    const bench = new Bench();
    const info = bench.write(randomPoints(1, 3, 10));
    for (const change of [{ age: 2 }, { points: 1 }, { series: 9 }, { blocks: 9 }, { bytes: 1 }, { lastTimeUs: 0n }]) {
      expect(() => SegmentReader.open(bench.files, { ...info, ...change }, bench.kernel)).toThrow(/the manifest says/);
    }
    bench.files.rename('00000001.seg', '00000002.seg');
    expect(() => SegmentReader.open(bench.files, { ...info, number: 2 }, bench.kernel)).toThrow(/its number is 1/);
    expect(() => SegmentReader.open(bench.files, { ...info, number: 3 }, bench.kernel)).toThrow(/ENOENT/);
  });

  test('what the manifest says can be read from the file', () => {
    const bench = new Bench();
    const info = bench.write(randomPoints(1, 3, 10), { number: 1, age: 12, level: 3, isCold: true });
    const file = bench.files.open('00000001.seg', 'read');
    expect(readEnds(file, '00000001.seg').info).toEqual(info);
  });
});
