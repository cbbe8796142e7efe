/**
 * Sizes of memories and tables as a module declares them (WebAssembly Core Specification, 5.3.7 to 5.3.9): a byte of
 * flags, the size at the start, and the maximum when there is one. Memories of 64 bits and shared ones are refused here,
 * because nobody could bound or share them with a guest safely.
 */
import type { ByteReader } from './reader.ts';
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

/** The type of a table: its elements are passed over. */
export function readTable(reader: ByteReader): Limits {
  if (reader.bytes[reader.at] === 0x40)
    throw reader.fault('it has a table with an initial value, which is not supported');
  readValueType(reader);
  return readLimits(reader, 'table');
}

/** Limits with a maximum, encoded. */
export function limitBytes(initial: number, maximum: number): number[] {
  return [hasMaximum, ...leb(initial), ...leb(maximum)];
}
