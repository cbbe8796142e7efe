/**
 * Sizes of memories and tables as a module declares them (WebAssembly Core Specification, 5.3.7 to 5.3.9): a byte of
 * flags, the size at the start, and the maximum when there is one. Memories of 64 bits and shared ones are refused
 * here, because nobody could bound or share them with a guest safely.
 */

import { skipConstant } from './instructions.ts';
import { ByteReader } from './reader.ts';
import { readValueType } from './signature.ts';
import { leb } from './writer.ts';

export interface Limits {
  /** Pages of 64 KiB for a memory, elements for a table. */
  readonly initial: number;
  readonly maximum: number | undefined;
}

export const pageBytes = 65536;

const hasMaximum = 0x01;
const isShared = 0x02;
const isWide = 0x04;

/** Instead of the type of its elements, followed by 0x00, that type, limits and the value. */
const TABLE_WITH_VALUE = 0x40;

function readLimits(reader: ByteReader, what: 'memory' | 'table'): Limits {
  const start = reader.at;
  const flags = reader.u8(`the limits of a ${what}`);
  if (flags & isShared) throw reader.fault(`it has a shared ${what}; build the plugin without threads`, start);
  if (flags & isWide) throw reader.fault(`it has a 64-bit ${what}; build the plugin for wasm32`, start);
  if (flags > hasMaximum) throw reader.fault(`the ${what} has unknown flags 0x${flags.toString(16)}`, start);
  const initial = reader.u32(`the size of a ${what}`);
  return { initial, maximum: flags & hasMaximum ? reader.u32(`the maximum of a ${what}`) : undefined };
}

export function readMemory(reader: ByteReader): Limits {
  return readLimits(reader, 'memory');
}

/** A table, with its initial value when it has one: only the limits are looked at. */
export function readTable(reader: ByteReader): Limits {
  const hasValue = reader.bytes[reader.at] === TABLE_WITH_VALUE;
  if (hasValue) reader.take(2, 'a table');
  readValueType(reader);
  const limits = readLimits(reader, 'table');
  if (hasValue) skipConstant(reader);
  return limits;
}

/** What stands before and behind the limits of the table that begins at `start` and that the reader has passed. */
export function tablePrefix(reader: ByteReader, start: number): { readonly type: number[]; readonly value: number[] } {
  const { bytes, at: end } = reader;
  const again = new ByteReader(bytes, start, end);
  const hasValue = bytes[start] === TABLE_WITH_VALUE;
  if (hasValue) again.take(2, 'a table');
  readValueType(again);
  const type = [...bytes.subarray(start, again.at)];
  readLimits(again, 'table');
  return { type, value: [...bytes.subarray(again.at, end)] };
}

/** Limits with a maximum, encoded. */
export function limitBytes(initial: number, maximum: number): number[] {
  return [hasMaximum, ...leb(initial), ...leb(maximum)];
}
