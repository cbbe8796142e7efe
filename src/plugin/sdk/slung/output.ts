/**
 * NDJSON into one growing buffer. Values are put one after the other; commas come by themselves, from the last byte
 * that was written, and a newline comes after every value that is not inside another. So a record that becomes one
 * object is one line, and a record for which nothing is put has no line. The buffer is the plugin's result: the host
 * copies it once.
 */
import { jsonRoom, putJsonBody } from './escape';
import { FLOAT_ROOM, putDouble } from './float';
import { BOOL, FLOAT, INT } from './imports';
import { putSigned, putUnsigned } from './integer';
import { formOf, keyBytes, putKey, utf8At, utf8Bytes } from './literal';
import { beginMembers, isMember, keyFrom, nextMember, valueFrom, valueTo } from './members';
import { copyOver, SLACK } from './memory';
import { Record } from './record';
import { Entries, List, Scalar, Text } from './views';

/** Long texts are escaped in pieces, so that not six times their size has to be reserved. */
const PIECE: usize = 8192;
const INTEGER_ROOM: usize = 20;

// One byte in front of the first holds a newline, so that the last byte can always be looked at.
let begin: usize = 0;
let end: usize = 0;
let limit: usize = 0;
/** How many objects and arrays are open. */
let depth: i32 = 0;

function grow(size: usize): void {
  const used = end - begin;
  const needed = used + size;
  const room = max<usize>(65536, needed < 0x40000000 ? 2 * needed : needed);
  const total: usize = room + SLACK + 1;
  if (needed < size || total < room) unreachable();
  const block = begin ? heap.realloc(begin - 1, total) : heap.alloc(total);
  store<u8>(block, 0x0a);
  begin = block + 1;
  end = begin + used;
  limit = begin + room;
}

/** Makes room for `size` bytes behind the end. */
// @ts-ignore: decorator
@inline
function need(size: usize): void {
  if (size > limit - end) grow(size);
}

/** Before a value: a comma, unless it is the first or a key stands in front. */
// @ts-ignore: decorator
@inline
function separate(room: usize): void {
  need(room + 2);
  const last = load<u8>(end - 1);
  if (last != 0x3a && last != 0x7b && last != 0x5b && last != 0x0a) store<u8>(end++, 0x2c);
}

/** After a value. */
// @ts-ignore: decorator
@inline
function finish(to: usize): void {
  end = to;
  if (!depth) store<u8>(end++, 0x0a);
}

function putBytes(from: usize, size: usize): void {
  separate(2);
  store<u8>(end++, 0x22);
  while (size > PIECE) {
    need(jsonRoom(PIECE));
    end = putJsonBody(end, from, PIECE);
    from += PIECE;
    size -= PIECE;
  }
  need(jsonRoom(size) + 2);
  const to = putJsonBody(end, from, size);
  store<u8>(to, 0x22);
  finish(to + 1);
}

function close(bracket: u8): void {
  if (!depth) throw new Error('an object or array is ended that was not begun');
  need(2);
  store<u8>(end, bracket);
  depth--;
  finish(end + 1);
}

/** Which of every `step`th name the member has that was found last, or -1. */
function nameOf(names: string[], step: i32): i32 {
  for (let i = 0; i < names.length; i += step) {
    const form = formOf(names[i]);
    if (isMember(utf8At(form), utf8Bytes(form))) return i;
  }
  return -1;
}

function putMember(from: usize, to: usize): void {
  separate(to - from + SLACK);
  copyOver(end, from, to - from);
  finish(end + (to - from));
}

/** Where a plugin puts its lines. There is one; every method returns it, so that calls can be chained. */
export class Output {
  beginObject(): Output {
    separate(1);
    store<u8>(end++, 0x7b);
    depth++;
    return this;
  }

  endObject(): Output {
    close(0x7d);
    return this;
  }

  beginArray(): Output {
    separate(1);
    store<u8>(end++, 0x5b);
    depth++;
    return this;
  }

  endArray(): Output {
    close(0x5d);
    return this;
  }

  /** A member's name; its value comes next. */
  @inline
  key(name: string): Output {
    const form = formOf(name);
    separate(keyBytes(form) + SLACK);
    end = putKey(end, form);
    return this;
  }

  /** A member's name that comes from a record. */
  keyText(name: Text): Output {
    const open = depth;
    depth = 1; // A name is not a line.
    putBytes(name.at, name.length);
    depth = open;
    need(1);
    store<u8>(end++, 0x3a);
    return this;
  }

  @inline
  text(value: Text): Output {
    putBytes(value.at, value.length);
    return this;
  }

