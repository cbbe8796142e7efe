/**
 * Program and projection to the binary plan that every lane copies into its memory. layout.ts names every offset; this
 * file builds the trie of wanted paths, numbers its slots, and lays the parts one after another.
 *
 * Slots are numbered in the order in which a depth-first walk of the trie meets its edges, so the slots below an edge
 * are a range: when a key comes a second time, the engine forgets that range, because the last one wins.
 */
import * as L from './layout.ts';
import type { Column, NumberValue, Path, Predicate, Program, Projection, Scalar } from './program.ts';

/** The bytes of a plan, and what has to be done once after it has been copied into a memory. */
export interface Plan {
  readonly bytes: Uint8Array;
  readonly slotCount: number;
  /** Sets of `in`: the engine hashes `count` items at `items` into the table of `set` (all relative to the plan). */
  readonly sets: readonly { readonly set: number; readonly items: number; readonly count: number }[];
  /** Collect root keys that the plan does not know (csv and tsv whose columns were not given). */
  readonly trackKeys: boolean;
  /** Slot numbers of every path of the program, then of every column: whether the path ever occurred is seen there. */
  readonly pathSlots: readonly (readonly number[])[];
}

interface TrieNode {
  readonly keys: Map<string, TrieEdge>;
  readonly indexes: Map<number, TrieEdge>;
}

interface TrieEdge {
  child: TrieNode | undefined;
  slot: number;
  slotEnd: number;
  isColumn: boolean;
}

const newNode = (): TrieNode => ({ keys: new Map(), indexes: new Map() });

const isEmpty = (node: TrieNode): boolean => node.keys.size === 0 && node.indexes.size === 0;

function edgeOf<K>(edges: Map<K, TrieEdge>, key: K): TrieEdge {
  let edge = edges.get(key);
  if (edge === undefined) {
    edge = { child: undefined, slot: L.NO_SLOT, slotEnd: L.NO_SLOT, isColumn: false };
    edges.set(key, edge);
  }
  return edge;
}

/** Adds a path; @returns the edges whose slots answer for it: whole key first, then the steps. */
function addPath(root: TrieNode, path: Path): { whole: TrieEdge | undefined; steps: TrieEdge | undefined } {
  const whole = path.wholeKey === undefined ? undefined : edgeOf(root.keys, path.wholeKey);
  let node = root;
  let edge: TrieEdge | undefined;
  for (const step of path.steps) {
    if (edge !== undefined) node = edge.child ??= newNode();
    edge = step.kind === 'key' ? edgeOf(node.keys, step.key) : edgeOf(node.indexes, step.index);
  }
  return { whole, steps: edge };
}

function numberSlots(node: TrieNode, next: number): number {
  let slot = next;
  for (const edge of [...node.keys.values(), ...node.indexes.values()]) {
    edge.slot = slot++;
    if (edge.child) slot = numberSlots(edge.child, slot);
    edge.slotEnd = slot;
  }
  return slot;
}

const encoder = new TextEncoder();

