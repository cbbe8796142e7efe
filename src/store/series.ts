/**
 * What a series is called: a name and a set of tags, and the one byte string that stands for both. Tags are a set:
 * they are sorted by their UTF-8 bytes and each is there once, so that `[a,b]` and `[b,a]` are one series. In the key,
 * name and tags end with a zero byte each; 0 and 1 inside them are written as 1 1 and 1 2. Comparing keys byte by byte
 * therefore sorts by name, then by tags, and all series of a name stand together.
 */
import { StoreError } from './errors.ts';

export interface SeriesKey {
  readonly name: string;
  /** Sorted by UTF-8 bytes, without duplicates; never empty texts. */
  readonly tags: readonly string[];
}

const END = 0;
const ESCAPE = 1;
const ESCAPED_END = 1;
const ESCAPED_ESCAPE = 2;
/** A key with its ends and escapes. */
const MAX_KEY_BYTES = 65_535;

/** Tags as they are kept: sorted, each once, empty ones left out. */
export function canonicalTags(tags: readonly string[]): readonly string[] {
  const encoded = [...new Set(tags)].filter((tag) => tag !== '').map((tag) => Buffer.from(tag));
  return encoded.sort(Buffer.compare).map((bytes) => bytes.toString());
}

/** The bytes of a name or a tag in a key, with its end. */
function encodePart(text: string): number[] {
  const bytes: number[] = [];
  for (const byte of Buffer.from(text)) {
    if (byte === END) bytes.push(ESCAPE, ESCAPED_END);
    else if (byte === ESCAPE) bytes.push(ESCAPE, ESCAPED_ESCAPE);
    else bytes.push(byte);
  }
  bytes.push(END);
  return bytes;
}

/** The bytes of a tag in every key that has it, with the end of what stands before it. */
export function tagBytes(tag: string): Buffer {
  return Buffer.from([END, ...encodePart(tag)]);
}

/**
 * The bytes of a series' key. Lone surrogates become U+FFFD.
 * @throws StoreError of kind `invalid` when it is longer than MAX_KEY_BYTES
 */
export function encodeKey(name: string, tags: readonly string[]): Buffer {
  const bytes = [name, ...canonicalTags(tags)].flatMap(encodePart);
  if (bytes.length <= MAX_KEY_BYTES) return Buffer.from(bytes);
  throw new StoreError('invalid', `a series with its tags has ${bytes.length} bytes, more than ${MAX_KEY_BYTES}`);
}

/** Whether decodeKey gives anything for these bytes. */
export function isKey(key: Uint8Array): boolean {
  if (key.at(-1) !== END) return false;
  for (let at = key.indexOf(ESCAPE); at >= 0; at = key.indexOf(ESCAPE, at + 2)) {
    if (key[at + 1] !== ESCAPED_END && key[at + 1] !== ESCAPED_ESCAPE) return false;
  }
  return true;
}

/** The name and tags of a key. Undefined when the bytes are none. */
export function decodeKey(key: Uint8Array): SeriesKey | undefined {
  const parts: string[] = [];
  let part: number[] = [];
  for (let at = 0; at < key.length; at++) {
    const byte = key[at]!;
    if (byte === END) {
      parts.push(Buffer.from(part).toString());
      part = [];
    } else if (byte === ESCAPE) {
      const escaped = key[++at];
      if (escaped !== ESCAPED_END && escaped !== ESCAPED_ESCAPE) return undefined;
      part.push(escaped === ESCAPED_END ? END : ESCAPE);
    } else part.push(byte);
  }
  const [name, ...tags] = parts;
  return name === undefined || part.length > 0 ? undefined : { name, tags };
}
