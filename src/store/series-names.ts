/**
 * The series of an open store, numbered in the order in which they were first seen. Numbers are valid as long as the
 * store is open; files have numberings of their own and meet here by the bytes of their keys. All of it lies in the
 * kernel's memory (asm/names.ts): for a million series there are no objects here, only their bytes.
 */
import type { Kernel } from './kernel/kernel.ts';
import * as N from './kernel/names-layout.ts';
import { decodeKey, encodeKey, isKey, type SeriesKey } from './series.ts';

const FIRST_ROOM = 768;
/** Of the slots so many may be taken, in quarters. */
const FULL_QUARTERS = 3;
const FIRST_KEYS_BYTES = 1 << 16;
const KEYS_BYTES = 1 << 20;
/** The longest key with what is around it. */
const LONGEST_BYTES = 1 << 17;
const WORD = 4;

/** Keys as they stand one after the other: the length of each as u16 before it. */
export interface KeyList {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Keys one after the other, where each begins, and the block of each series. */
export interface DictionaryKeys {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly blocks: Uint32Array;
}

export class SeriesNames {
  readonly #kernel: Kernel;
  readonly #names: number;
  /** Where keys, numbers and what becomes of them go on their way; grows. */
  #desk = 0;
  #deskBytes = 0;
  /** All numbers in order of their keys; made again when there are new ones. */
  #order = new Uint32Array(0);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#names = kernel.alloc(N.NAMES_BYTES);
  }

  get count(): number {
    return this.#get(N.N_COUNT);
  }

  /** @throws StoreError of kind `invalid` when the key would be too long */
  idOf(name: string, tags: readonly string[]): number {
    return this.#intern(encodeKey(name, tags));
  }

  /** The bytes are copied when the series is new. @throws RangeError for bytes that are no key */
  idOfKey(bytes: Uint8Array): number {
    if (!isKey(bytes)) throw new RangeError('these bytes are no key of a series');
    return this.#intern(bytes);
  }

