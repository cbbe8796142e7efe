/**
 * WebSocket frames as lines of NDJSON. A binary frame is one or more events of Slung's producers, a text frame one
 * JSON object, or several, each on a line of its own; each becomes a line that says who sent it. Nothing here parses
 * JSON: a text that is not valid becomes a line that is not, which the reader of the lines finds and counts like any
 * other.
 *
 * The surprising part: the member `producer` goes last, in front of the closing brace. So it wins over one that the
 * sender wrote, and what was no object before is none after: braces and quotes balance as they did.
 *
 * An event in a binary frame, little endian (the ingest format of Slung 0.1, where a frame is one event):
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
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;

/** Takes a line with its newline; it is the taker's. */
export type TakeLine = (line: Buffer) => void;
/** Is given why a frame, or a part of it, is no line, in words. */
export type Refuse = (reason: string) => void;

/** A frame, or a part of it, has no line: why not, in words. */
class BadFrame {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The lines of a binary frame (borrowed). What follows the first event that is none is refused. */
export function readEvents(frame: Buffer, producer: number, take: TakeLine, refuse: Refuse): void {
  let offset = 0;
  do {
    const event = eventAt(frame.subarray(offset), producer);
    if (event instanceof BadFrame) {
      // Many clients send text as bytes.
      if (offset === 0 && isObject(frame, ...trimmed(frame, 0, frame.length)) && isUtf8(frame)) {
        readLines(frame, producer, take, refuse);
      } else refuse(offset === 0 ? event.reason : `after ${offset} bytes of events: ${event.reason}`);
      return;
    }
    take(event.line);
    offset += event.bytes;
  } while (offset < frame.length);
}

/** The first event: its line with timestamp, value, series, tags and producer, and how long it is. */
function eventAt(frame: Buffer, producer: number): { readonly line: Buffer; readonly bytes: number } | BadFrame {
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
  const members = [
    `"timestamp":${frame.readBigInt64LE(0)}`,
    // String() gives 0 for -0.
    `"value":${Object.is(value, -0) ? '-0' : value}`,
    `"series":${quoted(series)}`,
    `"tags":[${tags.join(',')}]`,
    `"producer":${producer}`,
  ];
  return { line: Buffer.from(`{${members.join(',')}}\n`), bytes: offset };
}

/**
 * The lines of a text frame (borrowed; UTF-8, which the library has checked). An object may be spread over lines:
 * newlines in it become spaces. Several objects have a line each.
 */
export function readLines(frame: Buffer, producer: number, take: TakeLine, refuse: Refuse): void {
  const [start, end] = trimmed(frame, 0, frame.length);
  if (!hasSeveral(frame, start, end)) {
    lineAt(frame, start, end, producer, take, refuse);
    return;
  }
  for (let from = start; from < end; ) {
    const lf = frame.indexOf(LF, from);
    const to = lf < 0 || lf > end ? end : lf;
    const [first, last] = trimmed(frame, from, to);
    if (last > first) lineAt(frame, first, last, producer, take, refuse);
    from = to + 1;
  }
}

/**
 * Whether the first line is an object of its own. It looks like one when it begins and ends with braces; but if it is
 * only the beginning of one, what follows its last brace has to be a comma or a closing bracket.
 */
function hasSeveral(frame: Buffer, start: number, end: number): boolean {
  const lf = frame.indexOf(LF, start);
  if (lf < 0 || lf >= end || !isObject(frame, ...trimmed(frame, start, lf))) return false;
  const [next] = trimmed(frame, lf, end);
  return frame[next] !== COMMA && frame[next] !== CLOSE && frame[next] !== CLOSE_ARRAY;
}

function lineAt(frame: Buffer, start: number, end: number, producer: number, take: TakeLine, refuse: Refuse): void {
  if (!isObject(frame, start, end)) {
    refuse('not a JSON object');
    return;
  }
  let last = end - 2;
  while (last > start && isSpace(frame[last]!)) last--;
  const comma = last === start ? '' : ',';
  const line = Buffer.concat([frame.subarray(start, end - 1), Buffer.from(`${comma}"producer":${producer}}\n`)]);
  for (let at = line.indexOf(LF); at < line.length - 1; at = line.indexOf(LF, at)) line[at] = 0x20;
  take(line);
}

function isObject(frame: Buffer, start: number, end: number): boolean {
  return end - start >= 2 && frame[start] === OPEN && frame[end - 1] === CLOSE;
}

/** Without white space at both ends. */
function trimmed(frame: Buffer, from: number, to: number): [start: number, end: number] {
  let start = from;
  let end = to;
  while (start < end && isSpace(frame[start]!)) start++;
  while (end > start && isSpace(frame[end - 1]!)) end--;
  return [start, end];
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
