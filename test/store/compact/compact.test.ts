/** Merges from files to files, also when every operation fails once; what is too old; what becomes cold. */
import { describe, expect, test } from 'vitest';
import { chill, coldCandidates, expired, runMerge } from '../../../src/store/compact/compact.ts';
import type { Merge } from '../../../src/store/compact/plan.ts';
import { StoreError } from '../../../src/store/errors.ts';
import type { SegmentInfo } from '../../../src/store/files/manifest.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { type Fault, seededRandom } from '../../support/files.ts';
import { Bench, randomPoints, textOf } from '../segment/points.ts';

const merge = (inputs: readonly SegmentInfo[]): Merge => ({ inputs, level: 1, age: 3, isCold: false });

describe('a merge', () => {
  test('makes a segment and leaves the others', () => {
    const bench = new Bench();
    const points = [1, 2, 3].map((seed) => randomPoints(seed, 10, 50));
    const infos = points.map((it, i) => bench.write(it, { number: i + 1, age: i + 1 }));
    const info = runMerge(bench.files, bench.kernel, merge(infos), 4)!;
    expect(info).toMatchObject({ number: 4, age: 3, level: 1, isCold: false });
    expect(bench.files.names()).toEqual([1, 2, 3, 4].map((n) => `0000000${n}.seg`));
    const cold = runMerge(bench.files, bench.kernel, chill(info), 5)!;
    expect(cold).toMatchObject({ number: 5, age: 3, level: 1, isCold: true, points: info.points });
    const [hotText, coldText] = [info, cold].map((it) =>
      textOf(bench.read(SegmentReader.open(bench.files, it, bench.kernel))),
    );
    expect(coldText === hotText).toBe(true);
  });

  test('of which nothing is left makes none', () => {
    const bench = new Bench();
    const info = bench.write(randomPoints(1, 3, 5));
    const span = { firstTimeUs: 0n, lastTimeUs: 1n };
    expect(runMerge(bench.files, bench.kernel, merge([info]), 2, { span })).toBeUndefined();
    expect(bench.files.names()).toEqual(['00000001.seg']);
  });

  test.each(['EIO', 'short'] as const)('%s at any operation: an error, the old files and no new one', (error) => {
    for (let at = 1; ; at++) {
      const bench = new Bench();
      const infos = [1, 2].map((seed) => bench.write(randomPoints(seed, 4, 50), { number: seed, age: seed }));
      const fault: Fault = { at, error };
      bench.files.fault = fault;
      try {
        runMerge(bench.files, bench.kernel, merge(infos), 3);
      } catch (thrown) {
        if (!(thrown instanceof StoreError)) throw thrown;
        expect(bench.files.names(), `operation ${at}`).toEqual(['00000001.seg', '00000002.seg']);
        continue;
      }
      expect(at).toBeGreaterThan(15);
      break;
    }
  });
});

function info(number: number, age: number, first: number, last: number, isCold = false): SegmentInfo {
  return {
    ...{ number, age, level: 0, isCold, points: 1, series: 1, blocks: 1, bytes: 1 },
    ...{ firstTimeUs: BigInt(first), lastTimeUs: BigInt(last) },
  };
}

const numbers = (infos: readonly SegmentInfo[]) => infos.map(({ number }) => number).sort((a, b) => a - b);

describe('what is too old', () => {
  test('is before the cutoff with all its points', () => {
    const segments = [info(1, 1, 0, 99), info(2, 2, 50, 100), info(3, 3, 10, 20), info(4, 4, 200, 300)];
    expect(numbers(expired(segments, 100n))).toEqual([1, 3]);
    expect(numbers(expired(segments, 0n))).toEqual([]);
    expect(numbers(expired(segments, 1000n))).toEqual([1, 2, 3, 4]);
  });

  test('stays while it hides older points of one that stays', () => {
    const segments = [info(1, 1, 0, 500), info(2, 2, 50, 60), info(3, 3, 60, 70), info(4, 0, 40, 45)];
    expect(numbers(expired(segments, 100n))).toEqual([4]);
    expect(numbers(expired(segments, 501n))).toEqual([1, 2, 3, 4]);
  });

  test('1000 random stores: no point that was written over is seen again', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const random = seededRandom(seed);
      const below = (n: number) => Math.floor(random() * n);
      const segments = Array.from({ length: 1 + below(8) }, (_, i) => {
        const first = below(20);
        return info(i, i, first, first + below(8));
      });
      const gone = expired(segments, 12n);
      const kept = segments.filter((it) => !gone.includes(it));
      for (let time = 0; time < 28; time++) {
        const newest = (among: readonly SegmentInfo[]) =>
          among.filter((it) => it.firstTimeUs <= BigInt(time) && it.lastTimeUs >= BigInt(time)).at(-1);
        const [before, after] = [newest(segments), newest(kept)];
        expect(after === undefined || after === before, `seed ${seed} at ${time}`).toBe(true);
      }
    }
  });
});

test('what becomes cold is hot and older than that', () => {
  const segments = [info(1, 1, 50, 90), info(2, 2, 0, 99, true), info(3, 3, 0, 100), info(4, 4, 0, 10)];
  expect(coldCandidates(segments, 100n).map(({ number }) => number)).toEqual([4, 1]);
});
