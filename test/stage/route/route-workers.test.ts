/**
 * A stage that routes with workers, bundled as the program is, with the worker's file beside it. What goes along each
 * edge is the same, in the same order, whichever lane has made it.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Source, WOULD_BLOCK } from '../../../src/io/index.ts';
import type { startLanes } from '../../../src/stage/lanes/lane-ahead.ts';
import type { RouteStage } from '../../../src/stage/route/route.ts';
import { root } from '../../support/compiled.ts';
import { eventually } from '../../support/eventually.ts';
import { edge, fieldsOf, lines, type runRoutes } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-route-workers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let run: typeof runRoutes;
let ahead: typeof startLanes;

beforeAll(async () => {
  const shared = { absWorkingDir: root, bundle: true, platform: 'node', outdir: folder, logLevel: 'error' } as const;
  await build({
    ...shared,
    entryPoints: { support: 'test/stage/route/support.ts', 'lane-ahead': 'src/stage/lanes/lane-ahead.ts' },
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  const worker = { 'lane-worker': 'src/stage/lanes/worker-thread.ts' };
  await build({ ...shared, entryPoints: worker, format: 'cjs', outExtension: { '.js': '.cjs' } });
  copyFileSync(join(root, 'src/engine/engine.wasm'), join(folder, 'engine.wasm'));
  run = (await import(pathToFileURL(join(folder, 'support.mjs')).href)).runRoutes;
  ahead = (await import(pathToFileURL(join(folder, 'lane-ahead.mjs')).href)).startLanes;
});

const records = Array.from({ length: 90_000 }, (_, n) => ({ n, k: (n * n) % 7, pad: '-'.repeat(n % 220) }));
const texts = records.map((record) => `${JSON.stringify(record)}\n`);
const bytes = Buffer.from(texts.join(''));
/** So much makes workers start. */
const FIRST_BYTES = 5 << 20;

/** Keeps the rest back until a worker waits for work. */
class PatientSource implements Source {
  readonly name = 'given';
  readonly sizeBytes = undefined;
  readonly #stage: RouteStage;
  #at = 0;

  constructor(stage: RouteStage) {
    this.#stage = stage;
  }

  get #hasWorker(): boolean {
    const workers = this.#stage.lanes.lanes.slice(1);
    return workers.length > 0 && workers.every((lane) => lane.isReady());
  }

  readNow(target: Uint8Array): number {
    const isFirst = this.#at < FIRST_BYTES;
    if (!isFirst && !this.#hasWorker) return WOULD_BLOCK;
    const end = isFirst ? FIRST_BYTES : bytes.length;
    const part = bytes.subarray(this.#at, Math.min(this.#at + target.length, end));
    target.set(part);
    this.#at += part.length;
    return part.length;
  }

  async wait(): Promise<void> {
    await eventually(() => this.#hasWorker);
  }

  close(): void {}
}

test.each([0, 1, 2])('lanes on other threads, %i started ahead, route as the one on this thread', async (count) => {
  expect(bytes.length).toBeGreaterThan(2 * FIRST_BYTES);
  const branch = (number: number, changes = {}) => ({ group: 0, branch: number, ...changes });
  const csv = { format: 'csv', fields: fieldsOf('n', 'k'), header: true } as const;
  const edges = [
    edge('k == 1'),
    edge('k < 2', branch(0)),
    edge('k < 3', branch(1)),
    edge('k < 3', branch(1, { projection: csv })),
    edge(undefined),
    edge('n >= 100', { projection: { ...lines, fields: fieldsOf('k') } }),
  ];
  const threads = ahead(count);
  const sourceOf = (stage: RouteStage): Source => {
    stage.useThreads(() => threads.shift(), true);
    // The first has its lane before anything is read.
    expect(threads).toHaveLength(Math.max(0, count - 1));
    return new PatientSource(stage);
  };
  const found = await run(edges, sourceOf, { lanes: 3 });
  expect(threads).toEqual([]);
  const where = (holds: (record: { n: number; k: number }) => boolean): string =>
    texts.filter((_, i) => holds(records[i]!)).join('');
  const second = records.filter(({ k }) => k === 2);
  const expected = [
    where(({ k }) => k === 1),
    where(({ k }) => k < 2),
    where(({ k }) => k === 2),
    ['n,k\n', ...second.map(({ n, k }) => `${n},${k}\n`)].join(''),
    texts.join(''),
    records
      .slice(100)
      .map(({ k }) => `{"k":${k}}\n`)
      .join(''),
  ];
  // Not toEqual: a message with megabytes of lines helps nobody.
  expect(found.texts.map((text, i) => text === expected[i])).toEqual(expected.map(() => true));
  expect(found.stage.unrouted).toBe(0);
  expect(found.stage.records).toEqual([
    records.filter(({ k }) => k === 1).length,
    records.filter(({ k }) => k < 2).length,
    second.length,
    second.length,
    records.length,
    records.length - 100,
  ]);
  const workers = found.stage.lanes.lanes.slice(1);
  expect(workers.some(({ memory }) => memory.counts(0).records > 0)).toBe(true);
});
