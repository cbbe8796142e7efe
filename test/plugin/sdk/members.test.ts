/** Copies of records whose keys a plugin does not know: byte for byte, and nothing of what is left out. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePlugin } from '../../support/plugins.ts';
import { StandIn } from './stand-in.ts';

const redact = async (...lines: readonly string[]): Promise<string> =>
  new StandIn(await compilePlugin('fixtures/plugins/as/redact/plugin.ts')).call(lines).text;

test('what is not named stays as it was written', async () => {
  const line = ' { "a" : 1.50 ,"b":[ 1e400, {"token":"in [ \\" } here"} ],"msg":"\\u00e9","c":-0 , "d":{}}';
  expect(await redact(line)).toBe(
    '{"a" : 1.50,"b":[ 1e400, {"token":"in [ \\" } here"} ],"message":"\\u00e9","c":-0,"d":{},"redacted":true}\n',
  );
});

test('a key is left out however it is spelled, and as often as it comes', async () => {
  const keys = ['"password"', '"p\\u0061ssword"', '"\\u0070\\u0061\\u0073\\u0073word"', '"token"'];
  expect(await redact(`{${keys.map((key) => `${key}:"x"`).join(',')},"tok\\u0000en":1,"passwor":2}`)).toBe(
    '{"tok\\u0000en":1,"passwor":2,"redacted":true}\n',
  );
});

test('what is no object has no members', async () => {
  expect(await redact('[1]', '{}', ' { } ')).toBe('{"redacted":true}\n'.repeat(3));
});

test('the README shows this plugin', () => {
  const readme = readFileSync(new URL('../../../src/plugin/authoring/README.md', import.meta.url), 'utf8');
  const source = readFileSync(new URL('../../../fixtures/plugins/as/redact/plugin.ts', import.meta.url), 'utf8');
  expect(readme).toContain(source.slice(source.indexOf('plugin(')).trim());
});
