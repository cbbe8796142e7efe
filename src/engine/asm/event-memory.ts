/**
 * Memory for live queries, and copying in it: pages from the end of the engine's memory, like the output areas that
 * have grown. What is taken is never given back to the machine; queues and buffers reuse their own.
 */

/** At least `bytes` of fresh, zeroed memory. */
export function takePages(bytes: usize): usize {
  const page = memory.grow(<i32>((bytes + 0xffff) >>> 16));
  if (page < 0) unreachable();
  return (<usize>page) << 16;
}

let next: usize = 0;
let end: usize = 0;

/** Memory that is kept: for registered queries and what the host puts before the engine. 64-byte aligned. */
export function reserve(bytes: usize): usize {
  const wanted = (bytes + 63) & ~63;
  if (wanted > end - next) {
    next = takePages(wanted);
    end = next + ((wanted + 0xffff) & ~0xffff);
  }
  const at = next;
  next += wanted;
  return at;
}

/** Copies in 16-byte steps, up to 15 bytes too many. @returns the end */
// @ts-ignore: decorator
@inline
export function copyText(at: usize, from: usize, bytes: usize): usize {
  if (bytes > 256) memory.copy(at, from, bytes);
  else for (let i: usize = 0; i < bytes; i += 16) v128.store(at + i, v128.load(from + i));
  return at + bytes;
}
