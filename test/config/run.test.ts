/**
 * What test/cli/commands/run.test.ts cannot see from outside: in which order things are looked at, and what is not
 * touched.
 */
import { expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags/flags.ts';
import { parseFlags } from '../../src/cli/parse.ts';
import { defaultLayer, flagLayer } from '../../src/cli/sources.ts';
import { UsageError } from '../../src/config/errors.ts';
import { grantedVariables } from '../../src/config/grants.ts';
import { resolveLayers } from '../../src/config/layers.ts';
import { runSettings } from '../../src/config/run.ts';

const flags = flagsOf('run');

async function settle(argv: readonly string[], files: readonly string[] = []) {
  const loaded: [string, string | undefined][] = [];
  const resolved = resolveLayers([flagLayer(parseFlags(argv, flags).flags), defaultLayer(flags, {})]);
  const load = async (word: string, file: string | undefined) => {
    loaded.push([word, file]);
    return { name: word, file: file ?? word, bytes: new Uint8Array(0) };
  };
  const checkHost = (text: string): void => {
    if (text === 'bad') throw new UsageError('--allow-net: bad');
  };
  const sources = { load, checkHost, readToken: () => '', environment: {} };
  const outcome = await runSettings(resolved, { plugin: 'a', files, args: [] }, sources).catch(
    (error: unknown) => error,
  );
  return { loaded, outcome };
}

test('plugins are loaded in the order of the chain, with the file that -p gave', async () => {
  const { loaded } = await settle(['--then', 'b', '-p', 'b=x.wasm', '--then', 'a', '-p', 'unused=y.wasm']);
  expect(loaded).toEqual([
    ['a', undefined],
    ['b', 'x.wasm'],
    ['a', undefined],
  ]);
});

test.each([
  [['--allow-net', 'bad'], []],
  [['--listen', 'tcp://h:1'], []],
  [['--allow-env', ''], []],
  [['--columns', 'a'], []],
  [['--on-error', 'keep'], []],
  [['--series', ''], []],
  [['--rejects', 'in'], ['in']],
])('%j %j is refused before a plugin is looked for, or even built', async (argv, files) => {
  const { loaded, outcome } = await settle(argv, files);
  expect(outcome).toBeInstanceOf(UsageError);
  expect(loaded).toEqual([]);
});

test('variables are granted by name only, and inherited properties are none', () => {
  expect(grantedVariables(['A', 'B'], { A: '1', C: '3' })).toEqual({ A: '1' });
  expect(grantedVariables(['constructor'], {})).toEqual({});
  expect(grantedVariables(['EMPTY'], { EMPTY: '' })).toEqual({ EMPTY: '' });
  for (const name of ['A=1', '*', 'A B', '']) expect(() => grantedVariables([name], {})).toThrow(UsageError);
});
