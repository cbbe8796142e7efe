/**
 * What the host answers, seen where it lies: a Text is an address and a size, a Scalar is the canonical ABI's variant,
 * a List is its array. None of them is an object of the runtime, so making one costs nothing; the price is that they
 * are good only until the record is done. `toString()` makes a string that stays.
 */
import { BOOL, BYTES, ENTRY_BYTES, FLOAT, INT, NOTHING, SCALAR_BYTES, STRING } from './imports';
import { formOf, utf8At, utf8Bytes } from './literal';
import { reserve } from './memory';

/** 24 bytes, all zero but the kind of the scalar: the answer when there is nothing. */
const MISSING: usize = memory.data(24, 8);
store<u8>(MISSING, NOTHING);
/** A Text at MISSING + 8 is empty. */
const NO_TEXT: usize = MISSING + 8;

/** Bytes of UTF-8 that are not ours. A text that is missing is empty, and `exists` tells it from an empty one. */
@unmanaged
export class Text {
  at: usize;
  /** Bytes, not characters. */
  length: i32;

  get exists(): bool {
    return changetype<usize>(this) != NO_TEXT;
  }

  toString(): string {
    return String.UTF8.decodeUnsafe(this.at, this.length);
  }

  /** One byte; 0 beyond the end. */
  @operator('[]')
  byteAt(index: i32): u8 {
    return <u32>index < <u32>this.length ? load<u8>(this.at + index) : 0;
  }

  @inline
  equals(text: string): bool {
    const form = formOf(text);
    return utf8Bytes(form) == this.length && isSame(this.at, utf8At(form), this.length);
  }

  startsWith(text: string): bool {
    const form = formOf(text);
    const size = <i32>utf8Bytes(form);
    return size <= this.length && isSame(this.at, utf8At(form), size);
  }

  /** Where the byte stands first, from `from` on, or -1. */
  indexOf(byte: u8, from: i32 = 0): i32 {
    for (let i = from; i < this.length; i++) if (load<u8>(this.at + i) == byte) return i;
    return -1;
  }

  /** The bytes from `from` to before `to`; a view, too. */
  slice(from: i32, to: i32 = i32.MAX_VALUE): Text {
    const end = min(max(to, 0), this.length);
    const begin = min(max(from, 0), end);
    return textAt(this.at + begin, end - begin);
  }
}

/** Compares 16 bytes at a time; what is behind the end may be read, and does not count. */
function isSame(a: usize, b: usize, size: u32): bool {
  for (; size >= 16; size -= 16, a += 16, b += 16) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
  }
  const same = i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
  return (~same & ((1 << size) - 1)) == 0;
}

/** A Text over bytes that lie somewhere with 15 readable bytes behind them. */
export function textAt(at: usize, size: i32): Text {
  const text = changetype<Text>(reserve(offsetof<Text>(), 4));
  text.at = at;
  text.length = size;
  return text;
}

/** One value of a record: a string, an integer, a float or a boolean; or none of these. */
@unmanaged
export class Scalar {
  kind: u8;

  /** False for what is missing, null, an array or an object. */
  get exists(): bool {
    return this.kind != NOTHING;
  }

  get isString(): bool {
    return this.kind == STRING;
  }

  /** Written without fraction and exponent, and within 64 bits. */
  get isInt(): bool {
    return this.kind == INT;
  }

  get isFloat(): bool {
    return this.kind == FLOAT;
  }

  get isBool(): bool {
    return this.kind == BOOL;
  }

  /** The string, or a Text that is missing. */
  @inline
  text(): Text {
    const isText = this.kind == STRING || this.kind == BYTES;
    return changetype<Text>(isText ? changetype<usize>(this) + 8 : NO_TEXT);
  }

  string(otherwise: string = ''): string {
    const text = this.text();
    return text.exists ? text.toString() : otherwise;
  }

  @inline
  int(otherwise: i64 = 0): i64 {
    return this.kind == INT ? load<i64>(changetype<usize>(this), 8) : otherwise;
  }

  /** The number, integers too. */
  @inline
  float(otherwise: f64 = 0): f64 {
    const at = changetype<usize>(this);
    return this.kind == FLOAT ? load<f64>(at, 8) : this.kind == INT ? <f64>load<i64>(at, 8) : otherwise;
  }

  bool(otherwise: bool = false): bool {
    return this.kind == BOOL ? load<u8>(changetype<usize>(this), 8) != 0 : otherwise;
  }
}

export function noScalar(): Scalar {
  return changetype<Scalar>(MISSING);
}

/** The scalars of an array; what it holds besides scalars is left out. As the ABI's option<list<scalar>>. */
@unmanaged
export class List {
  private some: u8;
  private at: usize;
  private count: i32;

  /** False when there is no array. */
  get exists(): bool {
    return this.some != 0;
  }

  get length(): i32 {
    return this.some ? this.count : 0;
  }

  /** Beyond the end: a scalar that does not exist. */
  @operator('[]')
  get(index: i32): Scalar {
    return <u32>index < <u32>this.length ? changetype<Scalar>(this.at + <usize>index * SCALAR_BYTES) : noScalar();
  }
}

/** The members of an object that have scalars for values, in the order of the record. As option<list<tuple<…>>>. */
@unmanaged
export class Entries {
  private some: u8;
  private at: usize;
  private count: i32;

  /** False when there is no object. */
  get exists(): bool {
    return this.some != 0;
  }

  get length(): i32 {
    return this.some ? this.count : 0;
  }

  key(index: i32): Text {
    return changetype<Text>(<u32>index < <u32>this.length ? this.at + <usize>index * ENTRY_BYTES : NO_TEXT);
  }

  value(index: i32): Scalar {
    return changetype<Scalar>(<u32>index < <u32>this.length ? this.at + <usize>index * ENTRY_BYTES + 8 : MISSING);
  }
}

/** All keys of an object, in the order of the record; none when there is no object. As the ABI's list<string>. */
@unmanaged
export class Keys {
  private at: usize;
  private count: i32;

  get length(): i32 {
    return this.count;
  }

  @operator('[]')
  get(index: i32): Text {
    return changetype<Text>(<u32>index < <u32>this.count ? this.at + 8 * <usize>index : NO_TEXT);
  }
}
