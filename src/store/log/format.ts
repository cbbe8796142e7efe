/**
 * The bytes of a log's frames (FORMAT.md, section 2); its header is in log/header.ts. Everything is laid out so that
 * the columns of a frame lie on multiples of eight, in the file and in any buffer that begins at a frame, and can be
 * looked at where they are. The checksum of a frame is continued from the number of its log, so that no frame of
 * another log is taken for one of this.
 */
import { crc32 } from '../kernel/crc32.ts';
import type { InputPosition, PointBatch } from '../points.ts';

export { decodeLogHeader, encodeLogHeader, LOG_HEADER_BYTES, LOG_VERSION, type LogHeader } from './header.ts';

const F_LENGTH = 0;
const F_CRC = 4;
const F_SEQUENCE = 8;
const F_SYNCED_END = 16;
const F_COUNT = 24;
const F_DEFINITION_COUNT = 28;
const F_DEFINITION_BYTES = 32;
const F_POSITION_BYTES = 36;
export const FRAME_HEADER_BYTES = 40;
/** The longest frame: 13 million points. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

const DEFINITION_HEAD_BYTES = 6;
const POSITION_HEAD_BYTES = 28;
const TWO_TO_32 = 2 ** 32;

/** A series of a log: what its points call it from this frame on. */
export interface LogDefinition {
  readonly id: number;
  /** series.ts; at most 65 535 bytes. */
  readonly key: Uint8Array;
}

