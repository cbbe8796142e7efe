/** The number kernel for number.test.ts, with loops over lists so that a million numbers cost one call. */
import { POWERS_OF_FIVE } from '../../../src/engine/asm/decimal-powers';
import { numberBits, parseNumber } from '../../../src/engine/asm/number';

export { compareNumbers, equalNumbers, hashNumber, numberBits, parseNumber } from '../../../src/engine/asm/number';

export function heapBase(): usize {
  return __heap_base;
}

export function powersOfFive(): usize {
  return POWERS_OF_FIVE;
}

/** Parses `count` texts, each followed by one newline; the i-th gives 8 bytes at bits + 8i and a kind at kinds + i. */
export function parseList(text: usize, count: i32, bits: usize, kinds: usize): void {
  let from = text;
  for (let i = 0; i < count; i++) {
    let to = from;
    while (load<u8>(to) != 0x0a) to++;
    store<u8>(kinds + i, u8(parseNumber(from, to)));
    store<i64>(bits + (i << 3), numberBits);
    from = to + 1;
  }
}
