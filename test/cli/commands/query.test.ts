/** `slung query` from argv to what the store is asked, to rows on standard output and hints on standard error. */
import { describe, expect, test } from 'vitest';
import type { OpenSnapshot, SeriesRow, StoreApi } from '../../../src/cli/store/api.ts';
import type { Query } from '../../../src/query/index.ts';
import { StoreError } from '../../../src/store/errors.ts';
import type { HistoryRow } from '../../../src/store/history/result.ts';
import { nowUs, type Scene, slung } from '../support.ts';

const home = { XDG_DATA_HOME: '/data' };
const minute = 60_000_000n;

const row = (value: number | undefined, more: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ group: [], timeUs: undefined, series: undefined, tags: undefined, value },
  ...{ count: value === undefined ? 0 : 2, ...more },
});

const windows = [3, 1, undefined, 2.25].map((value, i) => row(value, { timeUs: nowUs + BigInt(i) * minute }));

interface Asked {
  query?: Query;
  nowUs?: bigint;
  directory?: string;
  closed?: number;
}

/** A store with these rows as the answer to everything. */
function storeOf(rows: Iterable<HistoryRow>, listed: readonly SeriesRow[] = [], asked: Asked = {}): Partial<StoreApi> {
  const names = [...new Set(listed.map(({ key }) => key.name))];
  const snapshot: OpenSnapshot = {
    sources: [{ find: ({ matches }) => names.flatMap((name, i) => (matches(name) ? [i] : [])) }],
    close: () => {
      asked.closed = (asked.closed ?? 0) + 1;
    },
  };
  return {
    openStores: (named) => {
      asked.directory = named.join(' + ');
      return snapshot;
    },
    runQuery: (_, query, now) => {
      Object.assign(asked, { query, nowUs: now });
      const { by, everyUs, operation } = query;
      return { kind: operation === 'points' ? 'points' : 'aggregate', by, everyUs, rows };
    },
    listSeries: (_, query) =>
      listed.filter(({ key }) => {
        const isNamed = query.seriesPattern?.test(key.name) ?? key.name === query.series;
        return isNamed && (query.tags?.kind !== 'tag' || key.tags.includes(query.tags.tag));
      }),
  };
}

const query = (argv: readonly string[], scene: Scene = {}) =>
  slung(['query', ...argv], { environment: home, ...scene });

describe('what is asked', () => {
  test('the store, the query and now', async () => {
    const asked: Asked = {};
    const result = await query(['AVG:cpu:[]:[1h]'], { store: storeOf([row(1)], [], asked) });
    expect(result).toMatchObject({ code: 0, err: '', out: '{"value":1,"count":2}\n' });
    expect(asked).toMatchObject({ directory: '/data/slung/store', nowUs, closed: 1 });
    expect(asked.query).toMatchObject({ operation: 'avg', series: 'cpu' });
  });

  test('several words are one query; --now and --store say otherwise', async () => {
    const asked: Asked = {};
    const argv = ['AVG:cpu:[]', 'EVERY', '5m', '--now', '2026-11-01T00:00:00Z', '--store', 'd'];
    await query(argv, { store: storeOf([row(1)], [], asked) });
    expect(asked).toMatchObject({ directory: 'd', nowUs: 1_793_491_200_000_000n });
    expect(asked.query).toMatchObject({ text: 'AVG:cpu:[] EVERY 5m', everyUs: 5n * minute });
  });

  test.each<[Record<string, string>, string]>([
    [{ XDG_DATA_HOME: '/data', HOME: '/h' }, '/data/slung/store'],
    [{ XDG_DATA_HOME: 'relative', HOME: '/h' }, '/h/.local/share/slung/store'],
    [{ HOME: '/h' }, '/h/.local/share/slung/store'],
    [{ HOME: '/h', SLUNG_STORE: '/s' }, '/s'],
  ])('with %j the store is %s', async (environment, directory) => {
    const asked: Asked = {};
    await query(['AVG:cpu:[]'], { environment, store: storeOf([row(1)], [], asked) });
    expect(asked.directory).toBe(directory);
  });
});

