/** Finds where numbers and words end in the bytes of a cell, if JSON has them too. */
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
/** Makes a letter a lower-case one. */
const LOWER = 0x20;

/**
 * Where the number of JSON's grammar ends that begins at `from`; -1 when there is none. A byte that no number has must
 * follow.
 */
export function numberEnd(input: Uint8Array, from: number): number {
  let at = from;
  let byte = input[at]!;
  if (byte === MINUS) byte = input[++at]!;
  if (byte === ZERO) byte = input[++at]!;
  else {
    if (byte < ZERO || byte > NINE) return -1;
    while (byte >= ZERO && byte <= NINE) byte = input[++at]!;
  }
  if (byte === POINT) {
    byte = input[++at]!;
    if (byte < ZERO || byte > NINE) return -1;
    while (byte >= ZERO && byte <= NINE) byte = input[++at]!;
  }
  if ((byte | LOWER) !== LOWER_E) return at;
  byte = input[++at]!;
  if (byte === PLUS || byte === MINUS) byte = input[++at]!;
  if (byte < ZERO || byte > NINE) return -1;
  while (byte >= ZERO && byte <= NINE) byte = input[++at]!;
  return at;
}

/** Where a word ends that begins at `from`; 0 when something else does. */
export function wordEnd(input: Uint8Array, from: number, word: Uint8Array): number {
  for (let i = 0; i < word.length; i++) if (input[from + i] !== word[i]) return 0;
  return from + word.length;
}
