/**
 * `trim` on a disk that is full: a real file system of two megabytes, with not a byte left. Skipped where none can be
 * mounted.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { trimStore } from '../../src/store/care/trim.ts';
import { verifyStore } from '../../src/store/care/verify.ts';
import { NodeFiles } from '../../src/store/files/node-files.ts';
import { storeOptions } from '../../src/store/options.ts';
import { openSnapshot } from '../../src/store/snapshot.ts';
import { appendPoints, historyOf, testStore } from '../support/histories.ts';

const disk = mkdtempSync(join(tmpdir(), 'slung-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0;
const options = storeOptions({
  ...{ durability: 'batch', retainMs: undefined, clockMs: () => 0, nowUs: () => 0n },
  warn: () => {},
});
const DAY_US = 86_400_000_000n;

afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Until not a byte more goes in. */
function fill(): void {
  const fd = openSync(join(disk, 'filler'), 'a');
  for (let size = 1 << 16; size >= 1; ) {
    try {
      writeSync(fd, Buffer.alloc(size, 1));
    } catch {
      size >>= 1;
    }
  }
  closeSync(fd);
}

function points(day: number): { name: string; tags: string[]; timeUs: bigint; value: number }[] {
  return Array.from({ length: 4000 }, (_, i) => ({
    ...{ name: 's', tags: [], timeUs: BigInt(day) * DAY_US + BigInt(i) * 1_000_003n, value: Math.sqrt(day * 4000 + i) },
  }));
}

const countOf = (store: string): number => {
  const snapshot = openSnapshot(NodeFiles.open(store, { create: false }));
  const count = [...historyOf(snapshot).values()].reduce((sum, { size }) => sum + size, 0);
  snapshot.close();
  return count;
};

describe.skipIf(!isMounted)('on a disk that is full (skipped where no file system may be mounted)', () => {
  test('trim drops whole files, cuts others, and keeps what waits in the log', () => {
    const store = join(disk, 'store');
    const open = () => testStore(NodeFiles.open(store, { create: true }));
    for (let day = 1; day <= 3; day++) {
      const opened = open();
      appendPoints(opened, points(day));
      opened.close();
    }
    const crashed = open();
    appendPoints(crashed, points(4));
    // As a crash leaves it: the points are in the log only, and its lock is nobody's.
    rmSync(join(store, 'LOCK'));
    expect(statSync(join(store, 'RESERVE')).size).toBe(64 * 1024);
    fill();
    expect(() => writeFileSync(join(store, 'x'), 'x')).toThrow('ENOSPC');
    rmSync(join(store, 'x'), { force: true });
    expect(() => open()).toThrow('ENOSPC');

    const files = NodeFiles.open(store, { create: false, makesRoom: true });
    const half = 2n * DAY_US + 2000n * 1_000_003n;
    const report = trimStore(files, options, half);
    expect(report.pointsDropped).toBe(4000 + 2000);
    expect(countOf(store)).toBe(2000 + 4000 + 4000);
    const findings: string[] = [];
    verifyStore(NodeFiles.open(store, { create: false }), ({ message }) => findings.push(message));
    expect(findings).toEqual([]);
    expect([existsSync(join(store, 'LOCK')), existsSync(join(store, 'RESERVE'))]).toEqual([false, true]);
    expect(readdirSync(store).filter((name) => name.startsWith('LOCK.'))).toEqual([]);
    // The log of the crashed one is open in this process, and so takes room still.
    rmSync(join(disk, 'filler'));
    const again = open();
    appendPoints(again, points(5).slice(0, 10));
    again.close();
    expect(countOf(store)).toBe(10_010);
  });
});
