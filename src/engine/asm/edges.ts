/**
 * The trie of wanted paths, as walk.ts asks it: which edge does this key or element lead along? How its tables are
 * made is trie.ts's business.
 */
import {
  E_ALIKE,
  E_KEY,
  E_LENGTH,
  E_WORD,
  N_INDEXES,
  N_INDEX_COUNT,
  N_LENGTH_FACTOR,
  N_LENGTHS,
  N_TABLE,
  N_TABLE_SHIFT,
  N_WORD_AT,
  N_WORD_FACTOR,
} from '../layout';
import { equalBytes } from './bytes';
import { plan, scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';

/**
 * The edge for a key whose length the node knows. 8 bytes behind the key are read. @returns the edge's address, or 0
 */
export function probeKey(node: usize, key: usize, length: usize): usize {
  let word = load<u64>(key);
  if (length < 8) word &= ((<u64>1) << ((<u64>length) << 3)) - 1;
  const edge = probeWord(node, word, length);
  if (!edge || length <= 8) return edge;
  if (load<u32>(edge, E_ALIKE)) return probeAlike(edge, key, length);
  return equalBytes(key + 8, plan + <usize>load<u32>(edge, E_KEY) + 8, length - 8) ? edge : 0;
}

// @ts-ignore: decorator
@inline
function probeWord(node: usize, word: u64, length: usize): usize {
  const shift = <u64>load<u32>(node, N_TABLE_SHIFT);
  const table = plan + <usize>load<u32>(node, N_TABLE);
  const mask = <usize>(((<u64>1) << (64 - shift)) - 1);
  const hash = word * load<u64>(node, N_WORD_FACTOR) + <u64>length * load<u64>(node, N_LENGTH_FACTOR);
  let place = <usize>(hash >> shift);
  while (true) {
    const pointer = load<u32>(table + (place << 2));
    if (!pointer) return 0;
    const edge = plan + <usize>pointer;
    if (load<u64>(edge, E_WORD) == word && load<u32>(edge, E_LENGTH) == <u32>length) return edge;
    place = (place + 1) & mask;
  }
}

/** Several wanted keys begin like this one: a step for each word in which some of them differ, and one comparison. */
function probeAlike(edge: usize, key: usize, length: usize): usize {
  while (true) {
    const node = plan + <usize>load<u32>(edge, E_ALIKE);
    const at = <usize>load<u32>(node, N_WORD_AT);
    let word = load<u64>(key + at);
    if (length - at < 8) word &= ((<u64>1) << ((<u64>(length - at)) << 3)) - 1;
    edge = probeWord(node, word, length);
    if (!edge) return 0;
    if (!load<u32>(edge, E_ALIKE)) break;
  }
  return equalBytes(key, plan + <usize>load<u32>(edge, E_KEY), length) ? edge : 0;
}

/** A key that may hold escapes: compared by value. */
export function findEscapedKey(node: usize, from: usize, to: usize): usize {
  if (hasEscape(from, to)) {
    // A key never grows by being unescaped, and the scratch area has room for a record.
    to = unescapeInto(from, to, scratch);
    from = scratch;
    store<u64>(to, 0);
  }
  const length = to - from;
  return (load<u64>(node, N_LENGTHS) >> <u64>length) & 1 ? probeKey(node, from, length) : 0;
}

/** The edge for an element. @returns the edge's address, or 0 */
export function findElement(node: usize, index: u32): usize {
  const list = plan + <usize>load<u32>(node, N_INDEXES);
  let low: u32 = 0;
  let high = load<u32>(node, N_INDEX_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    const edge = plan + <usize>load<u32>(list + ((<usize>middle) << 2));
    const wanted = load<u32>(edge, E_LENGTH);
    if (wanted == index) return edge;
    if (wanted < index) low = middle + 1;
    else high = middle;
  }
  return 0;
}
