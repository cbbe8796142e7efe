/**
 * The trie of wanted paths: built from paths, numbered, and written into the plan as hash tables that walk.ts probes.
 *
 * A table finds a key by its first 8 bytes and its length. Keys that have these in common share an edge that leads to
 * a table of their own, by 8 bytes in which they differ, and so on: however many wanted keys are alike, a key of a
 * record costs a step for each 8 of its bytes at most. The tables are hashed with random factors, so that nobody can
 * choose keys that share a place (Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair
 * problem": multiply-shift).
 */
import * as L from './layout.ts';
import type { Writer } from './plan-writer.ts';
import type { Path } from './program.ts';
import { random64 } from './seed.ts';
import { wellFormed } from './well-formed.ts';

/** What is wanted below a value. */
export interface TrieNode {
  readonly keys: Map<string, TrieEdge>;
  readonly indexes: Map<number, TrieEdge>;
}

export interface TrieEdge {
  child: TrieNode | undefined;
  slot: number;
  isColumn: boolean;
}

export const newNode = (): TrieNode => ({ keys: new Map(), indexes: new Map() });

export const isEmpty = (node: TrieNode): boolean => node.keys.size === 0 && node.indexes.size === 0;

/** The edge for a key; made when it is new. */
export const keyEdge = (node: TrieNode, key: string): TrieEdge => edgeOf(node.keys, wellFormed(key));

function edgeOf<K>(edges: Map<K, TrieEdge>, key: K): TrieEdge {
  let edge = edges.get(key);
  if (edge === undefined) {
    edge = { child: undefined, slot: L.NO_SLOT, isColumn: false };
    edges.set(key, edge);
  }
  return edge;
}

/** Adds a path; @returns the edges whose slots answer for it: whole key first, then the steps. */
export function addPath(root: TrieNode, path: Path): { whole: TrieEdge | undefined; steps: TrieEdge | undefined } {
  const whole = path.wholeKey === undefined ? undefined : keyEdge(root, path.wholeKey);
  let node = root;
  let edge: TrieEdge | undefined;
  for (const step of path.steps) {
    if (edge !== undefined) node = edge.child ??= newNode();
    edge = step.kind === 'key' ? keyEdge(node, step.key) : edgeOf(node.indexes, step.index);
  }
  return { whole, steps: edge };
}

/**
 * Gives every edge its slot, depth first.
 * @returns for each slot that of the value around it, which has a lower number, or NO_SLOT
 */
export function numberSlots(root: TrieNode): number[] {
  const parents: number[] = [];
  const number = (node: TrieNode, parent: number): void => {
    for (const edge of [...node.keys.values(), ...node.indexes.values()]) {
      edge.slot = parents.push(parent) - 1;
      if (edge.child) number(edge.child, edge.slot);
    }
  };
  number(root, L.NO_SLOT);
  return parents;
}

const encoder = new TextEncoder();

/** A key that is wanted, and what is there. */
interface Wanted {
  readonly bytes: Uint8Array;
  /** The bytes, and at least 8 zeros behind them. */
  readonly padded: DataView;
  readonly edge: TrieEdge;
}

function wantedOf(key: string, edge: TrieEdge): Wanted {
  const bytes = encoder.encode(key);
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes);
  return { bytes, padded: new DataView(padded.buffer), edge };
}

/** The 8 bytes from `at` on, zero padded. */
const wordOf = ({ padded }: Wanted, at: number): bigint => padded.getBigUint64(at, true);

/** Writes a node and everything below it. @returns its offset */
export function writeNode(writer: Writer, node: TrieNode): number {
  const at = writer.reserve(L.NODE_BYTES);
  writeTable(
    writer,
    at,
    [...node.keys].map(([key, edge]) => wantedOf(key, edge)),
    0,
  );
  const indexes = [...node.indexes].sort(([a], [b]) => a - b);
  const list = writer.reserve(indexes.length * 4);
  indexes.forEach(([index, edge], i) => {
    writer.i32(list + i * 4, writeEdge(writer, edge, index));
  });
  writer.i32(at + L.N_INDEXES, list);
  writer.i32(at + L.N_INDEX_COUNT, indexes.length);
  return at;
}

type Group = readonly [Wanted, ...Wanted[]];

/** Keys of the same word and length. */
function groupsOf(wanted: readonly Wanted[], wordAt: number): Iterable<Group> {
  const groups = new Map<bigint, [Wanted, ...Wanted[]]>();
  for (const one of wanted) {
    const both = (wordOf(one, wordAt) << 32n) | BigInt(one.bytes.length);
    const group = groups.get(both);
    if (group === undefined) groups.set(both, [one]);
    else group.push(one);
  }
  return groups.values();
}

