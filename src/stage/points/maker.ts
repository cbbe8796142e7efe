/**
 * Makes points of the lines of a block: rows, step by step, and from them columns that go into the store. What is no
 * point becomes a reject in the order of the lines, or is only counted. `slung store write` and --record both work
 * with it.
 */
import type { EngineOptions } from '../../engine/engine.ts';
import * as L from '../../engine/layout.ts';
import { buildPlan, type Plan } from '../../engine/plan.ts';
import { PointEngine, STEP_ROWS } from '../../engine/point-engine.ts';
import type { Path, Program } from '../../engine/program.ts';
import { NO_LIMIT, setRejectLimit } from '../../engine/rejects.ts';
import { restoreStep, saveStep } from '../../engine/steps.ts';
import type { PointPlan } from './fields.ts';
import { readSeries } from './series.ts';
import type { StoreWriter } from './store-writer.ts';

/** A block takes records up to this size; longer ones have the last block. */
const LEAST_BLOCK_BYTES = 1 << 20;

export interface MakerOptions {
  /** Blocks besides the one for long records. */
  readonly blockCount: number;
  readonly batchBytes: number;
  readonly maxDepth: number;
  readonly maxRecordBytes: number;
}

/** The first record without a point: why (a number of codes.ts), and its line in the block, 0-based. */
export interface WithoutPoint {
  readonly code: number;
  readonly line: number;
}

export class PointMaker {
  readonly engine: PointEngine;
  readonly #where: Program;
  readonly #plan: Plan;
  readonly #points: PointPlan;
  readonly #store: StoreWriter;
  readonly #learn: () => number;

  /** @param where which records are meant */
  constructor(where: Program, points: PointPlan, store: StoreWriter, options: MakerOptions) {
    const { fields, specs } = points;
    const plan = buildPlan(where, { to: 'rows', fields, select: undefined });
    const { blockCount, maxDepth, maxRecordBytes } = options;
    const blockBytes = Math.max(LEAST_BLOCK_BYTES, options.batchBytes * 2);
    const engineOptions: EngineOptions = {
      ...{ blockBytes, blockCount, maxDepth, maxRecordBytes, keepRejects: false, strictKeys: false },
      rows: {
        forAll: false,
        tableBytes: STEP_ROWS * (L.ROW_BYTES + fields.length * L.FIELD_BYTES),
        pinBytes: 0,
        longBlockBytes: Math.max(blockBytes, maxRecordBytes + 1),
      },
    };
    this.#where = where;
    this.#plan = plan;
    this.#points = points;
    this.#store = store;
    this.engine = new PointEngine(plan, engineOptions, specs, store.seriesIds);
    this.#learn = () => readSeries(this.engine, this.#points.values, this.#store.seriesId);
  }

  /** The paths of the selector that no record had. */
  absentPaths(): Path[] {
    const { pathSlots } = this.#plan;
    return this.#where.paths.filter((_, i) => !pathSlots[i]!.some((slot) => this.engine.wasSeen(slot)));
  }

  /** The block that takes every record. */
  get longBlock(): number {
    return this.engine.options.blockCount;
  }

  /**
   * Makes points of [from, to) of a block; records without one become rejects. More than `limit` rejects end the
   * block: B_TO is then behind the line that was one too many.
   * @throws SinkError
   */
  reject(block: number, from: number, to: number, limit: number): void {
    const { engine } = this;
    this.#begin(block, from, to, limit);
    let end = to;
    for (let at = from; at < end; ) {
      this.#makeRoom();
      const made = engine.made;
      saveStep(engine, block);
      const next = this.#step(block, at);
      if (engine.word(block, L.B_REJECT_COUNT) > limit) {
        // Again, and only as far as to the line that is one too many: what is behind it does not count.
        end = engine.reject(block, limit).to + 1;
        engine.setWord(block, L.B_TO, end);
        engine.keep(made);
        restoreStep(engine, block);
        this.#step(block, at);
        return;
      }
      at = next;
    }
  }

  #step(block: number, at: number): number {
    const { engine } = this;
    const before = engine.word(block, L.B_REJECT_COUNT);
    const next = engine.collect(block, at);
    engine.make(this.#learn);
    if (engine.bad > 0) engine.rejectBad(block, before);
    return next;
  }

  /**
   * Makes points of [from, to) of a block; records without one are passed over.
   * @returns how many records there were, how many without a point, and the first of those
   * @throws SinkError
   */
  pass(block: number, from: number, to: number): { records: number; without: number; first: WithoutPoint | undefined } {
    const { engine } = this;
    this.#begin(block, from, to, NO_LIMIT);
    let without = 0;
    let first: WithoutPoint | undefined;
    for (let at = from; at < to; ) {
      this.#makeRoom();
      at = engine.collect(block, at);
      engine.make(this.#learn);
      if (engine.bad > 0) first ??= engine.firstBad();
      without += engine.bad;
    }
    return { records: engine.word(block, L.B_MATCHED), without, first };
  }

  #begin(block: number, from: number, to: number, limit: number): void {
    const { engine } = this;
    for (const word of [L.B_REJECT_COUNT, L.B_RECORDS, L.B_MATCHED, L.B_BLANK, L.B_LINES, L.B_SELECTED]) {
      engine.setWord(block, word, 0);
    }
    engine.setWord(block, L.B_SEGMENT_COUNT, 0);
    engine.setWord(block, L.B_STOPPED_AT, 0);
    engine.setWord(block, L.B_FROM, from);
    engine.setWord(block, L.B_TO, to);
    setRejectLimit(engine, block, limit);
  }

  /**
   * Columns that are full wait for the end of their block: points and the position behind them go into the store
   * together.
   */
  #makeRoom(): void {
    if (!this.engine.hasRoom) this.wait();
  }

  /** Keeps what has been made for the next `flush`. */
  wait(): void {
    if (this.engine.made === 0) return;
    this.#store.wait(this.engine.columns, this.engine.fetch());
    this.engine.keep(0);
  }

  /**
   * Puts what has been made into the store, together with the positions that the store's writer knows. @throws
   * SinkError
   */
  flush(): void {
    if (this.engine.made === 0 && !this.#store.hasWaiting) return;
    this.#store.append(this.engine.columns, this.engine.fetch());
    this.engine.keep(0);
  }
}
