/** Times of events: numbers in all units, by magnitude, exact to the microsecond; dates of RFC 3339 against Date. */
import { describe, expect, test } from 'vitest';
import { UNIT_AUTO, UNIT_MS, UNIT_NS, UNIT_S, UNIT_US } from '../../src/engine/event-layout.ts';
import { compileKernel } from '../support/asm.ts';

const kernel = compileKernel('event-time');
const place = (kernel.heapBase + 63) & ~63;

/** @returns undefined when the kernel refuses it */
function run(name: string, text: string, ...rest: number[]): bigint | undefined {
  const bytes = Buffer.from(text);
  kernel.bytes().set(bytes, place);
  // What stands behind the text must not matter.
  kernel.bytes().fill(0x39, place + bytes.length, place + bytes.length + 32);
  if (!kernel.exports[name]!(place, place + bytes.length, ...rest)) return undefined;
  return kernel.exports.lastTime!() as bigint;
}

const number = (text: string, unit = UNIT_AUTO) => run('numberTime', text, unit);
const date = (text: string) => run('dateTime', text);

describe('numbers', () => {
  test.each([
    ['1700000000', 1700000000000000n],
    ['1700000000123', 1700000000123000n],
    ['1700000000123456', 1700000000123456n],
    ['1700000000123456789', 1700000000123456n],
    ['1700000000.123456', 1700000000123456n],
    ['1700000000123.456', 1700000000123456n],
    ['1.7e9', 1700000000000000n],
    ['0', 0n],
    ['-0.0', 0n],
    ['-1', -1000000n],
    ['99999999999', 99999999999000000n],
    ['100000000000', 100000000000000n],
    ['18446744073709551615', 18446744073709551n],
    ['1e300', undefined],
    ['-1e-300', -1n],
    ['1e-300', 0n],
    ['0e999999999999', 0n],
  ])('%s by magnitude', (text, expected) => {
    expect(number(text)).toBe(expected);
  });

  test.each([
    ['5', UNIT_S, 5000000n],
    ['5', UNIT_MS, 5000n],
    ['5', UNIT_US, 5n],
    ['5', UNIT_NS, 0n],
    ['1999', UNIT_NS, 1n],
    ['-1', UNIT_NS, -1n],
    ['-1000', UNIT_NS, -1n],
    ['0.0000019', UNIT_S, 1n],
    ['0.5', UNIT_US, 0n],
    ['123456789012345678901234567890e-20', UNIT_US, 1234567890n],
    ['9223372036854', UNIT_S, 9223372036854000000n],
    ['9223372036855', UNIT_S, undefined],
    ['-9223372036855', UNIT_S, undefined],
    ['18446744073709551615', UNIT_US, undefined],
  ])('%s in unit %i', (text, unit, expected) => {
    expect(number(text, unit)).toBe(expected);
  });
});

describe('dates', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['2026-11-21t06:31:28z', BigInt(Date.UTC(2026, 10, 21, 6, 31, 28)) * 1000n],
    ['2026-11-21 06:31:28.123456789+01:30', BigInt(Date.UTC(2026, 10, 21, 5, 1, 28)) * 1000n + 123456n],
    ['2026-11-21T06:31:28.5-00:00', BigInt(Date.UTC(2026, 10, 21, 6, 31, 28)) * 1000n + 500000n],
    ['2016-12-31T23:59:60Z', BigInt(Date.UTC(2017, 0, 1)) * 1000n],
    ['0000-01-01T00:00:00Z', -62167219200000000n],
    ['9999-12-31T23:59:59.999999Z', 253402300799999999n],
    ['2024-02-29T00:00:00Z', BigInt(Date.UTC(2024, 1, 29)) * 1000n],
    // What other programs write.
    ['2026-01-01T00:00:00+0000', BigInt(Date.UTC(2026, 0, 1)) * 1000n],
    ['2026-01-01T00:00:00.25-0130', BigInt(Date.UTC(2026, 0, 1, 1, 30, 0, 250)) * 1000n],
    ['2026-01-01 00:00:00+00', BigInt(Date.UTC(2026, 0, 1)) * 1000n],
    ['2026-01-01 10:00:00 +0200', BigInt(Date.UTC(2026, 0, 1, 8)) * 1000n],
    ['2026-01-01 10:00:00.5 Z', BigInt(Date.UTC(2026, 0, 1, 10, 0, 0, 500)) * 1000n],
    ['2026-01-01T10:30Z', BigInt(Date.UTC(2026, 0, 1, 10, 30)) * 1000n],
    ['2026-01-01t10:30z', BigInt(Date.UTC(2026, 0, 1, 10, 30)) * 1000n],
    ['2026-01-01 10:30+01:00', BigInt(Date.UTC(2026, 0, 1, 9, 30)) * 1000n],
    ['2026-01-01T10:30-01', BigInt(Date.UTC(2026, 0, 1, 11, 30)) * 1000n],
  ])('%s', (text, expected) => {
    expect(date(text)).toBe(expected);
  });

  test('every month of four centuries', () => {
    for (let month = 0; month < 4800; month++) {
      const expected = Date.UTC(1800, month, 1 + (month % 28), month % 24, month % 60, month % 59);
      expect(date(new Date(expected).toISOString())).toBe(BigInt(expected) * 1000n);
    }
  });

  test.each(
    `2026-01-01T00:00 2026-01-01T00:00:Z 2026-01-01T00:00.5Z 2026-01-01T00:00:00+1 2026-01-01T00:00:00+100
    2026-01-01T00:00:00+2400 2026-01-01T00:00:00+0060 2026-01-01T00:00:00+24 2026-01-01T00:00:00+01:0 2026-01-01T00Z
    2026-01-01T00:00:00+010000 2026-01-01T00:00:00,5Z 01/02/2026T00:00:00Z 2023-02-29T00:00:00Z 2026-13-01T00:00:00Z 2026-00-01T00:00:00Z 2026-01-00T00:00:00Z 2026-04-31T00:00:00Z
    2026-01-01T24:00:00Z 2026-01-01T00:60:00Z 2026-01-01T00:00:61Z 2026-01-01T00:00:00 2026-01-01T00:00:00.Z
    2026-01-01T00:00:00+24:00 2026-01-01T00:00:00Zx 2026/01/01T00:00:00Z 2026-01-01_00:00:00Z
    2026-1-01T00:00:00Z 2026-01-01 20260101T000000Z 2026-01-01T00:00:00.5 1700000000 -026-01-01T00:00:00Z`.split(/\s+/),
  )('%s is refused', (text) => {
    expect(date(text)).toBeUndefined();
  });

  test.each(['2026-01-01 00:00:00  Z', '2026-01-01 00:00:00 ', '2026-01-01  00:00:00Z', ' 2026-01-01T00:00:00Z'])(
    'spaces elsewhere: %j is refused',
    (text) => {
      expect(date(text)).toBeUndefined();
    },
  );
});
