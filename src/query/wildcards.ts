/**
 * Names of series with wildcards: `*` for any text, `?` for one character. A star first takes nothing and then one
 * character more each time what follows it does not fit; only the last star has to be tried again, so the time is at
 * most the product of both lengths.
 */
import type { TextPattern } from './ast.ts';

const star = -1;
const any = -2;

/** What the text of a series says. */
export interface WrittenSeries {
  /** Without escapes, when there is no wildcard; otherwise as it was written. */
  readonly name: string;
  readonly pattern: TextPattern | undefined;
}

/** Reads wildcards and the escapes `\*`, `\?`, `\\`; a backslash before anything else is itself. */
export function readWildcards(text: string): WrittenSeries {
  const parts: number[] = [];
  let name = '';
  let isPattern = false;
  for (const [part] of text.matchAll(/\\[*?\\]|[\s\S]/gu)) {
    const character = part.length > 1 && part[0] === '\\' ? part.slice(1) : part;
    const isWild = part === '*' || part === '?';
    isPattern ||= isWild;
    name += character;
    // Stars in a row are one.
    if (part === '*' && parts.at(-1) === star) continue;
    parts.push(part === '*' ? star : part === '?' ? any : character.codePointAt(0)!);
  }
  if (!isPattern) return { name, pattern: undefined };
  return { name: text, pattern: { source: text, test: (candidate) => fits(parts, candidate) } };
}

/** Whether all of `text` fits. */
function fits(parts: readonly number[], text: string): boolean {
  let part = 0;
  let at = 0;
  let afterStar = -1;
  let starTakesUntil = 0;
  while (at < text.length) {
    const expected = parts[part];
    const codePoint = text.codePointAt(at)!;
    if (expected === star) {
      part += 1;
      afterStar = part;
      starTakesUntil = at;
    } else if (expected === any || expected === codePoint) {
      part += 1;
      at += codePoint > 0xffff ? 2 : 1;
    } else if (afterStar >= 0) {
      starTakesUntil += text.codePointAt(starTakesUntil)! > 0xffff ? 2 : 1;
      at = starTakesUntil;
      part = afterStar;
    } else return false;
  }
  while (parts[part] === star) part += 1;
  return part === parts.length;
}