/** What a table is probed for. */
interface TableKey {
  readonly word: bigint;
  readonly length: bigint;
}

/** Writes the table of the node at `at`, which tells keys apart by the 8 bytes at `wordAt` and their length. */
function writeTable(writer: Writer, at: number, wanted: readonly Wanted[], wordAt: number): void {
  let lengths = 0n;
  const keys: TableKey[] = [];
  const edges: number[] = [];
  for (const group of groupsOf(wanted, wordAt)) {
    const [first] = group;
    const word = wordOf(first, wordAt);
    const edge = group.length > 1 ? writeAlike(writer, group, wordAt) : writeKey(writer, first);
    writer.u64(edge + L.E_WORD, word);
    const length = BigInt(first.bytes.length);
    keys.push({ word, length });
    edges.push(edge);
    lengths |= 1n << (length & 63n);
  }
  const bits = Math.max(1, Math.ceil(Math.log2(keys.length + 1)) + 1);
  const { wordFactor, lengthFactor, places } = placesOf(keys, bits);
  const table = writer.reserve(4 << bits);
  places.forEach((place, i) => {
    writer.i32(table + place * 4, edges[i]!);
  });
  writer.u64(at + L.N_LENGTHS, lengths);
  writer.i32(at + L.N_TABLE, table);
  writer.i32(at + L.N_TABLE_SHIFT, 64 - bits);
  writer.u64(at + L.N_WORD_FACTOR, wordFactor);
  writer.u64(at + L.N_LENGTH_FACTOR, lengthFactor);
  writer.i32(at + L.N_WORD_AT, wordAt);
}

interface Placing {
  readonly wordFactor: bigint;
  readonly lengthFactor: bigint;
  /** Of each key, in a table of open addresses. */
  readonly places: readonly number[];
}

/** How often other factors are tried when a key is far from its place; once is rare. */
const TRIES = 8;

/** Places for keys in a table of 2^`bits` entries, none of which is far from where the search for it begins. */
function placesOf(keys: readonly TableKey[], bits: number): Placing {
  for (let attempt = 1; ; attempt++) {
    const wordFactor = random64() | 1n;
    const lengthFactor = random64() | 1n;
    const used = new Uint8Array(1 << bits);
    let farthest = 0;
    const places = keys.map(({ word, length }) => {
      const hash = BigInt.asUintN(64, word * wordFactor + length * lengthFactor);
      const first = Number(hash >> BigInt(64 - bits));
      let place = first;
      while (used[place] === 1) place = (place + 1) & (used.length - 1);
      used[place] = 1;
      farthest = Math.max(farthest, (place - first) & (used.length - 1));
      return place;
    });
    if (farthest <= 6 * bits || attempt === TRIES) return { wordFactor, lengthFactor, places };
  }
}

/** An edge that stands for several keys of one length, which are alike in their 8 bytes at `wordAt` and before. */
function writeAlike(writer: Writer, group: Group, wordAt: number): number {
  const [{ bytes: first }] = group;
  let common = first.length;
  for (const { bytes } of group) {
    let same = wordAt + 8;
    while (same < common && bytes[same] === first[same]) same++;
    common = same;
  }
  const node = writer.reserve(L.NODE_BYTES);
  writeTable(writer, node, group, common & ~7);
  const at = writer.reserve(L.EDGE_BYTES);
  writer.i32(at + L.E_LENGTH, first.length);
  writer.i32(at + L.E_ALIKE, node);
  return at;
}

function writeKey(writer: Writer, { bytes, edge }: Wanted): number {
  const at = writeEdge(writer, edge, bytes.length);
  writer.i32(at + L.E_KEY, writer.put(bytes));
  return at;
}

function writeEdge(writer: Writer, edge: TrieEdge, lengthOrIndex: number): number {
  const at = writer.reserve(L.EDGE_BYTES);
  writer.i32(at + L.E_LENGTH, lengthOrIndex);
  writer.i32(at + L.E_SLOT, edge.slot);
  writer.i32(at + L.E_FLAGS, edge.isColumn ? L.EDGE_IS_COLUMN : 0);
  writer.i32(at + L.E_CHILD, edge.child && !isEmpty(edge.child) ? writeNode(writer, edge.child) : 0);
  return at;
}
