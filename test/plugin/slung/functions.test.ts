/**
 * The host functions: each with arguments that cannot be mistaken for one another, in both generations of signatures,
 * and with what hostile programs do to Regions, allocators and handles.
 */
import { describe, expect, test } from 'vitest';
import { Trap } from '../../../src/plugin/guest.ts';
import { CallFailure, type HistoryStore, MemoryStore } from '../../../src/plugin/slung/index.ts';
import { LiveQueries } from '../../../src/plugin/slung/live.ts';
import { GuestExit } from '../../../src/plugin/wasi/errors.ts';
import { parseLiveQuery, parseQuery, type Query } from '../../../src/query/index.ts';
import { eventEngine, type Outcome, record, script } from './support.ts';

/** What the functions were asked, in order. */
function recorder() {
  const asked: unknown[] = [];
  const store: HistoryStore = {
    write: ({ series, tags }, ...point) => asked.push(['write', series, tags, ...point]),
    aggregate: (query: Query, nowUs: bigint) => {
      asked.push(['aggregate', query.text, nowUs]);
      return 1.25;
    },
    settle: () => {},
    close: () => {},
  };
  const http = (method: string, url: string, body: Uint8Array) => {
    asked.push(['http', method, url, Buffer.from(body).toString()]);
    return Buffer.from(`answer to ${url}`);
  };
  const toProducer = (producer: number, text: string) => {
    asked.push(['ws', producer, text]);
    return producer === 7;
  };
  return { asked, host: { store, http, toProducer, nowUs: () => 1_700_000_000_123_456 } };
}

describe.each(['script', 'script-old'])('%s', (program) => {
  const isOld = program === 'script-old';

  test('u_query_live, u_poll_handle and u_free_handle', () => {
    const input = record(1, 5, 'cpu', ['host=a']);
    const commands = ['live|SUM:mem:[]', 'live|MAX:cpu:[host=a]', 'poll|2', 'free|1', 'loop|2'];
    const { lines, error } = script(commands, { input, program });
    expect(error).toBeUndefined();
    expect(lines.length).toBe(4);
    expect([lines[0], lines[1], lines[3]]).toEqual(['1', '2', '0']);
    expect(JSON.parse(lines[2]!)).toMatchObject({ value: 5, series: 'cpu', aggregate: 5 });
  });

  test('u_query_history gets the filter and the time; an old program gets whole numbers', () => {
    const { asked, host } = recorder();
    const { lines } = script(['history|AVG:cpu:[a]:[1d,now]'], { program, host });
    expect(asked).toEqual([['aggregate', 'AVG:cpu:[a]:[1d,now]', 1_700_000_000_123_456n]]);
    expect(lines).toEqual([isOld ? '1000' : '1250']);
  });

  test('u_write_event: time, value, tags', () => {
    const { asked, host } = recorder();
    const { lines } = script(['write| 1700 |2.5\n|host=a, ,series=cpu,env=test'], { program, host });
    expect(asked).toEqual([['write', 'cpu', ['host=a', 'env=test'], 1700n, 2.5]]);
    expect(lines).toEqual(['0']);
  });

  test('what was written to the last series, and how long it was, is not in the next event', () => {
    const writes = ['1|5|series=a,x', '2|-123456789.125|series=a,x', '3|6|series=b,y "z"', '4|7|series=a,x'];
    // Longer than what any place was made for.
    const long = `0.${'1'.repeat(300)}`;
    const commands = ['live|SUM:a:[x]', 'live|SUM:b:[]', ...writes.map((write) => `write|${write}`)];
    const { lines } = script(
      [...commands, `write|5|${long}|series=a,x`, 'write|6|8|series=a,x', 'poll|1|5', 'poll|2|1'],
      {
        program,
        host: { nowUs: () => 0 },
      },
    );
    const events = lines
      .filter((line) => line.startsWith('{'))
      .map((line) => line.slice(0, line.indexOf(',"aggregate"')));
    const event = (time: number, value: string, series: string, tags: string) =>
      `{"timestamp":${time},"value":${value},"tags":[${tags}],"producers":[0],"series":"${series}"`;
    const ofA = ['1|5', '2|-123456789.125', '4|7', `5|${long}`, '6|8'].map((one) => one.split('|'));
    expect(events).toEqual([
      ...ofA.map(([time, value]) => event(Number(time), value!, 'a', '"x"')),
      event(3, '6', 'b', '"y \\"z\\""'),
    ]);
  });

  test('a range that ends now is compared with the time of the call', () => {
    const writes = ['write|5000000|1|series=a', 'write|99000000|2|series=a'];
    const { lines } = script(['live|SUM:a:[]:[1m,now]', ...writes, 'poll|1|1'], {
      program,
      host: { nowUs: () => 100_000_000 },
    });
    expect(lines.slice(1)).toEqual(['0', '0', expect.stringContaining('"value":2,')]);
  });

  test('u_writeback_http: URL, data, method', () => {
    const { asked, host } = recorder();
    const commands = ['GET', 'POST', 'PUT', 'DELETE'].map((name, method) => `http|${method}|http://${name}|to ${name}`);
    const { lines } = script(commands, { program, host });
    expect(asked).toEqual(
      ['GET', 'POST', 'PUT', 'DELETE'].map((name) => ['http', name, `http://${name}`, `to ${name}`]),
    );
    expect(lines).toEqual(['GET', 'POST', 'PUT', 'DELETE'].map((name) => `answer to http://${name}`));
  });

  test('u_writeback_ws: producer, text', () => {
    const { asked, host } = recorder();
    const { lines, warnings } = script(['ws|7|hello', 'ws|8|hello'], { program, host });
    expect(asked).toEqual([
      ['ws', 7, 'hello'],
      ['ws', 8, 'hello'],
    ]);
    expect(lines).toEqual(['0', '1']);
    expect(warnings).toEqual(['u_writeback_ws: producer 8 is not connected']);
  });

  test('u_now and u_emit', () => {
    const { lines } = script(['now', 'emit|{"a":1}', 'emit|{"b":2}\n', 'emit|'], { program, host: recorder().host });
    expect(lines).toEqual(['1700000000123456', '{"a":1}', '{"b":2}', '']);
  });
});

