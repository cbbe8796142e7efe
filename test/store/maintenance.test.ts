/**
 * What a store does for itself changes no answer: random histories, asked with every operation before and after every
 * flush, merge, restart and repair. Answers are compared bit for bit, since a last digit that comes and goes is a
 * wrong answer too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../src/query/index.ts';
import { repairStore } from '../../src/store/care/repair.ts';
import { COMPACTION, FULL_COMPACTION } from '../../src/store/compact/plan.ts';
import { runQuery } from '../../src/store/history/query.ts';
import { openSnapshot, type Snapshot } from '../../src/store/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryFiles, seededRandom } from '../support/files.ts';
import { isFull } from '../support/full.ts';
import { appendPoints, type ModelPoint, testStore } from '../support/histories.ts';

/** Of each kind. */
const HISTORIES = isFull ? 200 : 3;
const START_US = 1_767_225_600_000_000n;
const DAY_US = 86_400_000_000n;

const operations = [
  ...[
    'COUNT',
    'SUM',
    'AVG',
    'MIN',
    'MAX',
    'RANGE',
    'FIRST',
    'LAST',
    'DELTA',
    'RATE',
    'INCREASE',
    'STDDEV',
    'P0',
    'P50',
    'P99.9',
    'P100',
  ],
];
const endings = ['', ' BY host', ' EVERY 1h', ' BY host EVERY 7m'];
const range = `[${START_US + 3_333_333n},${START_US + 5_000_000_000n}]`;
const queries = [
  ...operations.flatMap((operation) => endings.map((ending) => `${operation}:s*:[]${ending}`)),
  ...operations.map((operation) => `${operation}:s1:[host=a]:${range}`),
  ...['POINTS:s*:[]', `POINTS:s*:[]:${range}`],
].map((text) => ({ text, query: parseQuery(text) }));

/** Every answer, as text in which -0 and NaN are what they are. */
function answersOf(snapshot: Snapshot): string[] {
  return queries.map(({ text, query }) => {
    const rows = [...runQuery(snapshot, query, 0n).rows].map(({ group, timeUs, series, tags, value, count }) =>
      [group, timeUs, series, tags, Object.is(value, -0) ? '-0' : String(value), count].join(' '),
    );
    return `${text}: ${rows.join('; ')}`;
  });
}

type Kind = (random: () => number) => () => number;
const below = (random: () => number, end: number) => Math.floor(random() * end);

const kinds: Readonly<Record<string, Kind>> = {
  'counters that begin again, from huge to small': (random) => {
    let value = 0;
    return () => {
      value =
        random() < 0.15 ? [0, 0.1, 1e17 * random(), 3][below(random, 4)]! : value + random() * 10 ** below(random, 6);
      return value;
    };
  },
  decimals: (random) => () => below(random, 100_000) / 100 - 300,
  'a small spread far from zero': (random) => () => 1e9 + random(),
  'doubles of many sizes': (random) => () => (random() - 0.5) * 10 ** (below(random, 16) - 8),
  'odd values': (random) => () =>
    [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 0.1, 1e300, -1e300][
      below(random, 9)
    ]!,
};

class Run {
  readonly #random: () => number;
  readonly #value: () => number;
  readonly #files = new MemoryFiles();
  store: Store;
  #clockUs = START_US;

  constructor(seed: number, kind: Kind) {
    this.#random = seededRandom(seed);
    this.#value = kind(this.#random);
    this.store = this.#open();
  }

  #open(): Store {
    return testStore(this.#files, { flushPoints: 400 });
  }

  append(): void {
    const points = Array.from({ length: 1 + below(this.#random, 150) }, (): ModelPoint => {
      this.#clockUs += BigInt(below(this.#random, 20_000_000));
      const chance = this.#random();
      const late = chance < 0.1 ? BigInt(below(this.#random, 600)) * 1_000_000n : chance < 0.12 ? DAY_US * 3n : 0n;
      const tags = [`host=${'ab'[below(this.#random, 2)]}`];
      return { name: `s${below(this.#random, 2)}`, tags, timeUs: this.#clockUs - late, value: this.#value() };
    });
    appendPoints(this.store, points);
  }

  /** One thing that must not change an answer. @returns what it was */
  tidy(): string {
    const steps: Readonly<Record<string, () => void>> = {
      flush: () => this.store.flush(),
      merge: () => this.store.maintain((work) => work.compact(COMPACTION)),
      compact: () => this.store.maintain((work) => work.compact(FULL_COMPACTION)),
      chill: () => this.store.maintain((work) => work.chill(this.#clockUs)),
      restart: () => {
        this.store.close();
        this.store = this.#open();
      },
      repair: () => {
        this.store.close();
        repairStore(this.#files, { isDryRun: false });
        this.store = this.#open();
      },
    };
    const names = Object.keys(steps);
    const name = names[below(this.#random, names.length)]!;
    steps[name]!();
    return name;
  }

  answers(): string[] {
    return answersOf(this.store.snapshot());
  }

  outside(): string[] {
    const snapshot = openSnapshot(this.#files);
    const answers = answersOf(snapshot);
    snapshot.close();
    return answers;
  }
}

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  test(`${HISTORIES} histories, every operation: no answer changes`, () => {
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const run = new Run(seed, kind);
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 3; i++) run.append();
        let before = run.answers();
        expect(run.outside(), `seed ${seed}, as a reader sees it`).toEqual(before);
        for (let i = 0; i < 2; i++) {
          const name = run.tidy();
          const after = run.answers();
          const changed = after.findIndex((answer, at) => answer !== before[at]);
          expect(after[changed], `seed ${seed}, round ${round}, ${name}`).toBe(before[changed]);
          before = after;
        }
      }
      run.store.close();
    }
  });
});

/** The files of a store that was written once. */
function golden(version: string): MemoryFiles {
  const folder = fileURLToPath(new URL(`../../fixtures/store/${version}/whole/`, import.meta.url));
  const files = new MemoryFiles();
  for (const name of readdirSync(folder)) files.put(name, readFileSync(folder + name));
  return files;
}

const rate = (snapshot: Snapshot) => [...runQuery(snapshot, parseQuery('RATE:c:[]'), 0n).rows][0]!.value;

const increaseOf = (snapshot: Snapshot) => [...runQuery(snapshot, parseQuery('INCREASE:c:[]'), 0n).rows][0]!.value;

describe('a store of version 1', () => {
  test('is read, and steps are exact although it has rounded them', () => {
    const snapshot = openSnapshot(golden('v1'));
    // 1e17, 0, 5, 6, 8, 9.5: the first step begins again at 0.
    expect(rate(snapshot)).toBe(9.5 / 5);
    snapshot.close();
  });

  test('is written to, and a merge changes no answer', () => {
    const files = golden('v1');
    const store = testStore(files);
    const before = answersOf(store.snapshot());
    expect(rate(store.snapshot())).toBe(9.5 / 5);
    expect(increaseOf(store.snapshot())).toBe(9.5);
    store.maintain((work) => work.compact(FULL_COMPACTION));
    expect(store.manifest.segments).toHaveLength(1);
    expect(rate(store.snapshot())).toBe(9.5 / 5);
    expect(increaseOf(store.snapshot())).toBe(9.5);
    expect(answersOf(store.snapshot())).toEqual(before);
    store.close();
  });
});
