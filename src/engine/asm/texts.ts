/**
 * Many texts at once: whether one of them begins the string, ends it, or is in it. The automaton (Aho and Corasick,
 * "Efficient string matching"; selector/regex/texts.ts makes it) has its rows laid over each other in one table, where
 * every entry names the state that it belongs to (Tarjan and Yao, "Storing a sparse table"): a look-up and a
 * comparison for each byte, and one more where a state has no such entry and the search goes on in the state it fails
 * to, which is nearer to the start, so there are at most two for each byte on the whole.
 */
import { TEXTS_BACKWARD, TEXTS_COLUMNS, TEXTS_DEAD, TEXTS_START, TEXTS_TABLE } from '../regex-layout';

/** Whether a text of the image fits the bytes from `from` up to `to` (exclusive). Reads nothing outside of them. */
export function textsMatch(image: usize, from: usize, to: usize): bool {
  const table = image + TEXTS_TABLE;
  const isBackward = load<u32>(image, TEXTS_BACKWARD) != 0;
  const step: isize = isBackward ? -1 : 1;
  let left = to - from;
  let p = isBackward ? to - 1 : from;
  let state = load<u32>(image, TEXTS_START);
  if (state <= <u32>TEXTS_DEAD) return state == 0;
  while (left) {
    const entry = load<u64>(table + state + load<u16>(image + ((<usize>load<u8>(p)) << 1), TEXTS_COLUMNS));
    if (<u32>entry == state) {
      state = <u32>(entry >> 32);
      p = <usize>(<isize>p + step);
      left--;
    } else state = load<u32>(table + state, 4);
    if (state <= <u32>TEXTS_DEAD) return state == 0;
  }
  return false;
}
