/**
 * The bytes of a cache file: encoding and decoding, without files (FORMAT.md). Decoding believes nothing before the
 * checksum agrees, and then still checks every length, because a checksum says that the bytes are those that were
 * written, not that they were written well.
 */
import { createHash } from 'node:crypto';
import type { CacheEntry } from './cache.ts';
import type { CacheValue } from './protocol.ts';

const MAGIC = Buffer.from('slungKV');
const VERSION = 1;
const HEADER_BYTES = 12;
const ENTRY_HEADER_BYTES = 24;
const CHECKSUM_BYTES = 32;

const TYPE_STRING = 0;
const TYPE_INT = 1;
const TYPE_FLOAT = 2;
const TYPE_BOOLEAN = 3;
const TYPE_BYTES = 4;
const NUMBER_BYTES = 8;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Decoded =
  | { readonly kind: 'entries'; readonly entries: readonly CacheEntry[] }
  /** Not a cache file, or one of a later version: hands off. */
  | { readonly kind: 'foreign'; readonly reason: string }
  | { readonly kind: 'damaged'; readonly reason: string };

/** @returns the pieces of the file, in order; they are fresh */
export function encodeCache(entries: Iterable<CacheEntry>): Buffer[] {
  const header = Buffer.alloc(HEADER_BYTES);
  const parts: Buffer[] = [header];
  let count = 0;
  for (const { plugin, key, value, expiresAtMs } of entries) {
    const texts = [Buffer.from(plugin), Buffer.from(key)];
    const [type, bytes] = encodeValue(value);
    const head = Buffer.alloc(ENTRY_HEADER_BYTES);
    head.writeUInt32LE(texts[0]!.length, 0);
    head.writeUInt32LE(texts[1]!.length, 4);
    head.writeUInt32LE(bytes.length, 8);
    head.writeUInt32LE(type, 12);
    head.writeDoubleLE(expiresAtMs, 16);
    parts.push(head, ...texts, bytes);
    count++;
  }
  MAGIC.copy(header);
  header[MAGIC.length] = VERSION;
  header.writeUInt32LE(count, 8);
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return [...parts, hash.digest()];
}

/** Never throws. An empty file is a cache without entries: somebody made it with mktemp. */
export function decodeCache(file: Buffer): Decoded {
  if (file.length === 0) return { kind: 'entries', entries: [] };
  if (!file.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, file.length))) {
    return { kind: 'foreign', reason: 'it is not a cache file of slung' };
  }
  const version = file[MAGIC.length] ?? VERSION;
  if (version > VERSION) return { kind: 'foreign', reason: `it has version ${version}, this slung knows ${VERSION}` };
  if (file.length < HEADER_BYTES + CHECKSUM_BYTES) return { kind: 'damaged', reason: 'it is cut short' };
  const body = file.subarray(0, file.length - CHECKSUM_BYTES);
  const checksum = createHash('sha256').update(body).digest();
  if (!checksum.equals(file.subarray(body.length))) return { kind: 'damaged', reason: 'its checksum does not agree' };
  try {
    return { kind: 'entries', entries: decodeEntries(body) };
  } catch (error) {
    return { kind: 'damaged', reason: `its entries cannot be read: ${(error as Error).message}` };
  }
}

function decodeEntries(body: Buffer): CacheEntry[] {
  const entries: CacheEntry[] = [];
  let offset = HEADER_BYTES;
  const take = (bytes: number): Buffer => {
    if (offset + bytes > body.length) throw new RangeError(`an entry ends beyond byte ${body.length}`);
    offset += bytes;
    return body.subarray(offset - bytes, offset);
  };
  for (let left = body.readUInt32LE(8); left > 0; left--) {
    const head = take(ENTRY_HEADER_BYTES);
    const plugin = utf8.decode(take(head.readUInt32LE(0)));
    const key = utf8.decode(take(head.readUInt32LE(4)));
    const value = decodeValue(head.readUInt32LE(12), take(head.readUInt32LE(8)));
    entries.push({ plugin, key, value, expiresAtMs: head.readDoubleLE(16) });
  }
  if (offset !== body.length) throw new RangeError(`${body.length - offset} bytes follow the last entry`);
  return entries;
}

function encodeValue(value: CacheValue): [type: number, bytes: Buffer] {
  if (typeof value === 'string') return [TYPE_STRING, Buffer.from(value)];
  if (typeof value === 'boolean') return [TYPE_BOOLEAN, Buffer.of(value ? 1 : 0)];
  if (value instanceof Uint8Array) return [TYPE_BYTES, Buffer.from(value)];
  const bytes = Buffer.alloc(NUMBER_BYTES);
  if (typeof value === 'bigint') bytes.writeBigInt64LE(value);
  else bytes.writeDoubleLE(value);
  return [typeof value === 'bigint' ? TYPE_INT : TYPE_FLOAT, bytes];
}

function decodeValue(type: number, bytes: Buffer): CacheValue {
  switch (type) {
    case TYPE_STRING:
      return utf8.decode(bytes);
    case TYPE_INT:
      return bytes.readBigInt64LE();
    case TYPE_FLOAT:
      return bytes.readDoubleLE();
    case TYPE_BOOLEAN:
      return bytes.readUInt8() !== 0;
    case TYPE_BYTES:
      // A copy: a view would keep the whole file in memory.
      return new Uint8Array(bytes);
    default:
      throw new RangeError(`a value has the type ${type}`);
  }
}
