/**
 * What a guest reads through a view: Tangent's path rules (the table of its reference, for paths that are fields of
 * the row and for paths that are looked for in the text), scalars by their text, lists, maps, keys, lengths and `log`.
 */
import { describe, expect, test } from 'vitest';
import { engineWith, type GuestScalar, TestGuest, viewOf } from './logview.ts';

const int = (value: number | bigint): GuestScalar => ({ int: BigInt(value) });
const str = (value: string): GuestScalar => ({ str: value });
const float = (value: number): GuestScalar => ({ float: value });

const both = [
  ['learned', (paths: readonly string[]) => paths],
  ['searched', () => []],
] as const;

describe.each(both)('paths, %s', (_, learnedOf) => {
  const record = '{"a.b":1,"a":{"b":2,"c.d":3,"e":[10,[20,21],{"f":5}]},"":{"x":7},"x[0]":8,"x":[9]}';
  const scalars: [string, GuestScalar | undefined][] = [
    ['a.b', int(1)],
    ['a.c.d', undefined],
    ['a.e[0]', int(10)],
    ['a.e[1][1]', int(21)],
    ['a.e[1]zz[0]', int(20)],
    ['a.e[0]junk', int(10)],
    ['a.e[2].f', int(5)],
    ['x[0]', int(8)],
    ['[0]', undefined],
    ['a.e[00]', int(10)],
    ['a.e[-1]', undefined],
    ['a.e[3]', undefined],
    ['a.e[]', undefined],
    ['a.e[+]', undefined],
    ['a.e[ 0]', undefined],
    ['a.e[++0]', undefined],
    ['a.e[4294967296]', undefined],
    ['a.e[18446744073709551616]', undefined],
    ['a.e[0', undefined],
    ['a.e.0', undefined],
    ['.x', int(7)],
    ['.', undefined],
    ['a.', undefined],
    ['a.b.', undefined],
    ['a..b', undefined],
    ['a[0]', undefined],
  ];

  test('the truth vectors', () => {
    const view = viewOf(record, learnedOf(scalars.map(([path]) => path)));
    expect(scalars.map(([path]) => [path, view('get', path)])).toEqual(scalars);
    for (const [path, value] of scalars) expect([path, view('has', path)]).toEqual([path, value !== undefined]);
  });

  test('an array by plus sign, an object by the empty key', () => {
    const view = viewOf(record, learnedOf(['a.e[+1]', '']));
    expect(view('get-list', 'a.e[+1]')).toEqual([int(20), int(21)]);
    expect(view('get-map', '')).toEqual([['x', int(7)]]);
  });

  test('whole keys win over steps only at the root, and mixed prefixes are not tried', () => {
    const paths = ['id.orig_h', 'id.orig_h.x', 'n.a.b'];
    const view = viewOf('{"id":{"orig_h":1},"id.orig_h":{"x":1},"n":{"a.b":1}}', learnedOf(paths));
    expect(view('len', 'id.orig_h')).toBe(undefined);
    expect(view('keys', 'id.orig_h')).toEqual(['x']);
    expect(view('get', 'id.orig_h.x')).toBe(undefined);
    expect(view('get', 'n.a.b')).toBe(undefined);
  });

  test.each(['[{"a":1}]', '"a"', '1', '[]', '{}'])('no path leads into %s', (odd) => {
    const paths = ['[0]', '[0].a', '0', '', 'a', '.'];
    const view = viewOf(odd, learnedOf(paths));
    expect(paths.filter((path) => view('has', path))).toEqual([]);
    expect(view('log')).toBe(odd);
  });

  test('the last of duplicate keys wins, and takes what was below the first with it', () => {
    const paths = ['a', 'b', 'b.x', 'c.x', 'd[0]'];
    const view = viewOf('{"a":1,"b":{"x":1},"c":2,"d":[1],"a":"last","b":3,"c":{"x":4},"d":[]}', learnedOf(paths));
    expect(paths.map((path) => view('get', path))).toEqual([str('last'), int(3), undefined, int(4), undefined]);
  });

  test('keys with escapes are compared by value', () => {
    const record = String.raw`{"\u0061":1,"q\"":2,"\n":3,"l\\n":4,"é":{"\u00e9":5},"\ud83d\ude00":6,"\ud800":7}`;
    const paths = ['a', 'q"', '\n', 'l\\n', 'é.é', '😀', '\ufffd', '\\n'];
    const view = viewOf(record, learnedOf(paths));
    expect(paths.map((path) => view('get', path))).toEqual([...[1, 2, 3, 4, 5, 6, 7].map(int), undefined]);
  });

  test('white space between tokens', () => {
    const view = viewOf(' { "a" : { "b" : [ 1 , "x" , { } ] } , "c" :\t3 } ', learnedOf(['a.b', 'a.b[1]', 'c', 'a']));
    expect(view('get-list', 'a.b')).toEqual([int(1), str('x')]);
    expect(view('get', 'a.b[1]')).toEqual(str('x'));
    expect(view('get', 'c')).toEqual(int(3));
    expect(view('keys', 'a')).toEqual(['b']);
    expect(view('len', 'a.b')).toBe(3);
  });

  test('keys of every length up to 300 bytes', () => {
    const keys = Array.from({ length: 301 }, (_, length) => 'k'.repeat(Math.max(0, length - 1)) + (length ? 'z' : ''));
    const record = `{${keys.map((key, i) => `"${key}":${i}`).join(',')}}`;
    const some = keys.filter((_, i) => i < 70 || i % 16 < 2).slice(0, 128);
    const view = viewOf(record, learnedOf(some));
    for (const [i, key] of keys.entries()) expect(view('get', key)).toEqual(int(i));
    expect(view('get', 'k'.repeat(70))).toBe(undefined);
  });
});

