/**
 * What all stages have in common whose lanes are engines over one plan: the lanes and how they become more, an engine
 * beside them for what is long or done again, the start of the input for hints, and what the engines have seen.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { EngineMemory, EngineOptions } from '../../engine/engine.ts';
import type { Plan } from '../../engine/plan.ts';
import type { Copied } from '../../engine/plan-edits.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Seat } from '../../graph/lane.ts';
import { Lanes } from '../../graph/lanes.ts';
import type { NodeSettings } from '../../graph/stage.ts';
import { searchFor } from '../search.ts';
import { MainLane } from './main-lane.ts';

/** Blocks of a lane: one to fill, one to process, and work waiting so that no thread runs dry. */
const MAIN_BLOCKS = 4;
const WORKER_BLOCKS = 3;
/** A block takes records up to this size as they come; longer ones are collected on the side. */
const LEAST_BLOCK_BYTES = 1 << 20;
const SAMPLE_BYTES = 1 << 16;
/** Threads are worth their start (about 15 ms of one core) from this much input on. */
const WORKERS_FROM_BYTES = 4 << 20;
/** A smaller engine for long records is kept for the next one. */
const RELAX_FROM_BYTES = 8 << 20;

/** What a stage asks of its engines beyond the settings. */
export type Demands = Pick<EngineOptions, 'strictKeys' | 'objectsOnly' | 'rows' | 'counting'>;

/** The options of the engines of a node. */
export function engineOptionsOf({ batches, lanes, rejects, selection }: NodeSettings, demands: Demands): EngineOptions {
  return {
    blockBytes: Math.max(LEAST_BLOCK_BYTES, batches.batchBytes * 2),
    blockCount: lanes === 1 ? 1 : MAIN_BLOCKS,
    maxDepth: batches.maxDepth,
    maxRecordBytes: batches.maxRecordBytes,
    keepRejects: rejects.onError === 'keep',
    search: searchFor(selection),
    sample: selection.sample,
    ...demands,
  };
}

export abstract class EngineStage {
  readonly atLimit = 'again';
  lanes: Lanes;
  #plan: Plan;
  #options: EngineOptions;
  readonly #mostLanes: number | undefined;
  #aside: MainLane | undefined;
  #workersStarted = false;
  #takeThread: (() => Worker | undefined) | undefined;
  #isFinished = false;
  readonly #seen = new Set<number>();
  /** Root keys that the plan did not know, with the number of values under them. Complete after `finish`. */
  readonly #newKeys = new Map<string, number>();
  /** Whether there were more of them than an engine keeps. */
  #hasMoreKeys = false;
  #sample = new Uint8Array(0);
  /** Of the batches that were drained. */
  #bytes = 0;

  /** @param mostLanes the most that work at a time, this thread's included; undefined: one for each core */
  constructor(plan: Plan, options: EngineOptions, mostLanes: number | undefined) {
    this.#plan = plan;
    this.#options = options;
    this.#mostLanes = mostLanes;
    this.lanes = new Lanes(new MainLane(plan, options));
  }

  /** Counts and lists of keys are not undone, and numbers of lines are those of what this thread has read before. */
  get leavesNoTrace(): boolean {
    const { trackKeys, asksOrigin } = this.#plan;
    return !trackKeys && !asksOrigin && this.#options.counting === undefined && this.#options.rows === undefined;
  }

  /** Those that have work in them: of the lanes, and the one beside them. Until `finish`. */
  protected get engines(): readonly EngineMemory[] {
    const lanes = this.#isFinished ? [] : this.lanes.lanes.map(({ memory }) => memory);
    return this.#aside === undefined ? lanes : [...lanes, this.#aside.memory];
  }

  /** The start of the input. */
  protected get sample(): Uint8Array {
    return this.#sample;
  }

  /** Of a plan that tracks them: root keys that it did not know. Complete after `finish`. */
  protected get newKeys(): ReadonlyMap<string, number> {
    return this.#newKeys;
  }

  /** Whether there are more than `newKeys`, whose names were too many or too long. Complete after `finish`. */
  protected get hasMoreKeys(): boolean {
    return this.#hasMoreKeys;
  }

  /** After `finish`: whether a record had the path of that number in the plan. */
  protected wasSeen(path: number): boolean {
    return this.#plan.pathSlots[path]!.some((slot) => this.#seen.has(slot));
  }

