/**
 * Counting by groups, from the host's side: the plan that the kernel works by (asm/count.ts), and what is in a lane's
 * memory when it has counted. The keys are as they were written; who reads joins those that mean the same.
 */
import { type Buckets, noBuckets, readBuckets } from './buckets.ts';
import * as C from './count-layout.ts';
import type { EngineMemory, EngineOptions } from './engine.ts';
import * as L from './layout.ts';

/** What is wanted of a value. */
export interface ValueWants {
  readonly sum: boolean;
  readonly min: boolean;
  readonly max: boolean;
  readonly percentiles: boolean;
}

/** What is counted. The fields of a row are the keys, then the time if there are windows, then the values. */
export interface CountPlan {
  readonly keys: number;
  /** How long a window is, and the unit of times that are numbers (UNIT_* of event-layout.ts). */
  readonly windows: { readonly everyUs: bigint; readonly unit: number } | undefined;
  readonly values: readonly ValueWants[];
  /** A lane takes no more groups than these, as they are written. */
  readonly maxGroups: number;
}

/** What one of V_HIGH is in units of 10^-9. */
const HIGH_NANOS = 10n ** 27n;
/** Rows of a step, as in asm/count.ts. */
const STEP_ROWS = 2048;
/** Addresses end where no more groups fit. */
const MOST_GROUPS = 2 ** 31 - 1;

/** What engines have to have that count. */
export function countOptions(plan: CountPlan): Pick<EngineOptions, 'rows' | 'counting'> {
  const fields = plan.keys + (plan.windows === undefined ? 0 : 1) + plan.values.length;
  const tableBytes = STEP_ROWS * (L.ROW_BYTES + fields * L.FIELD_BYTES);
  return { rows: { forAll: false, tableBytes, pinBytes: 0, longBlockBytes: 0 }, counting: encode(plan) };
}

function encode({ keys, windows, values, maxGroups }: CountPlan): Uint8Array {
  const bytes = new Uint8Array(C.CP_VALUE_LIST + values.length * C.CPV_BYTES);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number): void => view.setUint32(at, value, true);
  put(C.CP_KEYS, keys);
  put(C.CP_HAS_TIME, windows === undefined ? 0 : 1);
  put(C.CP_TIME_UNIT, windows?.unit ?? 0);
  put(C.CP_VALUES, values.length);
  view.setBigInt64(C.CP_EVERY_US, windows?.everyUs ?? 1n, true);
  put(C.CP_MAX_GROUPS, Math.min(maxGroups, MOST_GROUPS));
  values.forEach(({ sum, min, max, percentiles }, i) => {
    const wants =
      (sum ? C.WANTS_SUM : 0) |
      (min ? C.WANTS_MIN : 0) |
      (max ? C.WANTS_MAX : 0) |
      (percentiles ? C.WANTS_PERCENTILES : 0);
    put(C.CP_VALUE_LIST + i * C.CPV_BYTES + C.CPV_WANTS, wants);
  });
  return bytes;
}

/** A part of a key: its kind (KIND_*; 0: it is not there), and the JSON text. */
export interface CountedKey {
  readonly kind: number;
  readonly text: string;
}

/** What is known of a value in a group. */
export interface CountedValue {
  /** Numbers. */
  readonly count: number;
  /** The exact part of the sum, in units of 10^-9. */
  readonly nanos: bigint;
  /** How many numbers are not in it; their sum, and what rounding took from it. */
  readonly rounded: number;
  readonly sum: number;
  readonly rest: number;
  /** A bigint is a whole number of 64 bits. Undefined when there is no number, or nobody wants to know. */
  readonly min: bigint | number | undefined;
  readonly max: bigint | number | undefined;
  readonly buckets: Buckets;
}

export interface CountedGroup {
  /** The number of the window: its begin divided by its length. */
  readonly window: bigint;
  readonly keys: readonly CountedKey[];
  readonly count: number;
  readonly values: readonly CountedValue[];
}

/** What a lane has counted. Nothing may be in flight. */
export class Counted {
  readonly #memory: EngineMemory;
  readonly #plan: CountPlan;
  readonly #view: DataView;
  readonly #bytes: Buffer;

