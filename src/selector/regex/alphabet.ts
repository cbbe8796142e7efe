/**
 * The characters of one pattern, sorted into classes that nothing in it can tell apart: every set is a union of
 * classes and every class has one kind. `time ?out` has eight; `\w+` has two. All later work is by class, not by
 * character.
 */
import { kindOf, type Pattern } from './ast.ts';
import { RegexError } from './error.ts';
import { type CodePoints, contains, MAX_CODE_POINT } from './ranges.ts';
import { ASCII_WORD, unicodeWord } from './unicode.ts';

export interface Alphabet {
  /** Number of classes. */
  readonly count: number;
  /** First code points of the elementary intervals, ascending, beginning with 0. */
  readonly starts: Int32Array;
  /** The class of each interval. */
  readonly classes: Int32Array;
  /** The kind of each class (KIND_…). */
  readonly kinds: Uint8Array;
  /** For each set given, whether each class is in it (0 or 1). */
  readonly members: readonly Uint8Array[];
}

const NEWLINE: CodePoints = [0x0a, 0x0a];

function startsOf(sets: readonly CodePoints[]): Int32Array {
  const starts = new Set<number>([0]);
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) {
      starts.add(set[i]!);
      if (set[i + 1]! < MAX_CODE_POINT) starts.add(set[i + 1]! + 1);
    }
  }
  return Int32Array.from(starts).sort();
}

/** The interval that `codePoint` is in. */
export function intervalAt(starts: Int32Array, codePoint: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= codePoint) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Splits every class that a set covers in part. Each set costs only the intervals that it covers. */
function refine(starts: Int32Array, sets: readonly CodePoints[]): { classes: Int32Array; count: number } {
  const classes = new Int32Array(starts.length);
  let count = 1;
  for (const set of sets) {
    const inside = new Map<number, number>();
    for (let i = 0; i < set.length; i += 2) {
      let interval = intervalAt(starts, set[i]!);
      for (; interval < starts.length && starts[interval]! <= set[i + 1]!; interval += 1) {
        const outer = classes[interval]!;
        let inner = inside.get(outer);
        if (inner === undefined) {
          inner = count++;
          inside.set(outer, inner);
        }
        classes[interval] = inner;
      }
    }
  }
  return renumber(classes);
}

/** A class that a set covers whole has left its old number unused: numbers in order of first use, without gaps. */
function renumber(classes: Int32Array): { classes: Int32Array; count: number } {
  const numbers = new Map<number, number>();
  const dense = classes.map((old) => {
    let number = numbers.get(old);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(old, number);
    }
    return number;
  });
  return { classes: dense, count: numbers.size };
}

/** Bounds `members`, which every later table is built from; 4096 different characters and classes reach it. */
const MAX_MEMBERS = 1 << 24;

/**
 * @param sets   the automaton's distinct sets
 * @param length the pattern's length in UTF-16 units, for the error
 * @throws RegexError when there are too many sets and classes
 */
export function buildAlphabet(pattern: Pattern, sets: readonly CodePoints[], length: number): Alphabet {
  const lines = pattern.usesLines ? NEWLINE : [];
  const asciiWords = pattern.usesAsciiWords ? ASCII_WORD : [];
  const words = pattern.usesUnicodeWords ? unicodeWord() : [];
  const all = [...sets, lines, asciiWords, words].filter((set) => set.length > 0);
  const starts = startsOf(all);
  const { classes, count } = refine(starts, all);
  if (count * sets.length > MAX_MEMBERS) {
    throw new RegexError({
      message: `the pattern is too large: it has ${sets.length} different characters and classes`,
      offset: 0,
      length,
      hint: 'use several patterns',
    });
  }
  const kinds = new Uint8Array(count);
  for (let interval = 0; interval < starts.length; interval += 1) {
    const first = starts[interval]!;
    kinds[classes[interval]!] = kindOf(contains(lines, first), contains(asciiWords, first), contains(words, first));
  }
  return { count, starts, classes, kinds, members: sets.map((set) => membersOf(set, starts, classes, count)) };
}

function membersOf(set: CodePoints, starts: Int32Array, classes: Int32Array, count: number): Uint8Array {
  const members = new Uint8Array(count);
  for (let i = 0; i < set.length; i += 2) {
    let interval = intervalAt(starts, set[i]!);
    for (; interval < starts.length && starts[interval]! <= set[i + 1]!; interval += 1) members[classes[interval]!] = 1;
  }
  return members;
}

/**
 * The class that all of [first, last] have, or -1 when they differ.
 */
export function uniformClass(alphabet: Alphabet, first: number, last: number): number {
  const { starts, classes } = alphabet;
  const from = intervalAt(starts, first);
  const found = classes[from]!;
  for (let interval = from + 1; interval < starts.length && starts[interval]! <= last; interval += 1) {
    if (classes[interval] !== found) return -1;
  }
  return found;
}
