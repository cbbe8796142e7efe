/** Takes lines out of an output, by the list that asm/check.ts has made of them. */
import { REJ_FROM, REJ_TO, REJECT_BYTES } from '../layout';

/**
 * Closes the gaps that `count` lines leave in the output at `base` (asm/check.ts lists them, ascending); each goes
 * with its newline. Uses none of the engine's state, so the thread that drains a block may call it on an instance of
 * its own.
 * @returns the bytes that are left of `bytes`
 */
export function closeGaps(base: usize, bytes: usize, list: usize, count: u32): usize {
  if (!count) return bytes;
  let to = base + <usize>load<u32>(list, REJ_FROM);
  for (let i: u32 = 0; i < count; i++, list += REJECT_BYTES) {
    const from = base + <usize>load<u32>(list, REJ_TO) + 1;
    const end = i + 1 < count ? base + <usize>load<u32>(list + REJECT_BYTES, REJ_FROM) : base + bytes;
    memory.copy(to, from, end - from);
    to += end - from;
  }
  return to - base;
}