  constructor(memory: EngineMemory, plan: CountPlan) {
    this.#memory = memory;
    this.#plan = plan;
    // Growing by nothing makes this thread see what another one has added.
    memory.memory.grow(0);
    this.#view = new DataView(memory.memory.buffer);
    this.#bytes = Buffer.from(memory.memory.buffer);
  }

  /** Why no more groups were taken (FULL_*); 0 when all were. */
  get full(): number {
    return this.#word(C.CP_FULL);
  }

  /** Of each value: how often there was one that is no number. */
  get odd(): readonly number[] {
    const first = this.#memory.map.counting + C.CP_VALUE_LIST + C.CPV_ODD;
    return this.#plan.values.map((_, i) => Number(this.#view.getBigUint64(first + i * C.CPV_BYTES, true)));
  }

  /** How much there is to read: groups, as they are written, and entries for buckets. */
  get size(): number {
    return this.#word(C.CP_GROUPS) + this.#word(C.CP_BUCKET_ENTRIES);
  }

  *groups(): Generator<CountedGroup> {
    const { buffer } = this.#memory.memory;
    const buckets = readBuckets(buffer, this.#word(C.CP_BUCKETS), this.#word(C.CP_BUCKET_ENTRIES));
    const table = this.#word(C.CP_TABLE);
    const end = table + this.#word(C.CP_TABLE_ENTRIES) * C.ENTRY_BYTES;
    for (let entry = table; entry < end; entry += C.ENTRY_BYTES) {
      const group = this.#view.getUint32(entry + C.ENTRY_GROUP, true);
      if (group !== 0) yield this.#group(group, buckets);
    }
  }

  #word(offset: number): number {
    return this.#view.getUint32(this.#memory.map.counting + offset, true);
  }

  #group(group: number, buckets: ReadonlyMap<number, Buckets>): CountedGroup {
    const { keys, values } = this.#plan;
    const cells = group + C.G_CELLS;
    return {
      window: this.#plan.windows === undefined ? 0n : this.#view.getBigInt64(group + C.G_WINDOW, true),
      count: this.#number(group + C.G_COUNT),
      keys: this.#keys(cells + values.length * C.CELL_BYTES, keys),
      values: values.map((wants, i) => this.#value(cells + i * C.CELL_BYTES, wants, buckets)),
    };
  }

  #keys(bits: number, count: number): CountedKey[] {
    const keys: CountedKey[] = [];
    let at = bits + count * 4;
    for (let i = 0; i < count; i++) {
      const its = this.#view.getUint32(bits + i * 4, true);
      const from = at;
      at += its >>> L.FIELD_LENGTH_SHIFT;
      keys.push({ kind: its & 7, text: this.#bytes.toString('utf8', from, at) });
    }
    return keys;
  }

  #value(cell: number, wants: ValueWants, buckets: ReadonlyMap<number, Buckets>): CountedValue {
    const view = this.#view;
    const count = this.#number(cell + C.V_COUNT);
    const signed = (at: number): bigint => (view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true);
    const hasEnds = count > 0 && (wants.min || wants.max);
    return {
      count,
      nanos: wants.sum ? signed(cell + C.V_NANOS) + signed(cell + C.V_HIGH) * HIGH_NANOS : 0n,
      rounded: this.#number(cell + C.V_ROUNDED),
      sum: view.getFloat64(cell + C.V_SUM, true),
      rest: view.getFloat64(cell + C.V_REST, true),
      min: hasEnds ? this.#exact(cell + C.V_MIN, cell + C.V_MIN_KIND) : undefined,
      max: hasEnds ? this.#exact(cell + C.V_MAX, cell + C.V_MAX_KIND) : undefined,
      buckets: buckets.get(cell) ?? noBuckets,
    };
  }

  #number(at: number): number {
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  #exact(bitsAt: number, kindAt: number): bigint | number {
    const kind = this.#view.getUint32(kindAt, true);
    if (kind === NUM_I64) return this.#view.getBigInt64(bitsAt, true);
    return kind === NUM_U64 ? this.#view.getBigUint64(bitsAt, true) : this.#view.getFloat64(bitsAt, true);
  }
}

/** As in asm/number.ts. */
const NUM_I64 = 1;
const NUM_U64 = 2;
