/**
 * JSON that is the text of a string, as logs have it: the text without its escapes is kept until the next record, so
 * that several tests and columns look into it for the price of one. Text that is not JSON by RFC 8259 is no value.
 */
import { diagnose } from './diagnose';
import { epoch, jsonArea, jsonEnd, maxDepth } from './state';
import { hasEscape, unescapeInto } from './unescape';

/** Texts that are remembered: where the string is, and where its value. */
const MOST_KEPT: usize = 8;
const kept = memory.data(64, 4); // MOST_KEPT * 8
let keptBytes: usize = 0;
let record: u32 = 0;
/** The free part of the area. */
let top: usize = 0;
/** Texts inside one that is not kept are not kept either. */
let passing: u32 = 0;

/** Whether the last text that was opened has to be closed. */
export let isPassing: bool = false;

/** The first byte of the value that the string [from, to), with its quotes, has as text; 0 when there is none. */
export function openJson(from: usize, to: usize): usize {
  if (record != epoch) {
    record = epoch;
    top = jsonArea;
    keptBytes = 0;
    passing = 0;
  }
  isPassing = false;
  for (let at: usize = 0; at < keptBytes; at += 8) {
    if (load<u32>(kept + at) == <u32>from) return load<u32>(kept + at, 4);
  }
  const start = top;
  // Many columns that look into the same texts again, which are too many to be kept.
  if (start + (to - from) + 64 > jsonEnd) return 0;
  const end = copyText(from + 1, to - 1, start);
  let value: usize = start;
  while (value < end && load<u8>(value) <= 0x20) value++;
  if (value == end || diagnose(start, end, maxDepth)) value = 0;
  else joinLines(start, end);
  if (!passing && keptBytes < MOST_KEPT * 8) {
    store<u32>(kept + keptBytes, <u32>from);
    store<u32>(kept + keptBytes, <u32>value, 4);
    keptBytes += 8;
    if (value) top = (end + 47) & ~15;
  } else if (value) {
    isPassing = true;
    passing++;
    top = (end + 47) & ~15;
  }
  return value;
}

/** Forgets a text that is only passing, and all behind it: `at` is where nextText was before it. */
export function closeJson(at: usize): void {
  passing--;
  top = at;
}

/** What is kept now; texts that are opened after this are forgotten by returnTexts. */
export function keepTexts(): u64 {
  if (record != epoch) return <u64>jsonArea;
  return ((<u64>keptBytes) << 32) | <u64>top;
}

export function returnTexts(before: u64): void {
  keptBytes = <usize>(before >> 32);
  top = <usize>(before & 0xffffffff);
}

/** Where the next text will be. */
export function nextText(): usize {
  return record == epoch ? top : jsonArea;
}

function copyText(from: usize, to: usize, out: usize): usize {
  let end = out + (to - from);
  if (hasEscape(from, to)) end = unescapeInto(from, to, out);
  else memory.copy(out, from, to - from);
  store<u8>(end, 0x0a);
  return end;
}

/** Line ends stand only between the tokens of a valid text, and a record is one line. */
function joinLines(from: usize, to: usize): void {
  for (; from < to; from++) {
    const byte = load<u8>(from);
    if (byte == 0x0a || byte == 0x0d) store<u8>(from, 0x20);
  }
}
