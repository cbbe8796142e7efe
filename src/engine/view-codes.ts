/**
 * What the views over records (asm/view*.ts) answer to the adapters of src/plugin: kinds of scalars, and why a call
 * must trap. Compiled twice like layout.ts, so it holds only `export const NAME = integer`. The first five are
 * Tangent's discriminants plus one, so that an adapter writes `code - 1`.
 */

export const VIEW_NONE = 0;
export const VIEW_STRING = 1;
export const VIEW_INT = 2;
export const VIEW_FLOAT = 3;
export const VIEW_BOOLEAN = 4;
/** The list, map or text is there. */
export const VIEW_SOME = 5;

/** This code and all above it: the guest broke a rule, and the call must trap. */
export const VIEW_FAILURES = 16;
export const VIEW_BAD_HANDLE = 16;
export const VIEW_BAD_PATH = 17;
export const VIEW_PATH_TOO_LONG = 18;
export const VIEW_TOO_MANY_ITEMS = 19;
/** These are found by the adapter itself. */
export const VIEW_GATE_CLOSED = 20;
export const VIEW_RESULT_UNALIGNED = 21;
export const VIEW_RESULT_OUTSIDE = 22;
export const VIEW_PATH_OUTSIDE = 23;
export const VIEW_REALLOC_ZERO = 24;
export const VIEW_REALLOC_UNALIGNED = 25;
export const VIEW_REALLOC_OUTSIDE = 26;

/** A path of more bytes than this is refused: no memory is reserved for more. */
export const VIEW_PATH_BYTES = 65536;
