/**
 * The columns of a record, written in the common way: values that are there, cells that need no escapes, and room for
 * all of it. Whatever else there is, is left to emit.ts, so that these loops have no calls in them, and the compiler
 * keeps all that they need in registers.
 *
 * Values are copied 32 bytes at a time: most of them are shorter, and a loop that ends where it did not end the last
 * time costs more than what is copied in vain. So up to 31 bytes behind the end of a value are read, and written.
 */
import {
  C_LABEL_BYTES,
  COLUMN_BYTES,
  KIND_NULL,
  KIND_STRING,
  SLOT_EPOCH,
  SLOT_FROM,
  SLOT_KIND,
  SLOT_TO,
} from '../layout';
import { delimiter, nullBytes } from './cells';
import { C_LABEL_AT, C_OTHER_SLOT, C_SLOT, columnCount, columns, epoch } from './state';

/** The column at which `cellsInto` has stopped, or the end of the columns. */
export let stoppedColumn: usize = 0;

/** The slot that answers for a column, or 0. */
// @ts-ignore: decorator
@inline
function slotIn(column: usize, current: u32): usize {
  let slot = <usize>load<u32>(column, C_SLOT);
  if (load<u32>(slot, SLOT_EPOCH) == current) return slot;
  slot = <usize>load<u32>(column, C_OTHER_SLOT);
  return load<u32>(slot, SLOT_EPOCH) == current ? slot : 0;
}

// @ts-ignore: decorator
@inline
function copy32(at: usize, from: usize): void {
  const a = v128.load(from);
  const b = v128.load(from, 16);
  v128.store(at, a);
  v128.store(at, b, 16);
}

// @ts-ignore: decorator
@inline
function copyShort(at: usize, from: usize, bytes: usize): void {
  copy32(at, from);
  if (bytes > 32) for (let i: usize = 32; i < bytes; i += 32) copy32(at + i, from + i);
}

/** Writes the record as an object and a newline at `from`. @returns the end, or 0 when `end` may come before it */
export function objectInto(from: usize, end: usize): usize {
  const current = epoch;
  let at = from;
  for (
    let column = columns, last = columns + <usize>columnCount * COLUMN_BYTES;
    column < last;
    column += COLUMN_BYTES
  ) {
    const slot = slotIn(column, current);
    if (!slot) continue;
    const value = <usize>load<u32>(slot, SLOT_FROM);
    const bytes = <usize>load<u32>(slot, SLOT_TO) - value;
    const label = <usize>load<u32>(column, C_LABEL_AT);
    const labelBytes = <usize>load<u32>(column, C_LABEL_BYTES);
    if (at + labelBytes + bytes > end) return 0;
    v128.store(at, v128.load(label));
    if (labelBytes > 16) for (let i: usize = 16; i < labelBytes; i += 16) v128.store(at + i, v128.load(label + i));
    at += labelBytes;
    copyShort(at, value, bytes);
    at += bytes;
  }
  // Over the comma of the first label.
  store<u8>(from, 0x7b);
  at += usize(at == from);
  store<u16>(at, 0x0a7d);
  return at + 2;
}

/** A 1 for each of the first 32 bytes, or `bytes` if that is less, that is equal to one of two. */
// @ts-ignore: decorator
@inline
function hits32(a: v128, b: v128, one: v128, other: v128, bytes: usize): u64 {
  const low = i8x16.bitmask(v128.or(i8x16.eq(a, one), i8x16.eq(a, other)));
  const high = i8x16.bitmask(v128.or(i8x16.eq(b, one), i8x16.eq(b, other)));
  return <u64>(<u32>low | ((<u32>high) << 16)) & (((<u64>1) << (<u64>min<usize>(bytes, 32))) - 1);
}

/** Copies text while it looks for two bytes. @returns 0 when neither is in it */
// @ts-ignore: decorator
@inline
function copyAndLook(at: usize, from: usize, bytes: usize, one: v128, other: v128): u64 {
  let a = v128.load(from);
  let b = v128.load(from, 16);
  v128.store(at, a);
  v128.store(at, b, 16);
  let hits = hits32(a, b, one, other, bytes);
  for (let i: usize = 32; i < bytes; i += 32) {
    a = v128.load(from + i);
    b = v128.load(from + i, 16);
    v128.store(at + i, a);
    v128.store(at + i, b, 16);
    hits |= hits32(a, b, one, other, bytes - i);
  }
  return hits;
}

/**
 * Writes cells from `column` to `last` at `from`, and `separator` behind each, until one that is not in the common
 * way: `stoppedColumn`. In csv, text with a delimiter and no escape has no quotes either, so it only gets some around
 * it.
 * @returns the end
 */
export function cellsInto(from: usize, end: usize, column: usize, last: usize, separator: u32, isCsv: bool): usize {
  const current = epoch;
  const hasNull = nullBytes != 0;
  const backslash = i8x16.splat(0x5c);
  const other = isCsv ? i8x16.splat(delimiter) : backslash;
  let at = from;
  for (; column < last; column += COLUMN_BYTES) {
    const slot = slotIn(column, current);
    const kind = slot ? load<u32>(slot, SLOT_KIND) : <u32>KIND_NULL;
    if (kind == KIND_STRING) {
      const text = <usize>load<u32>(slot, SLOT_FROM) + 1;
      const bytes = <usize>load<u32>(slot, SLOT_TO) - 1 - text;
      if (at + bytes + 2 > end) break;
      if (copyAndLook(at, text, bytes, backslash, other)) {
        if (!isCsv || copyAndLook(at + 1, text, bytes, backslash, backslash)) break;
        store<u8>(at, 0x22);
        store<u8>(at + 1 + bytes, 0x22);
        at += 2;
      }
      at += bytes;
    } else if (kind == KIND_NULL) {
      if (hasNull || at > end) break;
    } else {
      const value = <usize>load<u32>(slot, SLOT_FROM);
      const bytes = <usize>load<u32>(slot, SLOT_TO) - value;
      if (kind > <u32>KIND_STRING || at + bytes > end) break;
      copyShort(at, value, bytes);
      at += bytes;
    }
    store<u8>(at, <u8>separator);
    at++;
  }
  stoppedColumn = column;
  return at;
}
