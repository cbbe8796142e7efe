/**
 * What a run counts, and how it is reported. Every line that was read counts as exactly one of records, blank,
 * rejected and skipped (--unchecked), and every record either matched or did not. The figures add up, and nothing is
 * lost without being counted.
 */

import { codes } from '../engine/codes.ts';
import type { BlockCounts } from '../engine/engine.ts';
import { grouped } from '../format/count.ts';
import type { Trigger } from './batch.ts';
import type { StoreReport } from './point-store.ts';

const triggers: readonly Trigger[] = ['full', 'dry', 'aged', 'end', 'long'];

/** The report of --stats=json; the names are part of the interface. */
export interface StatsReport {
  readonly records: number;
  readonly matched: number;
  readonly blank: number;
  readonly rejected: number;
  /** By code name; only codes that occurred. */
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** Decompressed input bytes. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** By the reason for which a batch was closed. */
  readonly batches: Readonly<Record<Trigger, number>>;
  readonly lanes: number;
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  /** Lines that were not looked at; only with --unchecked, and when there are some. */
  readonly skipped?: number;
  /** What was remembered; only with a store. */
  readonly store?: StoreReport;
}

export class Stats {
  records = 0;
  matched = 0;
  blank = 0;
  rejected = 0;
  /** Lines that were not looked at (--unchecked): what they are is not known. */
  skipped = 0;
  bytesIn = 0;
  bytesOut = 0;
  lanes = 1;
  readonly #byCode = new Array<number>(codes.length + 1).fill(0);
  readonly #batches: Record<Trigger, number> = { full: 0, dry: 0, aged: 0, end: 0, long: 0 };

  countBatch(counts: BlockCounts, trigger: Trigger): void {
    this.records += counts.records;
    this.matched += counts.matched;
    this.blank += counts.blank;
    this.#batches[trigger]++;
  }

  countReject(code: number): void {
    this.rejected++;
    this.#byCode[code]!++;
  }

  report(seconds: number): StatsReport {
    const { records, matched, blank, rejected, skipped, bytesIn, bytesOut, lanes } = this;
    const rejectedByCode = Object.fromEntries(
      codes.filter(({ code }) => this.#byCode[code]! > 0).map(({ code, name }) => [name, this.#byCode[code]!]),
    );
    const batches = { ...this.#batches };
    const megabytesPerSecond = seconds > 0 ? round(bytesIn / 1e6 / seconds, 1) : 0;
    return {
      records,
      matched,
      blank,
      rejected,
      rejectedByCode,
      ...(skipped > 0 && { skipped }),
      bytesIn,
      bytesOut,
      batches,
      lanes,
      seconds: round(seconds, 6),
      megabytesPerSecond,
    };
  }
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`;
}

function storeRows(store: StoreReport | undefined): [string, string][] {
  if (store === undefined) return [];
  return [
    ['points', grouped(store.points)],
    ['series', grouped(store.series)],
    ['replaced', `${grouped(store.replaced)} (${grouped(store.changed)} with another value)`],
  ];
}

/** The report of --stats, for people. */
export function renderStats(report: StatsReport): string {
  const byCode = Object.entries(report.rejectedByCode).map(([name, count]) => `${name} ${grouped(count)}`);
  const batches = triggers.filter((trigger) => report.batches[trigger] > 0);
  const rows: [string, string][] = [
    ['records', grouped(report.records)],
    ['matched', grouped(report.matched) + percent(report.matched, report.records)],
    ['rejected', grouped(report.rejected) + (byCode.length > 0 ? ` (${byCode.join(', ')})` : '')],
    ['blank lines', grouped(report.blank)],
    ...(report.skipped === undefined ? [] : [['not looked at', grouped(report.skipped)] as [string, string]]),
    ['bytes in', grouped(report.bytesIn)],
    ['bytes out', grouped(report.bytesOut)],
    ['batches', batches.map((trigger) => `${trigger} ${grouped(report.batches[trigger])}`).join(', ') || '0'],
    ['lanes', String(report.lanes)],
    ...storeRows(report.store),
    ['seconds', report.seconds.toFixed(3)],
    ['MB/s', report.megabytesPerSecond.toFixed(1)],
  ];
  return rows.map(([label, value]) => `${label.padEnd(12)} ${value}`).join('\n');
}