describe('what fails gives the sentinel, and says why', () => {
  const failing = (command: string, host = {}): { result: string | undefined; warnings: readonly string[] } => {
    const { lines, warnings, error } = script([command], { host });
    expect(error).toBeUndefined();
    return { result: lines[0], warnings };
  };

  test('a bad filter, with a caret', () => {
    const { result, warnings } = failing('live|AVG:s:[a b]');
    expect(result).toBe('0');
    expect(warnings).toEqual([
      'u_query_live: two tags without a word between them\n  AVG:s:[a b]\n           ^\n' +
        '  expected AND, OR or NOT\n  write a AND b',
    ]);
    expect(failing('history|P999:s:[]').warnings[0]).toContain('u_query_history: there is no percentile');
    const live = failing('live|MAX:s:[host~/^a/]');
    const shown = 'live queries have no patterns\n  MAX:s:[host~/^a/]\n              ^^^^';
    expect([live.result, live.warnings[0]]).toEqual(['0', expect.stringContaining(shown)]);
  });

  test.each([
    ['write|soon|1|', '1', 'u_write_event: the timestamp "soon" is not a whole number of microseconds'],
    ['write|9223372036854775808|1|', '1', 'u_write_event: the timestamp "9223372036854775808" is not'],
    ['write|1|nan|', '1', 'u_write_event: the value "nan" is not a finite number'],
    ['write|1|1e999|', '1', 'u_write_event: the value "1e999" is not'],
    ['write|1|0x10|', '1', 'u_write_event: the value "0x10" is not'],
    ['http|4|http://x|', 'none', 'u_writeback_http: 4 is not a method; 0 is GET, 1 POST, 2 PUT, 3 DELETE'],
    ['http|0|http://x|', 'none', 'u_writeback_http: GET http://x: not granted'],
    ['emit|a\nb', '1', 'u_emit: a record with a newline inside is more than one record'],
    ['ws|1|x', '1', 'u_writeback_ws: producer 1 is not connected'],
    ['free|3', '1', 'u_free_handle: handle 3 is not open'],
    ['poll|3', 'none', 'u_poll_handle: handle 3 is not open'],
    ['poll|18446744073709551615', 'none', 'u_poll_handle: handle 18446744073709551615 is not open'],
  ])('%s', (command, sentinel, message) => {
    const { result, warnings } = failing(command);
    expect(result).toBe(sentinel);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain(message);
  });

  test('a store that fails', () => {
    const { result, warnings } = failing('write|1|1|', { store: new MemoryStore(0) });
    expect([result, warnings]).toEqual(['1', ['u_write_event: the history in memory is full (0 points)']]);
    const aggregate = () => {
      throw new CallFailure('the disk is gone');
    };
    const history = failing('history|SUM:s:[]', { store: { aggregate } });
    expect([history.result, history.warnings]).toEqual(['0', ['u_query_history: the disk is gone']]);
  });

  test('an empty answer is 0 and no failure', () => {
    const { result, warnings } = failing('http|0|http://x|', { http: () => new Uint8Array(0) });
    expect([result, warnings]).toEqual(['none', []]);
  });

  test('what could change the terminal is escaped', () => {
    const { warnings } = script(['write|\u009b31m\u202e|1|']);
    const shown = '"\\u009b31m\\u202e"';
    expect(warnings).toEqual([`u_write_event: the timestamp ${shown} is not a whole number of microseconds`]);
  });

  test('the same message is told five times and then counted', () => {
    const { warnings } = script(Array.from({ length: 12 }, () => 'free|3'));
    expect(warnings).toEqual([
      ...Array.from({ length: 5 }, () => 'u_free_handle: handle 3 is not open'),
      '7 more times: u_free_handle: handle 3 is not open',
    ]);
  });

  test('more live queries than 1024', () => {
    const { lines, warnings } = script(Array.from({ length: 1026 }, () => 'live|SUM:s:[]'));
    expect(lines.slice(-3)).toEqual(['1024', '0', '0']);
    expect(warnings[0]).toBe('u_query_live: 1024 live queries are open; free some of them');
  });
});

