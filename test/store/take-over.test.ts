/**
 * The lock of a store between pid namespaces, as containers have them: real processes that cannot see each other, that
 * are stopped and go on, and that are killed. Where no namespace can be made, what their locks look like is written by
 * hand.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireFileLock } from '../../src/lock/file-lock.ts';
import { verifyStore } from '../../src/store/care/verify.ts';
import { NodeFiles } from '../../src/store/files/node-files.ts';
import { openSnapshot } from '../../src/store/snapshot.ts';
import { isFull } from '../support/full.ts';
import { historyOf } from '../support/histories.ts';

/** More than two beats, so that a process that is slow is not taken for one that is gone. */
const SILENT_MS = 3000;
const SERIES = 10;
const NAMESPACE = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const hasNamespaces = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'slung-take-over-'));
const children = new Set<ChildProcess>();
let names = 0;
const fresh = () => join(folder, `d${names++}`);

beforeAll(async () => {
  const common = { bundle: true, platform: 'node', format: 'esm' } as const;
  await build({
    ...common,
    entryPoints: [join(root, 'test/support/store-writer.ts')],
    outfile: join(folder, 'writer.mjs'),
  });
  await build({ ...common, entryPoints: [join(root, 'src/lock/file-lock.ts')], outfile: join(folder, 'lock.mjs') });
  copyFileSync(join(root, 'src/store/kernel/store.wasm'), join(folder, 'store.wasm'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A writer in a pid namespace of its own. */
function contained(store: string, first: number) {
  const command = [process.execPath, join(folder, 'writer.mjs'), store, String(first), String(SILENT_MS)];
  const child = spawn('unshare', [...NAMESPACE, ...command]);
  children.add(child);
  const seen = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen.errors += text;
  });
  const ended = once(child, 'close').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const began = Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)]);
  /** The node process as this namespace sees it. */
  const pid = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim());
  const acknowledged = () =>
    seen.output
      .slice(0, seen.output.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map(Number);
  return { child, seen, ended, began, pid, acknowledged };
}

/** Resolves when so many more batches are acknowledged. */
async function progress(writer: ReturnType<typeof contained>, batches: number): Promise<void> {
  const until = writer.acknowledged().length + batches;
  while (writer.acknowledged().length < until) await once(writer.child.stdout!, 'data');
}

function expectWhole(store: string, batches: readonly number[]): void {
  const files = NodeFiles.open(store, { create: false });
  const findings: string[] = [];
  verifyStore(files, ({ message }) => findings.push(message));
  expect(findings).toEqual([]);
  const snapshot = openSnapshot(files);
  const history = historyOf(snapshot);
  snapshot.close();
  for (let i = 0; i < SERIES; i++) {
    const times = history.get(`s,i=${i}`);
    expect(batches.filter((number) => !times?.has(BigInt(number)))).toEqual([]);
  }
}

describe.skipIf(!hasNamespaces)('in two pid namespaces (skipped where unshare may not make them)', () => {
  test('the second writer is refused while the first one lives', async () => {
    const store = fresh();
    const first = contained(store, 1);
    expect(await first.began).toBe(true);
    const second = contained(store, 1000);
    expect(await second.ended).toBe(1);
    expect(second.seen.errors).toMatch(/process \d+ of another container \(host \S+\) writes to this store/);
    expect(second.acknowledged()).toEqual([]);
    await progress(first, 2);
    first.child.kill('SIGKILL');
    await first.ended;
    expectWhole(store, first.acknowledged());
  });

  const CYCLES = isFull ? 12 : 2;
  test(`a first writer that was stopped, and goes on when a second has taken over, acknowledges nothing more, ${CYCLES} times`, async () => {
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const store = fresh();
      const first = contained(store, 1);
      expect(await first.began).toBe(true);
      // It flushes every 20 batches: so it is stopped in many places.
      await progress(first, 1 + cycle * 7);
      const pid = first.pid();
      process.kill(pid, 'SIGSTOP');
      const second = contained(store, 1_000_000);
      expect(await second.began, second.seen.errors).toBe(true);
      const before = first.acknowledged();
      process.kill(pid, 'SIGCONT');
      expect(await first.ended).toBe(1);
      expect(first.seen.errors).toContain('another process has taken over the lock of this store');
      // It may have been stopped between the last write, which was on the disk, and the word about it. Whether it is
      // there, is asked below.
      const after = first.acknowledged();
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.length - before.length).toBeLessThanOrEqual(1);
      await progress(second, 30);
      second.child.kill('SIGKILL');
      await second.ended;
      expectWhole(store, [...first.acknowledged(), ...second.acknowledged()]);
    }
  });

  test('the lock of a killed container is taken over when it has been silent', async () => {
    const store = fresh();
    const first = contained(store, 1);
    expect(await first.began).toBe(true);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = contained(store, 1_000_000);
    expect(await second.began, second.seen.errors).toBe(true);
    second.child.kill('SIGKILL');
    await second.ended;
    expectWhole(store, [...first.acknowledged(), ...second.acknowledged()]);
  });
});

