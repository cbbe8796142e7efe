/**
 * A plugin's lane as the main thread sees it: blocks go to its thread and come back, and a guest that stays too long
 * in one call is ended together with its thread. Then, if the run is to go on, another thread takes its place at the
 * step that was not finished, in the same memory; the record at which a thread was ended twice is not tried again. It
 * is longer than other files because all of it changes one state. The surprising part: nothing here waits for the end
 * of a thread, it is only asked for again.
 */
import { MessageChannel, type Worker } from 'node:worker_threads';
import { createMemory, EngineMemory, type EngineOptions, engineModule, scanner } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import type { Plan } from '../../engine/plan.ts';
import { setRejectLimit } from '../../engine/rejects.ts';
import {
  clearBlock,
  clearProgress,
  countFault,
  passOverCall,
  passPart,
  restoreStep,
  sealBlock,
} from '../../engine/steps.ts';
import type { ShortInput } from '../../graph/host.ts';
import type { Lane } from '../../graph/lane.ts';
import { linesOfCall } from '../../plugin/lane/call-lines.ts';
import { GuestStderr } from '../../plugin/lane/guest-stderr.ts';
import * as T from '../../plugin/lane/task.ts';
import type { LaneServices } from '../../plugin/services/start.ts';
import { CallWatch, soon, startThread, untilChange } from './call-watch.ts';
import { LaneMail } from './mail.ts';
import { mayRehearse, Rehearsal } from './rehearsal.ts';

/** What a lane is made from; the rest of the task is the lane's own. */
export type LaneSpec = Omit<
  T.PluginTask,
  'memory' | 'map' | 'engineOptions' | 'ledger' | 'notes' | 'services' | 'blocksDone' | 'firstHandle'
>;

export interface LaneSurroundings {
  readonly clockMs: () => number;
  /** A link to the services thread; asked for once for each thread of the lane. */
  readonly connect: () => LaneServices | undefined;
  /** A thread that has been started ahead, once. */
  readonly takeThread: () => Worker | undefined;
  /** See RunHost; undefined where a thread is started in any case. */
  readonly shortInput?: ShortInput | undefined;
  /** Takes a line of the guest's standard error, printable, as soon as it comes. */
  readonly stderr: (line: string) => void;
  /** More bad lines than this in one block end the run. */
  readonly rejectsLeft: () => number;
}

/** The plugin cannot be used, or did not start. */
export class PluginRefused extends Error {}

const START_CHECK_MS = 20;
/** How long a guest may go on after a signal, with what was read before it. */
const HURRY_MS = 3000;

export class PluginLane implements Lane {
  readonly memory: EngineMemory;
  readonly mail: LaneMail;
  readonly #spec: LaneSpec;
  readonly #around: LaneSurroundings;
  readonly ledger = new SharedArrayBuffer(T.LEDGER_BYTES);
  readonly #words: Int32Array;
  readonly #counts: Float64Array;
  readonly #watch: CallWatch;
  /** Where lines end, and taking some out of an output; see asm/lines.ts and asm/gaps.ts. */
  readonly scanner: ReturnType<typeof scanner>;
  #worker: Worker | undefined;
  #services: LaneServices | undefined;
  /** Blocks that are not done yet, oldest first, and how many were before them. */
  #submitted: number[] = [];
  #doneCount = 0;
  /** The input of the last block, and how many there were. */
  #origin: object | undefined;
  #inputNumber = 0;
  /** Bad lines of the blocks that are done. */
  #rejectsTaken = 0;
  #hasStarted = false;
  readonly #mayRehearse: boolean;
  #rehearsal: Rehearsal | undefined;
  #state: 'running' | 'ending' | 'failed' | 'closed' = 'running';

