/** The definitions of a log's frame, from keys one by one; a store has them from its names. */
import type { EncodedDefinitions, LogDefinition } from '../../../src/store/log/format.ts';

/** An id (u32) and the length of its key (u16). */
const HEAD_BYTES = 6;

export function encodeDefinitions(definitions: readonly LogDefinition[]): EncodedDefinitions {
  const parts = definitions.flatMap(({ id, key }) => {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(id);
    head.writeUInt16LE(key.length, 4);
    return [head, key];
  });
  return { count: definitions.length, bytes: Buffer.concat(parts) };
}
