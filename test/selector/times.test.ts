import { describe, expect, test } from 'vitest';
import { isTime, scanTime } from '../../src/selector/times.ts';

const NOW_US = 1_773_480_384_000_000n;
const read = (text: string) => scanTime(text, 0, NOW_US);

describe('times', () => {
  test.each([
    ['@2026-03-14T09:26:24Z', NOW_US, ''],
    ['@2026-03-14T10:26:24+01:00', NOW_US, ''],
    ['@2026-03-14t09:26:24.000z', NOW_US, ''],
    ['@2026-03-14T05:56:24-0330', NOW_US, ''],
    ['@2026-03-14T09:26Z', NOW_US - 24_000_000n, ''],
    ['@2026-03-14', 1_773_446_400_000_000n, ''],
    ['@2026-03-14T09:26:24.1234567890120Z', NOW_US + 123_456n, '789012'],
    ['@2016-12-31T23:59:60Z', 1_483_228_800_000_000n, ''],
    ['@1969-12-31T23:59:59.5Z', -500_000n, ''],
    ['@0050-01-01', -60_589_296_000_000_000n, ''],
    ['@now', NOW_US, ''],
    ['@now-1h', NOW_US - 3_600_000_000n, ''],
    ['@now+250us', NOW_US + 250n, ''],
  ])('%s', (text, us, rest) => {
    expect(read(`${text} && x`)).toEqual({ time: { us, rest }, end: text.length });
    expect(isTime(text, 0)).toBe(true);
  });

  test('keys may begin with @ as well', () => {
    for (const key of ['@timestamp', '@nowhere', '@now.x', '@now[0]', '@']) expect(isTime(key, 0), key).toBe(false);
  });

  test.each(['@2026-02-29', '@2026-13-01', '@2026-03-14T24:00:00Z', '@2026-03-14T09:26:24', '@now-1', '@now-1y'])(
    '%s is none',
    (text) => expect(() => read(text)).toThrow(),
  );
});
