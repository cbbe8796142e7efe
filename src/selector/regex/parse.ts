/**
 * Patterns in the syntax of Rust's regex crate (and so nearly of RE2) → ast.ts, by recursive descent. Captures are
 * read and dropped, lazy quantifiers equal greedy ones: only whether there is a match is ever asked.
 * Stricter than Rust in two places, on purpose: `a++` is refused as possessive (Rust reads (?:a+)+), and a misspelt
 * `[[:name:]]` is an error (Rust reads a nested class). A count is at most 1000, as in RE2.
 */
import {
  LINE_END,
  LINE_START,
  type Node,
  type Pattern,
  TEXT_END,
  TEXT_START,
  type WordAssertion,
  wordPairs,
} from './ast.ts';
import { parseBracket } from './bracket.ts';
import { Cursor } from './cursor.ts';
import { type Escape, parseEscape } from './escape.ts';
import { alternatives } from './factor.ts';
import { foldCase } from './fold.ts';
import { parseGroupHead } from './group.ts';
import { type CodePoints, EVERYTHING, negate } from './ranges.ts';

const MAX_COUNT = 1000;
const NEWLINE: CodePoints = [0x0a, 0x0a];

/** Collected while parsing: which kinds of characters the assertions tell apart, and the group names in use. */
interface Reading {
  readonly cursor: Cursor;
  readonly names: Set<string>;
  usesLines: boolean;
  usesAsciiWords: boolean;
  usesUnicodeWords: boolean;
}

/** @throws RegexError */
export function parseRegex(pattern: string): Pattern {
  const reading: Reading = {
    cursor: new Cursor(pattern),
    names: new Set(),
    usesLines: false,
    usesAsciiWords: false,
    usesUnicodeWords: false,
  };
  const root = parseAlternatives(reading);
  const { cursor, usesLines, usesAsciiWords, usesUnicodeWords } = reading;
  if (!cursor.atEnd) {
    cursor.fail('this closing parenthesis closes nothing', cursor.at, 1, {
      hint: 'write \\) for the parenthesis itself',
    });
  }
  return { root, usesLines, usesAsciiWords, usesUnicodeWords };
}

/** Up to the end or a closing parenthesis, which is left to the caller. Flags set inside end with it. */
function parseAlternatives(reading: Reading): Node {
  const { cursor } = reading;
  const flagsOutside = cursor.flags;
  const items = [parseSequence(reading)];
  while (cursor.eat('|')) items.push(parseSequence(reading));
  cursor.flags = flagsOutside;
  return items.length === 1 ? items[0]! : alternatives(items);
}

function parseSequence(reading: Reading): Node {
  const { cursor } = reading;
  const items: Node[] = [];
  for (;;) {
    cursor.skipSpace();
    if (cursor.atEnd || cursor.peek() === '|' || cursor.peek() === ')') break;
    const atom = parseAtom(reading);
    if (atom === undefined) continue;
    // A quantifier belongs to the last character of \Q…\E only.
    const last = atom.pop();
    items.push(...atom);
    if (last !== undefined) items.push(parseQuantifiers(cursor, last));
  }
  return items.length === 1 ? items[0]! : { type: 'cat', items };
}

/** One item, several for `\Q…\E`, undefined for a flag group, which matches nothing and cannot be repeated. */
function parseAtom(reading: Reading): Node[] | undefined {
  const { cursor } = reading;
  const { flags } = cursor;
  switch (cursor.peek()) {
    case '(':
      return parseGroup(reading);
    case '[':
      return [{ type: 'set', set: parseBracket(cursor) }];
    case '\\':
      return parseEscaped(reading);
    case '*':
    case '+':
    case '?':
    case '{':
      return cursor.fail(`there is nothing for ${cursor.peek()} to repeat`, cursor.at, 1, {
        hint: `write ${cursor.peek() === '*' ? '.* for any text, or ' : ''}\\${cursor.peek()} for the character itself`,
      });
    case '.':
      cursor.at += 1;
      return [{ type: 'set', set: flags.dotAll ? EVERYTHING : negate(NEWLINE) }];
    case '^':
      cursor.at += 1;
      reading.usesLines ||= flags.multiLine;
      return [{ type: 'assert', pairs: flags.multiLine ? LINE_START : TEXT_START }];
    case '$':
      cursor.at += 1;
      reading.usesLines ||= flags.multiLine;
      return [{ type: 'assert', pairs: flags.multiLine ? LINE_END : TEXT_END }];
    default:
      return [literal(cursor, cursor.next())];
  }
}

