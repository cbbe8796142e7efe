/**
 * A process that writes is killed at a random moment, again and again, over the same directory. Whatever it was doing,
 * the next reader finds every batch that was acknowledged, whole, and at most one more.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NodeFiles } from '../../src/store/files/node-files.ts';
import { openSnapshot } from '../../src/store/snapshot.ts';
import { seededRandom } from '../support/files.ts';
import { sized } from '../support/full.ts';
import { historyOf } from '../support/histories.ts';

const CYCLES = sized(12, 200);
const SERIES = 10;
const root = fileURLToPath(new URL('../..', import.meta.url));
let directory = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'slung-kill-'));
  await build({
    ...{ entryPoints: [join(root, 'test/support/store-writer.ts')], bundle: true, platform: 'node', format: 'esm' },
    outfile: join(directory, 'writer.mjs'),
  });
  copyFileSync(join(root, 'src/store/kernel/store.wasm'), join(directory, 'store.wasm'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the writer from batch `first` on, kills it `afterMs` after its first acknowledgement. @returns the last one */
function writeUntilKilled(store: string, first: number, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(directory, 'writer.mjs'), store, String(first)]);
    let said = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (_, signal) => {
      // What is behind the last newline was not said to its end.
      const lines = said.slice(0, said.lastIndexOf('\n')).split('\n');
      if (signal === 'SIGKILL') resolve(Number(lines.at(-1)));
      else reject(new Error(`the writer ended by itself: ${errors}`));
    });
  });
}

test(`${CYCLES} times killed, nothing that was acknowledged is lost`, async () => {
  const random = seededRandom(7);
  const store = join(directory, 'store');
  let next = 1;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const acknowledged = await writeUntilKilled(store, next, random() * 20);
    expect(acknowledged).toBeGreaterThanOrEqual(next);
    const snapshot = openSnapshot(NodeFiles.open(store, { create: false }));
    const history = historyOf(snapshot);
    snapshot.close();
    const sizes = new Set([...history.values()].map(({ size }) => size));
    expect([...history].length).toBe(SERIES);
    expect([...sizes], `cycle ${cycle}: all series have the same batches`).toHaveLength(1);
    const [found] = sizes;
    expect(found, `cycle ${cycle}`).toBeGreaterThanOrEqual(acknowledged);
    expect(found, `cycle ${cycle}`).toBeLessThanOrEqual(acknowledged + 1);
    next = found! + 1;
  }
});
