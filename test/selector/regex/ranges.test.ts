import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  contains,
  intersect,
  MAX_CODE_POINT,
  negate,
  normalize,
  subtract,
  symmetricDifference,
  union,
} from '../../../src/selector/regex/ranges.ts';

const small = fc.integer({ min: 0, max: 30 });
const set = fc
  .array(fc.tuple(small, small))
  .map((pairs) => normalize(pairs.flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)])));

test('operations mean what they mean for single members', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      for (let c = 0; c <= 32; c += 1) {
        const [inA, inB] = [contains(a, c), contains(b, c)];
        expect(contains(union(a, b), c)).toBe(inA || inB);
        expect(contains(intersect(a, b), c)).toBe(inA && inB);
        expect(contains(subtract(a, b), c)).toBe(inA && !inB);
        expect(contains(symmetricDifference(a, b), c)).toBe(inA !== inB);
        expect(contains(negate(a), c)).toBe(!inA);
      }
    }),
    { numRuns: 300 },
  );
});

test('sets are sorted, disjoint and not adjacent, so equal sets are equal arrays', () => {
  expect(normalize([5, 9, 1, 2, 3, 4, 20, 20, 8, 12])).toEqual([1, 12, 20, 20]);
  expect(negate([])).toEqual([0, MAX_CODE_POINT]);
  expect(negate([0, MAX_CODE_POINT])).toEqual([]);
  fc.assert(
    fc.property(set, (a) => {
      expect(negate(negate(a))).toEqual(a);
    }),
  );
});
