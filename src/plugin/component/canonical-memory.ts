/**
 * A guest's memory under the canonical ABI's rules (WebAssembly/component-model, design/mvp/CanonicalABI.md, "Loading"
 * and "Storing"; only string-encoding=utf8): every pointer, length, count, discriminant and piece of text that the
 * guest chose is checked before it is used, and what breaks a rule is a Trap.
 *
 * The surprising part: a core i32 arrives in JavaScript as a signed number, so addresses above 2 GiB come in negative
 * and are made unsigned here. And growing a memory detaches every view of it, so views are looked up anew for each
 * access.
 */
import type { Gate } from '../gate.ts';
import { PluginError, Trap } from '../guest.ts';
import type { CanonOptions, Realloc } from '../tangent-module.ts';

/** A value of the variant `scalar`: string, s64, f64, bool or list<u8>, told apart by its JavaScript type. */
export type ScalarValue = string | bigint | number | boolean | Uint8Array;

/** Discriminants of `scalar` in the order of the WIT. */
export const SCALAR_STRING = 0;
export const SCALAR_INT = 1;
export const SCALAR_FLOAT = 2;
export const SCALAR_BOOLEAN = 3;
export const SCALAR_BYTES = 4;
export const SCALAR_CASES = 5;

/** Layouts: size and alignment in bytes, and the offset of a variant's payload. */
export const SCALAR_SIZE = 16;
export const SCALAR_ALIGN = 8;
export const SCALAR_PAYLOAD = 8;
/** A string or list in memory: u32 pointer, u32 length. */
export const SLICE_SIZE = 8;
export const SLICE_ALIGN = 4;

/** Bounds on what is lifted out of one call's data; a guest can point to the same bytes a million times. */
const MAX_LIFTED_BYTES = 64 * 1024 * 1024;
const MAX_LIFTED_ITEMS = 1_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where in the guest's data a rule was broken, for messages: `the key of cache.get`. */
export type Place = string;

/**
 * Reads what one call of the guest, or to the host, points to. Make one for each call: it counts what it has lifted.
 */
export class GuestReader {
  readonly #memory: WebAssembly.Memory;
  readonly #maxBytes: number;
  readonly #maxItems: number;
  #bytes: Uint8Array;
  #view: DataView;
  #liftedBytes = 0;
  #liftedItems = 0;

  /** @param maxBytes how much text and bytes it may lift in all; @param maxItems of all lists together */
  constructor(memory: WebAssembly.Memory, maxBytes: number = MAX_LIFTED_BYTES, maxItems: number = MAX_LIFTED_ITEMS) {
    this.#memory = memory;
    this.#maxBytes = maxBytes;
    this.#maxItems = maxItems;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** @throws Trap unless [pointer, pointer + length) is in the memory. @returns the pointer, unsigned */
  range(pointer: number, length: number, align: number, place: Place): number {
    this.#refresh();
    const start = pointer >>> 0;
    // Below 2^53, so exact: no sum here can wrap as it would in 32 bits.
    if (start + length > this.#bytes.length) {
      const end = `${length} bytes at address ${start}`;
      throw new Trap(`${place} is out of bounds: ${end}, the memory has ${this.#bytes.length}`);
    }
    if (start % align !== 0) throw new Trap(`${place} is misaligned: address ${start}, alignment ${align}`);
    return start;
  }

  /**
   * The elements of a list. @returns the address of the first one. @throws Trap when they are out of bounds or
   * misaligned
   */
  list(pointer: number, count: number, size: number, align: number, place: Place): number {
    this.#liftedItems += count >>> 0;
    if (this.#liftedItems > this.#maxItems) throw new Trap(`${place} is too long: more than ${this.#maxItems} items`);
    return this.range(pointer, (count >>> 0) * size, align, place);
  }

  /** A borrowed view: good until the guest runs. @throws Trap when it is out of bounds, or longer than `maxBytes` */
  borrow(pointer: number, length: number, maxBytes: number, place: Place): Uint8Array {
    const bytes = length >>> 0;
    if (bytes > maxBytes) throw new Trap(`${place} is too long: ${bytes} bytes, at most ${maxBytes}`);
    const start = this.range(pointer, bytes, 1, place);
    return this.#bytes.subarray(start, start + bytes);
  }

  /** A copy of the caller's own. @throws Trap */
  copy(pointer: number, length: number, place: Place): Uint8Array {
    return this.#count(this.borrow(pointer, length, this.#maxBytes, place), place).slice();
  }

  /** Text. @throws Trap when it is out of bounds or not UTF-8 */
  text(pointer: number, length: number, place: Place): string {
    const bytes = this.#count(this.borrow(pointer, length, this.#maxBytes, place), place);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new Trap(`${place} is not valid UTF-8`);
    }
  }

  /** The string whose pointer and length are stored at `address`. The address has been checked. */
  textAt(address: number, place: Place): string {
    return this.text(this.u32(address), this.u32(address + 4), place);
  }

  /** The list<u8> whose pointer and length are stored at `address`, copied. */
  copyAt(address: number, place: Place): Uint8Array {
    return this.copy(this.u32(address), this.u32(address + 4), place);
  }

  // Fields of a record that `range` or `list` has checked as a whole.

  u8(address: number): number {
    this.#refresh();
    return this.#bytes[address]!;
  }

  u32(address: number): number {
    this.#refresh();
    return this.#view.getUint32(address, true);
  }

  s64(address: number): bigint {
    this.#refresh();
    return this.#view.getBigInt64(address, true);
  }

  f64(address: number): number {
    this.#refresh();
    return this.#view.getFloat64(address, true);
  }

  /** A u8 discriminant. @throws Trap unless it is below `cases` */
  discriminant(address: number, cases: number, place: Place): number {
    return checkDiscriminant(this.u8(address), cases, place);
  }

  /** The scalar stored at `address`, which has been checked. @throws Trap for what it points to */
  scalarAt(address: number, place: Place): ScalarValue {
    const payload = address + SCALAR_PAYLOAD;
    switch (this.discriminant(address, SCALAR_CASES, place)) {
      case SCALAR_STRING:
        return this.textAt(payload, place);
      case SCALAR_INT:
        return this.s64(payload);
      case SCALAR_FLOAT:
        return this.f64(payload);
      case SCALAR_BOOLEAN:
        return this.u8(payload) !== 0;
      default:
        return this.copyAt(payload, place);
    }
  }

  #count(bytes: Uint8Array, place: Place): Uint8Array {
    this.#liftedBytes += bytes.length;
    if (this.#liftedBytes > this.#maxBytes) {
      throw new Trap(`${place} is too much: more than ${this.#maxBytes} bytes in one call`);
    }
    return bytes;
  }

