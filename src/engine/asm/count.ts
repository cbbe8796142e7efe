/**
 * Counting: records become rows (rows.ts), and rows are counted by the group that their key and their window say. It
 * takes the place of `process`: a block outputs nothing, and what has been counted stays in the memory of the lane
 * until the host reads it (count-layout.ts). A record whose time cannot be read is a bad line.
 */
import {
  CELL_BYTES,
  CP_EVERY_US,
  CP_FULL,
  CP_HAS_TIME,
  CP_KEYS,
  CP_TIME_UNIT,
  CP_VALUE_LIST,
  CP_VALUES,
  CPV_BYTES,
  CPV_ODD,
  CPV_WANTS,
  G_CELLS,
  G_COUNT,
} from '../count-layout';
import { CODE_BAD_TIME, CODE_NO_TIME } from '../code-numbers';
import {
  B_FROM,
  B_REJECT_COUNT,
  B_SEGMENT_COUNT,
  B_STOPPED_AT,
  B_TO,
  FIELD_BITS,
  FIELD_BYTES,
  FIELD_FROM,
  FIELD_LENGTH_SHIFT,
  H_COUNT,
  KIND_NULL,
  KIND_NUMBER,
  KIND_STRING,
  REJECT_BYTES,
  ROW_BYTES,
} from '../layout';
import { badCount, clearBadRows, noteBadRow, rejectBadRows, setBadRows } from './bad-rows';
import { beginBuckets, countWaiting } from './count-buckets';
import { beginGroups, groupOf, setWindow } from './count-groups';
import { keep } from './count-memory';
import { addNumber } from './count-values';
import { collect } from './engine';
import { timeOfDate, timeOfNumber, timeUs } from './event-time';
import { beginOrigin } from './origin';
import { rowCount } from './rows';
import { attach, fieldCount, rows, scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';

/** Rows of a step: few enough that the table stays in the cache. */
const STEP_ROWS: u32 = 2048;

let plan: usize = 0;
let keyFields: usize = 0;
let hasTime: bool = false;
let timeUnit: i32 = 0;
let everyUs: i64 = 1;
let valueCount: u32 = 0;
/** The window of the last record: its number, and its first microsecond. */
let window: i64 = 0;
let windowUs: i64 = 0;

/** Reads the header, the plan and the counting plan that the host has written. */
export function attachCount(header: usize): void {
  attach(header);
  plan = <usize>load<u32>(header, H_COUNT);
  keyFields = <usize>load<u32>(plan, CP_KEYS) * FIELD_BYTES;
  hasTime = load<u32>(plan, CP_HAS_TIME) != 0;
  timeUnit = load<i32>(plan, CP_TIME_UNIT);
  everyUs = load<i64>(plan, CP_EVERY_US);
  valueCount = load<u32>(plan, CP_VALUES);
  window = 0;
  windowUs = 0;
  beginGroups(plan);
  beginBuckets(plan);
  setBadRows(keep(<usize>STEP_ROWS * REJECT_BYTES));
}

/** Counts the lines of a block: whole lines in [B_FROM, B_TO), the last one ends with a newline. */
export function processCount(block: usize): void {
  const end = <usize>load<u32>(block, B_TO);
  let at = <usize>load<u32>(block, B_FROM);
  let before: u32 = 0;
  store<u32>(block, 0, B_SEGMENT_COUNT);
  store<u32>(block, 0, B_STOPPED_AT);
  beginOrigin(block);
  while (at < end && !load<u32>(plan, CP_FULL)) {
    at = collect(block, at, STEP_ROWS);
    clearBadRows();
    countRows();
    countWaiting();
    if (badCount) rejectBadRows(block, before);
    before = load<u32>(block, B_REJECT_COUNT);
  }
}

function countRows(): void {
  const stride: usize = ROW_BYTES + fieldCount * FIELD_BYTES;
  const end = rows + <usize>rowCount * stride;
  for (let row = rows; row < end; row += stride) {
    const fields = row + ROW_BYTES;
    let values = fields + keyFields;
    if (hasTime) {
      if (!readWindow(row, values)) continue;
      values += FIELD_BYTES;
    }
    const group = groupOf(fields);
    if (!group) return;
    store<u64>(group, load<u64>(group, G_COUNT) + 1, G_COUNT);
    if (valueCount) addValues(group + G_CELLS, values);
  }
}

function addValues(cell: usize, field: usize): void {
  let its = plan + CP_VALUE_LIST;
  for (const end = its + <usize>valueCount * CPV_BYTES; its < end; its += CPV_BYTES) {
    const bits = load<u32>(field, FIELD_BITS);
    const kind = <i32>(bits & 7);
    const from = <usize>load<u32>(field, FIELD_FROM);
    if (kind == KIND_NUMBER) {
      addNumber(cell, load<u32>(its, CPV_WANTS), from, from + <usize>(bits >> FIELD_LENGTH_SHIFT));
    } else if (kind > KIND_NULL) store<u64>(its, load<u64>(its, CPV_ODD) + 1, CPV_ODD);
    field += FIELD_BYTES;
    cell += CELL_BYTES;
  }
}

/** Says which window the row is in. @returns false when it has no time, and is noted as a bad row */
function readWindow(row: usize, field: usize): bool {
  const bits = load<u32>(field, FIELD_BITS);
  const kind = <i32>(bits & 7);
  const from = <usize>load<u32>(field, FIELD_FROM);
  const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
  let isGood = false;
  if (kind == KIND_NUMBER) isGood = timeOfNumber(from, to, timeUnit);
  else if (kind == KIND_STRING) isGood = readDate(from + 1, to - 1);
  if (!isGood) {
    noteBadRow(row, kind <= KIND_NULL ? CODE_NO_TIME : CODE_BAD_TIME, from);
    return false;
  }
  const distance = timeUs - windowUs;
  // Times are mostly near each other; a difference that overflows is far from it.
  if (<u64>distance >= <u64>everyUs) {
    window = timeUs / everyUs;
    if (timeUs < 0 && window * everyUs != timeUs) window--;
    windowUs = window * everyUs;
  }
  setWindow(window);
  return true;
}

function readDate(from: usize, to: usize): bool {
  if (!hasEscape(from, to)) return timeOfDate(from, to);
  return timeOfDate(scratch, unescapeInto(from, to, scratch));
}
