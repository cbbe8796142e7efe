/**
 * What a plugin can do with the SDK, through the stand-in host: every getter on every type, every writer, the
 * services, and what happens to memory. With the runtime that the SDK is built for, and with `stub`.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compilePlugin } from '../../support/plugins.ts';
import { type Kernels, loadKernels } from './kernels.ts';
import { StandIn } from './stand-in.ts';

const entry = 'test/plugin/sdk/asm/everything.ts';

describe.each([
  ['minimal', []],
  ['stub', ['--runtime', 'stub']],
])('runtime %s', (runtime, flags) => {
  let bytes: Uint8Array<ArrayBuffer>;
  let plugin: StandIn;
  beforeAll(async () => {
    bytes = await compilePlugin(entry, flags);
  });
  beforeEach(() => {
    plugin = new StandIn(bytes);
  });

  const call = (...records: object[]) => plugin.call(records.map((record) => JSON.stringify(record)));
  const lines = (...records: object[]) => {
    const { isError, text } = call(...records);
    expect(isError).toBe(false);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  };

  test('metadata and selectors', () => {
    expect(plugin.metadata()).toEqual({ name: 'everything', version: '1.2.3 ü' });
    const any = [
      ...[{ has: ['a'] }, { prefix: ['b.c', 'p"'] }, { eq: ['d', 'text'] }, { eq: ['d', -7n] }, { eq: ['d', 1.5] }],
      ...[{ eq: ['d', true] }, { in: ['e', ['x', 'y']] }, { in: ['f', [1n, 2n]] }],
    ];
    expect(plugin.probe()).toEqual([
      { any, all: [{ gt: ['g[0]', 0.25] }], none: [{ regex: ['h', '^a+$'] }] },
      { any: [], all: [], none: [] },
      { any: [], all: [{ in: ['i', [true]] }], none: [] },
    ]);
  });

  const nothing = {
    ...{ has: true, exists: false, len: -1, is: '', scalar: null, text: '', there: false, string: 'none', int: -1 },
    ...{ float: 0.5, bool: true, list: null, map: null, keys: [] },
  };
  test.each([
    ['nothing', undefined, { has: false }],
    ['null', null, {}],
    [
      'a string',
      'aé',
      {
        ...{ len: 3, is: 'string', scalar: 'aé', text: 'aé', string: 'aé', some: 'aé', someText: 'aé' },
        there: true,
        exists: true,
      },
    ],
    [
      'an empty string',
      '',
      { exists: true, len: 0, is: 'string', scalar: '', there: true, string: '', some: '', someText: '' },
    ],
    ['an integer', -7, { exists: true, is: 'int', scalar: -7, int: -7, float: -7, some: -7 }],
    ['a float', 2.5, { exists: true, is: 'float', scalar: 2.5, float: 2.5, some: 2.5 }],
    ['a boolean', false, { exists: true, is: 'bool', scalar: false, bool: false, some: false }],
    ['an array', [1, 'a', null, [2], true], { len: 5, list: [1, 'a', true], someList: [1, 'a', true] }],
    ['an empty array', [], { len: 0, list: [], someList: [] }],
    ['an object', { 'a"': 1, b: [], c: 'x' }, { map: { 'a"': 1, c: 'x' }, keys: ['a"', 'b', 'c'] }],
  ])('a field that is %s', (_name, value, expected) => {
    expect(lines({ do: 'types', value })).toEqual([{ ...nothing, ...expected }]);
  });

  test('texts', () => {
    const long = 'x'.repeat(40);
    expect(
      lines(
        { do: 'texts', value: 'ab,cd', with: 'ab,cd' },
        { do: 'texts', value: 'ab,cd', with: 'ab' },
        { do: 'texts', value: `${long}y`, with: `${long}z` },
        { do: 'texts', value: `${long}y`, with: long },
        { do: 'texts', value: '', with: '' },
      ),
    ).toEqual([
      [true, true, 2, 'b,', 'a', ',cd', 97, 0],
      [false, true, 2, 'b,', 'a', ',cd', 97, 0],
      [false, false, -1, 'xx', 'x', `${'x'.repeat(38)}y`, 120, 0],
      [false, true, -1, 'xx', 'x', `${'x'.repeat(38)}y`, 120, 0],
      [true, true, -1, '', '', '', 0, 0],
    ]);
  });

  test('numbers and other values', () => {
    expect(call({ do: 'numbers' }).text).toBe(
      '[-5,18446744073709551615,-9223372036854775808,200,1.5,0.25,true,"text",null,null,0]\n',
    );
  });

  test('every value that is in no other is a line; a record may have none, or many', () => {
    expect(call({ do: 'lines' }, { do: 'nothing' }, { do: 'lines' }).text).toBe('1\n"two"\nnull\n[]\n{}\n'.repeat(2));
    expect(call({ do: 'nothing' })).toEqual({ isError: false, text: '' });
    expect(call()).toEqual({ isError: false, text: '' });
  });

  test('records as they are', () => {
    const line = '{ "do" : "raw", "n": 1.50e1 } \r\n';
    expect(plugin.call([line]).text).toBe(`[${line.trimEnd()}]\n${line.trimEnd()}\n`);
  });

  test('keys are escaped', () => {
    expect(lines({ do: 'keys', value: 'a"\u0001' })).toEqual([{ 'qu"ote\\ü\n': 1, 'a"\u0001': 2 }]);
  });

  test('cache, config, lock', () => {
    expect(lines({ do: 'cache', key: 'kü', value: 'v' })).toEqual([[null, 'v', 6, 2.5, true, 'a string', true, false]]);
    expect(plugin.cache.get('kü')).toBe('v');
    expect([plugin.ttls.get('kü'), plugin.ttls.get('float')]).toEqual([500n, undefined]);
    plugin.cacheError = 'disk full';
    expect(call({ do: 'cache', key: 'k', value: 'v' })).toEqual({ isError: true, text: 'cache.get: disk full' });
    const services = { free: true, again: false, released: true };
    expect(lines({ do: 'services' })).toEqual([{ config: 'none', has: false, ...services }]);
    plugin.locks.clear();
    plugin.config.set('key', 'value');
    expect(lines({ do: 'services' })).toEqual([{ config: 'value', has: true, ...services }]);
  });

  test('lines for people go to stderr', () => {
    call({ do: 'services' });
    expect(plugin.stderr).toBe(`debug: d\ninfo: ${'ü'.repeat(5000)}\nwarning: w\nerror: e\n`);
  });

  test('fail ends the call with an error, and the next call is a new one', () => {
    const { isError, text } = call({ do: 'lines' }, { do: 'fail', value: 'é' }, { do: 'lines' });
    expect([isError, text]).toEqual([true, 'because of é']);
    expect(lines({ do: 'kept' })).toEqual(['']);
  });

  test('strings may be kept', () => {
    call({ do: 'keep', value: 'kept string' });
    for (let i = 0; i < 5; i++) call({ do: 'garbage', value: 'x'.repeat(500) });
    expect(lines({ do: 'kept' })).toEqual(['kept string']);
  });

  test('an object left open, or ended too often, is a trap that says so', () => {
    expect(() => call({ do: 'open' })).toThrow('aborted: an object or array was left open at the end of a record');
    plugin = new StandIn(bytes);
    expect(() => call({ do: 'close' })).toThrow('aborted: an object or array is ended that was not begun');
  });

  // `stub` gives nothing back.
  test.skipIf(runtime === 'stub')('memory is given back after every record', () => {
    const big = { do: 'types', value: 'x'.repeat(300_000) };
    call(big);
    const before = plugin.guest.memory.buffer.byteLength;
    for (let i = 0; i < 50; i++) call(big, big);
    expect(plugin.guest.memory.buffer.byteLength - before).toBeLessThan(4 << 20);
  });

  test('an output of many megabytes', () => {
    const value = `${'long "text" '.repeat(5)}é`;
    const { text } = call({ do: 'many', value });
    expect(text === `${JSON.stringify(value)}\n`.repeat(200_000)).toBe(true);
  });
});

test('strings that nobody keeps are collected between calls', async () => {
  const plugin = new StandIn(await compilePlugin(entry));
  const line = JSON.stringify({ do: 'garbage', value: 'x'.repeat(100) });
  for (let i = 0; i < 5; i++) plugin.call([line]);
  const before = plugin.guest.memory.buffer.byteLength;
  for (let i = 0; i < 200; i++) plugin.call([line]);
  expect(plugin.guest.memory.buffer.byteLength).toBe(before);
});

test('errors do not fill the memory', async () => {
  const plugin = new StandIn(await compilePlugin(entry));
  const line = JSON.stringify({ do: 'fail', value: 'x'.repeat(10_000) });
  for (let i = 0; i < 5; i++) plugin.call([line]);
  const before = plugin.guest.memory.buffer.byteLength;
  for (let i = 0; i < 1000; i++) expect(plugin.call([line, line]).text.length).toBe(10_011);
  expect(plugin.guest.memory.buffer.byteLength).toBe(before);
});

test('one field costs one allocation at most', async () => {
  const plugin = new StandIn(await compilePlugin('fixtures/plugins/as/six-fields/plugin.ts'));
  plugin.call([JSON.stringify({ msg: 'a', level: 'b', seen: 1, duration: 2.5, source: { name: 'c' }, tags: ['d'] })]);
  expect(plugin.allocations).toBe(5);
});

test.each<readonly [text: string, ms: number]>([
  ['1970-01-01T00:00:00Z', 0],
  ['2024-10-16T04:08:11.828325Z', 1729051691828],
  ['2024-10-18T14:54:36.3616847', 1729263276361],
  ['2024-02-29 23:59:60.5z', 1709251200500],
  ['2000-03-01t00:00:00+05:30', 951848999999 + 1],
  ['1969-12-31T23:59:59.999Z', -1],
  ['0000-03-01T00:00:00-00:00', Date.UTC(2000, 2, 1) - 5 * 146097 * 86400000],
  ['9999-12-31T23:59:59.9Z', 253402300799900],
  ...[
    '',
    '2024-10-16',
    '2024-10-16T04:08',
    '2024-13-16T04:08:11Z',
    '2024-00-16T04:08:11Z',
    '2024-10-32T04:08:11Z',
    '2024-10-16T24:08:11Z',
    '2024-10-16T04:60:11Z',
    '2024-10-16T04:08:61Z',
    '2024-10-16T04:08:11.Z',
    '2024-10-16T04:08:11X',
    '2024-10-16T04:08:11+0530',
    '2024-10-16T04:08:11+24:00',
    '2O24-10-16T04:08:11Z',
  ].map((text) => [text, -1] as const),
])('the time %j is %i ms', async (value, expected) => {
  const plugin = new StandIn(await compilePlugin(entry));
  expect(plugin.call([JSON.stringify({ do: 'time', value })]).text).toBe(`${expected}\n`);
});

describe('strings are escaped as JSON.stringify escapes them', () => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await loadKernels();
  });
  const escaped = (text: string) => {
    const size = new TextEncoder().encodeInto(text, new Uint8Array(kernels.memory.buffer, kernels.input())).written;
    const bytes = kernels.text(size);
    expect(bytes).toBeLessThanOrEqual(kernels.room(size));
    return kernels.written(bytes);
  };

  test('every ASCII character, at every place of a 16-byte piece', () => {
    for (let code = 0; code < 128; code++) {
      for (let place = 0; place < 34; place++) {
        const text = `${'a'.repeat(place)}${String.fromCharCode(code)}${'é'.repeat(place % 5)}`;
        expect(escaped(text)).toBe(JSON.stringify(text));
      }
    }
  });

  test('mixed texts', () => {
    for (let length = 0; length < 200; length++) {
      const characters = ['a', 'b', '"', '\\', '\n', '\u0000', '\u001f', 'é', '😀', '\u007f'];
      const text = Array.from({ length }, (_, i) => characters[(i * i + length) % 10]).join('');
      expect(escaped(text)).toBe(JSON.stringify(text));
    }
  });
});
