/**
 * A Tangent core module for views.mjs. The first record of a batch says what to do and how often: `_mode` is a kind of
 * host call, `_n` the number of calls. Strings are allocated from a heap that starts anew for every call, which is
 * what an allocator costs at least.
 */

// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.has") declare function logHas(
  self: u32,
  path: usize,
  length: u32,
): u32;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.get") declare function logGet(
  self: u32,
  path: usize,
  length: u32,
  ret: usize,
): void;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.len") declare function logLen(
  self: u32,
  path: usize,
  length: u32,
  ret: usize,
): void;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.get-list") declare function logGetList(
  self: u32,
  path: usize,
  length: u32,
  ret: usize,
): void;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.get-map") declare function logGetMap(
  self: u32,
  path: usize,
  length: u32,
  ret: usize,
): void;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.keys") declare function logKeys(
  self: u32,
  path: usize,
  length: u32,
  ret: usize,
): void;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[method]logview.log") declare function logLog(self: u32, ret: usize): void;
// @ts-ignore: decorator
@external("tangent:logs/log@0.1.0", "[resource-drop]logview") declare function logDrop(self: u32): void;

/** The return area: its words from 16 on are an option<scalar>'s payload. */
const result: usize = memory.data(64, 8);
const answer: usize = memory.data(16, 8);
const heap: usize = memory.data(65536, 16);
let top: usize = heap;

export function cabi_realloc(_old: usize, _oldBytes: u32, align: u32, bytes: u32): usize {
  const at = (top + <usize>align - 1) & ~(<usize>align - 1);
  top = at + <usize>bytes;
  return at;
}

// UTF-8 literals, which AssemblyScript has not.
const MODE: usize = memory.data<u8>([0x5f, 0x6d, 0x6f, 0x64, 0x65]); // _mode
const TIMES: usize = memory.data<u8>([0x5f, 0x6e]); // _n
const INT: usize = memory.data<u8>([0x69, 0x6e, 0x74]); // int
const S8: usize = memory.data<u8>([0x73, 0x38]); // s8
const S64: usize = memory.data<u8>([0x73, 0x36, 0x34]); // s64
const MISSING: usize = memory.data<u8>([0x6d, 0x69, 0x73, 0x73, 0x69, 0x6e, 0x67]); // missing
const FLT: usize = memory.data<u8>([0x66, 0x6c, 0x74]); // flt
const NAME: usize = memory.data<u8>([0x73, 0x6f, 0x75, 0x72, 0x63, 0x65, 0x2e, 0x6e, 0x61, 0x6d, 0x65]); // source.name
const TAGS: usize = memory.data<u8>([0x74, 0x61, 0x67, 0x73]); // tags
const SOURCE: usize = memory.data<u8>([0x73, 0x6f, 0x75, 0x72, 0x63, 0x65]); // source
// a.path.of.more.than.twenty
const LONG: usize = memory.data<u8>([
  0x61, 0x2e, 0x70, 0x61, 0x74, 0x68, 0x2e, 0x6f, 0x66, 0x2e, 0x6d, 0x6f, 0x72, 0x65, 0x2e, 0x74, 0x68, 0x61, 0x6e,
  0x2e, 0x74, 0x77, 0x65, 0x6e, 0x74, 0x79,
]);

// @ts-ignore: decorator
@inline
function get(log: u32, path: usize, length: u32): u32 {
  logGet(log, path, length, result);
  return load<u32>(result, 20);
}

function step(log: u32, mode: u32): u32 {
  // Behind the list of handles.
  top = heap + 4096;
  switch (mode) {
    case 1:
      return get(log, INT, 3);
    case 2:
      return get(log, S8, 2);
    case 3:
      return get(log, S64, 3);
    case 4:
      return logHas(log, INT, 3);
    case 5:
      return get(log, MISSING, 7);
    case 6:
      return get(log, FLT, 3);
    case 7:
      return get(log, NAME, 11);
    case 8:
      logGetList(log, TAGS, 4, result);
      return load<u32>(result, 8);
    case 9:
      logLen(log, TAGS, 4, result);
      return load<u32>(result, 4);
    case 10:
      logGetMap(log, SOURCE, 6, result);
      return load<u32>(result, 8);
    case 11:
      logKeys(log, SOURCE, 6, result);
      return load<u32>(result, 4);
    case 12:
      logLog(log, result);
      return load<u32>(result, 4);
    case 13:
      return get(log, LONG, 26);
    case 14:
      return (
        get(log, INT, 3) +
        get(log, S8, 2) +
        get(log, S64, 3) +
        get(log, FLT, 3) +
        get(log, NAME, 11) +
        get(log, MISSING, 7)
      );
    default:
      return 1;
  }
}

export function metadata(): usize {
  return result;
}
export function probe(): usize {
  return result;
}

export function process_logs(logs: usize, count: u32): usize {
  const log = load<u32>(logs);
  get(log, MODE, 5);
  const mode = load<u32>(result, 16);
  get(log, TIMES, 2);
  const times = load<u32>(result, 16);
  let sum: u32 = 0;
  for (let i: u32 = 0; i < times; i++) sum += step(log, mode);
  for (let i: u32 = 0; i < count; i++) logDrop(load<u32>(logs + ((<usize>i) << 2)));
  top = heap;
  store<u32>(answer, 0);
  store<u32>(answer, <u32>answer + 12, 4);
  store<u32>(answer, 4, 8);
  store<u32>(answer, sum, 12);
  return answer;
}
