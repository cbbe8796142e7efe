/** The commands over a real store in a directory: what goes in comes out, by every command. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeCode } from '../../../src/cli/store/code.ts';
import { openForWriting } from '../../../src/cli/store/open.ts';
import { nowUs, slung } from '../support.ts';

const clock = { clockMs: () => 0, nowUs: () => nowUs };
const root = mkdtempSync(join(tmpdir(), 'slung-store-code-'));
const directory = join(root, 'store');
const minute = 60_000_000n;

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes points and ends as a process does that is done. */
function write(into: string, points: readonly (readonly [string, readonly string[], bigint, number])[]): void {
  const settings = { directory: into, durability: 'none', retainMs: undefined, sameTime: 'keep' } as const;
  const store = openForWriting(settings, clock, () => {});
  store.append({
    ids: Uint32Array.from(points, ([name, tags]) => store.seriesId(name, tags)),
    timesUs: BigInt64Array.from(points, ([, , time]) => time),
    values: Float64Array.from(points, ([, , , value]) => value),
    count: points.length,
    positions: [],
  });
  store.close();
}

const run = (argv: readonly string[], where = directory) =>
  slung([...argv, '--store', where], {
    changes: { loadStore: async (warn) => storeCode(clock, warn) },
  });

beforeAll(() => {
  const hour = Array.from({ length: 60 }, (_, i) => nowUs - BigInt(60 - i) * minute);
  for (const host of ['a', 'b']) {
    const tags = ['dc=eu', `host=${host}`];
    write(
      directory,
      hour.map((time, i) => ['cpu.total', tags, time, i + (host === 'a' ? 0 : 0.5)] as const),
    );
  }
  // A day before, and one value written again.
  write(directory, [
    ['mem', [], nowUs - 1440n * minute, Number.NaN],
    ['mem', [], nowUs - 1n, -0],
    ['cpu.total', ['host=a', 'dc=eu'], hour[0]!, 100],
  ]);
});

describe('query', () => {
  test('groups and windows', async () => {
    const { code, out, err } = await run(['query', 'MAX:cpu.*:[]:[1h] BY host EVERY 30m']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.trimEnd().split('\n')).toEqual([
      '{"time":"2026-11-21T08:00:00Z","host":"a","value":100,"count":30}',
      '{"time":"2026-11-21T08:30:00Z","host":"a","value":59,"count":30}',
      '{"time":"2026-11-21T08:00:00Z","host":"b","value":29.5,"count":30}',
      '{"time":"2026-11-21T08:30:00Z","host":"b","value":59.5,"count":30}',
    ]);
  });

  test('points', async () => {
    expect((await run(['query', 'POINTS:mem:[]'])).out).toBe(
      '{"timestamp":1795165200000000,"series":"mem","tags":[],"value":"NaN"}\n' +
        '{"timestamp":1795251599999999,"series":"mem","tags":[],"value":-0}\n',
    );
  });

  test('nothing: why', async () => {
    expect(await run(['query', '-e', 'AVG:cpu.totl:[]'])).toMatchObject({
      code: 4,
      err: 'slung: nothing found: no series is called "cpu.totl"\ndid you mean cpu.total?\n',
    });
    const { err } = await run(['query', 'AVG:cpu.total:[host=c]']);
    expect(err).toContain('its tags are [dc=eu host=a], [dc=eu host=b]');
  });

  test('no store there: exit 1, and none is made', async () => {
    const { code, err } = await run(['query', 'AVG:cpu:[]'], join(root, 'none'));
    expect(code).toBe(1);
    expect(err).toContain(join(root, 'none'));
    expect(readdirSync(root)).toEqual(['store']);
  });
});

