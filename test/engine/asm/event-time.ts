/** The readers of times for event-time.test.ts. */
import { timeOfDate, timeOfNumber, timeUs } from '../../../src/engine/asm/event-time';

export function heapBase(): usize {
  return __heap_base;
}

export function numberTime(from: usize, to: usize, unit: i32): i32 {
  return i32(timeOfNumber(from, to, unit));
}

export function dateTime(from: usize, to: usize): i32 {
  return i32(timeOfDate(from, to));
}

export function lastTime(): i64 {
  return timeUs;
}
