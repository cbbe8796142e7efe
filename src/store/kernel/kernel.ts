/**
 * The store's kernels (asm/store.ts) over a memory of their own: codecs, aggregates, sorting and the table. One kernel
 * belongs to one store or snapshot and to one thread. Memory is handed out by `alloc`; the system never gets it back.
 * What grows takes twice as much each time and gives back what it had, for others to take.
 */
import { readFileSync } from 'node:fs';
import { AddressesError } from '../../text/explained.ts';
import type { KernelExports } from './exports.ts';

/** The points of a series that lie in a kernel's memory: addresses. */
export interface GatheredPoints {
  /** i64, in order; a time is there more than once only when there are ordinals. */
  readonly times: number;
  /** f64. */
  readonly values: number;
  /** u32, in order among points of the same time; 0: all are 0. */
  readonly ordinals: number;
  readonly count: number;
}

const PAGE_BYTES = 65536;
/** Less is not worth looking for. */
const LEAST_RELEASED = 1 << 16;
/** The kernels' static data ends below; checked when the module is instantiated. */
const STATIC_BYTES = 65536;

let compiled: WebAssembly.Module | undefined;

/** The kernels, compiled once. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./store.wasm', import.meta.url)));
  return compiled;
}

/** @throws AddressesError when there is no room for it */
function newMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  } catch (error) {
    throw error instanceof RangeError ? new AddressesError(error) : error;
  }
}

export class Kernel {
  readonly exports: KernelExports;
  readonly #memory: WebAssembly.Memory;
  #end = STATIC_BYTES;
  readonly #released: { readonly at: number; readonly bytes: number }[] = [];
  #bytes: Uint8Array;
  #f64: Float64Array;
  #i64: BigInt64Array;
  #u32: Uint32Array;

  constructor() {
    this.#memory = newMemory();
    const { exports } = new WebAssembly.Instance<KernelExports & { heapBase(): number }>(kernelModule(), {
      env: { memory: this.#memory },
    });
    if (exports.heapBase() > STATIC_BYTES) throw new RangeError('the kernels have too much static data');
    this.exports = exports;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#f64 = new Float64Array(this.#memory.buffer);
    this.#i64 = new BigInt64Array(this.#memory.buffer);
    this.#u32 = new Uint32Array(this.#memory.buffer);
  }

  /** Zeroed memory at an address that 64 divides. Views from before may be detached. @throws RangeError at 4 GiB */
  alloc(bytes: number): number {
    return this.#again(bytes) ?? this.#atEnd(bytes);
  }

  /** Takes back what `alloc` gave, for later calls of it. */
  release(at: number, bytes: number): void {
    if (bytes >= LEAST_RELEASED) this.#released.push({ at, bytes });
  }

  /** The smallest of the places that were given back which is large enough. */
  #again(bytes: number): number | undefined {
    let best = -1;
    for (const [index, place] of this.#released.entries()) {
      if (place.bytes >= bytes && (best < 0 || place.bytes < this.#released[best]!.bytes)) best = index;
    }
    const place = this.#released[best];
    if (place === undefined) return undefined;
    const { at } = place;
    const taken = Math.ceil(bytes / 64) * 64;
    this.#released.splice(best, 1);
    this.release(at + taken, place.bytes - taken);
    this.bytes.fill(0, at, at + bytes);
    return at;
  }

  #atEnd(bytes: number): number {
    const at = Math.ceil(this.#end / 64) * 64;
    const missing = at + bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#end = at + bytes;
    return at;
  }

  /** All of the memory; valid until the next `alloc`, like the others. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  get f64(): Float64Array {
    if (this.#f64.length === 0) this.#f64 = new Float64Array(this.#memory.buffer);
    return this.#f64;
  }

  get i64(): BigInt64Array {
    if (this.#i64.length === 0) this.#i64 = new BigInt64Array(this.#memory.buffer);
    return this.#i64;
  }

  get u32(): Uint32Array {
    if (this.#u32.length === 0) this.#u32 = new Uint32Array(this.#memory.buffer);
    return this.#u32;
  }

  /** The bytes [from, from + length); valid until the next `alloc`. */
  view(from: number, length: number): Uint8Array {
    return this.bytes.subarray(from, from + length);
  }
}
