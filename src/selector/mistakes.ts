/**
 * The errors of the expression parser: each says what is wrong, what could stand there, and what was probably meant.
 * They are apart from parse.ts so that the grammar there reads as a grammar.
 */

import type { Path } from '../engine/program.ts';
import { SelectorError } from './errors.ts';
import { meantByPath, meantCondition, meantOtherSide } from './idioms.ts';
import type { OperandToken, OperatorToken } from './lexer.ts';
import { wordAt } from './literals.ts';
import { isJsonNumber } from './numbers.ts';
import { type ComparisonOperator, comparisonList, isForeignJoint, meantComparison, meantJoint } from './operators.ts';
import { isQuote } from './strings.ts';

type Place = { readonly start: number; readonly end: number };

/** The error every function below is made of: `place` is what is wrong. */
export function mistake(
  text: string,
  place: Place,
  message: string,
  expected?: string,
  suggestion?: string,
): SelectorError {
  return new SelectorError({
    message,
    text,
    offset: place.start,
    length: place.end - place.start,
    expected,
    suggestion,
  });
}

/** No condition starts at `token`. */
export function noCondition(text: string, token: OperandToken): SelectorError {
  const expected = 'a condition: a path with an operator, has(path), ! or (';
  if (text.trim() === '') {
    return mistake(text, token, 'the expression is empty', expected, 'for example: level == "error"');
  }
  if (token.kind !== 'wrong') return mistake(text, token, 'the expression ends too early', expected);
  const asKey = /^\w/.test(token.text) ? `a key of that name is quoted: "${token.text}"` : undefined;
  const isLiteral = /^(?:true|false|null)$/.test(token.text);
  const suggestion = isLiteral ? `a path comes first, then ${token.text}; ${asKey}` : asKey;
  return mistake(text, token, `unexpected \`${token.text}\``, expected, suggestion);
}

/** A path stands alone, where a condition was needed. */
export function barePath(text: string, path: Place): SelectorError {
  const name = text.slice(path.start, path.end);
  const meant = isQuote(name, 0) ? meantOtherSide(text.slice(0, path.start), name) : meantByPath(name);
  const suggestion = meant ?? `write has(${name}), or ${name} == true`;
  return mistake(
    text,
    path,
    `\`${name}\` is a path, not a condition`,
    `an operator after it, one of ${comparisonList}`,
    suggestion,
  );
}

/** A function stands alone. */
export function bareCall(text: string, call: Place, of: 'len' | 'type'): SelectorError {
  const name = text.slice(call.start, call.end);
  const suggestion = of === 'len' ? `write ${name} > 0` : `write ${name} == "string"`;
  return mistake(text, call, `\`${name}\` is not a condition`, 'an operator after it', suggestion);
}

