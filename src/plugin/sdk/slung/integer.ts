/**
 * Integers as decimal text, two digits at a time from a table, eight digits per 64-bit division. Every function writes
 * ASCII at an address that has room for 20 bytes and returns the end.
 */

// "00" to "99".
const PAIRS: usize = heap.alloc(200);
for (let i: u32 = 0; i < 100; i++) store<u16>(PAIRS + 2 * i, <u16>(0x3030 + i / 10 + ((i % 10) << 8)));

// @ts-ignore: decorator
@inline
function pair(n: u32): u16 {
  return load<u16>(PAIRS + 2 * n);
}

/** Exactly eight digits; n < 10^8. */
function putEight(to: usize, n: u32): void {
  const high = n / 10000;
  const low = n % 10000;
  store<u16>(to, pair(high / 100));
  store<u16>(to, pair(high % 100), 2);
  store<u16>(to, pair(low / 100), 4);
  store<u16>(to, pair(low % 100), 6);
}

function putSmall(to: usize, n: u32): usize {
  const digits = countSmall(n);
  let at = to + digits;
  while (n >= 100) {
    at -= 2;
    store<u16>(at, pair(n % 100));
    n /= 100;
  }
  if (n >= 10) store<u16>(to, pair(n));
  else store<u8>(to, 0x30 + n);
  return to + digits;
}

function countSmall(n: u32): u32 {
  if (n < 10000) return n < 100 ? (n < 10 ? 1 : 2) : n < 1000 ? 3 : 4;
  if (n < 1000000) return n < 100000 ? 5 : 6;
  return n < 10000000 ? 7 : n < 100000000 ? 8 : n < 1000000000 ? 9 : 10;
}

export function putUnsigned(to: usize, n: u64): usize {
  if (n < 100000000) return putSmall(to, <u32>n);
  const high = n / 100000000;
  to = putUnsigned(to, high);
  putEight(to, <u32>(n - high * 100000000));
  return to + 8;
}

export function putSigned(to: usize, n: i64): usize {
  if (n >= 0) return putUnsigned(to, n);
  store<u8>(to, 0x2d);
  return putUnsigned(to + 1, 0 - <u64>n);
}
