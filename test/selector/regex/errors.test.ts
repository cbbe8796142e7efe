import { describe, expect, test } from 'vitest';
import { compileRegex, RegexError } from '../../../src/selector/regex/index.ts';

/** The error that a pattern is refused with. */
function refusal(pattern: string): RegexError {
  try {
    compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexError) return error;
    throw error;
  }
  throw new Error(`${pattern} was accepted`);
}

describe('refused by name, with its place', () => {
  test.each([
    // Other dialects.
    ['ab(?=c)', 2, 3, /^look-ahead is not supported: /],
    ['ab(?!c)', 2, 3, /^negative look-ahead is not supported: /],
    ['(?<=a)b', 0, 4, /^look-behind is not supported: /],
    ['(?<!a)b', 0, 4, /^negative look-behind is not supported: /],
    ['x(?>a+)', 1, 3, /^an atomic group is not supported: /],
    ['(?|a|b)', 0, 3, /^a branch reset group is not supported: /],
    ['(?#note)a', 0, 3, /^a comment group is not supported: /],
    ['(a)(?(1)b)', 3, 3, /^a conditional group is not supported: /],
    ['(?&n)', 0, 3, /^a subroutine call is not supported: /],
    ['(?P>n)', 0, 4, /^a subroutine call is not supported: /],
    ['(?1)', 0, 3, /^a subroutine call is not supported: /],
    ['(?P<n>a)(?P=n)', 8, 4, /^a back-reference is not supported: /],
    ["(?'n'a)", 0, 3, /^a group name in '…' is not supported: /],
    ['a(*FAIL)', 1, 2, /^a backtracking verb is not supported: /],
    ['(a)\\1', 3, 2, /^back-references are not supported/],
    ['(?<n>a)\\k<n>', 7, 2, /^the back-reference \\k is not supported$/],
    ['(a)\\g1', 3, 2, /^the back-reference \\g is not supported$/],
    ['a++', 1, 2, /^the possessive quantifier \+\+ is not supported/],
    ['a*+', 1, 2, /^the possessive quantifier \*\+ is not supported/],
    ['a{2}+', 1, 4, /^the possessive quantifier \{2\}\+ is not supported/],
    ['a\\Z', 1, 2, /^the end-of-text assertion \\Z is not supported$/],
    ['\\Ga', 0, 2, /^the continuation assertion \\G is not supported$/],
    ['a\\K', 1, 2, /^the match reset \\K is not supported$/],
    ['\\R', 0, 2, /^the line break escape \\R is not supported$/],
    ['\\X', 0, 2, /^the grapheme cluster escape \\X is not supported$/],
    ['\\h', 0, 2, /^the blank escape \\h is not supported$/],
    ['\\C', 0, 2, /^the single byte escape \\C is not supported$/],
    ['\\cA', 0, 2, /^the control escape \\c is not supported$/],
    ['\\012', 0, 2, /^octal escapes are not supported$/],
    ['(?R)a', 2, 1, /^the CRLF mode \(\?R\) is not supported$/],
    // Malformed.
    ['a(b', 1, 1, /^the group is never closed$/],
    ['(?i', 0, 1, /^the group is never closed$/],
    ['a)b', 1, 1, /^this closing parenthesis closes nothing$/],
    ['a[bc', 1, 1, /^the class is never closed$/],
    ['[]', 0, 1, /^the class is never closed$/],
    ['a|*b', 2, 1, /^there is nothing for \* to repeat$/],
    ['(?i)+', 4, 1, /^there is nothing for \+ to repeat$/],
    ['{2}', 0, 1, /^there is nothing for \{ to repeat$/],
    ['a{', 1, 1, /^this brace does not begin a count$/],
    ['a{,2}', 1, 1, /^this brace does not begin a count$/],
    ['a{3,2}', 1, 5, /^the count \{3,2\} is the wrong way round$/],
    ['a{1001}', 1, 6, /^a count may be at most 1000$/],
    ['a{1,99999999999999999999}', 1, 24, /^a count may be at most 1000$/],
    ['[z-a]', 1, 3, /^the range z-a is the wrong way round$/],
    ['[a-\\d]', 1, 4, /^the range a-\\d does not end in single characters$/],
    ['[\\w-z]', 1, 4, /^the range \\w-z does not end in single characters$/],
    ['[\\b]', 1, 2, /^\\b is an assertion and cannot stand in a class$/],
    ['[[:alhpa:]]', 1, 9, /^there is no class \[:alhpa:\]$/],
    ['\\p{Greeek}', 0, 10, /^there is no Unicode property Greeek$/],
    ['\\p{sc=}', 0, 7, /^there is no Unicode property sc=$/],
    ['\\p', 0, 2, /^\\p is not followed by a Unicode property$/],
    ['a\\', 1, 1, /^the pattern ends in a backslash$/],
    ['\\y', 0, 2, /^\\y is not an escape$/],
    ['\\é', 0, 2, /^\\é is not an escape$/],
    ['\\xg', 0, 2, /^\\x is not followed by a character's number$/],
    ['\\x{110000}', 0, 10, /^U\+110000 is beyond U\+10FFFF$/],
    ['\\u{d800}', 0, 8, /^U\+D800 is a surrogate/],
    ['(?-u:\\xff)', 5, 4, /^a byte above \\x7F cannot be matched on its own/],
    ['\\b{foo}', 0, 7, /^\\b\{foo\} is not a word boundary$/],
    ['(?P<1a>b)', 0, 4, /^the group has no valid name$/],
    ['(?<n>a)(?<n>b)', 10, 1, /^there are two groups named n$/],
    ['(?)a', 0, 3, /^there are no flags here$/],
    ['a(?q)', 3, 1, /^q is not a flag$/],
    // Offsets are UTF-16: the emoji counts two.
    ['😀(?=a)', 2, 3, /^look-ahead is not supported: /],
    // Too large.
    ['x(?:a{200}){200}', 11, 5, /^this repetition makes the pattern too large: 40000 steps$/],
    ['(?:ab){1000}'.repeat(10), 0, 120, /^the pattern is too large: 20001 steps$/],
    [`${'('.repeat(251)}a${')'.repeat(251)}`, 250, 1, /^the pattern is nested more than 250 levels deep$/],
    [`${'['.repeat(251)}a${']'.repeat(251)}`, 250, 1, /^the pattern is nested more than 250 levels deep$/],
    [`a${'*'.repeat(300)}`, 251, 1, /^the pattern is nested more than 250 levels deep$/],
  ])('%s', (pattern, offset, length, message) => {
    const error = refusal(pattern);
    expect(error.message).toMatch(message);
    expect([error.offset, error.length]).toEqual([offset, length]);
  });
});

test('says what was expected and what to write instead', () => {
  expect(refusal('a{x}').hint).toBe('write \\{ for the brace itself');
  expect(refusal('a{x}').expected).toBe('{n}, {n,} or {n,m}');
  expect(refusal('[[:alhpa:]]').hint).toBe('did you mean [:alpha:]?');
  expect(refusal('\\p{Greeek}').hint).toBe('did you mean \\p{Greek}?');
  expect(refusal('\\p{Alphabetc}').hint).toBe('did you mean \\p{Alphabetic}?');
  expect(refusal('a++').hint).toBe('write +');
  expect(refusal('\\d\\Z').hint).toBe('write \\z, or \\n?\\z');
});

test('too many different characters are an error, not an endless compile', () => {
  const pattern = Array.from({ length: 9000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
  expect(refusal(pattern).message).toBe('the pattern is too large: it has 9000 different characters and classes');
});
