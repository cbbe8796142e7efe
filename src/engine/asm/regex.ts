/**
 * Runs compiled regular expressions over bytes: is there a match anywhere in the string? The images are made by
 * selector/regex and specified in its FORMAT.md. Nothing is allocated and every image takes linear time: a DFA takes
 * one step for each byte, an NFA at most one visit of each instruction for each character.
 *
 * Measured on log messages (Node 20, one core, 4 MB in one string; in brackets 200 bytes a call): tables 0.6 GB/s
 * (0.6), a skipping start state 1.4 to 8 GB/s (0.8 to 5.6) depending on how rare the pattern's first two bytes are, an
 * NFA of 6 to 42 instructions 0.06 to 0.3 GB/s.
 *
 * Reads up to 16 bytes past the end of the string (looping states look at 17 bytes at once); what is there never
 * changes the result. An NFA image is written to (its scratch space), so two threads must not share one.
 */
import {
  CHARACTERS_DEAD,
  CHARACTERS_END_COLUMN,
  CHARACTERS_START,
  CHARACTERS_TABLE,
  DECODER_ROOT,
  DFA_CLASSES,
  DFA_DEAD,
  DFA_END_COLUMN,
  DFA_LAST_SPECIAL,
  DFA_SKIPS,
  DFA_SKIP_COLUMN,
  DFA_START,
  DFA_TABLE,
  IMAGE_BYTES,
  IMAGE_CHARACTERS,
  IMAGE_KIND,
  IMAGE_LAZY,
  IMAGE_TEXTS,
  INSTRUCTION_BYTES,
  KINDS,
  KIND_EDGE,
  NFA_ANCHORED,
  NFA_COUNT,
  NFA_INSTRUCTIONS,
  NFA_KINDS,
  NFA_SCRATCH,
  NFA_START,
  OP_ASSERT,
  OP_CHARACTER,
  OP_SPLIT,
} from '../regex-layout';
import { decode, decodedEnd } from './decode';
import { lazyMatch } from './lazy';
import { textsMatch } from './texts';
import { countVisits } from './visits';

/**
 * True when the image's pattern matches somewhere in the UTF-8 bytes from `from` up to `to` (exclusive).
 * @param image at a multiple of REGEX_ALIGNMENT; trusted, as it comes from selector/regex
 */
export function regexMatch(image: usize, from: usize, to: usize): bool {
  const kind = load<u32>(image, IMAGE_KIND);
  if (kind == IMAGE_BYTES) return runBytes(image, from, to);
  if (kind == IMAGE_CHARACTERS) return runCharacters(image, from, to);
  if (kind == IMAGE_TEXTS) return textsMatch(image, from, to);
  if (kind == IMAGE_LAZY) return lazyMatch(image, from, to);
  return runNfa(image, from, to);
}

/**
 * The step's latency is all there is to the loop: a state is the offset of its row, so the next address is one
 * addition away, and the class of the next byte is loaded meanwhile. The special states (accept, dead, skipping) have
 * the smallest offsets, so one comparison finds them all.
 */
// @ts-ignore: decorator
@inline
function runBytes(image: usize, from: usize, to: usize): bool {
  const table = image + load<u32>(image, DFA_TABLE);
  const skips = image + load<u32>(image, DFA_SKIPS);
  const skipColumn = table + load<u32>(image, DFA_SKIP_COLUMN);
  const lastSpecial = load<u32>(image, DFA_LAST_SPECIAL);
  const dead = load<u32>(image, DFA_DEAD);
  let state = load<u32>(image, DFA_START);
  let p = from;
  for (;;) {
    if (state <= lastSpecial) {
      if (state <= dead) return state == 0;
      p = skip(skips + <u32>load<u16>(skipColumn + state), p, to);
    }
    if (p >= to) break;
    do {
      const column = (<usize>load<u8>(image + <usize>load<u8>(p), DFA_CLASSES)) << 1;
      state = <u32>load<u16>(table + column + state);
      p++;
    } while (state > lastSpecial && p < to);
  }
  return load<u16>(table + load<u32>(image, DFA_END_COLUMN) + state) == 0;
}

/**
 * The first place from `p` on where a looping state may be left, at most the last byte of the string: that one is
 * never skipped, because the byte after it, which would decide, is not part of the string.
 */
// @ts-ignore: decorator
@inline
function skip(tables: usize, p: usize, to: usize): usize {
  const last = to - 1;
  if (p >= last) return p;
  const low1 = v128.load(tables);
  const high1 = v128.load(tables, 16);
  const low2 = v128.load(tables, 32);
  const high2 = v128.load(tables, 48);
  const nibble = i8x16.splat(0x0f);
  const none = i8x16.splat(0);
  do {
    const first = v128.load(p);
    const second = v128.load(p, 1);
    const bits1 = v128.and(i8x16.swizzle(low1, v128.and(first, nibble)), i8x16.swizzle(high1, i8x16.shr_u(first, 4)));
    const bits2 = v128.and(i8x16.swizzle(low2, v128.and(second, nibble)), i8x16.swizzle(high2, i8x16.shr_u(second, 4)));
    const loops = i8x16.bitmask(v128.or(i8x16.eq(bits1, none), i8x16.eq(bits2, none)));
    if (loops != 0xffff) {
      p += ctz(~loops);
      break;
    }
    p += 16;
  } while (p < last);
  return min(p, last);
}

