/**
 * Tokens, read on demand. There is no token list made beforehand, because the same characters mean different things by
 * where they stand: `in["a"]` is a path where a path may stand and the operator `in` with a list after a path, and
 * `1.5` is a path of two keys on the left and a number on the right. The parser knows, so it asks for one or the
 * other.
 */
import type { Path } from '../engine/program.ts';
import { type Operator, symbolOperators, wordOperators } from './operators.ts';
import { bareKeyEnd, reservedWords, scanPath } from './paths.ts';

interface Place {
  readonly start: number;
  /** Just after the token. */
  readonly end: number;
}

/** What stands before a parenthesis and makes a condition, or half of one. `json(` is part of a path. */
export const calls = ['has', 'len', 'type', 'rules'] as const;
export type Call = (typeof calls)[number];

/** What may start a condition. `wrong` is anything else, with its text. */
export type OperandToken = Place &
  (
    | { readonly kind: 'path'; readonly path: Path }
    | { readonly kind: 'not' | 'open' | 'end' }
    /** A function; the token ends behind its parenthesis. */
    | { readonly kind: Call }
    | { readonly kind: 'wrong'; readonly text: string }
  );

/** What may follow a path or a condition. */
export type OperatorToken = Place &
  (
    | { readonly kind: 'operator'; readonly operator: Operator }
    | { readonly kind: 'close' | 'end' }
    | { readonly kind: 'wrong'; readonly text: string }
  );

/** White space as JavaScript knows it, so a no-break space pasted from a web page does no harm. */
const space = /\s*/y;
const symbol = /==|!=|>=|<=|\^=|\$=|\*=|!~|&&|\|\||[<>~]/y;
const symbolRun = /[=!<>~^$*&|]+/y;
const openAfterWord = /\s*\(/y;

/** The first offset from `at` on that is not white space. */
export function skipSpace(source: string, at: number): number {
  return endOf(space, source, at);
}

/**
 * Reads what stands at `from` where a condition may start.
 * @throws SelectorError when a path starts there but is malformed
 */
export function operandAt(source: string, from: number): OperandToken {
  const start = skipSpace(source, from);
  if (start >= source.length) return { kind: 'end', start, end: start };
  const first = source[start]!;
  if (first === '(') return { kind: 'open', start, end: start + 1 };
  const run = endOf(symbolRun, source, start);
  if (first === '!' && !/^![=~]/.test(source.slice(start, run))) return { kind: 'not', start, end: start + 1 };
  const keyEnd = bareKeyEnd(source, start);
  // A word that a step follows is a key: `not.x` and `true[0]` are paths.
  const isWord = keyEnd > start && source[keyEnd] !== '.' && source[keyEnd] !== '[';
  const text = source.slice(start, keyEnd);
  if (isWord && text === 'not') return { kind: 'not', start, end: keyEnd };
  const call = isWord ? calls.find((word) => word === text) : undefined;
  const callEnd = endOf(openAfterWord, source, keyEnd);
  if (call !== undefined && callEnd > keyEnd) return { kind: call, start, end: callEnd };
  if (isWord && text !== 'has' && reservedWords.has(text)) return { kind: 'wrong', text, start, end: keyEnd };
  if (keyEnd === start && /[),=!<>~&|^$*\]]/.test(first)) {
    const end = run > start ? run : start + 1;
    return { kind: 'wrong', text: source.slice(start, end), start, end };
  }
  return { kind: 'path', start, ...scanPath(source, start) };
}

/** Reads what stands at `from` where an operator, a `)` or the end may stand. Never throws. */
export function operatorAt(source: string, from: number): OperatorToken {
  const start = skipSpace(source, from);
  if (start >= source.length) return { kind: 'end', start, end: start };
  if (source[start] === ')') return { kind: 'close', start, end: start + 1 };
  const end = endOf(symbol, source, start);
  // `===` starts with `==`, but nobody means `==` followed by `=`: no operand starts with one of these.
  if (end > start && !/[=~<>&|]/.test(source[end] ?? '')) {
    const text = source.slice(start, end);
    if (symbolOperators.has(text)) return { kind: 'operator', operator: text as Operator, start, end };
  }
  const wordEnd = bareKeyEnd(source, start);
  const text = source.slice(start, wordEnd);
  if (Object.hasOwn(wordOperators, text)) {
    return { kind: 'operator', operator: wordOperators[text]!, start, end: wordEnd };
  }
  const wrongEnd = Math.max(wordEnd, endOf(symbolRun, source, start), start + 1);
  return { kind: 'wrong', text: source.slice(start, wrongEnd), start, end: wrongEnd };
}

/** The offset after what the sticky `pattern` matches at `at`; `at` when it does not match. */
function endOf(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : at;
}
