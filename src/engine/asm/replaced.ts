/**
 * A key that comes twice in one object: the last value wins, and what was found below the first one must be forgotten.
 * That is done once, at the end of the record, since an object may repeat a key as often as it likes.
 */
import { NO_SLOT, SLOT_BYTES, SLOT_EPOCH, SLOT_FROM, SLOT_TO } from '../layout';
import { epoch, slotCount, slotParents, slots } from './state';

/** Such a key was seen, in this record or in one before it that was not valid. */
export let isReplaced: bool = false;

export function noteReplaced(): void {
  isReplaced = true;
}

/** Empties the slots whose value does not lie in the value that their parent has now. Parents come first. */
export function forgetReplaced(): void {
  isReplaced = false;
  for (let i: u32 = 0; i < slotCount; i++) {
    const number = load<i32>(slotParents + ((<usize>i) << 2));
    if (number == NO_SLOT) continue;
    const slot = slots + <usize>i * SLOT_BYTES;
    const parent = slots + <usize>number * SLOT_BYTES;
    const from = load<u32>(slot, SLOT_FROM);
    if (
      load<u32>(parent, SLOT_EPOCH) != epoch ||
      from < load<u32>(parent, SLOT_FROM) ||
      from >= load<u32>(parent, SLOT_TO)
    ) {
      store<u32>(slot, 0, SLOT_EPOCH);
    }
  }
}
