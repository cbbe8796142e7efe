/**
 * Builds small pieces of WebAssembly binaries: numbers, names, vectors and sections as arrays of bytes. Used for
 * modules of a few hundred bytes and for single sections; whole modules are put together from views with `joinBytes`,
 * so that code of megabytes is copied once and never becomes an array of numbers.
 */

const utf8 = new TextEncoder();

/** The eight bytes that a core module begins with: magic, then version 1. */
export const coreModulePreamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Unsigned LEB128 in its shortest form. `value` is at most 32 bits. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

export function nameBytes(text: string): number[] {
  const bytes = utf8.encode(text);
  return [...leb(bytes.length), ...bytes];
}

/** A vector: the number of items, then the items. */
export function vector(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

export function section(id: number, body: readonly number[]): number[] {
  return [id, ...leb(body.length), ...body];
}

/** One array of its own from several. */
export function joinBytes(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
