/** `--errors json` also for lines that cannot be parsed: what kind of mistake, and what helps. */
import { describe, expect, test } from 'vitest';
import { asUsageError } from '../../src/config/selector-errors.ts';
import { SelectorError } from '../../src/selector/errors.ts';
import { AddressesError } from '../../src/text/explained.ts';
import { slung } from './support.ts';

const row = async (argv: string[], error?: unknown): Promise<Record<string, unknown>> => {
  const run = async () => {
    throw error;
  };
  const { err } = await slung(argv, error === undefined ? {} : { run });
  const lines = err.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
};

describe('errors as JSON', () => {
  test('an unknown option', async () => {
    expect(await row(['select', '--errors', 'json', '--feilds'])).toEqual({
      ...{ level: 'error', message: 'unknown option --feilds (did you mean --fields?)', kind: 'usage', exitCode: 2 },
      ...{ hint: 'did you mean --fields?', see: 'slung help select' },
    });
    const followed = await row(['store', 'write', '--errors=json', '--follow']);
    expect(followed).toMatchObject({ kind: 'usage', hint: 'To read a file that grows: tail -f FILE | slung …' });
  });

  test('an unknown command', async () => {
    expect(await row(['selct', '--errors', 'json'])).toMatchObject({
      ...{ kind: 'usage', hint: 'did you mean select?', see: 'slung help' },
    });
  });

  test('a selector: the picture is the detail, its last line the hint', async () => {
    const picture = '  a = 1\n    ^\n  expected ==\n  did you mean `==`?';
    const selector = { text: 'a = 1', offset: 2, length: 1, message: '`=` is not an operator', expected: '==' };
    const error = asUsageError(new SelectorError({ ...selector, suggestion: 'did you mean `==`?' }), '--where');
    const message = '--where: `=` is not an operator';
    expect(await row(['select', '--errors', 'json'], error)).toMatchObject({
      ...{ message, kind: 'usage', hint: 'did you mean `==`?', detail: picture },
    });
    const less = asUsageError(new SelectorError(selector), '--where');
    expect(await row(['select', '--errors', 'json'], less)).toMatchObject({ message, hint: 'expected ==' });
  });

  test('a picture alone is no hint', async () => {
    const error = asUsageError(new SelectorError({ message: 'no', text: 'a', offset: 0, length: 1 }), '-w');
    expect(await row(['select', '--errors', 'json'], error)).toMatchObject({ detail: '  a\n  ^' });
    expect(await row(['select', '--errors', 'json'], error)).not.toHaveProperty('hint');
    expect(await row(['select', '--errors', 'json', '-f', 'a=b,c[0'])).not.toHaveProperty('hint');
  });

  test('an error that slung knows nothing of but that it is explained', async () => {
    class Full extends Error {
      readonly problem = 'system';
      readonly exit = 7;
      readonly detail = 'The moon is full.\nWait.';
      readonly hint = 'Wait.';
    }
    const run = async () => {
      throw new Full('no room');
    };
    const { code, err } = await slung(['select'], { run });
    expect({ code, err }).toEqual({ code: 7, err: 'slung: no room\nThe moon is full.\nWait.\n' });
    expect(await row(['select', '--errors', 'json'], new Full('no room'))).toEqual({
      ...{ level: 'error', message: 'no room', kind: 'system', exitCode: 7 },
      ...{ hint: 'Wait.', detail: 'The moon is full.\nWait.' },
    });
  });

  test('an engine that gets no memory', async () => {
    const error = new AddressesError(new RangeError('WebAssembly.Memory(): could not allocate memory'));
    expect(await row(['select', '--errors', 'json'], error)).toMatchObject({
      ...{ kind: 'system', exitCode: 1, hint: 'ulimit -v', detail: 'See: ulimit -v' },
    });
  });

  test('what nobody meant for the user is an internal error', async () => {
    expect(await row(['select', '--errors', 'json'], new TypeError('x is no function'))).toMatchObject({
      ...{ kind: 'internal', exitCode: 1, message: expect.stringContaining('internal error: TypeError: x is no') },
    });
  });

  test('a query', async () => {
    expect(await row(['query', '--store', 'x', '--errors', 'json', 'AVG:'])).toMatchObject({
      ...{ kind: 'query', exitCode: 2, hint: 'write AVG::[] for all tags', see: 'slung help query' },
    });
  });

  test('a plugin that is not there', async () => {
    expect(await row(['run', '--errors', 'json', 'nothing.wasm'])).toMatchObject({ kind: 'plugin', exitCode: 3 });
  });
});
