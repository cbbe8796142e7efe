/**
 * Lines that a program outputs, straight into the output of its block, as far as there is room for which nobody has to
 * be asked (plugin/lane/stream-lane.ts says how far that is). A line counts when it is whole.
 */
import { B_OUT, B_OUT_BYTES } from '../layout';

/** 0 while nobody may. */
let block: usize = 0;
/** The most that the block's output may have. */
let mostBytes: u32 = 0;
/** Where the line that is under way begins. */
let line: usize = 0;

/** From now on lines go into this block, until its output has so many bytes. */
export function linesInto(into: usize, most: u32): void {
  block = into;
  mostBytes = most;
}

/** A line begins that has `bytes` with its newline. @returns false when there is no room for it here */
export function lineRoom(bytes: u32): bool {
  if (!block) return false;
  const used = load<u32>(block, B_OUT_BYTES);
  if (<u64>used + bytes > mostBytes) return false;
  line = <usize>load<u32>(block, B_OUT) + used;
  return true;
}

/** 16 bytes of it, from its `at`-th on. */
export function lineChunk(at: u32, chunk: v128): void {
  v128.store(line + at, chunk);
}

/** It is whole: so many bytes, and a newline. */
export function lineEnd(bytes: u32): void {
  store<u8>(line + bytes, 0x0a);
  store<u32>(block, load<u32>(block, B_OUT_BYTES) + bytes + 1, B_OUT_BYTES);
}
