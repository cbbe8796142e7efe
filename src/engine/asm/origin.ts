/** Where the record at hand is from, as the values of columns: the name of the input, and the line in it. */
import { KIND_NUMBER, KIND_STRING, SLOT_EPOCH, SLOT_FROM, SLOT_KIND, SLOT_TO } from '../layout';
import { B_FIRST_LINE, B_LINES_AT, B_NAME, B_NAME_BYTES, ORIGIN_FILE } from '../origin-layout';
import { epoch } from './state';

/** The digits of a line: 20 at most, and what copies of 16 bytes read behind them. */
const digits = memory.data(48, 16);
const DIGITS: usize = 24;

let name: u32 = 0;
let nameBytes: u32 = 0;
let firstLine: u64 = 0;
let linesAt: usize = 0;

/** Takes over what the host has written into the struct of the block. */
export function beginOrigin(block: usize): void {
  name = load<u32>(block, B_NAME);
  nameBytes = load<u32>(block, B_NAME_BYTES);
  firstLine = load<u64>(block, B_FIRST_LINE);
  linesAt = <usize>load<u32>(block, B_LINES_AT);
}

/** @returns where the digits begin; they end at DIGITS */
function writeNumber(value: u64): usize {
  let at = digits + DIGITS;
  do {
    store<u8>(--at, 0x30 + <u8>(value % 10));
    value /= 10;
  } while (value);
  return at;
}

/** Fills a slot. @param line of the record in the block, counted from 0 */
export function fillOrigin(slot: usize, kind: u32, line: u32): void {
  if (kind == ORIGIN_FILE) {
    store<u32>(slot, name, SLOT_FROM);
    store<u32>(slot, name + nameBytes, SLOT_TO);
    store<u32>(slot, KIND_STRING, SLOT_KIND);
  } else {
    const behind = linesAt ? load<u32>(linesAt + ((<usize>line) << 2)) : line;
    store<u32>(slot, <u32>writeNumber(firstLine + <u64>behind), SLOT_FROM);
    store<u32>(slot, <u32>(digits + DIGITS), SLOT_TO);
    store<u32>(slot, KIND_NUMBER, SLOT_KIND);
  }
  store<u32>(slot, epoch, SLOT_EPOCH);
}
