/**
 * The stage that selects and projects: the compiled selector, the projection, the plan and the lanes made from them.
 * With csv or tsv and no columns it begins by only counting; when the first keys are known it changes over to the real
 * plan (`settle`).
 */
import { asUsageError } from '../../config/selector-errors.ts';
import type { OutputSettings } from '../../config/settings.ts';
import type { EngineMemory, EngineOptions } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import { buildPlan, type Plan } from '../../engine/plan.ts';
import type { Column, Path, Program } from '../../engine/program.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Seat } from '../../graph/lane.ts';
import { Lanes } from '../../graph/lanes.ts';
import type { Holding, NodeSettings, Stage, StageReport, Verdict } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import { compileExpressions } from '../../selector/index.ts';
import { hintsOf } from '../hints.ts';
import { ColumnSearch } from './column-search.ts';
import { givenColumns, headerLine, projectionOf } from './columns.ts';
import { type ColumnsOf, lateColumnWords, newColumnWords } from './late-columns.ts';
import { MainLane } from './main-lane.ts';

/** Blocks of a lane: one to fill, one to process, and work waiting so that no thread runs dry. */
const MAIN_BLOCKS = 3;
const WORKER_BLOCKS = 4;
/** A block takes records up to this size as they come; longer ones are collected on the side. */
const LEAST_BLOCK_BYTES = 1 << 20;
const SAMPLE_BYTES = 1 << 16;
/** Threads are worth their start (about 15 ms of one core) from this much input on. */
const WORKERS_FROM_BYTES = 4 << 20;
/** A smaller engine for long records is kept for the next one. */
const RELAX_FROM_BYTES = 8 << 20;

/** The selector of --where. @throws UsageError */
export function compileWhere(where: readonly string[]): Program {
  try {
    return compileExpressions(where);
  } catch (error) {
    throw asUsageError(error, '--where');
  }
}

/** What the stage has to know. */
export interface SelectNodeSettings extends NodeSettings {
  readonly output: OutputSettings;
}

export class SelectStage implements Stage {
  readonly atLimit = 'again';
  readonly settings: SelectNodeSettings;
  readonly program: Program;
  /** Undefined until `settle` when the columns are to be found. */
  columns: readonly Column[] | undefined;
  /** True when the columns were found in the data, so that others may turn up later. */
  readonly findsColumns: boolean;
  holding: Holding | undefined;
  lanes: Lanes;
  #plan: Plan;
  #options: EngineOptions;
  #aside: MainLane | undefined;
  #workersStarted = false;
  #isFinished = false;
  readonly #seen = new Set<number>();
  /** Root keys that came after the header, with the number of values under them. Complete after `finish`. */
  readonly #lateKeys = new Map<string, number>();
  /** The start of the input. */
  #sample = new Uint8Array(0);
  /** Of the batches that were drained. */
  #bytes = 0;

  constructor(settings: SelectNodeSettings) {
    this.settings = settings;
    const { batches, output } = settings;
    this.program = compileWhere(settings.selection.where);
    this.columns = givenColumns(output);
    const projection = projectionOf(output.to, this.columns);
    this.findsColumns = projection === undefined;
    const strictKeys = output.csvStrict && !this.findsColumns;
    this.#plan = buildPlan(this.program, projection ?? { to: 'nothing' }, this.findsColumns || strictKeys);
    this.#options = {
      blockBytes: Math.max(LEAST_BLOCK_BYTES, batches.batchBytes * 2),
      blockCount: settings.lanes > 1 ? MAIN_BLOCKS : 1,
      maxDepth: batches.maxDepth,
      maxRecordBytes: batches.maxRecordBytes,
      keepRejects: settings.rejects.onError === 'keep',
      strictKeys,
      objectsOnly: output.to !== 'ndjson',
    };
    this.lanes = new Lanes(new MainLane(this.#plan, this.#options));
    if (this.findsColumns) this.holding = new ColumnSearch((columns) => this.settle(columns));
  }

  /** Changes over to the real plan. No batch may be in flight. */
  settle(columns: readonly Column[]): void {
    this.columns = columns;
    this.holding = undefined;
    this.finish();
    this.#isFinished = false;
    this.#lateKeys.clear();
    this.#seen.clear();
    this.#options = { ...this.#options, strictKeys: this.settings.output.csvStrict };
    this.#plan = buildPlan(this.program, projectionOf(this.settings.output.to, columns)!, true);
    this.lanes = new Lanes(new MainLane(this.#plan, this.#options));
  }

  /**
   * Adds worker lanes, once, when the input is worth them and the plan is final. They join when their module has been
   * loaded.
   */
  #startWorkers({ from, to, origin }: Batch): void {
    this.#bytes += to - from;
    if (
      this.#workersStarted ||
      this.holding !== undefined ||
      Math.max(this.#bytes, origin.sizeBytes ?? 0) < WORKERS_FROM_BYTES
    )
      return;
    this.#workersStarted = true;
    this.#addWorkers(this.settings.lanes - 1).catch(() => {
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
      lanes.add(new WorkerLane(this.#plan, { ...this.#options, blockCount: WORKER_BLOCKS }));
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

  /** The header. */
  preface(): Uint8Array | undefined {
    const { to, header } = this.settings.output;
    if (to === 'ndjson' || !header || this.columns === undefined) return undefined;
    return Buffer.from(headerLine(to, this.columns));
  }

  verdict(batch: Batch): Verdict | undefined {
    const { lane, block, from, to } = batch;
    if (this.#sample.length === 0) this.#sample = lane.memory.view(from, Math.min(to, from + SAMPLE_BYTES)).slice();
    this.#startWorkers(batch);
    const stoppedAt = lane.memory.word(block, L.B_STOPPED_AT);
    if (stoppedAt === 0) return undefined;
    return { stop: 'columns', message: newColumnWords(batch, stoppedAt, this.columns!, this.#columnsOf) };
  }

  get #columnsOf(): ColumnsOf {
    const { input, output } = this.settings;
    return { inputs: input.inputs, output, areFound: this.findsColumns };
  }

  /** An engine always ends, and soon. */
  stop(): void {}

  end(): undefined {}

  report(stats: Stats): StageReport {
    const isSettled = this.findsColumns && this.columns !== undefined;
    const leftOut = isSettled ? lateColumnWords(this.#lateKeys, this.#columnsOf) : [];
    const { where } = this.settings.selection;
    return { leftOut, hints: hintsOf({ absent: this.#absentPaths(), sample: this.#sample, where }, stats) };
  }

  /** The program's paths, then the columns' (when they were given), that no record had. */
  #absentPaths(): { where: Path[]; columns: Path[] } {
    const isAbsent = (i: number): boolean => !this.#plan.pathSlots[i]!.some((slot) => this.#seen.has(slot));
    const where = this.program.paths.filter((_, i) => isAbsent(i));
    const first = this.program.paths.length;
    const given = this.findsColumns ? [] : (this.columns ?? []);
    return { where, columns: given.map(({ path }) => path).filter((_, i) => isAbsent(first + i)) };
  }

  /** Keeps what an engine has learned about paths and keys. Once per engine. */
  #retire(memory: EngineMemory): void {
    for (let slot = 0; slot < this.#plan.slotCount; slot++) if (memory.wasSeen(slot)) this.#seen.add(slot);
    if (!this.#plan.trackKeys) return;
    for (const { name, records } of memory.newKeys().keys) {
      this.#lateKeys.set(name, (this.#lateKeys.get(name) ?? 0) + records);
    }
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