describe.each(both)('results, %s', (_, learnedOf) => {
  const record =
    '{"null":null,"str":"héllo","int":5,"float":1.0,"true":true,"false":false,"array":[1,null,"x",[2],{"k":1},true,1.5,false],"object":{"a":1,"b":null,"c":"x","d":[1],"e":{},"f":true}}';
  const names = ['missing', 'null', 'str', 'int', 'float', 'true', 'false', 'array', 'object'];
  const ask = (method: 'has' | 'get' | 'len' | 'get-list' | 'get-map' | 'keys') => {
    const view = viewOf(record, learnedOf(names));
    return names.map((name) => view(method, name));
  };
  const none = undefined;

  test('has: also null', () => expect(ask('has')).toEqual([false, ...Array(8).fill(true)]));
  test('get: scalars', () => {
    const values = [none, none, str('héllo'), int(5), float(1), { bool: true }, { bool: false }, none, none];
    expect(ask('get')).toEqual(values);
  });
  test('len: bytes of a string, elements of an array', () => {
    expect(ask('len')).toEqual([none, none, 6, none, none, none, none, 8, none]);
  });
  test('get-list: scalars of an array', () => {
    const list = [int(1), str('x'), { bool: true }, float(1.5), { bool: false }];
    expect(ask('get-list')).toEqual([...Array(7).fill(none), list, none]);
  });
  test('get-map: scalar members of an object', () => {
    const map = [
      ['a', int(1)],
      ['c', str('x')],
      ['f', { bool: true }],
    ];
    expect(ask('get-map')).toEqual([...Array(8).fill(none), map]);
  });
  test('keys: all members of an object', () => {
    expect(ask('keys')).toEqual([...Array(8).fill([]), ['a', 'b', 'c', 'd', 'e', 'f']]);
  });

  test('empty strings, lists and maps are there', () => {
    const view = viewOf(
      '{"s":"","l":[],"o":{},"n":[null],"e":[""],"m":{"":""}}',
      learnedOf(['s', 'l', 'o', 'n', 'e', 'm']),
    );
    expect(view('get', 's')).toEqual(str(''));
    expect(view('len', 's')).toBe(0);
    expect(view('get-list', 'l')).toEqual([]);
    expect(view('get-list', 'n')).toEqual([]);
    expect(view('get-list', 'e')).toEqual([str('')]);
    expect(view('get-map', 'o')).toEqual([]);
    expect(view('get-map', 'm')).toEqual([['', str('')]]);
    expect(view('keys', 'o')).toEqual([]);
  });

  test('numbers: integers of 64 bits stay integers, everything else is the nearest double', () => {
    const texts: [string, GuestScalar][] = [
      ['0', int(0)],
      ['-0', int(0)],
      ['-0.0', float(-0)],
      ['1.0', float(1)],
      ['1e3', float(1000)],
      ['1E-2', float(0.01)],
      ['9007199254740993', int(9007199254740993n)],
      ['9223372036854775807', int(9223372036854775807n)],
      ['-9223372036854775808', int(-9223372036854775808n)],
      ['9223372036854775808', float(2 ** 63)],
      ['9223372036854777857', float(2 ** 63 + 2048)],
      ['18446744073709551615', float(2 ** 64)],
      ['18446744073709551616', float(2 ** 64)],
      ['-9223372036854775809', float(-(2 ** 63))],
      ['123456789012345678901234567890', float(Number('123456789012345678901234567890'))],
      ['1e400', float(Number.POSITIVE_INFINITY)],
      ['1e-400', float(0)],
      ['0.1', float(0.1)],
    ];
    const record = `{${texts.map(([text], i) => `"n${i}":${text}`).join(',')},"all":[${texts.map(([text]) => text)}]}`;
    const view = viewOf(record, learnedOf([...texts.keys()].map((i) => `n${i}`)));
    expect(texts.map((_, i) => view('get', `n${i}`))).toEqual(texts.map(([, value]) => value));
    expect(view('get-list', 'all')).toEqual(texts.map(([, value]) => value));
  });

  test('strings: every length, with and without escapes', () => {
    for (const tail of ['', '\n', '€', '😀"']) {
      const values = Array.from({ length: 200 }, (_, length) => 'abcdefghij'.repeat(20).slice(0, length) + tail);
      const view = viewOf(
        JSON.stringify({ s: values }),
        learnedOf(['s', ...[...values.keys()].slice(0, 100).map((i) => `s[${i}]`)]),
      );
      expect(view('get-list', 's')).toEqual(values.map(str));
      for (const [i, value] of values.entries()) {
        expect(view('get', `s[${i}]`)).toEqual(str(value));
        expect(view('len', `s[${i}]`)).toBe(Buffer.byteLength(value));
      }
    }
  });

  test('lone surrogates are replaced, pairs are joined', () => {
    const record = String.raw`{"a":"\ud800x","b":"\udc00","c":"\ud83d\ude00","d":"\ud800\ud83d\ude00","k":{"\ud800":1}}`;
    const view = viewOf(record, learnedOf(['a', 'b', 'c', 'd', 'k']));
    const texts = ['a', 'b', 'c', 'd'].map((path) => view('get', path));
    expect(texts).toEqual([str('\ufffdx'), str('\ufffd'), str('😀'), str('\ufffd😀')]);
    expect(view('len', 'a')).toBe(4);
    expect(view('keys', 'k')).toEqual(['\ufffd']);
  });

  test('duplicate keys in maps and keys: once, where the first was, with the last value', () => {
    const record = String.raw`{"o":{"a":1,"b":2,"\u0061":3,"c":4,"b":[],"d":null,"d":5},"one":{"x":1,"x":null}}`;
    const view = viewOf(record, learnedOf(['o', 'one']));
    expect(view('keys', 'o')).toEqual(['a', 'b', 'c', 'd']);
    expect(view('get-map', 'o')).toEqual([
      ['a', int(3)],
      ['c', int(4)],
      ['d', int(5)],
    ]);
    expect(view('keys', 'one')).toEqual(['x']);
    expect(view('get-map', 'one')).toEqual([]);
  });

  test('lists and maps that outgrow the first table', () => {
    const list = Array.from({ length: 100_000 }, (_, i) => i);
    const object = Object.fromEntries(list.slice(0, 40_000).map((i) => [`k${i}`, i]));
    const view = viewOf(JSON.stringify({ object, list }), learnedOf(['list', 'object']));
    expect(view('get-list', 'list')).toEqual(list.map(int));
    expect(view('keys', 'object')).toEqual(Object.keys(object));
    expect(view('get-map', 'object')).toEqual(Object.entries(object).map(([key, value]) => [key, int(value)]));
    expect(view('len', 'list')).toBe(100_000);
  });
});

