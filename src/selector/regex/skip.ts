/**
 * States that mostly loop, above all the one that waits for a match to begin. The engine leaves such a state only
 * where two bytes in a row look promising and skips the rest sixteen bytes at a time: a byte is looked up by its low
 * and its high nibble (Mula's and Langdale's classification by byte shuffles), the byte after it likewise.
 *
 * The second byte is what makes it pay: in `time ?out` a `t` alone is in nearly every vector, `ti` is not. It is sound
 * where after (first, second) the automaton is where it would be after second alone.
 */
import { DEAD } from './determinize.ts';
import type { ByteDfa } from './expand.ts';

export interface Skip {
  readonly state: number;
  /** The SKIP_BYTES of the image: low and high nibbles of the first byte, then of the second. */
  readonly tables: Uint8Array;
  /** Estimated share of places where the loop is left. */
  readonly chance: number;
}

/** More would be allowed; patterns with more looping states than this do not gain from the last of them. */
const MAX_SKIPS = 8;

/**
 * A vector costs about as much as four steps through the table, so skipping loses where most vectors hold a candidate.
 * Measured on 200-byte English log messages, table alone = 1: `[a-e]{2}Q` 1.3 at a chance of 0.04, `a[a-z]Q` 2.1 at
 * 0.05, `e[a-z]Q` 0.9 at 0.08, `[et][a-z]Q` 0.7 at 0.13; a rare first byte gains up to ten times.
 */
const MAX_CHANCE = 1 / 16;

let frequencies: Float64Array | undefined;

/** How often a byte occurs in log text, roughly: enough to tell `e` from `Q`. */
function frequencyOf(byte: number): number {
  const character = String.fromCharCode(byte);
  if (character === 'e') return 0.09;
  if ('taoinsr'.includes(character)) return 0.06;
  if (/[a-z]/.test(character)) return 0.02;
  if (/[0-9]/.test(character)) return 0.015;
  if (character === ' ') return 0.1;
  if (/[A-Z]/.test(character)) return 0.004;
  return byte > 0x20 && byte < 0x7f ? 0.006 : 0.0005;
}

/** The states worth skipping in, best first. */
export function chooseSkips(dfa: ByteDfa): Skip[] {
  const skips: Skip[] = [];
  for (let state = DEAD + 1; state < dfa.stateCount; state += 1) {
    const first = leavingBytes(dfa, state);
    if (first === undefined) continue;
    const second = secondBytes(dfa, state, first);
    const { table: firstTable, chance: firstChance } = nibbleTables(first);
    const { table: secondTable, chance: secondChance } = nibbleTables(second);
    const chance = firstChance * secondChance;
    if (chance > MAX_CHANCE) continue;
    const tables = new Uint8Array(64);
    tables.set(firstTable);
    tables.set(secondTable, 32);
    skips.push({ state, tables, chance });
  }
  return skips.sort((a, b) => a.chance - b.chance || a.state - b.state).slice(0, MAX_SKIPS);
}

/** The bytes that lead out of a state, or undefined when those are most, so that it does not loop. */
function leavingBytes({ steps }: ByteDfa, state: number): Uint8Array | undefined {
  const leaving = new Uint8Array(256);
  let count = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    if (steps[state * 256 + byte] === state) continue;
    leaving[byte] = 1;
    count += 1;
    if (count > 128) return undefined;
  }
  return leaving;
}

/** Bytes that, after some leaving byte, lead elsewhere than from `state` itself. */
function secondBytes({ steps }: ByteDfa, state: number, first: Uint8Array): Uint8Array {
  const second = new Uint8Array(256);
  const seen = new Set<number>();
  for (let byte = 0; byte < 256; byte += 1) {
    const after = steps[state * 256 + byte]!;
    if (first[byte] === 0 || seen.has(after)) continue;
    seen.add(after);
    for (let next = 0; next < 256; next += 1) {
      if (steps[after * 256 + next] !== steps[state * 256 + next]) second[next] = 1;
    }
  }
  return second;
}

function chanceOf(bytes: Uint8Array): number {
  // Made for the first pattern: most starts have none.
  frequencies ??= Float64Array.from({ length: 256 }, (_, byte) => frequencyOf(byte));
  const shares = frequencies;
  return Math.min(
    1,
    bytes.reduce((sum, member, byte) => sum + member * shares[byte]!, 0),
  );
}

/**
 * Two tables of 16 with table[low nibble] & table[16 + high nibble] != 0 for every member. High nibbles whose members
 * have the same low nibbles share a bit; when there are more than eight such groups the last ones share one, and some
 * bytes are then taken for members that are not. The engine steps through the automaton there, so that only costs
 * time.
 */
function nibbleTables(members: Uint8Array): { table: Uint8Array; chance: number } {
  const table = new Uint8Array(32);
  const bits = new Map<string, number>();
  for (let high = 0; high < 16; high += 1) {
    const lows = members.subarray(high * 16, high * 16 + 16);
    if (!lows.includes(1)) continue;
    const key = lows.join();
    const bit = bits.get(key) ?? Math.min(bits.size, 7);
    bits.set(key, bit);
    table[16 + high] = 1 << bit;
    for (let low = 0; low < 16; low += 1) if (lows[low] === 1) table[low]! |= 1 << bit;
  }
  const taken = Uint8Array.from({ length: 256 }, (_, byte) => (table[byte & 15]! & table[16 + (byte >> 4)]! ? 1 : 0));
  return { table, chance: chanceOf(taken) };
}
