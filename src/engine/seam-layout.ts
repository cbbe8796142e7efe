/** Offsets and sizes of what is learned of the text between values, for both sides, as in layout.ts. */
export const H_SEAMS = 144; // in the header: where asm/seams.ts keeps it
export const H_STOPS = 148; // where strings may end, a bit for each byte of a block (asm/stops.ts)
export const SEAMS_BYTES = 720896;
/** Behind the bits of H_STOPS: the last word, and what may be read and written with it. */
export const STOPS_SLACK_BYTES = 128;
/** H_FLAGS: every record is indexed and walked; nothing is learned (tests and measurements). */
export const F_WALK_ALL = 64;
