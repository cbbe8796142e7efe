/**
 * Offsets of the search for lines that may match (asm/search.ts), shared with its host. Compiled twice like layout.ts,
 * so it holds only `export const NAME = integer`. Offsets are in bytes; header and block words are beside those of
 * layout.ts.
 */

/** In the header: the image of what is searched for, or 0 when every line is looked at. */
export const H_SEARCH = 108;
/** In a block: lines that were not looked at. B_LINES counts them, too. */
export const B_SKIPPED = 176;
/** Those before the current step (steps.ts). */
export const B_SKIPPED_BEFORE = 200;

// ---- the image: how many texts, which escapes, and an entry for each text -----------------------------------------
export const SR_COUNT = 0;
/** Which backslashes are found as well, because one of the texts may be spelled with them: ESCAPES_*. */
export const SR_ESCAPES = 4;
/** v128: u, sixteen times; and another byte that follows such a backslash, or u again. */
export const SR_LETTER = 16;
export const SR_OTHER = 32;
export const SR_ENTRIES = 48;
/** All of them; those before u; those before u00. */
export const ESCAPES_ALL = 0;
export const ESCAPES_UNICODE = 1;
export const ESCAPES_ASCII = 2;
/** Chosen by the engine. v128: a byte of the text, sixteen times, and another; where they are in it (u32 each). */
export const SRE_FIRST = 0;
export const SRE_SECOND = 16;
export const SRE_FIRST_AT = 32;
export const SRE_SECOND_AT = 36;
/** The text: its length, and its bytes. */
export const SRE_LENGTH = 40;
export const SRE_TEXT = 48;
export const SEARCH_TEXT_BYTES = 64;
export const SRE_BYTES = 112;
export const MOST_SEARCHED = 8;
