/**
 * Offsets and numbers of the regular expression image, shared by the writer (selector/regex/image.ts) and the reader
 * (asm/regex.ts, where the same file is compiled as AssemblyScript and every constant is an i32). What they mean is in
 * selector/regex/FORMAT.md. Offsets are in bytes from the start of the image.
 */

/** Where an image may be placed: at a multiple of this. */
export const REGEX_ALIGNMENT = 8;

/** u32 at 0: which kind of image follows. */
export const IMAGE_KIND = 0;
export const IMAGE_BYTES = 1;
export const IMAGE_CHARACTERS = 2;
export const IMAGE_NFA = 3;
export const IMAGE_TEXTS = 4;
export const IMAGE_LAZY = 5;

// Header of a DFA over bytes, u32 each. States are named by the byte offset of their row in the table.
export const DFA_START = 4;
export const DFA_LAST_SPECIAL = 8;
export const DFA_DEAD = 12;
export const DFA_END_COLUMN = 16;
export const DFA_SKIP_COLUMN = 20;
export const DFA_TABLE = 24;
export const DFA_SKIPS = 28;
/** u8[256]: the class (column number) of each byte. */
export const DFA_CLASSES = 32;
export const DFA_HEADER_BYTES = 288;
/** Four vectors for one accelerated state: low and high nibble of the first byte, of the second byte. */
export const SKIP_BYTES = 64;

// The decoder, in the headers of both kinds that have one, u32 each.
export const DECODER_ROOT = 4;
export const DECODER_NODES = 8;
/** A decoder entry with this bit is a node, without it a character class. */
export const NODE_FLAG = 0x8000;

// Header of a DFA over characters, u32 each. States are named by the byte offset of their row in the table.
export const CHARACTERS_START = 12;
export const CHARACTERS_DEAD = 16;
export const CHARACTERS_END_COLUMN = 20;
export const CHARACTERS_TABLE = 24;
export const CHARACTERS_HEADER_BYTES = 32;

// Header of an NFA, u32 each.
export const NFA_START = 12;
export const NFA_COUNT = 16;
export const NFA_ANCHORED = 20;
export const NFA_INSTRUCTIONS = 24;
export const NFA_KINDS = 28;
export const NFA_SCRATCH = 32;
export const NFA_HEADER_BYTES = 40;

// One instruction: u16 operation, u16 next, u32 argument.
export const INSTRUCTION_BYTES = 8;
export const OP_CHARACTER = 0;
export const OP_SPLIT = 1;
export const OP_ASSERT = 2;
export const OP_MATCH = 3;

// Kinds of characters, as assertions see them. The edge is the start of the text before, and its end after.
export const KINDS = 5;
export const KIND_EDGE = 0;
export const KIND_LINE = 1;
export const KIND_ASCII_WORD = 2;
export const KIND_WORD = 3;
export const KIND_OTHER = 4;

// Header of an automaton for texts, u32 each. States are named by the byte offset of their first entry in the table.
export const TEXTS_START = 4;
export const TEXTS_BACKWARD = 8;
/** u16[256]: for each byte the offset of its column. */
export const TEXTS_COLUMNS = 16;
export const TEXTS_TABLE = 528;
/** An entry: u32 the state it belongs to, u32 where it leads. The first one of a state leads to where it fails to. */
export const TEXTS_ENTRY_BYTES = 8;
export const TEXTS_ACCEPT = 0;
export const TEXTS_DEAD = 8;

// Header of a DFA that is built while it runs, u32 each.
export const LAZY_START = 12;
export const LAZY_COUNT = 16;
export const LAZY_ANCHORED = 20;
export const LAZY_INSTRUCTIONS = 24;
export const LAZY_KINDS = 28;
export const LAZY_CLASSES = 32;
/** How large the work area has to be; where it is, from the start of the image: whoever places that says so. */
export const LAZY_WORK_BYTES = 36;
export const LAZY_WORK = 40;
/** The first free byte of the work area, or 0 before the first use; the states in it; the row of the start. */
export const LAZY_TOP = 44;
export const LAZY_STATES = 48;
export const LAZY_START_ROW = 52;
export const LAZY_HEADER_BYTES = 56;
/** States that are kept at the same time, at most; then all are forgotten. Their table has twice as many places. */
export const LAZY_MOST_STATES = 8192;
/** Room for states, at least. */
export const LAZY_STATE_BYTES = 4194304;
/** Of each kind of character before and class: its list, the length of that, and 1, 2 for a match, 0 for unknown. */
export const LAZY_NEXT_BYTES = 12;
/** A row, and what is before it: kind of the character before and whether items wait, number of items, hash. */
export const LAZY_ROW_HEADER = 12;
export const LAZY_ACCEPT = 1;
export const LAZY_DEAD = 2;
