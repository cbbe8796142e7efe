/**
 * The host's other services: configuration, a cache that outlives the run, and locks. Keys are strings or texts of a
 * record. An error of the cache fails the call (see fail), because a plugin that goes on without its memory would give
 * wrong output.
 */
import {
  BOOL,
  cacheDel,
  cacheGet,
  cacheSet,
  configGet,
  FLOAT,
  INT,
  lockAcquire,
  lockRelease,
  NOTHING,
  STRING,
} from './imports';
import { formOf, utf8At, utf8Bytes } from './literal';
import { reserve } from './memory';
import { fail } from './runtime';
import { noScalar, Scalar, Text, textAt } from './views';

/** The bytes of a string or of a text. */
function bytesOf<T>(value: T): Text {
  if (value instanceof Text) return value;
  const form = formOf(changetype<string>(value));
  return textAt(utf8At(form), utf8Bytes(form));
}

/** result<…, string> whose error string stands at `at`; true when it is one. */
function isError(result: usize, at: usize, what: string): bool {
  if (!load<u8>(result)) return false;
  fail(`${what}: ${changetype<Text>(result + at).toString()}`);
  return true;
}

/** What the user gave with --plugin-config, or in slung.yaml. */
export class Config {
  static get(key: string, otherwise: string = ''): string {
    const name = bytesOf(key);
    const result = reserve(12, 4);
    configGet(name.at, name.length, result);
    return load<u8>(result) ? changetype<Text>(result + 4).toString() : otherwise;
  }

  static has(key: string): bool {
    const name = bytesOf(key);
    const result = reserve(12, 4);
    configGet(name.at, name.length, result);
    return load<u8>(result) != 0;
  }
}

/** Values by key, typed, each with a time to live. */
export class Cache {
  /** The value, or a scalar that does not exist. */
  static get<K>(key: K): Scalar {
    const name = bytesOf<K>(key);
    const result = reserve(32, 8);
    cacheGet(name.at, name.length, result);
    if (isError(result, 8, 'cache.get')) return noScalar();
    if (!load<u8>(result, 8)) store<u8>(result, NOTHING, 16);
    return changetype<Scalar>(result + 16);
  }

  /** Keeps a string, a Text, a number or a boolean for `ttlMs` milliseconds; 0: for the host's default. */
  static set<K, T>(key: K, value: T, ttlMs: u64 = 0): void {
    const name = bytesOf<K>(key);
    const result = reserve(12, 4);
    let kind: u8 = INT;
    let payload: i64 = 0;
    let size: i32 = 0;
    if (isBoolean<T>()) {
      kind = BOOL;
      payload = <i64>value;
    } else if (isInteger<T>()) {
      payload = <i64>value;
    } else if (isFloat<T>()) {
      kind = FLOAT;
      payload = reinterpret<i64>(<f64>value);
    } else {
      const text = bytesOf<T>(value);
      kind = STRING;
      payload = <i64>text.at;
      size = text.length;
    }
    cacheSet(name.at, name.length, kind, payload, size, ttlMs ? 1 : 0, <i64>ttlMs, result);
    isError(result, 4, 'cache.set');
  }

  /** True when there was a value. */
  static delete<K>(key: K): bool {
    const name = bytesOf<K>(key);
    const result = reserve(12, 4);
    cacheDel(name.at, name.length, result);
    return !isError(result, 4, 'cache.del') && load<u8>(result, 4) != 0;
  }
}

/** Locks by name, shared by all lanes. Nobody waits: acquire says whether it was free. */
export class Lock {
  static acquire<K>(key: K): bool {
    const name = bytesOf<K>(key);
    return lockAcquire(name.at, name.length) != 0;
  }

  static release<K>(key: K): void {
    const name = bytesOf<K>(key);
    lockRelease(name.at, name.length);
  }
}
