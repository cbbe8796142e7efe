/**
 * What -v reports at the end of a run: what was read, by how many lanes, and why batches were closed; -vv adds the
 * plan.
 */

import { counted, grouped } from '../format/count.ts';
import type { NodeSettings } from './stage.ts';
import type { StatsReport } from './stats.ts';

/** Why a batch ends, for people. */
const triggerWords: Readonly<Record<keyof StatsReport['batches'], string>> = {
  full: 'full',
  dry: 'when the input paused',
  aged: 'by age',
  end: 'at the end of an input',
  long: 'for a long record',
};

/** Each with the number of -v that shows it. */
export function runWords(
  settings: NodeSettings,
  report: StatsReport,
): readonly (readonly [level: 1 | 2, text: string])[] {
  const { records, matched, rejected, blank, bytesIn, bytesOut, seconds, megabytesPerSecond, lanes } = report;
  const others = [
    ...(rejected > 0 ? [counted(rejected, 'bad line')] : []),
    ...(blank > 0 ? [counted(blank, 'blank line')] : []),
  ];
  const lines = [counted(records, 'record'), ...others].join(', ');
  const closed = Object.entries(triggerWords)
    .map(([trigger, words]) => [report.batches[trigger as keyof StatsReport['batches']], words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${grouped(count)} ${count === 1 ? 'batch' : 'batches'} ${words}`);
  const speed = `in ${seconds.toFixed(3)} s (${megabytesPerSecond} MB/s) by ${counted(lanes, 'lane')}`;
  return [
    [1, `read ${counted(bytesIn, 'byte')} of ${counted(settings.input.inputs.length, 'input')}, ${lines}, ${speed}`],
    [1, `${matched === records ? 'all' : matched} matched; output ${counted(bytesOut, 'byte')}`],
    [1, `closed ${closed.join(', ') || 'no batch'}`],
    [2, `plan: ${planOf(settings)}`],
  ];
}

function planOf({ selection, output, batches, lanes }: NodeSettings): string {
  const { where } = selection;
  const { batchBytes, batchRecords, batchAgeMs } = batches;
  const selectors = where.length === 0 ? 'every record' : where.map((text) => `(${text})`).join(' and ');
  const chosen = (output?.fields ?? output?.columns)
    ?.map(({ name, path }) => (name === path ? name : `${name}=${path}`))
    .join(',');
  const batch = [`${batchBytes} bytes`, ...(batchRecords === undefined ? [] : [`${batchRecords} records`])];
  const age = batchAgeMs > 0 ? `, at most ${batchAgeMs} ms old` : '';
  return `${selectors}; ${chosen ?? 'whole records'} to ${output?.to ?? 'ndjson'}; batches up to ${batch.join(' or ')}${age}; up to ${lanes} lanes`;
}
