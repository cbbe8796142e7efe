/** The subcommands of `slung store` that read or tend: what they ask of the store, and what they report. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SeriesRow, StoreApi } from '../../src/cli/store/api.ts';
import type { PointBlock } from '../../src/format/points.ts';
import type { Query } from '../../src/query/index.ts';
import { damaged, StoreError } from '../../src/store/errors.ts';
import { flat } from '../support/settings.ts';
import { nowUs, type Scene, slung } from './support.ts';

const environment = { HOME: '/h' };
const dayUs = 86_400_000_000n;
const snapshot = { sources: [], close: () => {} };

const store = (argv: readonly string[], api: Partial<StoreApi>, scene: Scene = {}) =>
  slung(['store', ...argv], { environment, store: { openSnapshot: () => snapshot, ...api }, ...scene });

const usage = async (argv: readonly string[], api: Partial<StoreApi> = {}) => {
  const { code, out, err } = await store(argv, api);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  return err.trimEnd().split('\n');
};

describe('ls', () => {
  const rows: SeriesRow[] = [
    { key: { name: 'cpu', tags: ['host=a', 'x'] }, points: 3, firstTimeUs: nowUs, lastTimeUs: nowUs + 1n, bytes: 12 },
    { key: { name: 'tab\there', tags: [] }, points: 0, firstTimeUs: undefined, lastTimeUs: undefined, bytes: 0 },
  ];

  test('as ndjson, csv and a table', async () => {
    const asked: Query[] = [];
    const api: Partial<StoreApi> = {
      listSeries: (_, query) => {
        asked.push(query);
        return rows;
      },
    };
    expect((await store(['ls'], api)).out).toBe(
      '{"series":"cpu","tags":["host=a","x"],"points":3,"first":"2026-11-21T09:00:00Z","last":"2026-11-21T09:00:00.000001Z","bytes":12}\n' +
        '{"series":"tab\\there","tags":[],"points":0,"first":null,"last":null,"bytes":0}\n',
    );
    expect((await store(['ls', '--to', 'csv', 'c*'], api)).out).toBe(
      'series,tags,points,first,last,bytes\ncpu,"[""host=a"",""x""]",3,2026-11-21T09:00:00Z,2026-11-21T09:00:00.000001Z,12\ntab\there,[],0,,,0\n',
    );
    expect((await store(['ls', 'cpu:[host=a]'], api, { terminals: [1] })).out).toContain('tab␉here');
    expect(asked.map(({ series }) => series)).toEqual(['*', 'c*', 'cpu']);
    expect(asked[2]!.tags).toEqual({ kind: 'tag', tag: 'host=a' });
  });

  test('nothing: a hint, and exit 4 with -e', async () => {
    const api: Partial<StoreApi> = { listSeries: () => [] };
    expect(await store(['ls'], api)).toMatchObject({ code: 0, out: '', err: 'slung: the store is empty\n' });
    expect(await store(['ls', '-e'], api)).toMatchObject({ code: 4 });
  });

  test('what is no series, with a caret where it was typed', async () => {
    expect(await usage(['ls', 'cpu:[a'])).toEqual(expect.arrayContaining(['  cpu:[a', 'See: slung help store ls']));
    const lines = await usage(['ls', 'cpu:[] BY host']);
    expect(lines[0]).toBe('slung: "cpu:[] BY host" is more than a series with tags');
    expect((await usage(['ls', 'a', 'b']))[0]).toBe('slung: store ls takes only one series: b');
  });
});

describe('export', () => {
  const block: PointBlock = {
    key: { name: 'a"b', tags: ['x,y'] },
    timesUs: BigInt64Array.of(-5n, 1n, 2n, 3n, 9n),
    values: Float64Array.of(-0, Number.NaN, Number.NEGATIVE_INFINITY, 0.1, 7),
    count: 4,
  };
  const asked: Query[] = [];
  const api: Partial<StoreApi> = {
    exportPoints: (_, query) => {
      asked.push(query);
      return [block];
    },
  };

  test('as lines that store write reads', async () => {
    expect((await store(['export'], api)).out).toBe(
      ['59.999995|-0.0', '00.000001|"NaN"', '00.000002|"-Infinity"', '00.000003|0.1']
        .map((line) => line.split('|'))
        .map(([second, value]) => [
          `${second!.startsWith('5') ? '1969-12-31T23:59' : '1970-01-01T00:00'}:${second}Z`,
          value,
        ])
        .map(([time, value]) => `{"timestamp":"${time}","series":"a\\"b","tags":["x,y"],"value":${value}}\n`)
        .join(''),
    );
    const lead = '"a""b","[""x,y""]"';
    expect((await store(['export', '--to=csv'], api)).out).toBe(
      [
        'timestamp,series,tags,value',
        `1969-12-31T23:59:59.999995Z,${lead},-0.0`,
        `1970-01-01T00:00:00.000001Z,${lead},NaN`,
        `1970-01-01T00:00:00.000002Z,${lead},-Infinity`,
        `1970-01-01T00:00:00.000003Z,${lead},0.1\n`,
      ].join('\n'),
    );
    expect((await store(['export', '--to=csv', '--no-header'], api)).out).toMatch(/^1969-12-31T/);
  });

  test('of a time', async () => {
    asked.length = 0;
    await store(['export', 'cpu', '--from', '2026-11-20', '--until', '1h'], api);
    await store(['export', '--until', '5'], api);
    const ends = (query: Query) => [query.range!.first, query.range!.second];
    expect(ends(asked[0]!)).toEqual([
      { kind: 'absolute', us: 1_795_132_800_000_000n },
      { kind: 'absolute', us: nowUs - 3_600_000_000n },
    ]);
    expect(ends(asked[1]!)).toEqual([
      { kind: 'absolute', us: -(2n ** 63n) },
      { kind: 'absolute', us: 5n },
    ]);
  });

  test('refused', async () => {
    expect((await usage(['export', '--from', '5', '--until', '4']))[0]).toBe('slung: --from is later than --until');
    expect((await usage(['export', '--from', 'soon']))[0]).toMatch(/^slung: --from: /);
    expect((await usage(['export', '--no-header']))[0]).toBe('slung: --no-header needs --to csv');
    expect((await usage(['export', '--to', 'table']))[0]).toContain('is not one of ndjson, csv');
  });
});

describe('stat', () => {
  const description = {
    ...{ directory: '/s', points: 1_000_010, series: 1000, firstTimeUs: 0n, lastTimeUs: nowUs },
    ...{ segments: 3, coldSegments: 1, segmentBytes: 1_500_000, logPoints: 10, logBytes: 300 },
    positions: [{ input: '/in/app.ndjson', bytes: 2048, lines: 12, headBytes: 0, headCrc: 0 }],
  };

  test('for people and for programs', async () => {
    const api: Partial<StoreApi> = { describe: (directory) => ({ ...description, directory }) };
    const directory = '/h/.local/share/slung/store';
    expect((await store(['stat'], api)).out.split('\n')).toEqual([
      `store     ${directory}`,
      'series    1 000',
      'points    1 000 010',
      'times     1970-01-01T00:00:00Z to 2026-11-21T09:00:00Z',
      'segments  3 (1 cold), 1.43 MiB, 1.50 bytes a point',
      'log       10 points, 300 B',
      'inputs    /in/app.ndjson: 12 lines, 2 KiB',
      '',
    ]);
    expect(JSON.parse((await store(['stat', '--json'], api)).out)).toEqual({
      ...description,
      ...{ directory, firstTimeUs: '1970-01-01T00:00:00Z', lastTimeUs: '2026-11-21T09:00:00Z' },
    });
  });

  test('no store', async () => {
    const api: Partial<StoreApi> = {
      describe: () => {
        throw new StoreError('missing', '/s: there is no store here', { hint: 'Make one.' });
      },
    };
    expect(await store(['stat'], api)).toMatchObject({
      code: 1,
      err: 'slung: /s: there is no store here\nMake one.\n',
    });
    expect((await usage(['stat', 'x']))[0]).toBe('slung: store stat takes no operands: x');
    const named = await store(['stat', 'history'], {}, { files: ['history/MANIFEST'] });
    expect(named.err.split('\n')[1]).toBe('A store is named by an option: --store history');
  });
});

describe('verify', () => {
  const counts = { segments: 2, blocks: 1, points: 9, frames: 0, unfinishedBytes: 0 };

  test('whole', async () => {
    const api: Partial<StoreApi> = { verify: () => ({ ...counts, unfinishedBytes: 7, findings: 0 }) };
    const out = '2 segments, 1 block, 0 frames, 9 points (7 bytes of the log not finished): nothing is damaged\n';
    expect(await store(['verify'], api)).toMatchObject({ code: 0, out });
  });

  test('damaged: exit 1, and each place', async () => {
    const api: Partial<StoreApi> = {
      verify: (_, report) => {
        report(damaged('00000001.seg', 40, 'wrong checksum'));
        return { ...counts, findings: 1 };
      },
    };
    expect(await store(['verify'], api)).toMatchObject({
      code: 1,
      out: '00000001.seg: wrong checksum (at byte 40)\n2 segments, 1 block, 0 frames, 9 points: 1 damage; slung store repair saves what is whole\n',
    });
    const json = await store(['verify', '--json'], api);
    expect(json.code).toBe(1);
    const message = '00000001.seg: wrong checksum (at byte 40)';
    expect(JSON.parse(json.out)).toEqual({ ...counts, findings: [{ file: '00000001.seg', offset: 40, message }] });
  });
});

describe('compact, trim and repair', () => {
  const report = { merged: 0, made: 0, dropped: 0, pointsDropped: 0, bytesBefore: 4096, bytesAfter: 1024 };

  test('compact', async () => {
    const asked: unknown[] = [];
    const api = (merged: number): Partial<StoreApi> => ({
      compact: (_, options) => {
        asked.push(options);
        return { ...report, merged, made: 1 };
      },
    });
    expect((await store(['compact'], api(0))).out).toBe('nothing to merge\n');
    expect((await store(['compact', '--cold', '7d'], api(4))).out).toBe('4 segments became 1; 4 KiB became 1 KiB\n');
    expect(asked).toEqual([{ coldBeforeUs: undefined }, { coldBeforeUs: nowUs - 7n * dayUs }]);
  });

  test('trim', async () => {
    const asked: unknown[] = [];
    const api: Partial<StoreApi> = {
      trim: (_, options) => {
        asked.push(options);
        return { ...report, pointsDropped: 5 };
      },
    };
    expect((await store(['trim', '--older', '2w'], api)).out).toBe(
      '5 points before 2026-11-07T09:00:00Z were dropped; 4 KiB became 1 KiB\n',
    );
    expect((await store(['trim', '--before', '2026-01-01', '-n'], api)).out).toBe(
      '5 points before 2026-01-01T00:00:00Z would be dropped\n',
    );
    expect(JSON.parse((await store(['trim', '--older', '0', '--json'], api)).out)).toEqual({
      ...{ before: '2026-11-21T09:00:00Z', dryRun: false },
      ...{ ...report, pointsDropped: 5 },
    });
    expect(asked.slice(0, 2)).toEqual([
      { beforeUs: nowUs - 14n * dayUs, isDryRun: false },
      { beforeUs: 1_767_225_600_000_000n, isDryRun: true },
    ]);
  });

  test('trim refuses to guess', async () => {
    expect(await usage(['trim'])).toEqual([
      'slung: trim needs --older or --before',
      'For example: slung store trim --older 30d',
      'See: slung help store trim',
    ]);
    expect((await usage(['trim', '--older', '1d', '--before', '5']))[0]).toContain('cannot be used together');
    expect(await usage(['trim', '--older', '30'])).toEqual([
      'slung: --older: "30" is not a length of time',
      'For example: 30d. The units are s, m, h, d and w.',
      'See: slung help store trim',
    ]);
  });

  test('delete', async () => {
    const asked: unknown[] = [];
    const counts = { points: 12, series: 2, rewritten: 1, dropped: 0, bytesBefore: 4096, bytesAfter: 1024 };
    const api: Partial<StoreApi> = {
      delete: (_, query, given) => {
        asked.push([query.series, given]);
        return counts;
      },
    };
    expect((await store(['delete', 'cpu'], api)).out).toBe('12 points of 2 series were deleted; 4 KiB became 1 KiB\n');
    expect((await store(['delete', '-n', 'cpu:[host=a]:[1d]'], api)).out).toBe(
      '12 points of 2 series from 2026-11-20T09:00:00Z to 2026-11-21T09:00:00Z would be deleted\n',
    );
    expect(JSON.parse((await store(['delete', '*', '--json'], api)).out)).toEqual({ dryRun: false, ...counts });
    expect(asked).toEqual([
      ['cpu', { nowUs, isDryRun: false }],
      ['cpu', { nowUs, isDryRun: true }],
      ['*', { nowUs, isDryRun: false }],
    ]);
  });

  test('delete takes points, no computation, and never everything by itself', async () => {
    expect(await usage(['delete'])).toEqual([
      'slung: delete needs the series whose points are to go',
      "For example: slung store delete --dry-run 'cpu.*:[host=a]:[7d]'; '*' is every series.",
      'See: slung help store delete',
    ]);
    expect(await usage(['delete', 'AVG:cpu:[host=a]:[7d]'])).toEqual([
      'slung: "AVG:cpu:[host=a]:[7d]" has an operation (AVG), and points are deleted as they are',
      "Leave it out: slung store delete 'cpu:[host=a]:[7d]'",
      'See: slung help store delete',
    ]);
    for (const more of ['BY host', 'EVERY 1h', 'LIMIT 3', 'ORDER BY value']) {
      expect((await usage(['delete', `cpu:[] ${more}`]))[0]).toContain('is more than points of series');
    }
    expect((await usage(['delete', 'cpu', 'mem']))[0]).toContain('only one series');
  });

  test('repair', async () => {
    const actions = ['00000001.seg: 2 of 3 blocks were kept'];
    const api = (lines: readonly string[]): Partial<StoreApi> => ({
      repair: () => ({ actions: lines, points: 12, pointsLost: lines.length }),
    });
    expect((await store(['repair'], api(actions))).out).toBe(
      `${actions[0]}\n12 points in the store, at least 1 point lost\n`,
    );
    expect((await store(['repair', '-n'], api([]))).out).toBe(
      'nothing was changed; 12 points in the store, nothing was wrong\n',
    );
  });
});

describe('write', () => {
  const settingsOf = async (argv: readonly string[], variables: Record<string, string> = {}) => {
    const scene = { environment: { ...environment, ...variables } };
    const { writeSettings, err } = await slung(['store', 'write', ...argv], scene);
    if (writeSettings === undefined) throw new Error(`no run: ${err}`);
    return writeSettings;
  };

  test('defaults', async () => {
    const settings = await settingsOf([]);
    expect(flat(settings)).toMatchObject({
      inputs: ['-'],
      conversion: undefined,
      where: [],
      onError: 'skip',
      batchAgeMs: 20,
    });
    expect(settings.record).toEqual({
      store: { directory: '/h/.local/share/slung/store', durability: 'batch', retainMs: undefined, sameTime: 'keep' },
      points: [
        {
          ...{ series: { kind: 'path', text: 'series' }, time: 'timestamp', values: ['value'], tags: ['tags'] },
          timeUnit: 'auto',
        },
      ],
      resume: false,
      final: false,
    });
  });

  test('every flag', async () => {
    const argv =
      'in.csv --store d --durability none --retain 30d --resume --from csv --series-name cpu --time t --value user,system --tags host,dc --time-unit s -w x --rejects r --max-errors 3 --stats=json';
    const settings = await settingsOf(argv.split(' '));
    expect(flat(settings)).toMatchObject({
      ...{
        inputs: ['in.csv'],
        conversion: { from: 'csv' },
        where: ['x'],
        rejectsFile: 'r',
        maxErrors: 3,
        stats: 'json',
      },
    });
    expect(settings.record).toEqual({
      store: { directory: 'd', durability: 'none', retainMs: 30 * 86_400_000, sameTime: 'keep' },
      points: [
        {
          ...{ series: { kind: 'name', text: 'cpu' }, time: 't', values: ['user', 'system'], tags: ['host', 'dc'] },
          timeUnit: 's',
        },
      ],
      resume: true,
      final: false,
    });
  });

  test('the environment says how', async () => {
    const { record } = await settingsOf([], { SLUNG_STORE: '/s', SLUNG_DURABILITY: 'interval', SLUNG_RETAIN: '1d' });
    expect(record.store).toEqual({
      directory: '/s',
      durability: 'interval',
      retainMs: undefined,
      sameTime: 'keep',
    });
  });

  test.each<[string[], string]>([
    [['--series', 's', '--series-name', 'n'], '--series and --series-name cannot be used together'],
    [['--resume'], '--resume: standard input has no position to go on from'],
    [['--on-error', 'keep'], '--on-error keep: there is no output that a bad line could be kept in'],
    [['--retain', '30'], '--retain: "30" is not a length of time'],
    [['--durability', 'btach'], '--durability: "btach" is not one of batch, interval, none (did you mean batch?)'],
    [['--to', 'csv'], 'unknown option --to'],
  ])('%j is refused', async (argv, message) => {
    const { code, err } = await slung(['store', 'write', ...argv], { environment });
    expect(code).toBe(2);
    expect(err.split('\n')[0]).toContain(`slung: ${message}`);
  });

  test('from a terminal: brief help instead of waiting', async () => {
    const { code, err, writeSettings } = await slung(['store', 'write'], { environment, terminals: [0] });
    expect({ code, writeSettings }).toEqual({ code: 2, writeSettings: undefined });
    expect(err).toContain('slung store write');
  });

  test('progress is drawn although standard output is the same terminal: nothing else is', async () => {
    let hasProgress: boolean | undefined;
    const result = await slung(['store', 'write', '--store', 'x', 'f'], {
      terminals: [1, 2],
      terminalSize: { columns: 15, rows: 5 },
      environment: { NO_COLOR: '1' },
      runStoreWrite: async (_settings, host) => {
        hasProgress = host.progress !== undefined;
        host.progress?.update({ bytesRead: 1, records: 1, elapsedMs: 2000 });
        return { kind: 'done', code: 0 };
      },
    });
    expect(hasProgress).toBe(true);
    expect(result.err).toBe('\r\u001b[K1 B, 2 s\r\u001b[K');
  });

  test('the run is given what opens the store', async () => {
    const opened: unknown[] = [];
    const { code } = await slung(['store', 'write', '--store', 'd'], {
      environment,
      openStore: (settings) => opened.push(settings),
      runStoreWrite: async (settings, host) => {
        await host.openStore!(settings.record.store);
        return { kind: 'done', code: 1 };
      },
    });
    expect(code).toBe(1);
    expect(opened).toEqual([{ directory: 'd', durability: 'batch', retainMs: undefined, sameTime: 'keep' }]);
  });
});

describe('--record and --store elsewhere', () => {
  test('select', async () => {
    const record = 'series=http.latency time=ts value=duration tags=service,region';
    const { settings } = await slung(['select', '--record', record, '--resume', 'a.ndjson'], { environment });
    expect(settings!.record).toEqual({
      store: { directory: '/h/.local/share/slung/store', durability: 'batch', retainMs: undefined, sameTime: 'keep' },
      points: [
        {
          ...{ series: { kind: 'name', text: 'http.latency' }, time: 'ts', values: ['duration'] },
          ...{ tags: ['service', 'region'], timeUnit: 'auto' },
        },
      ],
      resume: true,
      final: false,
    });
    expect((await slung(['select'], { environment })).settings!.record).toBeUndefined();
  });

  test('a plugin gets a store only from the command line', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'slung-run-store-'));
    try {
      writeFileSync(join(directory, 'a.wasm'), 'bytes');
      const scene = { environment: { ...environment, SLUNG_STORE: '/s' }, directory };
      expect((await slung(['run', 'a.wasm'], scene)).runSettings!.plugins[0]!.grants.store).toBeUndefined();
      const { runSettings } = await slung(['run', 'a.wasm', '--store', 'd'], scene);
      expect(runSettings!.plugins[0]!.grants.store).toEqual({
        directory: 'd',
        durability: 'batch',
        retainMs: undefined,
        sameTime: 'keep',
      });
      const flags = ['--record', 'series=s time=t value=v', '--resume', 'in.ndjson'];
      const resumed = await slung(['run', 'a.wasm', ...flags], scene);
      expect(resumed.runSettings!.record!.resume).toBe(true);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
