import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../src/selector/suggest.ts';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'abd', 1],
    ['abc', 'ac', 1],
    ['abc', 'abxc', 1],
    ['abcd', 'abdc', 1], // a swap is one edit
    ['ca', 'abc', 3], // no part is edited twice
    ['kitten', 'sitting', 3],
  ])('%j to %j takes %d', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  });
});

describe('nearest', () => {
  const flags = ['where', 'fields', 'to', 'output', 'on-error', 'max-errors', 'max-record'];
  test.each([
    ['wehre', 'where'],
    ['feilds', 'fields'],
    ['TO', 'to'],
    ['max-error', 'max-errors'],
    ['maxrecord', 'max-record'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%j is near %j', (name, expected) => {
    expect(nearest(name, flags)).toBe(expected);
  });

  test('prefers the same letters over the same letters in another case', () => {
    expect(nearest('Level', ['level', 'Level2', 'Level'])).toBe('Level');
    expect(nearest('LEVEL', ['level', 'Lever'])).toBe('level');
  });

  test('prefers the first of equally near candidates', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat');
  });

  test('never suggests a name that has nothing in common', () => {
    expect(nearest('a', ['b'])).toBeUndefined();
    expect(nearest('or', ['in'])).toBeUndefined();
  });

  test('keeps to a limit that is given', () => {
    expect(nearest('contians', ['contains'], 1)).toBe('contains');
    expect(nearest('cnotians', ['contains'], 1)).toBeUndefined();
  });
});
