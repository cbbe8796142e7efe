/** The tests of a plan: what each compares a value with, as the engine reads it. layout.ts names the offsets. */

import * as B from './below-layout.ts';
import * as L from './layout.ts';
import { writeSteps } from './plan-below.ts';
import type { Writer } from './plan-writer.ts';
import type { Choice, Instant, NumberValue, Path, Predicate, Present, Scalar, Test, ValueKind } from './program.ts';
import * as R from './regex-layout.ts';
import { timeUnitCodes } from './time-units.ts';

const numberKinds = { i64: 1, u64: 2, f64: 3 } as const;

function numberBits(value: NumberValue): bigint {
  if (value.type !== 'f64') return value.value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value.value);
  return view.getBigUint64(0);
}

const comparison = {
  eq: [L.OP_EQ_NUMBER, L.OP_EQ_STRING],
  lt: [L.OP_LT_NUMBER, L.OP_LT_STRING],
  le: [L.OP_LE_NUMBER, L.OP_LE_STRING],
  gt: [L.OP_GT_NUMBER, L.OP_GT_STRING],
  ge: [L.OP_GE_NUMBER, L.OP_GE_STRING],
} as const;

const byteOps = { prefix: L.OP_PREFIX, suffix: L.OP_SUFFIX, contains: L.OP_CONTAINS } as const;

function kindOf(value: Scalar): number {
  if (value.type === 'null') return L.KIND_NULL;
  if (value.type === 'boolean') return value.value ? L.KIND_TRUE : L.KIND_FALSE;
  return value.type === 'string' ? L.KIND_STRING : L.KIND_NUMBER;
}

/** The operation on strings that `paths` is written with, for values of either type. */
const pathOps = {
  ...{ eq: L.OP_EQ_STRING, lt: L.OP_LT_STRING, le: L.OP_LE_STRING, gt: L.OP_GT_STRING, ge: L.OP_GE_STRING },
  ...byteOps,
} as const;

const kindBits: Readonly<Record<ValueKind, number>> = {
  null: 1 << L.KIND_NULL,
  boolean: (1 << L.KIND_TRUE) | (1 << L.KIND_FALSE),
  number: 1 << L.KIND_NUMBER,
  string: 1 << L.KIND_STRING,
  array: 1 << L.KIND_ARRAY,
  object: 1 << L.KIND_OBJECT,
};

/** A set of `in` and its items, which the engine hashes; both relative to the plan. */
export interface SetItems {
  readonly set: number;
  readonly items: number;
  /** BUILD_LIST: `set` is a list of lines instead, which has no items. */
  readonly count: number;
}

/**
 * Plain loops, and one piece of memory for all texts: a set may have ten thousand values and more.
 * @param targets where each value leads, when that is asked for
 */
function writeSet(writer: Writer, values: readonly Scalar[], sets: SetItems[], targets?: readonly number[]): number {
  const set = writer.reserve(L.SET_BYTES);
  let count = 0;
  let textBytes = 0;
  for (const value of values) {
    if (value.type !== 'null' && value.type !== 'boolean') count++;
    if (value.type === 'string') textBytes += value.bytes.length;
  }
  const entries = 1 << Math.ceil(Math.log2(count * 2 + 2));
  writer.i32(set + L.SET_MASK, entries - 1);
  writer.i32(set + L.SET_ENTRIES, writer.reserve(entries * L.SET_ENTRY_BYTES));
  const items = writer.reserve(count * L.SET_ENTRY_BYTES);
  let text = writer.reserve(textBytes);
  let item = items;
  let kinds = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const target = targets?.[i] ?? 0;
    if (value.type === 'null' || value.type === 'boolean') {
      kinds |= 1 << kindOf(value);
      writer.i32(set + L.SET_TARGETS + kindOf(value) * 4, target);
      continue;
    }
    writer.i32(item + L.SE_TARGET, target);
    if (value.type === 'string') {
      writer.i32(item + L.SE_KIND, L.SE_STRING);
      writer.i32(item + L.SE_LENGTH, value.bytes.length);
      writer.i32(item + L.SE_BITS, text);
      writer.fill(text, value.bytes);
      text += value.bytes.length;
    } else {
      writer.i32(item + L.SE_KIND, numberKinds[value.type]);
      writer.u64(item + L.SE_BITS, numberBits(value));
    }
    item += L.SET_ENTRY_BYTES;
  }
  writer.i32(set + L.SET_KINDS, kinds);
  sets.push({ set, items, count });
  return set;
}