/** What follows a path is no operator. */
export function noOperator(text: string, path: Place, token: OperatorToken & { kind: 'wrong' }): SelectorError {
  if (isForeignJoint(token.text)) return barePath(text, path);
  const before = text.slice(path.start, path.end);
  const idiom = idiomOf(before, text.slice(token.start));
  const meant = meantComparison(token.text);
  const isSecondWord = /^[\p{L}\p{N}_]/u.test(token.text) && !/["'[.]/.test(before);
  const spaced = isSecondWord ? `a key with a space is quoted: "${before} ${token.text}"` : undefined;
  const suggestion = idiom ?? (meant === undefined ? spaced : `did you mean \`${meant}\`?`);
  return mistake(text, token, `\`${token.text}\` is not an operator`, `one of ${comparisonList}`, suggestion);
}

/** `path:` and what follows is a pair of JSON or YAML. */
function idiomOf(path: string, rest: string): string | undefined {
  const isPair = /^[^{:"']+:$/.test(path);
  return isPair ? meantCondition(path.slice(0, -1), `:${rest}`) : meantCondition(path, rest);
}

/** `not` after a path, and no `in` after that. */
export function noListAfterNot(text: string, path: Place, token: Place): SelectorError {
  const meant = meantCondition(text.slice(path.start, path.end), text.slice(token.start));
  const suggestion = meant ?? 'a condition is negated as a whole: !(path == 1), or path != 1';
  return mistake(text, token, '`not` after a path goes with `in`', 'not in [...]', suggestion);
}

/** What follows a complete condition neither joins it to another nor ends it. `isOpen`: inside parentheses. */
export function noJoint(text: string, token: OperatorToken, isOpen: boolean): SelectorError {
  if (token.kind === 'close') return mistake(text, token, '`)` was never opened', '&&, || or the end');
  const found = text.slice(token.start, token.end);
  const rest = text.slice(token.start);
  const meant = meantJoint(found);
  const expected = isOpen ? '&&, || or )' : '&&, || or the end';
  const suggestion =
    unjoined(text, token.start, rest) ?? (meant === undefined ? undefined : `did you mean \`${meant}\`?`);
  return mistake(text, token, `unexpected \`${found}\` after a condition`, expected, suggestion);
}

/** What follows a condition, when more than the sign itself tells what was meant. */
function unjoined(text: string, at: number, rest: string): string | undefined {
  if (endsWithBackslash(text, at)) return "single quotes take no escapes; text with a ' in it goes into double quotes";
  const digits = /[0-9]{1,3}$/.exec(text.slice(0, at))?.[0];
  const thousands = /^(?:,[0-9]{3})+(?![0-9])/.exec(rest)?.[0];
  if (digits !== undefined && thousands !== undefined) {
    return `did you mean ${digits}${thousands.replaceAll(',', '')}? (a number has no separators)`;
  }
  if (/^[<>]/.test(rest)) return 'a range takes two conditions: path > 1 && path < 3';
  if (/^(?:#|--|\/\/)/.test(rest)) return 'there are no comments in selectors';
  return undefined;
}

/** `'it\'s'`: the quote that was meant to be escaped has ended the text. */
function endsWithBackslash(text: string, at: number): boolean {
  return text.slice(at - 2, at) === "\\'";
}

const flipped: Partial<Record<ComparisonOperator, string>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * `"error" == level`: the literal stands on the left, where it is read as a key, and a bare word on the right.
 * Undefined when it does not look like that.
 */
export function sidesSwapped(
  text: string,
  path: Place,
  operator: ComparisonOperator,
  valueAt: number,
): SelectorError | undefined {
  // A key in most cases, and a thousand rules ask.
  if (!/["'\d-]/.test(text[path.start]!)) return undefined;
  const left = text.slice(path.start, path.end);
  const right = wordAt(text, valueAt);
  const flip = flipped[operator];
  const isLiteral = isJsonNumber(left) || /^(?:"[^"\\]*"|'[^']*')$/.test(left);
  if (!isLiteral || flip === undefined || !/^[\p{L}_@$]/u.test(right) || /^(?:true|false|null)$/.test(right))
    return undefined;
  const range = /^\s*(<=?|>=?)\s*(-?[0-9][^\s()&|]*)/.exec(text.slice(valueAt + right.length));
  const upper = range === null ? '' : ` && ${right} ${range[1]} ${range[2]}`;
  const suggestion = `write ${right} ${flip} ${left}${upper}`;
  return mistake(text, path, 'the path comes first, then the literal', 'a path', suggestion);
}

/** No `[` follows `in`. */
export function noList(text: string, at: number): SelectorError {
  const quoted = /^(?:"[^"]*"|'[^']*')/.exec(text.slice(at))?.[0];
  const file = /^file\s*("[^"]*"|'[^']*')/.exec(text.slice(at))?.[1];
  if (file !== undefined) {
    return mistake(
      text,
      { start: at, end: at + 4 },
      '`file` takes parentheses',
      'file("name")',
      `write in file(${file})`,
    );
  }
  const bare = wordAt(text, at);
  const isLiteral = isJsonNumber(bare) || /^(?:true|false|null)$/.test(bare);
  const element = quoted ?? (bare === '' || isLiteral ? bare : JSON.stringify(bare));
  const suggestion = element === '' ? undefined : `write in [${element}]`;
  const place = { start: at, end: at + Math.max(1, (quoted ?? bare).length) };
  const inRound = text[at] === '(' ? 'the brackets of a list are square' : undefined;
  return mistake(text, place, '`in` takes a list', 'a list such as ["a", "b"]', suggestion ?? inRound);
}

/** The literal is of a type that the operator does not take. */
export function wrongType(
  text: string,
  value: Place,
  operator: string,
  takes: 'text' | 'text or a number',
): SelectorError {
  const written = text.slice(value.start, value.end);
  const suggestion = /^[tfn]/.test(written) && takes !== 'text' ? undefined : `text is written in quotes: "${written}"`;
  const expected = takes === 'text' ? 'text in quotes' : 'text in quotes or a number';
  return mistake(text, value, `\`${operator}\` compares with ${takes}, not with ${written}`, expected, suggestion);
}

/**
 * The path on the right names a value below another, and cannot.
 * @param isTextual the operator has no mirror
 */
export function pathBelow(text: string, right: Place, left: Path, isTextual: boolean): SelectorError {
  const expected = 'a path without [*] or json( )';
  if (left.below === undefined && isTextual) {
    const message = 'what has [*] or json( ) stands on the left of this operator';
    return mistake(text, right, message, expected, 'name one element, such as [0], or compare with a literal');
  }
  const isAny = [left.text, text.slice(right.start, right.end)].every((path) => path.includes('[*]'));
  const suggestion = isAny
    ? 'name one element on a side, such as [0]; a plugin can compare all with all'
    : 'a plugin can compare what is in two texts: slung help plugins';
  return mistake(text, right, 'only one side can have [*] or json( )', expected, suggestion);
}
