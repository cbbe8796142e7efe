/**
 * The table: points that are not in a segment yet, by series. The points of a series lie in a chain of chunks that
 * grow (table-layout.ts), so that a series is read back in long runs: a chain through columns of all points costs a
 * cache miss or three a point. Where chunks come from is the host's business: tableAppend stops when there is no more
 * room, says so, and is called again.
 */
import {
  C_NEXT,
  C_SPAN,
  CHUNK_HEAD_BYTES,
  FIRST_SPAN,
  H_AT,
  H_COUNT,
  H_FIRST,
  H_LAST,
  H_SPAN,
  H_STOP,
  HEAD_BYTES,
  MOST_SPAN,
  T_DONE,
  T_END,
  T_FREE,
  T_HEAD_COUNT,
  T_HEADS,
  T_NEWEST,
  T_OLDEST,
  T_PRESENT,
  T_PRESENT_COUNT,
  T_STATE,
  TABLE_BAD_ID,
  TABLE_DONE,
  TABLE_FULL,
} from '../kernel/table-layout';

/**
 * Gives a series another chunk.
 * @returns whether there was room for it
 */
function addChunk(table: usize, head: usize, id: u32): bool {
  const span = min<u32>(max<u32>(load<u32>(head, H_SPAN) << 1, FIRST_SPAN), MOST_SPAN);
  const chunk = load<u32>(table, T_FREE);
  const end = chunk + CHUNK_HEAD_BYTES + (span << 1);
  if (end > load<u32>(table, T_END)) return false;
  store<u32>(table, end, T_FREE);
  store<u32>(<usize>chunk, 0, C_NEXT);
  store<u32>(<usize>chunk, span, C_SPAN);
  const last = load<u32>(head, H_LAST);
  if (last) store<u32>(<usize>last, chunk, C_NEXT);
  else {
    const present = load<u32>(table, T_PRESENT_COUNT);
    store<u32>(<usize>load<u32>(table, T_PRESENT) + ((<usize>present) << 2), id);
    store<u32>(table, present + 1, T_PRESENT_COUNT);
    store<u32>(head, chunk, H_FIRST);
  }
  store<u32>(head, chunk, H_LAST);
  store<u32>(head, chunk + CHUNK_HEAD_BYTES, H_AT);
  store<u32>(head, chunk + CHUNK_HEAD_BYTES + span, H_STOP);
  store<u32>(head, span, H_SPAN);
  return true;
}

/** Appends points until all are taken or T_STATE says why not; T_DONE is how many were. */
export function tableAppend(table: usize, ids: usize, times: usize, values: usize, count: u32): void {
  const heads = <usize>load<u32>(table, T_HEADS);
  const headCount = load<u32>(table, T_HEAD_COUNT);
  let oldest = load<i64>(table, T_OLDEST);
  let newest = load<i64>(table, T_NEWEST);
  let state: u32 = TABLE_DONE;
  let i: u32 = 0;
  for (; i < count; i++) {
    const id = load<u32>(ids + ((<usize>i) << 2));
    if (id >= headCount) {
      state = TABLE_BAD_ID;
      break;
    }
    const head = heads + <usize>id * HEAD_BYTES;
    if (load<u32>(head, H_AT) == load<u32>(head, H_STOP) && !addChunk(table, head, id)) {
      state = TABLE_FULL;
      break;
    }
    const at = <usize>load<u32>(head, H_AT);
    const time = load<i64>(times + ((<usize>i) << 3));
    store<i64>(at, time);
    store<u64>(at + <usize>load<u32>(head, H_SPAN), load<u64>(values + ((<usize>i) << 3)));
    store<u32>(head, <u32>at + 8, H_AT);
    store<u32>(head, load<u32>(head, H_COUNT) + 1, H_COUNT);
    oldest = min<i64>(oldest, time);
    newest = max<i64>(newest, time);
  }
  store<i64>(table, oldest, T_OLDEST);
  store<i64>(table, newest, T_NEWEST);
  store<u32>(table, i, T_DONE);
  store<u32>(table, state, T_STATE);
}

/** How many points a series has. */
// @ts-ignore: decorator
@inline
export function tableCount(table: usize, id: u32): u32 {
  return load<u32>(<usize>load<u32>(table, T_HEADS) + <usize>id * HEAD_BYTES, H_COUNT);
}

/**
 * Copies the points of a series in the order in which they came. `id` is below the number of heads.
 * @returns how many
 */
export function tableGather(table: usize, id: u32, times: usize, values: usize): u32 {
  const head = <usize>load<u32>(table, T_HEADS) + <usize>id * HEAD_BYTES;
  const count = load<u32>(head, H_COUNT);
  let missing = (<usize>count) << 3;
  let chunk = <usize>load<u32>(head, H_FIRST);
  while (missing > 0) {
    const span = <usize>load<u32>(chunk, C_SPAN);
    const bytes = min<usize>(span, missing);
    const from = chunk + CHUNK_HEAD_BYTES;
    memory.copy(times, from, bytes);
    memory.copy(values, from + span, bytes);
    times += bytes;
    values += bytes;
    missing -= bytes;
    chunk = <usize>load<u32>(chunk, C_NEXT);
  }
  return count;
}
