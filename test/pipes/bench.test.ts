/**
 * `slung bench` over plugins and topologies, which need the built program for their threads: what is counted, compared
 * and told. Rounds are as short as they can be, and no figure of time is looked at.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchFigures } from '../../src/cli/bench/result.ts';
import { pluginFile } from '../support/plugins.ts';
import { root } from '../support/source.ts';
import { bin, environment, workDirectory } from './support.ts';

const work = workDirectory();
const template = join(root, 'fixtures/cookbook/which-plugin-is-faster/logs.json');
const short = ['--rounds', '2', '--seconds', '0.001', '--size', '64KiB', '-n', '200'];

beforeAll(async () => {
  for (const name of ['mapper.wasm', 'other.wasm']) {
    cpSync(join(root, 'fixtures/plugins/tangent/scaffold-c.wasm'), join(work.path, name));
  }
  cpSync(await pluginFile('fixtures/plugins/as/price/plugin.ts'), join(work.path, 'price.wasm'));
  writeFileSync(join(work.path, 'orders.ndjson'), '{"order":1,"amount":10}\n{"order":2}\n');
  const file = 'plugins: { p: { file: ./mapper.wasm, time-limit: 1h } }\nsinks: { all: { type: file, path: never } }\n';
  writeFileSync(join(work.path, 'slung.yaml'), `${file}routes: [ stdin -> p -> all, stdin -> stdout ]\n`);
  const other = 'sources: { b: { type: file, path: x } }\n';
  writeFileSync(join(work.path, 'two.yaml'), `${file}${other}routes:\n  - stdin, b -> p -> all\n`);
});
afterAll(() => work.remove());

async function bench(words: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [bin, 'bench', ...words, ...short], {
    cwd: work.path,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts[0] += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts[1] += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out: texts[0]!, err: texts[1]! };
}

interface Report extends BenchFigures {
  readonly input: { readonly name: string; readonly bytes: number; readonly times: number; readonly checksum: string };
  readonly arguments: readonly string[];
}

async function figures(words: readonly string[]): Promise<Report> {
  const { code, out, err } = await bench([...words, '--to', 'json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Report;
}

describe('a plugin', () => {
  it('does the same in each round, with what is known of it', async () => {
    const report = await figures(['./mapper.wasm', '--template', template]);
    expect(report.input).toMatchObject({ name: template, times: 2 });
    expect(report.input.checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(report.arguments.slice(0, 2)).toEqual(['./mapper.wasm', '--template']);
    const [side] = report.sides;
    expect(side!.name).toBe('mapper.wasm');
    const [first, second] = side!.rounds;
    const { records, bytesIn, bytesOut, checksum, calls } = second!;
    expect(first).toMatchObject({ records, bytesIn, bytesOut, checksum, calls, faults: 0, rejects: 0 });
    expect(bytesIn).toBeGreaterThanOrEqual(64 * 1024);
    expect(calls).toBeGreaterThanOrEqual(records / 512);
    expect(side!.calls.reduce((sum, { count }) => sum + count, 0)).toBe(calls * 2);
    expect(first!.startMs).toBeGreaterThan(0);
  });

  it('is compared with another one, and with JSON', async () => {
    const words = ['--template', template, '--baseline', '--at-least', '0.000001'];
    const report = await figures(['./mapper.wasm', './other.wasm', ...words]);
    expect(report.sides.map(({ name }) => name)).toEqual(['mapper.wasm', 'other.wasm', 'JSON.parse + stringify']);
    expect(report.sameOutput).toBe(true);
    expect(report.ratios.map(({ other }) => other)).toEqual(['other.wasm', 'JSON.parse + stringify']);
  });

  it('that outputs something else than the other one is told so', async () => {
    const { code, out, err } = await bench([
      './other.wasm',
      './price.wasm',
      '--template',
      template,
      '--on-plugin-error',
      'skip',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('\nthe outputs DIFFER\n');
    expect(err).toContain('slung: other.wasm and price.wasm output different bytes\n');
  });

  it('shows what it failed on, and ends when it may not fail', async () => {
    const report = await figures(['./price.wasm', 'orders.ndjson', '--on-plugin-error', 'skip']);
    const [round] = report.sides[0]!.rounds;
    expect(report.sides[0]!.faults).toBeGreaterThanOrEqual(round!.records / 2);
    expect(report.warnings.join('\n')).toContain('price');
    const { code, out, err } = await bench(['./price.wasm', 'orders.ndjson']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^slung: price\.wasm failed: /);
  });

  it('misses a limit that nothing reaches', async () => {
    const { code, err } = await bench(['./mapper.wasm', '--template', template, '--baseline', '--at-least', '1000000']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^slung: mapper\.wasm is \S+ times as fast as JSON\.parse \+ stringify, and --at-least is 1000000\n/,
    );
  });
});

describe('a topology', () => {
  it('has records come into a node, and writes nothing', async () => {
    const whole = await figures(['-c', 'slung.yaml', '--template', template]);
    expect(whole.sides[0]!.name).toBe('slung.yaml into stdin');
    const [round] = whole.sides[0]!.rounds;
    expect(round!.bytesOut).toBeGreaterThan(round!.bytesIn);
    const inner = await figures(['-c', 'slung.yaml', '--into', 'p', '--template', template]);
    const [alone] = inner.sides[0]!.rounds;
    expect(alone!.bytesOut).toBeLessThan(alone!.bytesIn);
    expect(inner.sides[0]!.callMs).toBeDefined();
    expect(existsSync(join(work.path, 'never'))).toBe(false);
  });

  it.each([
    [['-c', 'slung.yaml', '--into', 'q'], '--into: slung.yaml has no source or plugin "q"'],
    [['-c', 'two.yaml'], 'two.yaml has several sources: say --into NODE'],
    [['-c', 'slung.yaml', '-w', 'a'], '--where cannot be combined with -c'],
  ])('%j is refused', async (words, message) => {
    const { code, err } = await bench([...words, '--template', template]);
    expect({ code, first: err.split('\n')[0] }).toEqual({ code: 2, first: `slung: ${message}` });
  });
});
