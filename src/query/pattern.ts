/**
 * The patterns of `~`: the syntax and meaning of the selectors' patterns (selector/regex), so that there is one
 * dialect, and an automaton over characters to run them, so that no pattern takes longer than the text is long.
 * JavaScript's RegExp reads `\d`, `.` and `[a&&b]` differently and can take exponential time.
 */
import { buildAlphabet, intervalAt } from '../selector/regex/alphabet.ts';
import { ACCEPT, DEAD, determinize } from '../selector/regex/determinize.ts';
import { RegexError } from '../selector/regex/error.ts';
import { parseRegex } from '../selector/regex/parse.ts';
import { buildNfa, checkSize } from '../selector/regex/program.ts';
import type { TextPattern } from './ast.ts';

/** The most states of an automaton; making one takes up to some tenths of a second then. */
const maxStates = 4096;
/** Characters whose class is looked up in a table. */
const asciiEnd = 128;

/**
 * Compiles a pattern.
 * @throws RegexError with a place in `source`
 */
export function compilePattern(source: string): TextPattern {
  const pattern = parseRegex(source);
  checkSize(pattern, source.length);
  const nfa = buildNfa(pattern);
  const alphabet = buildAlphabet(pattern, nfa.sets, source.length);
  const dfa = determinize(nfa, alphabet, maxStates);
  if (dfa === undefined) {
    throw new RegexError({
      message: 'the pattern is too large for a query',
      offset: 0,
      length: source.length,
      hint: 'repeat less, or use several patterns with AND and OR',
    });
  }
  const { starts, classes, count } = alphabet;
  const classOf = (codePoint: number): number => classes[intervalAt(starts, codePoint)]!;
  const asciiClasses = Int32Array.from({ length: asciiEnd }, (_, codePoint) => classOf(codePoint));
  const test = (text: string): boolean => {
    let state = dfa.start;
    for (let at = 0; at < text.length && state > DEAD; at += 1) {
      const codePoint = text.codePointAt(at)!;
      if (codePoint > 0xffff) at += 1;
      const characterClass = codePoint < asciiEnd ? asciiClasses[codePoint]! : classOf(codePoint);
      state = dfa.steps[state * count + characterClass]!;
    }
    return state === ACCEPT || dfa.endMatches[state] === 1;
  };
  return { source, test };
}
