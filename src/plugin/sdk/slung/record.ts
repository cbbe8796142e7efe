/**
 * A record as the plugin sees it: a handle of the host's, and one call for each field that is asked for. There is one
 * Record for all records of a run; only its handle changes. A path is `a.b`, `a[0].c`, or a whole key of the root that
 * has dots in it, which wins. Nothing is coerced but an integer where a float is asked for.
 */
import { logGet, logGetList, logGetMap, logHas, logKeys, logLen, logLog, NOTHING } from './imports';
import { formOf, utf8At, utf8Bytes } from './literal';
import { beginMembers, isMember, nextMember, valueFrom, valueTo } from './members';
import { reserve } from './memory';
import { Entries, Keys, List, noScalar, Scalar, Text, textAt } from './views';

/** For answers that are read at once; 24 bytes. */
const answer: usize = memory.data(24, 8);

export class Record {
  /** The host's number for the record; not for plugins. */
  handle: i32 = 0;

  /** Is there anything, even null? */
  @inline
  has(path: string): bool {
    const form = formOf(path);
    return logHas(this.handle, utf8At(form), utf8Bytes(form)) != 0;
  }

  /** The value, which knows what it is, or that it does not exist. */
  @inline
  get(path: string): Scalar {
    const form = formOf(path);
    const result = reserve(24, 8);
    logGet(this.handle, utf8At(form), utf8Bytes(form), result);
    if (!load<u8>(result)) store<u8>(result, NOTHING, 8);
    return changetype<Scalar>(result + 8);
  }

  /** The string where it lies; missing (`exists`), and empty, when there is none. */
  @inline
  text(path: string): Text {
    return this.get(path).text();
  }

  /** The string as a string of the runtime, which may be kept. */
  getString(path: string, otherwise: string = ''): string {
    return this.get(path).string(otherwise);
  }

  @inline
  getInt(path: string, otherwise: i64 = 0): i64 {
    return this.fetch(path).int(otherwise);
  }

  /** The number, whether it was written as an integer or with a fraction. */
  @inline
  getFloat(path: string, otherwise: f64 = 0): f64 {
    return this.fetch(path).float(otherwise);
  }

  @inline
  getBool(path: string, otherwise: bool = false): bool {
    return this.fetch(path).bool(otherwise);
  }

  /** Like get(), but good only until the next call. */
  @inline
  private fetch(path: string): Scalar {
    const form = formOf(path);
    logGet(this.handle, utf8At(form), utf8Bytes(form), answer);
    if (!load<u8>(answer)) store<u8>(answer, NOTHING, 8);
    return changetype<Scalar>(answer + 8);
  }

  /** Bytes of a string, elements of an array; -1 for everything else. */
  len(path: string): i32 {
    const form = formOf(path);
    logLen(this.handle, utf8At(form), utf8Bytes(form), answer);
    return load<u8>(answer) ? load<i32>(answer, 4) : -1;
  }

  /** The scalars of an array. */
  @inline
  list(path: string): List {
    const form = formOf(path);
    const result = reserve(12, 4);
    logGetList(this.handle, utf8At(form), utf8Bytes(form), result);
    return changetype<List>(result);
  }

  /** The scalar members of an object. */
  map(path: string): Entries {
    const form = formOf(path);
    const result = reserve(12, 4);
    logGetMap(this.handle, utf8At(form), utf8Bytes(form), result);
    return changetype<Entries>(result);
  }

  /** All keys of an object. */
  keys(path: string): Keys {
    const form = formOf(path);
    const result = reserve(8, 4);
    logKeys(this.handle, utf8At(form), utf8Bytes(form), result);
    return changetype<Keys>(result);
  }

  /**
   * The value of a key of the root as it was written, of any type: for out.raw(). Missing (`exists`), and empty, when
   * there is none; of a key that comes twice, the last.
   */
  member(key: string): Text {
    const form = formOf(key);
    const record = this.raw();
    let from: usize = 0;
    let to: usize = 0;
    beginMembers(record.at, record.at + record.length);
    while (nextMember()) {
      if (!isMember(utf8At(form), utf8Bytes(form))) continue;
      from = valueFrom;
      to = valueTo;
    }
    return from ? textAt(from, <i32>(to - from)) : noScalar().text();
  }

  /** The record's own bytes, as they were read. */
  raw(): Text {
    const result = reserve(8, 4);
    logLog(this.handle, result);
    return changetype<Text>(result);
  }
}
