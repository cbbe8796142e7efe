/**
 * What the nodes of a graph wait for when none of them can do anything: promises of sources, sinks and lanes, and
 * times. If everything depends on one lane, this thread sleeps until that lane is done. Otherwise, and where sockets
 * must be read and written in the meantime, the event loop runs.
 */
import type { Batch } from './batch.ts';

/** A block of a lane that is not done yet, to be waited for in one of two ways. */
export interface LaneWait {
  /** Blocks the thread until the block is done, or for a few milliseconds. */
  readonly block: () => void;
  /** The same without blocking. */
  readonly wait: () => Promise<void>;
}

/** The wait for the oldest batch of a node. */
export class OldestWait {
  #batch: Batch | undefined;
  #done: Promise<void> | undefined;

  /** @param batch undefined when none is on its way */
  add(waits: Waits, batch: Batch | undefined, forMs: number): void {
    if (batch === undefined) return;
    const { lane, block } = batch;
    waits.untilDone({ block: () => lane.waitDone(block, forMs), wait: () => this.#wait(batch, forMs) });
  }

  /** A wait that has been begun goes on: who asks again waits for the same one. */
  #wait(batch: Batch, forMs: number): Promise<void> {
    if (this.#done !== undefined && this.#batch === batch) return this.#done;
    const done = batch.lane.untilDone(batch.block, forMs).then(() => {
      if (this.#done === done) this.#done = undefined;
    });
    this.#batch = batch;
    this.#done = done;
    return done;
  }
}

export class Waits {
  readonly #clockMs: () => number;
  /** Promises that will wake, each asked once: one that stays open must not collect listeners. */
  readonly #known = new WeakSet<Promise<void>>();
  #isWoken = false;
  #wake: (() => void) | undefined;
  #promises = 0;
  #lanes: LaneWait[] = [];
  #needsLoop = false;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #notices: { readonly afterMs: number; readonly notice: () => void }[] = [];

  constructor(clockMs: () => number) {
    this.#clockMs = clockMs;
  }

  /** A promise that never rejects. */
  until(promise: Promise<void>): void {
    this.#promises++;
    if (this.#known.has(promise)) return;
    this.#known.add(promise);
    promise.then(() => this.wake());
  }

  untilDone(lane: LaneWait): void {
    this.#lanes.push(lane);
  }

  /** A socket is to be read or written meanwhile: this thread does not sleep. */
  leaveLoop(): void {
    this.#needsLoop = true;
  }

  notAfter(deadlineMs: number): void {
    this.#deadlineMs = Math.min(this.#deadlineMs, deadlineMs);
  }

  /** What is done when the wait takes so long. */
  notice(afterMs: number, notice: () => void): void {
    this.#notices.push({ afterMs, notice });
  }

  /** Ends the wait, or the next one. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /**
   * Waits for the first of all that was named since the last wait. @returns whether the event loop was run meanwhile
   */
  async any(): Promise<boolean> {
    const [lanes, promises, deadlineMs, notices] = [this.#lanes, this.#promises, this.#deadlineMs, this.#notices];
    this.#lanes = [];
    this.#promises = 0;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#notices = [];
    const maySleep = !this.#needsLoop;
    this.#needsLoop = false;
    if (maySleep && promises === 0 && lanes.length === 1 && deadlineMs === Number.POSITIVE_INFINITY && !this.#isWoken) {
      lanes[0]!.block();
      return false;
    }
    if (promises === 0 && lanes.length === 0 && deadlineMs === Number.POSITIVE_INFINITY && !this.#isWoken) {
      throw new Error('a graph waits for nothing');
    }
    for (const lane of lanes) this.until(lane.wait());
    this.#promises = 0;
    const timers = notices.map(({ afterMs, notice }) => setTimeout(notice, afterMs));
    if (Number.isFinite(deadlineMs)) {
      timers.push(setTimeout(() => this.wake(), Math.max(0, deadlineMs - this.#clockMs())));
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#isWoken) resolve();
    });
    for (const timer of timers) clearTimeout(timer);
    this.#wake = undefined;
    this.#isWoken = false;
    return true;
  }
}
