/** What stands between the brackets of tags, beyond what parse.test.ts has of the language we come from. */
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { errorOf, markedBy, show } from './support.ts';

const tagsOf = (inside: string): string => show(parseQuery(`AVG:s:[${inside}]`).tags);

test.each([
  ['host!=a', '!host=a'],
  ['host != a', '!host=a'],
  ['host =a AND b= c', '(host=a and b=c)'],
  ['host="web 1"', 'host=web 1'],
  ['host = "a]b:(c),\\"\\u00e9\\\\"', 'host=a]b:(c),"é\\'],
  ['"host=web 1"', 'host=web 1'],
  ['"and" AND "not"', '(and and not)'],
  ['"a key"=1', 'a key=1'],
  ['"a=b" = "c"', 'a=b=c'],
  ['host=""', 'host='],
  ['NOT host!=a', '!!host=a'],
  ['host~/^web/', 'host~/^web/'],
  ['host ~ /^web/', 'host~/^web/'],
  ['host!~/^web/', '!host~/^web/'],
  ['host !~ "^web"', '!host~/^web/'],
  ['host~"a\\.b\\d\\b" OR x', '(host~/a\\.b\\d\\b/ or x)'],
  ['host~/[a-z]:\\/] x/', 'host~/[a-z]:\\/] x/'],
  ['host~//', 'host~//'],
  ['"a key"~/x/', 'a key~/x/'],
  ['host in (a)', 'host=a'],
  ['host IN (a, b,"c, d" )', '((host=a or host=b) or host=c, d)'],
  ['host in(a,b) AND x', '((host=a or host=b) and x)'],
  ['host not in (a, b)', '!(host=a or host=b)'],
  ['host NOT IN (a) NOT host in (b)', '(!host=a and !host=b)'],
  ['"a key"in(a)', 'a key=a'],
  ['host in ("")', 'host='],
  ['(a OR b) AND c', '((a or b) and c)'],
  ['a OR (b AND c)', '(a or (b and c))'],
  ['a NOT (b OR c)', '(a and !(b or c))'],
  ['NOT(a)AND(b OR host=c)', '(!a and (b or host=c))'],
  ['((a))', 'a'],
  ['not(not a)', '!!a'],
])('[%s] is %s', (inside, tree) => {
  expect(tagsOf(inside)).toBe(tree);
});

describe('mistakes', () => {
  test.each([
    ['a in b', 'in', /parentheses/, 'write a in (b)'],
    ['a in', 'in', /two tags/, 'write a AND in'],
    ['a in (', '(', /never closed/, undefined],
    ['a in (b', '(', /never closed/, undefined],
    ['a in ()', '', /value is missing/, 'the empty value is written ""'],
    ['a in (b,)', '', /value is missing/, 'the empty value is written ""'],
    ['a in (b c)', 'c', /comma/, 'write a comma'],
    ['(a', '(', /never closed/, undefined],
    ['a)', ')', /closes nothing/, undefined],
    ['()', '', /missing after \(/, undefined],
    ['(a AND)', '', /missing after AND/, undefined],
    ['a (b)', '(', /two tags/, 'write AND'],
    ['f(x)', 'f', /only in quotes/, 'write "f(x)"'],
    ['fn=f(x)', 'fn=f', /only in quotes/, 'write fn="f(x)"'],
    ['fn=[x]', 'fn=', /only in quotes/, 'write fn="[x]"'],
    ['fn=f(x(', 'fn=f', /only in quotes/, 'put it in quotes'],
    ['host=a"', undefined, undefined, undefined],
    ['host="a', '"a]', /never closed/, undefined],
    ['host="a"b', 'b', /after the closing/, undefined],
    ['host="\\q"', '\\q', /not an escape/, 'write \\\\ for a backslash'],
    ['""', '""', /never empty/, undefined],
    ['host~web', 'web', /between slashes/, 'write host~/web/, or "host~web" for a tag of that name'],
    ['host ~ web', 'web', /between slashes/, 'write host~/web/'],
    ['host~', '', /pattern is missing/, undefined],
    ['~/a/', '~', /key is missing/, undefined],
    ['!=a', '!=', /key is missing/, undefined],
    ['host~/web', '/web]', /never closed/, 'a slash inside is written \\/'],
    ['host~/web/i', 'i', /flags/, 'write /(?i)web/'],
    ['host=~"web"', '=~', /not an operator/, 'did you mean `~`?'],
    ['host=~/web/', '=~', /not an operator/, 'did you mean `~`?'],
    ['host == a', '==', /not an operator/, 'did you mean `=`?'],
    ['host=="a"', '==', /not an operator/, 'did you mean `=`?'],
    ['! a', '!', /not an operator/, 'did you mean NOT?'],
    ['!(a)', '!', /not an operator/, 'did you mean NOT?'],
    ['a AND && b', '&&', /not an operator/, 'did you mean AND?'],
    ['status=200,300', 'status=200,300', /commas/, 'write status in (200, 300), or status="200,300"'],
    ['"a","b"', ',', /commas/, 'write AND'],
    ['a,b~/x/', 'a,b~/x/', /commas/, 'write a AND b~/x/'],
    ['a, b', 'a,', /commas/, 'write AND instead of the comma'],
    ['a AND [b]', '', /only in quotes/, 'write "[b]"'],
    // What the selectors' patterns refuse, with its place in the query.
    ['h~/(a)\\1/', '\\1', /back-references/, undefined],
    ['h~/a(?=b)/', '(?=', /look-ahead/, undefined],
    ['h~"a(?<!b)"', '(?<!', /look-behind/, undefined],
    ['h~"\\\\d(?<!b)"', '(?<!', /look-behind/, undefined],
    ['h~/[a/', '[', /never closed/, undefined],
    ['h~/a++/', '++', /possessive/, 'write +'],
    ['h~/[01]*1[01]{20}/', '[01]*1[01]{20}', /too large for a query/, /repeat less/],
  ])('[%s]', (inside, marked, message, suggestion) => {
    const text = `AVG:s:[${inside}]`;
    if (marked === undefined) return expect(() => parseQuery(text)).not.toThrow();
    const error = errorOf(text);
    expect(error.message).toMatch(message!);
    expect(markedBy(error)).toBe(marked);
    if (suggestion instanceof RegExp) expect(error.suggestion).toMatch(suggestion);
    else expect(error.suggestion).toBe(suggestion);
  });

  test('parentheses are nested 256 deep at most', () => {
    const nested = (depth: number) => `AVG:s:[${'('.repeat(depth)}a${')'.repeat(depth)}]`;
    expect(show(parseQuery(nested(256)).tags)).toBe('a');
    const error = errorOf(nested(257));
    expect([error.message, error.offset]).toEqual(['parentheses are nested more than 256 levels deep', 7 + 256]);
    expect(errorOf(nested(30_000)).offset).toBe(7 + 256);
  });

  test('values of a list count as tags', () => {
    const list = (count: number) => `AVG:s:[h in (${Array.from({ length: count }, (_, i) => i).join()})]`;
    expect(show(parseQuery(list(256)).tags)).toContain('h=255');
    expect(errorOf(list(257)).message).toBe('257 tags in one query');
  });
});
