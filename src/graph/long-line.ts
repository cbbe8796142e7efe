/**
 * Collects a line that fits in no block, part by part, in the memory of an engine beside the lanes, where it is then
 * processed without a second copy. A line that turns out to be longer than a record may be is dropped again, so no
 * line takes more memory than that limit. The engine grows with the line by factors of four.
 */
import type { Seat } from './lane.ts';
import { beginsArray } from './rejecting.ts';
import type { Stage } from './stage.ts';

const LEAST_BYTES = 4 << 20;
const GROWTH = 4;
const NEWLINE = 0x0a;

export class LongLineBuffer {
  readonly #stage: Stage;
  readonly #maxRecordBytes: number;
  #seat: Seat | undefined;
  #lengthBytes = 0;
  #isArray = false;

  constructor(stage: Stage, maxRecordBytes: number) {
    this.#stage = stage;
    this.#maxRecordBytes = maxRecordBytes;
  }

  /** A line has begun and not ended. */
  get isOpen(): boolean {
    return this.#lengthBytes > 0;
  }

  /** It begins as an array does. */
  get isArray(): boolean {
    return this.#isArray;
  }

  /**
   * Adds a part, which is borrowed for the call.
   * @returns what has to be passed on because the line is too long: all of it up to here, or the new part. Borrowed
   * until the next call.
   */
  add(part: Uint8Array): readonly Uint8Array[] {
    const before = this.#lengthBytes;
    if (before === 0) this.#isArray = beginsArray(part);
    const maxRecordBytes = this.#maxRecordBytes;
    this.#lengthBytes += part.length;
    if (before > maxRecordBytes) return [part];
    if (this.#lengthBytes > maxRecordBytes) return [this.#held(before), part];
    this.#reserve(before);
    const { lane, block } = this.#seat!;
    const start = lane.memory.inputStart(block);
    lane.memory.view(start + before, start + this.#lengthBytes).set(part);
    return [];
  }

  /** The line has ended; it is in the block of this seat, with a newline. Not for a line that was too long. */
  finish(): { readonly seat: Seat; readonly from: number; readonly to: number } {
    this.#reserve(this.#lengthBytes);
    const seat = this.#seat!;
    const { memory } = seat.lane;
    const from = memory.inputStart(seat.block);
    const to = from + this.#lengthBytes + 1;
    memory.view(to - 1, to)[0] = NEWLINE;
    this.clear();
    return { seat, from, to };
  }

  /** Forgets the line. The memory stays with the stage. */
  clear(): void {
    this.#seat = undefined;
    this.#lengthBytes = 0;
  }

  #held(bytes: number): Uint8Array {
    if (this.#seat === undefined) return new Uint8Array(0);
    const { lane, block } = this.#seat;
    const start = lane.memory.inputStart(block);
    return lane.memory.view(start, start + bytes);
  }

  /** Makes room for the line and its newline; the `heldBytes` that are there move with it. */
  #reserve(heldBytes: number): void {
    const needed = this.#lengthBytes + 1;
    const capacity = this.#seat?.lane.memory.blockBytes(this.#seat.block) ?? 0;
    if (needed <= capacity) return;
    const held = this.#held(heldBytes);
    const most = this.#maxRecordBytes + 1;
    this.#seat = this.#stage.aside(Math.max(needed, Math.min(most, Math.max(LEAST_BYTES, capacity * GROWTH))));
    const { lane, block } = this.#seat;
    const start = lane.memory.inputStart(block);
    const at = lane.memory.view(start, start + heldBytes);
    // A lane whose block was large enough from the start gives the same block again.
    if (at.byteOffset !== held.byteOffset || at.buffer !== held.buffer) at.set(held);
  }
}
