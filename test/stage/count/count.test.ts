/** `slung count`: random records against a count that is made one by one; and what single records do. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import { expectSame } from '../../support/same.ts';
import { count } from './support.ts';

type Random = () => number;
const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

/** Spellings of keys, those of one group together; and the group as it is shown. */
const spellings: readonly (readonly [shown: string, ...written: string[]])[] = [
  ['"a"', '"a"', '"\\u0061"'],
  ['"é/"', '"é/"', '"\\u00e9\\/"'],
  ['1', '1', '1.0', '1e0', '10e-1'],
  ['"1"', '"1"'],
  ['true', 'true'],
  ['null', 'null', ''],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740992', '9007199254740992', '9007199254740992.0'],
  ['["x",{"y":" "}]', '["x",{"y":" "}]', '[ "x" , { "y" : " " } ]'],
  [`"${'long '.repeat(300)}"`, `"${'long '.repeat(300)}"`],
];

/** A number of at most 19 digits as it is written, with its value in units of 10^-9. */
function randomNumber(random: Random): { text: string; nanos: bigint } {
  const whole = BigInt(Math.floor(random() * 10 ** Math.floor(random() * 16)));
  const isNegative = random() < 0.3;
  const most = Math.min(9, 19 - String(whole).length);
  const places = random() < 0.5 ? 0 : 1 + Math.floor(random() * most);
  const fraction = String(Math.floor(random() * 10 ** places)).padStart(places, '0');
  const text = `${isNegative ? '-' : ''}${whole}${places === 0 ? '' : `.${fraction}`}`;
  const nanos = whole * 10n ** 9n + (places === 0 ? 0n : BigInt(fraction.padEnd(9, '0')));
  return { text, nanos: isNegative ? -nanos : nanos };
}

function decimal(nanos: bigint): string {
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(10, '0');
  const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
  return `${nanos < 0n ? '-' : ''}${text}`;
}

/** The rank that a percentile means, of numbers in order. */
const rankOf = (percent: number, length: number): number => Math.max(0, Math.ceil((percent / 100) * length) - 1);

async function compare(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const expected = new Map<string, { count: number; numbers: { text: string; nanos: bigint }[] }>();
  const lines = Array.from({ length: 400 }, () => {
    const [first, second] = [pick(random, spellings), pick(random, spellings.slice(0, 4))];
    const written = [first, second].map(([, ...all]) => pick(random, all));
    const number = random() < 0.8 ? randomNumber(random) : undefined;
    const key = `"a":${first[0]},"b.c":${second[0]}`;
    const group = expected.get(key) ?? { count: 0, numbers: [] };
    expected.set(key, group);
    group.count++;
    if (number !== undefined) group.numbers.push(number);
    const members = [
      ...(written[0] === '' ? [] : [`"a":${written[0]}`]),
      `"b":{"c":${written[1]}}`,
      ...(number === undefined ? (random() < 0.5 ? ['"n":null'] : []) : [`"n":${number.text}`]),
    ];
    return `{${members.join(random() < 0.2 ? ' , ' : ',')}}`;
  });
  const batch = `--batch-bytes=${1024 + Math.floor(random() * 20_000)}`;
  const measures = ['--sum', 'n', '--avg', 'n', '--min', 'n', '--max', 'n', '--p50', 'n', '--p90', 'n'];
  const { code, rows, err } = await count(lines, ['--by', 'a,b.c', ...measures, batch]);
  expect([code, err]).toEqual([0, '']);
  const seen = rows.map((row) => {
    const [, key = '', rest = ''] = /^\{(.*),"count":(\d.*)\}$/.exec(row)!;
    const [its, sum, avg, min, max, p50, p90] = rest.split(/,"\w+":/);
    const { numbers, ...group } = expected.get(key)!;
    const sorted = numbers.map(({ text }) => Number(text)).sort((a, b) => a - b);
    const total = numbers.reduce((all, { nanos }) => all + nanos, 0n);
    expectSame({ seed, key, what: 'count' }, Number(its), group.count);
    if (sorted.length === 0) {
      expectSame({ seed, key }, [sum, avg, min, max, p50, p90], Array(6).fill('null'));
      return key;
    }
    expectSame({ seed, key, what: 'sum' }, sum, decimal(total));
    expect(Math.abs(Number(avg) - Number(decimal(total)) / sorted.length)).toBeLessThanOrEqual(
      Math.abs(Number(avg)) * 1e-15,
    );
    expectSame({ seed, key, what: 'ends' }, [Number(min), Number(max)], [sorted[0], sorted.at(-1)]);
    for (const [shown, percent] of [
      [p50, 50],
      [p90, 90],
    ] as const) {
      const exact = sorted[rankOf(percent, sorted.length)]!;
      expect(sorted).toContain(Number(shown));
      expect(Math.abs(Number(shown) - exact)).toBeLessThanOrEqual(Math.abs(exact) / 512);
    }
    return key;
  });
  expect([...seen].sort()).toEqual([...expected.keys()].sort());
  const counts = seen.map((key) => expected.get(key)!.count);
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
}

