/**
 * The header of a log: its number, its first sequence, and how points of the same time are numbered (FORMAT.md,
 * section 2).
 */

import { damaged, StoreError } from '../errors.ts';
import { logName } from '../files/names.ts';
import { crc32 } from '../kernel/crc32.ts';
import { KEEPS_LAST } from '../numbering.ts';

export const LOG_VERSION = 2;
const LOG_MAGIC = Buffer.from('slungLOG');
const H_VERSION = 8;
const H_NUMBER = 12;
const H_FIRST_SEQUENCE = 16;
const H_SINCE = 24;
const H_CRC = 28;
export const LOG_HEADER_BYTES = 32;

/** What a log's header says besides its number. */
export interface LogHeader {
  readonly firstSequence: number;
  /**
   * Points of the same series and time go on behind those in segments of this age or a larger one; KEEPS_LAST: the
   * last of them holds.
   */
  readonly since: number;
}

export function encodeLogHeader(number: number, firstSequence: number, since: number = KEEPS_LAST): Buffer {
  const header = Buffer.alloc(LOG_HEADER_BYTES);
  LOG_MAGIC.copy(header);
  header.writeUInt32LE(LOG_VERSION, H_VERSION);
  header.writeUInt32LE(number, H_NUMBER);
  header.writeBigUInt64LE(BigInt(firstSequence), H_FIRST_SEQUENCE);
  header.writeUInt32LE(since, H_SINCE);
  header.writeUInt32LE(crc32(header.subarray(0, H_CRC)), H_CRC);
  return header;
}

/**
 * @returns undefined when the bytes are no whole header
 * @throws StoreError `version`; `damaged` when it is the header of a log of another number
 */
export function decodeLogHeader(bytes: Buffer, number: number): LogHeader | undefined {
  if (bytes.length < LOG_HEADER_BYTES || LOG_MAGIC.compare(bytes, 0, LOG_MAGIC.length) !== 0) return undefined;
  if (crc32(bytes.subarray(0, H_CRC)) !== bytes.readUInt32LE(H_CRC)) return undefined;
  const [file, version, actual] = [logName(number), bytes.readUInt32LE(H_VERSION), bytes.readUInt32LE(H_NUMBER)];
  if (version > LOG_VERSION) {
    const hint = `This slung knows version ${LOG_VERSION} of the log; use the newer one.`;
    throw new StoreError('version', `${file}: it was written by a newer slung (version ${version})`, { file, hint });
  }
  if (actual !== number) throw damaged(file, H_NUMBER, `by its header it is ${actual}`);
  const firstSequence = Number(bytes.readBigUInt64LE(H_FIRST_SEQUENCE));
  return { firstSequence, since: version === 1 ? KEEPS_LAST : bytes.readUInt32LE(H_SINCE) };
}
