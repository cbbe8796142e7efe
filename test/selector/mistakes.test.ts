/**
 * Every error of the expression parser as the user sees it, in mistakes.txt: read that file as the documentation of
 * the messages. `vitest -u` writes it anew.
 */
import { expect, test } from 'vitest';
import { compileExpressions } from '../../src/selector/compile.ts';
import { renderSelectorError, SelectorError } from '../../src/selector/errors.ts';
import { parseExpression } from '../../src/selector/parse.ts';

const mistakes: Readonly<Record<string, readonly string[]>> = {
  'no condition where one is needed': [
    '',
    '   ',
    'a == 1 &&',
    'a == 1 && && b == 2',
    '== 1',
    '!= 1',
    '()',
    '!',
    'not',
    'and',
    'in [1]',
    'true',
    'null == a',
    ', a == 1',
  ],
  'a path alone': ['debug', 'debug && a == 1', '(a.b)', 'a == 1 or source.name', 'has(a) && !b'],
  'words and signs that are no operators': [
    'level = "error"',
    'level === "error"',
    'a <> 1',
    'a => 1',
    'a =~ "x"',
    'a ~= "x"',
    'a & b',
    'msg contains "x"',
    'msg startsWith "x"',
    'msg contians "x"',
    'level eq "error"',
    'a IN [1]',
    'user name == "x"',
    'a foo 1',
    'a not 1',
    'a (b)',
    'a^="x"==',
  ],
  'what joins conditions': [
    'a == 1 b == 2',
    'a == 1 & b == 2',
    'a == 1, b == 2',
    'a == 1 AND b == 2',
    'a == 1 nad b == 2',
    '(a == 1 b == 2)',
    "a == 'it\\'s'",
    'has(a) == true',
  ],
  parentheses: ['(a == 1', 'a == 1 || (b == 2 && (c == 3)', 'a == 1)', 'has(a', 'has()', 'has(a == 1)'],
  literals: [
    'a ==',
    'a == True',
    'a == None',
    'a == nil',
    'a == yes',
    'a == 2024-01-01T00:00:00Z',
    'a == 10.0.0.1',
    'a == .5',
    'a == -.5',
    'a == 5.',
    'a == +1',
    'a == 0x10',
    'a == 01',
    'a == -007.5',
    'a == 1_000',
    'a == 1e',
    'a == NaN',
    'a == 1e999',
    'a == (1)',
    'a == [1]',
    '"error" == level',
    '5 < duration',
  ],
  types: ['a > true', 'a <= null', 'a ^= 5', 'a $= null', 'a *= true', 'a ~ 5', 'a !~ x'],
  quotes: ['a == "x', "a == 'x", 'a == "\\d"', 'a == "\\u12"', 'a == "\\ud800"', '"a == 1'],
  lists: [
    'a in "x"',
    'a in x',
    'a in (1, 2)',
    'a in',
    'a in [1 2]',
    'a in [1,]',
    'a in [,]',
    'a in [1, 2',
    'a in [',
    'a in [x]',
    'a not in 5',
  ],
  'idioms of other languages': [
    ...['a between 1 and 2', 'a NOT BETWEEN "x" AND "y"', 'NOT a == 1', 'NOT has(a)', 'a NOT IN [1]', 'a !in [1]'],
    ...['a is null', 'a IS NOT NULL', 'a is not 5', 'a exists', 'a missing', 'exists(a)', 'lower(a) == "x"'],
    ...[
      'a like "%foo%"',
      'a like "foo%"',
      'a ILIKE "%f.o%"',
      'a not like "x_%"',
      'a !contains "x"',
      'a not contains x',
    ],
    ...['a startsWith("x")', 'a + 1 == 2', 'a:1', 'level:error', 'level: "error"', 'a := 1', '{"level":"error"}'],
    ...['where a == 1', 'select(.a == 1)', '/time/i', 'a ≠ 1', 'a ≥ 1', 'a == 1 ∧ b == 2', 'a < 3 < 4', '1 < a <= 3'],
    ...['level == "error" or "warn"', 'level == ["error", "warn"]', 'level == ("error", "warn")', 'a == 1 # one'],
    ...['.a == 1', '.level.x == "error"', '“level” == "x"', 'has(“a b”)'],
  ],
  'literals of other languages': [
    ...['msg ~ /time/i', 'msg ~ /a b\\/c/', 'level == “error”', 'level == ‘time out’', 'a == `x`', 'level == "error”'],
    ...['a > 1500ms', 'a == 10%', 'a > 10MB', 'time > now-1h', 'time > now()', 'time > -1h'],
    ...['status == 5xx', 'a == 1,000', 'a == −5', 'a == 1;', 'a == undefined', 'a ~ "*.log"'],
  ],
  times: [
    ...['a > @2026-02-30', 'a > @2026-03-14T09:26:24', 'a > @2026-03-14T25:00:00Z', 'a > @2026-03', 'a > @1773480384'],
    ...['a > @now-1y', 'a > @1h', 'a > @2026-03-14T09:26:24+99:00', 'a ^= @now', 'a in [@now]', 'a ~ @2026-03-14'],
  ],
  functions: [
    ...['len(a)', 'len(a) > "x"', 'len(a) ~ "x"', 'len(a', 'len(a) > b', 'type(a) == "int"', 'type(a) < "string"'],
    ...['type(a) == string', 'type(a) in ["text"]', 'json(a', 'json(a.b == 1', 'json(a) = 1', 'size(a) > 1'],
  ],
  'any element, and two paths': [
    ...['a[ * ] == 1', 'a[*', 'a.b == c[*]..d', 'a[*] > b[*]', 'json(a).b == json(c).d', 'a < b < c', 'a ~ b'],
    ...['a == "x"i"', 'a < "x"i', 'a == "x"ig', 'a == b(c)'],
  ],
  files: [
    ...['a in file("no such file")', 'a in file(".")', 'a in file(list)', 'a in file("x"', 'a in file "x"'],
    ...['rules("no such file")', 'rules(x)', 'rules("a", "b")'],
  ],
  paths: ['a..b == 1', 'a. == 1', '[0] == 1', 'a[x] == 1', 'has(a[-1])', 'a[0 == 1'],
};

function complaint(text: string): string {
  try {
    compileExpressions([text]);
  } catch (error) {
    if (error instanceof SelectorError) return renderSelectorError(error);
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

test('every mistake is pointed at, with what was expected and meant', async () => {
  const sections = Object.entries(mistakes).map(([title, texts]) =>
    [`# ${title}`, ...texts.map(complaint)].join('\n\n'),
  );
  await expect(`${sections.join('\n\n\n')}\n`).toMatchFileSnapshot('mistakes.txt');
});

test('what a hint tells to write can be parsed', () => {
  const written = Object.values(mistakes)
    .flat()
    .map((text) => /^ {2}write (.*)$/m.exec(complaint(text))?.[1])
    .filter((hint) => hint !== undefined && !/[.]{3}|^[.]|^\[|^in |\\\\/.test(hint))
    .flatMap((hint) => hint!.replace(/ \(or.*$/, '').split(', or '));
  expect(written.length).toBeGreaterThan(30);
  for (const condition of written) expect(() => parseExpression(condition), condition).not.toThrow();
});