test('random records are counted as one by one', async () => {
  for (let seed = 0; seed < sized(15, 500); seed++) await compare(seed);
});

describe('without a key', () => {
  test('there is one row, also when there is no record', async () => {
    expect((await count(['{"n":1}', '{"n":2.5}', '[]', '7'], ['--sum', 'n'])).rows).toEqual([
      '{"count":4,"sum_n":3.5}',
    ]);
    expect((await count([], ['--sum', 'n', '--p99', 'n'])).rows).toEqual(['{"count":0,"sum_n":null,"p99_n":null}']);
  });

  test('with one, there is none', async () => {
    expect((await count([], ['--by', 'a'])).rows).toEqual([]);
    expect((await count([], ['--by', 'a', '-e'])).code).toBe(4);
  });
});

describe('a sum', () => {
  test('of whole numbers of any length is that of BigInt, in windows and groups', async () => {
    for (let seed = 0; seed < sized(8, 200); seed++) {
      const random = seededRandom(seed + 1);
      const totals = new Map<string, { sum: bigint; count: number }>();
      const lines = Array.from({ length: 300 }, (_, i) => {
        const digits = Array.from({ length: 1 + Math.floor(random() * 37) }, () => Math.floor(random() * 10)).join('');
        const n = BigInt(`${digits}`) * (random() < 0.4 ? -1n : 1n);
        const [minute, key] = [Math.floor(i / 100), Math.floor(random() * 3)];
        const group = `{"time":"2026-03-14T09:0${minute}:00Z","k":${key}`;
        const { sum, count: its } = totals.get(group) ?? { sum: 0n, count: 0 };
        totals.set(group, { sum: sum + n, count: its + 1 });
        return `{"t":"2026-03-14T09:0${minute}:30Z","k":${key},"n":${n}}`;
      });
      const flags = ['--by', 'k', '--every', '1m', '--time', 't', '--sum', 'n', '--batch-bytes', '2000'];
      const wanted = [...totals].map(([group, { sum, count: its }]) => `${group},"count":${its},"sum_n":${sum}}`);
      expect((await count(lines, flags)).rows.sort()).toEqual(wanted.sort());
      // Without an other measure a sum has a way of its own.
      const { rows } = await count(lines, [...flags, '--max', 'n']);
      expect(rows.map((row) => row.replace(/,"max_n".*/, '}')).sort()).toEqual(wanted.sort());
    }
  });

  test.each([
    ['whole numbers of 64 bits', ['9223372036854775807', '9223372036854775807', '1'], '18446744073709551615'],
    ['beyond 64 bits', ['18446744073709551615', '18446744073709551615'], '36893488147419103230'],
    ['numbers beyond 64 bits', ['18446744073709551616', '-18446744073709551617', '1', '-0'], '0'],
    ['20 to 37 digits', [`${10n ** 36n}`, `-${10n ** 19n}`, '0.5'], '999999999999999990000000000000000000.5'],
    ['38 digits, as doubles', [`${10n ** 37n}`, '1'], '1e+37'],
    ['negative ones', ['-9223372036854775808', '-9223372036854775808', '5'], '-18446744073709551611'],
    ['decimals', ['0.1', '0.2'], '0.3'],
    ['money', ['129.90', '0.10', '-130'], '0'],
    ['nine places', ['0.000000001', '1'], '1.000000001'],
    ['doubles, with the error of each step', ['1e100', '1', '-1e100'], '1'],
    ['more digits than 19', ['12345678901.123456789', '1'], '12345678902.123457'],
    ['doubles and exact ones', ['1e-10', '2', '0.5'], '2.5000000001'],
    ['too large', ['1e308', '1e308'], 'null'],
  ])('of %s', async (_, numbers, sum) => {
    const { rows } = await count(
      numbers.map((number) => `{"n":${number}}`),
      ['--sum', 'n'],
    );
    expect(rows).toEqual([`{"count":${numbers.length},"sum_n":${sum}}`]);
  });

  test('is without what is no number, which is reported', async () => {
    const lines = ['{"n":1}', '{"n":"2"}', '{"n":null}', '{"n":[3]}'];
    const { code, rows, err } = await count(lines, ['--sum', 'n']);
    expect(rows).toEqual(['{"count":4,"sum_n":1}']);
    expect(err).toBe('slung: --sum: 2 values of n are no numbers, and the answer is without them\n');
    expect(code).toBe(1);
    expect((await count(lines, ['--sum', 'n', '--on-error', 'skip'])).code).toBe(0);
  });
});

test('the least and the greatest are exact, whatever they are', async () => {
  const numbers = ['9007199254740993', '9007199254740992.0', '18446744073709551615', '-0.0', '1e-3'];
  const { rows } = await count(
    numbers.map((number) => `{"n":${number}}`),
    ['--min', 'least=n', '--max', 'n'],
  );
  expect(rows).toEqual(['{"count":5,"least":0,"max_n":18446744073709551615}']);
});

