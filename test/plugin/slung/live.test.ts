/** Live queries: which events a program gets, in which order, as what text, and what the aggregates are. */
import { describe, expect, test } from 'vitest';
import { Trap } from '../../../src/plugin/guest.ts';
import { record, script } from './support.ts';

const values = (lines: readonly string[]) => lines.map((line) => (line === 'none' ? line : JSON.parse(line).value));

describe('a payload', () => {
  test("has upstream's keys first, and the record's own digits", () => {
    const input =
      '{"timestamp":1700000000000001,"value":1.50,"series":"s","tags":["a=1","b \\"2\\""]}\n' +
      '{"value":-2e0 ,"tags":null,"timestamp":17e14,"series":"s"}\n';
    const { lines, error } = script(['live|AVG:s:[]', 'loop|1'], { input });
    expect(error).toBeUndefined();
    expect(lines).toEqual([
      '1',
      '{"timestamp":1700000000000001,"value":1.50,"tags":["a=1","b \\"2\\""],"producers":[0],"series":"s","aggregate":1.5}',
      '{"timestamp":1700000000000000,"value":-2e0,"tags":[],"producers":[0],"series":"s","aggregate":-0.25}',
    ]);
  });

  test('an object of tags becomes k=v', () => {
    const tags = { host: 'a', n: 1.0, on: true, off: false, nothing: null, 'q"': '\\x' };
    const { lines } = script(['live|SUM:s:[host=a AND n=1]', 'loop|1'], { input: record(1, 1, 's', tags) });
    expect(JSON.parse(lines[1]!).tags).toEqual(['host=a', 'n=1', 'on=true', 'off=false', 'q"=\\x']);
  });

  test('names its producer when the records say it', () => {
    const input = '{"timestamp":1,"value":1,"series":"s","producer":42}\n{"timestamp":1,"value":1,"series":"s"}\n';
    const { lines } = script(['live|SUM:s:[]', 'loop|1'], { input, isListening: true });
    expect(lines.slice(1).map((line) => JSON.parse(line).producers)).toEqual([[42], [0]]);
  });

  test.each([
    ['AVG', [4, 5, 5]],
    ['SUM', [4, 10, 15]],
    ['MIN', [4, 4, 4]],
    ['MAX', [4, 6, 6]],
    ['COUNT', [1, 2, 3]],
  ])('the running aggregate of %s', (operation, expected) => {
    const input = [4, 6, 5].map((value) => record(1, value)).join('');
    const { lines } = script([`live|${operation}:s:[]`, 'loop|1'], { input });
    expect(lines.slice(1).map((line) => JSON.parse(line).aggregate)).toEqual(expected);
  });

  test('the least of negative values and the greatest of them', () => {
    const input = [-4, -6].map((value) => record(1, value)).join('');
    const { lines } = script(['live|MIN:s:[]', 'live|MAX:s:[]', 'poll|1|2', 'poll|2|2'], { input });
    expect(lines.slice(2).map((line) => JSON.parse(line).aggregate)).toEqual([-4, -6, -4, -4]);
  });

  test('every length of series comes whole', () => {
    const lengths = [0, 1, 7, 8, 15, 16, 17, 255, 256, 257, 5000];
    const input = lengths.map((length, i) => record(i, i, 'x'.repeat(length))).join('');
    for (const [i, length] of lengths.entries()) {
      const { lines } = script([`live|SUM:${'x'.repeat(length)}:[]`, 'loop|1'], { input });
      expect(lines.length).toBe(2);
      expect(JSON.parse(lines[1]!)).toMatchObject({ timestamp: i, series: 'x'.repeat(length) });
    }
  });
});

