/** The number writers for event-number.test.ts, over lists so that a million doubles cost one call. */
import { writeDouble, writeInteger } from '../../../src/engine/asm/event-number';

export { writeInteger } from '../../../src/engine/asm/event-number';

export function heapBase(): usize {
  return __heap_base;
}

/** Writes `count` doubles from `values`, each followed by a newline. @returns the end of the text */
export function writeDoubles(values: usize, count: i32, text: usize): usize {
  let at = text;
  for (let i = 0; i < count; i++) {
    at = writeDouble(at, load<f64>(values + ((<usize>i) << 3)));
    store<u8>(at++, 0x0a);
  }
  return at;
}

/** The same for integers. */
export function writeIntegers(values: usize, count: i32, text: usize): usize {
  let at = text;
  for (let i = 0; i < count; i++) {
    at = writeInteger(at, load<i64>(values + ((<usize>i) << 3)));
    store<u8>(at++, 0x0a);
  }
  return at;
}
