/**
 * The numbers of the packed-words format (FORMAT.md, section 4) and the memory that its readers and writers share. A
 * block is read or written by one thread at a time, so that one piece of memory serves both.
 */

// The first byte of packed words: the order of the predictor in bits 0-1, the form in bits 2-3, then flags.
/** 0: offsets from a line. 1: steps, less a typical one. 2: changes of steps. */
export const ORDER_MASK: u32 = 3;
export const LAST_ORDER: u32 = 2;
export const FORM_MASK: u32 = 12;
/** All residues are 0 and none is written. */
export const FORM_NONE: u32 = 0;
export const FORM_DENSE: u32 = 4;
/** A bitmap of the residues that are not 0, and these. */
export const FORM_SPARSE: u32 = 8;
/** Arithmetic modulo 2^64; otherwise modulo 2^32. */
export const FLAG_WIDE: u32 = 16;
/** Residues lie in planes of bytes, not in groups of bits. */
export const FLAG_PLANES: u32 = 32;
export const FLAGS_KNOWN: u32 = 63;

/** Residues of a group, packed with the same width. A group's rows are of four. */
export const GROUP_RESIDUES: u32 = 128;
/** In the first byte of a group, beside its width. */
export const GROUP_PATCHED: u32 = 128;
export const WIDTH_MASK: u32 = 127;

/** The largest power of ten that is a double. */
export const LAST_POWER: u32 = 22;

/**
 * Room for BLOCK_POINTS numbers of 4 bytes and a row written or read across their end; twice, or once for as many of 8
 * bytes. Readers unpack here; writers keep their samples here.
 */
export const FIRST: usize = memory.data(33280, 16);
export const SECOND: usize = FIRST + 16448;

/** One bit a point, 512 bytes: the values that are no decimals, for who writes them. */
export const BITMAP: usize = memory.data(528, 16);
