/**
 * A Tangent plugin in a lane: blocks are taken in steps of some hundred records, each step is one `process-logs`. A
 * step that fails is undone as a whole; then, if the run is to go on, the instance is replaced and the step is taken
 * again a record at a time, so that only the record at fault is lost. All of that is kept in the block's words, so
 * that a thread which takes the place of one that was ended goes on at the same place.
 */
import { CODE_PLUGIN_FAILED } from '../../engine/code-numbers.ts';
import * as L from '../../engine/layout.ts';
import { buildPlan } from '../../engine/plan.ts';
import type { Path, Program } from '../../engine/program.ts';
import { addReject, rejectLimitOf } from '../../engine/rejects.ts';
import type { RowEngine } from '../../engine/row-engine.ts';
import { clearBlock, countFault, restoreStep, savedOutBytes, saveStep, sealBlock } from '../../engine/steps.ts';
import type { ListSelector } from '../../selector/index.ts';
import { compileLists, parseTangentPath, renderSelectorError, SelectorError } from '../../selector/index.ts';
import { excerpt } from '../../text/printable.ts';
import { PluginError, Trap } from '../guest.ts';
import type { TangentGuest } from '../tangent/guest.ts';
import { causeOf } from './failure.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { OutputCheck } from './output-check.ts';
import { NAME_LENGTH, type PluginDescription, type PluginTask, UNSEEN_PATHS, type UnseenPath } from './task.ts';

/** Rows of the first step: few, because its paths are not learned yet. */
const FIRST_ROWS = 8;
/**
 * Rows of a step: with their records, output and the guest's own data they stay in the second-level cache, and the
 * time limit of a call is enough for plugins that take milliseconds a record. What JavaScript does for a step is 8 %
 * of the processor time with half of them, 4 % with these (the SDK's mapper, one core, 2026-11).
 */
const STEP_ROWS = 1024;

/** Output is handed on between two steps when there is so much of it; the output of most batches is smaller. */
const PART_BYTES = 2 << 20;

const NEWLINE = new Uint8Array([0x0a]);

export class TangentLane {
  readonly #engine: RowEngine;
  readonly #task: PluginTask;
  readonly #talk: LaneTalk;
  readonly #makeGuest: (firstHandle: number) => TangentGuest;
  readonly #flush: (block: number) => void;
  #guest: TangentGuest;
  #select: Program = { paths: [], tests: [], entry: L.REJECT_TARGET };
  #learned = 0;
  #unseen: UnseenPath[] = [];
  #steps = 0;
  readonly #check: OutputCheck | undefined;

  /**
   * Makes the first instance.
   * @param options.flush has the output of a block drained, which begins anew then
   * @param options.check of what it outputs; undefined when nobody wants that
   * @throws PluginError, or what the guest throws while it starts
   */
  constructor(
    engine: RowEngine,
    task: PluginTask,
    talk: LaneTalk,
    options: {
      readonly makeGuest: (firstHandle: number) => TangentGuest;
      readonly flush: (block: number) => void;
      readonly check: OutputCheck | undefined;
    },
  ) {
    const { makeGuest } = options;
    this.#check = options.check;
    this.#engine = engine;
    this.#task = task;
    this.#talk = talk;
    this.#makeGuest = makeGuest;
    this.#flush = options.flush;
    this.#guest = talk.whileStarting(() => makeGuest(task.firstHandle));
  }