/** Definitions as they are in a frame. */
export interface EncodedDefinitions {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** What a frame says of itself. */
export interface FrameHead {
  /** Of the frame, in bytes. */
  readonly length: number;
  readonly sequence: number;
  /** The log was synced up to this offset when the frame was made. */
  readonly syncedEnd: number;
  readonly count: number;
  readonly definitionCount: number;
  readonly definitionBytes: number;
  readonly positionBytes: number;
  /** Offsets in the frame. */
  readonly timesAt: number;
  readonly valuesAt: number;
  readonly idsAt: number;
}

/** A frame in memory; columns, keys and the frame are valid until the visitor returns. */
export interface LogFrame extends PointBatch {
  readonly sequence: number;
  /** The log was synced up to this offset when the frame was made. */
  readonly syncedEnd: number;
  /** Of the frame in the file. */
  readonly offset: number;
  readonly length: number;
  readonly definitions: readonly LogDefinition[];
}

const NO_DEFINITIONS: readonly LogDefinition[] = [];
const NO_POSITIONS: readonly InputPosition[] = [];

/** What a frame of such sizes says of itself. Any sizes give an answer. */
export function frameHead(
  sequence: number,
  syncedEnd: number,
  count: number,
  definitionCount: number,
  definitionBytes: number,
  positionBytes: number,
): FrameHead {
  const timesAt = multipleOf8(FRAME_HEADER_BYTES + definitionBytes + positionBytes);
  const valuesAt = timesAt + count * 8;
  const idsAt = valuesAt + count * 8;
  const length = multipleOf8(idsAt + count * 4);
  // Member by member: a spread here takes longer than all the rest of reading a frame.
  return {
    length,
    sequence,
    syncedEnd,
    count,
    definitionCount,
    definitionBytes,
    positionBytes,
    timesAt,
    valuesAt,
    idsAt,
  };
}

/**
 * The header of a frame at `at`, when it can be one of a frame of up to `maxLength` bytes. Says nothing of the rest.
 */
export function decodeFrameHead(view: DataView, at: number, maxLength: number): FrameHead | undefined {
  const length = view.getUint32(at + F_LENGTH, true);
  if (length % 8 !== 0 || length < FRAME_HEADER_BYTES || length > maxLength || length > MAX_FRAME_BYTES)
    return undefined;
  const head = frameHead(
    getU64(view, at + F_SEQUENCE),
    getU64(view, at + F_SYNCED_END),
    view.getUint32(at + F_COUNT, true),
    view.getUint32(at + F_DEFINITION_COUNT, true),
    view.getUint32(at + F_DEFINITION_BYTES, true),
    view.getUint32(at + F_POSITION_BYTES, true),
  );
  return head.length === length ? head : undefined;
}

/** The checksum of a whole frame: all of it but the checksum. */
export function frameCrc(frame: Uint8Array, number: number): number {
  return crc32(frame.subarray(F_CRC + 4), crc32(frame.subarray(0, F_CRC), number));
}

export function storedFrameCrc(view: DataView, at: number): number {
  return view.getUint32(at + F_CRC, true);
}

/** Bytes of the definitions and positions of a frame, and the positions' names as they are written. */
export interface FrameTexts {
  readonly definitionBytes: number;
  readonly positionBytes: number;
  readonly inputs: readonly Buffer[];
}

export function measureTexts({ bytes }: EncodedDefinitions, positions: readonly InputPosition[]): FrameTexts {
  const inputs = positions.map(({ input }) => Buffer.from(input));
  const positionBytes = inputs.reduce((sum, input) => sum + POSITION_HEAD_BYTES + input.length, 0);
  return { definitionBytes: bytes.length, positionBytes, inputs };
}

/**
 * Writes a frame to the start of `buffer`, which has room for it (`head.length`) and begins at a multiple of eight in
 * its memory. Columns are copied as a whole.
 */
export function encodeFrame(
  buffer: Buffer,
  head: FrameHead,
  number: number,
  batch: PointBatch,
  definitions: EncodedDefinitions,
  inputs: readonly Buffer[],
): void {
  const { count, timesAt, valuesAt, idsAt, length } = head;
  buffer.writeUInt32LE(length, F_LENGTH);
  putU64(buffer, head.sequence, F_SEQUENCE);
  putU64(buffer, head.syncedEnd, F_SYNCED_END);
  buffer.writeUInt32LE(count, F_COUNT);
  buffer.writeUInt32LE(definitions.count, F_DEFINITION_COUNT);
  buffer.writeUInt32LE(head.definitionBytes, F_DEFINITION_BYTES);
  buffer.writeUInt32LE(head.positionBytes, F_POSITION_BYTES);
  const textEnd = encodeTexts(buffer, definitions.bytes, batch.positions, inputs);
  buffer.fill(0, textEnd, timesAt);
  const { buffer: memory, byteOffset: from } = buffer;
  new BigInt64Array(memory, from + timesAt, count).set(upTo(batch.timesUs, count));
  new Float64Array(memory, from + valuesAt, count).set(upTo(batch.values, count));
  new Uint32Array(memory, from + idsAt, count).set(upTo(batch.ids, count));
  buffer.fill(0, idsAt + count * 4, length);
  buffer.writeUInt32LE(frameCrc(buffer.subarray(0, length), number), F_CRC);
}

/**
 * The frame at `at` of `bytes`, a multiple of eight, whose checksum holds.
 * @param offset of the frame in the file
 * @returns undefined when definitions or positions do not fill their place
 */
export function decodeFrame(bytes: Buffer, at: number, head: FrameHead, offset: number): LogFrame | undefined {
  const { sequence, syncedEnd, length, count } = head;
  const textsAt = at + FRAME_HEADER_BYTES;
  const positionsAt = textsAt + head.definitionBytes;
  const definitions = decodeDefinitions(bytes.subarray(textsAt, positionsAt), head.definitionCount);
  const positions = decodePositions(bytes.subarray(positionsAt, positionsAt + head.positionBytes));
  if (definitions === undefined || positions === undefined) return undefined;
  const { buffer: memory, byteOffset } = bytes;
  const from = byteOffset + at;
  const timesUs = new BigInt64Array(memory, from + head.timesAt, count);
  const values = new Float64Array(memory, from + head.valuesAt, count);
  const ids = new Uint32Array(memory, from + head.idsAt, count);
  return { sequence, syncedEnd, offset, length, definitions, positions, ids, timesUs, values, count };
}

function encodeTexts(
  buffer: Buffer,
  definitions: Uint8Array,
  positions: readonly InputPosition[],
  inputs: readonly Buffer[],
): number {
  buffer.set(definitions, FRAME_HEADER_BYTES);
  let at = FRAME_HEADER_BYTES + definitions.length;
  for (const [index, { bytes, lines, headBytes, headCrc }] of positions.entries()) {
    const input = inputs[index]!;
    putU64(buffer, bytes, at);
    putU64(buffer, lines, at + 8);
    buffer.writeUInt32LE(headBytes, at + 16);
    buffer.writeUInt32LE(headCrc, at + 20);
    buffer.writeUInt32LE(input.length, at + 24);
    buffer.set(input, at + POSITION_HEAD_BYTES);
    at += POSITION_HEAD_BYTES + input.length;
  }
  return at;
}

function decodeDefinitions(bytes: Buffer, count: number): readonly LogDefinition[] | undefined {
  if (bytes.length === 0) return count === 0 ? NO_DEFINITIONS : undefined;
  const definitions: LogDefinition[] = [];
  let at = 0;
  while (at + DEFINITION_HEAD_BYTES <= bytes.length) {
    const id = bytes.readUInt32LE(at);
    const keyEnd = at + DEFINITION_HEAD_BYTES + bytes.readUInt16LE(at + 4);
    if (keyEnd > bytes.length) return undefined;
    definitions.push({ id, key: bytes.subarray(at + DEFINITION_HEAD_BYTES, keyEnd) });
    at = keyEnd;
  }
  return at === bytes.length && definitions.length === count ? definitions : undefined;
}

function decodePositions(bytes: Buffer): readonly InputPosition[] | undefined {
  if (bytes.length === 0) return NO_POSITIONS;
  const positions: InputPosition[] = [];
  let at = 0;
  while (at + POSITION_HEAD_BYTES <= bytes.length) {
    const inputAt = at + POSITION_HEAD_BYTES;
    const inputEnd = inputAt + bytes.readUInt32LE(at + 24);
    if (inputEnd > bytes.length) return undefined;
    positions.push({
      input: bytes.toString('utf8', inputAt, inputEnd),
      bytes: Number(bytes.readBigUInt64LE(at)),
      lines: Number(bytes.readBigUInt64LE(at + 8)),
      headBytes: bytes.readUInt32LE(at + 16),
      headCrc: bytes.readUInt32LE(at + 20),
    });
    at = inputEnd;
  }
  return at === bytes.length ? positions : undefined;
}

function multipleOf8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** The first `count`; without a new view when that is all. */
function upTo<T extends BigInt64Array | Float64Array | Uint32Array>(column: T, count: number): T {
  return (column.length === count ? column : column.subarray(0, count)) as T;
}

/** Sequences and offsets are below 2^53; no BigInt is made for them. */
function putU64(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32LE(value % TWO_TO_32, at);
  buffer.writeUInt32LE(Math.floor(value / TWO_TO_32), at + 4);
}

function getU64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_TO_32;
}
