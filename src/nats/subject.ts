/**
 * Subjects with values in them: `CLEAN.{source.name}`. A value is one token, never more: what separates tokens, is a
 * wildcard or cannot be in a subject is replaced by `_`, so values that differ in that only share a subject.
 */
import { timeText } from '../io/time-text.ts';
import { quoted } from '../text/printable.ts';
import { NatsProblem } from './problem.ts';

const PLACE = /\{([^{}]*)\}/g;
const UNSAFE = /[\s.*>\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/gu;
const TOKEN_LENGTH = 100;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly format: string }
  | { readonly kind: 'value'; readonly index: number };

export class SubjectTemplate {
  /** The places, as they stand in the braces, in their order; those of the time are none. */
  readonly places: readonly string[];
  readonly text: string;
  readonly #parts: readonly Part[];

  /** @throws NatsProblem when no subject can come of it */
  constructor(template: string) {
    const places: string[] = [];
    const parts: Part[] = [];
    let end = 0;
    for (const match of template.matchAll(PLACE)) {
      parts.push({ kind: 'text', text: template.slice(end, match.index) });
      const inside = match[1]!;
      if (inside.startsWith('time:')) parts.push({ kind: 'time', format: inside.slice('time:'.length) });
      else {
        const known = places.indexOf(inside);
        parts.push({ kind: 'value', index: known < 0 ? places.push(inside) - 1 : known });
      }
      end = match.index + match[0].length;
    }
    parts.push({ kind: 'text', text: template.slice(end) });
    this.text = template;
    this.places = places;
    this.#parts = parts;
    if (!/^[^\s.*>\p{Cc}]+(?:\.[^\s.*>\p{Cc}]+)*$/u.test(template.replace(PLACE, 'x'))) {
      const text = `${quoted(template, 200)} is no subject: names with dots between them, without spaces, * and >`;
      throw new NatsProblem('EINVAL', text);
    }
  }

  /** @param values those of the places, in their order */
  subjectOf(values: readonly string[], nowMs: number): string {
    let subject = '';
    for (const part of this.#parts) {
      if (part.kind === 'text') subject += part.text;
      else subject += token(part.kind === 'time' ? timeText(part.format, nowMs) : (values[part.index] ?? ''));
    }
    return subject;
  }

  /** There are no values in it, and no times. */
  get isFixed(): boolean {
    return this.#parts.length === 1;
  }

  /** What all its subjects match. */
  get filter(): string {
    const text = this.#parts.map((part) => (part.kind === 'text' ? part.text : '*')).join('');
    return text
      .split('.')
      .map((name) => (name.includes('*') ? '*' : name))
      .join('.');
  }
}

function token(value: string): string {
  const safe = value.slice(0, TOKEN_LENGTH).replace(UNSAFE, '_');
  return safe === '' ? '_' : safe;
}
