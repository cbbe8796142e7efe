/** What --stats reports of a run of plugins: input, output, and a part for each plugin. */
import type { StatsFormat } from '../../config/settings.ts';
import { grouped } from '../../format/count.ts';
import type { Talk } from '../../graph/host.ts';
import { renderStats, type StatsReport } from '../../graph/stats.ts';

/** The counts of --stats for one plugin; the names are part of the interface. */
export interface PluginReport {
  readonly plugin: string;
  readonly version: string | undefined;
  /** Records that reached it, and those that its selectors want (for a stream: all). */
  readonly records: number;
  readonly matched: number;
  readonly bytesOut: number;
  readonly calls: number;
  readonly secondsInGuest: number;
  /** Calls that failed: traps, errors that the plugin returned, time limits. */
  readonly failures: number;
  /** Bad lines in its output, whoever has read it: the check at its end, or the next of the chain. */
  readonly outputRejected: number;
}

/**
 * The report of --stats=json for `slung run`; the names are part of the interface. `rejected` has the bad lines of the
 * plugins' outputs in it, as far as they were rejected: each plugin's part says how many there were.
 */
export interface RunReport extends StatsReport {
  readonly plugins: readonly PluginReport[];
}

/** The figures of all runs as those of one: read by the first, written by the last, rejected by any of them. */
function merge(reports: readonly StatsReport[], plugins: readonly PluginReport[], seconds: number): RunReport {
  const first = reports[0]!;
  const { store } = reports.at(-1)!;
  const rejectedByCode: Record<string, number> = {};
  for (const report of reports) {
    for (const [name, count] of Object.entries(report.rejectedByCode)) {
      rejectedByCode[name] = (rejectedByCode[name] ?? 0) + count;
    }
  }
  return {
    ...first,
    rejected: reports.reduce((sum, { rejected }) => sum + rejected, 0),
    rejectedByCode,
    bytesOut: reports.at(-1)!.bytesOut,
    seconds: Number(seconds.toFixed(6)),
    megabytesPerSecond: seconds > 0 ? Number((first.bytesIn / 1e6 / seconds).toFixed(1)) : 0,
    ...(store === undefined ? {} : { store }),
    plugins,
  };
}

function renderPlugin(report: PluginReport): string {
  const rows: [string, string][] = [
    ['  records', grouped(report.records)],
    ['  matched', grouped(report.matched)],
    ['  bytes out', grouped(report.bytesOut)],
    ['  calls', grouped(report.calls)],
    ['  in guest', `${report.secondsInGuest.toFixed(3)} s`],
    ['  failures', grouped(report.failures)],
    ['  bad output', grouped(report.outputRejected)],
  ];
  const title = report.version === undefined ? report.plugin : `${report.plugin} ${report.version}`;
  return [`plugin ${title}`, ...rows.map(([label, value]) => `${label.padEnd(12)} ${value}`)].join('\n');
}

/** Says it in the form that was asked for, or nothing. */
export function tellPluginStats(
  format: StatsFormat,
  talk: Talk,
  reports: readonly StatsReport[],
  plugins: readonly PluginReport[],
  seconds: number,
): void {
  const report = merge(reports, plugins, seconds);
  if (format === 'json') talk.info(JSON.stringify(report));
  else if (format === 'human') talk.info([renderStats(report), ...plugins.map(renderPlugin)].join('\n'));
}