describe('what matches', () => {
  test.each([
    ['SUM:s:[]', 'abcdf'],
    ['SUM:t:[]', 'e'],
    ['SUM:s:[x=1]', 'ab'],
    ['SUM:s:[NOT x=1]', 'cdf'],
    ['SUM:s:[x=1 NOT y]', 'a'],
    ['SUM:s:[x=1 OR y AND y]', 'bc'],
    ['SUM:s:[y OR NOT x=1]', 'bcdf'],
    ['SUM:s:[z=ü]', 'd'],
    ['SUM:s:[x]', ''],
    ['SUM:s:[k=é]', 'f'],
  ])('%s', (filter, expected) => {
    const input = [
      record(1, 1, 's', ['x=1']),
      record(2, 2, 's', ['x=1', 'y']),
      record(3, 3, 's', ['y']),
      '{"timestamp":4,"value":4,"series":"\\u0073","tags":["z=\\u00fc"]}\n',
      record(5, 5, 't', ['x=1']),
      '{"timestamp":6,"value":6,"series":"s","t\\u0061gs":{"\\u006b":"\\u00e9"}}\n',
    ].join('');
    const { lines } = script([`live|${filter}`, 'loop|1'], { input });
    expect(
      values(lines.slice(1))
        .map((value) => 'abcdef'[value - 1])
        .join(''),
    ).toBe(expected);
  });

  test('ranges: absolute ones, and now when it is compared', () => {
    const input = [1, 2, 3, 4, 5].map((second) => record(second * 1e6, second)).join('');
    const inRange = (range: string, nowUs: () => number) =>
      values(script([`live|SUM:s:[]:${range}`, 'loop|1'], { input, host: { nowUs } }).lines.slice(1));
    expect(inRange('[2000000,4000000]', () => 0)).toEqual([2, 3, 4]);
    expect(inRange('[4000000,2000000]', () => 0)).toEqual([2, 3, 4]);
    expect(inRange('[1s,now]', () => 3e6)).toEqual([2, 3]);
    // The clock goes on with every poll, so each event is in time; with a clock that stands only the first would be.
    let seconds = 0;
    expect(inRange('[30d,now]', () => ++seconds * 1e6)).toEqual([1, 2, 3, 4, 5]);
  });

  test('units and dates', () => {
    const input = record('1970-01-01T00:00:07Z', 1) + record(8, 2) + record(9.5, 3);
    const events = { time: 'timestamp', value: 'value', series: 'series', tags: 'tags', timeUnit: 's' } as const;
    const { lines } = script(['live|SUM:s:[]', 'loop|1'], { input, host: { events } });
    expect(lines.slice(1).map((line) => JSON.parse(line).timestamp)).toEqual([7000000, 8000000, 9500000]);
  });
});

describe('the unit of times', () => {
  const events = { time: 'timestamp', value: 'value', series: 'series', tags: 'tags', timeUnit: 'auto' } as const;
  const run = (input: readonly string[], inputs?: readonly number[], step?: number) => {
    const outcome = script(['live|SUM:s:[]', 'loop|1'], {
      ...{ input, host: { events } },
      ...(inputs === undefined ? {} : { inputs }),
      ...(step === undefined ? {} : { step }),
    });
    return { ...outcome, times: outcome.lines.slice(1).map((line) => JSON.parse(line).timestamp) };
  };
  const milliseconds = '-v: numbers in timestamp are milliseconds since 1970, by the first of them (--time-unit)';

  test('is decided once for an input, by most of the first numbers, and not by dates', () => {
    const first = [
      record('2026-01-01T00:00:00Z', 1),
      record(17, 1),
      record(1_767_225_600_000, 2),
      record(1_767_225_600_500, 3),
    ];
    const { times, warnings } = run([first.join(''), record(1_767_225_601, 4)]);
    const start = 1_767_225_600_000_000;
    expect(times).toEqual([start, 17_000, start, start + 500_000, 1_767_225_601_000]);
    expect(warnings).toEqual([
      milliseconds,
      expect.stringMatching(
        /^line 1: the time in timestamp is in the year 1970 when it is in milliseconds, as most .*\n--time-unit/,
      ),
    ]);
  });

  test('is another one in another input', () => {
    const { times, warnings } = run(
      [record(1_767_225_600_000, 1), record(1_767_225_600, 2), record(1_767_225_601, 3)],
      [1, 2, 2],
    );
    expect(times).toEqual([1_767_225_600_000_000, 1_767_225_600_000_000, 1_767_225_601_000_000]);
    expect(warnings).toEqual([milliseconds, milliseconds.replace('milliseconds', 'seconds')]);
  });

  test('is nothing to speak of when it is given or all times are dates', () => {
    expect(run([record('2026-01-01T00:00:00Z', 1) + record('0001-01-01T00:00:00Z', 1)]).warnings).toEqual([]);
    expect(script(['live|SUM:s:[]', 'loop|1'], { input: record(1, 1) }).warnings).toEqual([]);
  });
});

