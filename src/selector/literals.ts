/**
 * The right-hand side of a comparison: "text", 'raw text', a JSON number, true, false or null. A bare word is always
 * an error, never text: `level == error` would otherwise change its meaning the day a literal is named `error`. The
 * errors guess what was meant, since this is where most first expressions fail.
 */
import type { NumberValue } from '../engine/program.ts';
import { SelectorError } from './errors.ts';
import { isJsonNumber, numberValue } from './numbers.ts';
import { isQuote, scanString } from './strings.ts';
import { nearest } from './suggest.ts';

export type Literal =
  | { readonly type: 'text'; readonly value: string; readonly offsets: readonly number[] }
  | { readonly type: 'number'; readonly number: NumberValue }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' };

export interface ScannedLiteral {
  readonly literal: Literal;
  readonly start: number;
  /** Just after the literal. */
  readonly end: number;
}

export const literalList = '"text", a number, true, false or null';

const word = /[^\s()[\],"'=!<>~&|]+/y;

/** The run of characters at `at` that could be a bare literal, or '' when none starts there. */
export function wordAt(source: string, at: number): string {
  word.lastIndex = at;
  return word.exec(source)?.[0] ?? '';
}

/**
 * Reads the literal that starts at `at`, where white space has been skipped.
 * @param as `pattern` for the operand of `~`, whose quotes follow their own rule (see strings.ts)
 * @throws SelectorError when there is none, or when it is not written as JSON writes it
 */
export function scanLiteral(source: string, at: number, as: 'text' | 'pattern'): ScannedLiteral {
  if (isQuote(source, at)) {
    const { value, end, offsets } = scanString(source, at, as);
    return { literal: { type: 'text', value, offsets }, start: at, end };
  }
  const bare = wordAt(source, at);
  const literal = bareLiteral(source, at, bare, as === 'pattern' ? 'a pattern in quotes' : literalList);
  return { literal, start: at, end: at + bare.length };
}

function bareLiteral(source: string, at: number, bare: string, expected: string): Literal {
  if (bare === 'true' || bare === 'false') return { type: 'boolean', value: bare === 'true' };
  if (bare === 'null') return { type: 'null' };
  if (!isJsonNumber(bare)) throw notALiteral(source, at, bare, expected);
  const number = numberValue(bare);
  if (number !== undefined) return { type: 'number', number };
  throw new SelectorError({
    message: 'the number is larger than any double',
    text: source,
    offset: at,
    length: bare.length,
    expected: 'a number up to 1.7976931348623157e308',
  });
}

function notALiteral(source: string, at: number, bare: string, expected: string): SelectorError {
  if (bare === '') {
    const found = source.codePointAt(at);
    return new SelectorError({
      message: found === undefined ? 'the expression ends too early' : `unexpected \`${String.fromCodePoint(found)}\``,
      text: source,
      offset: at,
      length: 1,
      expected,
    });
  }
  const number = meantNumber(bare);
  const looksNumeric = number !== undefined || /^[-+.]?[0-9]/.test(bare);
  return new SelectorError({
    message: looksNumeric ? `\`${bare}\` is not a number as JSON writes it` : `\`${bare}\` is not a literal`,
    text: source,
    offset: at,
    length: bare.length,
    expected,
    suggestion: number === undefined ? meantWord(bare) : `did you mean ${number}?`,
  });
}

/** Literals of other languages, in lower case. */
const foreignLiterals: ReadonlyMap<string, string> = new Map([
  ['nil', 'null'],
  ['none', 'null'],
  ['undefined', 'null'],
  ['yes', 'true'],
  ['no', 'false'],
]);

function meantWord(bare: string): string {
  const quoted = `text is written in quotes: ${JSON.stringify(bare)}`;
  if (/^[-+]?(?:nan|inf(?:inity)?)$/i.test(bare)) return 'JSON has no NaN and no Infinity, so no record has one';
  const literal = foreignLiterals.get(bare.toLowerCase()) ?? nearest(bare, ['true', 'false', 'null'], 1);
  return literal === undefined ? quoted : `did you mean ${literal}? (${quoted})`;
}

/** Repairs the usual ways to write a number that JSON does not have; undefined when the result is none either. */
function meantNumber(bare: string): string | undefined {
  if (/^0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$/.test(bare) && bare.length <= 40) return String(BigInt(bare));
  const repaired = bare
    .replace(/^\+/, '')
    .replace(/(?<=[0-9])_(?=[0-9])/g, '')
    .replace(/^(-?)0+(?=[0-9])/, '$1')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.$|\.(?=[eE])/, '');
  return isJsonNumber(repaired) ? repaired : undefined;
}
