/**
 * A WASI filter on whatever thread has its blocks: what it is compiled to, how it ends, and a run of it over an input
 * that is one block, for the main thread (stage/plugin/rehearsal.ts).
 */
import * as L from '../../engine/layout.ts';
import { buildPlan } from '../../engine/plan.ts';
import { RowEngine } from '../../engine/row-engine.ts';
import { clearBlock, sealBlock } from '../../engine/steps.ts';
import { GuestStopped } from '../guest.ts';
import { GuestExit } from '../wasi/errors.ts';
import { compileFilter, runFilter } from '../wasi/filter.ts';
import { causeOf } from './failure.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { LaneWorld } from './lane-world.ts';
import { StreamCheck } from './stream-check.ts';
import { type StreamBlocks, StreamLane } from './stream-lane.ts';
import type { LaneNote, PluginTask } from './task.ts';
import { wasiHostOf } from './wasi-world.ts';

const PAGE_BYTES = 65536;

/** A guest that reads a stream, from its start to its end. */
export type StreamRun = (stream: StreamLane) => void;

/** The plan that a filter's lane has. */
export const filterPlan = ({ where }: PluginTask) => buildPlan(where, { to: 'lines' });

/** Compiles a filter. @throws PluginError when it cannot be used */
export function filterOf(task: PluginTask, talk: LaneTalk, world: LaneWorld): StreamRun {
  const limits = { maxPages: Math.floor(task.maxMemoryBytes / PAGE_BYTES) };
  const module = compileFilter(task.bytes, limits);
  return (stream) => runFilter(module, stream, wasiHostOf(task, talk, world), limits);
}

/** Runs the guest to its end. @returns what is to be reported */
export function outcomeOf(stream: StreamLane, run: StreamRun, talk: LaneTalk, isProgram: boolean): LaneNote {
  try {
    talk.enter();
    run(stream);
    talk.leave();
    return { kind: 'ended', status: 0, block: stream.place().block };
  } catch (error) {
    talk.leave();
    const { block } = stream.place();
    if (error instanceof GuestStopped) return { kind: 'ended', status: 0, block };
    if (error instanceof GuestExit && isProgram) return { kind: 'ended', status: error.status, block };
    return { kind: 'fatal', fault: { ...stream.place(), cause: causeOf(error) } };
  }
}

/** Runs a filter once, over one block that is all of its input. */
export class FilterLane {
  readonly #task: PluginTask;
  readonly #talk: LaneTalk;
  readonly #world: LaneWorld;
  readonly #engine: RowEngine;
  readonly #run: StreamRun;
  /** What is reported with the block in which the guest would have heard of the end. */
  #ended: Extract<LaneNote, { kind: 'ended' }> | undefined;

  /** @throws what prevents the plugin from being used */
  constructor(task: PluginTask, talk: LaneTalk, world: LaneWorld) {
    this.#task = task;
    this.#talk = talk;
    this.#world = world;
    this.#engine = new RowEngine(task.memory, task.map, task.engineOptions, filterPlan(task));
    this.#run = filterOf(task, talk, world);
  }

  /** The guest has ended, and nothing is left but the block that says that the input has. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Has the guest run over the block. What went wrong is noted. */
  process(block: number): void {
    const engine = this.#engine;
    const talk = this.#talk;
    const blocks: StreamBlocks = {
      take: () => block,
      done: () => {},
      flush: () => {
        throw new Error('more output than a rehearsal may have');
      },
    };
    const stream = new StreamLane(engine, blocks, {
      isRaw: this.#task.isRaw,
      maxOutputBytes: this.#task.maxOutputBytes,
      talk,
      beforeSeen: () => {},
      check: this.#task.checksOutput ? new StreamCheck(engine, talk) : undefined,
      isWhole: true,
    });
    stream.begin();
    const outcome = outcomeOf(stream, this.#run, talk, false);
    this.#world.endStderrLine();
    const isLast = engine.word(block, L.B_IS_LAST) !== 0;
    if (outcome.kind === 'ended' && stream.isAtEnd && !isLast) this.#ended = outcome;
    else talk.note(outcome);
    stream.end();
  }

  /** The block that says that nothing follows. */
  processEnd(block: number): void {
    this.#talk.note({ ...this.#ended!, block });
    clearBlock(this.#engine, block);
    sealBlock(this.#engine, block);
  }
}
