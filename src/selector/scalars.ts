/**
 * Literals as values, one by one or many at once: a thousand rules that differ in nothing but their literal, and long
 * lists. What stands between two of those is compared as text, so that each costs a few calls instead of a dozen
 * tokens; whatever is not plain is left to the parser.
 */
import type { Scalar, StringScalar } from '../engine/program.ts';
import { skipSpace } from './lexer.ts';
import { type Literal, literalList, type ScannedLiteral, scanLiteral } from './literals.ts';
import { mistake } from './mistakes.ts';
import { numberValue } from './numbers.ts';

/** Shorter ones are not worth an exception. */
const LEAST = 6;

const numberText = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const utf8 = new TextEncoder();

export function textOf(value: string): StringScalar {
  return { type: 'string', bytes: utf8.encode(value) };
}

export function scalarOf(literal: Literal): Scalar {
  if (literal.type === 'text') return textOf(literal.value);
  if (literal.type === 'number') return literal.number;
  return literal;
}

export interface Run {
  readonly values: readonly Scalar[];
  /** Just after the last literal. */
  readonly end: number;
}

/**
 * Reads `between` and a literal, again and again, as long as another `between` follows.
 * @param at      just after a literal
 * @param between what stood before that literal, and behind the one before; begins with white space or a joint
 * @returns undefined when there are few of them
 */
export function literalRun(source: string, at: number, between: string): Run | undefined {
  // A letter could be the end of a literal.
  if (!/^[\s,|&]/.test(between)) return undefined;
  const texts: string[] = [];
  const numbers: Scalar[] = [];
  let end = at;
  for (let next = source.startsWith(between, at) ? at + between.length : -1; next >= 0; ) {
    const quote = source[next];
    let after: number;
    if (quote === '"' || quote === "'") {
      after = source.indexOf(quote, next + 1) + 1;
      if (after === 0 || !source.startsWith(between, after)) break;
      const text = source.slice(next + 1, after - 1);
      if ((quote === '"' && text.includes('\\')) || strange.test(text)) break;
      texts.push(text);
    } else {
      numberText.lastIndex = next;
      if (!numberText.test(source)) break;
      after = numberText.lastIndex;
      const value = source.startsWith(between, after) ? numberValue(source.slice(next, after)) : undefined;
      if (value === undefined) break;
      numbers.push(value);
    }
    end = after;
    next = after + between.length;
  }
  return texts.length + numbers.length < LEAST ? undefined : { values: [...numbers, ...scalarsOf(texts)], end };
}

/** A newline ends the rule of a file. */
const strange = /[\n\r\p{Surrogate}]/u;

/** Encoded together: thousands of small arrays take longer than what is done with them. */
function scalarsOf(texts: readonly string[]): Scalar[] {
  const all = texts.join('');
  const { buffer, length } = utf8.encode(all);
  if (length !== all.length) return texts.map(textOf);
  let at = 0;
  return texts.map((text) => {
    const from = at;
    at += text.length;
    return { type: 'string', bytes: new Uint8Array(buffer, from, text.length) };
  });
}

/**
 * Reads the list whose bracket is at `open`.
 * @param hasRuns plain literals may be taken together, as values in `run`
 * @throws SelectorError
 */
export function scanList(
  source: string,
  open: number,
  hasRuns: boolean,
): { values: readonly ScannedLiteral[]; run: readonly Scalar[]; end: number } {
  const unclosed = (): Error =>
    mistake(source, { start: open, end: open + 1 }, '`[` is never closed', `${literalList}, or ] at the end`);
  const values: ScannedLiteral[] = [];
  let run: readonly Scalar[] = [];
  let next = skipSpace(source, open + 1);
  let last = open;
  // `[1,]` is refused: after a comma there is another literal.
  for (let more = source[next] !== ']'; more; more = source[next] === ',') {
    if (values.length > 0) next = skipSpace(source, next + 1);
    if (next >= source.length) throw unclosed();
    const value = scanLiteral(source, next, 'text');
    values.push(value);
    const found = hasRuns ? literalRun(source, value.end, source.slice(last, value.start)) : undefined;
    if (found !== undefined) run = run.length === 0 ? found.values : [...run, ...found.values];
    last = found?.end ?? value.end;
    next = skipSpace(source, last);
  }
  if (next >= source.length) throw unclosed();
  if (source[next] === ']') return { values, run, end: next + 1 };
  throw mistake(source, { start: next, end: next + 1 }, 'the list goes on without a comma', ', or ]');
}
