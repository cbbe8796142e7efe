import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonNumber, numberValue } from '../../src/selector/numbers.ts';
import { exactValue } from './record.ts';

describe('numberValue', () => {
  test.each([
    ['0', 'i64', 0n],
    ['-0', 'i64', 0n],
    ['1', 'i64', 1n],
    ['-9223372036854775808', 'i64', -(2n ** 63n)],
    ['9223372036854775807', 'i64', 2n ** 63n - 1n],
    ['9223372036854775808', 'u64', 2n ** 63n],
    ['18446744073709551615', 'u64', 2n ** 64n - 1n],
    ['18446744073709551616', 'f64', 2 ** 64],
    ['-9223372036854775809', 'f64', -(2 ** 63)],
    ['1.0', 'f64', 1],
    ['1e3', 'f64', 1000],
    ['-0.0', 'f64', -0],
    ['1e-400', 'f64', 0],
    ['5e-324', 'f64', 5e-324],
    ['1.7976931348623157e308', 'f64', Number.MAX_VALUE],
  ])('%s is %s %d', (text, type, value) => {
    expect(numberValue(text)).toStrictEqual({ type, value });
  });

  test('a number beyond the largest double has no value', () => {
    expect(numberValue('1e309')).toBeUndefined();
    expect(numberValue(`-${'9'.repeat(400)}`)).toBeUndefined();
  });

  test('agrees with the oracle on integers of any size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
        expect(numberValue(String(value))).toStrictEqual(exactValue({ numberText: String(value) }));
      }),
    );
  });
});

describe('isJsonNumber', () => {
  test.each(['0', '-0', '10', '1.5', '1e5', '1E+5', '-1.25e-7'])('%s is one', (text) => {
    expect(isJsonNumber(text)).toBe(true);
  });

  test.each(['', '-', '+1', '.5', '1.', '01', '-01', '0x10', '1e', '1_000', 'NaN', 'Infinity', ' 1', '1n', '１'])(
    '%j is none',
    (text) => {
      expect(isJsonNumber(text)).toBe(false);
    },
  );
});
