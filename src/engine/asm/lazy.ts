/**
 * A DFA for many patterns at once, built while it runs: only states that some text has led to are made, and when there
 * are too many, all are forgotten and it begins anew (Cox, "Regular Expression Matching in the Wild"). A step that has
 * been taken before is one look-up; a new one costs what the simulation of the automaton costs. So it is linear in the
 * text, whatever the patterns and the texts are.
 *
 * A state is the kind of the character before and the items: instructions that are alive there, without those at which
 * a match may begin, which are alive everywhere and the same for each kind of character. With a thousand patterns that
 * keeps a state small. Assertions that depend on the next character stand among the items until that is known, as in
 * selector/regex/determinize.ts. The file is longer than others because its parts share the work area of one image.
 */
import {
  DECODER_ROOT,
  INSTRUCTION_BYTES,
  KIND_EDGE,
  KINDS,
  LAZY_ACCEPT,
  LAZY_ANCHORED,
  LAZY_CLASSES,
  LAZY_COUNT,
  LAZY_DEAD,
  LAZY_INSTRUCTIONS,
  LAZY_KINDS,
  LAZY_MOST_STATES,
  LAZY_NEXT_BYTES,
  LAZY_ROW_HEADER,
  LAZY_START,
  LAZY_START_ROW,
  LAZY_STATES,
  LAZY_TOP,
  LAZY_WORK,
  LAZY_WORK_BYTES,
  OP_ASSERT,
  OP_CHARACTER,
  OP_SPLIT,
} from '../regex-layout';
import { decode, decodedEnd } from './decode';
import { seed } from './hash';
import { countVisits } from './visits';

/** `after` for closures made before the next character is known. */
const UNKNOWN: u32 = KINDS;
const ALL_KINDS: u32 = (1 << KINDS) - 1;
const PLACES: u32 = LAZY_MOST_STATES * 2;
const WAITS: u32 = 256;

// The image that is worked with, and the parts of its work area, in this order; all but the last are lists of u32.
let image: usize = 0;
let instructions: usize = 0;
let classCount: u32 = 0;
let marks: usize = 0;
let stack: usize = 0;
let seeds: usize = 0;
let items: usize = 0;
let saved: usize = 0;
let places: usize = 0;
let nexts: usize = 0;
let states: usize = 0;

/** What the last closure found besides its items. */
let matched: bool = false;
let waits: bool = false;

function use(at: usize): void {
  image = at;
  const listBytes = (<usize>load<u32>(at, LAZY_COUNT)) << 2;
  instructions = at + load<u32>(at, LAZY_INSTRUCTIONS);
  classCount = load<u32>(at, LAZY_CLASSES);
  // The first word counts the closures, each of which has a mark of its own.
  marks = at + load<u32>(at, LAZY_WORK) + 4;
  stack = marks + listBytes;
  seeds = stack + listBytes;
  items = seeds + (listBytes << 1);
  saved = items + listBytes;
  places = saved + listBytes;
  nexts = places + ((<usize>PLACES) << 2);
  states = (nexts + <usize>KINDS * classCount * LAZY_NEXT_BYTES + 15) & ~15;
  if (load<u32>(at, LAZY_TOP)) return;
  // What was in the work area before is not known.
  memory.fill(marks - 4, 0, listBytes + 4);
  forget();
}

/** Forgets all states. */
function forget(): void {
  memory.fill(places, 0, states - places);
  store<u32>(image, <u32>(states - image), LAZY_TOP);
  store<u32>(image, 0, LAZY_STATES);
  store<u32>(image, 0, LAZY_START_ROW);
}

/** Room among the states, from the start of the image, or 0 when there is none left. */
function allocate(bytes: u32): u32 {
  const at = load<u32>(image, LAZY_TOP);
  const end = load<u32>(image, LAZY_WORK) + load<u32>(image, LAZY_WORK_BYTES);
  if (at + bytes > end) return 0;
  store<u32>(image, at + bytes, LAZY_TOP);
  return at;
}

// @ts-ignore: decorator
@inline
function visit(pc: u32, mark: u32, top: usize): usize {
  const place = marks + ((<usize>pc) << 2);
  if (load<u32>(place) == mark) return top;
  store<u32>(place, mark);
  store<u32>(top, pc);
  return top + 4;
}

/**
 * Instructions that are reached from `count` ones at `from` without reading, as far as the kinds of the characters
 * before and after tell: characters, and assertions that wait for the next character, in any order.
 * @returns how many there are, at `out`
 */
