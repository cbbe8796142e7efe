/**
 * Temporary files of processes that were killed: the next one that writes the same file removes them, and no others.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeLeftovers, temporaryBeside } from '../../src/lock/temporary.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-temporary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const target = join(folder, 'out.csv');

/** The name of our own file as another process would have it. */
const named = (changes: (parts: string[]) => void): string => {
  const name = basename(temporaryBeside(target));
  const parts = name.slice('.out.csv.slung-'.length).split('-');
  changes(parts);
  return join(folder, `.out.csv.slung-${parts.join('-')}`);
};

const DEAD = spawnSync('true').pid;

test.runIf(process.platform === 'linux')('what a process that is gone has left is removed; all else stays', () => {
  const living = spawn('sleep', ['1000'], { stdio: 'ignore' });
  try {
    const own = temporaryBeside(target);
    const gone = named((parts) => parts.splice(0, 1, String(DEAD)));
    // The number is in use again, by a process that started later.
    const reused = named((parts) => parts.splice(0, 2, String(living.pid), '1'));
    const kept = [
      own,
      temporaryBeside(target),
      temporaryBeside(join(folder, 'out')),
      // Of another boot, machine or container.
      named((parts) => parts.splice(0, 3, String(DEAD), '1', '0123456789abcdef')),
      // Not by us: of an earlier slung, a folder, a link, another form.
      join(folder, '.out.csv.slung-3a9c2f64-8a35-4d4e-9f0c-0d9b2b1f5a11.tmp'),
      `${gone}.bak`,
      join(folder, `.out.csv.slung-${DEAD}.tmp`),
    ];
    for (const path of [gone, reused, ...kept]) writeFileSync(path, '');
    const directory = named((parts) => parts.splice(0, 1, String(DEAD)));
    mkdirSync(directory);
    const link = named((parts) => parts.splice(0, 1, String(DEAD)));
    symlinkSync(own, link);
    removeLeftovers(target, own);
    expect(readdirSync(folder).sort()).toEqual([...kept, directory, link].map((path) => basename(path)).sort());
  } finally {
    living.kill('SIGKILL');
  }
});

test('a name is new each time, and no longer than names may be', () => {
  const long = join(folder, '\u20ac'.repeat(80));
  expect(temporaryBeside(long)).not.toBe(temporaryBeside(long));
  expect(Buffer.byteLength(basename(temporaryBeside(long)))).toBeLessThanOrEqual(255);
});

test('a folder that cannot be read is left alone', () => {
  removeLeftovers(join(folder, 'missing/out'), join(folder, 'missing/own'));
});
