/**
 * How values are written as cells: of csv, of tsv, or as they are (raw). What a plan says of its cells beyond their
 * format, its form, is read when an engine is attached; without one every cell is written in the first way that is
 * tried here, in one pass.
 */
import {
  FO_DELIMITER,
  FO_FLAGS,
  FO_NULL,
  FO_NULL_BYTES,
  FORM_CRLF,
  FORM_QUOTE_ALL,
  FORM_RAW,
  FORM_SAFE,
} from '../select-layout';
import { planPointer, scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;

/** Between the cells of csv. */
export let delimiter: u8 = COMMA;
/** FORM_*; 0 without a form. */
export let formFlags: u32 = 0;
/** What stands for null and for what is missing. */
let nullText: usize = 0;
export let nullBytes: usize = 0;

/** The form that is in use. */
let used: usize = 1;

/** Takes over the form of the plan, or none: 0. */
export function beginCells(form: usize): void {
  used = 1;
  useForm(form);
}

/** The same of a class, whose form may be the one that is in use. */
export function useForm(form: usize): void {
  if (form == used) return;
  used = form;
  delimiter = form ? load<u8>(form, FO_DELIMITER) : COMMA;
  formFlags = form ? load<u32>(form, FO_FLAGS) : 0;
  nullBytes = form ? <usize>load<u32>(form, FO_NULL_BYTES) : 0;
  nullText = nullBytes ? planPointer(load<u32>(form, FO_NULL)) : 0;
}

/**
 * Copies to `at` with 16-byte steps; may write up to 15 bytes past the end, which the slack covers. @returns the end
 */
// @ts-ignore: decorator
@inline
export function copyTo(at: usize, from: usize, bytes: usize): usize {
  if (bytes > 256) memory.copy(at, from, bytes);
  else for (let i: usize = 0; i < bytes; i += 16) v128.store(at + i, v128.load(from + i));
  return at + bytes;
}

/** Of what is null or missing. There is room for `nullBytes`. */
// @ts-ignore: decorator
@inline
export function writeNull(at: usize): usize {
  return nullBytes ? copyTo(at, nullText, nullBytes) : at;
}

/** Numbers, true and false, which no cell needs quotes for. */
// @ts-ignore: decorator
@inline
export function writeScalar(at: usize, from: usize, to: usize): usize {
  return formFlags & FORM_QUOTE_ALL ? writeQuoted(at, from, to) : copyTo(at, from, to - from);
}

/** Ends a row; there is room for two bytes. */
// @ts-ignore: decorator
@inline
export function writeRowEnd(at: usize): usize {
  if (formFlags & FORM_CRLF) {
    store<u16>(at, 0x0a0d);
    return at + 2;
  }
  store<u8>(at, 0x0a);
  return at + 1;
}

/**
 * The content of a JSON string as a field. In it stand no quotes, tabs or line ends but as escapes, so a field without
 * a backslash (and, in csv, a delimiter) is copied as it is, in the same pass that looks for them.
 */
// @ts-ignore: decorator
@inline
export function writeString(at: usize, from: usize, to: usize, csv: bool): usize {
  if (formFlags & (FORM_QUOTE_ALL | FORM_SAFE)) return writeOddString(at, from, to, csv);
  const backslash = i8x16.splat(0x5c);
  const other = csv ? i8x16.splat(delimiter) : backslash;
  let place = from;
  while (place < to) {
    const text = v128.load(place);
    v128.store(at + (place - from), text);
    const hits = i8x16.bitmask(v128.or(i8x16.eq(text, backslash), i8x16.eq(text, other)));
    if (hits && place + <usize>ctz(hits) < to) return writeOddString(at, from, to, csv);
    place += 16;
  }
  return at + (to - from);
}

function writeOddString(at: usize, from: usize, to: usize, csv: bool): usize {
  if (hasEscape(from, to)) return writeText(at, scratch, unescapeInto(from, to, scratch), csv);
  return writeText(at, from, to, csv);
}

/** Text without escapes. There is room for twice its length and four bytes. */
export function writeText(at: usize, from: usize, to: usize, csv: bool): usize {
  if (csv) return writeCsv(at, from, to);
  return formFlags & FORM_RAW ? copyTo(at, from, to - from) : writeTsv(at, from, to);
}

/** Whether a spreadsheet may take the cell for a formula. */
function isFormula(from: usize, to: usize): bool {
  if (from == to) return false;
  const first = load<u8>(from);
  // = + - @, tab and carriage return
  return first == 0x3d || first == 0x2b || first == 0x2d || first == 0x40 || first == 0x09 || first == 0x0d;
}

/** RFC 4180: a field with a delimiter, quote, CR or LF is enclosed in quotes, and its quotes are doubled. */
function writeCsv(at: usize, from: usize, to: usize): usize {
  const needs = formFlags & FORM_QUOTE_ALL || needsQuotes(from, to);
  const isUnsafe = formFlags & FORM_SAFE && isFormula(from, to);
  if (isUnsafe && needs) {
    // The mark is a part of the text.
    store<u16>(at, 0x2722);
    return writeQuotedRest(at + 2, from, to);
  }
  if (isUnsafe) store<u8>(at++, 0x27);
  return needs ? writeQuoted(at, from, to) : copyTo(at, from, to - from);
}

function writeQuoted(at: usize, from: usize, to: usize): usize {
  store<u8>(at, QUOTE);
  return writeQuotedRest(at + 1, from, to);
}

function writeQuotedRest(at: usize, from: usize, to: usize): usize {
  const quote = i8x16.splat(QUOTE);
  while (from < to) {
    const text = v128.load(from);
    v128.store(at, text);
    const hit = <usize>ctz(i8x16.bitmask(i8x16.eq(text, quote)) | 0x10000);
    const bytes = min<usize>(hit, to - from);
    from += bytes;
    at += bytes;
    if (hit < 16 && from < to) {
      store<u16>(at, 0x2222);
      at += 2;
      from++;
    }
  }
  store<u8>(at++, QUOTE);
  return at;
}

function needsQuotes(from: usize, to: usize): bool {
  const comma = i8x16.splat(delimiter);
  const quote = i8x16.splat(QUOTE);
  const feed = i8x16.splat(0x0a);
  const carriage = i8x16.splat(0x0d);
  for (let at = from; at < to; at += 16) {
    const text = v128.load(at);
    const hits = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(text, comma), i8x16.eq(text, quote)),
        v128.or(i8x16.eq(text, feed), i8x16.eq(text, carriage)),
      ),
    );
    if (hits && at + <usize>ctz(hits) < to) return true;
  }
  return false;
}

/** Tab-separated text as IANA text/tab-separated-values, with \t \n \r \\ for the bytes that it cannot hold. */
function writeTsv(at: usize, from: usize, to: usize): usize {
  while (from < to) {
    const byte = load<u8>(from++);
    const letter = byte == 0x09 ? 0x74 : byte == 0x0a ? 0x6e : byte == 0x0d ? 0x72 : byte == 0x5c ? 0x5c : 0;
    if (letter) {
      store<u8>(at++, 0x5c);
      store<u8>(at++, <u8>letter);
    } else store<u8>(at++, byte);
  }
  return at;
}
