/**
 * Writes the images that engine/asm/regex.ts reads: a table over byte classes, a table over
 * character classes with a decoder, or the automaton itself with the room to simulate it. The bytes are specified in
 * FORMAT.md; every offset and code is in engine/regex-layout.ts.
 */
import {
  CHARACTERS_DEAD,
  CHARACTERS_END_COLUMN,
  CHARACTERS_HEADER_BYTES,
  CHARACTERS_START,
  CHARACTERS_TABLE,
  DECODER_NODES,
  DECODER_ROOT,
  DFA_CLASSES,
  DFA_DEAD,
  DFA_END_COLUMN,
  DFA_HEADER_BYTES,
  DFA_LAST_SPECIAL,
  DFA_SKIP_COLUMN,
  DFA_SKIPS,
  DFA_START,
  DFA_TABLE,
  IMAGE_BYTES,
  IMAGE_CHARACTERS,
  IMAGE_KIND,
  IMAGE_LAZY,
  IMAGE_NFA,
  INSTRUCTION_BYTES,
  KINDS,
  LAZY_ANCHORED,
  LAZY_CLASSES,
  LAZY_COUNT,
  LAZY_HEADER_BYTES,
  LAZY_INSTRUCTIONS,
  LAZY_KINDS,
  LAZY_MOST_STATES,
  LAZY_NEXT_BYTES,
  LAZY_ROW_HEADER,
  LAZY_START,
  LAZY_STATE_BYTES,
  LAZY_WORK_BYTES,
  NFA_ANCHORED,
  NFA_COUNT,
  NFA_HEADER_BYTES,
  NFA_INSTRUCTIONS,
  NFA_KINDS,
  NFA_SCRATCH,
  NFA_START,
  NODE_FLAG,
  OP_CHARACTER,
  REGEX_ALIGNMENT,
  SKIP_BYTES,
} from '../../engine/regex-layout.ts';
import type { Alphabet } from './alphabet.ts';
import type { Decoder } from './decoder.ts';
import { ACCEPT, DEAD, type Dfa, isAnchored } from './determinize.ts';
import type { ByteDfa } from './expand.ts';
import type { Nfa } from './program.ts';
import { chooseSkips } from './skip.ts';

/** A table over bytes must be addressable in 16 bits, and is then at home in the cache. */
const MAX_BYTES_TABLE = 1 << 16;
/** Every lane copies the table into its memory and walks it at random: it should stay in a core's L2 cache. */
const MAX_CHARACTERS_TABLE = 1 << 20;
/** Reached by patterns of thousands of different characters only. */
const MAX_NFA_IMAGE = 4 << 20;

const align = (offset: number): number => Math.ceil(offset / REGEX_ALIGNMENT) * REGEX_ALIGNMENT;

function writeHeader(view: DataView, fields: readonly (readonly [offset: number, value: number])[]): void {
  for (const [offset, value] of fields) view.setUint32(offset, value, true);
}

/** Whether a decoder entry can hold every class and node. */
function isDecodable(alphabet: Alphabet, decoder: Decoder): boolean {
  return alphabet.count <= NODE_FLAG && decoder.nodes.length <= NODE_FLAG;
}

/** Bytes that no state tells apart share a column. */
function byteClasses(dfa: ByteDfa): { classes: Uint8Array; count: number; firstBytes: number[] } {
  // Refines by one state after the other, as alphabet.ts does by sets: no column is ever spelt out as a key.
  const classes = new Int32Array(256);
  let count = 1;
  for (let state = 0; state < dfa.stateCount && count < 256; state += 1) {
    const split = new Map<number, number>();
    const row = state * 256;
    for (let byte = 0; byte < 256; byte += 1) {
      const key = classes[byte]! * dfa.stateCount + dfa.steps[row + byte]!;
      let refined = split.get(key);
      if (refined === undefined) {
        refined = split.size;
        split.set(key, refined);
      }
      classes[byte] = refined;
    }
    count = split.size;
  }
  const firstBytes = Array.from({ length: count }, (_, c) => classes.indexOf(c));
  return { classes: Uint8Array.from(classes), count, firstBytes };
}

