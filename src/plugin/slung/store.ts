/**
 * What a Slung program needs of a history: to write points and to ask for aggregates. The implementation here is a
 * table in memory that ends with the run; the store on disk takes its place behind the same interface.
 */
import {
  type LiveOperation,
  liveOperations,
  matchesSeries,
  matchesTags,
  type Query,
  rangeAt,
} from '../../query/index.ts';
import { CallFailure } from './errors.ts';
import type { EventNames } from './written-event.ts';

export interface HistoryStore {
  /**
   * Adds a point. A point of the same series, the same set of tags and the same time replaces the earlier one. The
   * same object of names means the same series and tags.
   * @param value finite
   * @throws CallFailure when it cannot be kept
   */
  write(names: EventNames, timestampUs: bigint, value: number): void;
  /**
   * One number over all points that match, of all sets of tags together: the sum of all divided by their number for
   * `avg`. 0 when nothing matches.
   * @param nowUs what `now` means
   * @throws CallFailure when it cannot be answered
   */
  aggregate(query: Query, nowUs: bigint): number;
  /** What was written so far is to be kept as safely as it ever will be: the program's output is about to be seen. */
  settle(): void;
  /** The program has ended. */
  close(): void;
}

interface Points {
  readonly tags: ReadonlySet<string>;
  readonly values: Map<bigint, number>;
}

/** About 100 bytes a point. */
const maxPoints = 5_000_000;
/** What names and sets of tags may take: their text as V8 keeps it, and the tables of each. */
const maxNameBytes = 256 << 20;
const bytesOfUnit = 2;
const tableBytes = 600;

export class MemoryStore implements HistoryStore {
  /** By series, then by the sorted set of tags. */
  readonly #series = new Map<string, Map<string, Points>>();
  readonly #maxPoints: number;
  #points = 0;
  #nameBytes = 0;
  /** Where the last point went. */
  #lastNames: EventNames | undefined;
  #lastPoints: Points = { tags: new Set(), values: new Map() };

  constructor(most: number = maxPoints) {
    this.#maxPoints = most;
  }

  write(names: EventNames, timestampUs: bigint, value: number): void {
    const points = names === this.#lastNames ? this.#lastPoints : this.#pointsFor(names);
    if (!points.values.has(timestampUs)) {
      if (this.#points >= this.#maxPoints)
        throw new CallFailure(`the history in memory is full (${this.#points} points)`);
      this.#points += 1;
    }
    points.values.set(timestampUs, value);
  }

  #pointsFor(names: EventNames): Points {
    const distinct = new Set(names.tags);
    const key = JSON.stringify([...distinct].sort());
    this.#lastPoints = this.#series.get(names.series)?.get(key) ?? this.#addSet(names.series, key, distinct);
    this.#lastNames = names;
    return this.#lastPoints;
  }

  #addSet(series: string, key: string, tags: ReadonlySet<string>): Points {
    // The tags stand in the key and in the set.
    const bytes = (series.length + 2 * key.length) * bytesOfUnit + tableBytes;
    if (this.#points >= this.#maxPoints || this.#nameBytes + bytes > maxNameBytes) {
      throw new CallFailure(`the history in memory is full (${this.#points} points)`);
    }
    this.#nameBytes += bytes;
    const sets = this.#series.get(series) ?? new Map<string, Points>();
    const points: Points = { tags, values: new Map() };
    this.#series.set(series, sets.set(key, points));
    return points;
  }

  settle(): void {}

  close(): void {}

  aggregate(query: Query, nowUs: bigint): number {
    const operation = answerable(query);
    const total = new Total();
    const range = query.range === undefined ? undefined : rangeAt(query.range, nowUs);
    for (const { tags, values } of this.#pointsOf(query)) {
      if (!matchesTags(query.tags, tags)) continue;
      for (const [timestampUs, value] of values) {
        if (range === undefined || (timestampUs >= range.fromUs && timestampUs <= range.toUs)) total.add(value);
      }
    }
    return total.of(operation);
  }

  /** All sets of tags of the series that the query names. */
  #pointsOf(query: Query): Iterable<Points> {
    if (query.seriesPattern === undefined) return this.#series.get(query.series)?.values() ?? [];
    const named = [...this.#series].filter(([name]) => matchesSeries(query, name));
    return named.flatMap(([, sets]) => [...sets.values()]);
  }
}

/** The table keeps no order of times and values, and a program gets one number. */
function answerable(query: Query): LiveOperation {
  const operation = liveOperations.find((name) => name === query.operation);
  const name = query.text.slice(0, query.text.indexOf(':')).trim().toUpperCase();
  if (query.by.length > 0 || query.everyUs !== undefined || query.operation === 'points') {
    const what = query.by.length > 0 ? 'BY' : query.everyUs === undefined ? name : 'EVERY';
    throw new CallFailure(
      `${what} gives several numbers and a program asks for one; slung query --store DIR prints them`,
    );
  }
  if (operation !== undefined) return operation;
  throw new CallFailure(`the history in memory cannot answer ${name}; --store DIR keeps one on disk that can`);
}

class Total {
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  of(operation: LiveOperation): number {
    if (this.#count === 0) return 0;
    switch (operation) {
      case 'count':
        return this.#count;
      case 'sum':
        return this.#sum;
      case 'avg':
        return this.#sum / this.#count;
      case 'min':
        return this.#min;
      case 'max':
        return this.#max;
    }
  }
}
