/**
 * Where a plugin's bytes live. The host's answers (strings, lists) and the small views over them go into an arena, a
 * bump pointer that is set back after every record, so that a record costs no allocation and leaves no garbage.
 * Growing buffers come from the heap. Every block has SLACK readable and writable bytes behind it, because copies move
 * 16 bytes at a time and may run over the end; that is much cheaper than a call of memory.copy for the short strings
 * of logs.
 */

/** Bytes behind the end of every block that copies may read and overwrite. */
export const SLACK: usize = 16;

const FIRST_CHUNK: usize = 65536;
/** A larger chunk is given back after the record that needed it. */
const LARGEST_KEPT: usize = 4 << 20;

// The chunk in use; each chunk begins with the address of the one before it (0 for none) and its size.
const CHUNK_HEADER: usize = 16;
let chunk: usize = 0;
let top: usize = 0;
let limit: usize = 0;
/** What stands below is needed until the end of the call: the list of handles that process-logs was called with. */
let floor: usize = 0;

function addChunk(size: usize): void {
  let room: usize = chunk ? <usize>load<u32>(chunk, 4) * 2 : FIRST_CHUNK;
  if (room > LARGEST_KEPT) room = LARGEST_KEPT;
  if (room < size) room = size;
  const total = room + CHUNK_HEADER + SLACK;
  if (total < size) unreachable();
  const next = heap.alloc(total);
  store<u32>(next, <u32>chunk);
  store<u32>(next, <u32>room, 4);
  chunk = next;
  top = next + CHUNK_HEADER;
  limit = top + room;
}

function growAndReserve(size: usize, align: usize): usize {
  const room = size + align;
  if (room < size) unreachable();
  addChunk(room);
  const at = (top + align - 1) & ~(align - 1);
  top = at + size;
  return at;
}

/** `size` bytes of the arena, aligned to a power of two; theirs until the record is done. */
// @ts-ignore: decorator
@inline
export function reserve(size: usize, align: usize): usize {
  const at = (top + align - 1) & ~(align - 1);
  if (at > limit || size > limit - at) return growAndReserve(size, align);
  top = at + size;
  return at;
}

/** The whole arena is free again: before a call. */
export function resetArena(): void {
  while (chunk && load<u32>(chunk) != 0) dropChunk();
  if (chunk && load<u32>(chunk, 4) > <u32>LARGEST_KEPT) dropChunk();
  if (chunk) top = chunk + CHUNK_HEADER;
  floor = top;
}

function dropChunk(): void {
  const last = chunk;
  chunk = load<u32>(last);
  heap.free(last);
  limit = chunk ? chunk + CHUNK_HEADER + load<u32>(chunk, 4) : 0;
  top = limit;
}

/** What is in the arena now stays until the end of the call. */
export function raiseFloor(): void {
  floor = top;
}

/** Frees what came after raiseFloor(). */
// @ts-ignore: decorator
@inline
export function resetToFloor(): void {
  if (floor < chunk || floor > limit) dropChunksAboveFloor();
  top = floor;
}

function dropChunksAboveFloor(): void {
  while (chunk && (floor < chunk || floor > limit)) dropChunk();
}

/**
 * The canonical ABI's allocator. The host asks only for new blocks; moving one is here because the ABI allows it.
 */
export function reallocate(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (!size) return align;
  const at = reserve(size, align);
  if (oldSize) memory.copy(at, old, oldSize < size ? oldSize : size);
  return at;
}

/** Copies `size` bytes; up to SLACK - 1 bytes behind both ends are touched. */
// @ts-ignore: decorator
@inline
export function copyOver(to: usize, from: usize, size: usize): void {
  if (size > 128) {
    memory.copy(to, from, size);
    return;
  }
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
}

/** A block of the heap for good, with SLACK behind it. */
export function permanent(size: usize): usize {
  return heap.alloc(size + SLACK);
}
