import { describe, expect, test } from 'vitest';
import { type Layer, type Origin, resolveLayers, type SettingValue } from '../../src/config/layers.ts';

const layer = (kind: Origin['kind'], values: Record<string, SettingValue>): Layer =>
  new Map(Object.entries(values).map(([key, value]) => [key, { value, origin: { kind, text: `${kind} ${key}` } }]));

describe('resolveLayers', () => {
  const resolved = resolveLayers([
    layer('flag', { a: 1, list: ['x'] }),
    layer('environment', { a: 2, b: 'two', list: ['y', 'z'] }),
    layer('default', { a: 3, b: 'three', c: false }),
  ]);

  test('the nearest layer with a value wins, and says where it is from', () => {
    expect(resolved.number('a')).toBe(1);
    expect(resolved.text('b')).toBe('two');
    expect(resolved.boolean('c')).toBe(false);
    expect(resolved.list('list')).toEqual(['x']);
    expect(resolved.isFlag('a')).toBe(true);
    expect(resolved.isFlag('b')).toBe(false);
    expect(resolved.originText('b')).toBe('environment b');
    expect([...resolved.entries()].map(([key, { origin }]) => [key, origin.kind])).toEqual([
      ['a', 'flag'],
      ['list', 'flag'],
      ['b', 'environment'],
      ['c', 'default'],
    ]);
  });

  test('what is not set', () => {
    expect(resolved.has('none')).toBe(false);
    expect(resolved.optionalNumber('none')).toBeUndefined();
    expect(resolved.optionalText('none')).toBeUndefined();
    expect(resolved.list('none')).toEqual([]);
    expect(resolved.boolean('none')).toBe(false);
    expect(resolved.originText('none')).toBe('none');
  });

  test('a value of another kind is a mistake in the table', () => {
    expect(() => resolved.number('b')).toThrow(TypeError);
    expect(() => resolved.number('none')).toThrow(TypeError);
    expect(() => resolved.text('a')).toThrow(TypeError);
    expect(() => resolved.boolean('a')).toThrow(TypeError);
    expect(() => resolved.list('a')).toThrow(TypeError);
    expect(() => resolved.choice('b', ['one'])).toThrow(TypeError);
  });
});
