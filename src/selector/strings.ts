/**
 * Quoted text in selectors. Two notations, one rule each: "double quotes" take JSON's escapes, 'single quotes' take
 * none (every character stands for itself, so there is no ' inside). In the pattern of `~`, double quotes also leave a
 * backslash alone where JSON knows no such escape, because "\d" is what people write; `\b` is left alone as well,
 * since in a pattern it means a word boundary and a backspace is never meant.
 */
import { SelectorError } from './errors.ts';

export interface ScannedString {
  readonly value: string;
  /** Just after the closing quote. */
  readonly end: number;
  /**
   * For each UTF-16 unit of `value`, where in the source it is written; then where the closing quote is. Only of a
   * pattern: texts are many, and nothing in them is pointed at later.
   */
  readonly offsets: readonly number[];
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** True when quoted text starts at `at`. */
export function isQuote(source: string, at: number): boolean {
  return source[at] === '"' || source[at] === "'";
}

/**
 * Reads the quoted text that starts at `start`, where `isQuote` holds.
 * @throws SelectorError when it is never closed, has an escape JSON does not know, or half of a surrogate pair
 */
export function scanString(source: string, start: number, as: 'text' | 'pattern'): ScannedString {
  const scanned = plain(source, start, as) ?? scanEscaped(source, start, as);
  if (!surrogate.test(scanned.value)) return as === 'pattern' ? scanned : { ...scanned, offsets: none };
  return refuseHalf(source, scanned);
}

const none: readonly number[] = [];
/** Not \p{Surrogate}, which ICU would have to list at every start. */
const surrogate = /[\ud800-\udfff]/u;

function refuseHalf(source: string, scanned: ScannedString): never {
  const half = surrogate.exec(scanned.value)!;
  const offset = scanned.offsets[half.index]!;
  throw new SelectorError({
    message: 'half of a surrogate pair is not a character',
    text: source,
    offset,
    length: scanned.offsets[half.index + 1]! - offset,
    expected: 'both halves, such as \\ud83d\\ude00',
  });
}

/** Quoted text in which every character stands for itself; undefined when there is an escape. */
function plain(source: string, start: number, as: 'text' | 'pattern'): ScannedString | undefined {
  const close = source.indexOf(source[start]!, start + 1);
  if (close < 0) throw unclosed(source, start);
  const value = source.slice(start + 1, close);
  if (source[start] === '"' && value.includes('\\')) return undefined;
  if (as === 'text' && !surrogate.test(value)) return { value, end: close + 1, offsets: none };
  const offsets = Array.from({ length: close - start }, (_, index) => start + 1 + index);
  return { value, end: close + 1, offsets };
}

function scanEscaped(source: string, start: number, as: 'text' | 'pattern'): ScannedString {
  const offsets: number[] = [];
  let value = '';
  let at = start + 1;
  while (at < source.length && source[at] !== '"') {
    const unit = source[at] === '\\' ? escapeAt(source, at, as) : { value: source[at]!, length: 1 };
    offsets.push(at);
    value += unit.value;
    at += unit.length;
  }
  if (at >= source.length) throw unclosed(source, start);
  offsets.push(at);
  return { value, end: at + 1, offsets };
}

/** The one unit that the escape at `at` stands for, and how many units it takes. A kept backslash is itself. */
function escapeAt(source: string, at: number, as: 'text' | 'pattern'): { value: string; length: number } {
  const letter = source[at + 1];
  // The text ends with a backslash: the caller sees that the quote was never closed.
  if (letter === undefined) return { value: '\\', length: 1 };
  if (letter === 'u') {
    const digits = source.slice(at + 2, at + 6);
    if (/^[0-9a-fA-F]{4}$/.test(digits)) return { value: String.fromCharCode(Number.parseInt(digits, 16)), length: 6 };
  }
  if (as === 'pattern' && (letter === 'b' || escapes[letter] === undefined)) {
    return { value: '\\', length: 1 };
  }
  const value = escapes[letter];
  if (value !== undefined) return { value, length: 2 };
  const isUnicode = letter === 'u';
  throw new SelectorError({
    message: isUnicode ? '`\\u` is not followed by four hexadecimal digits' : `\`\\${letter}\` is not an escape`,
    text: source,
    offset: at,
    length: 1 + String.fromCodePoint(source.codePointAt(at + 1)!).length,
    expected: isUnicode ? 'four of 0-9 a-f, such as \\u00e9' : '\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX',
    suggestion: 'write \\\\ for a backslash, or use single quotes, which take no escapes',
  });
}

function unclosed(source: string, start: number): SelectorError {
  return new SelectorError({
    message: 'the quote is never closed',
    text: source,
    offset: start,
    length: source.length - start,
    expected: `a closing ${source[start]}`,
    suggestion: /[“”„‟‘’‚‛»«]/.test(source.slice(start))
      ? `the quote that closes is a straight one: ${source[start]}`
      : undefined,
  });
}
