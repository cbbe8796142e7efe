import { describe, expect, test } from 'vitest';
import { parseTangentPath } from '../../src/selector/tangent.ts';
import { lookup, readRecord } from './record.ts';

/** What Tangent's own lookup gives for this record; undefined is "none". */
const record =
  '{"a.b":1,"a":{"b":2,"c.d":3,"e":[10,[20,21],{"f":5}]},"":{"x":7},"x[0]":8,"x":[9],"a.e[9]":11,"y[":12,"z]":13}';

describe('parseTangentPath finds what Tangent finds', () => {
  test.each<[string, unknown]>([
    ['a.b', 1],
    ['a.c.d', undefined],
    ['a.e[0]', 10],
    ['a.e[1][1]', 21],
    ['a.e[1]zz[0]', 20],
    ['a.e[0]junk', 10],
    ['a.e[2].f', 5],
    ['x[0]', 8],
    ['[0]', undefined],
    ['a.e[+1][0]', 20],
    ['a.e[00]', 10],
    ['a.e[-1]', undefined],
    ['a.e[3]', undefined],
    ['a.e[]', undefined],
    ['a.e[ 0]', undefined],
    ['a.e[+]', undefined],
    ['a.e[0', undefined],
    ['a.e[0][', undefined],
    ['a.e[99999999999999999999]', undefined],
    ['a.e[4294967295]', undefined],
    ['a.e.0', undefined],
    ['.x', 7],
    ['.', undefined],
    ['a.', undefined],
    ['a.b.', undefined],
    ['a..b', undefined],
    ['a[0]', undefined],
    ['a.e[9]', 11],
    ['y[', 12],
    ['z]', 13],
    ['"a"', undefined],
  ])('%s', (text, expected) => {
    const found = lookup(parseTangentPath(text), readRecord(record));
    const plain =
      typeof found === 'object' && found !== null && 'numberText' in found ? Number(found.numberText) : found;
    expect(plain).toBe(expected);
  });

  test('the empty path is the empty key', () => {
    expect(lookup(parseTangentPath(''), readRecord(record))).toBeInstanceOf(Map);
    expect(lookup(parseTangentPath(''), readRecord('{"x":1}'))).toBeUndefined();
    expect(parseTangentPath('')).toStrictEqual({ text: '', wholeKey: undefined, steps: [{ kind: 'key', key: '' }] });
  });

  test.each(['[0]', '[0].a', '0', ''])('%j finds nothing in an array', (text) => {
    expect(lookup(parseTangentPath(text), readRecord('[{"a":1}]'))).toBeUndefined();
  });

  test('a front index is one into the empty key', () => {
    expect(lookup(parseTangentPath('[0]'), readRecord('{"":[true]}'))).toBe(true);
  });

  test('a dotted prefix is not tried', () => {
    expect(lookup(parseTangentPath('id.orig_h.x'), readRecord('{"id.orig_h":{"x":1}}'))).toBeUndefined();
  });

  test('an index that can find nothing leaves only the whole key', () => {
    expect(parseTangentPath('a.e[-1]')).toStrictEqual({ text: 'a.e[-1]', wholeKey: 'a.e[-1]', steps: [] });
  });

  test('a plain key needs no whole key', () => {
    expect(parseTangentPath('a').wholeKey).toBeUndefined();
    expect(parseTangentPath('a.b').wholeKey).toBe('a.b');
  });
});