function closure(from: usize, count: u32, before: u32, after: u32, out: usize): u32 {
  let mark = load<u32>(marks - 4) + 1;
  if (!mark) {
    memory.fill(marks, 0, stack - marks);
    mark = 1;
  }
  store<u32>(marks - 4, mark);
  let top = stack;
  let found: u32 = 0;
  let visits: u32 = 0;
  matched = false;
  waits = false;
  for (let i: u32 = 0; i < count; i++) top = visit(load<u32>(from + ((<usize>i) << 2)), mark, top);
  while (top != stack) {
    top -= 4;
    visits++;
    const pc = load<u32>(top);
    const at = instructions + <usize>pc * INSTRUCTION_BYTES;
    const operation = <i32>load<u16>(at);
    if (operation == OP_CHARACTER) {
      store<u32>(out + ((<usize>found) << 2), pc);
      found++;
    } else if (operation == OP_SPLIT) {
      top = visit(load<u32>(at, 4), mark, top);
      top = visit(<u32>load<u16>(at, 2), mark, top);
    } else if (operation == OP_ASSERT) {
      const allowed = (load<u32>(at, 4) >> (before * KINDS)) & ALL_KINDS;
      if (allowed == ALL_KINDS || (after != UNKNOWN && ((allowed >> after) & 1) != 0)) {
        top = visit(<u32>load<u16>(at, 2), mark, top);
      } else if (after == UNKNOWN && allowed != 0) {
        store<u32>(out + ((<usize>found) << 2), pc);
        found++;
        waits = true;
      }
    } else matched = true;
  }
  countVisits(visits);
  return found;
}

/** Where control is after reading a character of the class at each of `count` items. @returns how many, at `out` */
function readClass(list: usize, count: u32, cls: u32, out: usize): u32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = instructions + <usize>load<u32>(list + ((<usize>i) << 2)) * INSTRUCTION_BYTES;
    if (<i32>load<u16>(at) != OP_CHARACTER) continue;
    if (((load<u8>(image + load<u32>(at, 4) + (cls >> 3)) >> <u8>(cls & 7)) & 1) == 0) continue;
    store<u32>(out + ((<usize>found) << 2), <u32>load<u16>(at, 2));
    found++;
  }
  return found;
}

/** The closure of the instruction at which every match begins. */
function closureOfStart(before: u32, after: u32): u32 {
  store<u32>(seeds, load<u32>(image, LAZY_START));
  return closure(seeds, 1, before, after, items);
}

/**
 * Where a match that begins behind a character of kind `before` is after one of the class: a list of instructions that
 * is made once. @returns its place in `nexts`, or 0 when there is no room for it
 */
function nextOfStart(before: u32, cls: u32, after: u32): usize {
  const entry = nexts + <usize>(before * classCount + cls) * LAZY_NEXT_BYTES;
  if (load<u32>(entry, 8)) return entry;
  const count = closureOfStart(before, after);
  const isMatch = matched;
  const length = readClass(items, count, cls, seeds);
  const list = allocate(length << 2);
  if (!list) return 0;
  memory.copy(image + list, seeds, (<usize>length) << 2);
  store<u32>(entry, list);
  store<u32>(entry, length, 4);
  store<u32>(entry, isMatch ? 2 : 1, 8);
  return entry;
}

/** Ascending (Shell's sort): there are few, and nearly in order. */
function sort(list: usize, count: u32): void {
  for (
    let gap: u32 = count > 40 ? 40 : count > 4 ? 4 : 1;
    gap;
    gap = gap == 40 ? 13 : gap == 13 ? 4 : gap == 4 ? 1 : 0
  ) {
    for (let i = gap; i < count; i++) {
      const value = load<u32>(list + ((<usize>i) << 2));
      let j = i;
      while (j >= gap && load<u32>(list + ((<usize>(j - gap)) << 2)) > value) {
        store<u32>(list + ((<usize>j) << 2), load<u32>(list + ((<usize>(j - gap)) << 2)));
        j -= gap;
      }
      store<u32>(list + ((<usize>j) << 2), value);
    }
  }
}

