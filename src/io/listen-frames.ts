/**
 * WebSocket frames as lines of NDJSON. A binary frame is one event of Slung's producers, a text frame one JSON object; of
 * both becomes one line that says who sent it. Nothing here parses JSON: a text frame that is not valid becomes a line
 * that is not, which the reader of the lines finds and counts like any other.
 *
 * The surprising part: the member `producer` goes last, in front of the closing brace. So it wins over one that the
 * sender wrote, and what was no object before is none after: braces and quotes balance as they did.
 *
 * A binary frame, little endian, exactly as long as it says (the ingest format of Slung 0.1):
 *
 *     i64 timestamp | f64 value | u16 series bytes | u16 number of tags | series | { u16 tag bytes | tag }…
 */
import { isUtf8 } from 'node:buffer';

const HEADER_BYTES = 20;
const VALUE_OFFSET = 8;
const SERIES_OFFSET = 16;
const TAGS_OFFSET = 18;
const LENGTH_BYTES = 2;

const LF = 0x0a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** A frame has no line: why not, in words. */
export class BadFrame {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * @param frame borrowed
 * @returns the line of a binary frame, with its newline: timestamp, value, series, tags, producer
 */
export function lineOfEvent(frame: Buffer, producer: number): Buffer | BadFrame {
  if (frame.length < HEADER_BYTES) return new BadFrame(`${frame.length} bytes, an event has at least ${HEADER_BYTES}`);
  const value = frame.readDoubleLE(VALUE_OFFSET);
  if (!Number.isFinite(value)) return new BadFrame(`the value is ${value}, which JSON cannot say`);
  const seriesEnd = HEADER_BYTES + frame.readUInt16LE(SERIES_OFFSET);
  if (seriesEnd > frame.length) return new BadFrame('the series ends beyond the frame');
  const series = textOf(frame, HEADER_BYTES, seriesEnd);
  if (series === undefined) return new BadFrame('the series is not UTF-8');
  const tags: string[] = [];
  let offset = seriesEnd;
  for (let left = frame.readUInt16LE(TAGS_OFFSET); left > 0; left--) {
    const start = offset + LENGTH_BYTES;
    const end = start > frame.length ? start : start + frame.readUInt16LE(offset);
    if (end > frame.length) return new BadFrame(`tag ${tags.length + 1} ends beyond the frame`);
    const tag = textOf(frame, start, end);
    if (tag === undefined) return new BadFrame(`tag ${tags.length + 1} is not UTF-8`);
    tags.push(quoted(tag));
    offset = end;
  }
  if (offset !== frame.length) return new BadFrame(`${frame.length - offset} bytes follow the last tag`);
  const members = [
    `"timestamp":${frame.readBigInt64LE(0)}`,
    // String() gives 0 for -0.
    `"value":${Object.is(value, -0) ? '-0' : value}`,
    `"series":${quoted(series)}`,
    `"tags":[${tags.join(',')}]`,
    `"producer":${producer}`,
  ];
  return Buffer.from(`{${members.join(',')}}\n`);
}

/**
 * @param frame borrowed; UTF-8, which the library has checked
 * @returns the line of a text frame, with its newline; newlines in it become spaces
 */
export function lineOfText(frame: Buffer, producer: number): Buffer | BadFrame {
  let start = 0;
  let end = frame.length;
  while (start < end && isSpace(frame[start]!)) start++;
  while (end > start && isSpace(frame[end - 1]!)) end--;
  if (end - start < 2 || frame[start] !== OPEN || frame[end - 1] !== CLOSE) return new BadFrame('not a JSON object');
  let last = end - 2;
  while (last > start && isSpace(frame[last]!)) last--;
  const comma = last === start ? '' : ',';
  const line = Buffer.concat([frame.subarray(start, end - 1), Buffer.from(`${comma}"producer":${producer}}\n`)]);
  for (let at = line.indexOf(LF); at < line.length - 1; at = line.indexOf(LF, at)) line[at] = 0x20;
  return line;
}

/** White space of JSON (RFC 8259, section 2). */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;
}

function textOf(frame: Buffer, start: number, end: number): string | undefined {
  const bytes = frame.subarray(start, end);
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** A JSON string (RFC 8259, section 7): what must be escaped is, nothing else. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
