/**
 * Points out of rows: time, value and number of the series of each record as columns, for the store. Nothing is
 * decoded but numbers and times; a series is known by the bytes with which it and its tags are written
 * (points-series.ts). A row whose spelling is not known stops the kernel, and the host reads it; the row is then begun
 * again.
 *
 * A spec gives all of its points or none: a record that is repaired and read again then has the same effect as if it
 * had been good at once. The specs of a row do not depend on one another. It is a little longer than a file is here,
 * because the state of the row at hand is shared by all of it.
 */
import {
  FIELD_BITS,
  FIELD_BYTES,
  FIELD_FROM,
  FIELD_LENGTH_SHIFT,
  KIND_NULL,
  KIND_NUMBER,
  KIND_STRING,
  ROW_BYTES,
  ROW_LINE,
} from '../layout';
import {
  BAD_NO_SERIES,
  BAD_NO_TIME,
  BAD_NO_VALUE,
  BAD_SERIES,
  BAD_TIME,
  BAD_VALUE,
  BAD_VALUE_TEXT,
  UNIT_AUTO,
} from '../event-layout';
import { CODE_NO_TIME } from '../code-numbers';
import {
  ID_REFUSED,
  MAKE_DONE,
  MAKE_FULL,
  MAKE_UNKNOWN,
  SPEC_BYTES,
  SPEC_FIELD,
  SPEC_FLAGS,
  SPEC_HAS_SERIES,
  SPEC_NUMBER,
  SPEC_TAGS,
  SPEC_KNOWN,
  SPEC_TAKES_NUMBERS,
  SPEC_TAKES_WORDS,
  SPEC_UNIT,
  SPEC_VALUES,
} from '../point-layout';
import { badCount, clearBadRows, noteBadRow, setBadRows } from './bad-rows';
import { reserve } from './event-memory';
import { timeOfDate, timeOfNumber, timeUs } from './event-time';
import {
  addKey,
  answer,
  clearKeys,
  dropKeys,
  endOfKeys,
  KEY_FULL,
  KEY_WAITS,
  waitingCount,
  waitingHash,
  waitingNumber,
  waitingPoint,
  waitingRow,
  waitingSpec,
} from './points-keys';
import { findSeries, hashOf, learn, learnIfRoom, setKey, UNKNOWN } from './points-series';
import { pointValue, readNumberValue, readTextValue, spellNumber, textFrom, textTo } from './points-text';
import { decideUnit, noteTime } from './points-units';
import { rowCount } from './rows';
import { fieldCount, rows, scratch } from './state';
import { hasEscape, unescapeInto } from './unescape';

let specs: usize = 0;
let specsEnd: usize = 0;
let ids: usize = 0;
let times: usize = 0;
let values: usize = 0;
/** Points in the columns. */
let made: u32 = 0;
let row: usize = 0;
let rowsEnd: usize = 0;
/** Where the field is that was found bad last; 0 when it is not there. */
let badAt: usize = 0;
/** The value whose series is not known: its number among the values of all specs. */
let unknownNumber: u32 = 0;

/** The time that was read last is a number whose unit was decided here. */
let isDecided: bool = false;

/** Memory for the host: specs, columns, bad rows. 64-byte aligned, zeroed, never given back. */
export function pointsReserve(bytes: u32): u32 {
  return <u32>reserve(bytes);
}

/**
 * Once, before anything else: where the specs and the columns are. The columns have room for the points of a step's
 * rows; `badsAt` has room for as many rejects as a step has rows.
 */
export function pointsBegin(
  specsAt: usize,
  count: u32,
  idsAt: usize,
  timesAt: usize,
  valuesAt: usize,
  badsAt: usize,
): void {
  specs = specsAt;
  specsEnd = specsAt + <usize>count * SPEC_BYTES;
  ids = idsAt;
  times = timesAt;
  values = valuesAt;
  setBadRows(badsAt);
}

/** The rows of a `collect` are in the table. */
export function pointsRows(): void {
  row = rows;
  rowsEnd = rows + <usize>rowCount * (ROW_BYTES + fieldCount * FIELD_BYTES);
  clearBadRows();
  clearKeys();
}

/**
 * Appends the points of the rows to the columns.
 * @returns MAKE_DONE; or MAKE_UNKNOWN, to be called again after pointsLearn; or MAKE_FULL, after pointsResolve
 */
