/**
 * Why a line was rejected: one number, one name, one sentence each. The numbers are part of the rejects log and of
 * --stats=json, so a number, once given, keeps its meaning. asm/diagnose.ts returns these same numbers.
 */
export const codes = [
  { code: 1, name: 'unexpected-end', text: 'the line ends inside a value' },
  { code: 2, name: 'unexpected-byte', text: 'no JSON value starts here' },
  { code: 3, name: 'expected-key', text: 'a member name in double quotes was expected' },
  { code: 4, name: 'expected-colon', text: 'a colon was expected after the member name' },
  { code: 5, name: 'expected-comma-or-brace', text: 'a comma or } was expected' },
  { code: 6, name: 'expected-comma-or-bracket', text: 'a comma or ] was expected' },
  { code: 7, name: 'trailing-bytes', text: 'there is more after the value' },
  { code: 8, name: 'unclosed-string', text: 'the string is never closed' },
  { code: 9, name: 'control-character', text: 'a control character stands unescaped in a string' },
  { code: 10, name: 'bad-escape', text: 'the escape is not one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u' },
  { code: 11, name: 'bad-unicode-escape', text: '\\u is not followed by four hexadecimal digits' },
  { code: 12, name: 'bad-utf8', text: 'the bytes are not UTF-8' },
  { code: 13, name: 'bad-number', text: 'the number is not written as JSON allows' },
  { code: 14, name: 'bad-literal', text: 'true, false or null was expected' },
  { code: 15, name: 'too-deep', text: 'the nesting is deeper than --max-depth' },
  { code: 16, name: 'too-long', text: 'the record is longer than --max-record' },
  { code: 17, name: 'plugin-failed', text: 'the plugin failed on this record' },
  { code: 18, name: 'no-time', text: 'the record has no time: the field for it is missing or null' },
  {
    code: 19,
    name: 'bad-time',
    text: 'the time is neither a number that fits nor a date such as 2026-01-31T12:00:00Z',
  },
  { code: 20, name: 'no-value', text: 'the record has no value: the field for it is missing or null' },
  { code: 21, name: 'bad-value', text: 'the value is not a number' },
  { code: 22, name: 'text-value', text: 'the value is text; a value is a number without quotes' },
  { code: 23, name: 'value-too-large', text: 'the value is beyond the largest double' },
  { code: 24, name: 'no-series', text: 'the record has no series: the field for it is missing or null' },
  { code: 25, name: 'bad-series', text: 'the series is not a text, or is empty' },
  { code: 26, name: 'bad-tags', text: 'the tags are neither a list of texts nor an object of scalars' },
  { code: 27, name: 'series-too-long', text: 'the series with its tags is longer than 64 KiB' },
  { code: 28, name: 'bad-row', text: 'the row does not have as many cells as the header, or its quotes do not match' },
  { code: 29, name: 'no-object', text: 'the record is no object, so it has no columns' },
] as const;

/** A code's row, by its number. Throws on a number that no version of this table has had. */
export function codeOf(code: number): (typeof codes)[number] {
  const row = codes[code - 1];
  if (row === undefined) throw new RangeError(`no such rejection code: ${code}`);
  return row;
}