  #intern(key: Uint8Array): number {
    const desk = this.#room(N.KEY_HEAD_BYTES + key.length + N.KEY_SLACK_BYTES + WORD);
    const { bytes } = this.#kernel;
    bytes[desk + WORD] = key.length & 0xff;
    bytes[desk + WORD + 1] = key.length >>> 8;
    bytes.set(key, desk + WORD + N.KEY_HEAD_BYTES);
    this.#internAll(desk + WORD, 1, desk);
    return this.#kernel.u32[desk / WORD]!;
  }

  /** The numbers of many keys, which are canonical (series.ts). @param ids room for them */
  idsOf({ bytes, count }: KeyList, ids: Uint32Array): void {
    const keysAt = count * WORD;
    const desk = this.#room(keysAt + bytes.length + N.KEY_SLACK_BYTES);
    this.#kernel.bytes.set(bytes, desk + keysAt);
    this.#internAll(desk + keysAt, count, desk);
    ids.set(this.#kernel.u32.subarray(desk / WORD, desk / WORD + count));
  }

  #internAll(keys: number, count: number, ids: number): void {
    const { exports } = this.#kernel;
    let [at, done] = [keys, 0];
    if (this.#get(N.N_ROOM) === 0) this.#grow();
    for (;;) {
      const wanted = exports.namesIntern(this.#names, at, count - done, ids + done * WORD);
      const taken = this.#get(N.N_DONE);
      done += taken;
      if (wanted === N.NAMES_DONE) return;
      const { bytes } = this.#kernel;
      for (let i = 0; i < taken; i++) at += N.KEY_HEAD_BYTES + (bytes[at]! | (bytes[at + 1]! << 8));
      if (wanted === N.NAMES_WANT_ROOM) this.#grow();
      else this.#openKeys();
    }
  }

  #openKeys(): void {
    const bytes = Math.max(this.#get(N.N_FREE) === 0 ? FIRST_KEYS_BYTES : KEYS_BYTES, LONGEST_BYTES);
    const at = this.#kernel.alloc(bytes);
    this.#set(N.N_FREE, at);
    this.#set(N.N_END, at + bytes);
  }

  /** Room for twice as many numbers. */
  #grow(): void {
    const kernel = this.#kernel;
    const before = this.#get(N.N_ROOM);
    const room = before === 0 ? FIRST_ROOM : 2 * before;
    const keys = kernel.alloc(room * WORD);
    const old = this.#get(N.N_KEYS);
    kernel.bytes.copyWithin(keys, old, old + before * WORD);
    if (before > 0) {
      kernel.release(old, before * WORD);
      kernel.release(this.#get(N.N_SLOTS), (this.#get(N.N_MASK) + 1) * N.SLOT_BYTES);
    }
    this.#set(N.N_KEYS, keys);
    this.#set(N.N_ROOM, room);
    const slots = (room * 4) / FULL_QUARTERS;
    this.#set(N.N_SLOTS, kernel.alloc(slots * N.SLOT_BYTES));
    this.#set(N.N_MASK, slots - 1);
    kernel.exports.namesRehash(this.#names);
  }

  /** Memory for a call; what was in it is gone. */
  #room(bytes: number): number {
    if (this.#deskBytes < bytes) {
      if (this.#deskBytes > 0) this.#kernel.release(this.#desk, this.#deskBytes);
      this.#deskBytes = 2 * bytes;
      this.#desk = this.#kernel.alloc(this.#deskBytes);
    }
    return this.#desk;
  }

  key(id: number): SeriesKey {
    return decodeKey(this.keyBytes(id))!;
  }

  /** A copy. */
  keyBytes(id: number): Buffer {
    const { bytes, u32 } = this.#kernel;
    const at = u32[this.#get(N.N_KEYS) / WORD + id]!;
    const from = at + N.KEY_HEAD_BYTES;
    return Buffer.from(bytes.subarray(from, from + (bytes[at]! | (bytes[at + 1]! << 8))));
  }

  /** Where the numbers are in the kernel's memory, and how many bytes their keys have together. */
  #stage(ids: Uint32Array): { readonly at: number; readonly bytes: number } {
    const at = this.#room(ids.length * WORD);
    this.#kernel.u32.set(ids, at / WORD);
    return { at, bytes: this.#kernel.exports.namesBytes(this.#names, at, ids.length) };
  }

  /** The definitions of series as a frame of a log has them (FORMAT.md, section 2). Valid until the next call. */
  definitions(ids: Uint32Array): Uint8Array {
    if (ids.length === 0) return new Uint8Array(0);
    const length = this.#stage(ids).bytes + ids.length * N.DEFINITION_HEAD_BYTES;
    const desk = this.#room(ids.length * WORD + length);
    this.#kernel.u32.set(ids, desk / WORD);
    const out = desk + ids.length * WORD;
    this.#kernel.exports.namesDefinitions(this.#names, desk, ids.length, out);
    return this.#kernel.view(out, length);
  }

  /**
   * The keys of series one after the other, as a dictionary has them. Valid until the next call.
   * @param start where the first begins
   * @param block of the first series; each has one
   */
  keys(ids: Uint32Array, start: number, block: number): DictionaryKeys {
    const count = ids.length;
    const { bytes: length } = this.#stage(ids);
    const desk = this.#room(3 * count * WORD + length);
    const kernel = this.#kernel;
    kernel.u32.set(ids, desk / WORD);
    const starts = desk + count * WORD;
    const blocks = starts + count * WORD;
    const out = blocks + count * WORD;
    kernel.exports.namesKeys(this.#names, desk, count, out, starts, start, blocks, block);
    const words = (at: number) => kernel.u32.subarray(at / WORD, at / WORD + count);
    return { bytes: kernel.view(out, length), starts: words(starts), blocks: words(blocks) };
  }

  /** All numbers in order of their keys' bytes. Valid until the next new series. */
  get order(): Uint32Array {
    const { count } = this;
    if (this.#order.length === count) return this.#order;
    const kernel = this.#kernel;
    const words = kernel.alloc(count * (WORD + N.ORDER_WORK_BYTES));
    const ids = words + count * N.ORDER_WORK_BYTES;
    const order = new Uint32Array(count);
    for (let id = 0; id < count; id++) order[id] = id;
    kernel.u32.set(order, ids / WORD);
    kernel.exports.namesOrder(this.#names, ids, count, words);
    order.set(kernel.u32.subarray(ids / WORD, ids / WORD + count));
    kernel.release(words, count * (WORD + N.ORDER_WORK_BYTES));
    this.#order = order;
    return order;
  }

  #get(field: number): number {
    return this.#kernel.u32[(this.#names + field) / WORD]!;
  }

  #set(field: number, value: number): void {
    this.#kernel.u32[(this.#names + field) / WORD] = value;
  }
}
