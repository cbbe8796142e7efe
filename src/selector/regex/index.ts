/**
 * Regular expressions for the selector's `~`: text → image. Syntax and meaning are those of Rust's regex crate (RE2's
 * where they agree), unanchored, is-match only. The stages, one file each: parse.ts → program.ts (Thompson automaton)
 * → alphabet.ts, decoder.ts (characters, bytes) → determinize.ts → expand.ts (table over bytes) → image.ts.
 * A DFA whose table over bytes would be large, for Unicode classes mostly, stays one over characters; a pattern whose
 * DFA would be too large itself becomes an NFA, which the engine simulates: slower, still linear.
 */
import { buildAlphabet } from './alphabet.ts';
import { buildDecoder } from './decoder.ts';
import { determinize } from './determinize.ts';
import { RegexError } from './error.ts';
import { expandToBytes } from './expand.ts';
import { bytesImage, charactersImage, nfaImage } from './image.ts';
import { parseRegex } from './parse.ts';
import { buildNfa, checkSize } from './program.ts';

export { compileRegexes, type ParsedRegex, parseForMany } from './many.ts';
export { compileTexts } from './texts.ts';
export { RegexError };

export interface RegexOptions {
  /** The most states that a DFA may have; 0 asks for an NFA. */
  readonly maxStates?: number;
  /**
   * The most states that a DFA over bytes may have inside characters; a negative number asks for one over characters.
   */
  readonly maxInnerStates?: number;
}

export interface CompiledRegex {
  /**
   * What engine/asm/regex.ts runs; FORMAT.md describes it. It holds no addresses; place it at a multiple of
   * REGEX_ALIGNMENT. An NFA's image contains its scratch space, so each thread needs a copy of its own.
   */
  readonly image: Uint8Array;
  readonly kind: 'dfa' | 'nfa';
  /** States of the DFA, or instructions of the NFA. */
  readonly states: number;
}

const DEFAULT_MAX_STATES = 4096;
/** `\w` needs 320. */
const DEFAULT_MAX_INNER_STATES = 512;

/**
 * Compiles a pattern.
 * @throws RegexError when the pattern is malformed, uses what cannot be matched in linear time, or is too large
 */
export function compileRegex(pattern: string, options: RegexOptions = {}): CompiledRegex {
  const maxStates = options.maxStates ?? DEFAULT_MAX_STATES;
  const parsed = parseRegex(pattern);
  checkSize(parsed, pattern.length);
  const nfa = buildNfa(parsed);
  const alphabet = buildAlphabet(parsed, nfa.sets, pattern.length);
  const decoder = buildDecoder(alphabet);
  const dfa = determinize(nfa, alphabet, maxStates);
  if (dfa !== undefined) {
    const byteDfa = expandToBytes(dfa, alphabet, decoder, options.maxInnerStates ?? DEFAULT_MAX_INNER_STATES);
    const bytes = byteDfa && bytesImage(byteDfa);
    if (byteDfa !== undefined && bytes !== undefined) return { image: bytes, kind: 'dfa', states: byteDfa.stateCount };
    const characters = charactersImage(dfa, alphabet, decoder);
    if (characters !== undefined) return { image: characters, kind: 'dfa', states: dfa.stateCount };
  }
  const image = nfaImage(nfa, alphabet, decoder);
  if (image === undefined) throw tooLarge(pattern);
  return { image, kind: 'nfa', states: nfa.operations.length };
}

function tooLarge(pattern: string): RegexError {
  return new RegexError({
    message: 'the pattern is too large: it has too many different characters and classes',
    offset: 0,
    length: pattern.length,
    hint: 'use several patterns',
  });
}