describe('live queries that are long', () => {
  const long = (tags: number): string => `AVG:s:[${'x'.repeat(tags)}]`;

  test('have a bound together; what was freed can be used again', () => {
    const lives = Array<string>(130).fill(`live|${long(50_000)}`);
    const { lines, warnings } = script([...lives, 'free|1', `live|${long(50_000)}`]);
    expect(lines.slice(126)).toEqual(['127', '128', '0', '0', '0', '129']);
    expect(warnings).toEqual(
      Array(2).fill('u_query_live: the live queries that are open take more than 8388608 bytes; free some of them'),
    );
  });

  test('use the places of those that were closed, though each is longer than the one before', () => {
    const engine = eventEngine();
    const live = new LiveQueries(engine, { timeUnit: 'us', queueBytes: 1 << 20, onTimed: () => {} });
    const before = engine.bytes().length;
    for (let tags = 1; tags < 4000; tags++) live.close(BigInt(live.open(parseLiveQuery(long(tags)))));
    expect(engine.bytes().length - before).toBeLessThan(1 << 20);
  });
});

test('texts that are too long are refused before they are read', () => {
  const huge = 'x'.repeat((1 << 18) + 1);
  const { lines, warnings } = script([`live|${huge}`]);
  expect([lines, warnings]).toEqual([['0'], [`u_query_live: the filter has 262145 bytes; at most 262144`]]);
});

describe('the history in memory', () => {
  test('has a bound on names and tags as well as on points', () => {
    const store = new MemoryStore();
    const write = (i: number) => store.write({ series: 's', tags: [`${i}${'x'.repeat(4 << 20)}`] }, 0n, 1);
    let written = 0;
    expect(() => {
      for (; written < 100; written++) write(written);
    }).toThrow(/the history in memory is full/);
    expect(written).toBe(15);
    // A set of tags that is there takes more points.
    store.write({ series: 's', tags: [`0${'x'.repeat(4 << 20)}`] }, 1n, 1);
  });

  test.each([
    ['p99.9:s:[]', 'the history in memory cannot answer P99.9; --store DIR keeps one on disk that can'],
    ['LAST:s:[]:[1h]', 'the history in memory cannot answer LAST; --store DIR keeps one on disk that can'],
    ['AVG:s:[] BY host', /^BY gives several numbers and a program asks for one; slung query --store DIR/],
    ['AVG:s:[] EVERY 5m', /^EVERY gives several numbers/],
    ['POINTS:s:[]', /^POINTS gives several numbers/],
  ])('does not answer %s', (text, message) => {
    expect(() => new MemoryStore().aggregate(parseQuery(text), 0n)).toThrow(message);
    expect(() => new MemoryStore().aggregate(parseQuery(text), 0n)).toThrow(CallFailure);
  });
});

describe('written events', () => {
  test('answer history and feed live queries, also one that has none polled yet', () => {
    const { lines } = script([
      'live|AVG:temp:[a AND b]',
      'write|10|1.50|b,a',
      'write|20|+2.|a,b',
      'write|20|4|a,b',
      'write|30|100|a',
      'history|AVG:temp:[a AND b]',
      'history|COUNT:temp:[]',
      'history|MAX:temp:[]:[10,20]',
      'history|SUM:none:[]',
      'history|SUM:t*p:[NOT b]',
      'loop|1',
    ]);
    expect(lines.slice(5, 10)).toEqual(['2750', '3000', '4000', '0', '100000']);
    expect(lines.slice(10)).toEqual([
      '{"timestamp":10,"value":1.50,"tags":["b","a"],"producers":[0],"series":"temp","aggregate":1.5}',
      '{"timestamp":20,"value":2,"tags":["a","b"],"producers":[0],"series":"temp","aggregate":1.75}',
      '{"timestamp":20,"value":4,"tags":["a","b"],"producers":[0],"series":"temp","aggregate":2.5}',
    ]);
  });

  test('come before the input that was not looked at yet', () => {
    const input = record(1, 1) + record(2, 2);
    const { lines } = script(['live|SUM:s:[]', 'poll|1', 'write|9|9|series=s', 'loop|1'], { input });
    expect(lines.slice(1).flatMap((line) => (line === '0' ? [] : [JSON.parse(line).value]))).toEqual([1, 9, 2]);
  });

  test('a program that writes to what it watches is fed by itself, without recursion in the host', () => {
    const write = Array.from({ length: 3000 }, (_, i) => `write|${i}|${i}|series=s`);
    const { counts, error } = script(['live|SUM:s:[]', ...write, 'loop|1'], {});
    expect(error).toBeUndefined();
    expect(counts.delivered).toBe(3000);
  });
});

