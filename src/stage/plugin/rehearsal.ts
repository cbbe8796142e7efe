/**
 * A Tangent plugin or a WASI filter on the main thread, for an input that is known to be short: a thread takes longer
 * to start than such a plugin to do all of its work. It is a rehearsal: what comes of it counts only if the guest gets
 * through without any fault, soon, and with an output of one block. Otherwise nothing of it is seen, and a thread does
 * the work from the beginning, with all that belongs to it: limits, signals while the guest runs, records taken one by
 * one. A filter reads until nothing follows, so its input has to be at its end when its block is cut.
 *
 * The surprising part: guests that ask for something outside of themselves are not rehearsed, because that could be
 * seen. And V8's own watchdog ends what takes too long, which it offers only for scripts.
 */
import { Script } from 'node:vm';
import type { EngineMemory } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import { rejectLimitOf } from '../../engine/rejects.ts';
import type { ShortInput } from '../../graph/host.ts';
import { FilterLane } from '../../plugin/lane/filter-lane.ts';
import { GuestStderr, sendingTo } from '../../plugin/lane/guest-stderr.ts';
import { LaneTalk } from '../../plugin/lane/lane-talk.ts';
import type { LaneWorld } from '../../plugin/lane/lane-world.ts';
import { openTangent } from '../../plugin/lane/serve-tangent.ts';
import type { TangentLane } from '../../plugin/lane/tangent-lane.ts';
import * as T from '../../plugin/lane/task.ts';
import { namesServices } from '../../plugin/services/none.ts';
import type { LaneMail } from './mail.ts';
import { plainWorld } from './plain-world.ts';

/** Limits that are nearer are looked after by the main thread. */
const LEAST_LIMIT_MS = 1000;
/** Compiling cannot be ended; of so many bytes it takes some milliseconds. */
const MOST_BYTES = 256 << 10;

/** What may be told while a plugin loads, and what must not be told of a block. */
const silent: ReadonlySet<T.LaneNote['kind']> = new Set(['ready', 'unseen', 'config-asked']);
const faulty: ReadonlySet<T.LaneNote['kind']> = new Set(['fault', 'fatal', 'refused', 'cause']);

type Task = Omit<T.PluginTask, 'notes' | 'services'>;

/** Whether the plugin can be rehearsed. */
export function mayRehearse(
  task: Pick<T.PluginTask, 'kind' | 'bytes' | 'timeLimitMs' | 'loadLimitMs' | 'stderr' | 'directories'>,
): boolean {
  const { kind, bytes, timeLimitMs, loadLimitMs, stderr, directories } = task;
  const sees = kind === 'slung' || directories.length > 0;
  const hasTime = timeLimitMs >= LEAST_LIMIT_MS && loadLimitMs >= LEAST_LIMIT_MS;
  return !sees && hasTime && stderr !== 'all' && bytes.length <= MOST_BYTES && !namesServices(bytes);
}

export class Rehearsal {
  readonly #input: ShortInput;
  readonly #memory: EngineMemory;
  readonly #mail: LaneMail;
  readonly #words: Int32Array;
  readonly #counts: Float64Array;
  readonly #lane: TangentLane | FilterLane;
  /** What the guest has told and nobody has seen yet. */
  #notes: T.LaneNote[] = [];

