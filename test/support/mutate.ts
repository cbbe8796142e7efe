/**
 * Changes of WebAssembly files, as accidents and malice make them: bits, bytes, numbers, and whole sections. The same
 * number gives the same mutant in every run.
 */

type Bytes = Uint8Array<ArrayBuffer>;
export type Chance = (end: number) => number;

/** Whole numbers below `end`, the same for the same seed (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));

interface Place {
  readonly start: number;
  /** Of its size, and behind it. */
  readonly size: number;
  readonly body: number;
  readonly end: number;
}

/** The sections of a file that is whole, and of one that is not as far as they go. */
function sectionsOf(bytes: Bytes): Place[] {
  const places: Place[] = [];
  for (let at = 8; at < bytes.length; ) {
    const start = at++;
    const size = at;
    let length = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (at + length > bytes.length) break;
    places.push({ start, size, body: at, end: at + length });
    at += length;
  }
  return places;
}

const replaced = (bytes: Bytes, from: number, to: number, by: Uint8Array): Bytes =>
  joined(bytes.subarray(0, from), by, bytes.subarray(to));

/** LEB128 numbers at the edges of what may be. */
const numbers: readonly (readonly number[])[] = [
  ...[[0], [1], [0x7f], [0x80, 0x00], [0xff, 0x7f], [0x80, 0x80, 0x04], [0xff, 0xff, 0xff, 0xff, 0x07]],
  ...[
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x80, 0x80, 0x80, 0x80, 0x00],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  ],
];

type Mutation = (bytes: Bytes, chance: Chance, other: Bytes) => Bytes;

/** A mutation of a whole section; a file without any stays as it is. */
const ofSection =
  (change: (bytes: Bytes, place: Place, chance: Chance, places: readonly Place[]) => Bytes): Mutation =>
  (bytes, chance) => {
    const places = sectionsOf(bytes);
    return places.length === 0 ? bytes : change(bytes, places[chance(places.length)]!, chance, places);
  };

export const mutations: Readonly<Record<string, Mutation>> = {
  bit: (bytes, chance) => {
    const copy = bytes.slice();
    for (let left = 1 + chance(2); left > 0; left--) copy[chance(copy.length)]! ^= 1 << chance(8);
    return copy;
  },
  byte: (bytes, chance) => {
    const copy = bytes.slice();
    for (let left = 1 + chance(8); left > 0; left--) copy[chance(copy.length)] = chance(256);
    return copy;
  },
  cut: (bytes, chance) => bytes.slice(0, 1 + chance(bytes.length)),
  number: (bytes, chance) => {
    const at = chance(bytes.length);
    return replaced(bytes, at, at + 1, Uint8Array.from(numbers[chance(numbers.length)]!));
  },
  remove: (bytes, chance) => {
    const at = chance(bytes.length);
    return replaced(bytes, at, Math.min(bytes.length, at + 1 + chance(16)), new Uint8Array(0));
  },
  'repeat bytes': (bytes, chance) => {
    const at = chance(bytes.length);
    const piece = bytes.subarray(at, at + 1 + chance(64));
    return replaced(bytes, at, at, joined(...Array.from({ length: 1 + chance(64) }, () => piece)));
  },
  splice: (bytes, chance, other) => {
    const from = chance(other.length);
    const at = chance(bytes.length);
    return replaced(bytes, at, at + chance(64), other.subarray(from, from + chance(512)));
  },
  'section twice': ofSection((bytes, { start, end }) => replaced(bytes, end, end, bytes.subarray(start, end))),
  'section away': ofSection((bytes, { start, end }) => replaced(bytes, start, end, new Uint8Array(0))),
  'sections in another order': ofSection((bytes, place, chance, places) => {
    const other = places[chance(places.length)]!;
    const [first, second] = place.start < other.start ? [place, other] : [other, place];
    if (first === second) return bytes;
    return joined(
      ...[bytes.subarray(0, first.start), bytes.subarray(second.start, second.end)],
      ...[bytes.subarray(first.end, second.start), bytes.subarray(first.start, first.end), bytes.subarray(second.end)],
    );
  }),
  'length of a section': ofSection((bytes, { size, body }, chance) =>
    replaced(bytes, size, body, Uint8Array.from(numbers[chance(numbers.length)]!)),
  ),
  'count of a section': ofSection((bytes, { body }, chance) =>
    replaced(bytes, body, body + 1, Uint8Array.from(numbers[chance(numbers.length)]!)),
  ),
  'id of a section': ofSection((bytes, { start }, chance) =>
    replaced(bytes, start, start + 1, Uint8Array.of(chance(16))),
  ),
};

/**
 * One bit or two in half of the mutants, which leaves many that work; one to three mutations in the others. `other` is
 * a file to take pieces from.
 */
export function mutant(original: Bytes, other: Bytes, chance: Chance): { readonly bytes: Bytes; readonly how: string } {
  const names = Object.keys(mutations);
  let bytes = original;
  const how: string[] = [];
  const isSmall = chance(2) === 0;
  for (let left = isSmall ? 1 : 1 + chance(3); left > 0 && bytes.length > 0; left--) {
    const name = isSmall ? 'bit' : names[chance(names.length)]!;
    bytes = mutations[name]!(bytes, chance, other);
    how.push(name);
  }
  return { bytes, how: how.join(', ') };
}
