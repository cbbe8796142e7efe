/**
 * How V8 collects the garbage of sockets. Each read and each write leaves a buffer of 64 KiB, which counts as memory
 * of old objects: V8 then marks a heap of 10 MB that has nothing to collect in small steps, again every 15 ms. Without
 * the steps the buffers go when the young objects do, and the heap is collected as a whole when it has grown: 335 →
 * 150 µs of processor time for a message of 64 KiB through NATS, 1.4 → 1.0 s for 400 MB from TCP to TCP (2026-11).
 */
import { setLate } from './late-flags.ts';

/** For runs that read or write sockets. @param before is called in the moment before the flags change */
export function collectWhole(before: () => void): void {
  setLate('--no-incremental-marking', before);
}
