/**
 * A lane owns one engine memory with several blocks. The main lane processes on the calling thread, so that a small or
 * live input never pays for a thread; other lanes process on theirs and hear of work through one word per block.
 */
import type { EngineMemory } from '../engine/engine.ts';
import type { Stretch } from '../io/read-lines.ts';

export interface Lane {
  readonly memory: EngineMemory;
  /**
   * Processes [from, to) of a block. May return before it is done.
   * @param origin an object for each input
   * @param isEnd its source has been read to the end
   */
  submit(block: number, from: number, to: number, origin?: object, isEnd?: boolean): void;
  /** The same with lines that the lane reads by itself, where it can; then B_FROM and B_TO say where they are. */
  submitRange?(block: number, stretch: Stretch): void;
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
  /** The number of newlines in [from, to) of its memory. */
  countLines(from: number, to: number): number;
  /** Why a line was rejected, in words, by the number in the reject; left out where rejects have codes only. */
  cause?(number: number): string | undefined;
  close(): void;
}

/** A block that is being filled, or whose batch is on its way. */
export interface Seat {
  readonly lane: Lane;
  readonly block: number;
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

  abstract countLines(from: number, to: number): number;

  close(): void {}
}
