/**
 * The lock of a store, among real processes that end as they like.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import { lockStore } from '../../../src/store/files/lock.ts';
import { NodeFiles } from '../../../src/store/files/node-files.ts';

const root = mkdtempSync(join(tmpdir(), 'slung-lock-'));
const module = join(root, 'lock.mjs');
const children = new Set<ChildProcess>();
let directories = 0;
const fresh = () => NodeFiles.open(join(root, `d${directories++}`), { create: true }).directory;
const source = (path: string) => fileURLToPath(new URL(`../../../src/${path}`, import.meta.url));

beforeAll(async () => {
  await build({
    entryPoints: [source('store/files/lock.ts')],
    outfile: module,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** Runs a module that has `lockStore` and `directory`; its output is what it has to say. */
function run(directory: string, code: string) {
  const lines = [
    `import { lockStore } from ${JSON.stringify(module)};`,
    "import * as fs from 'node:fs';",
    `const directory = ${JSON.stringify(directory)};`,
  ];
  const text = [...lines, code].join('\n');
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  let output = '';
  child.stdout.setEncoding('latin1').on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'close').then(() => {
    children.delete(child);
    return output;
  });
  return { child, ended, said: () => once(child.stdout, 'data') };
}

function errorOf(action: () => unknown): StoreError {
  try {
    action();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A process id that is free now. */
async function deadProcess(): Promise<number> {
  const { child, ended } = run('', '');
  await ended;
  return child.pid!;
}

const HOLD = 'lockStore(directory); console.log("held"); setInterval(() => {}, 1000);';

describe('the lock', () => {
  test('is had by one process, and named; given back, by the next', async () => {
    const directory = fresh();
    const holder = run(
      directory,
      `const { release } = lockStore(directory); console.log("held");
      process.stdin.once('data', () => { release(); console.log("released"); setInterval(() => {}, 1000); });`,
    );
    await holder.said();
    expect(errorOf(() => lockStore(directory))).toMatchObject({
      kind: 'locked',
      message: `process ${holder.child.pid} writes to this store`,
      hint: expect.stringContaining('Wait'),
    });
    const released = holder.said();
    holder.child.stdin.write('go');
    await released;
    lockStore(directory).release();
    holder.child.kill('SIGKILL');
    await holder.ended;
    expect(readdirSync(directory)).toEqual([]);
  });

  test('of a process that was killed is taken over, 10 times in a row', async () => {
    const directory = fresh();
    for (let round = 0; round < 10; round++) {
      const holder = run(directory, HOLD);
      await holder.said();
      expect(errorOf(() => lockStore(directory)).message).toContain(`process ${holder.child.pid} `);
      holder.child.kill('SIGKILL');
      await holder.ended;
    }
    const { release } = lockStore(directory);
    expect(readFileSync(join(directory, 'LOCK'), 'latin1')).toMatch(new RegExp(`^${process.pid} `));
    release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is refused to the same process, in this thread and in another', async () => {
    const directory = fresh();
    const { release } = lockStore(directory);
    const message = `process ${process.pid} writes to this store`;
    expect(errorOf(() => lockStore(directory)).message).toBe(message);
    const text = `import(${JSON.stringify(module)}).then(({ lockStore }) => {
      try { lockStore(${JSON.stringify(directory)}); } catch (error) {
        require('node:worker_threads').parentPort.postMessage(error.message);
      }
    });`;
    const worker = new Worker(text, { eval: true });
    expect(await once(worker, 'message')).toEqual([message]);
    await worker.terminate();
    release();
    const again = lockStore(directory);
    // The first one gave it back already.
    release();
    expect(errorOf(() => lockStore(directory)).kind).toBe('locked');
    again.release();
  });

  test('of one who died while taking over a dead one’s lock is taken over too', async () => {
    const directory = fresh();
    const [first, second] = [await deadProcess(), await deadProcess()];
    writeFileSync(join(directory, 'LOCK'), `${first} 1\n`);
    writeFileSync(join(directory, `LOCK.after-${first}-1`), `${second} 2\n`);
    const { release } = lockStore(directory);
    expect(readFileSync(join(directory, 'LOCK'), 'latin1')).toMatch(new RegExp(`^${process.pid} `));
    release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is not taken over while a living process does so', async () => {
    const directory = fresh();
    const dead = await deadProcess();
    const other = fresh();
    const holder = run(other, HOLD);
    await holder.said();
    writeFileSync(join(directory, 'LOCK'), `${dead} 1\n`);
    writeFileSync(join(directory, `LOCK.after-${dead}-1`), readFileSync(join(other, 'LOCK')));
    expect(errorOf(() => lockStore(directory)).message).toContain(`process ${holder.child.pid} `);
    holder.child.kill('SIGKILL');
    await holder.ended;
    lockStore(directory).release();
  });

  const PROCESSES = 4;
  const ROUNDS = 150;
  test(`is never had twice by ${PROCESSES} processes that take it ${ROUNDS} times each, and by ${PROCESSES} that die with it`, async () => {
    const directory = fresh();
    const inside = join(directory, 'inside');
    // Who has the lock makes a file that must not be there, unless its owner died in here.
    const enter = `
      const isAlive = (pid) => { try { process.kill(pid, 0); return fs.readFileSync('/proc/' + pid + '/stat', 'latin1').includes(') Z') === false; } catch { return false; } };
      const enter = () => {
        let owner; try { owner = Number(fs.readFileSync(${JSON.stringify(inside)}, 'latin1')); } catch {}
        if (owner !== undefined && isAlive(owner)) console.log('overlap ' + owner);
        fs.writeFileSync(${JSON.stringify(inside)}, String(process.pid));
      };
      const take = () => { for (;;) { try { return lockStore(directory); } catch (error) { if (error.kind !== 'locked') throw error; } } };`;
    const loop = `${enter}
      for (let n = 0; n < ${ROUNDS}; n++) { const { release } = take(); enter(); fs.rmSync(${JSON.stringify(inside)}); release(); }
      console.log('done');`;
    const die = `${enter} take(); enter(); process.kill(process.pid, 'SIGKILL');`;
    const loops = Array.from({ length: PROCESSES }, () => run(directory, loop).ended);
    const deaths = Array.from({ length: PROCESSES }, () => run(directory, die).ended);
    expect(await Promise.all(loops)).toEqual(loops.map(() => 'done\n'));
    expect(await Promise.all(deaths)).toEqual(deaths.map(() => ''));
  });
});
