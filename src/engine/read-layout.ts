/**
 * Words of a block that only its lane knows, which may read the block's lines by itself (graph/ranges.ts): those that
 * begin in so many bytes of a file. The engine has no use for them. Offsets are in bytes, behind those of layout.ts.
 */

/** The handle of the file, and 1; 0 when the host has filled the block. */
export const B_READ_FILE = 160;
export const B_READ_BYTES = 164;
/** u64: where in the file. When the lines could not be read, B_TO of the block is 0 afterwards. */
export const B_READ_AT = 168;
