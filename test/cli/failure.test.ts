/** `--errors json` also for lines that cannot be parsed: what kind of mistake, and what helps. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/config/errors.ts';
import { slung } from './support.ts';

const row = async (argv: string[], message?: string, detail?: string): Promise<Record<string, unknown>> => {
  const run = async () => {
    throw new UsageError(message ?? '', detail);
  };
  const { err } = await slung(argv, message === undefined ? {} : { run });
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
    const followed = await row(['select', '--errors=json', '--follow']);
    expect(followed).toMatchObject({ kind: 'usage', hint: 'To read a file that grows: tail -f FILE | slung …' });
  });

  test('an unknown command', async () => {
    expect(await row(['selct', '--errors', 'json'])).toMatchObject({
      ...{ kind: 'usage', hint: 'did you mean select?', see: 'slung help' },
    });
  });

  test('a selector: the picture is the detail, its last line the hint', async () => {
    const picture = '  a = 1\n    ^\n  expected ==\n  did you mean `==`?';
    expect(await row(['select', '--errors', 'json'], '--where: `=` is not an operator', picture)).toMatchObject({
      ...{ message: '--where: `=` is not an operator', kind: 'usage', hint: 'did you mean `==`?', detail: picture },
    });
  });

  test('a picture alone is no hint', async () => {
    expect(await row(['select', '--errors', 'json'], 'no', '  a\n  ^')).not.toHaveProperty('hint');
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
