/** Answers to queries, made by hand. */
import type { HistoryResult, HistoryRow } from '../../src/store/history/result.ts';

/** 2026-11-21T09:00:00Z */
export const startUs = 1_795_251_600_000_000n;
export const MINUTE_US = 60_000_000n;

export interface WindowsOptions {
  readonly groups?: readonly (string | undefined)[];
  readonly count: number;
  readonly everyUs?: bigint;
  /** Undefined: the window is left out. */
  readonly valueAt: (group: number, window: number) => number | null | undefined;
}

/** Windows of groups; a value of null is a window without points. */
export function windowsOf({ groups, count, everyUs = MINUTE_US, valueAt }: WindowsOptions): HistoryResult {
  const rows: HistoryRow[] = [];
  (groups ?? [undefined]).forEach((name, group) => {
    for (let window = 0; window < count; window++) {
      const value = valueAt(group, window);
      if (value === undefined) continue;
      rows.push({
        group: groups === undefined ? [] : [name],
        timeUs: startUs + BigInt(window) * everyUs,
        ...{ series: undefined, tags: undefined, value: value ?? undefined, count: value === null ? 0 : 60 },
      });
    }
  });
  return { kind: 'aggregate', by: groups === undefined ? [] : ['host'], everyUs, rows };
}

export function pointsOf(rows: readonly (readonly [bigint, string, readonly string[], number])[]): HistoryResult {
  return {
    ...{ kind: 'points', by: [], everyUs: undefined },
    rows: rows.map(([timeUs, series, tags, value]) => ({ group: [], timeUs, series, tags, value, count: 1 })),
  };
}

export const textOf = (pieces: Iterable<string>): string => [...pieces].join('');