describe('order', () => {
  const two = Array.from({ length: 40 }, (_, i) => record(i, i, i % 4 === 0 ? 'rare' : 'often'));
  const cut = (size: number) =>
    Array.from({ length: Math.ceil(two.length / size) }, (_, i) => two.slice(i * size, (i + 1) * size).join(''));
  const programs = [
    ['live|SUM:rare:[]', 'live|SUM:often:[]', 'both|1|2'],
    ['live|SUM:rare:[]', 'live|SUM:often:[]', 'poll|1|3', 'drain|2', 'poll|1', 'drain|2', 'both|2|1'],
    ['live|SUM:rare:[]', 'poll|1|2', 'live|SUM:often:[]', 'poll|1', 'poll|2', 'free|1', 'loop|2'],
    ['live|SUM:often:[]', 'copy|1'],
  ];

  test.each(programs)('is the same however the input is cut: %s', (...commands) => {
    const expected = script(commands, { input: cut(40) });
    expect(expected.lines.length).toBeGreaterThan(1 - Number(commands.includes('copy|1')));
    for (const size of [1, 2, 3, 7, 39]) {
      for (const step of [1, 5]) {
        const outcome = script(commands, { input: cut(size), step });
        expect(outcome.lines).toEqual(expected.lines);
        expect(outcome.counts).toEqual(expected.counts);
      }
    }
  });

  test('nothing is lost of either of two queries, and each is in order', () => {
    const { lines, counts } = script(programs[0]!, { input: cut(40) });
    const seen = values(lines.slice(2)) as number[];
    expect(seen.filter((value) => value % 4 === 0)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
    expect(seen.filter((value) => value % 4 !== 0).length).toBe(30);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(counts).toEqual({ events: 40, bad: 0, delivered: 40 });
  });

  test('an event goes to every query that it matches', () => {
    const commands = ['live|SUM:s:[]', 'live|MAX:s:[]', 'live|SUM:other:[]', 'both|1|2'];
    const { lines, counts } = script(commands, { input: record(1, 5) + record(2, 3) });
    expect(lines.slice(3).map((line) => JSON.parse(line).aggregate)).toEqual([5, 5, 8, 5]);
    expect(counts).toEqual({ events: 2, bad: 0, delivered: 4 });
  });

  test('a query that is registered late does not see what went before', () => {
    const input = [1, 2, 3, 4].map((value) => record(value, value)).join('');
    const commands = ['live|SUM:s:[]', 'poll|1|2', 'live|SUM:s:[]', 'free|1', 'loop|2'];
    const { lines } = script(commands, { input });
    expect(values(lines.slice(5))).toEqual([3, 4]);
  });

  test('a freed query takes what waits with it', () => {
    const input = [1, 2, 3].map((value) => record(value, value)).join('');
    const commands = ['live|SUM:s:[]', 'live|SUM:s:[]', 'poll|1|3', 'free|2', 'free|2', 'poll|2', 'loop|1'];
    const { lines, warnings } = script(commands, { input });
    expect(lines.slice(-3)).toEqual(['0', '1', 'none']);
    expect(warnings).toEqual(['u_free_handle: handle 2 is not open', 'u_poll_handle: handle 2 is not open']);
  });
});

describe('queues', () => {
  const many = (count: number, series: string) =>
    Array.from({ length: count }, (_, i) => record(i, i, series, ['pad', 'x'.repeat(200)])).join('');

  test('hold what is not polled yet, across blocks and chunks', () => {
    const input = [many(2000, 'kept'), many(2000, 'kept'), record(9, 1, 'polled')];
    const commands = ['live|SUM:polled:[]', 'live|COUNT:kept:[]', 'poll|1|2', 'drain|2'];
    const { lines, error, counts } = script(commands, { input });
    expect(error).toBeUndefined();
    // The first answer says that there is something else to do; the second poll insists.
    expect(lines.slice(2, 4).map((line) => line === 'none')).toEqual([true, false]);
    const kept = lines.slice(4);
    expect(values(kept)).toEqual([...Array.from({ length: 4000 }, (_, i) => i % 2000)]);
    expect(JSON.parse(kept.at(-1)!).aggregate).toBe(4000);
    expect(counts.delivered).toBe(4001);
  });

  test('are bounded: the program fails with the query that it does not poll', () => {
    const input = Array.from({ length: 4 }, () => many(2000, 'kept'));
    const commands = ['live|SUM:polled:[]', 'live|COUNT:kept:[]', 'loop|1'];
    const { error } = script(commands, { input, host: { queueBytes: 1 << 20 } });
    expect(error).toBeInstanceOf(Trap);
    expect((error as Trap).message).toBe(
      '1 MiB of events wait because it does not poll query 2 (COUNT:kept:[]); poll it, or free its handle',
    );
  });

  test('their memory is used again', () => {
    const input = Array.from({ length: 8 }, () => many(2000, 'kept') + record(1, 1, 'polled'));
    const commands = ['live|SUM:polled:[]', 'live|COUNT:kept:[]'];
    for (let i = 0; i < 8; i++) commands.push('poll|1|2', 'drain|2');
    const { error, counts } = script([...commands, 'both|1|2'], { input, host: { queueBytes: 2 << 20 } });
    expect(error).toBeUndefined();
    expect(counts.delivered).toBe(16008);
  });

  test('one event that is larger than a chunk', () => {
    const input = record(1, 1, 'big', ['y'.repeat(200_000)]) + record(2, 2, 'polled');
    const { lines } = script(['live|SUM:polled:[]', 'live|SUM:big:[]', 'poll|1|2', 'drain|2'], { input });
    expect(JSON.parse(lines[4]!).tags[0].length).toBe(200_000);
  });
});

describe('records that are no events', () => {
  test.each([
    ['{"value":1,"series":"s"}', 'it has no time in `timestamp` (--time says which field)'],
    ['{"timestamp":"soon","value":1,"series":"s"}', 'its time in `timestamp` is neither a number that fits nor a date'],
    ['{"timestamp":1,"series":"s"}', 'it has no value in `value` (--value says which field)'],
    ['{"timestamp":1,"value":null,"series":"s"}', 'it has no value in'],
    ['{"timestamp":1,"value":"5","series":"s"}', 'its value in `value` is text'],
    ['{"timestamp":1,"value":true,"series":"s"}', 'its value in `value` is not a number'],
    ['{"timestamp":1,"value":1e999,"series":"s"}', 'its value in `value` is beyond the largest double'],
    ['{"timestamp":1,"value":1}', 'it has no series in `series` (--series says which field)'],
    ['{"timestamp":1,"value":1,"series":7}', 'its series in `series` is not text'],
    ['{"timestamp":1,"value":1,"series":"s","tags":"a"}', 'its tags in `tags` are neither'],
    ['{"timestamp":1,"value":1,"series":"s","tags":["a",1]}', 'its tags in `tags` are neither'],
    ['{"timestamp":1,"value":1,"series":"s","tags":{"a":{"b":1}}}', 'its tags in `tags` are neither'],
  ])('%s', (bad, reason) => {
    const { lines, warnings, counts } = script(['live|SUM:s:[]', 'loop|1'], { input: `${bad}\n${record(1, 7)}` });
    expect(values(lines.slice(1))).toEqual([7]);
    expect(counts).toEqual({ events: 1, bad: 1, delivered: 1 });
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain(`a record is no event: ${reason}`);
    expect(warnings[0]?.split('\n')[1]).toBe(`  ${bad}`);
  });

  test('are counted, and only the first is shown', () => {
    const input = [...Array.from({ length: 50 }, (_, i) => `{"no":${i}}\n`), record(1, 1)].join('');
    const { warnings, counts } = script(['live|SUM:s:[]', 'loop|1'], { input, step: 7 });
    expect(counts.bad).toBe(50);
    expect(warnings.length).toBe(2);
    expect(warnings[0]).toContain('{"no":0}');
    expect(warnings[1]).toBe('50 records were no events; the first is shown above');
  });
});
