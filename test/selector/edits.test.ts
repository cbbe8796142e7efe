import { expect, test } from 'vitest';
import { renderSelectorError } from '../../src/selector/errors.ts';
import { EditError, type EditTexts, parseEdits } from '../../src/selector/index.ts';

const none: EditTexts = { drop: [], set: [], rename: [], flatten: undefined, explode: undefined };
const read = (texts: Partial<EditTexts>) => parseEdits({ ...none, ...texts });

function complaint(texts: Partial<EditTexts>): string {
  try {
    read(texts);
  } catch (error) {
    if (error instanceof EditError) return `--${error.kind}: ${renderSelectorError(error.cause)}`;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(texts)}`);
}

test('a value is a literal as it is written, or a path', () => {
  const value = (text: string) => {
    const [one] = read({ set: [`a=${text}`] }).set;
    return one!.value instanceof Uint8Array ? Buffer.from(one!.value).toString() : one!.value;
  };
  expect(['1.50', ' null ', '"é\\n"', "'x\"'", '[1, {"a":\n2}]'].map(value)).toEqual([
    ...['1.50', 'null', '"é\\n"', '"x\\""', '[1, {"a": 2}]'],
  ]);
  expect(value('b.c')).toMatchObject({ text: 'b.c', wholeKey: 'b.c' });
  expect(value('"b c".d')).toMatchObject({ steps: [{ key: 'b c' }, { key: 'd' }] });
  expect(value('json(log)')).toMatchObject({ below: [{ kind: 'json' }] });
});

test('a new name is one key', () => {
  const names = read({ rename: ['a.b=c.d', 'e="f g"'] }).rename.map(({ name }) => name);
  expect(names).toEqual(['c.d', 'f g']);
});

test.each<Partial<EditTexts>>([
  { drop: ['a', 'a'] },
  { drop: ['a'], set: ['a.b=1'] },
  { set: ['a.b=1', 'a=2'] },
  { drop: ['a'], rename: ['a=b'] },
  { set: ['b=1'], rename: ['a=b'] },
  { rename: ['a=c', 'b=c'] },
  { explode: 'a', drop: ['a[0]'] },
])('%j contradicts itself', (texts) => {
  expect(complaint(texts)).toContain('contradicts');
});

test.each<Partial<EditTexts>>([
  { rename: ['a=b', 'b=a'] },
  { drop: ['b'], rename: ['a=b'] },
  { rename: ['a=b'], drop: ['a.c'] },
  { drop: ['a.b', 'a.c'], set: ['a.d=1'] },
])('%j does not', (texts) => {
  expect(() => read(texts)).not.toThrow();
});

test('mistakes are pointed at', async () => {
  const mistakes: readonly Partial<EditTexts>[] = [
    { set: ['a'] },
    { set: ['a='] },
    { set: ['a=01'] },
    { set: ['a=@now-1h'] },
    { set: ['a=@2026-03-14'] },
    { set: ['a=[1,'] },
    { set: ['a="x"y'] },
    { set: ['a[*]=1'] },
    { rename: ['a[0]=b'] },
    { rename: ['a='] },
    { drop: ['a..b'] },
    { explode: 'json(a)' },
  ];
  await expect(`${mistakes.map(complaint).join('\n\n')}\n`).toMatchFileSnapshot('edits.txt');
});
