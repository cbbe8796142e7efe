/**
 * Merged segments against a model that is a Map: random series over several sources with blocks of any size,
 * overlapping, beside each other and on the same times, hot and cold, cut by a span; and how much is decoded for it.
 */
import { describe, expect, test } from 'vitest';
import { mergeSegments } from '../../../src/store/compact/merge.ts';
import type { StoreError } from '../../../src/store/errors.ts';
import type { SegmentInfo } from '../../../src/store/files/manifest.ts';
import { segmentName } from '../../../src/store/files/names.ts';
import * as L from '../../../src/store/kernel/layout.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { verifySegment } from '../../../src/store/segment/verify.ts';
import { SegmentWriter } from '../../../src/store/segment/writer.ts';
import { seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import { Bench, bitsOf, keyOf, type Points, randomBits, textOf } from '../segment/points.ts';

/** In each of four parts. */
const MERGES = sized(25, 80);

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** The points of all sources; later ones hold. */
function merged(sources: readonly Points[], firstTimeUs = MIN, lastTimeUs = MAX): Points {
  const all: Points = new Map();
  for (const points of sources) {
    for (const [key, series] of points) {
      const known = all.get(key) ?? new Map<bigint, bigint>();
      all.set(key, known);
      for (const [time, bits] of series) if (time >= firstTimeUs && time <= lastTimeUs) known.set(time, bits);
    }
  }
  return all;
}

function mergeTo(bench: Bench, infos: readonly SegmentInfo[], number: number, isCold = false, span?: [bigint, bigint]) {
  const readers = infos.map((info) => SegmentReader.open(bench.files, info, bench.kernel));
  const writer = new SegmentWriter(bench.files, bench.kernel, { number, age: 9, level: 0, isCold });
  mergeSegments(readers, writer, { span: span && { firstTimeUs: span[0], lastTimeUs: span[1] } });
  const info = writer.finish();
  for (const reader of readers) reader.close();
  return info;
}

/** Counts of the blocks of a segment, by series. */
function countsOf(reader: SegmentReader): number[][] {
  return Array.from({ length: reader.seriesCount }, (_, series) => {
    const entries = Buffer.from(reader.entries(reader.firstBlock(series), reader.firstBlock(series + 1)));
    return Array.from({ length: entries.length / L.ENTRY_BYTES }, (_, i) => entries.readUInt32LE(i * L.ENTRY_BYTES));
  });
}

/** A source with some of a few series; times are small numbers, so that sources meet. */
function randomSource(random: () => number): Points {
  const points: Points = new Map();
  for (let i = 0; i < 5; i++) {
    if (random() < 0.3) continue;
    const series = new Map<bigint, bigint>();
    const count = 1 + Math.floor(random() ** 3 * (random() < 0.02 ? 12_000 : 300));
    let time = BigInt(Math.floor(random() * 400));
    for (let n = 0; n < count; n++) {
      series.set(time, randomBits(random));
      time += random() < 0.9 ? 1n : BigInt(1 + Math.floor(random() * 100));
    }
    points.set(keyOf(`s${i}`), series);
  }
  return points.size > 0 ? points : randomSource(random);
}

describe('what is merged is what was written last', () => {
  const bench = new Bench();
  for (const part of [0, 1, 2, 3]) {
    test(`${MERGES} random merges, part ${part + 1} of 4`, () => {
      for (let seed = part * MERGES + 1; seed <= (part + 1) * MERGES; seed++) {
        const random = seededRandom(seed);
        const sources = Array.from({ length: 1 + Math.floor(random() * 7) }, () => randomSource(random));
        const infos = sources.map((points, i) =>
          bench.write(
            points,
            { number: seed * 100 + i, age: i, isCold: random() < 0.3 },
            random() < 0.3 ? 4096 : 1 + Math.floor(random() * 200),
          ),
        );
        const span: [bigint, bigint] = random() < 0.5 ? [MIN, MAX] : [100n, 100n + BigInt(Math.floor(random() * 900))];
        const expected = textOf(merged(sources, ...span));
        const info = mergeTo(
          bench,
          infos,
          seed * 100 + 99,
          random() < 0.3,
          random() < 0.5 || span[0] !== MIN ? span : undefined,
        );
        if (info === undefined) {
          expect(expected, `seed ${seed}`).toBe('');
          continue;
        }
        const reader = SegmentReader.open(bench.files, info, bench.kernel);
        expect(textOf(bench.read(reader)) === expected, `seed ${seed}`).toBe(true);
        verifySegment(reader, (finding) => expect.fail(`seed ${seed}: ${finding.message}`));
        for (const counts of countsOf(reader)) {
          const isSmall = (count: number, i: number) => count < L.BLOCK_POINTS / 2 && i < counts.length - 1;
          expect(counts.filter(isSmall), `seed ${seed}`).toEqual([]);
        }
      }
    });
  }
});

const series = (from: number, count: number, step = 1, value = 1): Map<bigint, bigint> =>
  new Map(Array.from({ length: count }, (_, i) => [BigInt(from + i * step), bitsOf(value + i)]));

/** Two sources with one series each, merged; and what came out. */
function pair(a: Map<bigint, bigint>, b: Map<bigint, bigint>, isCold = false) {
  const bench = new Bench(20_000);
  const infos = [a, b].map((points, i) =>
    bench.write(new Map([[keyOf('x'), points]]), { number: i + 1, age: i, isCold }, 20_000),
  );
  let decoded = 0;
  const { decodeTimes } = bench.kernel.exports;
  Object.defineProperty(bench.kernel, 'exports', {
    value: {
      ...bench.kernel.exports,
      decodeTimes: (...args: Parameters<typeof decodeTimes>) => {
        decoded += 1;
        return decodeTimes(...args);
      },
    },
  });
  const info = mergeTo(bench, infos, 3, isCold)!;
  const count = decoded;
  const reader = SegmentReader.open(bench.files, info, bench.kernel);
  const isRight =
    textOf(bench.read(reader)) === textOf(merged([a, b].map((points) => new Map([[keyOf('x'), points]]))));
  return { counts: countsOf(reader)[0], decoded: count, isRight };
}

describe('blocks are decoded only when they have to be', () => {
  test('one after the other: none, hot or cold', () => {
    const expected = { counts: [4096, 4096, 4096, 4096], decoded: 0, isRight: true };
    expect(pair(series(0, 8192), series(8192, 8192))).toEqual(expected);
    expect(pair(series(0, 8192), series(8192, 8192), true)).toEqual(expected);
  });

  test('only what stands beside a small one', () => {
    const { counts, decoded, isRight } = pair(series(0, 4096 * 2 + 100), series(50_000, 4096 * 2));
    expect({ counts, decoded, isRight }).toEqual({ counts: [4096, 4096, 2098, 2098, 4096], decoded: 2, isRight: true });
  });

  test('small ones become one', () => {
    expect(pair(series(0, 100), series(100, 100))).toEqual({ counts: [200], decoded: 2, isRight: true });
  });

  test('the last may be small', () => {
    expect(pair(series(0, 5000), series(-9000, 4096))).toEqual({
      counts: [4096, 4096, 904],
      decoded: 0,
      isRight: true,
    });
  });

  test('only where they overlap', () => {
    const { decoded, isRight } = pair(series(0, 4096 * 3), series(4096 * 3 - 10, 4096 * 3));
    expect({ decoded, isRight }).toEqual({ decoded: 2, isRight: true });
  });

  test('the same times: the later source holds, and nothing is there twice', () => {
    const { counts, isRight } = pair(series(0, 6000), series(0, 6000, 1, 7));
    expect({ points: counts!.reduce((a, b) => a + b), isRight }).toEqual({ points: 6000, isRight: true });
  });

  test('every other time', () => {
    expect(pair(series(0, 9000, 2), series(1, 9000, 2)).isRight).toBe(true);
  });
});

test('hot blocks are deflated in a cold segment, which is smaller', () => {
  const bench = new Bench(20_000);
  const random = seededRandom(1);
  const values = Array.from({ length: 20_000 }, () => bitsOf(Math.floor(random() ** 4 * 1000) / 100));
  const points: Points = new Map([
    [keyOf('x'), new Map(values.map((bits, i) => [BigInt(i * 10 + (bits & 1n ? 1 : 0)), bits]))],
  ]);
  const hot = bench.write(points, {}, 20_000);
  const cold = mergeTo(bench, [hot], 2, true)!;
  expect(cold.isCold).toBe(true);
  expect(cold.bytes).toBeLessThan(hot.bytes);
  expect(cold.blocks).toBe(hot.blocks);
  const reader = SegmentReader.open(bench.files, cold, bench.kernel);
  expect(textOf(bench.read(reader)) === textOf(points)).toBe(true);
});

test('memory does not grow with the series or with the number of merges', () => {
  const bench = new Bench(20_000);
  const [a, b] = [0, 5].map((from, i) =>
    bench.write(new Map([[keyOf('x'), series(from, 20_000, 10)]]), { number: i + 1, age: i }, 20_000),
  );
  mergeTo(bench, [a!, b!], 3);
  const { length } = bench.kernel.bytes;
  for (let number = 4; number < 12; number++) mergeTo(bench, [a!, b!], number);
  expect(bench.kernel.bytes.length).toBe(length);
  expect(length).toBeLessThan(4 << 20);
});

describe('damage', () => {
  const make = () => {
    const bench = new Bench(20_000);
    const points: Points = new Map([keyOf('x'), keyOf('y')].map((key) => [key, series(0, 12_288)]));
    const info = bench.write(points, {}, 20_000);
    const bytes = bench.files.bytesOf(segmentName(1));
    bytes[30]! ^= 1;
    bench.files.put(segmentName(1), bytes);
    return { bench, info };
  };

  test('is an error', () => {
    const { bench, info } = make();
    expect(() => mergeTo(bench, [info], 2)).toThrow(/00000001\.seg: block 0: its checksum is wrong/);
  });

  test.each([false, true])('or is left out and told, to save the rest (cut by a span: %s)', (isCut) => {
    const { bench, info } = make();
    const writer = new SegmentWriter(bench.files, bench.kernel, { number: 2, age: 1, level: 0, isCold: false });
    const told: StoreError[] = [];
    const reader = SegmentReader.open(bench.files, info, bench.kernel);
    const span = isCut ? { firstTimeUs: 5n, lastTimeUs: 12_000n } : undefined;
    mergeSegments([reader], writer, { span, onDamage: (damage) => told.push(damage) });
    expect(told.map(({ file, offset }) => [file, offset])).toEqual([['00000001.seg', 24]]);
    const per = isCut ? 12_000 - 5 + 1 : 12_288;
    expect(writer.finish()?.points).toBe(2 * per - (isCut ? 4096 - 5 : 4096));
  });
});