  #refresh(): void {
    if (this.#bytes.buffer === this.#memory.buffer) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }
}

/** @throws Trap unless `value` (a core i32) is a case of a variant with `cases` cases */
export function checkDiscriminant(value: number, cases: number, place: Place): number {
  if (value >>> 0 < cases) return value;
  throw new Trap(`${place} has the discriminant ${value >>> 0}, and its type only ${cases} cases`);
}

/** Stores results into a guest's memory; space comes from the guest's own realloc. */
export class GuestWriter {
  readonly #memory: WebAssembly.Memory;
  readonly #realloc: Realloc | undefined;
  readonly #gate: Gate;

  constructor(memory: WebAssembly.Memory, realloc: Realloc | undefined, gate: Gate) {
    this.#memory = memory;
    this.#realloc = realloc;
    this.#gate = gate;
  }

  /**
   * Asks the guest for space. As in the specification, it is asked for no bytes at all too.
   * @returns an address in bounds and aligned; not 0, unless `bytes` is 0
   * @throws Trap for any other answer, and what the guest throws
   */
  allocate(bytes: number, align: number, place: Place): number {
    const realloc = this.#realloc;
    if (realloc === undefined) throw new Trap(`${place} needs memory, and the plugin has no realloc`);
    const pointer = this.#gate.shut(() => realloc(0, 0, align, bytes)) >>> 0;
    if (pointer === 0 && bytes > 0) throw new Trap(`the plugin's realloc gave no memory for ${place} (${bytes} bytes)`);
    return this.range(pointer, bytes, align, `what the plugin's realloc returned for ${place}`);
  }

  /** @throws Trap unless the space is in bounds and aligned. @returns the pointer, unsigned */
  range(pointer: number, bytes: number, align: number, place: Place): number {
    const start = pointer >>> 0;
    const { byteLength } = this.#memory.buffer;
    if (start + bytes > byteLength) {
      throw new Trap(`${place} is out of bounds: ${bytes} bytes at address ${start}, the memory has ${byteLength}`);
    }
    if (start % align !== 0) throw new Trap(`${place} is misaligned: address ${start}, alignment ${align}`);
    return start;
  }

  /** Copies `bytes` into space of their own and stores pointer and length at `address`. */
  slice(address: number, bytes: Uint8Array, place: Place): void {
    const pointer = this.allocate(bytes.length, 1, place);
    new Uint8Array(this.#memory.buffer).set(bytes, pointer);
    this.u32(address, pointer);
    this.u32(address + 4, bytes.length);
  }

  text(address: number, text: string, place: Place): void {
    this.slice(address, Buffer.from(text, 'utf8'), place);
  }

  u8(address: number, value: number): void {
    this.#view().setUint8(address, value);
  }

  u16(address: number, value: number): void {
    this.#view().setUint16(address, value, true);
  }

  u32(address: number, value: number): void {
    this.#view().setUint32(address, value, true);
  }

  /** Consecutive u32 from `first` on, wrapping. The space has been checked. */
  count(address: number, first: number, values: number): void {
    const view = this.#view();
    for (let index = 0; index < values; index++) view.setUint32(address + 4 * index, (first + index) >>> 0, true);
  }

  /** Stores a scalar (16 bytes) at `address`. */
  scalar(address: number, value: ScalarValue, place: Place): void {
    const payload = address + SCALAR_PAYLOAD;
    if (typeof value === 'string') {
      this.u8(address, SCALAR_STRING);
      this.text(payload, value, place);
    } else if (typeof value === 'bigint') {
      this.u8(address, SCALAR_INT);
      this.#view().setBigInt64(payload, value, true);
    } else if (typeof value === 'number') {
      this.u8(address, SCALAR_FLOAT);
      this.#view().setFloat64(payload, value, true);
    } else if (typeof value === 'boolean') {
      this.u8(address, SCALAR_BOOLEAN);
      this.u8(payload, value ? 1 : 0);
    } else {
      this.u8(address, SCALAR_BYTES);
      this.slice(payload, value, place);
    }
  }

  #view(): DataView {
    return new DataView(this.#memory.buffer);
  }
}

/** The memory of a function that cannot do without. @throws PluginError when the plugin names none for it */
export function memoryOf(options: CanonOptions, name: string): WebAssembly.Memory {
  if (options.memory === undefined) throw new PluginError(`${name} is imported without a memory`);
  return options.memory;
}
