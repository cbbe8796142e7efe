/**
 * Keys of series: one for each set of tags, sorted as FORMAT.md says; and finding series by a tag that they must have.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalTags, decodeKey, encodeKey } from '../../src/store/series.ts';
import { openSnapshot } from '../../src/store/snapshot.ts';
import { MemoryFiles } from '../support/files.ts';
import { appendPoints, testStore } from '../support/histories.ts';

/** Texts with what keys have to escape, and with many that begin alike. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '=', ',', '\0', '\u0001', '\u0002', 'é', '😀'),
  maxLength: 4,
});
const tags = fc.array(text, { maxLength: 4 });

describe('keys', () => {
  test('tags are a set', () => {
    expect(canonicalTags(['b', 'a', '', 'b'])).toEqual(['a', 'b']);
    expect(encodeKey('s', ['b', 'a'])).toEqual(encodeKey('s', ['a', '', 'b', 'b']));
    expect(encodeKey('s', ['a'])).not.toEqual(encodeKey('s', []));
    // Sorted by UTF-8 bytes, not by UTF-16 units.
    expect(canonicalTags(['\u{10000}', '\uffee'])).toEqual(['\uffee', '\u{10000}']);
  });

  test('the bytes of FORMAT.md', () => {
    expect(encodeKey('a\0', ['\u0001x']).toString('hex')).toBe('6101010001027800');
  });

  test('are read back, and no two are one', () => {
    fc.assert(
      fc.property(text, tags, (name, list) => {
        expect(decodeKey(encodeKey(name, list))).toEqual({ name, tags: canonicalTags(list) });
      }),
    );
  });

  test('are in the order of names, then of tags', () => {
    const parts = (name: string, list: readonly string[]) =>
      [name, ...canonicalTags(list)].map((part) => Buffer.from(part));
    const compare = (a: readonly Buffer[], b: readonly Buffer[]): number => {
      for (let i = 0; i < Math.min(a.length, b.length); i++) {
        const order = Buffer.compare(a[i]!, b[i]!);
        if (order !== 0) return order;
      }
      return Math.sign(a.length - b.length);
    };
    fc.assert(
      fc.property(text, tags, text, tags, (name, list, otherName, otherList) => {
        const expected = compare(parts(name, list), parts(otherName, otherList));
        expect(Buffer.compare(encodeKey(name, list), encodeKey(otherName, otherList))).toBe(expected);
      }),
    );
  });

  test.each(['', '61', '6101', '61010300', '610105'])('bytes that are none: %s', (hex) => {
    expect(decodeKey(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  test('one that is too long is refused', () => {
    expect(() => encodeKey('s', ['x'.repeat(65_533)])).toThrow(
      'a series with its tags has 65536 bytes, more than 65535',
    );
    expect(encodeKey('s', ['x'.repeat(65_532)])).toHaveLength(65_535);
  });
});

test('a segment finds the series of a name that have a tag, and no others', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, tags), { minLength: 1, maxLength: 30 }), text, (series, wanted) => {
      const files = new MemoryFiles();
      const store = testStore(files);
      appendPoints(
        store,
        series.map(([name, list], i) => ({ name, tags: list, timeUs: BigInt(i), value: 1 })),
      );
      store.close();
      const snapshot = openSnapshot(files);
      const [source] = snapshot.sources;
      const all = Array.from({ length: source!.seriesCount }, (_, i) => i);
      const names = [undefined, ...new Set(series.map(([name]) => name))];
      const tried = [wanted, ...series.flatMap(([name, list]) => [name, ...list])].filter((tag) => tag !== '');
      for (const exact of names) {
        const matches = (name: string) => exact === undefined || name === exact;
        for (const tag of tried) {
          const found = source!.find({ exact, matches, tags: [tag] });
          const key = (i: number) => source!.key(i);
          expect(found).toEqual(all.filter((i) => matches(key(i).name) && key(i).tags.includes(tag)));
        }
      }
      snapshot.close();
    }),
    { numRuns: 60 },
  );
});
