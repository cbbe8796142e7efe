/** Ids in headers: visible ASCII, and as different as before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerId } from '../../src/io/header-id.ts';

test('an id of visible characters is as it is', () => {
  expect(headerId('LOGS.w.mx3.1.http://127.0.0.1/x?y=1.0')).toBe('LOGS.w.mx3.1.http://127.0.0.1/x?y=1.0');
  expect(headerId('日 %\n')).toBe('%u65e5%u0020%u0025%u000a');
});

test('different ids stay different', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '%', 'u', '0', ' ', 'é', '日', '\ud800', '\n'), maxLength: 8 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(headerId(one) === headerId(other)).toBe(one === other);
      expect(headerId(one)).toMatch(/^[!-~]*$/);
    }),
  );
});
