/** Values in paths: each a piece of one name, and no two values one path. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathTemplate } from '../../src/io/path-template.ts';

const NOW_MS = Date.UTC(2024, 11, 31, 23, 59, 58);
const namesOf = (template: string, ...values: string[]) => new PathTemplate(template).namesOf(values, NOW_MS).join('/');

test('puts values and times in their places', () => {
  const template = new PathTemplate('archive/x/{source.name}/{time:%Y-%m-%d}-{a}.ndjson.gz');
  expect(template.root).toBe('archive/x');
  expect(template.places).toEqual(['source.name', 'a']);
  expect(template.namesOf(['app', 'é b'], NOW_MS)).toEqual(['app', '2024-12-31-é b.ndjson.gz']);
  expect(template.timeText(NOW_MS)).not.toBe(template.timeText(NOW_MS + 2000));
  expect(template.timeText(NOW_MS)).toBe(template.timeText(NOW_MS + 1000));
});

test.each([
  ['{a}', '.', '{a}'],
  ['/{a}', '/', '{a}'],
  ['/var/log/{a}/x', '/var/log', '{a}/x'],
  ['logs/all.ndjson', 'logs', 'all.ndjson'],
  ['all.ndjson', '.', 'all.ndjson'],
  ['../x/{time:%Y}', '../x', '2024'],
])('the root of %s is %s', (template, root) => {
  expect(new PathTemplate(template).root).toBe(root);
});

test.each(['{a}/../x', 'x/{a}/./y', 'x/{a}/', 'x/{a}//y'])('%s leads out of its root, or to no name', (template) => {
  expect(new PathTemplate(template).isBelowRoot).toBe(false);
});

const hex = '~[0-9a-f]{16}';
test.each([
  ['..', `__${hex}`],
  ['.', `_${hex}`],
  ['', `_${hex}`],
  ['../../etc/passwd', `___.._etc_passwd${hex}`],
  ['/etc/passwd', `_etc_passwd${hex}`],
  ['a\\b', `a_b${hex}`],
  ['a\0b', `a_b${hex}`],
  ['a\nb\u001b[31m', `a_b_\\[31m${hex}`],
  ['.hidden', `_hidden${hex}`],
  ['-rf', `_rf${hex}`],
  ['x...', `x___${hex}`],
  ['x ', `x_${hex}`],
  ['\u202egpj', `_gpj${hex}`],
  ['\ud800', `_${hex}`],
  ['x'.repeat(300), `x{120}${hex}`],
  ['é'.repeat(150), `é{60}${hex}`],
  ['app~0123456789abcdef', `app_0123456789abcdef${hex}`],
  ['app.2024-12-31T23-59-58', `app.2024-12-31T23-59-58${hex}`],
])('%j becomes a name', (value, pattern) => {
  expect(namesOf('{a}.ndjson', value)).toMatch(new RegExp(`^${pattern}\\.ndjson$`, 'u'));
});

test.each(['app', 'a b', 'a~b', 'a.b', '日本語', 'a-b_c', 'x'.repeat(120), '2024-12-31T23:59:58'])(
  '%j stays',
  (value) => {
    expect(namesOf('{a}.ndjson', value)).toBe(`${value}.ndjson`);
  },
);

test('values of one name stay apart', () => {
  expect(namesOf('{a}-{b}', 'x-y', 'z')).not.toBe(namesOf('{a}-{b}', 'x', 'y-z'));
  expect(namesOf('{a}{b}', 'x', 'yz')).not.toBe(namesOf('{a}{b}', 'xy', 'z'));
  expect(namesOf('{a}--{b}', 'x-', 'z')).not.toBe(namesOf('{a}--{b}', 'x', '-z'));
  expect(namesOf('{a}-{b}', 'x', 'y-z')).toBe('x-y-z');
});

test('no values lead out, are too long for a file system, or share a path', () => {
  const pieces = [
    '',
    '.',
    '..',
    '/',
    '-',
    '~',
    '_',
    '\0',
    'a',
    'b',
    'é',
    '\ud800',
    ' ',
    '~0123456789abcdef',
    '.2024-12-31T23-59-58',
    'x'.repeat(130),
  ];
  const value = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''));
  const templates = ['{a}-{b}', '{a}{b}', '{a}_{b}.gz', '{a}/{b}', '{a}.{b}.ndjson', '{a}~{b}', '{a}{time:%Y}{b}'];
  fc.assert(
    fc.property(fc.constantFrom(...templates), fc.array(fc.tuple(value, value), { maxLength: 30 }), (text, pairs) => {
      const template = new PathTemplate(text);
      const paths = new Map<string, string>();
      for (const pair of pairs) {
        const names = template.namesOf(pair, NOW_MS);
        expect(names).toHaveLength(text.split('/').length);
        for (const name of names) {
          expect(['', '.', '..'].includes(name) || /[/\0]/.test(name)).toBe(false);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        }
        const path = names.join('/');
        const values = JSON.stringify(pair);
        expect(paths.get(path) ?? values).toBe(values);
        paths.set(path, values);
      }
    }),
    { numRuns: 500 },
  );
});

test('a place that comes twice is one', () => {
  const template = new PathTemplate('{k}/{time:%Y}-{k}-{l}.ndjson');
  expect(template.places).toEqual(['k', 'l']);
  expect(template.namesOf(['a', 'b'], NOW_MS)).toEqual(['a', '2024-a-b.ndjson']);
});
