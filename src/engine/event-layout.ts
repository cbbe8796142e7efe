/**
 * Offsets and codes of live queries (asm/events.ts), shared with the side that registers them. Compiled twice like
 * layout.ts, so it holds only `export const NAME = integer`. Offsets are in bytes; addresses are absolute.
 */

// ---- an event's fields in its row ----------------------------------------------------------------------------------
export const EVENT_TIME = 0;
export const EVENT_VALUE = 1;
export const EVENT_SERIES = 2;
export const EVENT_TAGS = 3;
/** Only with --listen: the plan has a fifth field then. */
export const EVENT_PRODUCER = 4;
export const EVENT_FIELDS = 5;

// ---- unit of numeric timestamps ------------------------------------------------------------------------------------
export const UNIT_AUTO = 0;
export const UNIT_S = 1;
export const UNIT_MS = 2;
export const UNIT_US = 3;
export const UNIT_NS = 4;

// ---- a registered query: written by the host, then owned by the engine ---------------------------------------------
export const Q_NEXT = 0; // the query registered after it, or 0
export const Q_HANDLE = 4;
export const Q_OPERATION = 8; // AGGREGATE_*
export const Q_SERIES = 12; // UTF-8 bytes, 16 readable bytes after them
export const Q_SERIES_BYTES = 16;
export const Q_TESTS = 20; // of tags
export const Q_ENTRY = 24; // i32: test number, ACCEPT_TARGET or REJECT_TARGET
export const Q_RANGE = 28; // RANGE_* bits, 0 for all time
export const Q_FIRST = 32; // i64: microseconds since 1970, or before now
export const Q_SECOND = 40; // i64
export const Q_EVENTS = 48; // f64: events delivered
export const Q_AGGREGATE = 56; // f64: their sum, least or greatest value
export const Q_CHUNK = 64; // first chunk of the events that wait, or 0
export const Q_LAST_CHUNK = 68;
export const Q_READ = 72; // in the first chunk
export const Q_WRITE = 76; // in the last chunk
export const QUERY_BYTES = 80;

export const AGGREGATE_AVG = 0;
export const AGGREGATE_SUM = 1;
export const AGGREGATE_MIN = 2;
export const AGGREGATE_MAX = 3;
export const AGGREGATE_COUNT = 4;

export const RANGE_GIVEN = 1;
export const RANGE_FIRST_RELATIVE = 2;
export const RANGE_SECOND_RELATIVE = 4;

// A test for one tag, with two targets like the tests of a program.
export const TAG_TEXT = 0; // UTF-8 bytes, 16 readable bytes after them
export const TAG_BYTES = 4;
export const TAG_TRUE = 8; // i32
export const TAG_FALSE = 12; // i32
export const TAG_TEST_BYTES = 16;

// ---- answers of livePoll; positive ones are the bytes of a payload -------------------------------------------------
export const LIVE_NONE = 0; // nothing for this query, but events of others wait
export const LIVE_MORE = -1; // all rows have been looked at
export const LIVE_UNKNOWN = -2; // no such handle
export const LIVE_FULL = -3; // events wait that nobody polls, more than there is room for

// ---- why a record is no event --------------------------------------------------------------------------------------
export const BAD_NO_TIME = 1;
export const BAD_TIME = 2;
export const BAD_NO_VALUE = 3;
export const BAD_VALUE = 4;
export const BAD_VALUE_TEXT = 5; // a number in quotes, perhaps
export const BAD_VALUE_RANGE = 6; // beyond the largest double
export const BAD_NO_SERIES = 7;
export const BAD_SERIES = 8;
export const BAD_TAGS = 9;
