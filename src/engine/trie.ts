/**
 * The trie of wanted paths: built from paths, numbered, and written into the plan as hash tables that walk.ts probes.
 *
 * Slots are numbered in the order in which a depth-first walk meets the edges, so the slots below an edge are a range:
 * when a key comes a second time, the engine forgets that range, because the last one wins.
 */
import * as L from './layout.ts';
import type { Writer } from './plan-writer.ts';
import type { Path } from './program.ts';

/** What is wanted below a value. */
export interface TrieNode {
  readonly keys: Map<string, TrieEdge>;
  readonly indexes: Map<number, TrieEdge>;
}

export interface TrieEdge {
  child: TrieNode | undefined;
  slot: number;
  slotEnd: number;
  isColumn: boolean;
}

export const newNode = (): TrieNode => ({ keys: new Map(), indexes: new Map() });

export const isEmpty = (node: TrieNode): boolean => node.keys.size === 0 && node.indexes.size === 0;

/** The edge for a key or index; made when it is new. */
export function edgeOf<K>(edges: Map<K, TrieEdge>, key: K): TrieEdge {
  let edge = edges.get(key);
  if (edge === undefined) {
    edge = { child: undefined, slot: L.NO_SLOT, slotEnd: L.NO_SLOT, isColumn: false };
    edges.set(key, edge);
  }
  return edge;
}

/** Adds a path; @returns the edges whose slots answer for it: whole key first, then the steps. */
export function addPath(root: TrieNode, path: Path): { whole: TrieEdge | undefined; steps: TrieEdge | undefined } {
  const whole = path.wholeKey === undefined ? undefined : edgeOf(root.keys, path.wholeKey);
  let node = root;
  let edge: TrieEdge | undefined;
  for (const step of path.steps) {
    if (edge !== undefined) node = edge.child ??= newNode();
    edge = step.kind === 'key' ? edgeOf(node.keys, step.key) : edgeOf(node.indexes, step.index);
  }
  return { whole, steps: edge };
}

/** Gives every edge its slot, from `next` on, depth first. @returns the next free number */
export function numberSlots(node: TrieNode, next: number): number {
  let slot = next;
  for (const edge of [...node.keys.values(), ...node.indexes.values()]) {
    edge.slot = slot++;
    if (edge.child) slot = numberSlots(edge.child, slot);
    edge.slotEnd = slot;
  }
  return slot;
}

const encoder = new TextEncoder();

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

/** Writes a node and everything below it. @returns its offset */
export function writeNode(writer: Writer, node: TrieNode): number {
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
