/**
 * Regions: how bytes go in and out of a program (ABI.md). A Region is 12 bytes in the guest's memory that say where
 * bytes lie: u32 offset, u32 capacity, u32 length, little-endian. Guests are not believed: every range is checked in
 * doubles, which hold the sum of two u32, so that nothing wraps around. Views are made anew when the memory has grown.
 */
import type { Gate } from '../gate.ts';
import { Trap } from '../guest.ts';
import { CallFailure } from './errors.ts';
import { FAIL_ALLOCATED_NOTHING, FAIL_ALLOCATED_OUTSIDE, FAIL_GATE_CLOSED } from './failures.ts';

export const regionBytes = 12;

/** Why a program must trap, by the codes of the adapter. */
const trapReasons: Readonly<Record<number, string>> = {
  [FAIL_GATE_CLOSED]: 'it called the host from inside its allocate function',
  [FAIL_ALLOCATED_NOTHING]: 'its allocate function returned 0',
  [FAIL_ALLOCATED_OUTSIDE]: 'its allocate function returned an address outside of its memory',
};

export function trapOf(code: number): Trap {
  return new Trap(trapReasons[code] ?? `failure ${code}`);
}

export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #gate: Gate;
  readonly #allocate: ((bytes: number) => number) | undefined;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));

  /** @param gate closed while `allocate` runs, so that the host can refuse calls from inside of it */
  constructor(memory: WebAssembly.Memory, gate: Gate, allocate: ((bytes: number) => number) | undefined) {
    this.#memory = memory;
    this.#gate = gate;
    this.#allocate = allocate;
  }

  #refresh(): void {
    if (this.#bytes.buffer === this.#memory.buffer) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer as ArrayBuffer);
  }

  /**
   * The bytes that a Region names. The capacity is not looked at.
   * @param pointer as it came, signed or not
   * @param what for the message: `the filter`
   * @returns a view, good until the guest runs again
   * @throws CallFailure when the Region or its bytes are outside of the memory
   */
  region(pointer: number, what: string): Uint8Array {
    this.#refresh();
    const at = pointer >>> 0;
    const size = this.#bytes.length;
    if (at + regionBytes > size) throw new CallFailure(`the Region of ${what} (at ${at}) is outside of the memory`);
    const offset = this.#view.getUint32(at, true);
    const length = this.#view.getUint32(at + 8, true);
    if (offset + length > size) {
      throw new CallFailure(`${what} (${length} bytes at ${offset}) is outside of the memory of ${size} bytes`);
    }
    return this.#bytes.subarray(offset, offset + length);
  }

  /** The same as text. @throws CallFailure also when it is not UTF-8, or has more than `maxBytes` */
  text(pointer: number, what: string, maxBytes: number): string {
    const bytes = this.region(pointer, what);
    if (bytes.length > maxBytes) throw new CallFailure(`${what} has ${bytes.length} bytes; at most ${maxBytes}`);
    try {
      return this.#text.decode(bytes);
    } catch {
      throw new CallFailure(`${what} is not valid UTF-8`);
    }
  }

  /**
   * Gives bytes to the guest, who owns them then.
   * @returns the address of their Region
   * @throws Trap when the guest's allocator misbehaves
   */
  give(bytes: Uint8Array): number {
    const data = this.#take(bytes.length);
    this.#bytes.set(bytes, data);
    const region = this.#take(regionBytes);
    this.#view.setUint32(region, data, true);
    this.#view.setUint32(region + 4, bytes.length, true);
    this.#view.setUint32(region + 8, bytes.length, true);
    return region;
  }

  #take(bytes: number): number {
    const allocate = this.#allocate;
    if (allocate === undefined) throw new Trap('it exports no allocate function');
    const at = this.#gate.shut(() => allocate(bytes)) >>> 0;
    this.#refresh();
    if (at === 0) throw trapOf(FAIL_ALLOCATED_NOTHING);
    if (at + bytes > this.#bytes.length) throw trapOf(FAIL_ALLOCATED_OUTSIDE);
    return at;
  }
}
