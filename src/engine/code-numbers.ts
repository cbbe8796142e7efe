/**
 * The numbers of codes.ts as constants, for the engine and its tests: compiled by both tsc and asc, so there is
 * nothing here but `export const NAME = integer`. test/engine/diagnose.test.ts checks that the two files agree.
 */
export const CODE_UNEXPECTED_END = 1;
export const CODE_UNEXPECTED_BYTE = 2;
export const CODE_EXPECTED_KEY = 3;
export const CODE_EXPECTED_COLON = 4;
export const CODE_EXPECTED_COMMA_OR_BRACE = 5;
export const CODE_EXPECTED_COMMA_OR_BRACKET = 6;
export const CODE_TRAILING_BYTES = 7;
export const CODE_UNCLOSED_STRING = 8;
export const CODE_CONTROL_CHARACTER = 9;
export const CODE_BAD_ESCAPE = 10;
export const CODE_BAD_UNICODE_ESCAPE = 11;
export const CODE_BAD_UTF8 = 12;
export const CODE_BAD_NUMBER = 13;
export const CODE_BAD_LITERAL = 14;
export const CODE_TOO_DEEP = 15;
export const CODE_TOO_LONG = 16;
/** Not the engine's: a plugin was called with the record and failed (src/plugin/lane). */
export const CODE_PLUGIN_FAILED = 17;
/**
 * Not the engine's: the record is no point (asm/points.ts). In the order of BAD_* in event-layout.ts and
 * point-layout.ts.
 */
export const CODE_NO_TIME = 18;
export const CODE_BAD_TIME = 19;
export const CODE_NO_VALUE = 20;
export const CODE_BAD_VALUE = 21;
export const CODE_TEXT_VALUE = 22;
export const CODE_VALUE_TOO_LARGE = 23;
export const CODE_NO_SERIES = 24;
export const CODE_BAD_SERIES = 25;
export const CODE_BAD_TAGS = 26;
export const CODE_SERIES_TOO_LONG = 27;
/** Not the engine's: a row of CSV that cannot become a record. */
export const CODE_BAD_ROW = 28;
/** The record is JSON, and for csv or tsv, which need its members. */
export const CODE_NO_OBJECT = 29;
