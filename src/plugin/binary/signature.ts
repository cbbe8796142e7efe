/**
 * Types of core functions: parameters and results as the bytes that the format has for value types (WebAssembly Core
 * Specification, 5.3.1 to 5.3.5). Compared and shown as text, because that is all that anybody does with them.
 */
import type { ByteReader } from './reader.ts';

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;

const valueTypeNames: Readonly<Record<number, string>> = {
  [I32]: 'i32',
  [I64]: 'i64',
  [F32]: 'f32',
  [F64]: 'f64',
  123: 'v128',
  112: 'funcref',
  111: 'externref',
};

export interface Signature {
  /** Bytes of value types. */
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** From the notation of this file's errors: `(i32 i64) -> i32`, `() -> ()`. For tables of known functions. */
export function signatureOf(text: string): Signature {
  const [parameters = '', results = ''] = text.split('->').map((half) => half.replaceAll(/[()]/g, ' ').trim());
  const types = (half: string) => half.split(/\s+/).filter((name) => name !== '');
  return { parameters: types(parameters).map(valueTypeOf), results: types(results).map(valueTypeOf) };
}

function valueTypeOf(name: string): number {
  return Number(Object.keys(valueTypeNames).find((byte) => valueTypeNames[Number(byte)] === name));
}

/** `(i32 i32) -> i32` */
export function showSignature({ parameters, results }: Signature): string {
  const names = (types: readonly number[]) => types.map((type) => valueTypeNames[type] ?? 'reference').join(' ');
  return `(${names(parameters)}) -> ${results.length === 1 ? names(results) : `(${names(results)})`}`;
}

export function isSameSignature(one: Signature, other: Signature): boolean {
  return showSignature(one) === showSignature(other);
}

/**
 * Whether a value type is a reference that WebAssembly 2.0 did not have: all but funcref and externref, and exnref.
 */
export function isReference(type: number): boolean {
  return type < 0x78 && type !== 0x70 && type !== 0x6f && type !== 0x69;
}

/** One value type; a reference with a heap type is passed over and counts as its first byte. */
export function readValueType(reader: ByteReader): number {
  const start = reader.at;
  const byte = reader.u8('a value type');
  if (byte in valueTypeNames) return byte;
  if (byte === 0x63 || byte === 0x64) {
    reader.skipS33('a heap type');
    return byte;
  }
  // The abbreviations of the other reference types, externref's and funcref's neighbours.
  if (byte >= 0x68 && byte <= 0x74) return byte;
  throw reader.fault(`0x${byte.toString(16)} is no value type`, start);
}
