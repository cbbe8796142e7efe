/**
 * The layout of a file with compiled code:
 *
 *     magic (8 bytes) · bytes of the key · bytes of the code · round (32 bits each, little endian) · unused
 *     key · code · the same code again (each at a multiple of 16; why twice: load.ts)
 */

/** Versions of the layout have different ones. */
const MAGIC = 'slung-1\n';
const NUMBERS_AT = 8;
const HEADER_BYTES = 32;
/** Code that stands elsewhere is copied by V8. */
const ALIGNMENT = 16;
/** What V8 begins code with: its magic number, and checksums of its version, of the source and of its flags. */
export const MARK_BYTES = 16;

export interface Kept {
  readonly code: Buffer;
  /** How often it has been kept; each time it has the functions that were called since. */
  readonly round: number;
}

/** The code in the bytes of a file; undefined when it is not for `key`, or damaged. The code is a part of `bytes`. */
export function keptIn(bytes: Buffer, key: string): Kept | undefined {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const keyBytes = bytes.readUInt32LE(NUMBERS_AT);
  const codeBytes = bytes.readUInt32LE(NUMBERS_AT + 4);
  const from = aligned(HEADER_BYTES + keyBytes);
  const second = aligned(from + codeBytes);
  if (bytes.length !== second + codeBytes || codeBytes < MARK_BYTES) return undefined;
  if (bytes.toString('utf8', HEADER_BYTES, HEADER_BYTES + keyBytes) !== key) return undefined;
  const code = bytes.subarray(from, from + codeBytes);
  if (!code.equals(bytes.subarray(second, second + codeBytes))) return undefined;
  return { code, round: bytes.readUInt32LE(NUMBERS_AT + 8) };
}

/** The code in the bytes of a file that nobody can have damaged, whatever it is for; a part of `bytes`. */
export function codeIn(bytes: Buffer): Buffer {
  const from = aligned(HEADER_BYTES + bytes.readUInt32LE(NUMBERS_AT));
  return bytes.subarray(from, from + bytes.readUInt32LE(NUMBERS_AT + 4));
}

/** The bytes of a file. */
export function fileOf(key: string, { code, round }: Kept): Buffer {
  const keyBytes = Buffer.byteLength(key);
  const from = aligned(HEADER_BYTES + keyBytes);
  const second = aligned(from + code.length);
  const bytes = Buffer.alloc(second + code.length);
  bytes.write(MAGIC, 'latin1');
  for (const [i, number] of [keyBytes, code.length, round].entries()) bytes.writeUInt32LE(number, NUMBERS_AT + 4 * i);
  bytes.write(key, HEADER_BYTES);
  code.copy(bytes, from);
  code.copy(bytes, second);
  return bytes;
}

function aligned(at: number): number {
  return Math.ceil(at / ALIGNMENT) * ALIGNMENT;
}
