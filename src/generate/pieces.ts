/** What a template compiles to: texts, and functions that return texts. */
import type { Maker } from './values.ts';

/** What is the same in each record, or what makes it. */
export type Piece = string | Maker;

/** Where a value is kept for those who refer to it. */
export interface Slot {
  text: string;
}

/** What names mean at a place: those of $let, innermost first. */
export type Scope = ReadonlyMap<string, Slot>;

export const makerOf = (piece: Piece): Maker => (typeof piece === 'string' ? () => piece : piece);

/** Puts pieces behind each other; neighbours that are text become one. */
export function joined(pieces: readonly Piece[]): Piece {
  const texts = [''];
  const makers: Maker[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') texts[texts.length - 1] += piece;
    else {
      makers.push(piece);
      texts.push('');
    }
  }
  if (makers.length === 0) return texts[0]!;
  return () => {
    let all = texts[0]!;
    for (let i = 0; i < makers.length; i++) all += makers[i]!() + texts[i + 1]!;
    return all;
  };
}
