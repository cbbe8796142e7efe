/** `slung generate` from argv to records on standard output. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Scene, slung } from '../support.ts';

const template = fileURLToPath(
  new URL('../../../fixtures/cookbook/records-from-a-template/requests.json', import.meta.url),
);
const generate = (argv: readonly string[], scene: Scene = {}) => slung(['generate', ...argv], scene);

test('a thousand records, or as many as were asked for', async () => {
  const { code, out, err } = await generate([template]);
  expect({ code, err, lines: out.split('\n').length }).toEqual({ code: 0, err: '', lines: 1001 });
  expect((await generate([template, '-n', '1.5k'])).out.startsWith(out)).toBe(true);
  expect((await generate([template, '-n2'])).out.split('\n').slice(0, 2)).toEqual(out.split('\n').slice(0, 2));
});

test('another seed and other times give other records', async () => {
  const { out } = await generate([template, '-n1', '--seed', '2', '--start', '2027-05-06T07:08:09+02:00']);
  expect(out).toMatch(/^\{"time":"2027-05-06T05:08:09\.000Z",/);
  const later = (await generate([template, '-n2', '--every', '90s'])).out.split('\n')[1];
  expect(later).toMatch(/^\{"time":"2026-01-01T00:01:30\.000Z",/);
});

test('without end until nobody reads any more', async () => {
  const { code, out } = await generate([template, '-n', '0'], { taken: 3 });
  expect(code).toBe(0);
  expect(out.length).toBeGreaterThan(3 * 64 * 1024);
});

test.each([
  [['none.json'], 'cannot read the template none.json: there is no such file'],
  [['/'], 'cannot read the template /: it is a directory'],
  [['a', 'b'], 'generate takes only one template: b'],
  [[template, '-n', 'many'], '--records: "many" is not a whole number'],
  [[template, '-n', '1.5'], '--records: "1.5" is not a whole number'],
  [[template, '--start', 'now'], '--start: now is no fixed time'],
  [[template, '--start', 'x'], '--start: '],
])('%j is refused', async (argv, message) => {
  const { code, out, err } = await generate(argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.startsWith(`slung: ${message}`)).toBe(true);
});

test('alone on a terminal it shows its help', async () => {
  const { code, err } = await generate([], { terminals: [0] });
  expect({ code, first: err.split('\n')[0] }).toEqual({
    code: 2,
    first: 'slung generate: Make records from a template',
  });
});
