/**
 * Offsets and codes of edits (asm/edit.ts). Compiled twice like layout.ts, so it holds only `export const NAME =
 * integer`. Offsets are in bytes; pointers are relative to the plan.
 */

// Words of the header, of the plan and of an output class, beside those of layout.ts.
/** Room for an edited record, for the keys above a value, and the bytes of each. */
export const H_EDIT = 112;
export const H_EDIT_BYTES = 116;
export const P_EDIT = 76; // the edits of a plan without classes, or 0
export const CL_EDIT = 20; // those of a class, or 0

export const ED_ROOT = 0; // node of the trie of edited places, or 0; its edges have numbers of actions as slots
export const ED_ACTIONS = 4;
export const ED_FLATTEN = 8; // 1: members of objects become members of the root
export const ED_SEPARATOR = 12; // pointer to what stands between their keys, escaped as in JSON
export const ED_SEPARATOR_BYTES = 16;
export const ED_EXPLODE = 20; // path number of the array whose elements become records, or NO_SLOT
export const ED_FOUND = 24; // places that columns are filled from, in the edited record
export const ED_FOUND_COUNT = 28;
export const ED_MADE = 32; // actions at the root that make what is missing: u32 each
export const ED_MADE_COUNT = 36;
export const EDIT_BYTES = 40;

// What is done at an edge of the trie.
export const AC_SLOT = 0; // of the value there
export const AC_DO = 4; // DO_*
export const AC_UNLESS = 8; // nothing is done when this slot is filled, or NO_SLOT
/** 0, or a number of slots and those: the member gives way when one of them is filled. */
export const AC_DROP_IF = 12;
export const AC_NAME = 16; // new key, with its quotes
export const AC_NAME_BYTES = 20;
export const AC_VALUE = 24; // bytes of the new value; with DO_COPY the number of the path that it is at
export const AC_VALUE_BYTES = 28;
export const AC_KEY = 32; // the key itself, with its quotes, for what is made
export const AC_KEY_BYTES = 36;
export const AC_MADE = 40; // actions below this edge that make what is missing: u32 each
export const AC_MADE_COUNT = 44;
export const ACTION_BYTES = 48;
export const DO_DROP = 1;
export const DO_SET = 2;
export const DO_COPY = 4;
export const DO_RENAME = 8;
export const DO_EXPLODE = 16;

// A column of an edited record.
export const EF_SLOT = 0;
export const EF_WHOLE = 4; // steps to the whole key, or their number is 0
export const EF_WHOLE_COUNT = 8;
export const EF_STEPS = 12;
export const EF_STEP_COUNT = 16;
export const EDIT_FOUND_BYTES = 20;
