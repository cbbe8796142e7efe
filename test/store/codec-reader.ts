/**
 * A second reader of blocks, written from FORMAT.md section 4 alone, with BigInt and without any concern for speed:
 * what it makes of a payload is what a payload means. Bytes that the section does not allow are a RangeError.
 */

const MOST_POINTS = 4096;
const GROUP = 128;

class Reader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('the payload ends early');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  little(bytes: number): bigint {
    return [...this.take(bytes)].reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
  }

  varint(): bigint {
    let value = 0n;
    for (let i = 0n; i < 10n; i++) {
      const byte = this.u8();
      value |= BigInt(byte & 127) << (7n * i);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a varint is too long');
  }

  signedVarint(): bigint {
    const value = this.varint();
    return value & 1n ? -(value >> 1n) - 1n : value >> 1n;
  }

  bitmap(count: number): boolean[] {
    const bytes = this.take((count + 7) >> 3);
    const bits = Array.from({ length: bytes.length * 8 }, (_, i) => ((bytes[i >> 3]! >> (i & 7)) & 1) === 1);
    if (bits.slice(count).some((bit) => bit)) throw new RangeError('bits behind the last number');
    return bits.slice(0, count);
  }

  end(): void {
    if (this.left !== 0) throw new RangeError('bytes are left');
  }
}

/** Four streams of bits. */
function readRows(reader: Reader, count: number, width: number): bigint[] {
  const rows = Math.ceil(count / 4);
  const lanes = [0n, 0n, 0n, 0n];
  const vectors = Math.ceil((rows * width) / 32);
  for (let vector = 0; vector < vectors; vector++) {
    for (let lane = 0; lane < 4; lane++) lanes[lane]! |= reader.little(4) << BigInt(32 * vector);
  }
  return Array.from({ length: count }, (_, i) =>
    BigInt.asUintN(width, lanes[i % 4]! >> BigInt(width * Math.floor(i / 4))),
  );
}

function readGroups(reader: Reader, count: number, isWide: boolean): bigint[] {
  const residues: bigint[] = [];
  let base = 0n;
  while (residues.length < count) {
    const inGroup = Math.min(GROUP, count - residues.length);
    const head = reader.u8();
    const width = head & 127;
    if (width > (isWide ? 64 : 32)) throw new RangeError('too wide');
    base += reader.signedVarint();
    const patches = head & 128 ? reader.u8() : 0;
    if (patches > 0 && width === 64) throw new RangeError('patches above 64 bits');
    const low = readRows(reader, inGroup, Math.min(width, 32));
    const high = width > 32 ? readRows(reader, inGroup, width - 32) : [];
    const group = low.map((bits, i) => base + (bits | ((high[i] ?? 0n) << 32n)));
    const places = [...reader.take(patches)];
    for (const place of places) {
      const excess = reader.varint();
      if (place >= inGroup) throw new RangeError('a patch outside of its group');
      group[place]! += excess << BigInt(width);
    }
    residues.push(...group);
  }
  return residues;
}

function readPlanes(reader: Reader, count: number, isWide: boolean): bigint[] {
  const planes = reader.u8();
  const base = reader.signedVarint();
  if (planes > (isWide ? 8 : 4)) throw new RangeError('too many planes');
  const residues = new Array<bigint>(count).fill(base);
  for (let plane = 0; plane < planes; plane++) {
    const bytes = reader.take(count);
    for (let i = 0; i < count; i++) residues[i]! += BigInt(bytes[i]!) << BigInt(8 * plane);
  }
  return residues;
}

/** Words as signed numbers. */
function readWords(reader: Reader, count: number): bigint[] {
  const flags = reader.u8();
  const [order, form, isWide] = [flags & 3, (flags >> 2) & 3, (flags & 16) !== 0];
  if (order === 3 || form === 3 || flags > 63) throw new RangeError('unknown flags');
  const origin = reader.signedVarint();
  const unit = reader.varint();
  const slope = reader.signedVarint();
  if (!isWide && unit >= 2n ** 31n) throw new RangeError('a large unit of narrow words');
  const present = form === 2 ? reader.bitmap(count) : new Array<boolean>(count).fill(form === 1);
  const some = present.filter((bit) => bit).length;
  const read = flags & 32 ? readPlanes : readGroups;
  const residues = form === 0 ? [] : read(reader, some, isWide);
  reader.end();
  let next = 0;
  let y = 0n;
  let d = slope;
  return present.map((isThere, i) => {
    const residue = isThere ? residues[next++]! : 0n;
    if (order === 0) y = BigInt(i) * slope + residue;
    else if (order === 1) y += slope + residue;
    else {
      d += residue;
      y += d;
    }
    y = BigInt.asIntN(isWide ? 64 : 32, y);
    return BigInt.asIntN(64, origin + unit * y);
  });
}

/** The i64 of a block's times. @throws RangeError */
export function readTimes(bytes: Uint8Array, codec: number, count: number): bigint[] {
  if (count < 1 || count > MOST_POINTS) throw new RangeError('no block has so many points');
  const reader = new Reader(bytes);
  if (codec === 1) return readWords(reader, count);
  if (codec !== 0) throw new RangeError('unknown codec');
  const times = Array.from({ length: count }, () => BigInt.asIntN(64, reader.little(8)));
  reader.end();
  return times;
}

/** Whether some word is too large for a decimal: what such a block means is not said. */
export class TooLarge extends Error {}

const LARGEST_WORD = 2n ** 51n;

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]!;
}

function readDecimals(reader: Reader, count: number): bigint[] {
  const power = reader.u8();
  if (power > 22) throw new RangeError('unknown power');
  const patches = Number(reader.varint());
  if (patches > count) throw new RangeError('too many patches');
  let places: number[] = [];
  let values: bigint[] = [];
  if (patches > 0) {
    const kind = reader.u8();
    if (kind > 3) throw new RangeError('unknown kind of patches');
    if (kind & 1) places = reader.bitmap(count).flatMap((bit, i) => (bit ? [i] : []));
    else places = Array.from({ length: patches }, () => Number(reader.little(2)));
    if (places.length !== patches || places.some((place) => place >= count)) throw new RangeError('wrong places');
    values = Array.from({ length: kind & 2 ? 1 : patches }, () => reader.little(8));
    if (kind & 2) values = new Array<bigint>(patches).fill(values[0]!);
  }
  const words = readWords(reader, count);
  if (words.some((word) => word > LARGEST_WORD || word < -LARGEST_WORD)) throw new TooLarge();
  const bits = words.map((word) => bitsOf(Number(word) / Number(`1e${power}`)));
  for (const [i, place] of places.entries()) bits[place] = values[i]!;
  return bits;
}

/** The bits of a block's values. @throws RangeError, TooLarge */
export function readValues(bytes: Uint8Array, codec: number, count: number): bigint[] {
  if (count < 1 || count > MOST_POINTS) throw new RangeError('no block has so many points');
  const reader = new Reader(bytes);
  if (codec === 2) return readDecimals(reader, count);
  if (codec === 3) return readWords(reader, count).map((word) => BigInt.asUintN(64, word));
  if (codec === 4) {
    const rotated = readWords(reader, count).map((word) => BigInt.asUintN(64, word));
    return rotated.map((word) => (word >> 1n) | ((word & 1n) << 63n));
  }
  if (codec > 4) throw new RangeError('unknown codec');
  const written = Array.from({ length: codec === 1 ? 1 : count }, () => reader.little(8));
  reader.end();
  return codec === 1 ? new Array<bigint>(count).fill(written[0]!) : written;
}
