/**
 * Blocks between a file's bytes and the kernel's memory: one place there for an entry and its payload, shared by all
 * readers and writers over the same kernel, because the kernel's memory is never given back and no block is in work
 * longer than a call.
 */
import { crc32 } from 'node:zlib';
import type { Kernel } from './kernel.ts';
import * as L from './layout.ts';
import { deflated, inflated } from './segment-deflate.ts';

/** Behind the longest payload, for decoders that read whole vectors. */
const SLACK_BYTES = 64;

/** Why a payload is not that of its entry. */
export type PayloadFault =
  | 'its checksum is wrong'
  | 'it does not inflate'
  | 'its entry is impossible'
  | 'it does not decode';

const stages = new WeakMap<Kernel, BlockStage>();

/** The stage of a kernel. */
export function stageOf(kernel: Kernel): BlockStage {
  const known = stages.get(kernel);
  if (known !== undefined) return known;
  const made = new BlockStage(kernel);
  stages.set(kernel, made);
  return made;
}

export class BlockStage {
  readonly #kernel: Kernel;
  readonly #entry: number;
  readonly #payload: number;

  /** Use stageOf. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#entry = kernel.alloc(L.ENTRY_BYTES);
    this.#payload = kernel.alloc(L.ENCODE_ROOM);
  }

  /** The entry of the block that was encoded last, to be read and changed. */
  get entry(): Uint8Array {
    return this.#kernel.view(this.#entry, L.ENTRY_BYTES);
  }

  /**
   * Encodes points of the kernel's memory and makes their entry, but for E_OFFSET and E_SERIES.
   * @param ordinals address (u32 each); 0 when all are 0
   * @param isCold deflates when that is smaller
   * @returns the payload, valid until the next call
   */
  encode(times: number, values: number, ordinals: number, count: number, isCold: boolean): Uint8Array {
    const numbers = ordinals !== 0 && this.#kernel.exports.anyOrdinal(ordinals, count) !== 0 ? ordinals : 0;
    let payload = this.#encode(times, values, numbers, count, false);
    let flags = 0;
    if (isCold) {
      const hotEntry = this.entry.slice();
      const hot = payload.slice();
      const cold = deflated(this.#encode(times, values, numbers, count, true));
      if (cold.length < hot.length) [payload, flags] = [cold, L.ENTRY_DEFLATED];
      else {
        this.entry.set(hotEntry);
        payload = hot;
      }
    }
    const entry = this.entry;
    viewOf(entry).setUint32(L.E_CRC, crc32(payload), true);
    entry[L.E_FLAGS] = flags;
    return payload;
  }

  #encode(times: number, values: number, ordinals: number, count: number, isCold: boolean): Uint8Array {
    this.entry.fill(0);
    const { exports } = this.#kernel;
    const cold = isCold ? 1 : 0;
    let length = exports.encodeBlock(times, values, count, this.#payload, this.#entry, cold);
    if (ordinals !== 0) length = exports.encodeOrdinals(times, ordinals, this.#payload, this.#entry, cold);
    return this.#kernel.view(this.#payload, length);
  }

  /**
   * Checks a payload and decodes it into the kernel's memory.
   * @param payload as it is stored
   * @param times address, or 0 when they are not wanted; values as well
   * @param ordinals likewise; only together with times
   * @returns the number of points, or what is wrong
   */
  decode(entry: Uint8Array, payload: Uint8Array, times: number, values: number, ordinals = 0): number | PayloadFault {
    const view = viewOf(entry);
    // The high half is zero, or the low one would not be a possible count.
    const count = view.getUint32(L.S_COUNT, true);
    const plainBytes = plainBytesOf(view);
    const flags = entry[L.E_FLAGS]! & ~L.ENTRY_ROUNDED;
    const isPossible = count > 0 && count <= L.BLOCK_POINTS && view.getUint32(L.S_COUNT + 4, true) === 0;
    const isKnown = (flags & ~L.ENTRY_DEFLATED) === 0;
    if (!isPossible || !isKnown || plainBytes > L.ENCODE_ROOM - SLACK_BYTES) return 'its entry is impossible';
    if (crc32(payload) !== view.getUint32(L.E_CRC, true)) return 'its checksum is wrong';
    const plain = flags === L.ENTRY_DEFLATED ? inflated(payload, plainBytes) : payload;
    if (plain?.length !== plainBytes) return 'it does not inflate';
    const { bytes, exports } = this.#kernel;
    bytes.set(entry, this.#entry);
    bytes.set(plain, this.#payload);
    if (times !== 0 && exports.decodeTimes(this.#entry, this.#payload, times) !== 0) return 'it does not decode';
    if (values !== 0 && exports.decodeValues(this.#entry, this.#payload, values) !== 0) return 'it does not decode';
    if (ordinals !== 0 && exports.decodeOrdinals(this.#entry, this.#payload, times, ordinals) !== 0)
      return 'it does not decode';
    return count;
  }
}

/** Of a payload, before deflate. */
function plainBytesOf(view: DataView): number {
  const [times, values] = [view.getUint32(L.E_TIME_BYTES, true), view.getUint32(L.E_VALUE_BYTES, true)];
  return times + values + view.getUint32(L.E_ORDINAL_BYTES, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
