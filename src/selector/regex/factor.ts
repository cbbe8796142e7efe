/**
 * Alternatives with common beginnings, merged: `GET|GIT|g` shares the G and `a|b|c` is one set. Which alternative
 * matches is never asked, so their order is free. This is what keeps a list of hundreds of words a DFA: without it
 * every state holds the beginning of every word (200 words: over the work budget after 325 ms, so an NFA; with it a
 * DFA of 876 states in 97 ms).
 */
import type { Node } from './ast.ts';
import { type CodePoints, union } from './ranges.ts';

/** One alternative as a sequence. */
type Sequence = readonly Node[];

/** Merging nests nodes, and later passes recurse over them: deeper than this alternatives stay as they are. */
const MAX_DEPTH = 100;

const keys = new WeakMap<CodePoints, string>();

/** Equal for equal sets only. */
function keyOf(set: CodePoints): string {
  let key = keys.get(set);
  if (key === undefined) {
    key = set.join();
    keys.set(set, key);
  }
  return key;
}

/** One node that matches what any of `items` does. */
export function alternatives(items: readonly Node[]): Node {
  return merge(
    items.map((item) => (item.type === 'cat' ? item.items : [item])),
    0,
  );
}

const sequenceNode = (items: Sequence): Node => (items.length === 1 ? items[0]! : { type: 'cat', items });

function merge(sequences: readonly Sequence[], depth: number): Node {
  const merged: Node[] = [];
  let single: CodePoints | undefined;
  for (const group of groupByFirst(sequences)) {
    const node = group.length === 1 ? sequenceNode(group[0]!) : mergeGroup(group, depth);
    if (node.type === 'set') single = single === undefined ? node.set : union(single, node.set);
    else merged.push(node);
  }
  if (single !== undefined) merged.push({ type: 'set', set: single });
  return merged.length === 1 ? merged[0]! : { type: 'alt', items: merged };
}

/**
 * Sequences that begin with the same set, or are all empty, together; every other one alone. In order of appearance.
 */
function groupByFirst(sequences: readonly Sequence[]): Sequence[][] {
  const groups = new Map<string | Sequence, Sequence[]>();
  for (const sequence of sequences) {
    const first = sequence[0];
    const key = first === undefined ? 'empty' : first.type === 'set' ? keyOf(first.set) : sequence;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sequence]);
    else group.push(sequence);
  }
  return [...groups.values()];
}

function mergeGroup(group: readonly Sequence[], depth: number): Node {
  const first = group[0]!;
  if (depth >= MAX_DEPTH) return { type: 'alt', items: group.map(sequenceNode) };
  let common = 0;
  while (common < first.length && group.every((sequence) => beginAlike(first, sequence, common))) common += 1;
  const rests = group.map((sequence) => sequence.slice(common));
  if (rests.every((rest) => rest.length === 0)) return sequenceNode(first);
  return { type: 'cat', items: [...first.slice(0, common), merge(rests, depth + 1)] };
}

function beginAlike(a: Sequence, b: Sequence, at: number): boolean {
  const x = a[at];
  const y = b[at];
  return x?.type === 'set' && y?.type === 'set' && keyOf(x.set) === keyOf(y.set);
}
