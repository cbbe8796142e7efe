/**
 * A lane on a thread of its own. The main thread lays out its memory, fills and drains its blocks, and tells it of
 * work through one word per block; nothing is posted and nothing is copied. A module of its own, because
 * node:worker_threads takes a millisecond and a half to load and short runs do without.
 */
import { Worker } from 'node:worker_threads';
import {
  createMemory,
  EngineMemory,
  type EngineOptions,
  engineModule,
  type MemoryMap,
  scanner,
} from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import type { Plan } from '../../engine/plan.ts';
import * as R from '../../engine/read-layout.ts';
import type { Lane } from '../../graph/lane.ts';
import { threadStarts } from '../../io/late-flags.ts';
import type { Stretch } from '../../io/read-lines.ts';
import { laneThreadOptions } from './lane-ahead.ts';

/** What a worker needs to process blocks of a memory that the main thread has laid out. */
export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly sets: Plan['sets'];
  /** Of a block. */
  readonly blockBytes: number;
}

/** A lane on a thread of its own. */
export class WorkerLane implements Lane {
  readonly memory: EngineMemory;
  readonly #worker: Worker;
  /** Undefined when the thread is there. */
  #hasStarted: (() => void) | undefined = threadStarts();
  #failure: Error | undefined;
  #scanner: ReturnType<typeof scanner> | undefined;

  /** @param ahead a thread that has been started already and waits for its task */
  constructor(plan: Plan, options: EngineOptions, ahead?: Worker) {
    const { memory, map } = createMemory(plan, options);
    this.memory = new EngineMemory(memory, map, options);
    const module = engineModule(options);
    // Instantiating writes the static data, so it has to be done before the worker runs.
    this.#scanner = scanner(module, memory);
    const task: WorkerTask = { module, memory, map, sets: plan.sets, blockBytes: options.blockBytes };
    // A thread that has ended has no number any more.
    if (ahead !== undefined && ahead.threadId >= 0) {
      this.#worker = ahead;
      ahead.postMessage(task);
    } else {
      const file = new URL('./lane-worker.cjs', import.meta.url);
      this.#worker = new Worker(file, { ...laneThreadOptions, workerData: task });
    }
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#noteStart();
    });
    this.#worker.unref();
  }

  submit(block: number, from: number, to: number): void {
    this.memory.setWord(block, L.B_FROM, from);
    this.memory.setWord(block, L.B_TO, to);
    this.memory.setWord(block, R.B_READ_FILE, 0);
    this.#begin(block);
  }

  submitRange(block: number, { file, at, bytes }: Stretch): void {
    this.memory.setWord(block, R.B_READ_FILE, file + 1);
    this.memory.setWord(block, R.B_READ_BYTES, bytes);
    this.memory.setWord(block, R.B_READ_AT, at % 2 ** 32);
    this.memory.setWord(block, R.B_READ_AT + 4, Math.floor(at / 2 ** 32));
    this.#begin(block);
  }

  #begin(block: number): void {
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

  async untilDone(block: number, timeoutMs: number): Promise<void> {
    this.waitDone(block, timeoutMs);
  }

  hasPart(): boolean {
    return false;
  }

  goOn(): void {}

  isReady(): boolean {
    const isReady = Atomics.load(this.memory.words(), (this.memory.map.header + L.H_READY) >> 2) === 1;
    if (isReady) this.#noteStart();
    return isReady;
  }

  #noteStart(): void {
    this.#hasStarted?.();
    this.#hasStarted = undefined;
  }

  afterLines(from: number, to: number, lines: number): number {
    return this.#scanner!.afterLines(from, to, lines) >>> 0;
  }

  countLines(from: number, to: number): number {
    return this.#scanner!.countLines(from, to) >>> 0;
  }

  close(): void {
    const words = this.memory.words();
    for (const block of this.memory.map.blocks) {
      Atomics.store(words, (block + L.B_STATE) >> 2, L.STATE_EXIT);
      Atomics.notify(words, (block + L.B_STATE) >> 2);
    }
  }
}
