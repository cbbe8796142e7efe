/** The line checker for diagnose.test.ts, with loops over lists so that many lines cost one call. */
import { diagnose, diagnoseOffset } from '../../../src/engine/asm/diagnose';

export { diagnose, diagnoseOffset, setDiagnoseStack } from '../../../src/engine/asm/diagnose';

export function heapBase(): usize {
  return __heap_base;
}

/**
 * Checks `count` lines; line i ends at ends[i] (an address, u32) and the next begins `gap` bytes behind that; the
 * first begins at `text`. For line i the code goes to results + 8i (u32) and the column, from 1, behind it (u32).
 */
export function diagnoseList(text: usize, ends: usize, gap: usize, count: i32, maxDepth: i32, results: usize): void {
  let from = text;
  for (let i = 0; i < count; i++) {
    const to = usize(load<u32>(ends + (i << 2)));
    const code = diagnose(from, to, maxDepth);
    store<u32>(results + (i << 3), code);
    store<u32>(results + (i << 3), code == 0 ? 0 : u32(diagnoseOffset - from + 1), 4);
    from = to + gap;
  }
}

/** Puts each of the 256 bytes at `place` of the line [from, to) in turn; results as for diagnoseList. */
export function diagnoseEveryByte(from: usize, to: usize, place: usize, results: usize): void {
  for (let byte = 0; byte < 256; byte++) {
    store<u8>(place, u8(byte));
    const code = diagnose(from, to, 16);
    store<u32>(results + (byte << 3), code);
    store<u32>(results + (byte << 3), code == 0 ? 0 : u32(diagnoseOffset - from + 1), 4);
  }
}
