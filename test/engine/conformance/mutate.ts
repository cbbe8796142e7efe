/**
 * Broken JSON from good JSON: takes seed lines and damages them the ways that files get damaged (flipped bits, lost,
 * added and repeated bytes, lines spliced into each other) and the ways that grammars get tested (bytes that mean
 * something in JSON or in UTF-8). Deterministic: one seed, one sequence, on every machine.
 */

/** A source of random integers: `below(n)` is uniform enough in [0, n) for n up to 2^32. */
export interface Random {
  /** 32 random bits, as an integer in [0, 2^32). */
  next(): number;
  below(limit: number): number;
}

/** A Random from Marsaglia's xorshift32 ("Xorshift RNGs", 2003). The seed may be any integer. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0 || 0x9e3779b9;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  // Small seeds begin with small numbers; a few rounds mix them.
  for (let i = 0; i < 8; i++) next();
  return { next, below: (limit) => Math.floor((next() / 2 ** 32) * limit) };
}

const NEWLINE = 0x0a;

/** Pieces that are valid somewhere and invalid elsewhere, or invalid everywhere in an interesting way. */
const pieces = [
  ...['{', '}', '[', ']', ':', ',', '"', '\\', '/', ' ', '\t', '\r', '-', '+', '.', '0', '1', 'e', 'E', 'u', 'n', "'"],
  ...[
    '\\"',
    '\\\\',
    '\\u',
    '\\u0000',
    '\\ud800',
    '\\udc00',
    '\\ud83d\\ude00',
    '\\u12',
    '\\x41',
    '\\n',
    '""',
    '[]',
    '{}',
  ],
  ...['true', 'false', 'null', 'nul', 'True', 'NaN', 'Infinity', '01', '1.', '.5', '-0', '-0.0', '1e5', '1E+', '0x1F'],
  ...['é', '€', '😀', '\ufeff', '\u2028', '\u007f', '\u0000', '\u001f', '"a":', '1,', '/**/', '//'],
].map((text) => new TextEncoder().encode(text));

/** Bytes that are not UTF-8, or only part of it. */
const badUtf8 = [
  [0x80],
  [0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xe0, 0x9f, 0xbf],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xfe],
  [0xff],
].map((bytes) => Uint8Array.from(bytes));

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - removed + inserted.length);
  out.set(bytes.subarray(0, at));
  out.set(inserted, at);
  out.set(bytes.subarray(at + removed), at + inserted.length);
  return out;
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

const none = new Uint8Array();

/** One damage to `bytes`, which is not changed. `other` is another line to take from. */
function damage(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const run = Math.min(1 + random.below(8), bytes.length - at);
  switch (random.below(10)) {
    case 0:
    case 1: // flip a bit
      return run === 0 ? bytes : splice(bytes, at, 1, Uint8Array.of(bytes[at]! ^ (1 << random.below(8))));
    case 2: // lose one byte
      return run === 0 ? bytes : splice(bytes, at, 1, none);
    case 3: // lose a run
      return splice(bytes, at, run, none);
    case 4: // repeat a run
      return splice(bytes, at, 0, bytes.slice(at, at + run));
    case 5: // cut the end off
      return bytes.slice(0, at);
    case 6: // go on with another line
      return splice(bytes.slice(0, at), at, 0, other.subarray(random.below(other.length + 1)));
    case 7: // put random bytes over what is there
      return splice(bytes, at, run, randomBytes(random, run));
    case 8: // insert bytes that are not UTF-8
      return splice(bytes, at, 0, pick(random, badUtf8));
    default: // insert or overwrite with something that JSON knows
      return splice(bytes, at, random.below(2) === 0 ? 0 : Math.min(run, 1), pick(random, pieces));
  }
}

export interface MutateOptions {
  /** Whether the result may contain newline bytes. Default false: it is one line, though it may be blank. */
  readonly newlines?: boolean;
}

/**
 * One damaged line: a seed line with one to three damages; one in sixteen is left as it is. The seeds are not changed.
 * @param seeds at least one line without its newline; JSON, valid or not
 */
export function mutate(random: Random, seeds: readonly Uint8Array[], options: MutateOptions = {}): Uint8Array {
  let bytes: Uint8Array = pick(random, seeds).slice();
  if (random.below(16) > 0) {
    // Mostly one: two damages seldom leave anything for the second to show.
    const damages = Math.max(1, random.below(5) - 1);
    for (let i = 0; i < damages; i++) bytes = damage(random, bytes, pick(random, seeds));
  }
  if (options.newlines !== true) {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at)) bytes[at] = 0x0b;
  }
  return bytes;
}