  private constructor(task: Task, input: ShortInput, memory: EngineMemory, mail: LaneMail) {
    this.#input = input;
    this.#memory = memory;
    this.#mail = mail;
    const { words, counts } = T.ledgerViews(task.ledger);
    this.#words = words;
    this.#counts = counts;
    const notes: T.NotesPort = { postMessage: (note) => void this.#notes.push(note) };
    const given = { ...task, notes, services: undefined };
    const talk = new LaneTalk(task.ledger, notes, plainWorld.monotonicMs);
    const stderr = new GuestStderr(task.ledger, task.stderr, sendingTo(given));
    const world: LaneWorld = {
      ...plainWorld,
      afterStart: () => {},
      writeStderr: (bytes) => stderr.write(bytes),
      endStderrLine: () => stderr.flush(),
    };
    if (task.kind === 'wasi') {
      this.#lane = new FilterLane(given, talk, world);
      this.#notes.push({ kind: 'ready', description: undefined });
      return;
    }
    const { lane } = openTangent(given, talk, world, () => {
      throw new Error('more output than a rehearsal may have');
    });
    this.#lane = lane;
    this.#notes.push({ kind: 'ready', description: lane.start() });
  }

  /**
   * Loads the plugin of a lane, which is ready then. Undefined when it cannot be used, does not load at once or has
   * something to say, which a thread would say again.
   * @param memory the lane's
   */
  static open(task: Task, input: ShortInput, memory: EngineMemory, mail: LaneMail): Rehearsal | undefined {
    try {
      const rehearsal = within(input.mostMs, () => new Rehearsal(task, input, memory, mail));
      const isSilent = rehearsal.#notes.every(({ kind }) => silent.has(kind));
      if (!isSilent || rehearsal.#counts[T.COUNT_FAILURES] !== 0) return undefined;
      rehearsal.#deliver();
      Atomics.store(rehearsal.#words, T.WORD_STATE, T.LANE_READY);
      return rehearsal;
    } catch {
      return undefined;
    }
  }

  /**
   * Has the guest process the first block, if that is the whole input.
   * @param isEnd its source has been read to the end
   * @returns whether the block is done; otherwise nothing of it counts, and it is to be emptied
   */
  process(block: number, isEnd: boolean): boolean {
    const memory = this.#memory;
    const lane = this.#lane;
    const isLast = memory.word(block, L.B_IS_LAST) !== 0;
    if (lane instanceof FilterLane && lane.hasEnded) {
      if (!isLast) throw new Error('a plugin that has been told of the end of its input got more of it');
      lane.processEnd(block);
    } else if (!this.#isWhole(block, isLast || isEnd) || !this.#perform(lane, block)) return false;
    this.#deliver();
    this.#words[T.WORD_SUBMITTED]! += 1;
    this.#words[T.WORD_REJECTS] = memory.word(block, L.B_REJECT_COUNT) + memory.word(block, L.B_OUT_REJECTED);
    memory.words()[(memory.map.blocks[block]! + L.B_STATE) >> 2] = L.STATE_DONE;
    return true;
  }

  /** The block is the first, and all that there is. */
  #isWhole(block: number, isEnd: boolean): boolean {
    if (this.#words[T.WORD_SUBMITTED] !== 0) return false;
    if (this.#lane instanceof FilterLane && !isEnd) return false;
    return this.#memory.word(block, L.B_TO) - this.#memory.word(block, L.B_FROM) >= this.#input.bytes;
  }

  /** @returns whether the guest got through without any fault, and soon */
  #perform(lane: TangentLane | FilterLane, block: number): boolean {
    try {
      if (within(this.#input.mostMs, () => lane.process(block)) === false) return false;
    } catch {
      return false;
    }
    // The run stops there, and a guest would not have heard of an end.
    if (lane instanceof FilterLane && this.#memory.word(block, L.B_REJECT_COUNT) > rejectLimitOf(this.#memory, block))
      return false;
    return this.#counts[T.COUNT_FAILURES] === 0 && !this.#notes.some(({ kind }) => faulty.has(kind));
  }

  #deliver(): void {
    this.#mail.deliver(this.#notes);
    this.#notes = [];
  }
}

let work: () => void = () => {};
const PLACE = 'slungRehearsal';
let script: Script | undefined;

/** @throws what `task` throws, or that it took longer than `ms` */
function within<R>(ms: number, task: () => R): R {
  script ??= new Script(`${PLACE}()`);
  let result: R | undefined;
  work = () => {
    result = task();
  };
  Object.defineProperty(globalThis, PLACE, { value: () => work(), configurable: true });
  try {
    script.runInThisContext({ timeout: ms });
  } finally {
    delete (globalThis as Record<string, unknown>)[PLACE];
    work = () => {};
  }
  return result as R;
}
