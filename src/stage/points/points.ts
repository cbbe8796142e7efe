/**
 * The stage that makes points of records: `slung store write`. It outputs nothing; what it makes of a batch goes into
 * the store over its edge (store-edge.ts), behind the batch's bad lines. One lane, on the main thread.
 */
import type { BatchSettings, SelectionSettings } from '../../config/settings.ts';
import type { Program } from '../../engine/program.ts';
import type { Batch } from '../../graph/batch.ts';
import { SameThreadLane, type Seat } from '../../graph/lane.ts';
import { Lanes } from '../../graph/lanes.ts';
import type { Stage, StageReport, Verdict } from '../../graph/stage.ts';
import type { Stats } from '../../graph/stats.ts';
import { hintsOf } from '../hints.ts';
import type { PointPlan } from './fields.ts';
import { PointMaker } from './maker.ts';
import type { StoreWriter } from './store-writer.ts';

const SAMPLE_BYTES = 1 << 16;

/** `submit` makes the points of a batch and returns. */
class PointLane extends SameThreadLane {
  readonly memory: PointMaker['engine'];
  readonly #maker: PointMaker;
  readonly #rejectsLeft: () => number;

  constructor(maker: PointMaker, rejectsLeft: () => number) {
    super();
    this.memory = maker.engine;
    this.#maker = maker;
    this.#rejectsLeft = rejectsLeft;
  }

  countLines(from: number, to: number): number {
    return this.memory.countLines(from, to);
  }

  submit(block: number, from: number, to: number): void {
    this.#maker.reject(block, from, to, Math.max(0, this.#rejectsLeft()));
  }
}

/** What the stage works with. */
export interface PointStageParts {
  readonly batches: BatchSettings;
  readonly selection: SelectionSettings;
  /** The selection, compiled. */
  readonly where: Program;
  readonly plan: PointPlan;
  readonly writer: StoreWriter;
  /** How many more lines may be bad. */
  readonly rejectsLeft: () => number;
}

export class PointStage implements Stage {
  readonly atLimit = 'cut';
  readonly lanes: Lanes;
  readonly maker: PointMaker;
  readonly #lane: PointLane;
  readonly #selection: SelectionSettings;
  readonly #emptyFiles: Program['emptyFiles'];
  /** The start of the input. */
  #sample = new Uint8Array(0);

  constructor({ batches, selection, where, plan, writer, rejectsLeft }: PointStageParts) {
    const { batchBytes, maxDepth, maxRecordBytes } = batches;
    this.#selection = selection;
    this.#emptyFiles = where.emptyFiles;
    this.maker = new PointMaker(where, plan, writer, { blockCount: 1, batchBytes, maxDepth, maxRecordBytes });
    this.#lane = new PointLane(this.maker, rejectsLeft);
    this.lanes = new Lanes(this.#lane);
  }

  preface(): undefined {}

  /** The last block, which is large enough for every record. */
  aside(): Seat {
    return { lane: this.#lane, block: this.maker.longBlock };
  }

  relax(): boolean {
    return false;
  }

  verdict({ lane, from, to }: Batch): Verdict | undefined {
    if (this.#sample.length === 0) this.#sample = lane.memory.view(from, Math.min(to, from + SAMPLE_BYTES)).slice();
    return undefined;
  }

  end(): undefined {}

  /** The engine always ends, and soon. */
  stop(): void {}

  finish(): void {
    this.lanes.close();
  }

  report(stats: Stats): StageReport {
    const absent = { where: this.maker.absentPaths(), columns: [] };
    const { where } = this.#selection;
    return {
      leftOut: [],
      hints: hintsOf({ absent, sample: this.#sample, where, emptyFiles: this.#emptyFiles }, stats),
    };
  }
}
