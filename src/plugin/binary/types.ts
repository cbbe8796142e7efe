/**
 * The types of a core module: where each begins, so that a million of them costs 4 MB, and what a function's type is
 * when somebody asks. Struct and array types, recursion groups and subtypes (WebAssembly Core Specification 3.0, 5.3.7
 * to
 * 5.3.11) are passed over: they take an index, and nobody here needs to know more of them.
 */
import { caps, checkCap } from './caps.ts';
import { ByteReader } from './reader.ts';
import { isReference, readValueType, type Signature } from './signature.ts';

const FUNCTION = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;
const SUBTYPE = 0x50;
const FINAL_SUBTYPE = 0x4f;
const GROUP = 0x4e;
/** The element types of arrays and structs that are no value types: i8 and i16. */
const packed: readonly number[] = [0x78, 0x77];

export class TypeTable {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Where the type is, by index; a function's behind its first byte, any other's -1. */
  #places = new Int32Array(0);
  #count = 0;
  /** Those that were asked for. */
  readonly #signatures = new Map<number, Signature>();
  /** Something in it is there only with the garbage collection proposal. */
  needsGc = false;

  get count(): number {
    return this.#count;
  }

  /** Reads a type section. @throws PluginError */
  read(body: ByteReader): void {
    this.#bytes = body.bytes;
    for (let left = body.count('types'); left > 0; left--) {
      if (body.bytes[body.at] !== GROUP) this.#readSubtype(body);
      else {
        body.u8('a group of types');
        this.needsGc = true;
        const size = body.count('types of a group');
        checkCap('types', this.#count + size, caps.types);
        for (let inner = size; inner > 0; inner--) this.#readSubtype(body);
      }
    }
    body.expectEnd('the section of types');
  }

  /** Undefined for a type that is no function or does not exist. */
  signature(index: number): Signature | undefined {
    const known = this.#signatures.get(index);
    if (known !== undefined) return known;
    const place = index < this.#count ? this.#places[index]! : -1;
    if (place < 0) return undefined;
    const reader = new ByteReader(this.#bytes, place);
    const signature = { parameters: readTypes(reader), results: readTypes(reader) };
    this.#signatures.set(index, signature);
    return signature;
  }

  /** How many parameters a function of that type has. */
  parameterCount(index: number): number {
    const place = index < this.#count ? this.#places[index]! : -1;
    return place < 0 ? 0 : new ByteReader(this.#bytes, place).u32('the parameters');
  }

  #add(place: number): void {
    if (this.#count === this.#places.length) {
      const larger = new Int32Array(Math.max(64, this.#count * 2));
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.#count++] = place;
  }

  #readSubtype(body: ByteReader): void {
    const form = body.bytes[body.at];
    if (form === SUBTYPE || form === FINAL_SUBTYPE) {
      body.u8('a type');
      this.needsGc = true;
      for (let left = body.count('supertypes'); left > 0; left--) body.u32('a supertype');
    }
    const start = body.at;
    const kind = body.u8('a type');
    if (kind === FUNCTION) {
      this.#add(body.at);
      this.#skipTypes(body, 'parameters');
      this.#skipTypes(body, 'results');
      return;
    }
    if (kind !== STRUCT && kind !== ARRAY) throw body.fault(`0x${kind.toString(16)} is no type`, start);
    this.needsGc = true;
    this.#add(-1);
    for (let left = kind === ARRAY ? 1 : body.count('fields'); left > 0; left--) {
      if (packed.includes(body.bytes[body.at]!)) body.u8('a field');
      else readValueType(body);
      body.u8('the mutability of a field');
    }
  }

  #skipTypes(body: ByteReader, what: 'parameters' | 'results'): void {
    const count = body.count(what);
    if (count > 0) checkCap(`${what} of a function`, count, caps[what]);
    for (let left = count; left > 0; left--) if (isReference(readValueType(body))) this.needsGc = true;
  }
}

function readTypes(body: ByteReader): number[] {
  return Array.from({ length: body.count('value types') }, () => readValueType(body));
}
