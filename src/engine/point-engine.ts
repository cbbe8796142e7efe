/**
 * An engine that makes points of records: rows as for plugins (asm/rows.ts), and from them columns of time, value and
 * number of the series (asm/points.ts). The module is one of its own, which is compiled when something is to be
 * remembered.
 */
import { readFileSync } from 'node:fs';
import { copyInto } from './copy.ts';
import { type EngineExports, EngineMemory, instantiate } from './engine.ts';
import * as L from './layout.ts';
import { createMemory, type EngineOptions } from './memory.ts';
import type { Plan } from './plan.ts';
import * as P from './point-layout.ts';

/** asm/points.ts says what each of them does. Addresses and counts are unsigned, whatever their sign says. */
interface PointExports extends EngineExports {
  pointsReserve(bytes: number): number;
  pointsBegin(specs: number, count: number, ids: number, times: number, values: number, bads: number): void;
  pointsRows(): void;
  pointsMake(): number;
  pointsRow(): number;
  pointsNumber(): number;
  pointsLearn(id: number): void;
  pointsWaiting(): number;
  pointsKeys(): number;
  pointsKeysEnd(): number;
  pointsAnswers(): number;
  pointsResolve(): void;
  pointsMade(): number;
  pointsKeep(count: number): void;
  pointsBad(): number;
  pointsReject(block: number, before: number): void;
  pointsBadRow(i: number): number;
  pointsForgetUnits(): void;
  pointsOddSpec(): number;
  pointsOddLine(): number;
  pointsOddTime(): bigint;
}

/** Which fields of a row are points: series (if it has one), time, values and tags, one spec after another. */
export interface PointSpec {
  /** The name of the series is a field. */
  readonly hasSeries: boolean;
  /** A series may be a number. */
  readonly takesNumbers: boolean;
  /** "NaN", "Infinity" and "-Infinity" are values. */
  readonly takesWords: boolean;
  /** UNIT_* of event-layout.ts. */
  readonly unit: number;
  readonly values: number;
  readonly tags: number;
  /** What stands behind the series of each value, or is all of its name; and the last key of each tag's path. */
  readonly names: readonly string[];
  readonly keys: readonly string[];
}

/** The numbers of series, for their keys as the store has them: the length of each as u16 before it. */
export type InternKeys = (keys: Uint8Array, count: number) => Uint32Array;

/** Columns of points, the first `count` of each; borrowed until the next step. */
export interface PointColumns {
  readonly ids: Uint32Array;
  readonly timesUs: BigInt64Array;
  readonly values: Float64Array;
}

/** A field of the row that has an unknown series: its kind (KIND_*; 0 when it is absent) and its bytes, borrowed. */
export interface RowField {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** Rows of a step: enough that what is indexed twice does not count, few enough that the table stays in the cache. */
export const STEP_ROWS = 2048;
/** Bytes below are escaped in keys of the store. */
const LEAST_PLAIN = 2;
/** Points that the columns hold at least. */
const LEAST_POINTS = 1 << 16;

let compiled: WebAssembly.Module | undefined;

function pointsModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./points.wasm', import.meta.url)));
  return compiled;
}

export class PointEngine extends EngineMemory {
  /** Room in the columns. */
  readonly capacity: number;
  readonly columns: PointColumns;
  readonly #exports: PointExports;
  readonly #pointsPerRow: number;
  readonly #fieldCount: number;
  #specsAt = 0;
  #intern: InternKeys | undefined;
  readonly #at: { readonly ids: number; readonly times: number; readonly values: number };

