/** Names of series in the kernel's memory, against a map and a sort of JavaScript. */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../src/store/kernel/kernel.ts';
import { encodeKey } from '../../src/store/series.ts';
import { SeriesNames } from '../../src/store/series-names.ts';
import { seededRandom } from '../support/files.ts';
import { sized } from '../support/full.ts';

const random = seededRandom(3);
const below = (end: number) => Math.floor(random() * end);

function randomKey(): Buffer {
  const kinds = [
    () => encodeKey('x'.repeat(below(40)), [`t=${below(9)}`]),
    () => encodeKey(`cpu.${below(3)}`, [`host=web-${below(2000)}`, `region=${'eu us'.split(' ')[below(2)]}`]),
    () => encodeKey(String.fromCharCode(below(3), 97 + below(3)), below(2) === 0 ? [] : ['\u0000\u0001', 'é']),
    () => encodeKey(`${below(100_000)}`, []),
  ];
  return kinds[below(kinds.length)]!();
}

describe('names', () => {
  test('numbers in the order in which keys come, one by one and many at once', () => {
    const kernel = new Kernel();
    const names = new SeriesNames(kernel);
    const model = new Map<string, number>();
    for (let round = 0; round < sized(40, 400); round++) {
      const keys = Array.from({ length: 1 + below(400) }, randomKey);
      const expected = keys.map((key) => {
        const text = key.toString('latin1');
        if (!model.has(text)) model.set(text, model.size);
        return model.get(text)!;
      });
      const ids = new Uint32Array(keys.length);
      const heads = keys.map((key) => Buffer.from([key.length & 0xff, key.length >>> 8]));
      const bytes = Buffer.concat(keys.flatMap((key, i) => [heads[i]!, key]));
      if (round % 2 === 0) names.idsOf({ bytes, count: keys.length }, ids);
      else for (const [i, key] of keys.entries()) ids[i] = names.idOfKey(key);
      expect([...ids]).toEqual(expected);
      // Others take and give memory meanwhile.
      kernel.release(kernel.alloc(200_000), 200_000);
    }
    expect(names.count).toBe(model.size);
    const texts = [...model.keys()];
    for (const [id, text] of texts.entries()) expect(names.keyBytes(id).toString('latin1')).toBe(text);
    const sorted = texts.map((text, id) => ({ id, key: Buffer.from(text, 'latin1') }));
    sorted.sort((a, b) => Buffer.compare(a.key, b.key));
    expect([...names.order]).toEqual(sorted.map(({ id }) => id));
    const some = names.order.slice(5, 900);
    const { bytes, starts, blocks } = names.keys(some, 1000, 7);
    const written = Buffer.from(bytes);
    const keyAt = (i: number) => written.toString('latin1', starts[i]! - 1000, (starts[i + 1] ?? Infinity) - 1000);
    expect([...some].map((_, i) => keyAt(i))).toEqual([...some].map((id) => texts[id]));
    expect([...blocks]).toEqual([...some].map((_, i) => 7 + i));
  });

  test('the longest key, and bytes that are none', () => {
    const names = new SeriesNames(new Kernel());
    const longest = encodeKey('x'.repeat(65_534), []);
    for (let i = 0; i < 5; i++) expect(names.idOfKey(longest)).toBe(0);
    expect(names.keyBytes(0).equals(longest)).toBe(true);
    for (const bad of [[], [97], [97, 1, 0], [1, 3, 0], [97, 1]]) {
      expect(() => names.idOfKey(Uint8Array.from(bad))).toThrow(RangeError);
    }
    expect(names.count).toBe(1);
  });
});
