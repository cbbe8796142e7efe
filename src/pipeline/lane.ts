/**
 * A lane owns one engine memory with several blocks. The main lane processes on the calling thread, so that a small or
 * live input never pays for a thread; worker lanes process on theirs and are told of work through one word per block.
 * `Lanes` hands out free blocks and keeps the flights in input order: whatever lane finishes first, the oldest flight is
 * drained first, so input order is output order.
 */
import { Worker } from 'node:worker_threads';
import {
  createMemory,
  Engine,
  EngineMemory,
  type EngineOptions,
  engineModule,
  type MemoryMap,
  scanner,
} from '../engine/engine.ts';
import * as L from '../engine/layout.ts';
import type { Plan } from '../engine/plan.ts';

export interface Lane {
  readonly memory: EngineMemory;
  /** Processes [from, to) of a block. May return before it is done. */
  submit(block: number, from: number, to: number): void;
  isDone(block: number): boolean;
  /** Blocks the thread until the block is done or `timeoutMs` has passed. */
  waitDone(block: number, timeoutMs: number): void;
  /** False while a worker is still starting. */
  isReady(): boolean;
  /** See afterLines in asm/engine.ts. */
  afterLines(from: number, to: number, lines: number): number;
  close(): void;
}

/** The lane of the calling thread: `submit` returns when the work is done. */
export class MainLane implements Lane {
  readonly memory: Engine;

  constructor(plan: Plan, options: EngineOptions) {
    this.memory = new Engine(plan, options);
  }

  submit(block: number, from: number, to: number): void {
    this.memory.process(block, from, to);
  }

  isDone(): boolean {
    return true;
  }

  waitDone(): void {}

  isReady(): boolean {
    return true;
  }

  afterLines(from: number, to: number, lines: number): number {
    return this.memory.afterLines(from, to, lines);
  }

  close(): void {}
}

/** What a worker needs to process blocks of a memory that the main thread has laid out. */
export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly sets: Plan['sets'];
}

/** A lane on a thread of its own. */
export class WorkerLane implements Lane {
  readonly memory: EngineMemory;
  readonly #worker: Worker;
  #failure: Error | undefined;
  #scanner: ReturnType<typeof scanner> | undefined;

  constructor(plan: Plan, options: EngineOptions) {
    const { memory, map } = createMemory(plan, options);
    this.memory = new EngineMemory(memory, map, options);
    const module = engineModule();
    // Instantiating writes the static data, so it has to be done before the worker runs.
    this.#scanner = scanner(module, memory);
    const task: WorkerTask = { module, memory, map, sets: plan.sets };
    this.#worker = new Worker(new URL('./lane-worker.js', import.meta.url), { workerData: task });
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    this.#worker.unref();
  }

  submit(block: number, from: number, to: number): void {
    this.memory.setWord(block, L.B_FROM, from);
    this.memory.setWord(block, L.B_TO, to);
    const words = this.memory.words();
    const state = (this.memory.map.blocks[block]! + L.B_STATE) >> 2;
    Atomics.store(words, state, L.STATE_READY);
    Atomics.notify(words, state);
  }

  isDone(block: number): boolean {
    const state = Atomics.load(this.memory.words(), (this.memory.map.blocks[block]! + L.B_STATE) >> 2);
    if (state === L.STATE_FAILED || this.#failure !== undefined) {
      throw new Error('a worker lane failed', { cause: this.#failure });
    }
    return state === L.STATE_DONE;
  }

  waitDone(block: number, timeoutMs: number): void {
    const state = (this.memory.map.blocks[block]! + L.B_STATE) >> 2;
    Atomics.wait(this.memory.words(), state, L.STATE_READY, timeoutMs);
  }

  isReady(): boolean {
    return Atomics.load(this.memory.words(), (this.memory.map.header + L.H_READY) >> 2) === 1;
  }

  afterLines(from: number, to: number, lines: number): number {
    return this.#scanner!.afterLines(from, to, lines) >>> 0;
  }

  close(): void {
    const words = this.memory.words();
    for (const block of this.memory.map.blocks) {
      Atomics.store(words, (block + L.B_STATE) >> 2, L.STATE_EXIT);
      Atomics.notify(words, (block + L.B_STATE) >> 2);
    }
  }
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
    this.#lanes.push({ lane, free: lane.memory.map.blocks.map((_, block) => block) });
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

  /** Blocks the thread until the oldest flight is done or `timeoutMs` has passed. */
  waitForOldest(timeoutMs: number): void {
    const first = this.#flights[0];
    first?.lane.waitDone(first.block, timeoutMs);
  }

  close(): void {
    for (const { lane } of this.#lanes) lane.close();
  }
}
