/**
 * The parts of settings (settings.ts), each taken from what was merged (layers.ts). Nothing is checked here but what
 * one part alone can be wrong in: which combinations contradict each other is said by those who put parts together.
 */
import { conditionsOf } from './conditions.ts';
import { conversionOf } from './conversion.ts';
import { editSettings } from './edits.ts';
import { splitFields } from './fields.ts';
import type { Resolved } from './layers.ts';
import { cellsOf, formatOf, sampleOf } from './output.ts';
import type {
  BatchSettings,
  Conversion,
  FieldSetting,
  InputSettings,
  OutputSettings,
  ReadingSettings,
  RejectSettings,
  ReportSettings,
  SelectionSettings,
  SinkSettings,
  TalkSettings,
} from './settings.ts';

/**
 * The parts that every command has that reads records. `files` are the operands as typed; none means standard input.
 */
export function readingSettings(resolved: Resolved, files: readonly string[]): ReadingSettings {
  return {
    input: inputSettings(files, conversionOf(resolved)),
    batches: batchSettings(resolved),
    selection: selectionSettings(resolved),
    rejects: rejectSettings(resolved),
    report: reportSettings(resolved),
    talk: talkSettings(resolved),
  };
}

function inputSettings(files: readonly string[], conversion: Conversion | undefined): InputSettings {
  return Object.freeze({ inputs: Object.freeze(files.length === 0 ? ['-'] : [...files]), conversion });
}

export function batchSettings(resolved: Resolved): BatchSettings {
  return Object.freeze({
    batchBytes: resolved.number('batchBytes'),
    batchRecords: resolved.optionalNumber('batchRecords'),
    batchAgeMs: resolved.number('batchAge'),
    maxRecordBytes: resolved.number('maxRecord'),
    maxDepth: resolved.number('maxDepth'),
  });
}

export function selectionSettings(resolved: Resolved): SelectionSettings {
  const timeUnit = resolved.has('timeUnit') ? resolved.choice('timeUnit') : 'auto';
  const where = Object.freeze(conditionsOf(resolved));
  const unchecked = resolved.boolean('unchecked');
  const sample = sampleOf(resolved);
  return Object.freeze(timeUnit === 'auto' ? { where, unchecked, sample } : { where, unchecked, sample, timeUnit });
}

/** @param named the fields and columns, where they do not come as lists @throws UsageError for a list that is none */
export function outputSettings(
  resolved: Resolved,
  named: Pick<OutputSettings, 'fields' | 'columns'> = {
    fields: listed(resolved, 'fields'),
    columns: listed(resolved, 'columns'),
  },
): OutputSettings {
  const to = formatOf(resolved);
  const edits = editSettings(resolved);
  return Object.freeze({
    ...named,
    ...(edits === undefined ? {} : { edits }),
    to,
    // A table needs the names, whether they are shown or not.
    header: (resolved.boolean('header') || resolved.optionalText('to') === 'table') && !resolved.boolean('raw'),
    csvStrict: resolved.boolean('csvStrict') && to !== 'ndjson',
    unsparsify: resolved.boolean('unsparsify'),
    cells: cellsOf(resolved),
    bom: resolved.boolean('bom'),
    limit: resolved.optionalNumber('limit'),
    isCount: resolved.boolean('count'),
  });
}

/** The columns of a repeatable list flag, or undefined when it was not given. */
function listed(resolved: Resolved, key: 'fields' | 'columns'): readonly FieldSetting[] | undefined {
  if (!resolved.has(key)) return undefined;
  return Object.freeze(splitFields(resolved.list(key).join(','), resolved.originText(key)));
}

export function sinkSettings(resolved: Resolved): SinkSettings {
  return Object.freeze({ output: resolved.text('output') });
}

export function rejectSettings(resolved: Resolved): RejectSettings {
  return Object.freeze({
    onError: resolved.choice('onError'),
    badLinesFail: resolved.isDefault('onError'),
    rejectsFile: resolved.optionalText('rejects'),
    maxErrors: resolved.optionalNumber('maxErrors'),
  });
}

export function reportSettings(resolved: Resolved): ReportSettings {
  return Object.freeze({
    stats: resolved.choice('stats'),
    exitStatus: resolved.boolean('exitStatus'),
  });
}

export function talkSettings(resolved: Resolved): TalkSettings {
  const quiet = isQuiet(resolved);
  return Object.freeze({
    errors: resolved.choice('errors'),
    quiet,
    verbose: quiet ? 0 : resolved.number('verbose'),
    color: resolved.choice('color'),
  });
}

/** -q and -v from different sources are no contradiction: the one typed now overrules the one in the environment. */
function isQuiet(resolved: Resolved): boolean {
  return resolved.boolean('quiet') && (resolved.isFlag('quiet') || !resolved.isFlag('verbose'));
}
