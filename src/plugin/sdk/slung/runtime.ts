/**
 * The functions that the host calls, in canonical-ABI form, and the life of a call: the host puts the list of handles
 * into the arena, every record is mapped and its handle dropped, the arena is set back, and the output buffer is the
 * result. Strings that a plugin made itself are collected before the next call, when no one can be using them.
 */
import { logDrop } from './imports';
import { raiseFloor, reallocate, reserve, resetArena, resetToFloor } from './memory';
import { beginOutput, endOutputRecord, Output, outputAt, outputBytes } from './output';
import { countSelectors, mapper, metadataAt, selectorsAt } from './plugin';
import { Record } from './record';

const record = new Record();
const output = new Output();

/** result<list<u8>, string>: 12 bytes. */
const result: usize = memory.data(16, 8);
/** list<selector>: 8 bytes. */
const selectors: usize = memory.data(8, 8);

let failure: string | null = null;

/**
 * The plugin cannot do its work: the call ends after the record at hand, its output does not count, and the host is
 * told why. What becomes of the records is the user's choice (--on-plugin-error).
 */
export function fail(why: string): void {
  failure = why;
}

export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  return reallocate(old, oldSize, align, size);
}

export function metadata(): usize {
  return metadataAt;
}

export function probe(): usize {
  store<u32>(selectors, <u32>selectorsAt());
  store<u32>(selectors, <u32>countSelectors(), 4);
  return selectors;
}

function mapAll(logs: usize, count: usize): usize {
  const map = mapper;
  if (map === null) return 0;
  let done: usize = 0;
  while (done < count && failure === null) {
    const handle = load<i32>(logs + 4 * done);
    record.handle = handle;
    map(record, output);
    endOutputRecord();
    logDrop(handle);
    resetToFloor();
    done++;
  }
  return done;
}

export function processLogs(logs: usize, count: usize): usize {
  __collect();
  raiseFloor();
  beginOutput();
  for (let i = mapAll(logs, count); i < count; i++) logDrop(load<i32>(logs + 4 * i));
  resetArena();
  const why = failure;
  failure = null;
  if (why !== null) {
    // In the arena, which is not given out again before the host has read it.
    const size = <usize>String.UTF8.byteLength(why);
    const at = reserve(size, 1);
    String.UTF8.encodeUnsafe(changetype<usize>(why), why.length, at);
    store<u8>(result, 1);
    store<u32>(result, <u32>at, 4);
    store<u32>(result, <u32>size, 8);
    return result;
  }
  store<u8>(result, 0);
  store<u32>(result, <u32>outputAt(), 4);
  store<u32>(result, <u32>outputBytes(), 8);
  return result;
}
