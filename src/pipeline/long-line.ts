/**
 * Collects a line that no block can hold, part by part, in the memory of an engine beside the lanes, where it is then
 * processed: no second copy of it is made. A line that turns out to be longer than a record may be is let go of again, so
 * that no line is ever in memory beyond that limit. The engine grows with the line by factors of four.
 */
import type { Job } from './job.ts';
import type { MainLane } from './lane.ts';

const LEAST_BYTES = 4 << 20;
const GROWTH = 4;
const NEWLINE = 0x0a;

export class LongLineBuffer {
  readonly #job: Job;
  #lane: MainLane | undefined;
  #lengthBytes = 0;

  constructor(job: Job) {
    this.#job = job;
  }

  /** A line has begun and not ended. */
  get isOpen(): boolean {
    return this.#lengthBytes > 0;
  }

  /**
   * Adds a part, which is borrowed for the call.
   * @returns what has to be passed on because the line is too long: all of it up to here, or the new part. Borrowed
   * until the next call.
   */
  add(part: Uint8Array): readonly Uint8Array[] {
    const before = this.#lengthBytes;
    const { maxRecordBytes } = this.#job.settings;
    this.#lengthBytes += part.length;
    if (before > maxRecordBytes) return [part];
    if (this.#lengthBytes > maxRecordBytes) return [this.#held(before), part];
    this.#reserve(before);
    const start = this.#lane!.memory.inputStart(0);
    this.#lane!.memory.view(start + before, start + this.#lengthBytes).set(part);
    return [];
  }

  /** The line has ended; it is in this lane's only block, with a newline. Not for a line that was too long. */
  finish(): { readonly lane: MainLane; readonly from: number; readonly to: number } {
    this.#reserve(this.#lengthBytes);
    const lane = this.#lane!;
    const from = lane.memory.inputStart(0);
    const to = from + this.#lengthBytes + 1;
    lane.memory.view(to - 1, to)[0] = NEWLINE;
    this.clear();
    return { lane, from, to };
  }

  /** Forgets the line. The memory stays with the job. */
  clear(): void {
    this.#lane = undefined;
    this.#lengthBytes = 0;
  }

  #held(bytes: number): Uint8Array {
    if (this.#lane === undefined) return new Uint8Array(0);
    const start = this.#lane.memory.inputStart(0);
    return this.#lane.memory.view(start, start + bytes);
  }

  /** Makes room for the line and its newline; the `heldBytes` that are there move with it. */
  #reserve(heldBytes: number): void {
    const needed = this.#lengthBytes + 1;
    const capacity = this.#lane?.memory.options.blockBytes ?? 0;
    if (needed <= capacity) return;
    const held = this.#held(heldBytes);
    const most = this.#job.settings.maxRecordBytes + 1;
    this.#lane = this.#job.aside(Math.max(needed, Math.min(most, Math.max(LEAST_BYTES, capacity * GROWTH))));
    const start = this.#lane.memory.inputStart(0);
    this.#lane.memory.view(start, start + heldBytes).set(held);
  }
}
