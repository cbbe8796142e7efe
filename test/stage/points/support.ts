/**
 * A run that writes to a store, without either: a store that remembers its batches, ends over given bytes or real
 * files.
 */
import type {
  Conversion,
  PointFields,
  RecordSettings,
  SelectSettings,
  WriteSettings,
} from '../../../src/config/settings.ts';
import type { Ends } from '../../../src/graph/ends.ts';
import type { RunHost, RunOutcome } from '../../../src/graph/host.ts';
import type { KeyList, PointStore } from '../../../src/graph/point-store.ts';
import { openFileAt } from '../../../src/io/file-at.ts';
import { openSource, type RejectRow, type Sink, type Source } from '../../../src/io/index.ts';
import { runStoreWrite } from '../../../src/pipeline/store-write.ts';
import type { InputPosition, PointBatch } from '../../../src/store/points.ts';
import { canonicalTags, decodeKey, encodeKey } from '../../../src/store/series.ts';
import { settingsWith } from '../../graph/support.ts';
import type { SelectChanges } from '../../support/settings.ts';

/** `name{tag,tag}`. */
export interface KeptPoint {
  readonly series: string;
  readonly timeUs: bigint;
  readonly value: number;
}

export class KeptBatches implements PointStore {
  readonly batches: { readonly points: readonly KeptPoint[]; readonly positions: readonly InputPosition[] }[] = [];
  readonly positions = new Map<string, InputPosition>();
  closed = 0;
  seriesCalls = 0;
  /** The append of this number (from 1) fails. */
  failAt = 0;
  failure: unknown;
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];

  seriesId(name: string, tags: readonly string[]): number {
    this.seriesCalls++;
    // Throws as the real one does.
    encodeKey(name, tags);
    const key = `${name}{${canonicalTags(tags).join(',')}}`;
    const id = this.#ids.get(key) ?? this.#names.push(key) - 1;
    this.#ids.set(key, id);
    return id;
  }

  /** Undefined: the run asks for each series by itself. */
  seriesIds: ((keys: KeyList) => Uint32Array) | undefined = ({ bytes, count }) => {
    const ids = new Uint32Array(count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const from = at + 2;
      at = from + bytes[at]! + 256 * bytes[at + 1]!;
      const key = bytes.slice(from, at);
      const { name, tags } = decodeKey(key)!;
      if (Buffer.compare(encodeKey(name, tags), key) !== 0) throw new Error(`${name} [${tags}] has another key`);
      ids[i] = this.seriesId(name, tags);
    }
    if (at !== bytes.length) throw new Error('there is something behind the keys');
    return ids;
  };

  append({ ids, timesUs, values, count, positions }: PointBatch): void {
    if (this.batches.length + 1 === this.failAt) throw this.failure;
    const points = Array.from({ length: count }, (_, i) => ({
      ...{ series: this.#names[ids[i]!]!, timeUs: timesUs[i]!, value: values[i]! },
    }));
    this.batches.push({ points, positions: [...positions] });
    for (const position of positions) this.positions.set(position.input, position);
  }

  readonly adding: boolean[] = [];
  readonly replaced = { points: 0, changed: 0 };

  setAdding(isAdding: boolean): void {
    if (this.adding.at(-1) !== isAdding) this.adding.push(isAdding);
  }

  syncDueMs: number | undefined;
  syncs = 0;
  syncFailure: unknown;

  sync(): void {
    this.syncs++;
    this.syncDueMs = undefined;
    if (this.syncFailure !== undefined) throw this.syncFailure;
  }

  position(input: string): InputPosition | undefined {
    return this.positions.get(input);
  }

  /** Of a file, whatever was made of it. */
  positionOf(path: string): InputPosition | undefined {
    return [...this.positions.values()].find(({ input }) => input.startsWith(`${path} #`));
  }

  close(): void {
    this.closed++;
  }

  get points(): readonly KeptPoint[] {
    return this.batches.flatMap(({ points }) => points);
  }
}

export const defaultFields: PointFields = {
  series: { kind: 'path', text: 'series' },
  ...{ time: 'timestamp', values: ['value'], tags: ['tags'], timeUnit: 'auto' },
};

export const storeAt = { directory: 'history', durability: 'none', retainMs: undefined, sameTime: 'keep' } as const;

/** `SelectSettings` that record these points. */
export function recordingSettings(
  changes: SelectChanges = {},
  points: readonly PointFields[] = [defaultFields],
  resume = false,
  final = false,
): Recording {
  return { ...settingsWith(changes), record: { store: storeAt, points, resume, final } };
}

export type Recording = SelectSettings & { readonly record: RecordSettings };

/** A run of `slung store write` with the settings of a `select` that records. */
export type Written = { readonly from: Conversion['from']; readonly delimiter?: string } & {
  readonly select: Recording;
};

export function writeSettingsOf({ select, from, delimiter = ',' }: Written): WriteSettings {
  const { input, batches, selection, rejects, report, talk, record } = select;
  const conversion = { from, delimiter, types: 'look', prefix: undefined } as const;
  return {
    input: { ...input, conversion: from === 'ndjson' ? undefined : conversion },
    batches,
    selection,
    rejects,
    report,
    talk,
    record,
  };
}

export interface Told {
  readonly outcome: RunOutcome;
  readonly said: readonly string[];
  /** What was said of times and their unit, which most tests do not care for. */
  readonly times: readonly string[];
  readonly rejects: readonly (RejectRow & { readonly text: string })[];
}

/** A host that keeps what is said, and opens `store`. */
export function hostFor(store: PointStore, said: string[], isSignalled = false, times: string[] = []): RunHost {
  const say = (text: string): void => {
    (text.includes('this is said once') ? times : said).push(text);
  };
  // The rest of -v is what every run says.
  const verbose = (_: number, text: string): void => {
    if (text.includes('--time-unit')) times.push(text);
  };
  return {
    talk: { error: say, warn: say, info: say, guest: say, verbose },
    progress: undefined,
    onSignal: (listener) => {
      if (isSignalled) listener('SIGTERM');
      return () => {};
    },
    clockMs: () => performance.now(),
    openStore: async () => store,
  };
}

/** Ends over sources; without any, over files. */
export function endsFor(sources: readonly Source[], rejects: (RejectRow & { text: string })[], sink: Sink): Ends {
  const left = [...sources];
  return {
    openSource: (input) => (sources.length === 0 ? openSource(input) : left.shift()!),
    openFileAt: sources.length === 0 ? openFileAt : undefined,
    sink,
    rejects: {
      name: 'rejects',
      write: (line, row) => {
        rejects.push({ ...row, text: Buffer.from(line).toString() });
      },
      ...{ writePart: () => {}, flush: () => {}, close: () => {} },
    },
    showsBadLines: true,
    collectGarbage: undefined,
  };
}

export const nowhere: Sink = {
  ...{ name: 'out', closed: false, isTTY: false, commit: () => {}, abort: () => {} },
  writeNow: (bytes) => bytes.length,
  writeAll: async () => {},
};

/** One `slung store write`. */
export async function write(
  store: PointStore,
  settings: Written,
  sources: readonly Source[] = [],
  isSignalled = false,
): Promise<Told> {
  const said: string[] = [];
  const times: string[] = [];
  const rejects: (RejectRow & { text: string })[] = [];
  const host = hostFor(store, said, isSignalled, times);
  const outcome = await runStoreWrite(writeSettingsOf(settings), host, endsFor(sources, rejects, nowhere));
  return { outcome, said, times, rejects };
}