function writePredicate(writer: Writer, at: number, test: Predicate, sets: SetItems[], images: Images): void {
  const write = (op: number, data = 0, length = 0, bits = 0n): void => {
    writer.i32(at + L.T_OP, op);
    writer.i32(at + L.T_DATA, data);
    writer.i32(at + L.T_LENGTH, length);
    writer.u64(at + L.T_NUMBER, bits);
  };
  writer.i32(at + L.T_PATH, test.path);
  switch (test.op) {
    case 'has':
      write(L.OP_HAS);
      break;
    case 'prefix':
    case 'suffix':
    case 'contains':
      write(byteOps[test.op], writer.put(test.bytes), test.bytes.length);
      break;
    case 'regex':
      write(L.OP_REGEX, images.of(test.image), test.image.length);
      break;
    case 'in':
      write(L.OP_IN, writeSet(writer, test.values, sets));
      break;
    case 'time':
      write(B.OP_TIME, writeInstant(writer, test.time, comparison[test.order][0]), 0, test.time.us);
      break;
    case 'length':
      write(B.OP_LENGTH, comparison[test.order][0], numberKinds[test.value.type], numberBits(test.value));
      break;
    case 'kinds':
      write(
        B.OP_KINDS,
        0,
        test.kinds.reduce((bits, kind) => bits | kindBits[kind], 0),
      );
      break;
    case 'paths':
      write(B.OP_PATHS, pathOps[test.order], test.other);
      break;
    case 'list':
      write(B.OP_LIST, writeList(writer, test.lines, sets));
      break;
    default:
      writeComparison(writer, test.op, test.value, write);
  }
}

function writeInstant(writer: Writer, { unit, rest }: Instant, order: number): number {
  const at = writer.reserve(B.TM_REST + rest.length);
  writer.i32(at + B.TM_UNIT, timeUnitCodes[unit]);
  writer.i32(at + B.TM_ORDER, order);
  writer.i32(at + B.TM_REST_BYTES, rest.length);
  writer.fill(at + B.TM_REST, Buffer.from(rest));
  return at;
}

/** Lines, and those that may be numbers, which are placed twice. */
function placesOf(lines: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < lines.length; at = lines.indexOf(0x0a, at) + 1) {
    const byte = lines[at]!;
    count += byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || byte <= 0x20 ? 2 : 1;
  }
  return count;
}

function writeList(writer: Writer, lines: Uint8Array, sets: SetItems[]): number {
  const list = writer.reserve(B.LIST_BYTES);
  const places = 1 << Math.ceil(Math.log2(placesOf(lines) * 2 + 2));
  writer.i32(list + B.LS_TEXT, writer.put(lines));
  writer.i32(list + B.LS_TEXT_BYTES, lines.length);
  writer.i32(list + B.LS_MASK, places - 1);
  writer.reserveWork(list + B.LS_ENTRIES, list, places * B.LIST_ENTRY_BYTES);
  sets.push({ set: list, items: 0, count: B.BUILD_LIST });
  return list;
}

/** The test in the search for values below that of its path. */
function writeDeep(writer: Writer, at: number, test: Predicate, below: Path['below'], tests: TestWriter): void {
  const data = writer.reserve(B.DEEP_BYTES);
  tests.predicate(data + B.D_TEST, test);
  writer.i32(data + B.D_STEPS, writeSteps(writer, below!));
  writer.i32(data + B.D_STEP_COUNT, below!.length);
  writer.i32(at + L.T_OP, B.OP_DEEP);
  writer.i32(at + L.T_PATH, test.path);
  writer.i32(at + L.T_DATA, data);
}

interface TestWriter {
  predicate(at: number, test: Predicate): void;
}

