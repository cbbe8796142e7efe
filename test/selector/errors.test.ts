import { describe, expect, test } from 'vitest';
import { renderSelectorError, SelectorError } from '../../src/selector/errors.ts';

function render(text: string, offset: number, length: number, more: object = {}): string[] {
  return renderSelectorError(new SelectorError({ message: 'wrong', text, offset, length, ...more })).split('\n');
}

describe('renderSelectorError', () => {
  test('message, text, caret, expected, suggestion', () => {
    expect(render('a = 1', 2, 1, { expected: 'an operator', suggestion: 'did you mean `==`?' })).toStrictEqual([
      'wrong',
      '  a = 1',
      '    ^',
      '  expected an operator',
      '  did you mean `==`?',
    ]);
  });

  test('a place stands before the message, and without a text there is no caret', () => {
    expect(render('', 0, 0, { place: 'selectors[0].any', expected: 'a list' })).toStrictEqual([
      'selectors[0].any: wrong',
      '  expected a list',
    ]);
  });

  test('the caret is at least one wide, also after the end', () => {
    expect(render('abc', 1, 0)).toStrictEqual(['wrong', '  abc', '   ^']);
    expect(render('abc', 3, 0)).toStrictEqual(['wrong', '  abc', '     ^']);
    expect(render('abc', 3, 1)).toStrictEqual(['wrong', '  abc', '     ^']);
  });

  test('the caret stands under wide, combining and emoji characters', () => {
    expect(render('名前 = 1', 3, 1)).toStrictEqual(['wrong', '  名前 = 1', '       ^']);
    expect(render('x 名前', 2, 2)).toStrictEqual(['wrong', '  x 名前', '    ^^^^']);
    expect(render('e\u0301 = 1', 3, 1)).toStrictEqual(['wrong', '  e\u0301 = 1', '    ^']);
    expect(render('😀 = 1', 3, 1)).toStrictEqual(['wrong', '  😀 = 1', '     ^']);
    expect(render('a😀', 1, 2)).toStrictEqual(['wrong', '  a😀', '   ^^']);
  });

  test('a tab is one space', () => {
    expect(render('a\t=\t1', 2, 1)).toStrictEqual(['wrong', '  a = 1', '    ^']);
  });

  test('control characters and bidirectional overrides never reach the terminal', () => {
    const [, line, under] = render('a\x1b[31m\x7f\x9b\u202e = 1', 9, 1);
    expect(line).toBe('  a␛[31m␡\ufffd\ufffd = 1');
    expect(under).toBe('           ^');
  });

  test('only the line with the error is shown', () => {
    expect(render('a == 1 &&\nb = 2\n&& c', 12, 1)).toStrictEqual(['wrong', '  b = 2', '    ^']);
    expect(render('\nb', 0, 1)).toStrictEqual(['wrong', '', '  ^']);
    expect(render('a\nb', 0, 3)).toStrictEqual(['wrong', '  a', '  ^']);
  });

  test('a long text is cut around the caret', () => {
    const text = `${'a'.repeat(500)}!${'b'.repeat(500)}`;
    const [, line, under] = render(text, 500, 1);
    expect(line).toMatch(/^ {2}…a+!b+…$/);
    expect(line!.length).toBeLessThanOrEqual(80);
    expect(line![under!.indexOf('^')]).toBe('!');
    expect(render(`!${'b'.repeat(500)}`, 0, 1)[1]).toMatch(/^ {2}!b+…$/);
    const [, lastLine, lastUnder] = render('a'.repeat(500), 500, 0);
    expect(lastLine).toMatch(/^ {2}…a+$/);
    expect(lastUnder).toBe(`${' '.repeat(lastLine!.length)}^`);
    expect(render('c'.repeat(500), 0, 500)[2]).toBe(`  ${'^'.repeat(76)}`);
  });
});

test('the error carries its fields', () => {
  const error = new SelectorError({ message: 'm', text: 't', offset: 0, length: 1, expected: 'e', suggestion: 's' });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'SelectorError', message: 'm', text: 't', offset: 0, length: 1, expected: 'e' });
  expect(error.place).toBeUndefined();
});
