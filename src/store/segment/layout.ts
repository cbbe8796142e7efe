/**
 * Offsets, sizes and codes of a segment's file; FORMAT.md, section 3, says what they are for. In order: the header,
 * the payloads of all blocks without gaps, the index (ENTRY_BYTES a block, layout.ts), the dictionary, the checksums
 * of the index's pages, the footer. Index and dictionary begin at multiples of 8, but for cold segments, where they
 * are deflated.
 */
import { ENTRY_BYTES } from '../kernel/layout.ts';

/** Of the files that are written; older ones are read as well. */
export const SEGMENT_VERSION = 2;

/** Areas begin at multiples of it. */
export const ALIGNMENT = 8;

// ---- header -------------------------------------------------------------------------------------------------------
export const HEADER_MAGIC = 'slungseg';
export const H_MAGIC = 0; // 8 bytes
export const H_VERSION = 8; // u32
export const H_FLAGS = 12; // u32: none in version 1; a reader that does not know a flag cannot read the file
/** H_FLAGS: entries of the index may be packs (pack-layout.ts). */
export const HEADER_PACKED = 1;
export const H_NUMBER = 16; // u32: of the file's name
export const H_CRC = 20; // u32: of the 20 bytes before
export const HEADER_BYTES = 24;

// ---- footer -------------------------------------------------------------------------------------------------------
export const F_PAYLOADS_END = 0; // u64: one past the last payload
export const F_INDEX = 8; // u64: where the index begins; it ends where the dictionary begins
export const F_DICTIONARY = 16; // u64
export const F_PAGE_SUMS = 24; // u64: where the checksums of the index's pages begin; the dictionary ends here
export const F_POINTS = 32; // u64
export const F_AGE = 40; // u64
export const F_FIRST_TIME = 48; // i64: of all points
export const F_LAST_TIME = 56; // i64: inclusive
export const F_SERIES = 64; // u32
export const F_BLOCKS = 68; // u32
export const F_LEVEL = 72; // u32
export const F_FLAGS = 76; // u32: FOOTER_*
export const F_DICTIONARY_CRC = 80; // u32
export const F_PAGE_SUMS_CRC = 84; // u32
export const F_CRC = 88; // u32: of the 88 bytes before
export const F_DICTIONARY_BYTES = 92; // u32: in a cold segment, before deflate; otherwise 0
export const F_MAGIC = 96; // 8 bytes
export const FOOTER_MAGIC = 'slungend';
export const FOOTER_BYTES = 104;

/** F_FLAGS: new payloads were deflated where that was smaller; index and dictionary are deflated. */
export const FOOTER_COLD = 1;
/** Some point has an ordinal that is not 0. */
export const FOOTER_ORDINALS = 2;

// ---- index --------------------------------------------------------------------------------------------------------
/**
 * A page has a checksum of its own (u32), so that a part of the index can be read alone. The last page may be shorter.
 */
export const PAGE_ENTRIES = 32;
export const PAGE_BYTES = PAGE_ENTRIES * ENTRY_BYTES;
export const PAGE_SUM_BYTES = 4;
/** The same in a cold segment, where pages are deflated: larger ones are smaller, but take longer to inflate. */
export const COLD_PAGE_ENTRIES = 128;
/** Of each such page, instead of a checksum alone: u32 bytes as it is stored, u32 CRC-32 of these. */
export const COLD_TABLE_BYTES = 8;

// ---- dictionary: u32 first blocks [series + 1], u32 offsets of keys [series + 1], the keys, zeros to a multiple of 8
// --
export const DICTIONARY_WORD_BYTES = 4;

/** The next multiple of ALIGNMENT. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
