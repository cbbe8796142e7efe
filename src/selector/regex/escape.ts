/**
 * What follows a backslash, inside and outside of brackets. Escapes of other dialects are refused by name, because a
 * pattern that silently means something else is worse than an error.
 */
import { TEXT_END, TEXT_START, type WordAssertion, wordAssertions } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { foldCase } from './fold.ts';
import { type CodePoints, MAX_CODE_POINT, negate } from './ranges.ts';
import {
  ASCII_DIGIT,
  ASCII_SPACE,
  ASCII_WORD,
  nearestProperty,
  propertySet,
  SPACE,
  unicodeDigit,
  unicodeWord,
} from './unicode.ts';

export type Escape =
  | { readonly type: 'character'; readonly codePoint: number }
  | { readonly type: 'set'; readonly set: CodePoints }
  | { readonly type: 'assert'; readonly pairs: number }
  | { readonly type: 'word'; readonly name: WordAssertion }
  /** `\Q`: everything up to `\E` or the end is literal. */
  | { readonly type: 'quote' };

const controls: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

/** Escapes of other dialects: what they are called there, and what to write here. */
const foreign: ReadonlyMap<string, readonly [name: string, hint: string | undefined]> = new Map([
  ['Z', ['the end-of-text assertion \\Z', 'write \\z, or \\n?\\z']],
  ['G', ['the continuation assertion \\G', undefined]],
  ['K', ['the match reset \\K', 'a match here has no start to move']],
  ['R', ['the line break escape \\R', 'write (?:\\r\\n|[\\n\\v\\f\\r\\x{85}\\x{2028}\\x{2029}])']],
  ['X', ['the grapheme cluster escape \\X', undefined]],
  ['h', ['the blank escape \\h', 'write [[:blank:]]']],
  ['H', ['the blank escape \\H', 'write [^[:blank:]]']],
  ['N', ['the escape \\N', 'write [^\\n]']],
  ['C', ['the single byte escape \\C', 'write . for a character']],
  ['c', ['the control escape \\c', 'write \\x and two hexadecimal digits']],
  ['e', ['the escape character \\e', 'write \\x1b']],
  ['k', ['the back-reference \\k', undefined]],
  ['g', ['the back-reference \\g', undefined]],
]);

/** The digits after \x, \u and \U without braces. */
const hexDigits: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** Reads one escape; the cursor stands on the backslash. */
export function parseEscape(cursor: Cursor): Escape {
  const start = cursor.at;
  cursor.at += 1;
  if (cursor.atEnd) {
    cursor.fail('the pattern ends in a backslash', start, 1, { hint: 'write \\\\ for the backslash itself' });
  }
  const codePoint = cursor.next();
  const letter = String.fromCodePoint(codePoint);
  const control = controls.get(letter);
  if (control !== undefined) return { type: 'character', codePoint: control };
  if (hexDigits.has(letter)) return { type: 'character', codePoint: parseHex(cursor, start, letter) };
  const set = perlSet(letter, cursor.flags.unicode);
  if (set !== undefined) return { type: 'set', set };
  switch (letter) {
    case 'p':
    case 'P':
      return { type: 'set', set: parseProperty(cursor, start, letter === 'P') };
    case 'A':
      return { type: 'assert', pairs: TEXT_START };
    case 'z':
      return { type: 'assert', pairs: TEXT_END };
    case 'b':
      return { type: 'word', name: wordName(cursor, start) };
    case 'B':
      return { type: 'word', name: '\\B' };
    case '<':
      return { type: 'word', name: '\\b{start}' };
    case '>':
      return { type: 'word', name: '\\b{end}' };
    case 'Q':
      return { type: 'quote' };
    default:
      return literalEscape(cursor, start, codePoint, letter);
  }
}