  /**
   * @param plan of rows with the fields of `specs`
   * @param intern without it, every series that is not known is asked for by itself, see `make`
   */
  constructor(plan: Plan, options: EngineOptions, specs: readonly PointSpec[], intern?: InternKeys) {
    const { memory, map } = createMemory(plan, options);
    super(memory, map, options);
    this.#exports = instantiate(pointsModule(), memory, map, plan.sets) as PointExports;
    this.#fieldCount = this.words()[(map.plan + L.P_FIELD_COUNT) >> 2]!;
    this.#pointsPerRow = specs.reduce((sum, { values }) => sum + values, 0);
    // A step of a row or more always has room.
    const capacity = Math.max(LEAST_POINTS, this.#pointsPerRow);
    this.capacity = capacity;
    this.columns = {
      ids: new Uint32Array(capacity),
      timesUs: new BigInt64Array(capacity),
      values: new Float64Array(capacity),
    };
    const reserve = (bytes: number): number => this.#exports.pointsReserve(bytes) >>> 0;
    this.#at = { ids: reserve(capacity * 4), times: reserve(capacity * 8), values: reserve(capacity * 8) };
    const specsAt = reserve(specs.length * P.SPEC_BYTES);
    const bads = reserve(STEP_ROWS * L.REJECT_BYTES);
    this.#specsAt = specsAt;
    this.#intern = intern;
    this.#writeSpecs(specs, specsAt);
    if (intern !== undefined) this.#writeTexts(specs, specsAt, reserve);
    const { ids, times, values } = this.#at;
    this.#exports.pointsBegin(specsAt, specs.length, ids, times, values, bads);
  }

  #writeSpecs(specs: readonly PointSpec[], at: number): void {
    const words = this.words();
    let field = 0;
    let number = 0;
    specs.forEach((spec, i) => {
      const to = (at + i * P.SPEC_BYTES) >> 2;
      words[to + P.SPEC_FIELD / 4] = field;
      words[to + P.SPEC_FLAGS / 4] =
        (spec.hasSeries ? P.SPEC_HAS_SERIES : 0) |
        (spec.takesNumbers ? P.SPEC_TAKES_NUMBERS : 0) |
        (spec.takesWords ? P.SPEC_TAKES_WORDS : 0);
      words[to + P.SPEC_UNIT / 4] = spec.unit;
      words[to + P.SPEC_VALUES / 4] = spec.values;
      words[to + P.SPEC_TAGS / 4] = spec.tags;
      words[to + P.SPEC_NUMBER / 4] = number;
      field += Number(spec.hasSeries) + 1 + spec.values + spec.tags;
      number += spec.values;
    });
  }

