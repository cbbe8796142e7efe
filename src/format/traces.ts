/**
 * The answer to a query as lines over time, one for each group: the basis of plots and sparklines. Values are
 * collected while the rows are read, up to a limit, because a drawing needs both ends before it begins.
 */
import type { HistoryResult, HistoryRow } from '../store/history/result.ts';
import { oneLine } from '../text/printable.ts';

/** One line. Ascending in time. */
export interface Trace {
  /** Values of BY, or series and tags; empty when there is only one line. */
  readonly label: string;
  /** Microseconds after `Traces.baseUs`. */
  readonly times: number[];
  /** NaN: there is a window, and nothing in it. */
  readonly values: number[];
}

export class Traces {
  readonly list: Trace[] = [];
  readonly #byLabel = new Map<string, Trace>();
  readonly #limit: number;
  #baseUs: bigint | undefined;
  #count = 0;

  /** @param limit the most values that are kept; later ones are only counted */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The time that `Trace.times` are counted from. */
  get baseUs(): bigint {
    return this.#baseUs ?? 0n;
  }

  /** False: there were more values than the limit. */
  get isWhole(): boolean {
    return this.#count <= this.#limit;
  }

  /** How many values are kept. */
  get kept(): number {
    return Math.min(this.#count, this.#limit);
  }

  add(result: HistoryResult, row: HistoryRow): void {
    if (row.timeUs === undefined || this.#count++ >= this.#limit) return;
    this.#baseUs ??= row.timeUs;
    const trace = this.#traceOf(labelOf(result, row));
    trace.times.push(Number(row.timeUs - this.#baseUs));
    trace.values.push(row.value ?? Number.NaN);
  }

  /** The rows of the result, kept as they pass. */
  *tap(result: HistoryResult): Generator<HistoryRow> {
    for (const row of result.rows) {
      this.add(result, row);
      yield row;
    }
  }

  /** The earliest and the latest time of all lines, after `baseUs`. Undefined when there are none. */
  ends(): { readonly from: number; readonly to: number } | undefined {
    if (this.list.length === 0) return undefined;
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { times } of this.list) {
      from = Math.min(from, times[0]!);
      to = Math.max(to, times.at(-1)!);
    }
    return { from, to };
  }

  #traceOf(label: string): Trace {
    const known = this.#byLabel.get(label);
    if (known !== undefined) return known;
    const trace = { label: oneLine(label), times: [], values: [] };
    this.#byLabel.set(label, trace);
    this.list.push(trace);
    return trace;
  }
}

function labelOf({ kind, by }: HistoryResult, { group, series = '', tags = [] }: HistoryRow): string {
  if (kind === 'points') return [series, ...tags].join(' ');
  return by.map((key, i) => (group[i] === undefined ? `no ${key}` : group[i])).join(' ');
}

/**
 * A line in `count` equal parts of the time from `from` to `end` (exclusive): the greatest value of each, NaN where
 * there is none. The greatest, because what is looked for in a line of few columns are the peaks.
 */
export function binned({ times, values }: Trace, from: number, end: number, count: number): Float64Array {
  const cells = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i < times.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const cell = Math.min(count - 1, Math.floor(((times[i]! - from) / (end - from)) * count));
    if (!(value <= cells[cell]!)) cells[cell] = value;
  }
  return cells;
}