/** Appends aligned pieces to one growing buffer and hands out their offsets. */
class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** Reserves zeroed bytes on a 16-byte border, with 16 spare bytes after them that kernels may read. */
  reserve(size: number): number {
    const at = (this.#end + 15) & ~15;
    this.#end = at + size + 16;
    if (this.#end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  put(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return at;
  }

  i32(at: number, value: number): void {
    this.#view.setInt32(at, value, true);
  }

  u64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, (this.#end + 63) & ~63);
  }
}

const MIX = 0x9e3779b97f4a7c15n;

/** The hash by which walk.ts probes a node's table: of the first 8 bytes and the length. */
function keyPlace(prefix: bigint, length: number, shift: number): number {
  const mixed = BigInt.asUintN(64, (prefix ^ (BigInt(length) << 56n)) * MIX);
  return Number(mixed >> BigInt(shift));
}

function keyPrefix(key: Uint8Array): bigint {
  let prefix = 0n;
  for (let i = Math.min(8, key.length) - 1; i >= 0; i--) prefix = (prefix << 8n) | BigInt(key[i]!);
  return prefix;
}

function writeNode(writer: Writer, node: TrieNode): number {
  const at = writer.reserve(L.NODE_BYTES);
  const bits = Math.max(1, Math.ceil(Math.log2(node.keys.size + 1)) + 1);
  const entries = 1 << bits;
  const table = writer.reserve(entries * 4);
  const used = new Set<number>();
  let lengths = 0n;
  for (const [key, edge] of node.keys) {
    const bytes = encoder.encode(key);
    lengths |= 1n << BigInt(bytes.length % 64);
    const prefix = keyPrefix(bytes);
    const edgeAt = writeEdge(writer, edge, bytes.length);
    writer.u64(edgeAt + L.E_PREFIX, prefix);
    writer.i32(edgeAt + L.E_KEY, writer.put(bytes));
    let place = keyPlace(prefix, bytes.length, 64 - bits);
    while (used.has(place)) place = (place + 1) & (entries - 1);
    used.add(place);
    writer.i32(table + place * 4, edgeAt);
  }
  writer.u64(at + L.N_LENGTHS, lengths);
  writer.i32(at + L.N_TABLE, table);
  writer.i32(at + L.N_TABLE_SHIFT, 64 - bits);
  const indexes = [...node.indexes].sort(([a], [b]) => a - b);
  const list = writer.reserve(indexes.length * 4);
  indexes.forEach(([index, edge], i) => {
    writer.i32(list + i * 4, writeEdge(writer, edge, index));
  });
  writer.i32(at + L.N_INDEXES, list);
  writer.i32(at + L.N_INDEX_COUNT, indexes.length);
  return at;
}

function writeEdge(writer: Writer, edge: TrieEdge, lengthOrIndex: number): number {
  const at = writer.reserve(L.EDGE_BYTES);
  writer.i32(at + L.E_LENGTH, lengthOrIndex);
  writer.i32(at + L.E_SLOT, edge.slot);
  writer.i32(at + L.E_SLOT_END, edge.slotEnd);
  writer.i32(at + L.E_FLAGS, edge.isColumn ? L.EDGE_IS_COLUMN : 0);
  writer.i32(at + L.E_CHILD, edge.child && !isEmpty(edge.child) ? writeNode(writer, edge.child) : 0);
  return at;
}

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

function writePredicate(writer: Writer, at: number, test: Predicate, sets: SetItems[]): void {
  const write = (op: number, data = 0, length = 0, bits = 0n): void => {
    writer.i32(at + L.T_OP, op);
    writer.i32(at + L.T_DATA, data);
    writer.i32(at + L.T_LENGTH, length);
    writer.u64(at + L.T_NUMBER, bits);
  };
  writer.i32(at + L.T_PATH, test.path);
  switch (test.op) {
    case 'has':
      return write(L.OP_HAS);
    case 'prefix':
    case 'suffix':
    case 'contains':
      return write(byteOps[test.op], writer.put(test.bytes), test.bytes.length);
    case 'regex':
      return write(L.OP_REGEX, writer.put(test.image), test.image.length);
    case 'in':
      return write(L.OP_IN, writeSet(writer, test.values, sets));
    default: {
      const { value } = test;
      if (value.type === 'string') {
        return write(comparison[test.op][1], writer.put(value.bytes), value.bytes.length);
      }
      if (value.type === 'null' || value.type === 'boolean') return write(L.OP_EQ_KIND, 0, kindOf(value));
      return write(comparison[test.op][0], 0, numberKinds[value.type], numberBits(value));
    }
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
} as const;

/**
 * Encodes what is to be done with each record.
 * @param trackKeys collect the root keys of matching records that neither the program nor the projection names
 */
export function buildPlan(program: Program, projection: Projection, trackKeys = false): Plan {
  const columns = 'columns' in projection ? projection.columns : [];
  const root = newNode();
  const found = [...program.paths, ...columns.map((column) => column.path)].map((path) => addPath(root, path));
  for (const { path } of columns) {
    const first = path.steps[0];
    if (first?.kind === 'key') edgeOf(root.keys, first.key).isColumn = true;
    if (path.wholeKey !== undefined) edgeOf(root.keys, path.wholeKey).isColumn = true;
  }
  const slotCount = numberSlots(root, 0);

  const writer = new Writer();
  const header = writer.reserve(L.PLAN_HEADER_BYTES);
  const sets: SetItems[] = [];
  writer.i32(header + L.P_ROOT, isEmpty(root) && !trackKeys ? 0 : writeNode(writer, root));
  writer.i32(header + L.P_SLOT_COUNT, slotCount);
  writer.i32(header + L.P_ENTRY, program.entry);

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
    writePredicate(writer, at, test, sets);
  });
  writer.i32(header + L.P_TESTS, tests);
  writer.i32(header + L.P_EMIT, emitKinds[projection.to]);
  writer.i32(header + L.P_COLUMNS, writeColumns(writer, columns, program.paths.length));
  writer.i32(header + L.P_COLUMN_COUNT, columns.length);
  return { bytes: writer.finish(), slotCount, sets, trackKeys, pathSlots };
}
