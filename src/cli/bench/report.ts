/** The figures of a measurement for people: a table, the comparison, and what to know of both. */
import { grouped } from '../../format/count.ts';
import { widthOf } from '../../format/text.ts';
import { oneLine } from '../../text/printable.ts';
import type { BenchFigures, SideFigures } from './result.ts';
import type { Spread } from './rounds.ts';

/** What was measured with, and where. */
export interface Circumstances {
  readonly input: string;
  readonly node: string;
  readonly cores: number;
  readonly processor: string;
  readonly rounds: number;
}

interface Column {
  readonly head: string;
  readonly cell: (side: SideFigures) => string;
  /** Undefined: always. */
  readonly isShown?: (sides: readonly SideFigures[]) => boolean;
}

const columns: readonly Column[] = [
  { head: '', cell: ({ name }) => oneLine(name) },
  { head: 'records/s', cell: ({ recordsPerSecond }) => spread(recordsPerSecond) },
  { head: 'MB/s', cell: ({ megabytesPerSecond }) => digits(megabytesPerSecond.median) },
  { head: 'out MB/s', cell: ({ megabytesOutPerSecond }) => digits(megabytesOutPerSecond.median) },
  {
    head: 'call p50 / p99 / max',
    cell: ({ callMs }) => percentiles(callMs),
    isShown: (sides) => sides.some(({ callMs }) => callMs !== undefined),
  },
  {
    head: 'ack p50 / p99 / max',
    cell: ({ ackMs }) => percentiles(ackMs),
    isShown: (sides) => sides.some(({ ackMs }) => ackMs !== undefined),
  },
  { head: 'start', cell: ({ startMs }) => (startMs === undefined ? '-' : `${digits(startMs)} ms`) },
  { head: 'CPU', cell: ({ cores }) => cores.toFixed(2) },
  { head: 'RSS', cell: ({ rssBytes }) => `${digits(rssBytes / 1e6)} MB` },
  { head: 'failures', cell: ({ faults }) => grouped(faults), isShown: (all) => all.some(({ faults }) => faults > 0) },
  {
    head: 'bad lines',
    cell: ({ rejects }) => grouped(rejects),
    isShown: (all) => all.some(({ rejects }) => rejects > 0),
  },
];

/** Lines, each with its newline. */
export function benchText(figures: BenchFigures, about: Circumstances): string {
  const { sides, ratios, sameOutput, warnings } = figures;
  const lines = tableLines(sides);
  for (const { first, other, times } of ratios) {
    const pairs = `${digits(times.min)} to ${digits(times.max)} in ${about.rounds} pairs`;
    lines.push(`${oneLine(first)} is ${digits(times.median)} times as fast as ${oneLine(other)} (${pairs})`);
  }
  if (sameOutput !== undefined) lines.push(sameOutput ? 'same output' : 'the outputs DIFFER');
  const calls = sides.find(({ recordsPerCall }) => recordsPerCall !== undefined)?.recordsPerCall;
  const machine = `Node ${about.node}, ${about.cores} × ${about.processor}`;
  lines.push([about.input, ...(calls === undefined ? [] : [`${digits(calls)} records a call`]), machine].join(' · '));
  for (const warning of warnings) lines.push(`warning: ${oneLine(warning)}`);
  return lines.map((line) => `${line}\n`).join('');
}

function tableLines(sides: readonly SideFigures[]): string[] {
  const shown = columns.filter(({ isShown }) => isShown?.(sides) !== false);
  const rows = [shown.map(({ head }) => head), ...sides.map((side) => shown.map(({ cell }) => cell(side)))];
  const widths = shown.map((_, i) => Math.max(...rows.map((row) => widthOf(row[i]!))));
  return rows.map((row) =>
    row
      .map((text, i) => {
        const gap = ' '.repeat(widths[i]! - widthOf(text));
        return i === 0 ? text + gap : gap + text;
      })
      .join('   ')
      .trimEnd(),
  );
}

function percentiles(ms: SideFigures['callMs']): string {
  return ms === undefined ? '-' : `${digits(ms.p50)} / ${digits(ms.p99)} / ${digits(ms.max)} ms`;
}

/** `1.31 M [1.24…1.35]` */
function spread({ median, min, max }: Spread): string {
  const [scale, unit] = median >= 1e6 ? [1e6, ' M'] : median >= 1e3 ? [1e3, ' k'] : [1, ''];
  return `${digits(median / scale)}${unit} [${digits(min / scale)}…${digits(max / scale)}]`;
}

/** Three significant digits, and no exponent. */
function digits(value: number): string {
  if (value >= 100 || value === 0) return String(Math.round(value));
  return value.toFixed(Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(value)))));
}
