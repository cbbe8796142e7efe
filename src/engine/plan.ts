/**
 * Program and projection to the binary plan that every lane copies into its memory. layout.ts names every offset; this
 * file lays the parts one after another: the trie of wanted paths (trie.ts), the tests with their literals, the
 * columns.
 */
import * as L from './layout.ts';
import { Writer } from './plan-writer.ts';
import type { Column, NumberValue, Predicate, Program, Projection, Scalar } from './program.ts';
import { addPath, isEmpty, keyEdge, newNode, numberSlots, writeNode } from './trie.ts';

/** The bytes of a plan, and what has to be done once after it has been copied into a memory. */
export interface Plan {
  readonly bytes: Uint8Array;
  readonly slotCount: number;
  /** Sets of `in`: the engine hashes `count` items at `items` into the table of `set` (all relative to the plan). */
  readonly sets: readonly { readonly set: number; readonly items: number; readonly count: number }[];
  /** Collect root keys that the plan does not know (csv and tsv whose columns were not given). */
  readonly trackKeys: boolean;
  /**
   * Slot numbers of every path of the program, then of every column or field: whether the path ever occurred is seen
   * there.
   */
  readonly pathSlots: readonly (readonly number[])[];
}

const encoder = new TextEncoder();

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

type SetItems = { set: number; items: number; count: number };

function writeSet(writer: Writer, values: readonly Scalar[], sets: SetItems[]): number {
  const set = writer.reserve(L.SET_BYTES);
  const hashed = values.flatMap((value) => (value.type === 'null' || value.type === 'boolean' ? [] : [value]));
  const entries = 1 << Math.ceil(Math.log2(hashed.length * 2 + 2));
  let kinds = 0;
  for (const value of values) if (value.type === 'null' || value.type === 'boolean') kinds |= 1 << kindOf(value);
  writer.i32(set + L.SET_MASK, entries - 1);
  writer.i32(set + L.SET_KINDS, kinds);
  writer.i32(set + L.SET_ENTRIES, writer.reserve(entries * L.SET_ENTRY_BYTES));
  const items = writer.reserve(hashed.length * L.SET_ENTRY_BYTES);
  hashed.forEach((value, i) => {
    const at = items + i * L.SET_ENTRY_BYTES;
    if (value.type === 'string') {
      writer.i32(at + L.SE_KIND, L.SE_STRING);
      writer.i32(at + L.SE_LENGTH, value.bytes.length);
      writer.u64(at + L.SE_BITS, BigInt(writer.put(value.bytes)));
    } else {
      writer.i32(at + L.SE_KIND, numberKinds[value.type]);
      writer.u64(at + L.SE_BITS, numberBits(value));
    }
  });
  sets.push({ set, items, count: hashed.length });
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
    default:
      writeComparison(writer, test.op, test.value, write);
  }
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
    const place = this.#places.get(image) ?? this.#writer.put(image);
    this.#places.set(image, place);
    return place;
  }
}

function writeColumns(writer: Writer, columns: readonly Column[], firstPath: number): number {
  const at = writer.reserve(columns.length * L.COLUMN_BYTES);
  columns.forEach((column, i) => {
    const label = encoder.encode(`,${JSON.stringify(column.name)}:`);
    const place = at + i * L.COLUMN_BYTES;
    writer.i32(place + L.C_PATH, firstPath + i);
    writer.i32(place + L.C_LABEL, writer.put(label));
    writer.i32(place + L.C_LABEL_BYTES, label.length);
  });
  return at;
}

const emitKinds = {
  lines: L.EMIT_LINES,
  ndjson: L.EMIT_NDJSON,
  csv: L.EMIT_CSV,
  tsv: L.EMIT_TSV,
  nothing: L.EMIT_NOTHING,
  rows: L.EMIT_ROWS,
} as const;

function writeWords(writer: Writer, words: readonly number[]): number {
  const at = writer.reserve(words.length * 4);
  words.forEach((word, i) => {
    writer.i32(at + i * 4, word);
  });
  return at;
}

/** The second program behind the first in one list of tests and paths. */
function append({ paths, tests, entry }: Program, second: Program): Program {
  const target = (test: number): number => (test < 0 ? test : test + tests.length);
  const moved = second.tests.map((test) => ({
    ...test,
    path: test.path + paths.length,
    onTrue: target(test.onTrue),
    onFalse: target(test.onFalse),
  }));
  return { paths: [...paths, ...second.paths], tests: [...tests, ...moved], entry };
}

/**
 * Encodes what is to be done with each record. `first` decides which records match.
 * @param trackKeys collect the root keys of matching records that neither the program nor the projection names
 */
export function buildPlan(first: Program, projection: Projection, trackKeys = false): Plan {
  const columns = 'columns' in projection ? projection.columns : [];
  const fields = projection.to === 'rows' ? projection.fields : columns.map(({ path }) => path);
  const second = projection.to === 'rows' ? projection.select : undefined;
  const program = second === undefined ? first : append(first, second);
  const root = newNode();
  const found = [...program.paths, ...fields].map((path) => addPath(root, path));
  for (const { path } of columns) {
    const first = path.steps[0];
    if (first?.kind === 'key') keyEdge(root, first.key).isColumn = true;
    if (path.wholeKey !== undefined) keyEdge(root, path.wholeKey).isColumn = true;
  }
  const parents = numberSlots(root);
  const slotCount = parents.length;

  const writer = new Writer();
  const header = writer.reserve(L.PLAN_HEADER_BYTES);
  const sets: SetItems[] = [];
  const images = new Images(writer);
  writer.i32(header + L.P_ROOT, isEmpty(root) && !trackKeys ? 0 : writeNode(writer, root));
  writer.i32(header + L.P_SLOT_COUNT, slotCount);
  writer.i32(header + L.P_SLOT_PARENTS, writeWords(writer, parents));
  writer.i32(header + L.P_ENTRY, program.entry);
  const entry = second?.entry ?? L.ACCEPT_TARGET;
  writer.i32(header + L.P_SELECT, entry < 0 ? entry : entry + first.tests.length);
  writer.i32(header + L.P_FIELD_PATH, program.paths.length);
  writer.i32(header + L.P_FIELD_COUNT, projection.to === 'rows' ? fields.length : 0);

  const paths = writer.reserve(found.length * L.PATH_BYTES);
  const pathSlots = found.map(({ whole, steps }, i) => {
    writer.i32(paths + i * L.PATH_BYTES + L.PATH_WHOLE, whole?.slot ?? L.NO_SLOT);
    writer.i32(paths + i * L.PATH_BYTES + L.PATH_STEPS, steps?.slot ?? L.NO_SLOT);
    return [whole, steps].flatMap((edge) => (edge === undefined ? [] : [edge.slot]));
  });
  writer.i32(header + L.P_PATHS, paths);

  const tests = writer.reserve(program.tests.length * L.TEST_BYTES);
  program.tests.forEach((test, i) => {
    const at = tests + i * L.TEST_BYTES;
    writer.i32(at + L.T_TRUE, test.onTrue);
    writer.i32(at + L.T_FALSE, test.onFalse);
    writePredicate(writer, at, test, sets, images);
  });
  writer.i32(header + L.P_TESTS, tests);
  writer.i32(header + L.P_EMIT, emitKinds[projection.to]);
  writer.i32(header + L.P_COLUMNS, writeColumns(writer, columns, program.paths.length));
  writer.i32(header + L.P_COLUMN_COUNT, columns.length);
  return { bytes: writer.finish(), slotCount, sets, trackKeys, pathSlots };
}
