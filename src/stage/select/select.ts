/**
 * What is to be done with each record, and the lanes that do it: the compiled selector, the projection, the plan and the
 * engines made from them. With csv or tsv and no columns, a job begins by only counting; when the first keys are known it
 * changes over to the real plan (`settle`).
 */
import { asUsageError } from '../../config/selector-errors.ts';
import type { OutputSettings, RecordSettings } from '../../config/settings.ts';
import type { EngineMemory, EngineOptions } from '../../engine/engine.ts';
import { buildPlan, type Plan } from '../../engine/plan.ts';
import type { Column, Path, Program } from '../../engine/program.ts';
import type { Tag } from '../../graph/drain.ts';
import type { RunHost } from '../../graph/host.ts';
import { type Flight, Lanes, type Seat } from '../../graph/lane.ts';
import type { NodeSettings, Recorder, Work } from '../../graph/stage.ts';
import { compileExpressions } from '../../selector/index.ts';
import { givenColumns, projectionOf } from './columns.ts';
import { MainLane } from './main-lane.ts';

/** Blocks of a lane: one to fill, one to process, and work waiting so that no thread runs dry. */
const MAIN_BLOCKS = 3;
const WORKER_BLOCKS = 4;
/** A block takes records up to this size as they come; longer ones are collected on the side. */
const LEAST_BLOCK_BYTES = 1 << 20;
const SAMPLE_BYTES = 1 << 16;

/** The selector of --where. @throws UsageError */
export function compileWhere(where: readonly string[]): Program {
  try {
    return compileExpressions(where);
  } catch (error) {
    throw asUsageError(error, '--where');
  }
}

/** What a job has to know. */
export interface JobSettings extends NodeSettings {
  readonly output: OutputSettings;
  readonly record: RecordSettings | undefined;
}

export class Job implements Work {
  readonly canRepeat = true;
  readonly isPolite = false;
  readonly settings: JobSettings;
  readonly program: Program;
  /** Undefined until `settle` when the columns are to be found. */
  columns: readonly Column[] | undefined;
  /** True when the columns were found in the data, so that others may turn up later. */
  readonly findsColumns: boolean;
  lanes: Lanes<Tag>;
  #plan: Plan;
  #options: EngineOptions;
  #aside: MainLane | undefined;
  #workersStarted = false;
  #isFinished = false;
  readonly #seen = new Set<number>();
  /** Root keys that came after the header, with the number of values under them. Complete after `finish`. */
  readonly lateKeys = new Map<string, number>();
  #sampleBytes = new Uint8Array(0);

  /** Undefined without --record, and before openRecorder. */
  recorder: Recorder | undefined;

  constructor(settings: JobSettings) {
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
  }

  /**
   * With --record: opens the store, before the run begins. What records is loaded only then: `select` has to start fast.
   * @throws UsageError, SinkError
   */
  async openRecorder(host: RunHost): Promise<void> {
    const { record, batches, selection } = this.settings;
    if (record === undefined) return;
    const { openRecording } = await import('../points/recording.ts');
    this.recorder = await openRecording(record, { batches, selection, program: this.program }, host);
  }

  /** The columns are still to be found. */
  get isFinding(): boolean {
    return this.findsColumns && this.columns === undefined;
  }

  /** Changes over to the real plan. No batch may be in flight. */
  settle(columns: readonly Column[]): void {
    this.columns = columns;
    this.finish();
    this.#isFinished = false;
    this.lateKeys.clear();
    this.#seen.clear();
    this.#options = { ...this.#options, strictKeys: this.settings.output.csvStrict };
    this.#plan = buildPlan(this.program, projectionOf(this.settings.output.to, columns)!, true);
    this.lanes = new Lanes(new MainLane(this.#plan, this.#options));
  }

  /** Adds `count` worker lanes, once, when the plan is final. They join when their module has been loaded. */
  startWorkers(count: number): void {
    if (this.#workersStarted || this.isFinding || count < 1) return;
    this.#workersStarted = true;
    this.#addWorkers(count).catch(() => {
      // No thread or no address space for another lane: the ones there are do the work, and --stats tells their number.
    });
  }

  async #addWorkers(count: number): Promise<void> {
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
      this.dropAside();
      const blockBytes = Math.max(LEAST_BLOCK_BYTES, Math.ceil(bytes / 65536) * 65536);
      this.#aside = new MainLane(this.#plan, { ...this.#options, blockBytes, blockCount: 1 });
    }
    return { lane: this.#aside, block: 0 };
  }

  /** How many bytes of input the engine beside the lanes can hold; 0 when there is none. */
  get asideBytes(): number {
    return this.#aside?.memory.options.blockBytes ?? 0;
  }

  /** Lets go of the engine beside the lanes; its memory is given back at the next garbage collection. */
  dropAside(): void {
    if (this.#aside !== undefined) this.#retire(this.#aside.memory);
    this.#aside = undefined;
  }

  /** Keeps the start of the input, for the hint about paths that never occur. */
  sample(bytes: Uint8Array): void {
    if (this.#sampleBytes.length === 0) this.#sampleBytes = bytes.slice(0, SAMPLE_BYTES);
  }

  get sampleBytes(): Uint8Array {
    return this.#sampleBytes;
  }

  /** The program's paths, then the columns' (when they were given), that no record had. */
  absentPaths(): { where: Path[]; columns: Path[] } {
    const isAbsent = (i: number): boolean => !this.#plan.pathSlots[i]!.some((slot) => this.#seen.has(slot));
    const where = this.program.paths.filter((_, i) => isAbsent(i));
    const first = this.program.paths.length;
    const given = this.findsColumns ? [] : (this.columns ?? []);
    return { where, columns: given.map(({ path }) => path).filter((_, i) => isAbsent(first + i)) };
  }

  /** An engine always comes to an end, and soon. */
  hurry(): void {}

  abandon(): void {}

  takeOutput(): undefined {}

  lastSeat(): undefined {}

  verdict(_flight: Flight<Tag>): ReturnType<Work['verdict']> {
    return undefined;
  }

  /** Keeps what an engine has learned about paths and keys. Once per engine. */
  #retire(memory: EngineMemory): void {
    for (let slot = 0; slot < this.#plan.slotCount; slot++) if (memory.wasSeen(slot)) this.#seen.add(slot);
    if (!this.#plan.trackKeys) return;
    for (const { name, records } of memory.newKeys().keys) {
      this.lateKeys.set(name, (this.lateKeys.get(name) ?? 0) + records);
    }
  }

  /** Ends all lanes. */
  finish(): void {
    this.#isFinished = true;
    for (const { memory } of this.lanes.lanes) this.#retire(memory);
    this.dropAside();
    this.lanes.close();
  }
}