describe('refused, exit 2', () => {
  test.each<[string[], string[]]>([
    [[], ['query needs a query', "For example: slung query 'AVG:cpu.total:[]:[1h] EVERY 5m'", 'See: slung help query']],
    [
      ['--plot', 'AVG:cpu:[]'],
      [
        '--plot needs windows or points',
        "For example: slung query --plot 'AVG:cpu:[] EVERY 5m'",
        'See: slung help query',
      ],
    ],
    [
      ['--plot', '--to', 'csv', 'AVG:cpu:[] EVERY 5m'],
      ['--plot and --to cannot be used together', 'See: slung help query'],
    ],
    [
      ['--no-header', 'AVG:cpu:[]'],
      ['--no-header needs --to csv, tsv or table', 'See: slung help query'],
    ],
    [
      ['--to', 'tabel', 'AVG:cpu:[]'],
      ['--to: "tabel" is not one of ndjson, csv, tsv, table (did you mean table?)', 'See: slung help query'],
    ],
    [
      ['--now', '5d', 'AVG:cpu:[]'],
      ['--now: "5d" is itself counted from now', 'For example: --now 2026-11-21', 'See: slung help query'],
    ],
    [
      ['--store=', 'AVG:cpu:[]'],
      ['--store needs a directory', 'See: slung help query'],
    ],
  ])('%j', async (argv, lines) => {
    const result = await query(argv, { store: storeOf([]) });
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err.trimEnd().split('\n')).toEqual([`slung: ${lines[0]}`, ...lines.slice(1)]);
  });

  test('a query that is none, with a caret at the place', async () => {
    const result = await query(['AVGE:cpu:[]']);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toContain('  AVGE:cpu:[]\n  ^^^^\n');
    expect(result.err).toContain('did you mean AVG?');
    expect(result.err.trimEnd().split('\n').at(-1)).toBe('See: slung help query');
  });

  test('no store can be named, and a time that is none', async () => {
    const nowhere = await query(['AVG:cpu:[]'], { environment: {} });
    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.err).toContain('--store is needed: neither XDG_DATA_HOME nor HOME is set');
    for (const time of ['yesterday', '1,2', '']) {
      const result = await query(['--now', time, 'AVG:cpu:[]']);
      expect(result.code).toBe(2);
      expect(result.err).toContain('slung: --now: ');
      expect(result.err).toContain('Times are as in a query');
    }
  });
});

describe('the answer', () => {
  test('ndjson without a terminal, a table on one', async () => {
    const store = storeOf(windows);
    expect((await query(['AVG:cpu:[] EVERY 1m'], { store })).out).toBe(
      [
        '{"time":"2026-11-21T09:00:00Z","value":3,"count":2}',
        '{"time":"2026-11-21T09:01:00Z","value":1,"count":2}',
        '{"time":"2026-11-21T09:02:00Z","value":null,"count":0}',
        '{"time":"2026-11-21T09:03:00Z","value":2.25,"count":2}',
        '',
      ].join('\n'),
    );
    const environment = { ...home, LANG: 'C.UTF-8', NO_COLOR: '1' };
    const { out } = await query(['AVG:cpu:[] EVERY 1m'], { store, environment, terminals: [1] });
    expect(out).toBe(
      [
        'time                  value  count',
        '2026-11-21T09:00:00Z   3         2',
        '2026-11-21T09:01:00Z   1         2',
        '2026-11-21T09:02:00Z             0',
        '2026-11-21T09:03:00Z   2.25      2',
        '',
        '█▁ ▆  1 … 3',
        '',
      ].join('\n'),
    );
    const ascii = await query(['AVG:cpu:[] EVERY 1m', '--to', 'table', '--no-header'], { store });
    expect(ascii.out.split('\n')[0]).toBe('2026-11-21T09:00:00Z   3         2');
    expect(ascii.out).toContain('\n#_ +  1 .. 3\n');
  });

  test('csv, with and without a header', async () => {
    const store = storeOf([row(0.1, { group: ['a,b'] }), row(Number.POSITIVE_INFINITY, { group: [undefined] })]);
    const csv = await query(['--to', 'csv', 'SUM:cpu:[] BY host'], { store });
    expect(csv.out).toBe('host,value,count\n"a,b",0.1,2\n,,2\n');
    expect((await query(['--to=tsv', '--no-header', 'SUM:cpu:[] BY host'], { store })).out).toBe(
      'a,b\t0.1\t2\n\t\t2\n',
    );
  });

  test('a plot, as wide as the terminal, in colours when there are some', async () => {
    const scene = { store: storeOf(windows), terminals: [1] as const, terminalSize: { columns: 40, rows: 20 } };
    const environment = { ...home, LC_ALL: 'en_US.UTF-8' };
    const { out } = await query(['--plot', 'AVG:cpu:[] EVERY 1m'], { ...scene, environment });
    expect(out).toContain('\u001b[');
    const plain = await query(['--plot', 'AVG:cpu:[] EVERY 1m', '--color', 'never'], { ...scene, environment });
    expect(plain.out).not.toContain('\u001b[');
    const lines = plain.out.split('\n');
    expect(lines[0]).toBe('AVG:cpu:[] EVERY 1m');
    expect(Math.max(...lines.map((line) => line.length))).toBe(40);
    const wide = await query(['--plot', 'AVG:cpu:[] EVERY 1m'], { store: scene.store });
    expect(Math.max(...wide.out.split('\n').map((line) => line.length))).toBe(80);
  });

  test('when the reader goes away, no further row is read', async () => {
    let read = 0;
    const endless = (function* () {
      for (;;) {
        read += 1;
        yield row(read);
      }
    })();
    const result = await query(['AVG:cpu:[]'], { store: storeOf(endless), taken: 2 });
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(read).toBeLessThan(20_000);
  });

  test('an error of the store is exit 1, with its hint; the snapshot is closed', async () => {
    const asked: Asked = {};
    const failing = function* () {
      yield row(1);
      throw new StoreError('damaged', '00000001.seg: bad checksum (at byte 5)', { hint: 'Repair it.' });
    };
    const result = await query(['AVG:cpu:[]'], { store: storeOf(failing(), [], asked) });
    expect(result).toMatchObject({ code: 1, err: 'slung: 00000001.seg: bad checksum (at byte 5)\nRepair it.\n' });
    expect(asked.closed).toBe(1);
    const json = await query(['AVG:cpu:[]', '--errors=json'], { store: storeOf(failing()) });
    const message = '00000001.seg: bad checksum (at byte 5)';
    const facts = { kind: 'store', exitCode: 1, hint: 'Repair it.' };
    expect(JSON.parse(json.err)).toEqual({ level: 'error', message, ...facts });
  });
});