function literal(cursor: Cursor, codePoint: number): Node {
  const set = [codePoint, codePoint];
  return { type: 'set', set: cursor.flags.ignoreCase ? foldCase(set, cursor.flags.unicode) : set };
}

function parseEscaped(reading: Reading): Node[] {
  const { cursor } = reading;
  const escaped: Escape = parseEscape(cursor);
  switch (escaped.type) {
    case 'character':
      return [literal(cursor, escaped.codePoint)];
    case 'set':
    case 'assert':
      return [escaped];
    case 'word':
      return [wordAssertion(reading, escaped.name)];
    case 'quote': {
      const items: Node[] = [];
      while (!cursor.atEnd && !cursor.eat('\\E')) items.push(literal(cursor, cursor.next()));
      return items;
    }
  }
}

function wordAssertion(reading: Reading, name: WordAssertion): Node {
  const { unicode } = reading.cursor.flags;
  if (unicode) reading.usesUnicodeWords = true;
  else reading.usesAsciiWords = true;
  return { type: 'assert', pairs: wordPairs(name, unicode) };
}

function parseGroup(reading: Reading): Node[] | undefined {
  const { cursor } = reading;
  const start = cursor.at;
  const flagsOutside = cursor.flags;
  const head = parseGroupHead(cursor, reading.names);
  if (head === 'flags') return undefined;
  const body = cursor.nested(start, () => parseAlternatives(reading));
  cursor.flags = flagsOutside;
  if (!cursor.eat(')')) cursor.fail('the group is never closed', start, 1, { expected: ')' });
  return [body];
}

/** All the quantifiers that follow an item: `a+?` is one (lazy), `a**` is two, as in Rust. */
function parseQuantifiers(cursor: Cursor, item: Node): Node {
  let node = item;
  for (let stacked = 1; ; stacked += 1) {
    cursor.skipSpace();
    const offset = cursor.at;
    const bounds = parseBounds(cursor);
    if (bounds === undefined) return node;
    const length = cursor.at - offset;
    cursor.checkDepth(cursor.nesting + stacked, offset);
    cursor.skipSpace();
    cursor.eat('?');
    if (cursor.peek() === '+') {
      const text = cursor.pattern.slice(offset, cursor.at + 1);
      cursor.fail(
        `the possessive quantifier ${text} is not supported: there is no backtracking to prevent`,
        offset,
        text.length,
        {
          hint: `write ${text.slice(0, -1)}`,
        },
      );
    }
    node = { type: 'repeat', item: node, ...bounds, offset, length };
  }
}

function parseBounds(cursor: Cursor): { min: number; max: number } | undefined {
  if (cursor.eat('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
  if (cursor.eat('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
  if (cursor.eat('?')) return { min: 0, max: 1 };
  if (cursor.peek() !== '{') return undefined;
  const offset = cursor.at;
  const match = cursor.match(/\{\s*([0-9]+)\s*(,\s*([0-9]*)\s*)?\}/y);
  if (match === undefined) {
    cursor.fail('this brace does not begin a count', offset, 1, {
      expected: '{n}, {n,} or {n,m}',
      hint: 'write \\{ for the brace itself',
    });
  }
  const min = Number(match[1]);
  const max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
  if (min > MAX_COUNT || (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY)) {
    cursor.fail(`a count may be at most ${MAX_COUNT}`, offset, match[0].length);
  }
  if (max < min) cursor.fail(`the count ${match[0]} is the wrong way round`, offset, match[0].length);
  return { min, max };
}