/** The row of the state of `count` items at `list`, which are sorted; a new one if need be. 0: there is no room. */
function rowOf(list: usize, count: u32, kind: u32): u32 {
  let hash: u64 = <u64>kind + seed();
  for (let i: u32 = 0; i < count; i++) {
    hash = (hash ^ <u64>load<u32>(list + ((<usize>i) << 2))) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  const rowBytes = (classCount + 1) << 2;
  let place = <u32>hash & (PLACES - 1);
  while (true) {
    const row = load<u32>(places + ((<usize>place) << 2));
    if (!row) break;
    const at = image + row;
    if (load<u32>(at - 4) == <u32>hash && load<u32>(at - 8) == count && load<u32>(at - 12) == kind) {
      if (memory.compare(at + rowBytes, list, (<usize>count) << 2) == 0) return row;
    }
    place = (place + 1) & (PLACES - 1);
  }
  if (load<u32>(image, LAZY_STATES) == LAZY_MOST_STATES) return 0;
  const room = allocate(LAZY_ROW_HEADER + rowBytes + (count << 2));
  if (!room) return 0;
  const row = room + LAZY_ROW_HEADER;
  const at = image + row;
  store<u32>(at - 12, kind);
  store<u32>(at - 8, count);
  store<u32>(at - 4, <u32>hash);
  memory.fill(at, 0, rowBytes);
  memory.copy(at + rowBytes, list, (<usize>count) << 2);
  store<u32>(places + ((<usize>place) << 2), row);
  store<u32>(image, load<u32>(image, LAZY_STATES) + 1, LAZY_STATES);
  return row;
}

/** What a state leads to over a character of the class. 0: there is no room for it. */
function target(row: u32, cls: u32): u32 {
  const at = image + row;
  const kind = load<u32>(at - 12);
  const before = kind & (WAITS - 1);
  const after = <u32>load<u8>(image + load<u32>(image, LAZY_KINDS) + cls);
  const start = nextOfStart(before, cls, after);
  if (!start) return 0;
  if (load<u32>(start, 8) == 2) return LAZY_ACCEPT;
  let list = at + ((<usize>(classCount + 1)) << 2);
  let count = load<u32>(at - 8);
  if (kind & WAITS) {
    count = closure(list, count, before, after, items);
    if (matched) return LAZY_ACCEPT;
    list = items;
  }
  let length = readClass(list, count, cls, seeds);
  const startLength = load<u32>(start, 4);
  memory.copy(seeds + ((<usize>length) << 2), image + load<u32>(start), (<usize>startLength) << 2);
  length += startLength;
  count = closure(seeds, length, after, UNKNOWN, items);
  if (matched) return LAZY_ACCEPT;
  if (!count && load<u32>(image, LAZY_ANCHORED)) return LAZY_DEAD;
  const isWaiting = waits;
  sort(items, count);
  return rowOf(items, count, isWaiting ? after | WAITS : after);
}

/** The same; when there is no room, all states but this one are forgotten before. */
function step(row: u32, cls: u32): u32 {
  let next = target(row, cls);
  if (!next) {
    const at = image + row;
    const kind = load<u32>(at - 12);
    const count = load<u32>(at - 8);
    memory.copy(saved, at + ((<usize>(classCount + 1)) << 2), (<usize>count) << 2);
    forget();
    row = rowOf(saved, count, kind);
    next = target(row, cls);
    // The work area has room for a few of the largest states.
    if (!next) unreachable();
  }
  store<u32>(image + row + ((<usize>cls) << 2), next);
  return next;
}

/** Whether there is a match when the text ends in this state. */
function matchesAtEnd(row: u32): bool {
  const at = image + row;
  const kind = load<u32>(at - 12);
  const before = kind & (WAITS - 1);
  closureOfStart(before, KIND_EDGE);
  let isMatch = matched;
  if (!isMatch && kind & WAITS) {
    closure(at + ((<usize>(classCount + 1)) << 2), load<u32>(at - 8), before, KIND_EDGE, items);
    isMatch = matched;
  }
  store<u32>(at + ((<usize>classCount) << 2), isMatch ? LAZY_ACCEPT : LAZY_DEAD);
  return isMatch;
}

/** The state before the first character. */
function startRow(): u32 {
  let row = load<u32>(image, LAZY_START_ROW);
  if (row) return row;
  row = rowOf(items, 0, KIND_EDGE);
  if (!row) {
    forget();
    row = rowOf(items, 0, KIND_EDGE);
  }
  store<u32>(image, row, LAZY_START_ROW);
  return row;
}

/** Whether one of the patterns matches somewhere in the UTF-8 bytes from `from` up to `to` (exclusive). */
export function lazyMatch(at: usize, from: usize, to: usize): bool {
  if (at != image || !load<u32>(at, LAZY_TOP)) use(at);
  const root = at + load<u32>(at, DECODER_ROOT);
  let row = startRow();
  let p = from;
  while (p < to) {
    const byte = <u32>load<u8>(p);
    let cls: u32;
    if (byte < 0x80) {
      cls = <u32>load<u16>(root + ((<usize>byte) << 1));
      p++;
    } else {
      cls = decode(at, p, to);
      p = decodedEnd;
    }
    let next = load<u32>(at + row + ((<usize>cls) << 2));
    if (next <= <u32>LAZY_DEAD) {
      if (!next) next = step(row, cls);
      if (next <= <u32>LAZY_DEAD) return next == LAZY_ACCEPT;
    }
    row = next;
  }
  const end = load<u32>(at + row + ((<usize>classCount) << 2));
  return end ? end == LAZY_ACCEPT : matchesAtEnd(row);
}
