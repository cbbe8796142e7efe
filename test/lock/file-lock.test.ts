/**
 * What happens between two system calls of one who takes over a lock. Several processes are in
 * test/store/files/lock.test.ts; here another one acts exactly where it hurts.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { acquireFileLock } from '../../src/lock/file-lock.ts';

/** Called once, before or after the lock is read. */
const meanwhile = vi.hoisted(() => {
  const acts: { before?: (() => void) | undefined; after?: (() => void) | undefined } = {};
  const now = (when: 'before' | 'after') => {
    const act = acts[when];
    acts[when] = undefined;
    act?.();
  };
  return { acts, now };
});

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  let locks = -1;
  const openSync = (path: string, flags: number, mode?: number) => {
    const isLock = path.endsWith('lock');
    if (isLock) meanwhile.now('before');
    const fd = real.openSync(path, flags, mode);
    if (isLock) locks = fd;
    return fd;
  };
  const closeSync = (fd: number) => {
    real.closeSync(fd);
    if (fd !== locks) return;
    locks = -1;
    meanwhile.now('after');
  };
  return { ...real, openSync, closeSync };
});

const root = fs.mkdtempSync(join(tmpdir(), 'slung-file-lock-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(root, `${files++}.lock`);
/** A process that cannot be: ids are below 2^22. */
const DEAD = '999999999 1\n';

test('one who saw a dead owner, and was late, does not take the lock of who was faster', () => {
  const path = fresh();
  fs.writeFileSync(path, DEAD);
  let faster: ReturnType<typeof acquireFileLock> | undefined;
  meanwhile.acts.after = () => {
    faster = acquireFileLock(path);
  };
  expect(acquireFileLock(path)).toMatchObject({ kind: 'owned', owner: { pid: process.pid } });
  if (faster?.kind !== 'held') throw new Error('the faster one has it');
  faster.release();
  expect(fs.readdirSync(root)).toEqual([]);
});

test.each(['before', 'after'] as const)('a lock that was given back %s it was read is had', (when) => {
  const path = fresh();
  fs.writeFileSync(path, DEAD);
  meanwhile.acts[when] = () => fs.unlinkSync(path);
  const lock = acquireFileLock(path);
  if (lock.kind !== 'held') throw new Error('nobody has it');
  lock.release();
  expect(fs.readdirSync(root)).toEqual([]);
});

test('a lock whose every new owner dies is given up, not waited for', () => {
  const path = fresh();
  fs.writeFileSync(path, DEAD);
  let claim = path;
  // Who takes over the lock died with the claim to it, and who took over the claim died too, and so on.
  for (let depth = 0; depth < 6; depth++) {
    claim = `${claim}.after-999999999-1`;
    fs.writeFileSync(claim, DEAD);
  }
  expect(acquireFileLock(path)).toEqual({ kind: 'contended' });
});

test('a lock in no directory is the system’s error', () => {
  expect(() => acquireFileLock(join(root, 'none', 'lock'))).toThrow('ENOENT');
});