/** As a process of another machine would write it. */
const ELSEWHERE =
  '4711 99 far.example 00000000-0000-0000-0000-000000000000 4026530000-4026530001 00112233445566778899aabb\n';

describe('a lock of another machine', () => {
  test('that beats is refused with the machine’s name, long before it would be too old', async () => {
    const path = `${fresh()}.lock`;
    writeFileSync(path, ELSEWHERE);
    const beats = spawn(process.execPath, [
      ...['-e', 'let n = 1; setInterval(() => require("fs").utimesSync(process.argv[1], n, n++), 20); console.log(1)'],
      path,
    ]);
    children.add(beats);
    await once(beats.stdout, 'data');
    expect(acquireFileLock(path, 600_000)).toMatchObject({ kind: 'owned', owner: { pid: 4711, host: 'far.example' } });
    beats.kill('SIGKILL');
  });

  test('that is silent is taken over, whatever its clock says, and the owner before is told', () => {
    const path = `${fresh()}.lock`;
    writeFileSync(path, ELSEWHERE);
    // A clock that is ahead by years, and one that is behind.
    for (const seconds of [4_000_000_000, 1]) {
      writeFileSync(path, ELSEWHERE);
      utimesSync(path, seconds, seconds);
      const lock = acquireFileLock(path, 200);
      if (lock.kind !== 'held') throw new Error(lock.kind);
      expect([lock.isDisputed, lock.isOurs()]).toEqual([true, true]);
      expect(readFileSync(path, 'latin1')).toMatch(new RegExp(`^${process.pid} `));
      writeFileSync(path, ELSEWHERE);
      expect(lock.isOurs()).toBe(false);
      lock.release();
      expect(readFileSync(path, 'latin1')).toBe(ELSEWHERE);
    }
  });

  test('that is silent is had by exactly one of many that wait for it', async () => {
    const TAKERS = 8;
    const path = `${fresh()}.lock`;
    writeFileSync(path, ELSEWHERE);
    const code = `
      import { acquireFileLock } from ${JSON.stringify(join(folder, 'lock.mjs'))};
      const lock = acquireFileLock(${JSON.stringify(path)}, 1000);
      console.log(lock.kind, lock.kind === 'held' && lock.isOurs());
      // All of them live until the last one has looked.
      process.stdin.resume().on('end', () => process.exit());`;
    const takers = Array.from({ length: TAKERS }, () => spawn(process.execPath, ['--input-type=module', '-e', code]));
    for (const taker of takers) children.add(taker);
    const said = await Promise.all(takers.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
    for (const { stdin } of takers) stdin.end();
    expect(said.filter((text) => text === 'held true')).toHaveLength(1);
    expect(said.filter((text) => text.startsWith('held'))).toHaveLength(1);
  });
});

describe('the file', () => {
  test('names pid, start, host, boot, namespace and a number of its own', () => {
    const path = `${fresh()}.lock`;
    const texts = [0, 1].map(() => {
      const lock = acquireFileLock(path);
      if (lock.kind !== 'held') throw new Error(lock.kind);
      const text = readFileSync(path, 'latin1');
      lock.release();
      return text;
    });
    const [pid, , host, , , nonce] = texts[0]!.trim().split(' ');
    expect([pid, host, nonce]).toEqual([String(process.pid), hostname(), expect.stringMatching(/^[0-9a-f]{24}$/)]);
    expect(texts[1]).not.toBe(texts[0]);
  });

  test('is never a link that somebody has put there', () => {
    const path = `${fresh()}.lock`;
    const target = fresh();
    for (const content of [undefined, ELSEWHERE]) {
      if (content !== undefined) writeFileSync(target, content);
      symlinkSync(target, path);
      expect(() => acquireFileLock(path)).toThrow('ELOOP');
      expect(existsSync(target)).toBe(content !== undefined);
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
      rmSync(path);
    }
    const store = fresh();
    mkdirSync(store);
    symlinkSync(target, join(store, 'LOCK'));
    const files = NodeFiles.open(store, { create: true });
    expect(() => files.lock()).toThrow(
      expect.objectContaining({ kind: 'io', message: expect.stringMatching(/^LOCK: /) }),
    );
    expect(readdirSync(store)).toEqual(['LOCK']);
  });
});
