/**
 * The writers of the SDK, called directly by the tests, many values at a time: the host puts values at `input()`, and
 * finds the texts, each ended by a newline, at `output()`.
 */
import { jsonRoom, putJsonString } from 'slung/escape';
import { putDouble } from 'slung/float';
import { putSigned, putUnsigned } from 'slung/integer';
import { powerOf10 } from 'slung/powers';

const inputAt = heap.alloc(1 << 20);
const outputAt = heap.alloc(8 << 20);

export function input(): usize {
  return inputAt;
}

export function output(): usize {
  return outputAt;
}

export function doubles(count: u32): usize {
  let to = outputAt;
  for (let i: usize = 0; i < count; i++) {
    to = putDouble(to, load<f64>(inputAt + 8 * i));
    store<u8>(to++, 0x0a);
  }
  return to - outputAt;
}

export function signed(count: u32): usize {
  let to = outputAt;
  for (let i: usize = 0; i < count; i++) {
    to = putSigned(to, load<i64>(inputAt + 8 * i));
    store<u8>(to++, 0x0a);
  }
  return to - outputAt;
}

export function unsigned(count: u32): usize {
  let to = outputAt;
  for (let i: usize = 0; i < count; i++) {
    to = putUnsigned(to, load<u64>(inputAt + 8 * i));
    store<u8>(to++, 0x0a);
  }
  return to - outputAt;
}

export function text(size: usize): usize {
  return putJsonString(outputAt, inputAt, size) - outputAt;
}

export function room(size: usize): usize {
  return jsonRoom(size);
}

export function power(k: i32): usize {
  return powerOf10(k);
}
