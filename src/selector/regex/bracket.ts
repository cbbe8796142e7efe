/**
 * Character classes in brackets, by the rules of Rust's regex-syntax: ranges, negation, POSIX names, nested classes
 * and the set operations && -- ~~, which bind weaker than juxtaposition, all equally, from the left. A `]` that comes
 * first and a `-` at either end are literal. (?i) folds each item before it is negated or operated on.
 */
import { nearest } from '../suggest.ts';
import type { Cursor } from './cursor.ts';
import { parseEscape } from './escape.ts';
import { foldCase } from './fold.ts';
import {
  type CodePoints,
  intersect,
  NOTHING,
  negate,
  normalize,
  subtract,
  symmetricDifference,
  union,
} from './ranges.ts';
import { posixNames, posixSet } from './unicode.ts';

const operations: ReadonlyMap<string, (a: CodePoints, b: CodePoints) => CodePoints> = new Map([
  ['&&', intersect],
  ['--', subtract],
  ['~~', symmetricDifference],
]);

/** Reads one class; the cursor stands on the opening bracket and ends behind the closing one. */
export function parseBracket(cursor: Cursor): CodePoints {
  const start = cursor.at;
  return cursor.nested(start, () => {
    cursor.at += 1;
    const negated = cursor.eat('^');
    const set = parseOperands(cursor, start);
    return negated ? negate(set) : set;
  });
}

function parseOperands(cursor: Cursor, start: number): CodePoints {
  // Ranges of the operand being read, unsorted: normalizing once is linear where a union for each item is not.
  let items: number[] = parseLeadingLiterals(cursor);
  let left: CodePoints | undefined;
  let operation: ((a: CodePoints, b: CodePoints) => CodePoints) | undefined;
  const operand = (): CodePoints => {
    const right = normalize(items);
    return left === undefined || operation === undefined ? right : operation(left, right);
  };
  for (;;) {
    cursor.skipSpace();
    if (cursor.atEnd) cursor.fail('the class is never closed', start, 1, { expected: ']' });
    if (cursor.eat(']')) return operand();
    const next = operations.get(cursor.peek() + cursor.peek(1));
    if (next !== undefined) {
      left = operand();
      operation = next;
      items = [];
      cursor.at += 2;
    } else {
      // One at a time: a class such as \w has more ranges than a call may have arguments on a small stack.
      for (const bound of parseItem(cursor)) items.push(bound);
    }
  }
}

/** Hyphens at the start, and then a closing bracket, stand for themselves. */
function parseLeadingLiterals(cursor: Cursor): number[] {
  cursor.skipSpace();
  const items: number[] = [];
  while (cursor.eat('-')) {
    items.push(0x2d, 0x2d);
    cursor.skipSpace();
  }
  if (items.length === 0 && cursor.eat(']')) items.push(0x5d, 0x5d);
  return items;
}

/** A POSIX class, a nested class, a range or a single character. */
function parseItem(cursor: Cursor): CodePoints {
  const { ignoreCase, unicode } = cursor.flags;
  if (cursor.startsWith('[:')) {
    const posix = parsePosix(cursor);
    if (posix !== undefined) return posix;
  }
  if (cursor.peek() === '[') return parseBracket(cursor);
  const start = cursor.at;
  const low = parseEnd(cursor);
  cursor.skipSpace();
  let set: CodePoints;
  if (
    cursor.peek() === '-' &&
    cursor.peek(1) !== ']' &&
    cursor.peek(1) !== '-' &&
    cursor.at + 1 < cursor.pattern.length
  ) {
    cursor.at += 1;
    cursor.skipSpace();
    const high = cursor.atEnd ? NOTHING : parseEnd(cursor);
    set = range(cursor, start, low, high);
  } else {
    set = typeof low === 'number' ? [low, low] : low;
  }
  return ignoreCase && typeof low === 'number' ? foldCase(set, unicode) : set;
}

function range(cursor: Cursor, start: number, low: number | CodePoints, high: number | CodePoints): CodePoints {
  const text = cursor.pattern.slice(start, cursor.at);
  if (typeof low !== 'number' || typeof high !== 'number') {
    cursor.fail(`the range ${text} does not end in single characters`, start, text.length, {
      hint: 'write \\- for the hyphen itself',
    });
  }
  if (low > high) {
    cursor.fail(`the range ${text} is the wrong way round`, start, text.length, {
      hint: 'write \\- for the hyphen itself',
    });
  }
  return [low, high];
}

/** One end of a range: a character, or a set that cannot be one. */
function parseEnd(cursor: Cursor): number | CodePoints {
  if (cursor.peek() !== '\\') return cursor.next();
  const start = cursor.at;
  const escaped = parseEscape(cursor);
  if (escaped.type === 'character') return escaped.codePoint;
  if (escaped.type === 'set') return escaped.set;
  if (escaped.type === 'quote') return parseQuoted(cursor);
  const text = cursor.pattern.slice(start, cursor.at);
  cursor.fail(`${text} is an assertion and cannot stand in a class`, start, text.length, {
    ...(text === '\\b' ? { hint: 'write \\x08 for the backspace character' } : {}),
  });
}

/** `\Q…\E` in a class: the set of the quoted characters. */
function parseQuoted(cursor: Cursor): CodePoints {
  let set: CodePoints = NOTHING;
  while (!cursor.atEnd && !cursor.eat('\\E')) {
    const codePoint = cursor.next();
    const one: CodePoints = [codePoint, codePoint];
    set = union(set, cursor.flags.ignoreCase ? foldCase(one, cursor.flags.unicode) : one);
  }
  return set;
}

/** `[:name:]` or `[:^name:]`; undefined when the brackets are not closed like that, so they are a nested class. */
function parsePosix(cursor: Cursor): CodePoints | undefined {
  const start = cursor.at;
  const match = cursor.match(/\[:(\^?)([A-Za-z]*):\]/y);
  if (match === undefined) return undefined;
  const found = posixSet(match[2]!);
  if (found === undefined) {
    const like = nearest(match[2]!, posixNames);
    cursor.fail(`there is no class ${match[0]}`, start, match[0].length, {
      expected: posixNames.map((name) => `[:${name}:]`).join(' '),
      ...(like === undefined ? {} : { hint: `did you mean [:${like}:]?` }),
    });
  }
  const set = cursor.flags.ignoreCase ? foldCase(found, cursor.flags.unicode) : found;
  return match[1] === '^' ? negate(set) : set;
}
