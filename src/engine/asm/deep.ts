/**
 * Values below the one of a path: any element of an array, and what stands in JSON that is the text of a string. They
 * are looked for byte by byte in text that is known to be valid, only for selectors that ask for them and only when
 * the path they begin with is there. A test passes when one of the values passes it.
 */
import {
  D_STEP_COUNT,
  D_STEPS,
  D_TEST,
  DEEP_STEP_BYTES,
  DS_DATA,
  DS_KIND,
  DS_LENGTH,
  FD_PATH,
  FD_SLOT,
  FD_STEP_COUNT,
  FD_STEPS,
  FOUND_BYTES,
  STEP_ANY,
  STEP_INDEX,
  STEP_KEY,
} from '../below-layout';
import { OP_HAS, SLOT_BYTES, SLOT_EPOCH, SLOT_FROM, SLOT_KIND, SLOT_TO, T_DATA, T_OP } from '../layout';
import { FD_ORIGIN, ORIGIN_NONE } from '../origin-layout';
import { holds, slotAt } from './holds';
import { closeJson, isPassing, nextText, openJson } from './json-text';
import { fillOrigin } from './origin';
import { epoch, found, foundCount, planPointer, seen, slots } from './state';
import { endOfText, endOfValue, findElement, findKey, kindOf, skipSpace } from './view-find';

/** The value that is looked at, as a slot. */
export const foundValue = memory.data(16, 16); // SLOT_BYTES
let test: usize = 0;
let operation: u32 = 0;
let stepsEnd: usize = 0;
/** What is looked for is a value to be output. */
let isFilling: bool = false;

/** Whether a value below the one at `at` passes; `step` is the first that is left to take. */
function search(step: usize, at: usize): bool {
  while (step != stepsEnd) {
    const kind = load<u32>(step, DS_KIND);
    const first = load<u8>(at);
    if (kind == STEP_KEY) {
      if (first != 0x7b) return false;
      at = findKey(at, planPointer(load<u32>(step, DS_DATA)), <usize>load<u32>(step, DS_LENGTH));
    } else if (kind == STEP_INDEX) {
      if (first != 0x5b) return false;
      at = findElement(at, load<u32>(step, DS_DATA));
    } else if (kind == STEP_ANY) return first == 0x5b && searchElements(step + DEEP_STEP_BYTES, at);
    else return first == 0x22 && searchText(step + DEEP_STEP_BYTES, at);
    if (!at) return false;
    step += DEEP_STEP_BYTES;
  }
  store<u32>(foundValue, <u32>at, SLOT_FROM);
  store<u32>(foundValue, <u32>endOfValue(at), SLOT_TO);
  store<u32>(foundValue, kindOf(<u32>load<u8>(at)), SLOT_KIND);
  return holds(operation, test, foundValue);
}

function searchElements(step: usize, at: usize): bool {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return false;
  while (true) {
    if (search(step, at)) return true;
    at = skipSpace(endOfValue(at));
    if (load<u8>(at) == 0x5d) return false;
    at = skipSpace(at + 1);
  }
}

function searchText(step: usize, at: usize): bool {
  const before = nextText();
  const text = openJson(at, endOfText(at + 1) + 1);
  if (!text) return false;
  const isLast = isPassing;
  const passes = search(step, text);
  // What has been found for a column stays until the record is written.
  if (isLast) closeJson(isFilling && passes ? nextText() : before);
  return passes;
}

/** Whether a value below that of `slot` passes the test of the search. */
export function holdsBelow(outer: usize, slot: usize): bool {
  const data = planPointer(load<u32>(outer, T_DATA));
  test = data + D_TEST;
  isFilling = false;
  operation = load<u32>(test, T_OP);
  const steps = planPointer(load<u32>(data, D_STEPS));
  stepsEnd = steps + <usize>load<u32>(data, D_STEP_COUNT) * DEEP_STEP_BYTES;
  return search(steps, <usize>load<u32>(slot, SLOT_FROM));
}

/** Looks for the value that the steps lead to from the one at `at`; it is at `foundValue` then. */
export function findBelow(steps: usize, count: u32, at: usize): bool {
  operation = OP_HAS;
  isFilling = true;
  stepsEnd = steps + <usize>count * DEEP_STEP_BYTES;
  return search(steps, at);
}

/**
 * Fills the slots of columns that are looked for in this way, of which none is below any element, and of those that
 * say where the record is from: the line of that number in the block.
 */
export function fillFound(line: u32): void {
  for (let i: u32 = 0; i < foundCount; i++) {
    const one = found + <usize>i * FOUND_BYTES;
    const number = load<u32>(one, FD_SLOT);
    const slot = slots + <usize>number * SLOT_BYTES;
    const origin = load<u32>(one, FD_ORIGIN);
    if (origin != ORIGIN_NONE) {
      fillOrigin(slot, origin, line);
      store<u8>(seen + <usize>number, 1);
      continue;
    }
    const base = slotAt(one + FD_PATH);
    if (!base) continue;
    const steps = planPointer(load<u32>(one, FD_STEPS));
    if (!findBelow(steps, load<u32>(one, FD_STEP_COUNT), <usize>load<u32>(base, SLOT_FROM))) continue;
    v128.store(slot, v128.load(foundValue));
    store<u32>(slot, epoch, SLOT_EPOCH);
    store<u8>(seen + <usize>number, 1);
  }
}
