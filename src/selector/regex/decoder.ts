/**
 * From UTF-8 bytes to character classes: a tree that is walked from the lead byte on and ends in a class as soon as
 * the bytes read so far decide it. Equal subtrees are shared (Cox's "UTF-8 ranges", turned round: there is one tree
 * for the whole alphabet, not one automaton for each set).
 *
 * Strings are known to be UTF-8 (with lone surrogates written as three bytes), so places that only invalid bytes reach
 * take whatever class their neighbour has, which shares more.
 */
import { type Alphabet, uniformClass } from './alphabet.ts';

/** A class (≥ 0), or a node as -1 - index. */
export type Child = number;

export interface DecoderNode {
  /** Children by the low six bits of the continuation byte. */
  readonly children: Int32Array;
  /** The distinct classes below, ascending. */
  readonly classes: readonly number[];
}

export interface Decoder {
  /** Children by lead byte. Continuation bytes have class 0 here; readers step over them. */
  readonly root: Int32Array;
  readonly nodes: readonly DecoderNode[];
}

/**
 * Lead bytes with what they cover: first byte, last byte, mask of the payload, its shift, first and last code point.
 */
const leads: readonly (readonly [from: number, to: number, mask: number, shift: number, min: number, max: number])[] = [
  [0x00, 0x7f, 0x7f, 0, 0, 0x7f],
  [0xc0, 0xdf, 0x1f, 6, 0x80, 0x7ff],
  [0xe0, 0xef, 0x0f, 12, 0x800, 0xffff],
  [0xf0, 0xff, 0x0f, 18, 0x10000, 0x10ffff],
];

export function buildDecoder(alphabet: Alphabet): Decoder {
  const nodes: DecoderNode[] = [];
  const known = new Map<string, number>();

  function child(first: number, shift: number, min: number, max: number): Child {
    const from = Math.max(first, min);
    const to = Math.min(first + (1 << shift) - 1, max);
    const same = uniformClass(alphabet, from, to);
    return same >= 0 ? same : node(first, shift - 6, min, max);
  }

  function node(first: number, shift: number, min: number, max: number): Child {
    const children = new Int32Array(64);
    const width = 1 << shift;
    const from = Math.max(0, Math.floor((min - first) / width));
    const to = Math.min(63, Math.floor((max - first) / width));
    for (let i = from; i <= to; i += 1) children[i] = child(first + i * width, shift, min, max);
    children.fill(children[from]!, 0, from);
    children.fill(children[to]!, to + 1);
    const key = children.join();
    let index = known.get(key);
    if (index === undefined) {
      index = nodes.push({ children, classes: classesBelow(children, nodes) }) - 1;
      known.set(key, index);
    }
    return -1 - index;
  }

  const root = new Int32Array(256);
  for (const [from, to, mask, shift, min, max] of leads) {
    for (let byte = from; byte <= to; byte += 1) {
      const first = (byte & mask) << shift;
      // C0, C1 and F5 … FF never occur; they take the class that is nearest to theirs.
      const near = first > max ? max & -(1 << shift) : first + (1 << shift) <= min ? min : first;
      root[byte] = child(near, shift, min, max);
    }
  }
  return { root, nodes };
}

function classesBelow(children: Int32Array, nodes: readonly DecoderNode[]): number[] {
  const classes = new Set<number>();
  for (const child of children) {
    if (child >= 0) classes.add(child);
    else for (const below of nodes[-1 - child]!.classes) classes.add(below);
  }
  return [...classes].sort((a, b) => a - b);
}
