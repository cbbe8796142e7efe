/**
 * When parts of keys are the same: the engine knows them by how they are written, and here those are joined that mean
 * the same. Strings are equal by their characters, however they are escaped; numbers by their value, exactly, so that
 * 1, 1.0 and 1e0 are one group and 9007199254740993 is none but itself; what is missing is null; arrays and objects
 * are equal when they are written alike but for white space.
 */
import type { CountedKey } from '../../engine/counting.ts';
import * as L from '../../engine/layout.ts';
import { wellFormed } from '../../engine/well-formed.ts';

/** The text of the JSON value that stands for all that are equal to it. */
export function canonicalKey({ kind, text }: CountedKey): string {
  switch (kind) {
    case L.KIND_TRUE:
    case L.KIND_FALSE:
      return text;
    case L.KIND_NUMBER:
      return canonicalNumber(text);
    case L.KIND_STRING:
      return text.includes('\\') ? JSON.stringify(wellFormed(JSON.parse(text) as string)) : text;
    case L.KIND_ARRAY:
    case L.KIND_OBJECT:
      return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
    default:
      return 'null';
  }
}

/** Longer numbers have an exponent, as in JavaScript. */
const PLAIN_DIGITS = 21;
const PLAIN_ZEROS = 6;
/** Beyond it, arithmetic on exponents is not exact. */
const MOST_EXPONENT = 1e15;

/** A JSON number as the shortest text with the same value: without a zero too many, or an exponent of no use. */
export function canonicalNumber(text: string): string {
  if (/^-?[1-9]\d{0,20}$/.test(text)) return text;
  const [, minus = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  // Of 0.d1d2d3… times ten to that power.
  const exponent = Number(power) - fraction.length + digits.length;
  if (Math.abs(exponent) > MOST_EXPONENT) return text;
  return minus + written(significant, exponent);
}

function written(digits: string, exponent: number): string {
  if (exponent > 0 && exponent <= PLAIN_DIGITS) {
    const whole = digits.slice(0, exponent).padEnd(exponent, '0');
    return digits.length > exponent ? `${whole}.${digits.slice(exponent)}` : whole;
  }
  if (exponent <= 0 && exponent > -PLAIN_ZEROS) return `0.${'0'.repeat(-exponent)}${digits}`;
  const point = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${point}e${exponent > 0 ? '+' : ''}${exponent - 1}`;
}