  constructor(spec: LaneSpec, plan: Plan, options: EngineOptions, around: LaneSurroundings) {
    const { memory, map } = createMemory(plan, options);
    this.memory = new EngineMemory(memory, map, options);
    this.scanner = scanner(engineModule(), memory);
    this.#spec = spec;
    this.#around = around;
    const { words, counts } = T.ledgerViews(this.ledger);
    this.#words = words;
    this.#counts = counts;
    this.mail = new LaneMail(words, counts, around.stderr);
    this.#watch = new CallWatch(words, spec.timeLimitMs, around.clockMs);
    this.#mayRehearse = around.shortInput !== undefined && mayRehearse(spec);
    if (!this.#mayRehearse) this.#spawn();
  }

  #task(blocksDone: number): Omit<T.PluginTask, 'notes' | 'services'> {
    const { memory, map, options } = this.memory;
    return {
      ...{ ...this.#spec, memory, map, engineOptions: options, ledger: this.ledger, blocksDone },
      firstHandle: Math.max(1, this.#words[T.WORD_HANDLE]!),
    };
  }

  #spawn(blocksDone = this.#doneCount): void {
    const { port1, port2 } = new MessageChannel();
    this.#services?.release();
    this.#services = this.#around.connect();
    const services = this.#services?.link;
    const task: T.PluginTask = { ...this.#task(blocksDone), notes: port2, services };
    Atomics.store(this.#words, T.WORD_STATE, T.LANE_STARTING);
    this.#watch.begin();
    this.mail.open(port1);
    const ports = services === undefined ? [port2] : [port2, services.port];
    this.#worker = startThread(task, ports, this.#around.takeThread(), (worker, why) => this.#onCrash(worker, why));
  }

  /** Resolves when the plugin has said who it is. @throws PluginRefused when it cannot be used */
  async started(): Promise<T.PluginDescription | undefined> {
    if (this.#mayRehearse) {
      this.#rehearsal = Rehearsal.open(this.#task(0), this.#around.shortInput!, this.memory, this.mail);
      if (this.#rehearsal === undefined) this.#giveUpRehearsal();
    }
    while (this.#state === 'ending' || (this.#state === 'running' && this.#isStarting)) {
      if (this.#state === 'ending') await soon();
      else await untilChange(this.#words, T.WORD_STATE, T.LANE_STARTING, START_CHECK_MS);
      this.#look();
    }
    this.#hasStarted = this.isReady();
    this.mail.receive();
    for (const note of this.mail.notes) {
      if (note.kind === 'refused') throw new PluginRefused(note.message);
      if (note.kind === 'fatal') throw new PluginRefused(note.fault.cause);
      if (note.kind === 'ready') return note.description;
    }
    throw new PluginRefused('its thread ended before it had started');
  }

  /** A thread takes over, from the beginning unless a block is done: then the input has grown meanwhile. */
  #giveUpRehearsal(): void {
    this.#rehearsal = undefined;
    const done = this.#words[T.WORD_SUBMITTED]!;
    if (done === 0) {
      this.#words.fill(0);
      this.#counts.fill(0);
    }
    this.#spawn(done);
  }

  submit(block: number, from: number, to: number, origin?: object, isEnd = false): void {
    if (origin !== this.#origin) this.#inputNumber++;
    this.#origin = origin;
    this.#prepare(block, from, to);
    if (this.#rehearsal !== undefined) {
      this.#submitted.push(block);
      if (this.#rehearsal.process(block, isEnd)) return;
      this.#submitted.pop();
      this.#giveUpRehearsal();
      this.#prepare(block, from, to);
    }
    this.#setState(block, L.STATE_READY);
    this.#submitted.push(block);
    const count = this.#words[T.WORD_SUBMITTED]!;
    this.#words[T.WORD_QUEUE + (count % T.QUEUE_LENGTH)] = block;
    Atomics.store(this.#words, T.WORD_SUBMITTED, count + 1);
    Atomics.notify(this.#words, T.WORD_SUBMITTED);
  }

  #prepare(block: number, from: number, to: number): void {
    const { memory } = this;
    memory.setWord(block, L.B_INPUT_NUMBER, this.#inputNumber);
    clearBlock(memory, block);
    clearProgress(memory, block);
    memory.setWord(block, L.B_FROM, from);
    memory.setWord(block, L.B_TO, to);
    // Counted from the lane's beginning, see queue.ts.
    const left = this.#around.rejectsLeft() + this.#rejectsTaken;
    setRejectLimit(memory, block, left);
  }

  /** Says that no input follows the block, before it is submitted. */
  markLast(block: number): void {
    this.memory.setWord(block, L.B_IS_LAST, 1);
  }

  isDone(block: number): boolean {
    this.#look();
    if (this.#state === 'failed') this.#giveUp(block);
    if (this.#stateOf(block) !== L.STATE_DONE) return false;
    const at = this.#submitted.indexOf(block);
    if (at >= 0) {
      this.#submitted.splice(at, 1);
      this.#doneCount++;
      this.#rejectsTaken += this.memory.counts(block).rejected + this.memory.word(block, L.B_OUT_REJECTED);
    }
    return true;
  }

  waitDone(block: number, timeoutMs: number): void {
    // While a thread is ending nobody will change the word, and the event loop has to run for it to end.
    if (this.#state !== 'running') return;
    Atomics.wait(this.memory.words(), this.#stateAt(block), L.STATE_READY, timeoutMs);
  }

  async untilDone(block: number, timeoutMs: number): Promise<void> {
    if (this.#state !== 'running') {
      await soon();
      return;
    }
    await untilChange(this.memory.words(), this.#stateAt(block), L.STATE_READY, timeoutMs);
  }

  hasPart(block: number): boolean {
    return this.#stateOf(block) === L.STATE_FLUSH;
  }

  goOn(block: number): void {
    passPart(this.memory, block);
    this.#setState(block, L.STATE_READY);
  }

  isReady(): boolean {
    return Atomics.load(this.#words, T.WORD_STATE) === T.LANE_READY;
  }

  afterLines(from: number, to: number, lines: number): number {
    return this.scanner.afterLines(from, to, lines) >>> 0;
  }

  countLines(from: number, to: number): number {
    return this.scanner.countLines(from, to) >>> 0;
  }

  /** Records of a finished block that the plugin wanted. */
  selected(block: number): number {
    return this.memory.word(block, L.B_SELECTED);
  }

  /** Records of a finished block on which the plugin failed. */
  faults(block: number): number {
    return this.memory.word(block, L.B_FAULTS);
  }

  /** What the lane has counted: COUNT_* of task.ts. */
  count(counter: number): number {
    return this.#counts[counter]!;
  }

  /** The words of the cause that a reject has by its number. */
  cause(number: number): string | undefined {
    return this.mail.cause(number);
  }

  /** Shows what the guest has begun to write to its standard error; only while it is not running. */
  endStderrLine(): void {
    new GuestStderr(this.ledger, this.#spec.stderr, this.#around.stderr).flush();
  }

  /** The paths of --where and of the selectors that no record of this lane has had. */
  unseenPaths(): readonly T.UnseenPath[] {
    return this.mail.unseen.filter(({ slots }) => !slots.some((slot) => this.memory.wasSeen(slot)));
  }

  close(): void {
    this.mail.close();
    this.#state = 'closed';
    this.#services?.release();
    this.#worker?.unref();
    this.#worker?.terminate();
  }

  /** The run has to stop: a guest that goes on by itself is not given much more time. */
  hurry(): void {
    this.#watch.hurry();
  }

  /** Nobody wants what is under way: the guest is ended, and its blocks come back with what was finished of them. */
  abandon(): void {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    this.#state = 'failed';
    this.#worker?.terminate();
  }

  get #isStarting(): boolean {
    return Atomics.load(this.#words, T.WORD_STATE) === T.LANE_STARTING;
  }

  /** The oldest block that is not done. */
  #unfinished(): number | undefined {
    return this.#submitted.find((block) => this.#stateOf(block) !== L.STATE_DONE);
  }

  #stateAt(block: number): number {
    return (this.memory.map.blocks[block]! + L.B_STATE) >> 2;
  }

  #stateOf(block: number): number {
    return Atomics.load(this.memory.words(), this.#stateAt(block));
  }

  #setState(block: number, state: number): void {
    Atomics.store(this.memory.words(), this.#stateAt(block), state);
    Atomics.notify(this.memory.words(), this.#stateAt(block));
  }

  /** Ends the thread when the guest has been in the same call for too long. */
  #look(): void {
    if (this.#state !== 'running') return;
    const { timeLimitMs, loadLimitMs } = this.#spec;
    if (this.#watch.isOver()) this.#end(`it did not return within ${timeLimitMs} ms (--time-limit)`);
    else if (this.#isStarting && this.#watch.loadingMs() > loadLimitMs) this.#overload(loadLimitMs);
    else if (this.#watch.isLate(HURRY_MS)) this.#end(`it did not end within ${HURRY_MS} ms when told to`);
  }

  /**
   * Compiling cannot be stopped, so that nobody waits for the end of such a thread; the process still has to, at its
   * own end.
   */
  #overload(limitMs: number): void {
    this.#fail(`it was not loaded within ${limitMs} ms (--load-limit)`);
    this.#worker!.terminate();
  }

  /** The thread itself has failed, which a guest should not be able to do. */
  #onCrash(worker: Worker, why: string): void {
    if (worker !== this.#worker || this.#state !== 'running') return;
    this.mail.receive();
    const refusal = this.mail.notes.find((note) => note.kind === 'refused');
    // A plugin that is refused ends its thread by itself, and has said why: at first to `started`.
    if (refusal === undefined) this.#end(`its thread ended: ${why}`);
    else if (this.#hasStarted) this.#fail(`it did not start again: ${refusal.message}`);
  }

  /** Ends the thread; when it has ended, another one takes its place or the lane has failed. */
  #end(cause: string): void {
    this.#state = 'ending';
    this.#worker!.terminate().then(() => {
      if (this.#state === 'ending') this.#afterEnd(cause);
    });
  }

  #afterEnd(cause: string): void {
    this.mail.receive();
    this.endStderrLine();
    // A line may have been announced and not sent.
    Atomics.store(this.#words, T.WORD_STDERR_UNTAKEN, 0);
    this.#counts[T.COUNT_FAILURES]! += 1;
    const block = this.#unfinished();
    const fault = { cause, ...linesOfCall(this.memory, block) };
    // A guest that reads a stream is given no lines by a call.
    if (block === undefined || fault.toLine === 0 || this.#spec.onPluginError === 'fail') {
      this.#fail(this.#isStarting && this.#hasStarted ? `it did not start again: ${cause}` : cause);
      return;
    }
    if (passOverCall(this.memory, block)) {
      countFault(this.memory, block);
      this.mail.keepCause(cause);
      if (this.#counts[T.COUNT_FAULTS_TOLD]! < T.FAULTS_SHOWN) this.mail.notes.push({ kind: 'fault', fault });
      this.#counts[T.COUNT_FAULTS_TOLD]! += 1;
    }
    this.#state = 'running';
    this.#doneCount = this.#words[T.WORD_SUBMITTED]! - this.#submitted.length + this.#submitted.indexOf(block);
    this.#spawn();
  }

  /** There will be no other thread: what comes next ends the run. */
  #fail(cause: string): void {
    const fault = { cause, ...linesOfCall(this.memory, this.#unfinished()) };
    this.mail.notes.push(this.#hasStarted ? { kind: 'fatal', fault } : { kind: 'refused', message: cause });
    this.#state = 'failed';
  }

  /** The lane has failed: a block ends with what was finished of it. */
  #giveUp(block: number): void {
    if (this.#stateOf(block) === L.STATE_DONE) return;
    if (this.memory.word(block, L.B_RESUME) !== 0) restoreStep(this.memory, block);
    sealBlock(this.memory, block);
    this.#setState(block, L.STATE_DONE);
  }
}
