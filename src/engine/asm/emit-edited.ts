/** Output of edited records: one for a record, or one for each element of an array of it. */
import {
  ED_EXPLODE,
  ED_FOUND,
  ED_FOUND_COUNT,
  EDIT_FOUND_BYTES,
  EF_SLOT,
  EF_STEP_COUNT,
  EF_STEPS,
  EF_WHOLE,
  EF_WHOLE_COUNT,
} from '../edit-layout';
import { EMIT_LINES, KIND_ARRAY, NO_SLOT, SLOT_BYTES, SLOT_EPOCH, SLOT_FROM, SLOT_KIND } from '../layout';
import { findBelow, foundValue } from './deep';
import { editedTo, editRecord } from './edit';
import { emitAs, emitText } from './emit';
import { slotOf } from './holds';
import { keepTexts, returnTexts } from './json-text';
import { editArea, epoch, planPointer, seen, slots } from './state';
import { endOfValue, skipSpace } from './view-find';

/** Records that were written, and how many may be. */
export let written: u32 = 0;
let mostWritten: u32 = 0;

/** Counts on from `count`, for a plan that explodes arrays. */
export function beginWritten(count: u32, most: u32): void {
  written = count;
  mostWritten = most;
}

/** As many are written as may be. */
export function isWrittenOut(): bool {
  return written == mostWritten;
}

/** Fills the slots of columns from the edited record. */
function fillColumns(edits: usize): void {
  const end = load<u32>(edits, ED_FOUND_COUNT);
  for (let i: u32 = 0; i < end; i++) {
    const one = planPointer(load<u32>(edits, ED_FOUND)) + <usize>i * EDIT_FOUND_BYTES;
    const number = load<u32>(one, EF_SLOT);
    const slot = slots + <usize>number * SLOT_BYTES;
    const whole = load<u32>(one, EF_WHOLE_COUNT);
    const steps = load<u32>(one, EF_STEP_COUNT);
    const isThere =
      (whole != 0 && findBelow(planPointer(load<u32>(one, EF_WHOLE)), whole, editArea)) ||
      (steps != 0 && findBelow(planPointer(load<u32>(one, EF_STEPS)), steps, editArea));
    if (isThere) {
      v128.store(slot, v128.load(foundValue));
      store<u8>(seen + <usize>number, 1);
    }
    store<u32>(slot, isThere ? epoch : 0, SLOT_EPOCH);
  }
}

function emitOne(edits: usize, kind: u32, from: usize, element: usize): bool {
  if (!editRecord(edits, from, element)) return false;
  written++;
  if (kind == EMIT_LINES) {
    emitText(editArea, editedTo + 1 - editArea);
    return true;
  }
  const before = keepTexts();
  fillColumns(edits);
  emitAs(kind, from, from);
  returnTexts(before);
  return true;
}

/**
 * Writes the current record, which begins at `from`, in a form and with edits: of an array that is exploded, as many
 * elements as may still be written. @returns false when it has become longer than a record may be; then it, or what
 * was left of its elements, is not written
 */
export function emitEdited(edits: usize, kind: u32, from: usize): bool {
  const path = load<i32>(edits, ED_EXPLODE);
  const slot = path == NO_SLOT ? 0 : slotOf(path);
  if (!slot || load<u32>(slot, SLOT_KIND) != KIND_ARRAY) return emitOne(edits, kind, from, 0);
  let at = skipSpace(<usize>load<u32>(slot, SLOT_FROM) + 1);
  if (load<u8>(at) == 0x5d) return true;
  while (true) {
    if (!emitOne(edits, kind, from, at)) return false;
    if (isWrittenOut()) return true;
    at = skipSpace(endOfValue(at));
    if (load<u8>(at) == 0x5d) return true;
    at = skipSpace(at + 1);
  }
}
