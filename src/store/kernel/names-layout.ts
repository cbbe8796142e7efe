/**
 * The description of the names of an open store's series in the kernel's memory (asm/names.ts), shared with the host
 * like layout.ts: only `export const NAME = integer`, in bytes. Nothing of it is on disk.
 */
export const N_COUNT = 0; // series that have a number
export const N_ROOM = 4; // numbers that there is room for at N_KEYS
export const N_KEYS = 8; // address of the keys' addresses (u32), by number
export const N_SLOTS = 12; // address of the hash table: hash (u32), number + 1 (u32)
export const N_MASK = 16; // slots less one; a power of two
export const N_FREE = 20; // where the next key goes
export const N_END = 24; // the end of the memory for keys
export const N_DONE = 28; // keys that the last call of namesIntern has taken
export const NAMES_BYTES = 32;
export const SLOT_BYTES = 8;

/** A key in memory: its length (u16), its bytes, and behind it memory that may be read. */
export const KEY_HEAD_BYTES = 2;
export const KEY_SLACK_BYTES = 8;

/** Why namesIntern returned: all is done; it wants memory for keys; it wants room for more numbers. */
export const NAMES_DONE = 0;
export const NAMES_WANT_KEYS = 1;
export const NAMES_WANT_ROOM = 2;

/** In a definition of a log's frame: id u32, length u16, then the key. */
export const DEFINITION_HEAD_BYTES = 6;
/** Of each number in namesOrder's memory to work in. */
export const ORDER_WORK_BYTES = 8;
