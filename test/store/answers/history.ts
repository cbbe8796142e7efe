/**
 * Stores to ask, and what they hold as lists: random points that come in several runs, late, twice at a time, again
 * with other values, as odd numbers; and a store that has them in its log and table, in segments, merged or deflated.
 */

import { repairStore } from '../../../src/store/care/repair.ts';
import { COMPACTION, FULL_COMPACTION } from '../../../src/store/compact/plan.ts';
import { openSnapshot, type Snapshot } from '../../../src/store/snapshot.ts';
import type { Store } from '../../../src/store/store.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';
import { appendPoints, type ModelPoint, testStore } from '../../support/histories.ts';
import type { OracleSeries } from './oracle.ts';
import { type Ground, LONG_WIDTHS, SHORT_WIDTHS } from './question.ts';

const SECOND_US = 1_000_000n;
const HOUR_US = 3600n * SECOND_US;
const DAY_US = 24n * HOUR_US;
const atUtc = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;

/** Shortly before clocks are changed, and before 1970. */
const STARTS = [
  ...['2026-03-28T20:00:00Z', '2026-10-24T20:00:00Z', '2026-04-04T10:00:00Z', '2026-10-03T10:00:00Z'],
  ...['2026-03-07T20:00:00Z', '1969-12-31T12:00:00Z', '2026-01-01T00:00:00Z'],
].map(atUtc);

type Value = (random: () => number, before: number) => number;
const cents: Value = (random) => Math.round((random() - 0.5) * 20_000) / 100;
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324, 1e16, 0.1];

const VALUES: readonly Value[] = [
  cents,
  cents,
  (random) => Math.floor(random() * 4) - 1,
  (random, before) => (random() < 0.1 ? random() * 3 : before + random() * 100),
  (random) => 1e9 + random(),
  (random) => (random() - 0.5) * 10 ** (Math.floor(random() * 12) - 6),
  (random, before) => (random() < 0.3 ? ODD[Math.floor(random() * ODD.length)]! : cents(random, before)),
];

/** Ways to be: what the last steps of a history leave. */
export const STATES = [
  'in the log',
  'in segments',
  'merged',
  'compacted',
  'cold',
  'restarted',
  'as a reader sees it',
] as const;
export type State = (typeof STATES)[number];

export class History {
  readonly #random: () => number;
  readonly #sameTime: 'keep' | 'last';
  readonly #value: Value;
  readonly #isLong: boolean;
  readonly #startUs: bigint;
  #files = new MemoryFiles();
  #store: Store;
  #reader: Snapshot | undefined;
  #series = new Map<
    string,
    { readonly name: string; readonly tags: string[]; readonly times: Map<bigint, number[]> }
  >();
  /** How many points of a series and time this run has had. */
  #counts = new Map<string, number>();
  #clockUs: bigint;
  #last = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#sameTime = this.#int(3) === 0 ? 'last' : 'keep';
    this.#value = VALUES[this.#int(VALUES.length)]!;
    this.#isLong = this.#int(4) === 0;
    this.#startUs = STARTS[this.#int(STARTS.length)]!;
    this.#clockUs = this.#startUs;
    this.#store = this.#open();
  }

  #int(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #open(): Store {
    this.#counts = new Map();
    return testStore(this.#files, { flushPoints: 30 + this.#int(120), sameTime: this.#sameTime });
  }

  /** One batch; some of its points are at the time of others. */
  append(most: number): void {
    const points = Array.from({ length: 1 + this.#int(most) }, (): ModelPoint => {
      const chance = this.#random();
      const stepUs = this.#isLong ? 12n * HOUR_US : 600n * SECOND_US;
      if (chance < 0.8) this.#clockUs += (BigInt(this.#int(1000)) * stepUs) / 1000n;
      const lateUs = chance > 0.93 ? BigInt(this.#int(1000)) * (this.#isLong ? 4n * HOUR_US : 60n * SECOND_US) : 0n;
      const timeUs =
        chance > 0.9 && chance < 0.93 ? this.#startUs + BigInt(this.#int(5)) * SECOND_US : this.#clockUs - lateUs;
      const at = this.#int(9);
      const tags = [
        `host=${'abc'[at % 3]}`,
        `n=${at % 5}`,
        ...(at % 4 === 0 ? ['test'] : []),
        ...(at % 5 < 3 ? [`zone=${at % 2}`] : []),
      ];
      this.#last = this.#value(this.#random, this.#last);
      return { name: ['cpu', 'cpu', 'gpu', 'disk'][at % 4]!, tags, timeUs, value: this.#last };
    });
    appendPoints(this.#store, points);
    for (const point of points) this.#remember(point);
  }

  #remember({ name, tags, timeUs, value }: ModelPoint): void {
    const sorted = [...tags].sort();
    const key = [name, ...sorted].join(',');
    const series = this.#series.get(key) ?? { name, tags: sorted, times: new Map<bigint, number[]>() };
    this.#series.set(key, series);
    const values = series.times.get(timeUs) ?? [];
    series.times.set(timeUs, values);
    const counted = `${key} ${timeUs}`;
    const ordinal = this.#sameTime === 'last' ? 0 : (this.#counts.get(counted) ?? 0);
    this.#counts.set(counted, ordinal + 1);
    values[ordinal] = value;
  }

  /** A run over the same time again: what it writes takes the place of what was there. */
  again(most: number): void {
    this.#restart();
    this.#clockUs = this.#startUs + (this.#clockUs - this.#startUs) / 3n;
    this.append(most);
  }

  #restart(): void {
    this.#store.close();
    if (this.#int(3) === 0) repairStore(this.#files, { isDryRun: false });
    this.#store = this.#open();
  }

  /** Brings the store into a state. @returns what to ask */
  become(state: State): Snapshot {
    this.#reader?.close();
    this.#reader = undefined;
    if (state === 'in segments') this.#store.flush();
    if (state === 'merged') this.#store.maintain((work) => work.compact(COMPACTION));
    if (state === 'compacted') this.#store.maintain((work) => work.compact(FULL_COMPACTION));
    if (state === 'cold') this.#store.maintain((work) => work.chill(this.#clockUs + DAY_US));
    if (state === 'restarted') this.#restart();
    if (state !== 'as a reader sees it') return this.#store.snapshot();
    this.#reader = openSnapshot(this.#files);
    return this.#reader;
  }

  lists(): OracleSeries[] {
    return [...this.#series.values()].map(({ name, tags, times }) => {
      const sorted = [...times].sort(([a], [b]) => (a < b ? -1 : 1));
      return { name, tags, points: sorted.flatMap(([timeUs, values]) => values.map((value) => ({ timeUs, value }))) };
    });
  }

  ground(): Ground {
    const timesUs = this.lists().flatMap(({ points }) => points.map(({ timeUs }) => timeUs));
    timesUs.sort((a, b) => (a < b ? -1 : 1));
    const widths = this.#isLong ? LONG_WIDTHS : SHORT_WIDTHS;
    return { timesUs, nowUs: timesUs.at(-1)! + HOUR_US, widths };
  }

  close(): void {
    this.#reader?.close();
    this.#store.close();
  }
}