/** Punctuation stands for itself; everything else that comes here is an error. */
function literalEscape(cursor: Cursor, start: number, codePoint: number, letter: string): Escape {
  const length = cursor.at - start;
  if (letter === '0') {
    cursor.fail('octal escapes are not supported', start, length, { hint: 'write \\x00 for the character U+0000' });
  }
  if (/[1-9]/u.test(letter)) {
    cursor.fail('back-references are not supported: they cannot be matched in linear time', start, length);
  }
  const known = foreign.get(letter);
  if (known !== undefined) {
    const [name, hint] = known;
    cursor.fail(`${name} is not supported`, start, length, hint === undefined ? {} : { hint });
  }
  if (codePoint > 0x7f || /[A-Za-z]/u.test(letter)) {
    cursor.fail(`\\${letter} is not an escape`, start, length, {
      hint: `write ${letter} for the character itself`,
    });
  }
  return { type: 'character', codePoint };
}

/** `\b` may be followed by a name in braces; a quantifier in braces is not one. */
function wordName(cursor: Cursor, start: number): WordAssertion {
  const braced = cursor.match(/\{\s*([A-Za-z-]+)\s*\}/y);
  if (braced === undefined) return '\\b';
  const name = wordAssertions.find((known) => known === `\\b{${braced[1]}}`);
  if (name === undefined) {
    cursor.fail(`\\b{${braced[1]}} is not a word boundary`, start, cursor.at - start, {
      expected: wordAssertions.filter((known) => known.startsWith('\\b')).join(', '),
    });
  }
  return name;
}

function perlSet(letter: string, unicode: boolean): CodePoints | undefined {
  switch (letter) {
    case 'd':
      return unicode ? unicodeDigit() : ASCII_DIGIT;
    case 'w':
      return unicode ? unicodeWord() : ASCII_WORD;
    case 's':
      return unicode ? SPACE : ASCII_SPACE;
    case 'D':
    case 'W':
    case 'S':
      return negate(perlSet(letter.toLowerCase(), unicode)!);
    default:
      return undefined;
  }
}

function parseHex(cursor: Cursor, start: number, letter: string): number {
  const count = hexDigits.get(letter)!;
  const braced = cursor.peek() === '{';
  const digits = braced
    ? cursor.match(/\{\s*([0-9A-Fa-f]+)\s*\}/y)?.[1]
    : cursor.match(new RegExp(`[0-9A-Fa-f]{${count}}`, 'y'))?.[0];
  if (digits === undefined) {
    cursor.fail(`\\${letter} is not followed by a character's number`, start, 2, {
      expected: `${count} hexadecimal digits, or any number of them in braces`,
    });
  }
  const codePoint = Number.parseInt(digits, 16);
  const length = cursor.at - start;
  if (codePoint > MAX_CODE_POINT || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
    const what = codePoint > MAX_CODE_POINT ? 'beyond U+10FFFF' : 'a surrogate, which is half a character';
    cursor.fail(`U+${digits.toUpperCase()} is ${what}`, start, length);
  }
  if (!cursor.flags.unicode && letter === 'x' && !braced && codePoint > 0x7f) {
    cursor.fail('a byte above \\x7F cannot be matched on its own: strings are UTF-8', start, length, {
      hint: `write \\x{${digits}} for the character U+00${digits.toUpperCase()}`,
    });
  }
  return codePoint;
}

/** `\pL`, `\p{Greek}`, `\p{^Greek}`, `\p{sc=Greek}`; the cursor stands behind the p. */
function parseProperty(cursor: Cursor, start: number, negated: boolean): CodePoints {
  const match = cursor.match(/\{(\^?)([^{}]*)\}|([A-Za-z])/y);
  const name = (match?.[2] ?? match?.[3] ?? '').trim();
  const length = cursor.at - start;
  if (match === undefined || name === '') {
    cursor.fail('\\p is not followed by a Unicode property', start, length, {
      expected: 'one letter, or a name in braces such as \\p{Greek}',
    });
  }
  const found = propertySet(name);
  if (found === undefined) {
    const like = nearestProperty(name);
    cursor.fail(`there is no Unicode property ${name}`, start, length, {
      hint:
        like === undefined
          ? 'general categories, scripts (sc=, scx=) and binary properties are known'
          : `did you mean \\p{${like}}?`,
    });
  }
  const folded = cursor.flags.ignoreCase ? foldCase(found, cursor.flags.unicode) : found;
  return negated !== (match[1] === '^') ? negate(folded) : folded;
}
