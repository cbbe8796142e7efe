import { describe, expect, test } from 'vitest';
import { nearestPath } from '../../src/selector/hint.ts';
import { parsePath } from '../../src/selector/paths.ts';
import { parseTangentPath } from '../../src/selector/tangent.ts';

const utf8 = new TextEncoder();
const near = (path: string, ...lines: string[]): string | undefined =>
  nearestPath(parsePath(path), utf8.encode(lines.join('\n')));

const log = JSON.stringify({
  '@timestamp': '2024',
  'msg.level': 'info',
  'id.orig_h': '10.0.0.1',
  source: { name: 'billing', 'host.name': 'h1' },
  tags: ['a', 'b'],
  users: [{ name: 'x', email: 'y' }],
  Status: 200,
  'any key': { deep: { deeper: 1 } },
});

describe('the nearest path', () => {
  test.each([
    ['sorce.name', 'source.name'],
    ['source.nmae', 'source.name'],
    ['source.nam', 'source.name'],
    ['Source.Name', 'source.name'],
    ['status', 'Status'],
    ['timestamp', '@timestamp'],
    ['msg.levle', 'msg.level'],
    ['"msg".level', 'msg.level'],
    ['"source.name"', 'source.name'],
    ['id.orig_p', 'id.orig_h'],
    ['source.host.name', 'source."host.name"'],
    ['email', 'users[0].email'],
    ['user.name', 'users[0].name'],
    ['users[7].name', 'users[0].name'],
    ['users.email', 'users[0].email'],
    ['deep.deeper', '"any key".deep.deeper'],
    ['any_key', '"any key"'],
    ['orig_h', 'id.orig_h'],
    ['level', 'msg.level'],
    ['emial', 'users[0].email'],
  ])('of %s is %s', (asked, expected) => {
    expect(near(asked, log)).toBe(expected);
  });

  test.each(['zzz', 'q', 'completely.other', 'x.y.z'])('of %s is none', (asked) => {
    expect(near(asked, log)).toBeUndefined();
  });

  test('is none when the path is there after all', () => {
    expect(near('source.name', log)).toBeUndefined();
    expect(near('msg.level', log)).toBeUndefined();
    expect(near('tags[1]', log)).toBeUndefined();
  });

  test("works for Tangent's paths, also those with no steps", () => {
    expect(nearestPath(parseTangentPath('sorce.name'), utf8.encode(log))).toBe('source.name');
    expect(nearestPath(parseTangentPath('tag[-1]'), utf8.encode('{"tag[1]":1}'))).toBe('"tag[1]"');
  });
});

describe('the sample', () => {
  test('lines that do not parse, or are no objects, are skipped', () => {
    expect(near('levle', '[{"levle":1}]', 'nonsense', '5', 'null', '', '{"level":1}', '{"levle":')).toBe('level');
  });

  test('may be empty, or in shared memory', () => {
    expect(nearestPath(parsePath('a'), new Uint8Array())).toBeUndefined();
    const shared = new Uint8Array(new SharedArrayBuffer(20));
    shared.set(utf8.encode('{"level":1}\n'));
    expect(nearestPath(parsePath('levle'), shared.subarray(0, 12))).toBe('level');
  });

  test('keys that no path can name are left out', () => {
    expect(near('ab', '{"ab\\ud800":1}')).toBeUndefined();
  });

  test('work is bounded in lines, depth, paths and length', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    expect(near('a.a.a.a.a.a.a.a.a', deep)).toBe('a.a.a.a.a.a.a.a');
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key_${i}`, { x: i }])));
    expect(near('kye_7', wide)).toBe('key_7');
    expect(near('kye_19999.x', wide)).not.toBe('key_19999.x');
    const long = 'k'.repeat(100_000);
    expect(near(`${long}x`, `{"${long}":1}`)).toBeUndefined();
    const late = [...Array.from({ length: 500 }, () => '{"b":1}'), '{"level":1}'];
    expect(near('levle', ...late)).toBeUndefined();
  });
});
