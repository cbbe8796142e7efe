import { expect, test } from 'vitest';
import { canonicalNumber } from '../../../src/stage/count/keys.ts';
import { seededRandom } from '../../support/files.ts';

test.each([
  ['0', '0'],
  ['-0', '0'],
  ['-0.000', '0'],
  ['0e7', '0'],
  ['1.0', '1'],
  ['1e0', '1'],
  ['10E-1', '1'],
  ['-1.50', '-1.5'],
  ['0.10', '0.1'],
  ['1e2', '100'],
  ['1.25e+1', '12.5'],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740993.0', '9007199254740993'],
  ['18446744073709551616', '18446744073709551616'],
  ['100000000000000000000', '100000000000000000000'],
  ['1000000000000000000000', '1e+21'],
  ['1E21', '1e+21'],
  ['123456789012345678901234567890', '1.2345678901234567890123456789e+29'],
  ['0.000001', '0.000001'],
  ['0.0000001', '1e-7'],
  ['12e-8', '1.2e-7'],
  ['1e400', '1e+400'],
  ['1e-400', '1e-400'],
  ['1e9999999999999999999', '1e9999999999999999999'],
])('%s is %s', (text, canonical) => {
  expect(canonicalNumber(text)).toBe(canonical);
});

test('what is written has the same value, and is written so again', () => {
  const random = seededRandom(7);
  const digits = (most: number): string =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 10)).join('');
  for (let i = 0; i < 3000; i++) {
    const whole = random() < 0.3 ? '0' : `${1 + Math.floor(random() * 9)}${random() < 0.5 ? digits(14) : ''}`;
    const fraction = random() < 0.5 ? `.${digits(9)}` : '';
    const power = random() < 0.3 ? `e${Math.floor(random() * 60) - 30}` : '';
    const text = `${random() < 0.3 ? '-' : ''}${whole}${fraction}${power}`;
    const canonical = canonicalNumber(text);
    expect(Number(canonical)).toBe(Number(text) + 0);
    expect(canonicalNumber(canonical)).toBe(canonical);
    // Another way to write it.
    expect(canonicalNumber(`${whole}${fraction === '' ? '.' : fraction}00${power}`)).toBe(canonical.replace(/^-/, ''));
  }
});
