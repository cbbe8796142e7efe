/**
 * CRC-32 (ISO 3309, as in zlib), eight bytes a turn, over eight tables of 256 words: entry i of table t is the
 * checksum of byte i and t zeros behind it. Where they are is the caller's to say (kernel/crc32.ts).
 */

const POLYNOMIAL: u32 = 0xedb88320;

@inline
function entry(tables: usize, table: usize, index: u32): u32 {
  return load<u32>(tables + (table << 10) + ((<usize>index) << 2));
}

/** Fills the tables: 8 KiB. */
export function makeCrcTables(tables: usize): void {
  for (let i: u32 = 0; i < 256; i++) {
    let sum = i;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >> 1) ^ POLYNOMIAL : sum >> 1;
    store<u32>(tables + ((<usize>i) << 2), sum);
  }
  for (let table: usize = 1; table < 8; table++) {
    for (let i: u32 = 0; i < 256; i++) {
      const before = entry(tables, table - 1, i);
      store<u32>(tables + (table << 10) + ((<usize>i) << 2), (before >> 8) ^ entry(tables, 0, before & 0xff));
    }
  }
}

/** The checksum of `bytes` at `at`, behind what has the checksum `before`. */
export function crc32(tables: usize, at: usize, bytes: usize, before: u32): u32 {
  let sum = ~before;
  const end = at + bytes;
  for (; at + 8 <= end; at += 8) {
    const low = load<u32>(at) ^ sum;
    const high = load<u32>(at, 4);
    sum =
      entry(tables, 7, low & 0xff) ^
      entry(tables, 6, (low >> 8) & 0xff) ^
      entry(tables, 5, (low >> 16) & 0xff) ^
      entry(tables, 4, low >> 24);
    sum ^=
      entry(tables, 3, high & 0xff) ^
      entry(tables, 2, (high >> 8) & 0xff) ^
      entry(tables, 1, (high >> 16) & 0xff) ^
      entry(tables, 0, high >> 24);
  }
  for (; at < end; at++) sum = (sum >> 8) ^ entry(tables, 0, (sum ^ load<u8>(at)) & 0xff);
  return ~sum;
}
