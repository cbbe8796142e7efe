/**
 * The lengths of WebAssembly's instructions (Core Specification 3.0, 5.4, and the exceptions of before it), so that
 * code can be walked through where its bytes alone do not say enough. What an instruction does is kept only as far as
 * somebody asks: whether it begins a block, and how many places it may branch to.
 */
import type { ByteReader } from './reader.ts';

/** What one instruction is. `unknown` ends a walk: its length is not known. */
export type Step = 'block' | 'branch' | 'end' | 'other' | 'unknown';

/** Where a walk is, and what the last instruction was. */
export interface Walk {
  readonly reader: ByteReader;
  /** Of a `branch`. */
  targets: number;
}

/** Opcodes by the numbers that follow them, of any signedness and up to 64 bits. */
const numbersAfter = new Map<number, number>(
  Object.entries({
    0: [0x00, 0x01, 0x05, 0x0a, 0x0f, 0x19, 0x1a, 0x1b, 0xd1, 0xd3, 0xd4],
    1: [0x07, 0x08, 0x09, 0x10, 0x12, 0x14, 0x15, 0x18, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2],
    2: [0x11, 0x13],
  }).flatMap(([count, opcodes]) => opcodes.map((opcode) => [opcode, Number(count)] as const)),
);

/** Of the opcodes behind 0xfb (garbage collection), by their numbers; two of them branch. */
const gcNumbers = [1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 1, 2, 2, 2, 1, 1, 1, 1, -1, -1, 0, 0, 0, 0, 0];
/** Behind 0xfc (saturating conversions, bulk memory, tables). */
const bulkNumbers = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/** Passes over one instruction. @throws PluginError when it is cut off */
export function step(walk: Walk): Step {
  const { reader } = walk;
  const opcode = reader.u8('an instruction');
  if (opcode === 0x0b) return 'end';
  if (opcode >= 0x45 && opcode <= 0xc4) return 'other';
  if (opcode >= 0x20 && opcode <= 0x26) return numbers(reader, 1);
  if (opcode >= 0x28 && opcode <= 0x3e) return address(reader);
  const count = numbersAfter.get(opcode);
  return count === undefined ? stepOdd(walk, opcode) : numbers(reader, count);
}

function stepOdd(walk: Walk, opcode: number): Step {
  const { reader } = walk;
  switch (opcode) {
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x06:
      blockType(reader);
      return 'block';
    case 0x1f:
      return tryTable(reader);
    case 0x0c:
    case 0x0d:
    case 0xd5:
    case 0xd6:
      numbers(reader, 1);
      return branch(walk, 1);
    case 0x0e: {
      const targets = reader.count('targets of a branch') + 1;
      numbers(reader, targets);
      return branch(walk, targets);
    }
    case 0x1c:
      for (let left = reader.count('types'); left > 0; left--) blockType(reader);
      return 'other';
    case 0x43:
    case 0x44:
      reader.take(opcode === 0x43 ? 4 : 8, 'a constant');
      return 'other';
    default:
      return stepPrefixed(walk, opcode);
  }
}

function stepPrefixed(walk: Walk, prefix: number): Step {
  const { reader } = walk;
  if (prefix < 0xfb || prefix > 0xfe) return 'unknown';
  const opcode = reader.u32('an instruction');
  if (prefix === 0xfd) return vectorStep(reader, opcode);
  if (prefix === 0xfe) return opcode === 3 ? numbers(reader, 1) : address(reader);
  const count = (prefix === 0xfb ? gcNumbers : bulkNumbers)[opcode];
  if (count === undefined) return 'unknown';
  if (count >= 0) return numbers(reader, count);
  // br_on_cast and br_on_cast_fail: flags, the label, two types.
  reader.u8('the flags of a cast');
  numbers(reader, 3);
  return branch(walk, 1);
}

function vectorStep(reader: ByteReader, opcode: number): Step {
  if (opcode === 12 || opcode === 13) reader.take(16, 'a constant');
  else if (opcode >= 21 && opcode <= 34) reader.u8('a lane');
  else if (opcode <= 11 || (opcode >= 84 && opcode <= 93)) {
    address(reader);
    if (opcode >= 84 && opcode <= 91) reader.u8('a lane');
  }
  return 'other';
}

function branch(walk: Walk, targets: number): 'branch' {
  walk.targets = targets;
  return 'branch';
}

/** Passes over LEB128 numbers, whatever they stand for. */
function numbers(reader: ByteReader, count: number): 'other' {
  for (let left = count; left > 0; left--) while (reader.u8('a number') >= 0x80);
  return 'other';
}

/** Alignment, the memory when a bit of it says so, and the offset. */
function address(reader: ByteReader): 'other' {
  const alignment = reader.u32('an alignment');
  return numbers(reader, alignment & 0x40 ? 2 : 1);
}

/** A value type, nothing (0x40), or the index of a type. */
function blockType(reader: ByteReader): void {
  const first = reader.bytes[reader.at];
  if (first === 0x63 || first === 0x64) reader.u8('a type');
  numbers(reader, 1);
}

function tryTable(reader: ByteReader): 'block' {
  blockType(reader);
  for (let left = reader.count('handlers'); left > 0; left--) numbers(reader, reader.u8('a handler') < 2 ? 2 : 1);
  return 'block';
}

/**
 * Passes over a constant expression with its end.
 * @returns whether it is an i32.const, ref.null or ref.func alone, which cost V8 nothing
 * @throws PluginError when its end is not found
 */
export function skipConstant(reader: ByteReader): boolean {
  const start = reader.at;
  const first = reader.bytes[start];
  const walk: Walk = { reader, targets: 0 };
  for (let count = 0; ; count++) {
    const kind = step(walk);
    if (kind === 'end') return count === 1 && (first === 0x41 || first === 0xd0 || first === 0xd2);
    if (kind !== 'other') throw reader.fault('a constant expression with an instruction that is not for them', start);
  }
}
