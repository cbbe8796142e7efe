/**
 * Case-insensitive sets: simple case folding (CaseFolding.txt, statuses C and S), so `k` also matches KELVIN SIGN and
 * `s` also LONG S, but `ß` not `ss`. The orbits are derived from the JavaScript engine: characters whose upper case is
 * spelt alike are candidates, and a back-reference in a case-insensitive Unicode RegExp decides.
 * Making the table takes about 10 ms, once; sets of ASCII characters only do without it.
 */
import { type CodePoints, contains, normalize, rangeFrom } from './ranges.ts';
import { caseMapped } from './unicode.ts';

const KELVIN_SIGN = 0x212a;
const LONG_S = 0x17f;

/** Code point → all the others that fold to the same one. Only code points that have others, in ascending order. */
type Orbits = ReadonlyMap<number, readonly number[]>;

let orbits: { readonly of: Orbits; readonly sorted: readonly number[] } | undefined;

function buildOrbits(): { of: Orbits; sorted: readonly number[] } {
  const buckets = new Map<string, number[]>();
  const cased = caseMapped();
  for (let i = 0; i < cased.length; i += 2) {
    for (let codePoint = cased[i]!; codePoint <= cased[i + 1]!; codePoint += 1) {
      // Upper, lower, upper: U+212A has no upper case of its own, only its lower case `k` leads to `K`.
      const key = String.fromCodePoint(codePoint).toUpperCase().toLowerCase().toUpperCase();
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [codePoint]);
      else bucket.push(codePoint);
    }
  }
  const alike = /^(.)\1$/isu;
  const of = new Map<number, readonly number[]>();
  for (const bucket of buckets.values()) {
    for (const one of bucket) {
      const others = bucket.filter((other) => other !== one && alike.test(String.fromCodePoint(one, other)));
      if (others.length > 0) of.set(one, others);
    }
  }
  return { of, sorted: [...of.keys()].sort((a, b) => a - b) };
}

function foldAscii(set: CodePoints, withOthers: boolean): CodePoints {
  const added = [...set];
  for (let i = 0; i < set.length; i += 2) {
    for (let c = Math.max(set[i]!, 0x41); c <= Math.min(set[i + 1]!, 0x7a); c += 1) {
      const lower = c | 0x20;
      if (lower < 0x61 || lower > 0x7a) continue;
      added.push(c ^ 0x20, c ^ 0x20);
      if (withOthers && lower === 0x6b) added.push(KELVIN_SIGN, KELVIN_SIGN);
      if (withOthers && lower === 0x73) added.push(LONG_S, LONG_S);
    }
  }
  return normalize(added);
}

/** The set with every other case of its members. `unicode` false: only the ASCII letters have another case. */
export function foldCase(set: CodePoints, unicode: boolean): CodePoints {
  if (!unicode) return foldAscii(set, false);
  if (set.length === 0 || set[set.length - 1]! <= 0x7f) return foldAscii(set, true);
  orbits ??= buildOrbits();
  const added = [...set];
  for (const codePoint of orbits.sorted) {
    const i = rangeFrom(set, codePoint);
    if (i >= set.length || set[i]! > codePoint) continue;
    for (const other of orbits.of.get(codePoint)!) if (!contains(set, other)) added.push(other, other);
  }
  return normalize(added);
}
