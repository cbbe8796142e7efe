import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compileExpressions, renderSelectorError, SelectorError } from '../../src/selector/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(directory, name), content);

/** The lines of the only list of the selector. */
function linesOf(content: string): string {
  write('list', content);
  const [test] = compileExpressions(['a in file("list")'], { directory }).tests;
  return test?.op === 'list' ? Buffer.from(test.lines).toString() : '';
}

function complaint(text: string): string {
  try {
    compileExpressions([text], { directory });
  } catch (error) {
    if (error instanceof SelectorError) return renderSelectorError(error);
    throw error;
  }
  return '';
}

describe('lists', () => {
  test('are lines that end with a newline, without a byte order mark', () => {
    expect(linesOf('a\nb')).toBe('a\nb\n');
    expect(linesOf('a\nb\n')).toBe('a\nb\n');
    expect(linesOf('\ufeffa')).toBe('a\n');
    expect(linesOf('')).toBe('');
  });

  test('a value in quotes is JSON, and a quote elsewhere is a character', () => {
    expect(linesOf('a"b\n "\\n"  \n# "')).toBe('a"b\n "\\n"  \n# "\n');
    write('bad', 'x\n"a\n');
    expect(complaint('a in file("bad")')).toMatchInlineSnapshot(`
      "bad:2: a value that begins with a quote is a JSON string, and this is none
        a in file("bad")
                  ^^^^^"
    `);
  });

  test('have to be UTF-8', () => {
    write('bytes', Buffer.from([0x61, 0xff, 0x0a]));
    expect(complaint('has(x) && a in file("bytes")')).toMatchInlineSnapshot(`
      ""bytes" is not UTF-8
        has(x) && a in file("bytes")
                            ^^^^^^^
        iconv converts it"
    `);
  });
});

describe('rules', () => {
  test('are selectors, of which one holds', () => {
    write('rules', '# none\n\na == 1\r\n  b == 2 && c == 3\n');
    const where = compileExpressions(['rules("rules")'], { directory });
    const same = compileExpressions(['a == 1 || b == 2 && c == 3']);
    expect(where).toEqual(same);
    write('none', '# none\n');
    const { emptyFiles, ...none } = compileExpressions(['rules("none")'], { directory });
    expect(none).toEqual(compileExpressions(['a in []']));
    expect(emptyFiles).toEqual([{ name: 'none', of: 'rules' }]);
  });

  test('mistakes have the place of the line', () => {
    write('wrong', 'a == 1\n\nlevel = "error"\n');
    expect(complaint('rules("wrong")')).toMatchInlineSnapshot(`
      "wrong:3: \`=\` is not an operator
        level = "error"
              ^
        expected one of == != < <= > >= ^= $= *= ~ !~ in
        did you mean \`==\`?"
    `);
    write('pattern', 'a == 1\nmsg ~ "(a"\n');
    expect(complaint('rules("pattern")')).toMatchInlineSnapshot(`
      "pattern:2: the group is never closed
        msg ~ "(a"
               ^
        expected )"
    `);
  });

  test('may name other files, and not themselves', () => {
    write('outer', 'rules("inner")');
    write('inner', 'b in file("list")\nb = 1');
    expect(complaint('rules("outer")')).toMatchInlineSnapshot(`
      "outer:1: inner:2: \`=\` is not an operator
        b = 1
          ^
        expected one of == != < <= > >= ^= $= *= ~ !~ in
        did you mean \`==\`?"
    `);
    write('inner', '!rules("outer")');
    expect(complaint('rules("outer")')).toMatchInlineSnapshot(`
      "outer:1: inner:1: outer names itself as a file of rules
        !rules("outer")
               ^^^^^^^"
    `);
  });
});

test('what has no rules or no values is noted, for whoever says why nothing matches', () => {
  write('none', '\n# none\n');
  write('one', '# one\nx == 1\n');
  const empty = (...texts: string[]) => compileExpressions(texts, { directory }).emptyFiles;
  expect(empty('rules("none")', 'a in file("none")')).toEqual([
    { name: 'none', of: 'rules' },
    { name: 'none', of: 'values' },
  ]);
  expect(empty('rules("one")', 'a in file("one")', 'a == 1')).toBeUndefined();
});
