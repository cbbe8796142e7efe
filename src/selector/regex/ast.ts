/**
 * What a pattern means, without captures, greed and flags: is-match needs none of them. Characters are sets of code
 * points, already folded for (?i). All assertions look at one character before and one after, so each is a set of
 * pairs of character kinds, and nothing behind the parser knows `^` from `\b`.
 */
import { KIND_ASCII_WORD, KIND_EDGE, KIND_LINE, KIND_OTHER, KIND_WORD, KINDS } from '../../engine/regex-layout.ts';
import type { CodePoints } from './ranges.ts';

export type Node =
  | { readonly type: 'set'; readonly set: CodePoints }
  /** `pairs` bit before × KINDS + after: the assertion holds between these two kinds. */
  | { readonly type: 'assert'; readonly pairs: number }
  /** No items: matches the empty string. */
  | { readonly type: 'cat'; readonly items: readonly Node[] }
  | { readonly type: 'alt'; readonly items: readonly Node[] }
  /** `max` may be Infinity. `offset` and `length` are the quantifier's place in the pattern, for errors. */
  | {
      readonly type: 'repeat';
      readonly item: Node;
      readonly min: number;
      readonly max: number;
      readonly offset: number;
      readonly length: number;
    };

export interface Pattern {
  readonly root: Node;
  /** Which kinds of characters its assertions tell apart. */
  readonly usesLines: boolean;
  readonly usesAsciiWords: boolean;
  readonly usesUnicodeWords: boolean;
}

/** The pairs for which `holds` is true. Kind KIND_EDGE is the start of the text before, and its end after. */
export function pairsWhere(holds: (before: number, after: number) => boolean): number {
  let pairs = 0;
  for (let before = 0; before < KINDS; before += 1) {
    for (let after = 0; after < KINDS; after += 1) {
      if (holds(before, after)) pairs |= 1 << (before * KINDS + after);
    }
  }
  return pairs;
}

const isAsciiWord = (kind: number): boolean => kind === KIND_ASCII_WORD;
const isUnicodeWord = (kind: number): boolean => kind === KIND_ASCII_WORD || kind === KIND_WORD;
const startsLine = (kind: number): boolean => kind === KIND_EDGE || kind === KIND_LINE;

export const TEXT_START = pairsWhere((before) => before === KIND_EDGE);
export const TEXT_END = pairsWhere((_, after) => after === KIND_EDGE);
export const LINE_START = pairsWhere(startsLine);
export const LINE_END = pairsWhere((_, after) => startsLine(after));

/** The word assertions, each by its name in a pattern, from whether a word is before and after. */
const wordRules = {
  '\\b': (before: boolean, after: boolean) => before !== after,
  '\\B': (before: boolean, after: boolean) => before === after,
  '\\b{start}': (before: boolean, after: boolean) => !before && after,
  '\\b{end}': (before: boolean, after: boolean) => before && !after,
  '\\b{start-half}': (before: boolean) => !before,
  '\\b{end-half}': (_: boolean, after: boolean) => !after,
};

export type WordAssertion = keyof typeof wordRules;
export const wordAssertions = Object.keys(wordRules) as readonly WordAssertion[];

export function wordPairs(name: WordAssertion, unicode: boolean): number {
  const isWord = unicode ? isUnicodeWord : isAsciiWord;
  return pairsWhere((before, after) => wordRules[name](isWord(before), isWord(after)));
}

/** The kind of a character as far as the pattern's assertions care. `asciiWord` implies `word`. */
export function kindOf(line: boolean, asciiWord: boolean, word: boolean): number {
  if (line) return KIND_LINE;
  if (asciiWord) return KIND_ASCII_WORD;
  return word ? KIND_WORD : KIND_OTHER;
}