describe('hostile programs', () => {
  test.each([
    'region|4294967295',
    'region|4294967292',
    'region|65536000',
    'at|4294967295|1',
    'at|1|4294967295',
    'at|4294967040|4294967040',
    'at|0|100000000',
  ])('a Region out of bounds is a failed call: %s', (command) => {
    const { lines, warnings, error } = script([command, 'emit|still here']);
    expect(error).toBeUndefined();
    expect(lines).toEqual(['1', 'still here']);
    expect(warnings[0]).toMatch(/^u_emit: .* is outside of the memory/);
  });

  test('length 0 is legal, wherever it points', () => {
    expect(script(['at|100|0']).lines).toEqual(['', '0']);
  });

  test('a filter that is not UTF-8', () => {
    const { lines, warnings } = script(['invalid']);
    expect([lines, warnings]).toEqual([['0'], ['u_query_live: the filter is not valid UTF-8']]);
  });

  const broken = (mode: number, after: string): Outcome =>
    script(['live|SUM:s:[]', `allocate|${mode}`, after], { input: record(1, 1), host: recorder().host });

  test.each([
    [1, 'its allocate function returned 0'],
    [2, 'its allocate function returned an address outside of its memory'],
    [3, 'its allocate function returned an address outside of its memory'],
    [4, 'it called the host from inside its allocate function'],
  ])('allocate in mode %i', (mode, message) => {
    for (const call of ['poll|1', 'http|0|http://x|']) {
      const { error, lines } = broken(mode, call);
      expect(error).toBeInstanceOf(Trap);
      expect((error as Error).message).toBe(message);
      expect(lines).toEqual(['1']);
    }
  });

  test('an allocator that grows the memory under our views', () => {
    expect(broken(5, 'http|0|http://x|').lines[1]).toBe('answer to http://x');
    expect(JSON.parse(broken(5, 'poll|1').lines[1]!).value).toBe(1);
  });

  test('polling a handle that is not open again and again', () => {
    const { error, warnings } = script(['watch|9'], { input: record(1, 1) });
    expect((error as Error).message).toBe('it polls handle 9 again and again, which is not open');
    expect(warnings.at(-1)).toBe('996 more times: u_poll_handle: handle 9 is not open');
  });
});

describe('the end', () => {
  test('of the input, when all is drained, ends call() cleanly', () => {
    const { error, lines } = script(['live|SUM:s:[]', 'loop|1', 'emit|never'], { input: record(1, 1) });
    expect(error).toBeUndefined();
    expect(lines.length).toBe(2);
  });

  test('does not come before other queries are drained', () => {
    const input = record(1, 1, 'a') + record(2, 2, 'b') + record(3, 3, 'b');
    const { lines } = script(['live|SUM:a:[]', 'live|SUM:b:[]', 'drain|1', 'drain|1', 'drain|2', 'emit|never'], {
      input,
    });
    const seen = lines.slice(2).map((line) => (line === 'none' ? line : JSON.parse(line).value));
    expect(seen).toEqual([1, 'none', 'none', 2, 3]);
  });

  test('comes anyway when the program never polls them', () => {
    const input = record(1, 1, 'a') + record(2, 2, 'b');
    const { error, warnings } = script(['live|SUM:a:[]', 'live|SUM:b:[]', 'watch|1'], { input });
    expect(error).toBeUndefined();
    expect(warnings).toEqual(['it left 1 events of queries that it does not poll']);
  });

  test.each([
    ['return|0', undefined],
    ['return|3', 3],
    ['return|4294967295', 4294967295],
    ['exit|0', undefined],
    ['exit|9', 9],
  ])('%s', (command, status) => {
    const { error, lines } = script(['emit|before', command, 'emit|after']);
    expect(lines).toEqual(['before']);
    if (status === undefined) expect(error).toBeUndefined();
    else expect((error as GuestExit).status).toBe(status);
    expect(error === undefined || error instanceof GuestExit).toBe(true);
  });

  test('the standard output is the output, in order with what is emitted', () => {
    expect(script(['emit|a', 'print|b', 'emit|c']).lines).toEqual(['a', 'b', 'c']);
  });
});
