/**
 * A lane owns one engine memory with several blocks. The main lane processes on the calling thread, so that a small or
 * live input never pays for a thread; worker lanes process on theirs and are told of work through one word per block.
 * `Lanes` hands out free blocks and keeps the flights in input order: whatever lane finishes first, the oldest flight is
 * drained first, so input order is output order.
 */
import type { EngineMemory } from '../engine/engine.ts';

export interface Lane {
  readonly memory: EngineMemory;
  /** Processes [from, to) of a block. May return before it is done. */
  submit(block: number, from: number, to: number): void;
  isDone(block: number): boolean;
  /** Blocks the thread until the block is done or `timeoutMs` has passed. */
  waitDone(block: number, timeoutMs: number): void;
  /** Like waitDone, but leaves the thread to others. */
  untilDone(block: number, timeoutMs: number): Promise<void>;
  /** A part of the block's output is to be drained; the lane waits for `goOn`. */
  hasPart(block: number): boolean;
  goOn(block: number): void;
  /** False while a worker is still starting. */
  isReady(): boolean;
  /** See afterLines in asm/engine.ts. */
  afterLines(from: number, to: number, lines: number): number;
  close(): void;
}

/** A lane of the calling thread: `submit` returns when the work is done. */
export abstract class SameThreadLane implements Lane {
  abstract readonly memory: EngineMemory & { afterLines(from: number, to: number, lines: number): number };

  abstract submit(block: number, from: number, to: number): void;

  isDone(): boolean {
    return true;
  }

  waitDone(): void {}

  async untilDone(): Promise<void> {}

  hasPart(): boolean {
    return false;
  }

  goOn(): void {}

  isReady(): boolean {
    return true;
  }

  afterLines(from: number, to: number, lines: number): number {
    return this.memory.afterLines(from, to, lines);
  }

  close(): void {}
}

/** A block that is being filled, or whose batch is on its way. */
export interface Seat {
  readonly lane: Lane;
  readonly block: number;
}

/** A submitted batch. `tag` is whatever the caller wants to know when it comes back. */
export interface Flight<T> extends Seat {
  readonly tag: T;
}

/** All lanes of a run. The first one is the main lane. */
export class Lanes<T> {
  readonly #lanes: { lane: Lane; free: number[] }[] = [];
  readonly #flights: Flight<T>[] = [];

  constructor(main: Lane) {
    this.add(main);
  }

  get main(): Lane {
    return this.#lanes[0]!.lane;
  }

  get lanes(): readonly Lane[] {
    return this.#lanes.map(({ lane }) => lane);
  }

  add(lane: Lane): void {
    this.#lanes.push({ lane, free: Array.from({ length: lane.memory.options.blockCount }, (_, block) => block) });
  }

  /**
   * A free block: on the worker with the most of them, on the main lane when all workers have work waiting, undefined
   * when nothing is free. With `mainOnly` the main lane's, whatever the others have.
   */
  acquire(mainOnly: boolean): Seat | undefined {
    let best: { lane: Lane; free: number[] } | undefined;
    if (!mainOnly) {
      for (let i = 1; i < this.#lanes.length; i++) {
        const candidate = this.#lanes[i]!;
        if (candidate.free.length > (best?.free.length ?? 0) && candidate.lane.isReady()) best = candidate;
      }
    }
    best ??= this.#lanes[0]!;
    const block = best.free.shift();
    return block === undefined ? undefined : { lane: best.lane, block };
  }

  submit(seat: Seat, from: number, to: number, tag: T): void {
    this.#flights.push({ lane: seat.lane, block: seat.block, tag });
    seat.lane.submit(seat.block, from, to);
  }

  /** Gives back a block whose flight has been drained. A lane's blocks go round in a ring, as its worker expects. */
  release(seat: Seat): void {
    this.#freeOf(seat).push(seat.block);
  }

  /** Gives back a block that was acquired and not submitted: it is the next one again. */
  putBack(seat: Seat): void {
    this.#freeOf(seat).unshift(seat.block);
  }

  #freeOf(seat: Seat): number[] {
    return this.#lanes.find(({ lane }) => lane === seat.lane)!.free;
  }

  get inFlight(): number {
    return this.#flights.length;
  }

  /** Takes the oldest flight if its batch is done. */
  takeDone(): Flight<T> | undefined {
    const first = this.#flights[0];
    if (first === undefined || !first.lane.isDone(first.block)) return undefined;
    return this.#flights.shift();
  }

  /** The oldest flight if a part of its output is to be drained. */
  withPart(): Flight<T> | undefined {
    const first = this.#flights[0];
    return first?.lane.hasPart(first.block) ? first : undefined;
  }

  /** Blocks the thread until the oldest flight is done or `timeoutMs` has passed. */
  waitForOldest(timeoutMs: number): void {
    const first = this.#flights[0];
    first?.lane.waitDone(first.block, timeoutMs);
  }

  /** The same without blocking the thread. */
  async untilOldest(timeoutMs: number): Promise<void> {
    const first = this.#flights[0];
    await first?.lane.untilDone(first.block, timeoutMs);
  }

  close(): void {
    for (const { lane } of this.#lanes) lane.close();
  }
}