export function pointsMake(): i32 {
  const stride: usize = ROW_BYTES + fieldCount * FIELD_BYTES;
  for (; row < rowsEnd; row += stride) {
    const before = made;
    const waitingBefore = waitingCount;
    const keysBefore = endOfKeys();
    let reason = 0;
    let at: usize = 0;
    for (let spec = specs; spec < specsEnd; spec += SPEC_BYTES) {
      const waits = waitingCount;
      const keysEnd = endOfKeys();
      const bad = readSpec(spec);
      if (bad < 0) {
        made = before;
        dropKeys(waitingBefore, keysBefore);
        return bad == STOP_UNKNOWN ? MAKE_UNKNOWN : MAKE_FULL;
      }
      if (bad) dropKeys(waits, keysEnd);
      // What is wrong says more than what is not there.
      if (bad && (!reason || (isAbsence(reason) && !isAbsence(bad)))) {
        reason = bad;
        at = badAt;
      }
    }
    if (made == before) noteBadRow(row, CODE_NO_TIME - BAD_NO_TIME + reason, at);
  }
  return MAKE_DONE;
}

// @ts-ignore: decorator
@inline
function isAbsence(reason: i32): bool {
  return reason == BAD_NO_TIME || reason == BAD_NO_VALUE || reason == BAD_NO_SERIES;
}

const STOP_UNKNOWN: i32 = -1;
const STOP_FULL: i32 = -2;

/**
 * Adds the points of a spec. @returns 0, why there are none (BAD_*), or STOP_* when the host has to do something first
 */
// @ts-ignore: decorator
@inline
function readSpec(spec: usize): i32 {
  const fields = row + ROW_BYTES + <usize>load<u32>(spec, SPEC_FIELD) * FIELD_BYTES;
  const flags = load<u32>(spec, SPEC_FLAGS);
  const series = flags & SPEC_HAS_SERIES ? fields : 0;
  const time = series ? fields + FIELD_BYTES : fields;
  const valueCount = load<u32>(spec, SPEC_VALUES);
  const valueFields = time + FIELD_BYTES;
  const found = readValues(valueFields, valueCount, load<u32>(spec, SPEC_NUMBER), flags);
  if (found <= 0) return found ? -found : BAD_NO_VALUE;
  if (series) {
    const bad = checkSeries(series, flags);
    if (bad) return bad;
  }
  const bad = readTime(time, spec);
  if (bad) return bad;
  const at = timeUs;
  const tags = valueFields + <usize>valueCount * FIELD_BYTES;
  const tagCount = load<u32>(spec, SPEC_TAGS);
  setKey(series, tags, tagCount);
  const hash = hashOf();
  for (let i = made, end = made + <u32>found; i < end; i++) {
    const number = load<u32>(ids + ((<usize>i) << 2));
    const id = findSeries(number, hash);
    if (id >= ID_REFUSED) {
      badAt = series ? <usize>load<u32>(series, FIELD_FROM) : 0;
      return <i32>(id & 15);
    }
    if (id == UNKNOWN) {
      const state = addKey(i, row, spec, number - load<u32>(spec, SPEC_NUMBER), hash, series, tags, tagCount);
      if (state != KEY_WAITS) {
        unknownNumber = number;
        return state == KEY_FULL ? STOP_FULL : STOP_UNKNOWN;
      }
    }
    store<u32>(ids + ((<usize>i) << 2), id);
    store<i64>(times + ((<usize>i) << 3), at);
  }
  made += <u32>found;
  if (isDecided) noteTime(<u32>(spec - specs) / SPEC_BYTES, load<u32>(row, ROW_LINE), at);
  return 0;
}

/**
 * Puts the values that are there behind the columns, and their numbers in the place of the series'.
 * @returns how many, or -BAD_* when one that is there is no number
 */
// @ts-ignore: decorator
@inline
function readValues(field: usize, count: u32, number: u32, flags: u32): i32 {
  let at = made;
  badAt = 0;
  for (const end = field + <usize>count * FIELD_BYTES; field < end; field += FIELD_BYTES, number++) {
    const bits = load<u32>(field, FIELD_BITS);
    const kind = <i32>(bits & 7);
    if (kind <= KIND_NULL) continue;
    const from = <usize>load<u32>(field, FIELD_FROM);
    badAt = from;
    const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
    let bad = 0;
    if (kind == KIND_NUMBER) bad = readNumberValue(from, to);
    else if (kind != KIND_STRING) bad = BAD_VALUE;
    else if (!(flags & SPEC_TAKES_WORDS)) bad = BAD_VALUE_TEXT;
    else bad = readTextValue(from + 1, to - 1, (flags & SPEC_TAKES_NUMBERS) != 0);
    if (bad) return -bad;
    store<f64>(values + ((<usize>at) << 3), pointValue);
    store<u32>(ids + ((<usize>at) << 2), number);
    at++;
  }
  return <i32>(at - made);
}

