/**
 * A plugin that outputs exactly the bytes that a record has in `hex`, `times` times over and then `fill` times the
 * letter x: no newline is added, so what comes next is glued to it. A record with `skip` is not selected, one with
 * `trap` traps.
 */
import { has, plugin, Record } from 'slung/as';

export { cabi_realloc, metadata, probe } from 'slung/exports';

plugin('verbatim', '1.0.0').none([has('skip')]);

const ROOM: usize = 40 << 20;
let room: usize = 0;
const result = memory.data(16, 8);

function nibble(hex: string, i: i32): u8 {
  const code = hex.charCodeAt(i);
  return <u8>(code < 0x3a ? code - 0x30 : code - 0x57);
}

function put(record: Record, at: usize): usize {
  if (record.has('trap')) unreachable();
  const hex = record.getString('hex');
  let times = record.getInt('times', 1);
  while (times-- > 0) {
    for (let i = 0; i < hex.length; i += 2) store<u8>(at++, (nibble(hex, i) << 4) | nibble(hex, i + 1));
  }
  const fill = <usize>record.getInt('fill');
  memory.fill(at, 0x78, fill);
  return at + fill;
}

export function processLogs(logs: usize, count: usize): usize {
  if (room == 0) room = heap.alloc(ROOM);
  let at = room;
  const record = new Record();
  for (let i: usize = 0; i < count; i++) {
    record.handle = load<i32>(logs + (i << 2));
    at = put(record, at);
  }
  store<u8>(result, 0);
  store<u32>(result, <u32>room, 4);
  store<u32>(result, <u32>(at - room), 8);
  return result;
}
