/**
 * `slung bench` over selectors, and what it refuses; plugins are in test/pipes/bench.test.ts. Rounds are as
 * short as they can be, and no figure of time is looked at.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchFigures } from '../../../src/cli/bench/result.ts';
import { type Scene, slung } from '../support.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const template = join(fixtures, 'cookbook/which-plugin-is-faster/logs.json');
const folder = mkdtempSync(join(tmpdir(), 'slung-test-bench-'));
const short = ['--rounds', '2', '--seconds', '0.001', '--size', '64KiB', '-n', '200'];
const orders = join(folder, 'orders.ndjson');
const damaged = join(folder, 'damaged.ndjson');

beforeAll(() => {
  writeFileSync(orders, '{"id":1,"amount":10}\n{"id":2}\n');
  writeFileSync(damaged, '{"a":1}\n{"a":\n{"a":2}\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scene: Scene = { directory: folder, changes: { clockMs: () => performance.now(), cores: () => 1 } };

const bench = (words: readonly string[], changes: Partial<Scene> = {}) =>
  slung(['bench', ...words, ...short], { ...scene, ...changes });

async function figures(words: readonly string[]): Promise<BenchFigures> {
  const { code, out, err } = await bench([...words, '--to', 'json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as BenchFigures;
}

describe('a selector', () => {
  it('is measured with chosen fields, over a file', async () => {
    const report = await figures(['-w', 'a > 1', '-f', 'a', damaged]);
    const [side] = report.sides;
    const [round] = side!.rounds;
    // The file is three lines: one passes, one is bad.
    expect([round!.bytesOut, side!.rejects]).toEqual([(round!.records / 2) * '{"a":2}\n'.length, round!.records / 2]);
    expect(side).toMatchObject({ name: 'a > 1', faults: 0 });
    expect(side!.callMs).toBeUndefined();
  });
});

describe('lines that are refused', () => {
  it.each([
    [[], 'bench needs something to measure'],
    [['app.ndjson'], 'app.ndjson is no plugin, which ends in .wasm or .ts'],
    [['-w', 'a', 'none.ndjson'], 'cannot read none.ndjson: no such file (ENOENT)'],
    [['-w', 'a', damaged, orders], `bench reads one file: ${orders}`],
    [['-w', 'a', damaged, '--template', template], `--template and ${damaged}: records come from one of them`],
    [['-w', 'a', damaged, '--at-least', '1'], '--at-least compares two'],
    [['-w', 'a', damaged, '--at-least', 'x', '--baseline'], '--at-least: "x" is no number above 0'],
    [['m.wasm', orders, '--set', 'a=1'], '--set is about a topology, and there is none'],
    [['-w', 'a', orders, '--into', 'm'], '--into is about a topology, and there is none'],
    [['-w', 'a ==', damaged], '--where: the expression ends too early'],
  ])('%j', async (words, message) => {
    const { code, err } = await bench(words, { files: ['app.ndjson'] });
    expect(code).toBe(2);
    expect(err.startsWith(`slung: ${message}`), err).toBe(true);
  });
});

describe('lines with --server that are refused', () => {
  it.each([
    [['--server', 'nats://h/LOGS'], '--server: write nats://HOST:PORT, without a stream'],
    [['--server', 'http://h'], '--server: write nats://HOST:PORT, without a stream'],
    [['--server', 'nats://h', '--baseline'], '--baseline cannot be combined with --server'],
    [['--server', 'nats://h', '--seconds', '1'], '--seconds cannot be combined with --server'],
  ])('%j', async (words, message) => {
    const { code, err } = await slung(['bench', '-w', 'a > 1', damaged, ...words], scene);
    expect({ code, first: err.split('\n')[0] }).toEqual({ code: 2, first: `slung: ${message}` });
  });
});