/** A series is a text that is not empty. */
// @ts-ignore: decorator
@inline
function checkSeries(field: usize, flags: u32): i32 {
  const bits = load<u32>(field, FIELD_BITS);
  const kind = <i32>(bits & 7);
  badAt = <usize>load<u32>(field, FIELD_FROM);
  if (kind == KIND_STRING) return bits >> FIELD_LENGTH_SHIFT == 2 ? BAD_SERIES : 0;
  if (kind == KIND_NUMBER && flags & SPEC_TAKES_NUMBERS) return 0;
  return kind <= KIND_NULL ? BAD_NO_SERIES : BAD_SERIES;
}

/** Sets `timeUs`. @returns 0 or BAD_* */
// @ts-ignore: decorator
@inline
function readTime(field: usize, spec: usize): i32 {
  const bits = load<u32>(field, FIELD_BITS);
  const kind = <i32>(bits & 7);
  const from = <usize>load<u32>(field, FIELD_FROM);
  const to = from + <usize>(bits >> FIELD_LENGTH_SHIFT);
  badAt = from;
  let isGood = false;
  isDecided = false;
  if (kind == KIND_NUMBER) isGood = timeOfNumber(from, to, unitOfSpec(spec, field));
  else if (kind == KIND_STRING) isGood = readTextTime(from + 1, to - 1, spec, field);
  else if (kind <= KIND_NULL) return BAD_NO_TIME;
  return isGood ? 0 : BAD_TIME;
}

/** The unit of a spec's times: given, or one for all of them, by the first. */
// @ts-ignore: decorator
@inline
function unitOfSpec(spec: usize, field: usize): i32 {
  const given = load<i32>(spec, SPEC_UNIT);
  if (given != UNIT_AUTO) return given;
  isDecided = true;
  const known = load<i32>(spec, SPEC_KNOWN);
  return known != UNIT_AUTO ? known : decideUnit(spec, field, rowsEnd - row);
}

/** Another input begins: its times may be in another unit. */
export function pointsForgetUnits(): void {
  for (let spec = specs; spec < specsEnd; spec += SPEC_BYTES) store<i32>(spec, UNIT_AUTO, SPEC_KNOWN);
}

/** A date, and where numbers may be texts, a number or a date with spaces around it. */
function readTextTime(from: usize, to: usize, spec: usize, field: usize): bool {
  if (readDate(from, to)) return true;
  if (!(load<u32>(spec, SPEC_FLAGS) & SPEC_TAKES_NUMBERS)) return false;
  if (!spellNumber(from, to)) return readDate(textFrom, textTo);
  // Deciding the unit looks at other texts, too.
  const unit = unitOfSpec(spec, field);
  return timeOfNumber(scratch, spellNumber(from, to), unit);
}

function readDate(from: usize, to: usize): bool {
  if (!hasEscape(from, to)) return timeOfDate(from, to);
  return timeOfDate(scratch, unescapeInto(from, to, scratch));
}

/** After MAKE_UNKNOWN: the row, and the value's number. */
export function pointsRow(): usize {
  return row;
}

export function pointsNumber(): u32 {
  return unknownNumber;
}

/** Says which series the unknown spelling is, or ID_REFUSED + BAD_*. */
export function pointsLearn(id: u32): void {
  learn(unknownNumber, id);
}

/** Gives the points that wait the numbers of their series. */
export function pointsResolve(): void {
  for (let i: u32 = 0; i < waitingCount; i++) {
    const id = answer(i);
    store<u32>(ids + ((<usize>waitingPoint(i)) << 2), id);
    const spec = waitingSpec(i);
    const flags = load<u32>(spec, SPEC_FLAGS);
    const fields = waitingRow(i) + ROW_BYTES + <usize>load<u32>(spec, SPEC_FIELD) * FIELD_BYTES;
    const series = flags & SPEC_HAS_SERIES ? fields : 0;
    const valueFields = (series ? fields + FIELD_BYTES : fields) + FIELD_BYTES;
    setKey(series, valueFields + <usize>load<u32>(spec, SPEC_VALUES) * FIELD_BYTES, load<u32>(spec, SPEC_TAGS));
    learnIfRoom(waitingNumber(i), waitingHash(i), id);
  }
  clearKeys();
}

/** Points in the columns. */
export function pointsMade(): u32 {
  return made;
}

/** Lets go of the points behind the first `count`. */
export function pointsKeep(count: u32): void {
  made = count;
}

/** Rows of this step that gave no point. */
export function pointsBad(): u32 {
  return badCount;
}
