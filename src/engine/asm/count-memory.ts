/**
 * Memory for groups: pages from the end of the engine's memory, like the output areas that have grown. Unlike those of
 * event-memory.ts it may come to an end, which is no fault of anybody but of too many groups.
 */

const CHUNK: usize = 1 << 20;
/** Comparing reads so much past the end of a text. */
const SLACK: usize = 16;

let next: usize = 0;
let end: usize = 0;

/** At least `bytes` of fresh, zeroed memory; 0 when there is no more. */
export function freshPages(bytes: usize): usize {
  const page = memory.grow(<i32>((bytes + 0xffff) >>> 16));
  return page < 0 ? 0 : (<usize>page) << 16;
}

/** Zeroed memory that is kept, 8-byte aligned, with room to read past its end; 0 when there is no more. */
export function keep(bytes: usize): usize {
  const wanted = (bytes + SLACK + 7) & ~7;
  if (wanted > end - next) {
    const size = (max(CHUNK, wanted) + 0xffff) & ~0xffff;
    const at = freshPages(size);
    if (!at) return 0;
    next = at;
    end = at + size;
  }
  const at = next;
  next += wanted;
  return at;
}