/** @returns undefined when the table would be too large */
export function bytesImage(dfa: ByteDfa): Uint8Array | undefined {
  const { classes, count, firstBytes } = byteClasses(dfa);
  const rowBytes = (count + 2) * 2;
  const tableBytes = dfa.stateCount * rowBytes;
  if (tableBytes > MAX_BYTES_TABLE) return undefined;
  const skips = chooseSkips(dfa);
  const table = DFA_HEADER_BYTES + skips.length * SKIP_BYTES;
  const image = new Uint8Array(align(table + tableBytes));
  const view = new DataView(image.buffer);
  const rows = rowOffsets(
    dfa,
    skips.map((skip) => skip.state),
    rowBytes,
  );
  writeHeader(view, [
    [IMAGE_KIND, IMAGE_BYTES],
    [DFA_START, rows[dfa.start]!],
    [DFA_LAST_SPECIAL, (DEAD + skips.length) * rowBytes],
    [DFA_DEAD, DEAD * rowBytes],
    [DFA_END_COLUMN, count * 2],
    [DFA_SKIP_COLUMN, (count + 1) * 2],
    [DFA_TABLE, table],
    [DFA_SKIPS, DFA_HEADER_BYTES],
  ]);
  image.set(classes, DFA_CLASSES);
  const put = (offset: number, value: number): void => view.setUint16(table + offset, value, true);
  for (let state = 0; state < dfa.stateCount; state += 1) {
    const row = rows[state]!;
    for (const [c, byte] of firstBytes.entries()) put(row + c * 2, rows[dfa.steps[state * 256 + byte]!]!);
    put(row + count * 2, rows[dfa.endMatches[state] === 1 ? ACCEPT : DEAD]!);
  }
  for (const [i, skip] of skips.entries()) {
    image.set(skip.tables, DFA_HEADER_BYTES + i * SKIP_BYTES);
    put(rows[skip.state]! + (count + 1) * 2, i * SKIP_BYTES);
  }
  return image;
}

/** Each state's row: ACCEPT, DEAD and the skipping states first, so that one comparison finds all that are special. */
function rowOffsets(dfa: ByteDfa, skipping: readonly number[], rowBytes: number): Int32Array {
  const rows = new Int32Array(dfa.stateCount).fill(-1);
  const order = [ACCEPT, DEAD, ...skipping];
  for (const [i, state] of order.entries()) rows[state] = i * rowBytes;
  let next = order.length;
  for (let state = 0; state < dfa.stateCount; state += 1) if (rows[state]! < 0) rows[state] = next++ * rowBytes;
  return rows;
}

/** The decoder's bytes: the root's 256 entries, then 64 for each node. */
const decoderBytes = (decoder: Decoder): number => (256 + 64 * decoder.nodes.length) * 2;

function writeDecoder(view: DataView, at: number, decoder: Decoder): void {
  const entry = (child: number): number => (child >= 0 ? child : NODE_FLAG | (-1 - child));
  for (const [byte, child] of decoder.root.entries()) view.setUint16(at + byte * 2, entry(child), true);
  for (const [i, { children }] of decoder.nodes.entries()) {
    const node = at + (256 + 64 * i) * 2;
    for (const [j, child] of children.entries()) view.setUint16(node + j * 2, entry(child), true);
  }
}

/** @returns undefined when the table would be too large */
export function charactersImage(dfa: Dfa, alphabet: Alphabet, decoder: Decoder): Uint8Array | undefined {
  const { count } = alphabet;
  const rowBytes = (count + 1) * 4;
  const tableBytes = dfa.stateCount * rowBytes;
  if (tableBytes > MAX_CHARACTERS_TABLE || !isDecodable(alphabet, decoder)) return undefined;
  const root = CHARACTERS_HEADER_BYTES;
  const table = align(root + decoderBytes(decoder));
  const image = new Uint8Array(align(table + tableBytes));
  const view = new DataView(image.buffer);
  writeHeader(view, [
    [IMAGE_KIND, IMAGE_CHARACTERS],
    [DECODER_ROOT, root],
    [DECODER_NODES, root + 256 * 2],
    [CHARACTERS_START, dfa.start * rowBytes],
    [CHARACTERS_DEAD, DEAD * rowBytes],
    [CHARACTERS_END_COLUMN, count * 4],
    [CHARACTERS_TABLE, table],
  ]);
  writeDecoder(view, root, decoder);
  for (let state = 0; state < dfa.stateCount; state += 1) {
    const row = table + state * rowBytes;
    for (let c = 0; c < count; c += 1) view.setUint32(row + c * 4, dfa.steps[state * count + c]! * rowBytes, true);
    view.setUint32(row + count * 4, (dfa.endMatches[state] === 1 ? ACCEPT : DEAD) * rowBytes, true);
  }
  return image;
}