describe('log', () => {
  test.each([
    String.raw`{"a":"\u00e9\n\"","b":1.50 , "a":null}`,
    ' {"a" : 1}  ',
    `{"long":"${'x'.repeat(1000)}"}`,
    '{}',
  ])('gives the bytes back as they were: %s', (record) => {
    expect(viewOf(record)('log')).toBe(record);
  });
});

describe('paths that were asked for', () => {
  const asked = (guest: TestGuest): string[] =>
    Array.from({ length: guest.views.askedCount() }, (_, i) => {
      const from = guest.views.askedPath(i);
      return Buffer.from(guest.engine.view(from, from + guest.views.askedLength(i))).toString();
    });

  test('are listed once, in order of first asking, told apart by their bytes', () => {
    const guest = new TestGuest(engineWith(['{"a":1}']));
    const handle = guest.views.beginCall(1, 0, 1);
    const paths = ['a', 'b.c', 'a\0', 'k'.repeat(16), 'k'.repeat(17), 'k'.repeat(256), '', 'é', `${'k'.repeat(16)}x`];
    for (const path of [...paths, ...paths]) guest.ask('get', handle, path);
    expect(asked(guest)).toEqual(paths);
  });

  test('differ when one is the other and zero bytes', () => {
    const paths = Array.from({ length: 128 }, (_, i) => 'abcdefgh'.charAt(i % 8) + '\0'.repeat(i >> 3));
    const record = JSON.stringify(Object.fromEntries(paths.map((path, i) => [path, i])));
    const guest = new TestGuest(engineWith([record], { learned: paths }));
    const handle = guest.views.beginCall(1, 0, 1);
    for (const path of paths) guest.ask('has', handle, path);
    expect(asked(guest)).toEqual(paths);
    expect(paths.map((path) => guest.ask('get', handle, path))).toEqual([...paths.keys()].map(int));
  });

  test('are 128 at most, of 256 bytes at most; others are answered all the same', () => {
    const paths = Array.from({ length: 200 }, (_, i) => `key${i}`);
    const long = 'l'.repeat(257);
    const longest = 'm'.repeat(65_536);
    const record = JSON.stringify(Object.fromEntries([long, longest, ...paths].map((path, i) => [path, i])));
    const guest = new TestGuest(engineWith([record]));
    const handle = guest.views.beginCall(1, 0, 1);
    expect([long, longest, ...paths].map((path) => guest.ask('get', handle, path))).toEqual(
      [...Array(202).keys()].map(int),
    );
    expect(asked(guest)).toEqual(paths.slice(0, 128));
  });

  test('begin anew with another instance over the same memory', () => {
    const first = new TestGuest(engineWith(['{"a":1,"b":2}']));
    first.ask('get', first.views.beginCall(1, 0, 1), 'a');
    const { memory, map, options } = first.engine;
    const plan = { bytes: first.engine.bytes().slice(map.plan, map.plan + 4096), workBytes: 0, slotCount: 0, sets: [] };
    const engine = new (first.engine.constructor as typeof import('../../../src/engine/row-engine.ts').RowEngine)(
      memory,
      map,
      options,
      {
        ...plan,
        trackKeys: false,
        pathSlots: [],
        classCount: 0,
        jsonLevels: 0,
        hasEdits: false,
        copied: [],
        asksOrigin: false,
      },
    );
    const second = new TestGuest(engine);
    const handle = second.views.beginCall(1, 0, 1);
    expect([second.ask('get', handle, 'b'), second.ask('get', handle, 'a')]).toEqual([int(2), int(1)]);
    expect(asked(second)).toEqual(['b', 'a']);
  });
});
