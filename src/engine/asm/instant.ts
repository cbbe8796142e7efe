/**
 * Times of records against a time of the selector. Microseconds decide; where they are equal, the digits of a text
 * behind the sixth do, and the last three of whole nanoseconds.
 */
import { UNIT_AUTO, UNIT_NS } from '../event-layout';
import { TM_ORDER, TM_REST, TM_REST_BYTES, TM_UNIT } from '../below-layout';
import { KIND_NUMBER, KIND_STRING, SLOT_FROM, SLOT_TO, T_DATA, T_NUMBER } from '../layout';
import { timeOfDate, timeOfNumber, timeUs, unitOfNumber } from './event-time';
import { NUM_I64, numberBits, parseNumber } from './number';
import { isInOrder } from './order';
import { planPointer } from './state';
import { readText, textFrom, textTo } from './text';

/** `.` and the digits of a second begin here in a text that timeOfDate has read. */
const FRACTION: usize = 19;
const MICRO_DIGITS: usize = 6;

/** The sign of the digits of [from, to) against those of the selector's time, both as far as they are not 0. */
function compareRest(from: usize, to: usize, rest: usize, restTo: usize): i32 {
  for (; from < to || rest < restTo; from++, rest++) {
    let digit: u32 = 0x30;
    if (from < to) {
      digit = load<u8>(from);
      // The zone has been reached.
      if (digit - 0x30 > 9) {
        to = from;
        digit = 0x30;
      }
    }
    const other: u32 = rest < restTo ? load<u8>(rest) : 0x30;
    if (digit != other) return digit < other ? -1 : 1;
  }
  return 0;
}

/** The three digits of a number of nanoseconds that microseconds do not have, as text. */
const nanos = memory.data(8, 4);

/** Whether the number is whole nanoseconds; then the last three digits are at `nanos`. */
function readNanos(from: usize, to: usize, unit: i32): bool {
  if (unit == UNIT_AUTO) unit = unitOfNumber(from, to);
  if (unit != UNIT_NS || parseNumber(from, to) != NUM_I64) return false;
  let last = numberBits % 1000;
  if (last < 0) last += 1000;
  store<u8>(nanos, <u8>(0x30 + last / 100));
  store<u8>(nanos, <u8>(0x30 + ((last / 10) % 10)), 1);
  store<u8>(nanos, <u8>(0x30 + (last % 10)), 2);
  return true;
}

/** Whether the value is a time that is in the order that the test asks for. */
export function compareInstant(test: usize, slot: usize, kind: u32): bool {
  const data = planPointer(load<u32>(test, T_DATA));
  const rest = data + TM_REST;
  const restTo = rest + <usize>load<u32>(data, TM_REST_BYTES);
  let from: usize = 0;
  let to: usize = 0;
  if (kind == KIND_STRING) {
    readText(slot);
    if (!timeOfDate(textFrom, textTo)) return false;
    if (load<u8>(textFrom, FRACTION) == 0x2e) {
      from = textFrom + FRACTION + 1;
      // What is shorter than microseconds has no rest.
      for (let i: usize = 0; i < MICRO_DIGITS && <u32>load<u8>(from) - 0x30 <= 9; i++) from++;
      to = textTo;
    }
  } else if (kind == KIND_NUMBER) {
    const unit = load<i32>(data, TM_UNIT);
    const start = <usize>load<u32>(slot, SLOT_FROM);
    const end = <usize>load<u32>(slot, SLOT_TO);
    if (readNanos(start, end, unit)) {
      from = nanos;
      to = nanos + 3;
    }
    if (!timeOfNumber(start, end, unit)) return false;
  } else return false;
  const wanted = load<i64>(test, T_NUMBER);
  const found = timeUs;
  const order = found < wanted ? -1 : found > wanted ? 1 : compareRest(from, to, rest, restTo);
  return isInOrder(load<u32>(data, TM_ORDER), order);
}