/**
 * The automaton with the header of a DFA that is built while it runs; its work area is not part of the image.
 * @returns undefined when the image would be too large
 */
export function lazyImage(nfa: Nfa, alphabet: Alphabet, decoder: Decoder): Uint8Array | undefined {
  const parts = automaton(nfa, alphabet, decoder, LAZY_HEADER_BYTES, 0);
  if (parts === undefined) return undefined;
  const { image, view, instructions, kinds } = parts;
  const count = nfa.operations.length;
  // Six lists of instructions, one of them twice as long; the table of states; lists of the start; and the states,
  // among them room for several of the largest.
  const rowBytes = LAZY_ROW_HEADER + (alphabet.count + 1) * 4;
  const lists = count * 6 * 4 + LAZY_MOST_STATES * 2 * 4 + KINDS * alphabet.count * LAZY_NEXT_BYTES + 64;
  writeHeader(view, [
    [IMAGE_KIND, IMAGE_LAZY],
    [LAZY_START, nfa.start],
    [LAZY_COUNT, count],
    [LAZY_ANCHORED, isAnchored(nfa) ? 1 : 0],
    [LAZY_INSTRUCTIONS, instructions],
    [LAZY_KINDS, kinds],
    [LAZY_CLASSES, alphabet.count],
    [LAZY_WORK_BYTES, align(lists + LAZY_STATE_BYTES + 8 * (count * 4 + rowBytes))],
  ]);
  return image;
}

/** @returns undefined when the image would be too large */
export function nfaImage(nfa: Nfa, alphabet: Alphabet, decoder: Decoder): Uint8Array | undefined {
  const count = nfa.operations.length;
  const parts = automaton(nfa, alphabet, decoder, NFA_HEADER_BYTES, count * 4 * 2);
  if (parts === undefined) return undefined;
  const { image, view, instructions, kinds, end } = parts;
  writeHeader(view, [
    [IMAGE_KIND, IMAGE_NFA],
    [NFA_START, nfa.start],
    [NFA_COUNT, count],
    [NFA_ANCHORED, isAnchored(nfa) ? 1 : 0],
    [NFA_INSTRUCTIONS, instructions],
    [NFA_KINDS, kinds],
    [NFA_SCRATCH, end],
  ]);
  return image;
}

interface AutomatonParts {
  readonly image: Uint8Array;
  readonly view: DataView;
  readonly instructions: number;
  readonly kinds: number;
  /** Where the bytes that were asked for besides begin. */
  readonly end: number;
}

/**
 * An image with decoder, instructions, kinds and sets; the header is left to the caller, but for the decoder's place.
 * @param moreBytes room behind them
 */
function automaton(
  nfa: Nfa,
  alphabet: Alphabet,
  decoder: Decoder,
  headerBytes: number,
  moreBytes: number,
): AutomatonParts | undefined {
  const count = nfa.operations.length;
  const setBytes = Math.ceil(alphabet.count / 8);
  const root = headerBytes;
  const instructions = align(root + decoderBytes(decoder));
  const kinds = instructions + count * INSTRUCTION_BYTES;
  const sets = kinds + alphabet.count;
  const end = align(sets + nfa.sets.length * setBytes);
  const imageBytes = align(end + moreBytes);
  if (imageBytes > MAX_NFA_IMAGE || !isDecodable(alphabet, decoder)) return undefined;
  const image = new Uint8Array(imageBytes);
  const view = new DataView(image.buffer);
  writeHeader(view, [
    [DECODER_ROOT, root],
    [DECODER_NODES, root + 256 * 2],
  ]);
  writeDecoder(view, root, decoder);
  for (let pc = 0; pc < count; pc += 1) {
    const at = instructions + pc * INSTRUCTION_BYTES;
    const argument = nfa.arguments[pc]!;
    view.setUint16(at, nfa.operations[pc]!, true);
    view.setUint16(at + 2, nfa.nexts[pc]!, true);
    view.setUint32(at + 4, nfa.operations[pc] === OP_CHARACTER ? sets + argument * setBytes : argument, true);
  }
  image.set(alphabet.kinds, kinds);
  for (const [i, members] of alphabet.members.entries()) {
    for (const [c, member] of members.entries()) image[sets + i * setBytes + (c >> 3)]! |= member << (c & 7);
  }
  return { image, view, instructions, kinds, end };
}
