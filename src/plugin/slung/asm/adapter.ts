/**
 * `u_poll_handle` and `u_emit` (../ABI.md), WebAssembly to WebAssembly: asks the engine instance for the next event
 * and puts it into the guest's memory, which is this module's memory, by the guest's own allocator; and gives it lines
 * for the output. No JavaScript runs for an event or a line; only when there is nothing or no room, or something is
 * wrong, the host is asked. Static data is impossible here: the memory is not ours.
 */
import { LIVE_MORE } from '../../../engine/event-layout';
import { GATE_OPEN, GATE_SHUT } from '../../gate-states';
import { FAIL_ALLOCATED_NOTHING, FAIL_ALLOCATED_OUTSIDE, FAIL_GATE_CLOSED } from '../failures';

// @ts-ignore: decorator
@external("engine", "livePoll") declare function livePoll(handle: i64): i32;
/** 16 bytes of the payload at a time: a call costs about 2 ns. */
// @ts-ignore: decorator
@external("engine", "liveChunk") declare function liveChunk(at: u32): v128;
/** 64 bytes of it, by way of four globals. */
// @ts-ignore: decorator
@external("engine", "liveChunks") declare function liveChunks(at: u32): void;
// @ts-ignore: decorator
@external("engine", "bytes0") declare let bytes0: v128;
// @ts-ignore: decorator
@external("engine", "bytes1") declare let bytes1: v128;
// @ts-ignore: decorator
@external("engine", "bytes2") declare let bytes2: v128;
// @ts-ignore: decorator
@external("engine", "bytes3") declare let bytes3: v128;
/** Room in the output of the block for a line with its newline; its 16 bytes at a time, and its end. */
// @ts-ignore: decorator
@external("engine", "lineRoom") declare function lineRoom(bytes: u32): bool;
// @ts-ignore: decorator
@external("engine", "lineChunk") declare function lineChunk(at: u32, chunk: v128): void;
// @ts-ignore: decorator
@external("engine", "lineEnd") declare function lineEnd(bytes: u32): void;
// @ts-ignore: decorator
@external("guest", "allocate") declare function allocate(bytes: u32): usize;
/** Open unless the guest must not call the host: inside of its allocator, and after it was ended. */
// @ts-ignore: decorator
@external("host", "gate") declare let gate: i32;
/** Not 0 when a range has to know what time it is; `tellTime` then tells the engine. */
// @ts-ignore: decorator
@external("host", "isTimed") declare let isTimed: i32;
// @ts-ignore: decorator
@external("host", "tellTime") declare function tellTime(): void;
/** Waits for more rows. @returns 0 when there is nothing more to wait for; does not return when all is over */
// @ts-ignore: decorator
@external("host", "more") declare function more(): i32;
/** The handle is not open, or too much waits. May not return. */
// @ts-ignore: decorator
@external("host", "refuse") declare function refuse(answer: i32, handle: i64): void;
/** `u_emit` by the host, which can do all that is asked, or says why not. */
// @ts-ignore: decorator
@external("host", "emit") declare function emitByHost(region: usize): i32;
/** Throws. */
// @ts-ignore: decorator
@external("host", "fail") declare function fail(code: u32): void;

const REGION_BYTES: u32 = 12;

/** A block of the guest's memory, checked. */
function take(bytes: u32): usize {
  gate = GATE_SHUT;
  const at = allocate(bytes);
  // A guest that was ended meanwhile, and has caught that, is not let out again.
  if (gate != GATE_SHUT) fail(FAIL_GATE_CLOSED);
  gate = GATE_OPEN;
  if (!at) fail(FAIL_ALLOCATED_NOTHING);
  // The allocator may have grown the memory; 64 bits, because the sum may pass 4 GiB.
  if (<u64>at + bytes > (<u64>(<u32>memory.size())) << 16) fail(FAIL_ALLOCATED_OUTSIDE);
  return at;
}

/** Copies the payload and makes its Region. `bytes` is more than 16: a payload has at least its labels. */
function give(bytes: u32): usize {
  const data = take(bytes);
  const last = bytes - 16;
  let at: u32 = 0;
  for (; at + 48 <= last; at += 64) {
    liveChunks(at);
    v128.store(data + at, bytes0);
    v128.store(data + at, bytes1, 16);
    v128.store(data + at, bytes2, 32);
    v128.store(data + at, bytes3, 48);
  }
  for (; at < last; at += 16) v128.store(data + at, liveChunk(at));
  v128.store(data + last, liveChunk(last));
  const region = take(REGION_BYTES);
  store<u32>(region, <u32>data);
  store<u32>(region, bytes, 4);
  store<u32>(region, bytes, 8);
  return region;
}

/** `u_poll_handle(handle: i64) -> *Region` */
export function poll(handle: i64): usize {
  if (gate != GATE_OPEN) fail(FAIL_GATE_CLOSED);
  if (isTimed) tellTime();
  while (true) {
    const answer = livePoll(handle);
    if (answer > 0) return give(answer);
    if (answer == LIVE_MORE) {
      if (!more()) return 0;
      if (isTimed) tellTime();
    } else {
      if (answer) refuse(answer, handle);
      return 0;
    }
  }
}

/** The same in the signature of older programs. */
export function poll32(handle: u32): usize {
  return poll(<i64>handle);
}

const NEWLINE: u8 = 0x0a;
/** Shorter lines than two chunks overlap in are the host's, and so are those that need more room than most. */
const LEAST_BYTES: u32 = 16;
const MOST_BYTES: u32 = 65536;

/** `u_emit(record: *Region) -> i32`: the usual line here, any other by the host. */
export function emit(region: usize): i32 {
  const end = (<u64>(<u32>memory.size())) << 16;
  if (gate != GATE_OPEN || <u64>region + REGION_BYTES > end) return emitByHost(region);
  const data = <usize>load<u32>(region);
  let bytes = load<u32>(region, 8);
  if (bytes < LEAST_BYTES || bytes > MOST_BYTES || <u64>data + bytes > end) return emitByHost(region);
  if (load<u8>(data + bytes - 1) == NEWLINE && --bytes < LEAST_BYTES) return emitByHost(region);
  if (!lineRoom(bytes + 1)) return emitByHost(region);
  const newline = i8x16.splat(NEWLINE);
  const last = bytes - 16;
  let found = v128.load(data + last);
  lineChunk(last, found);
  found = i8x16.eq(found, newline);
  for (let at: u32 = 0; at < last; at += 16) {
    const chunk = v128.load(data + at);
    found = v128.or(found, i8x16.eq(chunk, newline));
    lineChunk(at, chunk);
  }
  // A newline inside: nothing of it counts yet.
  if (v128.any_true(found)) return emitByHost(region);
  lineEnd(bytes);
  return 0;
}
