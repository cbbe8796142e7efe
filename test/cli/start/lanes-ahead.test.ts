import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lanesAhead } from '../../../src/cli/start/lanes-ahead.ts';

const dir = mkdtempSync(join(tmpdir(), 'slung-lanes-ahead-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A file of so many MiB without a byte in it. */
function file(name: string, mebibytes: number): string {
  const path = join(dir, name);
  writeFileSync(path, '');
  truncateSync(path, mebibytes << 20);
  return path;
}

const small = file('small', 1);
const large = file('large', 100);

test.each([
  [['select', small], 0],
  [['select', large], 3],
  [['select', small, '-w', 'a == 1', large], 3],
  [['select', file('fair', 33)], 2],
  [['select', '-j', '2', large], 1],
  [['select', '-j1', large], 0],
  [['select', '-qj2', large], 1],
  [['select', '--lanes=3', large], 2],
  [['count', '--lanes', '64', large], 6],
  [['count', '--lanes', '64', large, large], 8],
  [['select', '--lanes', 'many', large], 0],
  [['select', '--limit', '3', large], 0],
  [['select', join(dir, 'none')], 0],
])('%j on four cores', (args, expected) => {
  expect(lanesAhead(args, { asked: undefined, cores: () => 4 })).toBe(expected);
});

test('the environment is asked when the line does not say', () => {
  expect(lanesAhead(['select', large], { asked: '2', cores: () => 4 })).toBe(1);
  expect(lanesAhead(['select', '-j3', large], { asked: '2', cores: () => 4 })).toBe(2);
  expect(lanesAhead(['select', large], { asked: '', cores: () => 4 })).toBe(3);
});
