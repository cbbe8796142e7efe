/**
 * Stage 4: matching records to output. Lines that pass as they are stay where they lie when they form a long run, and
 * are copied together when they do not; the host writes the resulting segments in order. Projections and delimited
 * text (columns.ts, cells.ts) are encoded straight into the block's output area, which grows at the end of the memory
 * when it has to. Numbers and nested values are copied as the bytes they were. Of several classes one output is
 * written at a time (classes.ts).
 */
import {
  B_OUT,
  B_OUT_BYTES,
  B_OUT_CAPACITY,
  B_SEGMENTS,
  B_SEGMENT_COUNT,
  C_LABEL,
  C_LABEL_BYTES,
  C_PATH,
  COLUMN_BYTES,
  EMIT_CSV,
  EMIT_LINES,
  EMIT_NDJSON,
  EMIT_NOTHING,
  IN_PLACE_BYTES,
  KIND_NULL,
  KIND_STRING,
  O_END,
  O_NEXT,
  O_PENDING,
  O_RUN_FROM,
  O_RUN_TO,
  SEG_BYTES,
  SEG_IN_OUT,
  SEG_START,
  SEGMENT_BYTES,
  SLOT_FROM,
  SLOT_KIND,
  SLOT_TO,
} from '../layout';
import { FORM_QUOTE_ALL, FORM_SAFE } from '../select-layout';
import {
  copyTo,
  delimiter,
  formFlags,
  nullBytes,
  writeNull,
  writeRowEnd,
  writeScalar,
  writeString,
  writeText,
} from './cells';
import { cellsInto, objectInto, stoppedColumn } from './columns';
import { slotOf } from './holds';
import { columnCount, columns, emitKind, planPointer, scratch } from './state';

/** The struct of the block, or of one of its classes: the same words at the same offsets. */
let block: usize = 0;
/** The output area: next free byte, its start, and its end (16 bytes of slack lie after it). */
let out: usize = 0;
let outStart: usize = 0;
let outEnd: usize = 0;
/** Start of the bytes in the output area that no segment covers yet. */
let pendingFrom: usize = 0;
/** The run of adjoining lines that are to pass: [runFrom, runTo), empty when equal. */
let runFrom: usize = 0;
let runTo: usize = 0;

const SLACK: usize = 64;

export function beginEmit(blockAddress: usize): void {
  block = blockAddress;
  outStart = <usize>load<u32>(block, B_OUT);
  out = outStart;
  outEnd = outStart + <usize>load<u32>(block, B_OUT_CAPACITY) - SLACK;
  pendingFrom = out;
  runFrom = 0;
  runTo = 0;
  store<u32>(block, 0, B_SEGMENT_COUNT);
}

/** Makes room for `bytes` more; moves the output area to the end of the memory when it has to grow. */
function reserve(bytes: usize): void {
  if (out + bytes > outEnd) growOut(bytes);
}

function growOut(bytes: usize): void {
  const used = out - outStart;
  const old = outEnd + SLACK - outStart;
  const wanted = (max(old * 2, used + bytes + SLACK) + 0xffff) & ~0xffff;
  const end = (<usize>memory.grow(<i32>(wanted >>> 16))) << 16;
  memory.copy(end, outStart, used);
  pendingFrom = end + (pendingFrom - outStart);
  outStart = end;
  out = end + used;
  outEnd = end + wanted - SLACK;
  store<u32>(block, <u32>outStart, B_OUT);
  store<u32>(block, <u32>wanted, B_OUT_CAPACITY);
}

function pushSegment(inOut: u32, start: usize, bytes: usize): void {
  const count = load<u32>(block, B_SEGMENT_COUNT);
  const place = <usize>load<u32>(block, B_SEGMENTS) + <usize>count * SEGMENT_BYTES;
  store<u32>(place, inOut, SEG_IN_OUT);
  store<u32>(place, <u32>start, SEG_START);
  store<u32>(place, <u32>bytes, SEG_BYTES);
  store<u32>(block, count + 1, B_SEGMENT_COUNT);
}

function endPending(): void {
  if (out != pendingFrom) pushSegment(1, pendingFrom - outStart, out - pendingFrom);
  pendingFrom = out;
}

function endRun(): void {
  const bytes = runTo - runFrom;
  if (!bytes) return;
  if (bytes >= <usize>IN_PLACE_BYTES) {
    endPending();
    pushSegment(0, runFrom, bytes);
  } else {
    reserve(bytes);
    memory.copy(out, runFrom, bytes);
    out += bytes;
  }
  runFrom = runTo;
}

/** Passes the line [from, to), newline included, as it is. */
// @ts-ignore: decorator
@inline
export function emitLine(from: usize, to: usize): void {
  if (from != runTo) {
    endRun();
    runFrom = from;
  }
  runTo = to;
}

/** The current record matched: writes it in the plan's form. [from, to) is its line, newline included. */
export function emitRecord(from: usize, to: usize): void {
  emitAs(emitKind, from, to);
}

// @ts-ignore: decorator
@inline
export function emitAs(kind: u32, from: usize, to: usize): void {
  if (kind == EMIT_LINES) emitLine(from, to);
  else if (kind == EMIT_NDJSON) emitObject();
  else if (kind != EMIT_NOTHING) emitRow(kind == EMIT_CSV);
}