/**
 * The same over characters: a table that Unicode classes cannot blow up, for a look-up more in each character that is
 * not ASCII. There is no skipping here, as such patterns mostly begin with a class or a word boundary.
 */
function runCharacters(image: usize, from: usize, to: usize): bool {
  const root = image + load<u32>(image, DECODER_ROOT);
  const table = image + load<u32>(image, CHARACTERS_TABLE);
  const dead = load<u32>(image, CHARACTERS_DEAD);
  let state = load<u32>(image, CHARACTERS_START);
  let p = from;
  while (state > dead) {
    if (p >= to) {
      state = load<u32>(table + load<u32>(image, CHARACTERS_END_COLUMN) + state);
      break;
    }
    const byte = <u32>load<u8>(p);
    let cls: u32;
    if (byte < 0x80) {
      cls = <u32>load<u16>(root + ((<usize>byte) << 1));
      p++;
    } else {
      cls = decode(image, p, to);
      p = decodedEnd;
    }
    state = load<u32>(table + ((<usize>cls) << 2) + state);
  }
  return state == 0;
}

/** Sparse sets of instructions (Briggs and Torczon): a list in order of arrival, and each member's place in it. */
// @ts-ignore: decorator
@inline
function has(list: usize, places: usize, size: u32, pc: u32): bool {
  const place = <u32>load<u16>(places + ((<usize>pc) << 1));
  return place < size && load<u16>(list + ((<usize>place) << 1)) == pc;
}

/** Adds to a set and returns its new size. */
// @ts-ignore: decorator
@inline
function add(list: usize, places: usize, size: u32, pc: u32): u32 {
  if (has(list, places, size, pc)) return size;
  store<u16>(list + ((<usize>size) << 1), pc);
  store<u16>(places + ((<usize>pc) << 1), size);
  return size + 1;
}

/**
 * Thompson's simulation: `list` holds the instructions reachable at this place, and grows while it is walked. The
 * character after the place is decoded first, so assertions are decided at once.
 */
function runNfa(image: usize, from: usize, to: usize): bool {
  const instructions = image + load<u32>(image, NFA_INSTRUCTIONS);
  const kinds = image + load<u32>(image, NFA_KINDS);
  const start = load<u32>(image, NFA_START);
  const anchored = load<u32>(image, NFA_ANCHORED) != 0;
  const setBytes: usize = (<usize>load<u32>(image, NFA_COUNT)) << 1;
  let list = image + load<u32>(image, NFA_SCRATCH);
  let places = list + setBytes;
  let nextList = places + setBytes;
  let nextPlaces = nextList + setBytes;
  let size: u32 = 0;
  let before: u32 = KIND_EDGE;
  let p = from;
  while (true) {
    if (!anchored || p == from) size = add(list, places, size, start);
    if (size == 0) return false;
    const atEnd = p >= to;
    let cls: u32 = 0;
    let after: u32 = KIND_EDGE;
    if (!atEnd) {
      cls = decode(image, p, to);
      after = load<u8>(kinds + cls);
    }
    const pair = before * KINDS + after;
    let nextSize: u32 = 0;
    for (let i: u32 = 0; i < size; i++) {
      const at = instructions + <usize>load<u16>(list + ((<usize>i) << 1)) * INSTRUCTION_BYTES;
      const operation = <i32>load<u16>(at);
      const next = <u32>load<u16>(at, 2);
      const argument = load<u32>(at, 4);
      if (operation == OP_CHARACTER) {
        if (!atEnd && ((load<u8>(image + argument + (cls >> 3)) >> <u8>(cls & 7)) & 1) != 0) {
          nextSize = add(nextList, nextPlaces, nextSize, next);
        }
      } else if (operation == OP_SPLIT) {
        size = add(list, places, size, next);
        size = add(list, places, size, argument);
      } else if (operation == OP_ASSERT) {
        if (((argument >> pair) & 1) != 0) size = add(list, places, size, next);
      } else {
        return true;
      }
    }
    if (atEnd) return false;
    // The list has grown while it was walked.
    countVisits(size);
    const usedList = list;
    const usedPlaces = places;
    list = nextList;
    places = nextPlaces;
    nextList = usedList;
    nextPlaces = usedPlaces;
    size = nextSize;
    before = after;
    p = decodedEnd;
  }
}
