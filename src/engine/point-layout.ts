/**
 * Offsets and codes of the reading of points out of rows (asm/points.ts), shared with its host. Compiled twice like
 * layout.ts, so it holds only `export const NAME = integer`. Offsets are in bytes. Units and the reasons BAD_* 1 to 9
 * are those of live events (event-layout.ts).
 */

// ---- a spec: which fields of a row are points ----------------------------------------------------------------------
// The fields of a spec stand one after another: the series (with SPEC_HAS_SERIES), the time, the values, the tags.
export const SPEC_FIELD = 0; // the first of them in the row
export const SPEC_FLAGS = 4; // SPEC_* bits
export const SPEC_UNIT = 8; // UNIT_*
export const SPEC_VALUES = 12; // how many
export const SPEC_TAGS = 16; // how many
export const SPEC_NUMBER = 20; // of its first value among the values of all specs
export const SPEC_KNOWN = 24; // UNIT_* that was decided for UNIT_AUTO; UNIT_AUTO until then
/** An address of a text for each value, that stands behind the series or is all of it; 0: the host reads them. */
export const SPEC_NAMES = 28;
export const SPEC_KEYS = 32; // address of a text for each tag: the last key of its path
export const SPEC_BYTES = 36;

/** A text: its address and its bytes, u32 each. It has no byte below 2. */
export const TEXT_BYTES = 8;

/** The name of the series is in the record. */
export const SPEC_HAS_SERIES = 1;
/** It may be a JSON number as well, as it is written: a cell of CSV does not say whether it is one. */
export const SPEC_TAKES_NUMBERS = 2;
/**
 * The texts "NaN", "Infinity" and "-Infinity" are values: JSON has no numbers for them, and an export writes them so.
 */
export const SPEC_TAKES_WORDS = 4;

// ---- answers of pointsMake -----------------------------------------------------------------------------------------
export const MAKE_DONE = 0;
/**
 * A spelling that is not known: the host reads the fields (pointsRow, pointsNumber), says which series it is, and goes
 * on.
 */
export const MAKE_UNKNOWN = 1;
/**
 * There is no room for more keys of series that are not known: the host gives their numbers (pointsWaiting,
 * pointsResolve) and goes on.
 */
export const MAKE_FULL = 2;

/** Numbers of series from here on mean that the series cannot be: the lowest four bits say why (BAD_*). */
export const ID_REFUSED = 0xfffffff0;

/**
 * Why a record is no point, besides BAD_* of event-layout.ts: the name and the tags are longer than the store takes.
 */
export const BAD_SERIES_LONG = 10;

/** A series and its tags as they are written may have this many bytes. */
export const SPELLING_BYTES = 524288;