  /** Asks the plugin who it is and what it wants, and makes the plan. @throws PluginError, Trap */
  start(): PluginDescription {
    const guest = this.#guest;
    const { name, version } = this.#talk.whileStarting(() => guest.metadata());
    const selectors: ListSelector[] = this.#talk.whileStarting(() => guest.selectors());
    try {
      this.#select = compileLists(selectors);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new PluginError(`its probe() gives a selector that cannot be used: ${renderSelectorError(error)}`);
    }
    const { where } = this.#task;
    const asked = this.#select.paths.filter(({ text }) => text.length <= NAME_LENGTH).slice(0, UNSEEN_PATHS);
    this.#unseen = [...where.paths, ...asked].map((path, i) => ({
      path,
      isOfWhere: i < where.paths.length,
      slots: [],
    }));
    this.#usePlan([]);
    return { name: excerpt(name, NAME_LENGTH), version: excerpt(version, NAME_LENGTH), selectors };
  }

  /** Processes a block, from where its words say. @returns false when the run must end; a note has told why then */
  process(block: number): boolean {
    const engine = this.#engine;
    const end = engine.word(block, L.B_TO);
    const resume = engine.word(block, L.B_RESUME);
    let at = resume || engine.word(block, L.B_FROM);
    if (resume) restoreStep(engine, block);
    else clearBlock(engine, block);
    this.#check?.begin(block);
    while (at < end) {
      const next = this.#step(block, at);
      if (next === undefined) return false;
      at = next;
      if (this.#check?.passes(block, at) === false) break;
      if (engine.word(block, L.B_OUT_BYTES) >= PART_BYTES && at < end) this.#handOn(block, at);
    }
    engine.setWord(block, L.B_RESUME, 0);
    engine.setWord(block, L.B_SINGLE_TO, 0);
    engine.setWord(block, L.B_SKIP, 0);
    sealBlock(engine, block);
    return true;
  }

  /** The steps that are done are not undone any more: their output goes on its way. `at` is where the next begins. */
  #handOn(block: number, at: number): void {
    const engine = this.#engine;
    engine.setWord(block, L.B_RESUME, at);
    saveStep(engine, block);
    sealBlock(engine, block);
    this.#flush(block);
    engine.setWord(block, L.B_OUT_BYTES, 0);
    engine.setWord(block, L.B_OUT_START, 0);
    this.#check?.begin(block);
    saveStep(engine, block);
  }

  /** One step. @returns where the next one begins, or undefined when the run must end */
  #step(block: number, at: number): number | undefined {
    const engine = this.#engine;
    saveStep(engine, block);
    engine.setWord(block, L.B_RESUME, at);
    const isSingle = at < engine.word(block, L.B_SINGLE_TO);
    const most = isSingle ? 1 : this.#steps++ === 0 ? FIRST_ROWS : STEP_ROWS;
    const next = engine.collect(block, at, most);
    if (engine.rowCount === 0) return next;
    // The record at which a thread was ended is not tried again; its step has no other.
    if (isSingle && engine.rowWord(0, L.ROW_FROM) === engine.word(block, L.B_SKIP)) {
      return this.#giveUpRow(block, this.#talk.endCause) ? next : engine.word(block, L.B_TO);
    }
    try {
      this.#callForRows(block);
      this.#learn();
      return next;
    } catch (error) {
      return this.#afterFailure(block, { at, next, isSingle }, error);
    }
  }

  /** Undoes the step and decides how to go on. @returns where the next step begins, or undefined */
  #afterFailure(
    block: number,
    step: { at: number; next: number; isSingle: boolean },
    error: unknown,
  ): number | undefined {
    const engine = this.#engine;
    const last = engine.rowCount - 1;
    const lines = { fromLine: engine.rowWord(0, L.ROW_LINE), toLine: engine.rowWord(last, L.ROW_LINE) + 1 };
    const fault = { block, ...lines, cause: causeOf(error) };
    this.#talk.countFailure();
    // What happens now is not in the call any more; the main thread must not look for the fault in its records.
    engine.setWord(block, L.B_CALL_TO, 0);
    const mayGoOn = this.#task.onPluginError !== 'fail';
    // Also after an error that it returned: it has seen the step's records, and is to see them once.
    const problem = mayGoOn ? this.#replaceGuest() : undefined;
    if (!mayGoOn || problem !== undefined) {
      restoreStep(engine, block);
      sealBlock(engine, block);
      const cause = problem === undefined ? fault.cause : `${fault.cause}; then it did not start again: ${problem}`;
      this.#talk.note({ kind: 'fatal', fault: { ...fault, cause } });
      return undefined;
    }
    // A step of one record may have bad lines behind it, which come after it in the rejects.
    if (step.isSingle || (engine.rowCount === 1 && engine.word(block, L.B_LINES) === lines.toLine)) {
      this.#talk.fault(fault);
      countFault(engine, block);
      return this.#giveUpRow(block, this.#talk.causeNumber(fault.cause)) ? step.next : engine.word(block, L.B_TO);
    }
    restoreStep(engine, block);
    engine.setWord(block, L.B_SINGLE_TO, step.next);
    return step.at;
  }

  /** The step's only row goes to the output as it is, or to the rejects. @returns whether the block may go on */
  #giveUpRow(block: number, cause: number): boolean {
    const engine = this.#engine;
    const from = engine.rowWord(0, L.ROW_FROM);
    const to = engine.rowWord(0, L.ROW_TO);
    // The guest may have failed after its output was taken.
    engine.setWord(block, L.B_OUT_BYTES, savedOutBytes(engine, block));
    if (this.#task.onPluginError === 'pass') {
      this.#passLine(block, 0);
      return true;
    }
    const line = engine.rowWord(0, L.ROW_LINE);
    const count = addReject(engine, block, { from, to, line, code: CODE_PLUGIN_FAILED, cause });
    // Every line is counted once: this one is a reject now.
    for (const counter of [L.B_RECORDS, L.B_MATCHED, L.B_SELECTED]) {
      engine.setWord(block, counter, engine.word(block, counter) - 1);
    }
    return count < rejectLimitOf(engine, block);
  }

  /** Calls the guest for the rows of the step; with --unmatched pass, once for each run of rows that it wants. */
  #callForRows(block: number): void {
    const engine = this.#engine;
    const count = engine.rowCount;
    if (!this.#task.passUnmatched) {
      this.#call(block, 0, count);
      return;
    }
    for (let row = 0; row < count; ) {
      const first = row;
      while (row < count && engine.rowWord(row, L.ROW_FLAGS) & L.ROW_SELECTED) row++;
      if (row > first) this.#call(block, first, row);
      if (row < count) this.#passLine(block, row++);
    }
  }

  #passLine(block: number, row: number): void {
    const engine = this.#engine;
    engine.appendOut(block, engine.view(engine.rowWord(row, L.ROW_FROM), engine.rowWord(row, L.ROW_TO)));
    engine.appendOut(block, NEWLINE);
  }

  #call(block: number, rowFrom: number, rowTo: number): void {
    const engine = this.#engine;
    const count = rowTo - rowFrom;
    engine.setWord(block, L.B_CALL_FROM, engine.rowWord(rowFrom, L.ROW_FROM));
    engine.setWord(block, L.B_CALL_TO, engine.rowWord(rowTo - 1, L.ROW_TO));
    const refusal = this.#talk.inGuest(
      () => this.#guest.processLogs(rowFrom, rowTo, (bytes) => this.#takeOutput(block, bytes)),
      count,
      this.#guest.nextHandle + count,
    );
    engine.setWord(block, L.B_CALL_TO, 0);
    if (refusal !== undefined) throw new Trap(`it returned an error: ${excerpt(refusal)}`);
    this.#talk.countLost(this.#guest.pinsLost());
  }

  /** The output of one call; a last line without its end gets one, so that lines of two calls never run together. */
  #takeOutput(block: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const hasEnd = bytes[bytes.length - 1] === 0x0a;
    this.#engine.appendOut(block, bytes);
    if (!hasEnd) this.#engine.appendOut(block, NEWLINE);
  }

  /**
   * The instance is not to be called again; a new one takes its place and starts from nothing.
   * @returns why there is none
   */
  #replaceGuest(): string | undefined {
    const { nextHandle } = this.#guest;
    try {
      this.#guest = this.#talk.whileStarting(() => this.#makeGuest(nextHandle));
      return undefined;
    } catch (error) {
      return causeOf(error);
    }
  }

  /** Changes over to a plan with these fields. What paths have been seen is forgotten by that, so it is kept here. */
  #usePlan(fields: readonly Path[]): void {
    const plan = buildPlan(this.#task.where, { to: 'rows', fields, select: this.#select });
    const slotsOf = new Map(
      [...this.#task.where.paths, ...this.#select.paths].map((path, i) => [path, plan.pathSlots[i]!]),
    );
    this.#unseen = this.#unseen
      .filter(({ slots }) => !slots.some((slot) => this.#engine.wasSeen(slot)))
      .map((unseen) => ({ ...unseen, slots: slotsOf.get(unseen.path)! }));
    // Too many paths for the plan's room: the old plan goes on, and gets go the slow way.
    if (this.#engine.usePlan(plan)) this.#talk.note({ kind: 'unseen', paths: this.#unseen });
  }

  /** The paths that were asked for become the fields of the rows. */
  #learn(): void {
    const paths = this.#guest.askedPaths(this.#learned);
    if (paths === undefined) return;
    this.#learned = paths.length;
    this.#usePlan(paths.map(parseTangentPath));
  }
}
