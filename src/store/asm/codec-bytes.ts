/**
 * Small numbers as bytes: LEB128 (7 bits a byte, least significant first; the DWARF standard, section 7.6) and zigzag,
 * which puts the sign last so that small negative numbers are small too. Reading stops at an end that the caller
 * names: nothing about bytes from a file is taken for granted.
 */

/** Behind the varint that was read last; 0 when there was none before the end, or it was longer than 64 bits. */
export let varintEnd: usize = 0;

export function readVarint(at: usize, end: usize): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 64 && at < end; shift += 7) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 127) << shift;
    if (byte < 128) {
      varintEnd = at;
      return value;
    }
  }
  varintEnd = 0;
  return 0;
}

/** @returns the address behind it */
export function writeVarint(at: usize, value: u64): usize {
  while (value >= 128) {
    store<u8>(at++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(at, <u8>value);
  return at + 1;
}

// @ts-ignore: decorator
@inline
export function zigzag(value: i64): u64 {
  return ((<u64>value) << 1) ^ <u64>(value >> 63);
}

// @ts-ignore: decorator
@inline
export function unzigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

/** How many bits a number has: 0 for 0, 64 at most. */
// @ts-ignore: decorator
@inline
export function bitLength(value: u64): u32 {
  return 64 - <u32>clz(value);
}