describe('windows', () => {
  const at = (time: string): string => `{"t":${time}}`;

  test('are of instants, however they are written', async () => {
    const times = [
      '"2026-03-14T09:26:59.999999Z"',
      '"2026-03-14T10:26:00+01:00"',
      '"2026-03-14 09:26\\u003a30Z"',
      '1773480419',
      '1773480419000',
      '"2026-03-14T09:27:00Z"',
    ];
    const { rows } = await count(times.map(at), ['--every', '1m', '--time', 't']);
    expect(rows).toEqual(['{"time":"2026-03-14T09:26:00Z","count":5}', '{"time":"2026-03-14T09:27:00Z","count":1}']);
  });

  test('begin before 1970, too, and go back and forth', async () => {
    const times = ['-1', '0', '-60', '-61', '0', '-1'];
    const { rows } = await count(times.map(at), ['--every', '1m', '--time', 't', '--time-unit', 's']);
    expect(rows).toEqual([
      '{"time":"1969-12-31T23:58:00Z","count":1}',
      '{"time":"1969-12-31T23:59:00Z","count":3}',
      '{"time":"1970-01-01T00:00:00Z","count":2}',
    ]);
  });

  test('a record without a time is a bad line, in its place', async () => {
    const lines = ['{"t":1}', '{"t":"noon"}', '{', '{"u":1}', '{"t":2}'];
    const { code, rows, err } = await count(lines, ['--every', '1s', '--time', 't', '--time-unit', 's']);
    expect(rows).toHaveLength(2);
    expect(code).toBe(1);
    expect(err.match(/in:\d:\d|\(.*\)/g)).toEqual([
      ...['in:2:6', '(E19 bad-time)'],
      ...['in:3:2', '(E01 unexpected-end)'],
      ...['in:4:1', '(E18 no-time)'],
    ]);
  });

  test('what names another field is said', async () => {
    const { err } = await count(['{"ts":1}'], ['--every', '1m']);
    expect(err).toContain('the record has no time: `timestamp` is missing or null; --time names another field');
    expect((await count(['{"ts":"x"}'], ['--every=1m', '--time=ts'])).err).toContain('the time in `ts` is neither');
  });

  test('each has its first rows', async () => {
    const lines = [1, 1, 2, 3, 3, 3].flatMap((k) => [`{"t":1,"k":${k}}`, `{"t":2,"k":${4 - k}}`]);
    const { rows } = await count(lines, ['--every', '1s', '--time', 't', '--time-unit=s', '--by', 'k', '--top', '1']);
    expect(rows).toEqual([
      '{"time":"1970-01-01T00:00:01Z","k":3,"count":3}',
      '{"time":"1970-01-01T00:00:02Z","k":1,"count":3}',
    ]);
  });
});

describe('the order of rows', () => {
  const lines = ['{"k":"b","n":1}', '{"k":"b","n":1}', '{"k":10,"n":9}', '{"k":9,"n":2}', '{"k":"a"}'];
  const keys = async (...argv: string[]) =>
    (await count(lines, ['--by', 'k', ...argv])).rows.map((row) => /"k":([^,]*)/.exec(row)![1]);

  test('is by count, then by key', async () => {
    expect(await keys()).toEqual(['"b"', '9', '10', '"a"']);
    expect(await keys('--top', '2')).toEqual(['"b"', '9']);
  });

  test('is by any column', async () => {
    expect(await keys('--sum', 'n', '--sort', 'sum_n')).toEqual(['10', '9', '"b"', '"a"']);
    expect(await keys('--sort', 'k')).toEqual(['9', '10', '"a"', '"b"']);
  });
});

test('more groups than are allowed are no answer', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => `{"k":${i}}`);
  expect((await count(lines, ['--by', 'k', '--max-groups', '50'])).rows).toHaveLength(50);
  const { code, rows, err } = await count(lines, ['--by', 'k', '--max-groups', '49']);
  expect([code, rows]).toEqual([1, []]);
  expect(err).toContain('there are more than 49 groups (--max-groups)');
});

test('a run that bad lines stop has no answer', async () => {
  const lines = ['{"k":1}', '{', '{"k":2}'];
  const { code, rows, err } = await count(lines, ['--on-error', 'fail']);
  expect([code, rows]).toEqual([1, []]);
  expect(err).toContain('stopped at in:2 (--on-error fail)');
  expect((await count(lines, ['--max-errors', '1'])).rows).toEqual(['{"count":2}']);
});

test('a path that no record has is named', async () => {
  const { err } = await count(['{"level":1}'], ['--by', 'levl']);
  expect(err).toContain('path `levl` was in 0 of 1 record; did you mean `level`?');
});

test('records of any length are counted once', async () => {
  const long = `{"k":"x","pad":"${'y'.repeat(3 << 20)}"}`;
  const { rows } = await count([long, '{"k":"x"}', long, '{"k":"z"}'], ['--by', 'k', '--batch-bytes=4096']);
  expect(rows).toEqual(['{"k":"x","count":3}', '{"k":"z","count":1}']);
});
