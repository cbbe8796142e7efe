import { describe, expect, test } from 'vitest';
import { formatSize, parseCount, parseDuration, parseSize } from '../../src/config/quantity.ts';

describe('parseSize', () => {
  test.each<[string, number]>([
    ['0', 0],
    ['4096', 4096],
    ['4096B', 4096],
    ['64k', 65_536],
    ['64K', 65_536],
    ['512KiB', 524_288],
    ['512kib', 524_288],
    ['1M', 1_048_576],
    ['1MiB', 1_048_576],
    ['1G', 1_073_741_824],
    ['1T', 1_099_511_627_776],
    ['1KB', 1000],
    ['1mb', 1_000_000],
    ['2GB', 2_000_000_000],
    ['1.5M', 1_572_864],
    ['0.1K', 102],
    [' 8 ', 8],
  ])('%j is %d', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'k', '-1', '1.5', '1.5B', '1KiBB', '1 K', '1e6', '0x10', '1,5K', '1P', '9007199254740993', 'NaN'])(
    '%j is not a size',
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );
});

describe('parseDuration', () => {
  test.each<[string, number]>([
    ['0', 0],
    ['0.0', 0],
    ['5ms', 5],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['250us', 0.25],
    ['10MS', 10],
  ])('%j is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', '5', '-5ms', '5 ms', 's', '1m30s', '1d', 'ms'])('%j is not a duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('parseCount', () => {
  test.each<[string, number | undefined]>([
    ['0', 0],
    ['12', 12],
    ['-3', -3],
    ['007', 7],
    ['', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['9007199254740993', undefined],
  ])('%j', (text, count) => {
    expect(parseCount(text)).toBe(count);
  });
});

describe('formatSize', () => {
  test.each<[number, string]>([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [67_108_864, '64 MiB'],
    [1024 ** 5, '1024 TiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
