/**
 * The bench of plugins: its input is the same everywhere and shaped as promised, its baselines do what the plugins do,
 * a row says rightly whether its figure is good enough. No timing, and no run of slung: the bench compares outputs
 * itself.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePlugin } from '../support/plugins.ts';
import { benchFolder, pluginMeasuring, pluginRecords } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-test-bench-plugins-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { callScript, ensureRecords, generateRecords } = pluginRecords;
const { cells, parseStats, verdict } = pluginMeasuring;
const tangent = fileURLToPath(new URL('../../fixtures/plugins/tangent/', import.meta.url));
const text = (kind: 'mapper' | 'events', count: number): string => [...generateRecords(kind, count)].join('');
const parse = (lines: string): Record<string, unknown>[] =>
  lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('records', () => {
  it('are the bytes that they always were (if this changes, raise VERSION in plugin-records.mjs)', () => {
    const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 16);
    expect([sha256(text('mapper', 10_000)), sha256(text('events', 10_000))]).toEqual([
      'a05704f66b7d7bda',
      '943bc36afc385867',
    ]);
  });

  it('for mappers are those of the bench of Tangent', () => {
    const lines = text('mapper', 20_000);
    expect(lines.length / 20_000).toBeCloseTo(127.8, 1);
    const records = parse(lines) as { duration: number; seen: number; tags: string[]; msg: string; level: string }[];
    expect(Object.keys(records[0] ?? {})).toEqual(['duration', 'level', 'msg', 'seen', 'source', 'tags']);
    const mean = records.reduce((sum, record) => sum + record.duration, 0) / records.length;
    const variance = records.reduce((sum, record) => sum + (record.duration - mean) ** 2, 0) / records.length;
    expect(mean).toBeCloseTo(6, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(0.8, 1);
    for (const { seen, tags, msg } of records) {
      expect(seen >= 1 && seen <= 500 && msg.length === 8 && new Set(tags).size === 2).toBe(true);
    }
    expect(new Set(records.map(({ tags }) => tags.join())).size).toBe(6);
    expect(new Set(records.map(({ level }) => level)).size).toBe(3);
  });

  it('for the program are events of which three of four are for its query, and few are emitted', () => {
    const events = parse(text('events', 20_000)) as { value: number; tags: string[]; timestamp: number }[];
    const wanted = events.filter(({ tags }) => tags.includes('sensor=1'));
    expect(wanted.length / events.length).toBeCloseTo(0.75, 1);
    expect(wanted.filter(({ value }) => value > 100).length / wanted.length).toBeCloseTo(0.02, 2);
    expect(events.every(({ timestamp }, at) => at === 0 || timestamp > (events[at - 1]?.timestamp ?? 0))).toBe(true);
  });

  it('for calls say mode and number, and differ in nothing but the number', () => {
    const lines = parse(callScript(3, { lines: 2, calls: 5 }, { lines: 1, calls: 900 }));
    expect(lines.map(({ _mode, _n }) => [_mode, _n])).toEqual([
      [3, 5],
      [3, 5],
      [3, 900],
    ]);
    expect(new Set(lines.map((line) => JSON.stringify({ ...line, _n: 0 }))).size).toBe(1);
    expect(lines[0]?.s64).toHaveLength(62);
    expect(lines[0]?.s8).toHaveLength(8);
  });

  describe('in the cache', () => {
    const before = process.env.SLUNG_BENCH_DATA;
    beforeAll(() => {
      process.env.SLUNG_BENCH_DATA = join(folder, 'data');
    });
    afterAll(() => {
      if (before === undefined) delete process.env.SLUNG_BENCH_DATA;
      else process.env.SLUNG_BENCH_DATA = before;
    });

    it('are made once, each number under a name of its own, and leave no partial file', () => {
      const file = ensureRecords('mapper', 10);
      expect(readFileSync(file, 'utf8')).toBe(text('mapper', 10));
      writeFileSync(file, 'kept');
      expect(ensureRecords('mapper', 10)).toBe(file);
      expect(readFileSync(file, 'utf8')).toBe('kept');
      expect(new Set([file, ensureRecords('mapper', 11), ensureRecords('events', 10)]).size).toBe(3);
      expect(readdirSync(join(folder, 'data')).filter((name) => !name.endsWith('.ndjson'))).toEqual([]);
    });
  });
});

describe('a row', () => {
  const got = (median: number) => ({ median, min: median, max: median });
  const most = { what: 'get int', unit: 'ns', must: 25, aim: 12, isMost: true };
  const least = { what: 'mapper', unit: 'M records/s', must: 1, aim: 2, isMost: false };

  it('is met at its limit and missed beyond it, on the right side', () => {
    expect([12, 12.1, 25, 25.1].map((value) => verdict({ ...most, got: got(value) }))).toEqual([
      'yes',
      'yes, below the aim',
      'yes, below the aim',
      'MISSED',
    ]);
    expect([2, 1.9, 1, 0.9].map((value) => verdict({ ...least, got: got(value) }))).toEqual([
      'yes',
      'yes, below the aim',
      'yes, below the aim',
      'MISSED',
    ]);
    expect(verdict({ what: 'x', unit: '×', must: 20, isMost: false, got: got(21) })).toBe('yes');
  });

  it('shows limits with their direction, and says why there is nothing', () => {
    expect(cells({ ...most, got: { median: 11.5, min: 11, max: 30 } })).toEqual([
      'get int',
      '≤ 25 ns',
      '≤ 12 ns',
      '11.5 ns (11–30)',
      'yes',
    ]);
    const ratio = { what: 'by way of jco', unit: '×', must: 20, isMost: false, absent: 'not installed' };
    expect(cells(ratio)).toEqual(['by way of jco', '≥ 20×', '–', 'not installed', '']);
  });
});

describe('statistics', () => {
  const line = '{"records":6,"seconds":0.5,"plugins":[{"plugin":"a","calls":2,"secondsInGuest":0.25}]}';

  it('are found behind other words on standard error', () => {
    expect(parseStats(`slung: warning\n${line}\n`)).toMatchObject({ calls: 2, secondsInGuest: 0.25, runSeconds: 0.5 });
  });

  it('are missed with what was said instead', () => {
    expect(() => parseStats('slung: no such plugin\n')).toThrow(/slung: no such plugin/);
    expect(() => parseStats('{"records":6}\n')).toThrow(/no statistics of a plugin/);
  });
});

describe('baselines', () => {
  const run = (args: readonly string[]): string => {
    const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  };
  const baseline = (task: string, content: string): Record<string, unknown>[] => {
    const file = join(folder, `${task}.ndjson`);
    writeFileSync(file, content);
    return parse(run([join(benchFolder, 'plugin-baseline.mjs'), task, file]));
  };

  it('map as Tangent does, with and without what a record may lack', () => {
    const expected = JSON.parse(readFileSync(join(tangent, 'expected.json'), 'utf8'));
    expect(baseline('mapper', readFileSync(join(tangent, 'input.ndjson'), 'utf8'))).toEqual(expected);
    const lacking =
      '{"source":{"name":"other"},"msg":"x"}\n[]\n{"source":{"name":"myservice"},"seen":"5","tags":[1,"é"]}';
    expect(baseline('mapper', lacking)).toEqual([
      { message: '', level: '', seen: 0, duration: 0, service: 'myservice', tags: ['é'] },
    ]);
  });

  it('watch as the threshold program does, with the average of all events of the query', () => {
    const event = (timestamp: number, value: number, tag: string, series = 'temp'): string =>
      JSON.stringify({ timestamp, value, series, tags: [tag] });
    const events = [
      event(1, 50, 'sensor=1'),
      event(2, 150, 'sensor=2'),
      event(3, 150, 'sensor=1', 'other'),
      event(4, 100, 'sensor=1'),
      event(5, 120, 'sensor=1'),
    ];
    expect(baseline('events', events.join('\n'))).toEqual([
      { timestamp: 5, value: 120, tags: ['sensor=1'], producers: [0], series: 'temp', aggregate: 90 },
    ]);
  });

  const jco = existsSync(join(benchFolder, 'node_modules/@bytecodealliance/jco-transpile'));
  it.runIf(jco)('give the component the same records through jco', () => {
    const output = join(folder, 'jco.out');
    const files = [join(tangent, 'scaffold-rust.wasm'), folder, join(tangent, 'input.ndjson'), output];
    const answer = JSON.parse(run([join(benchFolder, 'plugin-jco.mjs'), 'map', ...files, '--quiet']));
    expect(answer.seconds).toBeGreaterThan(0);
    const expected = JSON.parse(readFileSync(join(tangent, 'expected.json'), 'utf8'));
    expect(parse(readFileSync(output, 'utf8'))).toEqual(expected);
  });
});

it('the endless plugin can be built, and has a loop without a way out', async () => {
  const bytes = await compilePlugin('bench/asm/endless.ts');
  const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  expect(names).toContain('processLogs');
  // loop, whose body ends with br 0: 0x0c 0x00 0x0b.
  expect(Buffer.from(bytes).includes(Buffer.from([0x0c, 0x00, 0x0b]))).toBe(true);
});
