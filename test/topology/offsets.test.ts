/** Where the characters of a value stand in the file, for every way of writing one. */
import { describe, expect, test } from 'vitest';
import { Problems } from '../../src/topology/index.ts';
import type { Node, Scalar } from '../../src/topology/node.ts';
import { treeOf } from './support.ts';

function scalarsOf(node: Node): Scalar[] {
  if (node.kind === 'scalar') return [node];
  return node.kind === 'list' ? node.items.flatMap(scalarsOf) : node.entries.flatMap(({ value }) => scalarsOf(value));
}

const texts = [
  'a: plain text\n',
  'a: plain text\n  over lines\n\n\n  and on # comment\nb: next\n',
  "a: 'single ''quoted'' text'\n",
  "a: 'over\n  lines\n\n  and on'\n",
  'a: "double \\"quoted\\" text"\n',
  'a: "over\n  lines \\\n  joined\n\n  end"\n',
  'a: "\\u00e9 \\x41 \\U0001F600 z"\n',
  'a: |\n  one\n    two\n\n  three\nb: 1\n',
  'a: |-\n  one\n  two\n',
  'a: |2\n    indented\n  less\n',
  'a: >\n  one\n  two\n\n  three\n\n\n  four\nb: 1\n',
  'a: >-\n\n  first\n  second\n',
  'a: [ x y, "z w", \'v\' ]\n',
  'a: { b: c d, e: f }\n',
  'a: one\r\n  two\r\nb: "x\r\n  y"\r\n',
  'a: >-\r\n  one\r\n  two\r\n',
  'a: é😀x 😀\n',
];

describe('offsets of values', () => {
  test.each(texts)('%j', (text) => {
    const tree = treeOf(text, new Problems(), {});
    for (const { text: value, offsets, place } of scalarsOf(tree!)) {
      expect(offsets, value).toHaveLength(value.length + 1);
      [...value].forEach((_, i) => {
        const [wanted, there] = [value[i]!, text[offsets![i]!]];
        expect(offsets![i]!).toBeGreaterThanOrEqual(place.offset);
        expect(offsets![i]!).toBeLessThan(place.offset + place.length + 1);
        // A letter stands at itself, or at the escape that makes it.
        if (/[a-z]/.test(wanted)) expect(there === wanted || there === '\\', `${value} at ${i}`).toBe(true);
      });
      expect([...offsets!].sort((a, b) => a - b)).toEqual(offsets);
    }
  });
});
