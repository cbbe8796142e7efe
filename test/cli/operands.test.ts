/** A forgotten -w or -f: refused before anything is read, and only when no file has that name. */
import { describe, expect, test } from 'vitest';
import { slung } from './support.ts';

const selectors = [
  'level == "error"',
  'level="error"',
  "level = 'error'",
  '.level == "error"',
  'select(.level == "error")',
  'has(debug)',
  '!has(debug)',
  'duration>5',
  'duration > 5 and a',
  'msg ~ "x"',
  'status in [1, 2]',
  'msg contains x',
];

describe('an operand that reads as a selector', () => {
  test.each(selectors)('%s', async (text) => {
    for (const argv of [[text, 'app.ndjson'], ['app.ndjson', text], [text]]) {
      const { code, err, settings } = await slung(['select', ...argv], { files: ['app.ndjson'] });
      expect({ code, settings }).toEqual({ code: 2, settings: undefined });
      expect(err).toContain(`slung: ${text} reads as a selector, and there is no file of that name\nDid you mean -w?`);
    }
  });

  test('the line that was meant is shown as a shell reads it', async () => {
    const { err } = await slung(['select', `name == 'x'`, 'a b', 'c', 'd', 'e']);
    expect(err.split('\n')[1]).toBe(`Did you mean -w? Write: slung select -w 'name == '\\''x'\\''' 'a b' c d …`);
  });

  test.each(['run', 'store write'])('also with %s', async (command) => {
    const argv = [...command.split(' '), ...(command === 'run' ? ['p.wasm'] : []), 'a == 1'];
    const { code, err } = await slung(argv);
    expect(code).toBe(2);
    expect(err).toContain('a == 1 reads as a selector');
  });

  test('is a file when there is one', async () => {
    expect((await slung(['select', 'a == 1'], { files: ['a == 1'] })).settings?.input.inputs).toEqual(['a == 1']);
  });
});

test('a first operand that reads as a list of fields', async () => {
  const { code, err, settings } = await slung(['select', 'time,service=source.name', 'app.ndjson']);
  expect({ code, settings }).toEqual({ code: 2, settings: undefined });
  expect(err).toContain("Did you mean -f? Write: slung select -f 'time,service=source.name' app.ndjson\n");
  expect((await slung(['select', 'a,b'], { files: ['a,b'] })).settings?.input.inputs).toEqual(['a,b']);
});

test('a first operand that reads as a path of jq, before others', async () => {
  const { code, err } = await slung(['select', '.source.name', 'app.ndjson']);
  expect(code).toBe(2);
  expect(err).toContain('.source.name reads as a path of jq, and there is no file of that name\n');
  expect(err).toContain('Did you mean -f? Write: slung select -f source.name app.ndjson\n');
  expect((await slung(['select', '.log', 'a'], { files: ['.log'] })).settings?.input.inputs).toEqual(['.log', 'a']);
  expect((await slung(['select', '.log'])).settings?.input.inputs).toEqual(['.log']);
});

test.each(['-', 'app.ndjson', 'date=2026-03-14/part.ndjson', 'logs/a b.gz', './x', 'a-in-b', 'has', 'what?', '*.gz'])(
  '%s is the name of a file, whether it exists or not',
  async (name) => {
    expect((await slung(['select', name])).settings?.input.inputs).toEqual([name]);
  },
);