describe('store', () => {
  test('ls and stat', async () => {
    const { out } = await run(['store', 'ls', 'cpu.*:[host=b]', '--to', 'csv']);
    expect(out.split('\n')[1]).toMatch(
      /^cpu\.total,"\[""dc=eu"",""host=b""\]",60,2026-11-21T08:00:00Z,2026-11-21T08:59:00Z,\d+$/,
    );
    const stat = JSON.parse((await run(['store', 'stat', '--json'])).out);
    expect(stat).toMatchObject({ directory, series: 3, firstTimeUs: '2026-11-20T09:00:00Z' });
  });

  test('export of a time, and what it gives is what was written', async () => {
    const { out } = await run(['store', 'export', 'mem', '--from', '2026-11-21']);
    expect(out).toBe('{"timestamp":1795251599999999,"series":"mem","tags":[],"value":-0.0}\n');
    const all = (await run(['store', 'export'])).out.trimEnd().split('\n');
    expect(all).toHaveLength(122);
    const again = join(root, 'again');
    write(
      again,
      all.map((line) => {
        const { timestamp, series, tags, value } = JSON.parse(line);
        return [series, tags, BigInt(timestamp), Number(value)] as const;
      }),
    );
    expect((await run(['store', 'export'], again)).out.trimEnd().split('\n')).toEqual(all);
  });

  test('delete: in a range, nothing, and all of it', async () => {
    const where = join(root, 'deleting');
    const hours = Array.from({ length: 4 }, (_, i) => nowUs - BigInt(i) * 60n * minute);
    for (const host of ['a', 'b']) {
      write(
        where,
        hours.map((time, i) => ['cpu', [`host=${host}`], time, i] as const),
      );
    }
    const dry = await run(['store', 'delete', '--dry-run', 'cpu:[host=a]:[2h]'], where);
    expect(dry.out).toBe('3 points of 1 series from 2026-11-21T07:00:00Z to 2026-11-21T09:00:00Z would be deleted\n');
    expect((await run(['query', 'COUNT:*:[]'], where)).out).toBe('{"value":8,"count":8}\n');
    expect((await run(['store', 'delete', 'cpu:[host=a]:[2h]'], where)).out).toMatch(
      /^3 points of 1 series from .* were deleted; /,
    );
    expect((await run(['query', 'COUNT:*:[] BY host'], where)).out).toBe(
      '{"host":"a","value":1,"count":1}\n{"host":"b","value":4,"count":4}\n',
    );
    expect(await run(['store', 'delete', 'cpu:[host=c]'], where)).toMatchObject({
      out: '0 points of 0 series were deleted\n',
      err: expect.stringContaining('has no such tags'),
    });
    expect((await run(['store', 'delete', '*'], where)).out).toMatch(/^5 points of 2 series were deleted; /);
    expect((await run(['store', 'verify'], where)).out).toMatch(/^0 segments.*: nothing is damaged\n$/);
  });

  test('verify, trim, compact and repair', async () => {
    expect(await run(['store', 'verify'])).toMatchObject({ code: 0, err: '' });
    const dry = await run(['store', 'trim', '--before', '2026-11-21', '--dry-run']);
    expect(dry.out).toBe('1 point before 2026-11-21T00:00:00Z would be dropped\n');
    expect((await run(['store', 'trim', '--before', '2026-11-21'])).out).toMatch(
      /^1 point before 2026-11-21T00:00:00Z was dropped; /,
    );
    expect((await run(['store', 'trim', '--before', '2026-11-21'])).out).toMatch(/^0 points before /);
    expect((await run(['store', 'compact', '--cold', '0'])).code).toBe(0);
    expect((await run(['query', 'COUNT:*:[]'])).out).toBe('{"value":121,"count":121}\n');
    expect(await run(['store', 'repair', '--dry-run'])).toMatchObject({ code: 0, err: '' });
    expect((await run(['store', 'verify'])).out).toMatch(/: nothing is damaged\n$/);
  });
});

describe('several stores', () => {
  const workers = join(root, 'workers');
  const [a, b] = [join(workers, 'a'), join(workers, 'b')];
  const ask = (argv: readonly string[], words: readonly string[] = ['POINTS:n:[]']) =>
    slung(['query', '--to', 'csv', '--no-header', ...argv, ...words], {
      changes: { loadStore: async (warn) => storeCode(clock, warn), fileExists: (path) => existsSync(path) },
    });
  const values = async (argv: readonly string[]) =>
    (await ask(argv)).out.split('\n').map((line) => line.split(',').at(-1));

  beforeAll(() => {
    write(a, [
      ['n', [], 1n, 1],
      ['n', [], 2n, 2],
    ]);
    write(b, [
      ['n', [], 2n, 20],
      ['n', ['host=b'], 3n, 30],
    ]);
    writeFileSync(join(workers, 'notes.txt'), '');
  });

  test('are one, and the one named later holds', async () => {
    expect(await values(['--store', a, '--store', b])).toEqual(['1', '20', '30', '']);
    expect(await values(['--store', b, '--store', a])).toEqual(['1', '2', '30', '']);
    expect(await values(['--store', `${workers}/*`])).toEqual(['1', '20', '30', '']);
    // A store that is named twice is asked once, where it is named last.
    expect(await values(['--store', `${workers}/*`, '--store', `${a}/`])).toEqual(['1', '2', '30', '']);
    expect((await ask(['--store', `${workers}/?`], ['SUM:n:[] BY host'])).out).toBe(',21,2\nb,30,1\n');
    const limited = await ask(['--store', `${workers}/?`, '--max-groups', '1'], ['SUM:n:[] BY host']);
    expect(limited).toMatchObject({ code: 1, err: expect.stringContaining('--max-groups') });
  });

  test('each must be there and whole, and errors name it', async () => {
    const gone = join(root, 'gone');
    const missing = await ask(['--store', a, '--store', gone]);
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`slung: ${gone}: `) });
    const none = await ask(['--store', `${root}/none*`]);
    expect(none.err).toContain(`slung: ${root}/none*: no directory fits this pattern\n`);
    const bad = join(root, 'bad');
    write(bad, [['n', [], 5n, 5]]);
    await run(['store', 'compact'], bad);
    const segment = join(bad, readdirSync(bad).find((name) => name.endsWith('.seg'))!);
    // Not at its ends, which opening reads.
    const bytes = readFileSync(segment);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(segment, bytes);
    const damaged = await ask(['--store', bad, '--store', a]);
    expect(damaged).toMatchObject({ code: 1, err: expect.stringMatching(/^slung: \S+\/bad: \d+\.seg: /) });
  });

  test('a pattern that the shell has put other words for', async () => {
    const { code, err } = await ask(['--store', a, b]);
    expect(code).toBe(2);
    expect(err.split('\n').slice(0, 2)).toEqual([
      `slung: ${b} is a store, and where the query should stand`,
      "Each store is named by a --store of its own; a pattern of several is in quotes: --store 'workers/*'",
    ]);
  });
});
