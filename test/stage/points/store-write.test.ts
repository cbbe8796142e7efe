/** `slung store write` without a store: which points come out of which lines, and what becomes of the others. */
import { describe, expect, test } from 'vitest';
import type { PointFields } from '../../../src/config/settings.ts';
import { codes } from '../../../src/engine/codes.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { canonicalTags } from '../../../src/store/series.ts';
import { createRandom } from '../../engine/conformance/mutate.ts';
import { GivenSource, type Reading } from '../../graph/support.ts';
import { seededRandom } from '../../support/files.ts';
import type { SelectChanges } from '../../support/settings.ts';
import { defaultFields, KeptBatches, recordingSettings, write } from './support.ts';

const spec = (changes: Partial<PointFields>): PointFields => ({ ...defaultFields, ...changes });

async function over(
  readings: readonly Reading[],
  changes: SelectChanges = {},
  points: readonly PointFields[] = [defaultFields],
  from: 'ndjson' | 'csv' = 'ndjson',
) {
  const store = new KeptBatches();
  const select = recordingSettings(changes, points);
  const told = await write(store, { select, from }, [new GivenSource(readings)]);
  return { store, ...told };
}

const linesOf = (texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\n`).join(''));
const lines = (...texts: string[]): Buffer => linesOf(texts);
const shown = (store: KeptBatches) => store.points.map(({ series, timeUs, value }) => [series, timeUs, value]);
const nameOf = (code: number) => codes[code - 1]!.name;

describe('a record', () => {
  test.each<[string, [string, bigint, number]]>([
    ['{"timestamp":1700000000000,"series":"a","value":1.5}', ['a{}', 1700000000000000n, 1.5]],
    ['{"timestamp":"2026-01-31T12:00:00.5Z","series":"a","value":-0.0}', ['a{}', 1769860800500000n, -0]],
    [
      '{"timestamp":1700000000,"series":"\\u0061\\n","value":18446744073709551615}',
      ['a\n{}', 1700000000000000n, 2 ** 64],
    ],
    ['{"timestamp":-1,"series":"a","value":1e308,"tags":["b","a","b"]}', ['a{a,b}', -1000000n, 1e308]],
    [
      '{"timestamp":1,"series":"a","value":1,"tags":{"k":"v","n":1.50,"z":null,"t":true}}',
      ['a{k=v,n=1.50,t=true}', 1000000n, 1],
    ],
    ['{"timestamp":1,"series":"a","value":1,"tags":{"\\u006b":"\\u0076"}}', ['a{k=v}', 1000000n, 1]],
    ['{"timestamp":1,"series":"a","value":1,"t\\u0061gs":["\\u006b=v"]}', ['a{k=v}', 1000000n, 1]],
    ['{"timestamp":1,"series":"a","value":1,"tags":"x, y"}', ['a{tags=x, y}', 1000000n, 1]],
    ['{"timestamp":1,"series":"a","value":1,"tags":[]}', ['a{}', 1000000n, 1]],
    ['{"timestamp":1,"series":"a","value":1,"tags":null}', ['a{}', 1000000n, 1]],
    ['{"timestamp":1,"series":"a","value":1,"tags":["]","{\\"",","]}', ['a{,,],{"}', 1000000n, 1]],
    ['{"timestamp":1,"series":"a","value":"NaN"}', ['a{}', 1000000n, Number.NaN]],
    ['{"timestamp":1,"series":"a","value":"Infinity"}', ['a{}', 1000000n, Number.POSITIVE_INFINITY]],
    ['{"timestamp":1,"series":"a","value":"-Infinity"}', ['a{}', 1000000n, Number.NEGATIVE_INFINITY]],
    [' { "timestamp" : 1 , "series" : "a" , "value" : 1 , "tags" : [ "x" ] } ', ['a{x}', 1000000n, 1]],
  ])('%s', async (line, point) => {
    const { store, outcome, rejects } = await over([lines(line)]);
    expect(rejects).toEqual([]);
    expect(shown(store)).toEqual([point]);
    expect(outcome).toEqual({ kind: 'done', code: 0 });
    expect(store.closed).toBe(1);
  });

  test.each<[string, string, number]>([
    ['{"series":"a","value":1}', 'no-time', 1],
    ['{"timestamp":"yesterday","series":"a","value":1}', 'bad-time', 14],
    ['{"timestamp":true,"series":"a","value":1}', 'bad-time', 14],
    ['{"timestamp":1,"series":"a"}', 'no-value', 1],
    ['{"timestamp":1,"series":"a","value":null}', 'no-value', 1],
    ['{"timestamp":1,"series":"a","value":[1]}', 'bad-value', 37],
    ['{"timestamp":1,"series":"a","value":"1"}', 'text-value', 37],
    ['{"timestamp":1,"series":"a","value":"+Infinity"}', 'text-value', 37],
    ['{"timestamp":1,"series":"a","value":"nan"}', 'text-value', 37],
    ['{"timestamp":1,"series":"a","value":"--Infinit"}', 'text-value', 37],
    ['{"timestamp":1,"series":"a","value":1e999}', 'value-too-large', 37],
    ['{"timestamp":1,"value":1}', 'no-series', 1],
    ['{"timestamp":1,"series":7,"value":1}', 'bad-series', 25],
    ['{"timestamp":1,"series":"","value":1}', 'bad-series', 25],
    ['{"timestamp":1,"series":"a","value":1,"tags":[1]}', 'bad-tags', 25],
    ['{"timestamp":1,"series":"a","value":1,"tags":{"a":{}}}', 'bad-tags', 25],
    ['{"timestamp":1,"series":"a","value":1,"tags":[["x"]]}', 'bad-tags', 25],
    [`{"timestamp":1,"series":"${'x'.repeat(70_000)}","value":1}`, 'series-too-long', 25],
    [`{"timestamp":1,"series":"${'x'.repeat(600_000)}","value":1}`, 'series-too-long', 25],
  ])('%.60s is rejected: %s at %i', async (line, name, column) => {
    // Twice, because the second time the spelling is known.
    const { store, rejects, outcome } = await over([lines(line, line)]);
    expect(rejects.map((row) => [row.name, row.column, row.line])).toEqual([
      [name, column, 1],
      [name, column, 2],
    ]);
    expect(store.points).toEqual([]);
    expect(outcome).toEqual({ kind: 'done', code: 1 });
  });

  test('many values are many series, and those that are missing are left out', async () => {
    const points = [
      spec({
        series: { kind: 'name', text: 'http' },
        time: 't',
        values: ['d.ms', 'bytes[0]'],
        tags: ['host', 'x.region'],
      }),
    ];
    const { store, rejects } = await over(
      [
        lines(
          '{"t":1,"d":{"ms":5},"bytes":[7],"host":"h","x":{"region":"eu"}}',
          '{"t":2,"d":{"ms":6},"x":{"region":"eu"},"host":null}',
          '{"t":3,"bytes":[8],"host":7.0}',
          '{"t":4,"d":{"ms":5},"bytes":["no"]}',
          '{"t":5}',
        ),
      ],
      {},
      points,
    );
    expect(shown(store)).toEqual([
      ['http.ms{host=h,region=eu}', 1000000n, 5],
      ['http.bytes{host=h,region=eu}', 1000000n, 7],
      ['http.ms{region=eu}', 2000000n, 6],
      ['http.bytes{host=7.0}', 3000000n, 8],
    ]);
    expect(rejects.map(({ line, name }) => [line, name])).toEqual([
      [4, 'text-value'],
      [5, 'no-value'],
    ]);
  });

  test('specs do not depend on one another, and what is wrong is told rather than what is missing', async () => {
    const points = [spec({ values: ['a'], series: { kind: 'name', text: 'A' } }), spec({ values: ['b'] })];
    const { store, rejects } = await over(
      [
        lines(
          '{"timestamp":1,"a":1}',
          '{"timestamp":1,"b":2,"series":"s"}',
          '{"timestamp":1,"a":"x","b":2,"series":"s"}',
          '{"timestamp":1,"b":"x","series":"s"}',
        ),
      ],
      {},
      points,
    );
    expect(shown(store)).toEqual([
      ['A{}', 1000000n, 1],
      ['s{}', 1000000n, 2],
      ['s{}', 1000000n, 2],
    ]);
    expect(rejects.map(({ line, name }) => [line, name])).toEqual([[4, 'text-value']]);
  });

  test('the same key twice would be one series twice', async () => {
    const points = [spec({ values: ['a.ms', 'b.ms'] })];
    await expect(over([], {}, points)).rejects.toThrow('--value: a.ms and b.ms would both be the series ….ms');
    await expect(over([], {}, [spec({ time: 'a..b' })])).rejects.toThrow('--time: ');
  });
});

// ---- against a model -----------------------------------------------------------------------------------------------

type Random = () => number;

const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)]!;

function randomLine(random: Random): string {
  if (random() < 0.1) return pick(random, ['', 'x', '{"timestamp":1', '[]', '{}', '  ', '{"a":1,}']);
  const time = pick(random, ['1700000000', '"2026-01-31T12:00:00Z"', '1.5', 'null', '"x"', '12']);
  const series = pick(random, ['"cpu"', '"mem.free"', '"\\u0063pu"', '"é"', '5', '""']);
  const value = pick(random, ['1', '2.5', '-1e-7', '"1"', 'null', '12345678901234567890', '{}']);
  const tags = pick(random, ['["a","b"]', '["b","a"]', '{"k":1,"l":"x"}', '[1]', '"t"', 'null', '[ "a" , "a" ]']);
  const members = [
    `"timestamp":${time}`,
    `"series":${series}`,
    `"value":${value}`,
    `"tags":${tags}`,
    '"other":[1,{"value":2}]',
  ];
  return `{${members.filter(() => random() < 0.97).join(random() < 0.2 ? ' , ' : ',')}}`;
}

const timesUs: Readonly<Record<string, bigint>> = {
  ...{ '1700000000': 1700000000000000n, '1.5': 1500000n, '12': 12000000n },
  '2026-01-31T12:00:00Z': 1769860800000000n,
};

/** What a line is: a point, a reject, or nothing. */
function modelOf(line: string): [string, bigint, number] | 'bad' | undefined {
  if (line.trim() === '') return undefined;
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return 'bad';
  }
  const timeUs = timesUs[String(record.timestamp)];
  const { series, value } = record;
  if (timeUs === undefined || typeof series !== 'string' || series === '' || typeof value !== 'number') return 'bad';
  const given = record.tags ?? [];
  let tags: string[];
  if (Array.isArray(given)) tags = given as string[];
  else if (typeof given === 'object') tags = Object.entries(given).map(([key, one]) => `${key}=${one}`);
  else tags = [`tags=${given}`];
  if (tags.some((tag) => typeof tag !== 'string')) return 'bad';
  return [`${series}{${canonicalTags(tags).join(',')}}`, timeUs, value];
}

test.each([1, 2, 3, 4, 5, 6])(
  '600 random lines are what JSON.parse makes of them, however they are cut, seed %i',
  async (seed) => {
    const { next } = createRandom(seed);
    const random = () => next() / 2 ** 32;
    const texts = Array.from({ length: 600 }, () => randomLine(random));
    const bytes = Buffer.from(`${texts.join('\n')}\n`);
    const readings: Reading[] = [];
    for (let at = 0; at < bytes.length; ) {
      const to = at + 1 + Math.floor(random() * 3000);
      readings.push(bytes.subarray(at, to));
      if (random() < 0.3) readings.push('dry');
      at = to;
    }
    const { store, rejects, said } = await over(readings, {
      batchBytes: pick(random, [256, 4096, 1 << 20]),
      stats: 'json',
    });
    const models = texts.map(modelOf);
    expect(shown(store), `seed ${seed}`).toEqual(models.filter((model) => Array.isArray(model)));
    const bad = models.flatMap((model, i) => (model === 'bad' ? [i] : []));
    expect(rejects.map(({ line, text }) => [line, text])).toEqual(bad.map((i) => [i + 1, texts[i]]));
    const report = JSON.parse(said.at(-1)!);
    expect(report.records + report.rejected + report.blank).toBe(600);
    expect([report.records, report.store.points]).toEqual([store.points.length, store.points.length]);
    expect(report.store.series).toBe(new Set(store.points.map(({ series }) => series)).size);
    // Each spelling is read once: 6 series and 7 tags, and with none of either.
    expect(store.seriesCalls).toBeLessThanOrEqual(7 * 8);
  },
);

// ---- limits --------------------------------------------------------------------------------------------------------

test.each([0, 1, 2, 3])(
  '--max-errors %i: what is before the line too many is kept, and nothing behind it',
  async (maxErrors) => {
    const good = (i: number) => `{"timestamp":${i},"series":"s","value":${i}}`;
    const texts = [good(1), 'x', good(2), '{"timestamp":3}', good(4), 'y', good(5), '{}', good(6), 'z', good(7)];
    const { store, rejects, said, outcome } = await over([lines(...texts)], { maxErrors, stats: 'json' });
    const bad = [1, 3, 5, 7].slice(0, maxErrors + 1);
    const end = bad.at(-1)!;
    expect(rejects.map(({ line }) => line)).toEqual(bad.map((i) => i + 1));
    expect(store.points.map(({ value }) => value)).toEqual([1, 2, 4, 5, 6, 7].slice(0, maxErrors + 1));
    expect(said).toContain(`stopped at given:${end + 1} (--max-errors ${maxErrors})`);
    const report = JSON.parse(said.at(-1)!);
    expect([report.records, report.rejected, report.blank]).toEqual([maxErrors + 1, maxErrors + 1, 0]);
    expect(outcome).toEqual({ kind: 'done', code: 1 });
  },
);

test('columns that are full wait for the end of their block', async () => {
  const count = 150_000;
  const texts = Array.from({ length: count }, (_, i) => `{"t":${i},"a":${i},"b":1}`);
  const points = [
    spec({ series: { kind: 'name', text: 's' }, time: 't', values: ['a', 'b'], tags: [], timeUnit: 'us' }),
  ];
  const { store } = await over([linesOf(texts)], { batchBytes: 8 << 20 }, points);
  expect(store.points.length).toBe(count * 2);
  // Points and the position behind them belong together.
  expect(store.batches.length).toBe(1);
  expect(
    store.points.every(
      ({ timeUs, value, series }, i) =>
        timeUs === BigInt(i >> 1) && value === (i & 1 ? 1 : i >> 1) && series === (i & 1 ? 's.b{}' : 's.a{}'),
    ),
  ).toBe(true);
});

test('more spellings than the table holds begin it again, and the series stay', async () => {
  // White space belongs to the spelling: 42 MB of text for 700 series.
  const space = ' '.repeat(60_000);
  const round = linesOf(
    Array.from({ length: 700 }, (_, i) => `{"timestamp":1,"series":"s","value":${i},"tags":["${i}"${space}]}`),
  );
  const { store, rejects } = await over([round, round]);
  expect(rejects).toEqual([]);
  expect(store.points.length).toBe(1400);
  // The table was emptied, so that some came twice.
  expect(store.seriesCalls).toBeGreaterThan(700);
  expect(store.points.every(({ series, value }) => series === `s{${value}}`)).toBe(true);
});

test('a line that no block can hold is a point as well', async () => {
  const long = `{"timestamp":1,"series":"s","value":1,"text":"${'x'.repeat(3 << 20)}"}`;
  const { store, rejects } = await over([
    lines('{"timestamp":0,"series":"s","value":0}', long, 'x', '{"timestamp":2,"series":"s","value":2}'),
  ]);
  expect(store.points.map(({ value }) => value)).toEqual([0, 1, 2]);
  expect(rejects.map(({ line }) => line)).toEqual([3]);
});

test('where decides which records are meant', async () => {
  const texts = ['{"timestamp":1,"series":"s","value":1}', '{"timestamp":2,"series":"t","value":2}', '{"x":1}'];
  const { store, rejects, outcome } = await over([lines(...texts)], { where: ['series == "t"'] });
  expect(store.points.map(({ value }) => value)).toEqual([2]);
  expect([rejects, outcome]).toEqual([[], { kind: 'done', code: 0 }]);
});

// ---- errors of the store -------------------------------------------------------------------------------------------

test('an error of the store ends the run, with what helps; what was acknowledged stays', async () => {
  const store = new KeptBatches();
  store.failAt = 2;
  store.failure = new StoreError('io', '00000001.log: no space left on device (ENOSPC)', { hint: 'Make room.' });
  const line = lines('{"timestamp":1,"series":"s","value":1}');
  const select = recordingSettings({});
  const { outcome, said } = await write(store, { select, from: 'ndjson' }, [
    new GivenSource([line, 'dry', line, 'dry', line]),
  ]);
  expect(outcome).toEqual({ kind: 'done', code: 1 });
  expect(said).toEqual(['store history: 00000001.log: no space left on device (ENOSPC); make room']);
  expect([store.points.length, store.closed]).toEqual([1, 1]);
});

test('a store that cannot be opened is told of, and nothing is read', async () => {
  const failing = Promise.reject(new StoreError('locked', 'process 12 writes to this store'));
  failing.catch(() => {});
  const select = recordingSettings({});
  const said: string[] = [];
  const { hostFor, endsFor, nowhere, writeSettingsOf } = await import('./support.ts');
  const { runStoreWrite } = await import('../../../src/pipeline/store-write.ts');
  const host = { ...hostFor(new KeptBatches(), said), openStore: () => failing };
  const outcome = await runStoreWrite(writeSettingsOf({ select, from: 'ndjson' }), host, endsFor([], [], nowhere));
  expect([outcome, said]).toEqual([{ kind: 'done', code: 1 }, ['store history: process 12 writes to this store']]);
});

test('a signal closes the store', async () => {
  const store = new KeptBatches();
  const { outcome } = await write(
    store,
    { select: recordingSettings({}), from: 'ndjson' },
    [new GivenSource([lines('{}')])],
    true,
  );
  expect([outcome, store.closed]).toEqual([{ kind: 'signal', signal: 'SIGTERM' }, 1]);
});

test('csv with a header', async () => {
  const csv =
    'timestamp,series,value,host\r\n1,cpu,1.5,a\r\n2,"a ""b""",2\r\n3,7,,x\n4,7,"8","q\nr"\n5,cpu,x,y\n"6",cpu,9,z';
  const points = [spec({ tags: ['host'] })];
  const { store, rejects } = await over([Buffer.from(csv)], {}, points, 'csv');
  expect(shown(store)).toEqual([
    ['cpu{host=a}', 1000000n, 1.5],
    ['7{host=q\nr}', 4000000n, 8],
    ['cpu{host=z}', 6000000n, 9],
  ]);
  expect(rejects.map(({ line, code, text }) => [line, nameOf(code), text])).toEqual([
    [3, 'bad-row', '2,"a ""b""",2\r'],
    [4, 'no-value', '{"timestamp":3,"series":7,"value":null,"host":"x"}'],
    [7, 'text-value', '{"timestamp":5,"series":"cpu","value":"x","host":"y"}'],
  ]);
});

describe('numbers that only csv has', () => {
  const csv = (value: string, time = '1700000000') =>
    Buffer.from(`timestamp,series,value,host\n${time},007,${value},+5\n`);
  const points = [spec({ tags: ['host'] })];

  test.each<[string, number]>([
    [' 7', 7],
    ['" 7  "', 7],
    ['+5', 5],
    ['.5', 0.5],
    ['-.5e1', -5],
    ['5.', 5],
    ['+5.E-1', 0.5],
    ['007', 7],
    ['-00.50', -0.5],
    ['000', 0],
    [' NaN ', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['0009007199254740993.', 2 ** 53],
  ])('%j', async (text, value) => {
    const { store, rejects } = await over([csv(text)], {}, points, 'csv');
    expect(rejects).toEqual([]);
    // What is a name stays as it was written: 007 and 7 are two series.
    expect(shown(store)).toEqual([['007{host=+5}', 1700000000000000n, value]]);
  });

  test.each([
    '+',
    '-',
    '.',
    '+.',
    '.e1',
    '1e',
    '1e+',
    '--1',
    '+-1',
    '1 2',
    '1_000',
    '"1,5"',
    '0x1f',
    '5%',
    'inf',
    'nan',
    ' ',
    '- 5',
  ])('%j is none', async (text) => {
    const { store, rejects } = await over([csv(text)], {}, points, 'csv');
    expect(shown(store)).toEqual([]);
    expect(rejects.map(({ code }) => nameOf(code))).toEqual(['text-value']);
  });

  test('too large ones are out of range, and NDJSON has none of them', async () => {
    const { rejects } = await over([csv('+1e999')], {}, points, 'csv');
    expect(rejects.map(({ code }) => nameOf(code))).toEqual(['value-too-large']);
    const line = (time: string, value: string) => lines(`{"timestamp":${time},"series":"s","value":${value}}`);
    expect((await over([line('1', '" 7"')])).store.points).toEqual([]);
    expect((await over([line('" 1700000000"', '7')])).store.points).toEqual([]);
  });

  test('times, with one unit for all of them', async () => {
    for (const [text, us] of [
      [' 1700000000', 1700000000000000n],
      ['+1700000000123', 1700000000123000n],
      ['1700000000.', 1700000000000000n],
      ['  2023-11-14T22:13:20+0000 ', 1700000000000000n],
    ] as const) {
      const { store } = await over([csv('1', text)], {}, points, 'csv');
      expect(store.points.map(({ timeUs }) => timeUs)).toEqual([us]);
    }
    const rows = ['+5', ' 1700000000123', '1700000000124', '+1700000000125'].map((time) => `${time},s,1\n`);
    const { store } = await over([Buffer.from(`timestamp,series,value\n${rows.join('')}`)], {}, [spec({})], 'csv');
    expect(store.points.map(({ timeUs }) => timeUs)).toEqual([
      5000n,
      1700000000123000n,
      1700000000124000n,
      1700000000125000n,
    ]);
  });
});

test('csv without a column that was asked for is an error before anything is written', async () => {
  const store = new KeptBatches();
  const csv = Buffer.from('timestamp;series;value\n1;cpu;2\n');
  const select = recordingSettings({}, [spec({ tags: ['tags'] })]);
  const cut = await write(store, { select, from: 'csv', delimiter: ';' }, [new GivenSource([csv])]);
  expect([shown(store), cut.said]).toEqual([[['cpu{}', 1000000n, 2]], []]);
  const { said, outcome } = await write(store, { select, from: 'csv' }, [new GivenSource([csv])]);
  expect(said.join()).toContain('--delimiter');
  expect([outcome, store.points.length]).toEqual([{ kind: 'done', code: 1 }, 1]);
  const named = { select: recordingSettings({}, [spec({ tags: ['host'] })]), from: 'csv', delimiter: ';' } as const;
  expect((await write(store, named, [new GivenSource([csv])])).said.join()).toContain('no column "host" for --tags');
});

describe('the unit of times that are numbers', () => {
  const at = (time: number | string) => `{"timestamp":${time},"series":"a","value":1}`;
  const timesOf = (store: KeptBatches) => store.points.map(({ timeUs }) => timeUs);

  test('is one for all of an input, by the first of them, and an unlikely time is reported once', async () => {
    const { store, times, rejects } = await over([lines(at(1767225600), at(1767225601000), at(5), at(1767225602))]);
    expect(rejects).toEqual([]);
    expect(timesOf(store)).toEqual([...[1767225600000000n, 1767225601000000000n, 5000000n, 1767225602000000n]]);
    expect(times).toEqual([
      'given: numbers in timestamp are seconds since 1970, by the first of them (--time-unit)',
      'given:2: the time in timestamp is in the year 57971 when it is in seconds, as most of the first times are\n--time-unit says which unit it is; this is said once.',
    ]);
  });

  test('the first one alone does not decide, nor do 0 and dates', async () => {
    const all = [0, 7, '"2026-01-01T00:00:00Z"', 1767225600000, 1767225600001, '1767225600002.5'];
    const { store, times } = await over([lines(...all.map(at))]);
    expect(timesOf(store).slice(3)).toEqual([1767225600000000n, 1767225600001000n, 1767225600002500n]);
    expect(times[0]).toContain('milliseconds');
    expect(times[1]).toContain('given:1: ');
  });

  test('each input has its own', async () => {
    const store = new KeptBatches();
    const sources = [lines(at(1767225600)), lines(at(1767225600000))].map((bytes) => new GivenSource([bytes]));
    const select = recordingSettings({ inputs: ['a', 'b'] });
    const { times } = await write(store, { select, from: 'ndjson' }, sources);
    expect(timesOf(store)).toEqual([1767225600000000n, 1767225600000000n]);
    expect(times).toHaveLength(2);
  });

  test('nothing is said when the unit is given', async () => {
    const { store, times } = await over([lines(at(5), at(1767225600))], {}, [spec({ timeUnit: 'ms' })]);
    expect(timesOf(store)).toEqual([5000n, 1767225600000n]);
    expect(times).toEqual([]);
  });
});

describe('keys that the engine makes', () => {
  const texts = ['a', 'ab', 'é', '\\u0061', '\\n', 'x=1', '', 'z'.repeat(300), ' ', '\\u0000'];
  const pick = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

  function randomLine(random: () => number): string {
    const text = () => `"${pick(random, texts)}${random() < 0.5 ? Math.floor(random() * 9) : ''}"`;
    const scalar = () => pick(random, [text(), '1', '-1.50', 'true', 'null', '1e3']);
    const list = () => Array.from({ length: Math.floor(random() * 5) }, text).join(pick(random, [',', ' , ']));
    const members = () => Array.from({ length: Math.floor(random() * 4) }, (_, i) => `"k${i}" : ${scalar()}`).join(',');
    const tags = pick(random, [
      () => `[${list()}]`,
      () => `{ ${members()} }`,
      scalar,
      () => `[${Array.from({ length: 90 }, (_, i) => `"t${i % 80}"`)}]`,
      () => `["${'y'.repeat(Math.floor(random() * 9000))}"]`,
      () => '[["bad"]]',
    ])();
    const member = pick(random, ['', `,"tags":${tags}`, `,"tags":${tags}`, `,"tags":${tags}`]);
    return `{"timestamp":1,"series":${pick(random, [text(), text(), '""', '7'])},"value":1,"b":2${member}}`;
  }

  const kinds: readonly (readonly [string, readonly PointFields[], 'ndjson'])[] = [
    ['one value', [spec({})], 'ndjson'],
    [
      'several values, and another spec',
      [spec({ values: ['value', 'b'] }), spec({ values: ['b'], tags: ['tags', 'series'] })],
      'ndjson',
    ],
    ['a name', [spec({ series: { kind: 'name', text: 'n' }, values: ['value', 'b'] })], 'ndjson'],
    ['a name that cannot stand in a key', [spec({ series: { kind: 'name', text: 'n\u0001' } })], 'ndjson'],
  ];
  test.each(kinds)('%s: the same points and rejects as when each series is asked for', async (_, points, from) => {
    const random = seededRandom(8);
    const input = linesOf(Array.from({ length: 6000 }, () => randomLine(random)));
    const results = [true, false].map(async (isAsked) => {
      const store = new KeptBatches();
      if (isAsked) store.seriesIds = undefined;
      const told = await write(store, { select: recordingSettings({}, points), from }, [new GivenSource([input])]);
      return { points: shown(store), rejects: told.rejects.map(({ name, line, column }) => [name, line, column]) };
    });
    const [asked, made] = await Promise.all(results);
    expect(asked!.points.length).toBeGreaterThan(1000);
    expect(made).toEqual(asked);
  });
});