describe('nothing found', () => {
  const listed = [
    { name: 'cpu.total', tags: ['host=a'] },
    { name: 'cpu.total', tags: ['host=b'] },
    { name: 'mem', tags: [] },
  ].map((key) => ({ key, points: 5, firstTimeUs: nowUs - minute, lastTimeUs: nowUs, bytes: 10 }));

  test.each<[string, readonly SeriesRow[], string[]]>([
    ['AVG:cpu:[]', [], ['slung: the store is empty']],
    ['AVG:cpu.totl:[]', listed, ['slung: nothing found: no series is called "cpu.totl"', 'did you mean cpu.total?']],
    [
      'AVG:xyzzy:[]',
      listed,
      ['slung: nothing found: no series is called "xyzzy"', 'slung store ls shows what there is'],
    ],
    [
      'AVG:cpu.total:[host=c]',
      listed,
      ['slung: nothing found: "cpu.total" has no such tags', 'its tags are [host=a], [host=b]'],
    ],
    [
      'AVG:cpu.*:[]:[2d,1d]',
      listed,
      ['slung: nothing found in this range', 'the points are from 2026-11-21T08:59:00Z to 2026-11-21T09:00:00Z'],
    ],
    [
      'AVG:mem:[]:[1700000000,now]',
      listed,
      [
        'slung: nothing found in this range',
        '1700000000 looks like seconds, but times are microseconds since 1970: did you mean 1700000000000000?',
      ],
    ],
  ])('%s', async (text, rows, lines) => {
    const result = await query([text], { store: storeOf([row(undefined)], rows) });
    expect(result).toMatchObject({ code: 0, out: '{"value":null,"count":0}\n' });
    expect(result.err.trimEnd().split('\n')).toEqual(lines);
  });

  test.each([[['--store', 'a', '--store', 'b']], [['--store', 'workers/*']]])(
    'in several stores: %j',
    async (named) => {
      const said = async (text: string, rows: readonly SeriesRow[]): Promise<string[]> => {
        const { err } = await query([...named, text], { store: storeOf([row(undefined)], rows) });
        return err.trimEnd().split('\n');
      };
      expect(await said('AVG:cpu:[]', [])).toEqual(['slung: all of these stores are empty']);
      expect(await said('AVG:xyzzy:[]', listed)).toEqual([
        'slung: nothing found: no series is called "xyzzy", in none of the stores',
        'slung store ls --store DIR shows what there is in each of the stores',
      ]);
      // Two stores have the same series.
      const both = [...listed, ...listed];
      expect((await said('AVG:cpu.total:[host=c]', both))[1]).toBe('its tags are [host=a], [host=b]');
    },
  );

  test('-q says nothing, -e is exit 4', async () => {
    const store = storeOf([]);
    expect(await query(['AVG:cpu:[]', '-q'], { store })).toMatchObject({ code: 0, out: '', err: '' });
    expect(await query(['AVG:cpu:[]', '-e'], { store })).toMatchObject({ code: 4, out: '' });
    expect(await query(['AVG:cpu:[]', '-e'], { store: storeOf([row(1)]) })).toMatchObject({ code: 0 });
  });
});
