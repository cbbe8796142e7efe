/**
 * The last resort for a decimal of more than 19 digits that lies very near to the middle between two doubles: both are
 * brought to one scale as big integers and compared. 768 digits decide, because no halfway point of doubles has more
 * (the longest is (2^54 - 1) * 5^1075, scaled); whether anything but zeros follows is one more digit.
 * The scratch is static, so two lanes must not share a memory. It is: every lane has its own.
 */
const POINT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const MAX_DIGITS: i32 = 768;

/** 5^13 is the largest power of five in 32 bits. */
const FIVE_TO_13: u32 = 1220703125;

// A big integer is its length in limbs (u32), then the limbs (u32), lowest first. The longest in use has about 2800
// bits (769 digits, or 5^1130 times a mantissa); 4096 bits leave room.
const BIG_BYTES: i32 = 4 + 512;
const DECIMAL: usize = memory.data(BIG_BYTES, 4);
const HALFWAY: usize = memory.data(BIG_BYTES, 4);

/**
 * Compares the decimal text [start, end) * 10^`exponent` with the middle between the double `below` (its bits,
 * positive and finite) and the next one. The text begins at its first digit that is not 0, with the point already
 * behind it when `fraction` is true. The two must be within a few units of each other: that bounds the scratch.
 * @returns negative, 0 or positive as the text is below, at or above the middle
 */
export function compareWithHalfway(start: usize, end: usize, exponent: i64, fraction: bool, below: u64): i32 {
  const scale = readDecimal(start, end, exponent, fraction);
  // below = mantissa * 2^power; the middle is (2 * mantissa + 1) * 2^(power - 1).
  const field = i32(below >> 52);
  const mantissa = (below & 0xfffffffffffff) | (field > 0 ? u64(1) << 52 : 0);
  const power = max(field, 1) - 1075 - 1;
  const middle = 2 * mantissa + 1;
  store<u32>(HALFWAY, 2);
  store<u64>(HALFWAY, middle, 4);
  // 10^scale is 5^scale * 2^scale: the fives go to the side where their exponent is positive, then the twos.
  if (scale >= 0) multiplyByFives(DECIMAL, scale);
  else multiplyByFives(HALFWAY, -scale);
  if (scale > power) shiftLeft(DECIMAL, scale - power);
  else shiftLeft(HALFWAY, power - scale);
  return compare(DECIMAL, HALFWAY);
}

/** Fills DECIMAL from the text. @returns the power of ten that it is to be multiplied by */
function readDecimal(start: usize, end: usize, exponent: i64, fraction: bool): i32 {
  store<u32>(DECIMAL, 0);
  let scale = exponent;
  let count = 0;
  let inFraction = fraction;
  let rest = false;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == POINT) {
      inFraction = true;
      continue;
    }
    if (count < MAX_DIGITS) {
      multiplyAdd(DECIMAL, 10, u32(byte - DIGIT_0));
      count++;
      if (inFraction) scale--;
    } else {
      if (byte != DIGIT_0) rest = true;
      if (!inFraction) scale++;
    }
  }
  if (rest) {
    multiplyAdd(DECIMAL, 10, 1);
    scale--;
  }
  return i32(scale);
}

function multiplyAdd(big: usize, factor: u32, addend: u32): void {
  let carry = u64(addend);
  let limb = big + 4;
  const limbsEnd = limb + (usize(load<u32>(big)) << 2);
  for (; limb < limbsEnd; limb += 4) {
    carry += u64(load<u32>(limb)) * u64(factor);
    store<u32>(limb, u32(carry));
    carry >>= 32;
  }
  if (carry == 0) return;
  store<u32>(limb, u32(carry));
  store<u32>(big, load<u32>(big) + 1);
}

function multiplyByFives(big: usize, count: i32): void {
  for (; count >= 13; count -= 13) multiplyAdd(big, FIVE_TO_13, 0);
  for (; count > 0; count--) multiplyAdd(big, 5, 0);
}

function shiftLeft(big: usize, bits: i32): void {
  const limbs = bits >> 5;
  if (bits & 31) multiplyAdd(big, 1 << (bits & 31), 0);
  if (limbs == 0) return;
  const length = load<u32>(big);
  memory.copy(big + 4 + (limbs << 2), big + 4, length << 2);
  memory.fill(big + 4, 0, limbs << 2);
  store<u32>(big, length + limbs);
}

function compare(a: usize, b: usize): i32 {
  const lengthA = trimmed(a);
  const lengthB = trimmed(b);
  if (lengthA != lengthB) return lengthA > lengthB ? 1 : -1;
  for (let offset = lengthA << 2; offset > 0; offset -= 4) {
    const limbA = load<u32>(a + offset);
    const limbB = load<u32>(b + offset);
    if (limbA != limbB) return limbA > limbB ? 1 : -1;
  }
  return 0;
}

/** The length in limbs without leading zeros: the halfway point starts as two limbs even if one is enough. */
function trimmed(big: usize): u32 {
  let length = load<u32>(big);
  while (length > 0 && load<u32>(big + (length << 2)) == 0) length--;
  return length;
}