function writeComparison(
  writer: Writer,
  op: keyof typeof comparison,
  value: Scalar,
  write: (op: number, data: number, length: number, bits?: bigint) => void,
): void {
  if (value.type === 'string') write(comparison[op][1], writer.put(value.bytes), value.bytes.length);
  else if (value.type === 'null' || value.type === 'boolean') write(L.OP_EQ_KIND, 0, kindOf(value));
  else write(comparison[op][0], 0, numberKinds[value.type], numberBits(value));
}

/** Images that the compiler shares between equal patterns are stored once. */
class Images {
  readonly #writer: Writer;
  readonly #places = new Map<Uint8Array, number>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  of(image: Uint8Array): number {
    const known = this.#places.get(image);
    if (known !== undefined) return known;
    const place = this.#writer.put(image);
    this.#places.set(image, place);
    const words = new DataView(image.buffer, image.byteOffset, image.byteLength);
    if (image.length > R.LAZY_HEADER_BYTES && words.getUint32(R.IMAGE_KIND, true) === R.IMAGE_LAZY) {
      this.#writer.reserveWork(place + R.LAZY_WORK, place, words.getUint32(R.LAZY_WORK_BYTES, true));
    }
    return place;
  }
}

function writeChoice(writer: Writer, at: number, { path, cases }: Choice, sets: SetItems[]): void {
  const values = cases.map(({ value }) => value);
  const targets = cases.map(({ target }) => target);
  writer.i32(at + L.T_OP, L.OP_CHOICE);
  writer.i32(at + L.T_PATH, path);
  writer.i32(at + L.T_DATA, writeSet(writer, values, sets, targets));
}

/** @returns the group */
function writePresent(writer: Writer, at: number, { branches }: Present, pathSlots: PathSlots): number {
  const targets = new Map(branches.flatMap(({ path, target }) => pathSlots[path]!.map((slot) => [slot, target])));
  const first = Math.min(...targets.keys());
  const end = Math.max(...targets.keys()) + 1;
  const group = writer.reserve(L.GROUP_BYTES);
  const table = writer.reserve((end - first) * 4);
  for (let slot = first; slot < end; slot++) writer.i32(table + (slot - first) * 4, targets.get(slot) ?? L.NO_TARGET);
  writer.i32(group + L.G_FIRST, first);
  writer.i32(group + L.G_END, end);
  writer.i32(group + L.G_TARGETS, table);
  writer.i32(at + L.T_OP, L.OP_PRESENT);
  writer.i32(at + L.T_DATA, group);
  return group;
}

/** The slots that answer for each path. */
type PathSlots = readonly (readonly number[])[];

/** Writes tests in their order; images that they share once. @returns where they begin, and the sets to be hashed */
export function writeTests(
  writer: Writer,
  tests: readonly Test[],
  paths: readonly Path[],
  pathSlots: PathSlots,
): { at: number; sets: readonly SetItems[] } {
  const sets: SetItems[] = [];
  const images = new Images(writer);
  const first = writer.reserve(tests.length * L.TEST_BYTES);
  const groups = new Map<number, number>();
  const plain: TestWriter = { predicate: (at, test) => writePredicate(writer, at, test, sets, images) };
  tests.forEach((test, i) => {
    const at = first + i * L.TEST_BYTES;
    writer.i32(at + L.T_FALSE, test.onFalse);
    if (test.op === 'choice') writeChoice(writer, at, test, sets);
    else if (test.op === 'present') groups.set(i, writePresent(writer, at, test, pathSlots));
    else if (test.op !== 'again') {
      writer.i32(at + L.T_TRUE, test.onTrue);
      const { below } = paths[test.path]!;
      if (below === undefined) plain.predicate(at, test);
      else writeDeep(writer, at, test, below, plain);
    }
  });
  tests.forEach((test, i) => {
    if (test.op !== 'again') return;
    writer.i32(first + i * L.TEST_BYTES + L.T_OP, L.OP_AGAIN);
    writer.i32(first + i * L.TEST_BYTES + L.T_DATA, groups.get(test.of)!);
  });
  return { at: first, sets };
}
