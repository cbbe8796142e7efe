/**
 * The series of an open store, numbered in the order in which they were first seen. Numbers are valid as long as the store
 * is open; files have numberings of their own and meet here by the bytes of their keys.
 */
import { decodeKey, encodeKey, type SeriesKey } from './series.ts';

export class SeriesNames {
  readonly #ids = new Map<string, number>();
  readonly #keys: Buffer[] = [];
  readonly #names: SeriesKey[] = [];
  /** All numbers in order of their keys; made again when there are new ones. */
  #order = new Uint32Array(0);

  get count(): number {
    return this.#keys.length;
  }

  /** @throws StoreError of kind `invalid` when the key would be too long */
  idOf(name: string, tags: readonly string[]): number {
    return this.idOfKey(encodeKey(name, tags));
  }

  /** The bytes are copied when the series is new. @throws RangeError for bytes that are no key */
  idOfKey(bytes: Uint8Array): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const name = decodeKey(bytes);
    if (name === undefined) throw new RangeError('these bytes are no key of a series');
    const id = this.#keys.length;
    this.#keys.push(Buffer.from(bytes));
    this.#names.push(name);
    this.#ids.set(text, id);
    return id;
  }

  key(id: number): SeriesKey {
    return this.#names[id]!;
  }

  keyBytes(id: number): Buffer {
    return this.#keys[id]!;
  }

  /** All numbers in order of their keys' bytes. Valid until the next new series. */
  get order(): Uint32Array {
    if (this.#order.length !== this.#keys.length) {
      const ids = Uint32Array.from(this.#keys, (_, id) => id);
      this.#order = ids.sort((a, b) => Buffer.compare(this.#keys[a]!, this.#keys[b]!));
    }
    return this.#order;
  }
}
