/**
 * Many patterns → images that each look for a part of them at once: does one of them match? Their automata become one,
 * alternatives that begin alike share their beginning, and the engine builds a DFA of it while it runs, as far as the
 * texts need it: the whole of it would be too large for many patterns (asm/lazy.ts).
 */
import { buildAlphabet } from './alphabet.ts';
import type { Pattern } from './ast.ts';
import { buildDecoder } from './decoder.ts';
import { RegexError } from './error.ts';
import { alternatives } from './factor.ts';
import { lazyImage } from './image.ts';
import { parseRegex } from './parse.ts';
import { buildNfa, checkSize } from './program.ts';

/** Instruction numbers must fit in 16 bits. */
const MOST_INSTRUCTIONS = 60_000;
/** A pattern of fewer sets cannot have too many characters and classes. */
const MANY_SETS = 256;

/** A pattern that has been checked, and not compiled yet. */
export interface ParsedRegex {
  readonly pattern: Pattern;
  readonly size: number;
}

/**
 * Checks a pattern that will be compiled with others.
 * @throws RegexError as compileRegex does
 */
export function parseForMany(source: string): ParsedRegex {
  const pattern = parseRegex(source);
  const size = checkSize(pattern, source.length);
  if (size > MANY_SETS) buildAlphabet(pattern, buildNfa(pattern).sets, source.length);
  return { pattern, size };
}

/** Compiles patterns together: a text matches one of them when it does in one of the images. */
export function compileRegexes(parsed: readonly ParsedRegex[]): Uint8Array[] {
  const images: Uint8Array[] = [];
  let part: Pattern[] = [];
  let size = 0;
  for (const one of parsed) {
    if (size + one.size > MOST_INSTRUCTIONS) {
      images.push(...compilePart(part));
      part = [];
      size = 0;
    }
    part.push(one.pattern);
    size += one.size + 1;
  }
  return part.length === 0 ? images : [...images, ...compilePart(part)];
}

/** Patterns with too many different characters for one image are given several. */
function compilePart(patterns: readonly Pattern[]): Uint8Array[] {
  const whole = compileOne(patterns);
  if (whole !== undefined) return [whole];
  const half = patterns.length >> 1;
  return [...compilePart(patterns.slice(0, half)), ...compilePart(patterns.slice(half))];
}

function compileOne(patterns: readonly Pattern[]): Uint8Array | undefined {
  const union: Pattern = {
    root: alternatives(patterns.map(({ root }) => root)),
    usesLines: patterns.some(({ usesLines }) => usesLines),
    usesAsciiWords: patterns.some(({ usesAsciiWords }) => usesAsciiWords),
    usesUnicodeWords: patterns.some(({ usesUnicodeWords }) => usesUnicodeWords),
  };
  const nfa = buildNfa(union);
  try {
    const alphabet = buildAlphabet(union, nfa.sets, 0);
    const image = lazyImage(nfa, alphabet, buildDecoder(alphabet));
    if (image !== undefined) return image;
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
  }
  if (patterns.length > 1) return undefined;
  throw new RegexError({
    message: 'the pattern is too large: it has too many different characters and classes',
    offset: 0,
    length: 0,
  });
}