  @inline
  string(value: string): Output {
    const form = formOf(value);
    putBytes(utf8At(form), utf8Bytes(form));
    return this;
  }

  int(value: i64): Output {
    separate(INTEGER_ROOM);
    finish(putSigned(end, value));
    return this;
  }

  unsigned(value: u64): Output {
    separate(INTEGER_ROOM);
    finish(putUnsigned(end, value));
    return this;
  }

  /**
   * As JSON.stringify prints it: the shortest form that reads back as the same number; null for NaN and infinities.
   */
  float(value: f64): Output {
    separate(FLOAT_ROOM);
    finish(putDouble(end, value));
    return this;
  }

  bool(value: bool): Output {
    separate(5);
    store<u32>(end, value ? 0x65757274 : 0x736c6166); // true, fals
    store<u8>(end, 0x65, 4);
    finish(end + (value ? 4 : 5));
    return this;
  }

  nil(): Output {
    separate(4);
    store<u32>(end, 0x6c6c756e);
    finish(end + 4);
    return this;
  }

  /** A value of the record; null when it does not exist. */
  scalar(value: Scalar): Output {
    if (value.text().exists) return this.text(value.text());
    if (value.kind == INT) return this.int(value.int());
    if (value.kind == FLOAT) return this.float(value.float());
    return value.kind == BOOL ? this.bool(value.bool()) : this.nil();
  }

  /** The elements as an array; null when there is none. */
  list(values: List): Output {
    if (!values.exists) return this.nil();
    this.beginArray();
    for (let i = 0, count = values.length; i < count; i++) this.scalar(values[i]);
    return this.endArray();
  }

  /** The members as an object; null when there is none. */
  map(entries: Entries): Output {
    if (!entries.exists) return this.nil();
    this.beginObject();
    for (let i = 0, count = entries.length; i < count; i++) this.keyText(entries.key(i)).scalar(entries.value(i));
    return this.endObject();
  }

  /** One whole JSON value as it is, a record's raw() for example. White space at its end is left out. */
  raw(json: Text): Output {
    let size: usize = json.length;
    while (size && load<u8>(json.at + size - 1) <= 0x20) size--;
    separate(size + SLACK);
    copyOver(end, json.at, size);
    finish(end + size);
    return this;
  }

  /**
   * The members of the record's root, as they were written, into the object that is open; not those whose keys are in
   * `except`. Keys in `rename`, each followed by its new name, get that in their place.
   */
  copy(record: Record, except: string[] = [], rename: string[] = []): Output {
    if (!depth) throw new Error('copy() puts members into an object, which has to be begun');
    const text = record.raw();
    beginMembers(text.at, text.at + text.length);
    while (nextMember()) {
      if (nameOf(except, 1) >= 0) continue;
      const other = nameOf(rename, 2);
      if (other < 0) putMember(keyFrom - 1, valueTo);
      else {
        const value = valueFrom;
        this.key(rename[other + 1]);
        putMember(value, valueTo);
      }
    }
    return this;
  }

  /** A member: name and value of any of the types above. */
  @inline
  put<T>(name: string, value: T): Output {
    return this.key(name).value<T>(value);
  }

  /** A member, unless it is a Text, Scalar, List or Entries that does not exist. */
  @inline
  putSome<T>(name: string, value: T): Output {
    if (isReference<T>() && !isString<T>()) {
      if (!value.exists) return this;
    }
    return this.key(name).value<T>(value);
  }

  /** A value of any of the types above. */
  @inline
  value<T>(value: T): Output {
    if (isString<T>()) return this.string(changetype<string>(value));
    if (isBoolean<T>()) return this.bool(<bool>value);
    if (isFloat<T>()) return this.float(<f64>value);
    if (isInteger<T>()) return isSigned<T>() ? this.int(<i64>value) : this.unsigned(<u64>value);
    if (value instanceof Text) return this.text(value);
    if (value instanceof Scalar) return this.scalar(value);
    if (value instanceof List) return this.list(value);
    if (value instanceof Entries) return this.map(value);
    ERROR('a value is a string, Text, Scalar, List, Entries, number or boolean');
    return this;
  }
}

export function beginOutput(): void {
  if (!begin) grow(0);
  end = begin;
  depth = 0;
}

/** @throws when an object or array was left open */
// @ts-ignore: decorator
@inline
export function endOutputRecord(): void {
  if (depth) throw new Error('an object or array was left open at the end of a record');
}

export function outputAt(): usize {
  return begin;
}

export function outputBytes(): usize {
  return end - begin;
}
