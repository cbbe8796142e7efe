/**
 * The numbers of codes.ts as constants, for the engine and its tests: compiled by both tsc and asc, so there is nothing
 * here but `export const NAME = integer`. test/engine/diagnose.test.ts checks that the two files agree.
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