  /** After `finish`: what edits set to the value at a path that no record had. */
  protected get absentCopies(): readonly Copied[] {
    return this.#plan.copied.filter(({ source, number }) => source.origin === undefined && !this.wasSeen(number));
  }

  /** Goes on with another plan; what was seen under the one before is forgotten. No batch may be in flight. */
  protected change(plan: Plan, demands: Demands): void {
    this.finish();
    this.#isFinished = false;
    this.#newKeys.clear();
    this.#hasMoreKeys = false;
    this.#seen.clear();
    this.#options = { ...this.#options, ...demands };
    this.#plan = plan;
    this.lanes = new Lanes(new MainLane(this.#plan, this.#options));
  }

  /**
   * Threads that were started ahead, because the input is worth them: their lanes are made before it is opened, so
   * that their tasks are there when they are.
   * @param take undefined when there are no more
   * @param isSettled the plan will not change any more
   */
  useThreads(take: () => Worker | undefined, isSettled: boolean): void {
    const first = isSettled ? take() : undefined;
    let next = first;
    this.#takeThread = () => {
      const thread = next ?? take();
      next = undefined;
      return thread;
    };
    if (first !== undefined) this.#startWorkers();
  }

  /**
   * Looks at a drained batch: keeps the start of the input, and adds worker lanes, once, when the input is worth them.
   * They join when their module has been loaded.
   * @param isSettled the plan will not change any more
   */
  protected note({ lane, from, to, origin }: Batch, isSettled: boolean): void {
    if (this.#sample.length === 0) this.#sample = lane.memory.view(from, Math.min(to, from + SAMPLE_BYTES)).slice();
    this.#bytes += to - from;
    if (this.#workersStarted || !isSettled || Math.max(this.#bytes, origin.sizeBytes ?? 0) < WORKERS_FROM_BYTES) return;
    this.#startWorkers();
  }

  #startWorkers(): void {
    this.#workersStarted = true;
    this.#addWorkers((this.#mostLanes ?? availableParallelism()) - 1).catch(() => {
      // No thread or no address space for another lane: the ones there are do the work, and --stats tells their
      // number.
    });
  }

  async #addWorkers(count: number): Promise<void> {
    if (count < 1) return;
    const { lanes } = this;
    const { WorkerLane } = await import('./worker-lane.ts');
    // The run may be over by now.
    for (let i = 0; i < count && !this.#isFinished; i++) {
      const options = { ...this.#options, blockCount: WORKER_BLOCKS };
      lanes.add(new WorkerLane(this.#plan, options, this.#takeThread?.()));
    }
  }

  /** An engine beside the lanes that can take `bytes` at once, for a long record or a batch that is done again. */
  aside(bytes: number): Seat {
    if (this.#aside === undefined || this.#aside.memory.options.blockBytes < bytes) {
      this.#dropAside();
      const blockBytes = Math.max(LEAST_BLOCK_BYTES, Math.ceil(bytes / 65536) * 65536);
      this.#aside = new MainLane(this.#plan, { ...this.#options, blockBytes, blockCount: 1 });
    }
    return { lane: this.#aside, block: 0 };
  }

  relax(): boolean {
    if (this.#aside === undefined || this.#aside.memory.options.blockBytes < RELAX_FROM_BYTES) return false;
    this.#dropAside();
    return true;
  }

  /** Lets go of the engine beside the lanes; its memory is given back at the next garbage collection. */
  #dropAside(): void {
    if (this.#aside !== undefined) this.#retire(this.#aside.memory);
    this.#aside = undefined;
  }

  /** An engine has done its work: what a stage keeps of it besides. Once per engine; nothing of it is in flight. */
  protected learn(_memory: EngineMemory): void {}

  /** An engine always ends, and soon. */
  stop(): void {}

  end(): undefined {}

  /** Keeps what an engine has learned about paths and keys. Once per engine. */
  #retire(memory: EngineMemory): void {
    for (let slot = 0; slot < this.#plan.slotCount; slot++) if (memory.wasSeen(slot)) this.#seen.add(slot);
    this.learn(memory);
    if (!this.#plan.trackKeys) return;
    const { keys, overflow } = memory.newKeys();
    for (const { name, records } of keys) this.#newKeys.set(name, (this.#newKeys.get(name) ?? 0) + records);
    if (overflow > 0) this.#hasMoreKeys = true;
  }

  /** Ends all lanes. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    for (const { memory } of this.lanes.lanes) this.#retire(memory);
    this.#dropAside();
    this.lanes.close();
  }
}
