/**
 * The powers of ten that float.ts multiplies by: for k from -292 to 324 the number 10^k * 2^x, rounded up, with x such
 * that it has exactly 128 bits. They are computed when the first one is asked for (some 20 µs), which is smaller than
 * a table of 9.9 KB in every plugin. Computing goes step by step with 192 bits; that the bits cut off never carry into
 * the 128 that count is not obvious, so the test compares all 617 with exact arithmetic.
 */

const FIRST: i32 = -292;
const LAST: i32 = 324;

const LIMBS: usize = 6;
/** 192 bits as 32-bit limbs, the lowest first, and the limb that a step carries into. */
const work: usize = memory.data(28, 8);

let table: usize = 0;

function one(): void {
  memory.fill(work, 0, 4 * LIMBS);
  store<u32>(work + 4 * (LIMBS - 1), 0x80000000);
}

function shiftRight(top: u64, bits: u32): void {
  for (let i: usize = 0; i < LIMBS; i++) {
    const next: u64 = i + 1 < LIMBS ? load<u32>(work + 4 * i + 4) : top;
    store<u32>(work + 4 * i, <u32>(((next << 32) | load<u32>(work + 4 * i)) >> bits));
  }
}

function timesTen(): void {
  let carry: u64 = 0;
  for (let i: usize = 0; i < LIMBS; i++) {
    const product = <u64>load<u32>(work + 4 * i) * 5 + carry;
    store<u32>(work + 4 * i, <u32>product);
    carry = product >> 32;
  }
  shiftRight(carry, carry >= 4 ? 3 : 2);
}

function byTen(): void {
  let rest: u64 = load<u32>(work + 4 * (LIMBS - 1)) >> 29;
  const top = rest / 5;
  rest %= 5;
  for (let i: isize = <isize>LIMBS - 1; i >= 0; i--) {
    const at = work + 4 * <usize>i;
    const below: u32 = i > 0 ? load<u32>(at - 4) >> 29 : 0;
    // As u32 first: in a 64-bit expression the load would be one of 64 bits, and the shift would keep what it must
    // drop.
    const limb: u32 = (load<u32>(at) << 3) | below;
    const part = (rest << 32) | <u64>limb;
    store<u32>(at, <u32>(part / 5));
    rest = part % 5;
  }
  if (top) shiftRight(top, 1);
}

/** The upper 128 bits, rounded up: high word, then low word. */
function keep(k: i32): void {
  let high = load<u64>(work + 16);
  let low = load<u64>(work + 8);
  if (load<u64>(work) && ++low == 0) high++;
  const at = table + 16 * <usize>(k - FIRST);
  store<u64>(at, high);
  store<u64>(at, low, 8);
}

function build(): void {
  table = heap.alloc(16 * <usize>(LAST - FIRST + 1));
  one();
  for (let k: i32 = 0; k <= LAST; k++) {
    keep(k);
    timesTen();
  }
  one();
  for (let k: i32 = -1; k >= FIRST; k--) {
    byTen();
    keep(k);
  }
}

/** Address of 10^k: the high 64 bits, then the low ones. */
// @ts-ignore: decorator
@inline
export function powerOf10(k: i32): usize {
  if (!table) build();
  return table + 16 * <usize>(k - FIRST);
}
