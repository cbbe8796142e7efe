/**
 * Records as rows, for plugins: instead of being written, each matching record gets a row in a table that says where
 * it lies and where the plan's fields lie in it. The table is bounded, so a block is gone through in several steps;
 * the host calls `collect` again from where the last one stopped, and the rows of one step stay in the cache.
 */
import {
  ACCEPT_TARGET,
  F_ROWS_FOR_ALL,
  FIELD_BYTES,
  FIELD_FROM,
  FIELD_LENGTH_SHIFT,
  ROW_BYTES,
  ROW_FLAGS,
  ROW_FROM,
  ROW_LINE,
  ROW_SELECTED,
  ROW_TO,
  SLOT_FROM,
  SLOT_KIND,
  SLOT_TO,
} from '../layout';
import { slotOf } from './holds';
import { runProgram } from './match';
import { fieldCount, fieldPath, flags, rows, rowsBytes, select } from './state';

export let rowCount: u32 = 0;
/** Records that the second program selected. */
export let selected: u32 = 0;
let rowLimit: u32 = 0;
let next: usize = 0;

/** Starts an empty table of at most `maxRows` rows (and no more than there is room for). */
export function beginRows(maxRows: u32, selectedBefore: u32): void {
  const stride = ROW_BYTES + fieldCount * FIELD_BYTES;
  rowCount = 0;
  selected = selectedBefore;
  next = rows;
  rowLimit = min(maxRows, rowsBytes / stride);
}

/** Adds the current record when it is wanted. @returns whether the table is full now */
export function addRow(from: usize, to: usize, line: u32): bool {
  const isSelected = select == ACCEPT_TARGET || runProgram(select);
  if (isSelected) selected++;
  else if (!(flags & F_ROWS_FOR_ALL)) return false;
  store<u32>(next, <u32>from, ROW_FROM);
  store<u32>(next, <u32>to, ROW_TO);
  store<u32>(next, isSelected ? ROW_SELECTED : 0, ROW_FLAGS);
  store<u32>(next, line, ROW_LINE);
  next += ROW_BYTES;
  const end = fieldPath + fieldCount;
  for (let path = fieldPath; path < end; path++) {
    const slot = slotOf(path);
    let value: u64 = 0;
    if (slot) {
      const at = load<u32>(slot, SLOT_FROM);
      const bits = load<u32>(slot, SLOT_KIND) | ((load<u32>(slot, SLOT_TO) - at) << FIELD_LENGTH_SHIFT);
      value = <u64>at | ((<u64>bits) << 32);
    }
    // FIELD_FROM and FIELD_BITS in one store.
    store<u64>(next, value, FIELD_FROM);
    next += FIELD_BYTES;
  }
  return ++rowCount == rowLimit;
}
