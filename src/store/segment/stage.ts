/**
 * Blocks between a file's bytes and the kernel's memory: one place there for an entry and its payload, shared by all
 * readers and writers over the same kernel, because the kernel's memory is never given back and no block is in work
 * longer than a call.
 */
import { crc32 } from '../kernel/crc32.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as L from '../kernel/layout.ts';
import { ENTRY_PACK, K_COUNT_BYTES } from '../kernel/pack-layout.ts';
import { deflated, inflated } from './deflate.ts';
import type { PackRoom } from './pack-room.ts';

/** Behind the longest payload, for decoders that read whole vectors. */
const SLACK_BYTES = 64;

/** Deflate makes nothing shorter that is as short as this. */
const LEAST_DEFLATED = 32;

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
    return this.#smaller((cold) => this.#encode(times, values, numbers, count, cold), isCold, 0);
  }

  /** Hot, or deflated when that is wanted and smaller; with checksum and flags. */
  #smaller(encode: (cold: number) => Uint8Array, isCold: boolean, kind: number): Uint8Array {
    let payload = encode(0);
    let flags = kind;
    if (isCold && payload.length >= LEAST_DEFLATED) {
      const hotEntry = this.entry.slice();
      const hot = payload.slice();
      const cold = deflated(encode(1));
      if (cold.length < hot.length) {
        payload = cold;
        flags |= L.ENTRY_DEFLATED;
      } else {
        this.entry.set(hotEntry);
        payload = hot;
      }
    }
    const entry = this.entry;
    viewOf(entry).setUint32(L.E_CRC, crc32(payload), true);
    entry[L.E_FLAGS] = flags;
    return payload;
  }

  #encode(times: number, values: number, ordinals: number, count: number, cold: number): Uint8Array {
    this.entry.fill(0);
    const { exports } = this.#kernel;
    let length = exports.encodeBlock(times, values, count, this.#payload, this.#entry, cold);
    if (ordinals !== 0) length = exports.encodeOrdinals(times, ordinals, this.#payload, this.#entry, cold);
    return this.#kernel.view(this.#payload, length);
  }

  /** The same for a pack (pack-layout.ts). */
  encodePack(pack: number, isCold: boolean): Uint8Array {
    const { exports } = this.#kernel;
    const encode = (cold: number): Uint8Array => {
      this.entry.fill(0);
      return this.#kernel.view(this.#payload, exports.packEncode(pack, this.#payload, this.#entry, cold));
    };
    return this.#smaller(encode, isCold, ENTRY_PACK);
  }

  /**
   * Checks the payload of a pack and decodes it.
   * @param entry of the pack; its first series is the first of the entries in the room
   * @returns what is wrong, if anything is
   */
  decodePack(entry: Uint8Array, payload: Uint8Array, room: PackRoom): PayloadFault | undefined {
    const view = viewOf(entry);
    const fault = this.#put(entry, payload, view, plainBytesOf(view) + view.getUint32(K_COUNT_BYTES, true), ENTRY_PACK);
    if (fault !== undefined) return fault;
    const { times, values, ordinals, entries } = room;
    const series = view.getUint32(L.E_SERIES, true);
    const { exports } = this.#kernel;
    const isBad = exports.packDecode(this.#entry, this.#payload, times, values, ordinals, series, entries) !== 0;
    return isBad ? 'it does not decode' : undefined;
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
    const count = view.getUint32(L.S_COUNT, true);
    const fault = this.#put(entry, payload, view, plainBytesOf(view), 0);
    if (fault !== undefined) return fault;
    const { exports } = this.#kernel;
    if (times !== 0 && exports.decodeTimes(this.#entry, this.#payload, times) !== 0) return 'it does not decode';
    if (values !== 0 && exports.decodeValues(this.#entry, this.#payload, values) !== 0) return 'it does not decode';
    if (ordinals !== 0 && exports.decodeOrdinals(this.#entry, this.#payload, times, ordinals) !== 0)
      return 'it does not decode';
    return count;
  }

  /**
   * Brings an entry and its payload, as it was before deflate, into the kernel's memory. @param kind 0, or ENTRY_PACK
   */
  #put(
    entry: Uint8Array,
    payload: Uint8Array,
    view: DataView,
    plainBytes: number,
    kind: number,
  ): PayloadFault | undefined {
    // The high half is zero, or the low one would not be a possible count.
    const count = view.getUint32(L.S_COUNT, true);
    const flags = entry[L.E_FLAGS]! & ~L.ENTRY_ROUNDED;
    const isPossible = count > 0 && count <= L.BLOCK_POINTS && view.getUint32(L.S_COUNT + 4, true) === 0;
    const isKnown = (flags & ~L.ENTRY_DEFLATED) === kind;
    if (!isPossible || !isKnown || plainBytes > L.ENCODE_ROOM - SLACK_BYTES) return 'its entry is impossible';
    if (crc32(payload) !== view.getUint32(L.E_CRC, true)) return 'its checksum is wrong';
    const plain = (flags & L.ENTRY_DEFLATED) !== 0 ? inflated(payload, plainBytes) : payload;
    if (plain?.length !== plainBytes) return 'it does not inflate';
    const { bytes } = this.#kernel;
    bytes.set(entry, this.#entry);
    bytes.set(plain, this.#payload);
    return undefined;
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
