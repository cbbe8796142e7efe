/**
 * The right-hand side of a comparison: "text", 'raw text', a JSON number, true, false or null. A bare word is always
 * an error, never text: `level == error` would otherwise change its meaning the day a literal is named `error`. The
 * errors guess what was meant, since this is where most first expressions fail.
 */
import type { NumberValue } from '../engine/program.ts';
import { SelectorError } from './errors.ts';
import { meantList, meantOperand, slashedPattern, typographicText } from './idioms.ts';
import { isJsonNumber, numberValue } from './numbers.ts';
import { bareKeyEnd } from './paths.ts';
import { isQuote, scanString } from './strings.ts';
import { nearest } from './suggest.ts';

export type Literal =
  /** `isFolded`: its case does not count. */
  | {
      readonly type: 'text';
      readonly value: string;
      readonly offsets: readonly number[];
      readonly isFolded: boolean;
    }
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

/** What a literal is for: `pattern` is the operand of `~`. */
export type LiteralUse = 'text' | 'pattern';

const word = /[^\s()[\],"'=!<>~&|]+/y;

/** The run of characters at `at` that could be a bare literal, or '' when none starts there. */
export function wordAt(source: string, at: number): string {
  word.lastIndex = at;
  return word.exec(source)?.[0] ?? '';
}

/**
 * Reads the literal that starts at `at`, where white space has been skipped.
 * @param as what it is for: the quotes of a pattern follow their own rule (see strings.ts), and hints differ
 * @throws SelectorError when there is none, or when it is not written as JSON writes it
 */
export function scanLiteral(source: string, at: number, as: LiteralUse): ScannedLiteral {
  if (isQuote(source, at)) {
    const { value, end, offsets } = scanString(source, at, as === 'pattern' ? 'pattern' : 'text');
    const isFolded = foldFlag(source, end);
    return { literal: { type: 'text', value, offsets, isFolded }, start: at, end: isFolded ? end + 1 : end };
  }
  const bare = wordAt(source, at);
  const literal = bareLiteral(source, at, bare, as);
  return { literal, start: at, end: at + bare.length };
}

/** `i` behind the quotes, as in `"text"i`. */
const foldFlag = (source: string, end: number): boolean => source[end] === 'i' && bareKeyEnd(source, end) === end + 1;

/**
 * Whether the word at `at` is a path to compare with: what is no literal of this language and looks like none of
 * another one.
 */
export function isPathWord(source: string, at: number): boolean {
  if (isQuote(source, at)) {
    const { end } = scanString(source, at, 'text');
    return source[end] === '.' || source[end] === '[';
  }
  if (bareKeyEnd(source, at) === at || typographicText(source.slice(at)) !== undefined) return false;
  const bare = wordAt(source, at);
  // A call; json( is the only one that is a path.
  if (/^[\p{L}_]\w*\(/u.test(source.slice(at, at + 40))) return /^json\(/.test(source.slice(at));
  if (/^(?:true|false|null)$/.test(bare) || /^[-+.]?[0-9]/.test(bare) || meantNumber(bare) !== undefined) return false;
  if (meantOperand(bare) !== undefined || /^[-+]?(?:nan|inf(?:inity)?)$/i.test(bare)) return false;
  return (foreignLiterals.get(bare.toLowerCase()) ?? nearest(bare, ['true', 'false', 'null'], 1)) === undefined;
}

function bareLiteral(source: string, at: number, bare: string, as: LiteralUse): Literal {
  if (bare === 'true' || bare === 'false') return { type: 'boolean', value: bare === 'true' };
  if (bare === 'null') return { type: 'null' };
  if (!isJsonNumber(bare)) throw notALiteral(source, at, bare, as);
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

function notALiteral(source: string, at: number, bare: string, as: LiteralUse): SelectorError {
  const expected = as === 'pattern' ? 'a pattern in quotes' : literalList;
  const error = (message: string, length: number, suggestion: string | undefined): SelectorError =>
    new SelectorError({ message, text: source, offset: at, length, expected, suggestion });
  const rest = source.slice(at);
  const curly = typographicText(rest);
  if (curly !== undefined) {
    const suggestion = `text is written in straight quotes: ${JSON.stringify(curly.text)}`;
    return error(`\`${rest.slice(0, curly.length)}\` is not a literal`, curly.length, suggestion);
  }
  const slashed = as === 'pattern' ? slashedLength(rest) : 0;
  if (slashed > 0) {
    const written = rest.slice(0, slashed);
    return error(`\`${written}\` is not a literal`, slashed, `a pattern has no slashes: ${slashedPattern(written)}`);
  }
  if (bare === '') {
    const found = source.codePointAt(at);
    if (found === undefined) return error('the expression ends too early', 1, undefined);
    return error(`unexpected \`${String.fromCodePoint(found)}\``, 1, meantList(rest));
  }
  const number = meantNumber(bare);
  const looksNumeric = number !== undefined || /^[-+.]?[0-9]/.test(bare);
  const message = looksNumeric ? `\`${bare}\` is not a number as JSON writes it` : `\`${bare}\` is not a literal`;
  const suggestion = number === undefined ? meantWord(bare, as) : `did you mean ${number}?`;
  return error(message, bare.length, suggestion);
}

/** How long the pattern in slashes is that `rest` begins with; white space may be in it. */
function slashedLength(rest: string): number {
  return /^\/(?:[^/\\]|\\.)+\/[a-z]*/.exec(rest)?.[0].length ?? 0;
}

/** Literals of other languages, in lower case. */
const foreignLiterals: ReadonlyMap<string, string> = new Map([
  ['nil', 'null'],
  ['none', 'null'],
  ['undefined', 'null'],
  ['yes', 'true'],
  ['no', 'false'],
]);

function meantWord(bare: string, as: LiteralUse): string {
  const meant = as === 'pattern' ? undefined : meantOperand(bare);
  if (meant !== undefined) return meant;
  const quoted = `text is written in quotes: ${JSON.stringify(bare)}`;
  if (/^[-+]?(?:nan|inf(?:inity)?)$/i.test(bare)) return 'JSON has no NaN and no Infinity, so no record has one';
  const literal = foreignLiterals.get(bare.toLowerCase()) ?? nearest(bare, ['true', 'false', 'null'], 1);
  if (literal === undefined) return quoted;
  const missing = bare.toLowerCase() === 'undefined' ? 'a key that is missing: !has(path); ' : '';
  return `did you mean ${literal}? (${missing}${quoted})`;
}

/** Repairs the usual ways to write a number that JSON does not have; undefined when the result is none either. */
function meantNumber(bare: string): string | undefined {
  if (/^0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$/.test(bare) && bare.length <= 40) return String(BigInt(bare));
  const repaired = bare
    .replace(/;$/, '')
    .replace(/^[\u2010-\u2015\u2212]/, '-')
    .replace(/^\+/, '')
    .replace(/(?<=[0-9])_(?=[0-9])/g, '')
    .replace(/^(-?)0+(?=[0-9])/, '$1')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.$|\.(?=[eE])/, '');
  return isJsonNumber(repaired) ? repaired : undefined;
}