/** Writes bytes that lie elsewhere: whole lines. */
export function emitText(from: usize, bytes: usize): void {
  endRun();
  reserve(bytes);
  memory.copy(out, from, bytes);
  out += bytes;
}

/** Leaves the output that is being written, for another one of the block. */
export function suspendEmit(): void {
  store<u32>(block, <u32>out, O_NEXT);
  store<u32>(block, <u32>outEnd, O_END);
  store<u32>(block, <u32>pendingFrom, O_PENDING);
  store<u32>(block, <u32>runFrom, O_RUN_FROM);
  store<u32>(block, <u32>runTo, O_RUN_TO);
}

/** Goes on with an output that was begun and left. */
export function resumeEmit(output: usize): void {
  block = output;
  outStart = <usize>load<u32>(output, B_OUT);
  out = <usize>load<u32>(output, O_NEXT);
  outEnd = <usize>load<u32>(output, O_END);
  pendingFrom = <usize>load<u32>(output, O_PENDING);
  runFrom = <usize>load<u32>(output, O_RUN_FROM);
  runTo = <usize>load<u32>(output, O_RUN_TO);
}

export function endEmit(): void {
  endRun();
  endPending();
  store<u32>(block, <u32>(out - outStart), B_OUT_BYTES);
}

/** Makes room for `bytes` at `at` and after it. @returns `at`, or where it has moved to */
// @ts-ignore: decorator
@inline
function roomFor(at: usize, bytes: usize): usize {
  if (at + bytes <= outEnd) return at;
  out = at;
  growOut(bytes);
  return out;
}

// @ts-ignore: decorator
@inline
function emitObject(): void {
  const end = objectInto(out, outEnd);
  if (end) out = end;
  else emitLargeObject();
}

/** The same, with room made for each member. */
function emitLargeObject(): void {
  let at = roomFor(out, 1);
  store<u8>(at++, 0x7b);
  let first: usize = 1;
  for (let column = columns, end = columns + <usize>columnCount * COLUMN_BYTES; column < end; column += COLUMN_BYTES) {
    const slot = slotOf(load<u32>(column, C_PATH));
    if (!slot) continue;
    const from = <usize>load<u32>(slot, SLOT_FROM);
    const bytes = <usize>load<u32>(slot, SLOT_TO) - from;
    const labelBytes = <usize>load<u32>(column, C_LABEL_BYTES);
    at = roomFor(at, labelBytes + bytes);
    // The label begins with the comma that the first member has no use for.
    at = copyTo(at, planPointer(load<u32>(column, C_LABEL)) + first, labelBytes - first);
    at = copyTo(at, from, bytes);
    first = 0;
  }
  at = roomFor(at, 2);
  store<u16>(at, 0x0a7d);
  out = at + 2;
}

/** Writes a cell that is not in the common way, and its separator. */
function emitCell(from: usize, column: usize, separator: u8, csv: bool): usize {
  const slot = slotOf(load<u32>(column, C_PATH));
  let at = roomFor(from, 1 + nullBytes);
  const kind = slot ? load<u32>(slot, SLOT_KIND) : <u32>KIND_NULL;
  if (kind == KIND_NULL) at = writeNull(at);
  else {
    const value = <usize>load<u32>(slot, SLOT_FROM);
    const to = <usize>load<u32>(slot, SLOT_TO);
    // A quote, tab or newline becomes two bytes at most, with quotes, a mark and a separator around them.
    at = roomFor(at, 2 * (to - value) + 5);
    if (kind == KIND_STRING) at = writeString(at, value + 1, to - 1, csv);
    else if (kind < <u32>KIND_STRING) at = writeScalar(at, value, to);
    else at = writeText(at, scratch, compactInto(value, to, scratch), csv);
  }
  store<u8>(at, separator);
  return at + 1;
}

function emitRow(csv: bool): void {
  const separator: u8 = csv ? delimiter : 0x09;
  const before = out - outStart;
  const isPlain = !(formFlags & (FORM_QUOTE_ALL | FORM_SAFE));
  const last = columns + <usize>columnCount * COLUMN_BYTES;
  let column = columns;
  let at = out;
  while (true) {
    if (isPlain) {
      at = cellsInto(at, outEnd, column, last, separator, csv);
      column = stoppedColumn;
    }
    if (column >= last) break;
    at = emitCell(at, column, separator, csv);
    column += COLUMN_BYTES;
  }
  at = roomFor(at, 4);
  // The line ends in the place of the last separator.
  if (columnCount) at--;
  // An empty line would be no row at all to many readers.
  if (csv && columnCount == 1 && at - outStart == before) {
    store<u16>(at, 0x2222);
    at += 2;
  }
  out = writeRowEnd(at);
}

/** Copies a nested value without the white space between its tokens. @returns the end */
function compactInto(from: usize, to: usize, target: usize): usize {
  let inString = false;
  while (from < to) {
    const byte = load<u8>(from++);
    if (!inString && byte <= 0x20) continue;
    store<u8>(target++, byte);
    if (byte == 0x22) inString = !inString;
    else if (byte == 0x5c) store<u8>(target++, load<u8>(from++));
  }
  return target;
}
