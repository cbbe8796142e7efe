/**
 * Raw deflate (RFC 1951, without a header) as segments use it: payloads, pages of the index and dictionaries that are
 * cold. The result is never longer than what was announced, so that a wrong length does not cost more memory than the
 * bytes that are really there.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

const DEFLATE_LEVEL = 6;

/** The bytes, deflated. */
export function deflated(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { level: DEFLATE_LEVEL });
}

/** The bytes before they were deflated. Undefined when they are none of deflate's, or do not have `length`. */
export function inflated(bytes: Uint8Array, length: number): Uint8Array | undefined {
  try {
    const plain = inflateRawSync(bytes, { maxOutputLength: length, finishFlush: constants.Z_FINISH });
    return plain.length === length ? plain : undefined;
  } catch {
    return undefined;
  }
}
