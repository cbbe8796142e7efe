/**
 * What may stand before a record and is no part of it: byte order marks, where files that have one were joined, and
 * the record separators of JSON text sequences (RFC 7464), also with white space around them. A line with marks does
 * not pass the walk; only then is it looked at here.
 */

const RECORD_SEPARATOR: u8 = 0x1e;
/** U+FEFF in UTF-8, as it is loaded. */
const BYTE_ORDER_MARK: u32 = 0xbfbbef;

/** The first byte behind the marks of a line; `from` when there are none. */
export function afterMarks(from: usize, to: usize): usize {
  let end = from;
  for (let at = from; at < to; ) {
    const byte = load<u8>(at);
    if (byte == RECORD_SEPARATOR) end = ++at;
    else if (at + 3 <= to && (load<u32>(at) & 0xffffff) == BYTE_ORDER_MARK) end = at += 3;
    else if (byte == 0x20 || byte == 0x09 || byte == 0x0d) at++;
    else return end == from ? from : at;
  }
  return end;
}

/** The index takes marks for the beginning of a scalar. @returns the token of the record, which begins at `start` */
export function withoutMarks(token: usize, start: usize): usize {
  let mark = token;
  while (<usize>load<u32>(token) < start) {
    mark = token;
    token += 4;
  }
  if (<usize>load<u32>(token) == start) return token;
  store<u32>(mark, <u32>start);
  return mark;
}