  /** The texts of names and keys, for specs in which all of them can stand in a key as they are. */
  #writeTexts(specs: readonly PointSpec[], at: number, reserve: (bytes: number) => number): void {
    const put = (texts: readonly string[]): number => {
      const encoded = texts.map((text) => Buffer.from(text));
      const table = reserve(texts.length * P.TEXT_BYTES + P.TEXT_BYTES);
      for (const [i, bytes] of encoded.entries()) {
        const place = reserve(bytes.length + P.TEXT_BYTES);
        this.view(place, place + bytes.length).set(bytes);
        this.words()[(table + i * P.TEXT_BYTES) >> 2] = place;
        this.words()[(table + i * P.TEXT_BYTES + 4) >> 2] = bytes.length;
      }
      return table;
    };
    for (const [i, { names, keys }] of specs.entries()) {
      if ([...names, ...keys].some((text) => Buffer.from(text).some((byte) => byte < LEAST_PLAIN))) continue;
      const [nameTable, keyTable] = [put(names), put(keys)];
      this.words()[(at + i * P.SPEC_BYTES + P.SPEC_NAMES) >> 2] = nameTable;
      this.words()[(at + i * P.SPEC_BYTES + P.SPEC_KEYS) >> 2] = keyTable;
    }
  }

  /** See afterLines in asm/engine.ts. */
  afterLines(from: number, to: number, lines: number): number {
    return this.#exports.afterLines(from, to, lines) >>> 0;
  }

  /** The number of newlines in [from, to). */
  countLines(from: number, to: number): number {
    return this.#exports.countLines(from, to) >>> 0;
  }

  /** Whether the columns have room for a step that is worth its call. */
  get hasRoom(): boolean {
    const wanted = Math.min(this.#pointsPerRow * STEP_ROWS, this.capacity / 2);
    return this.capacity - this.made >= Math.max(wanted, this.#pointsPerRow);
  }

  /**
   * One step over a block's lines, see `collect` in asm/engine.ts. There must be room. @returns where the next one
   * begins
   */
  collect(block: number, at: number): number {
    const most = Math.min(STEP_ROWS, Math.floor((this.capacity - this.made) / this.#pointsPerRow));
    const next = this.#exports.collect(this.map.blocks[block]!, at, most) >>> 0;
    this.#exports.pointsRows();
    return next;
  }

  /**
   * Makes points of the rows of the last step.
   * @param learn says which series the row has whose spelling has not come yet: its number in the store, or ID_REFUSED
   * + BAD_*
   */
  make(learn: () => number): void {
    for (;;) {
      const state = this.#exports.pointsMake();
      if (state === P.MAKE_UNKNOWN) this.#exports.pointsLearn(learn());
      else this.#resolve();
      if (state === P.MAKE_DONE) return;
    }
  }

  /** Asks for the series of the points that wait for them. */
  #resolve(): void {
    const count = this.#exports.pointsWaiting();
    if (count === 0 || this.#intern === undefined) return;
    const [from, end] = [this.#exports.pointsKeys() >>> 0, this.#exports.pointsKeysEnd() >>> 0];
    const ids = this.#intern(this.view(from, end), count);
    const answers = this.#exports.pointsAnswers() >>> 0;
    this.view(answers, answers + 4 * count).set(new Uint8Array(ids.buffer, ids.byteOffset, 4 * count));
    this.#exports.pointsResolve();
  }

  /** In `learn`: the number of the value among those of all specs. */
  get unknownValue(): number {
    return this.#exports.pointsNumber() >>> 0;
  }

  /** In `learn`: a field of the row. */
  unknownField(field: number): RowField {
    const words = this.words();
    const at = ((this.#exports.pointsRow() >>> 0) + L.ROW_BYTES + field * L.FIELD_BYTES) >> 2;
    const bits = words[at + (L.FIELD_BITS >> 2)]! >>> 0;
    const from = words[at + (L.FIELD_FROM >> 2)]! >>> 0;
    return { kind: bits & 7, bytes: this.view(from, from + (bits >>> L.FIELD_LENGTH_SHIFT)) };
  }

  get fieldCount(): number {
    return this.#fieldCount;
  }

  /** Points in the columns. */
  get made(): number {
    return this.#exports.pointsMade() >>> 0;
  }

  /** Lets go of all points but the first `count`. */
  keep(count: number): void {
    this.#exports.pointsKeep(count);
  }

  /** Brings what is in the columns into `columns`. @returns how many points */
  fetch(): number {
    const count = this.made;
    const { ids, timesUs, values } = this.columns;
    this.#copy(ids, this.#at.ids, count);
    this.#copy(timesUs, this.#at.times, count);
    this.#copy(values, this.#at.values, count);
    return count;
  }

  #copy(column: Uint32Array | BigInt64Array | Float64Array, from: number, count: number): void {
    const to = new Uint8Array(column.buffer);
    copyInto(to, 0, this.view(from, from + count * column.BYTES_PER_ELEMENT));
  }

  /** Rows of the last step that gave no point. */
  get bad(): number {
    return this.#exports.pointsBad() >>> 0;
  }

  /** The first of them: why (a number of codes.ts), and its line in the block, 0-based. */
  firstBad(): { readonly code: number; readonly line: number } {
    const at = (this.#exports.pointsBadRow(0) >>> 0) >> 2;
    const words = this.words();
    return { code: words[at + (L.REJ_CODE >> 2)]!, line: words[at + (L.REJ_LINE >> 2)]! };
  }

  /** Before an input: which unit its numeric times are in is decided anew. */
  forgetUnits(): void {
    this.#exports.pointsForgetUnits();
  }

  /**
   * The unit that was decided for the times of a spec; UNIT_AUTO when none was, because it is given or there was no
   * number.
   */
  decidedUnit(spec: number): number {
    return this.words()[(this.#specsAt + spec * P.SPEC_BYTES + P.SPEC_KNOWN) >> 2]!;
  }

  /**
   * The first time of all that is outside of 1990 to 2100 in the unit that was decided: its spec, and its line in the
   * block that was at hand, 0-based.
   */
  oddTime(): { readonly spec: number; readonly line: number; readonly timeUs: bigint } | undefined {
    const spec = this.#exports.pointsOddSpec() >>> 0;
    if (spec === 0xffff_ffff) return undefined;
    return { spec, line: this.#exports.pointsOddLine() >>> 0, timeUs: this.#exports.pointsOddTime() };
  }

  /** Makes rejects of them. @param before rejects that the block had before the step */
  rejectBad(block: number, before: number): void {
    this.#exports.pointsReject(this.map.blocks[block]!, before);
  }
}
