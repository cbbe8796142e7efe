/**
 * What the library's `select` can be asked to do, and how that becomes the settings of a run. Every option has the
 * meaning, the default and the limits of the flag of that name. Callers from JavaScript are not checked by a compiler,
 * so what is wrong is refused here, by name, before anything is allocated.
 */
import { UsageError } from '../config/errors.ts';
import { splitFields } from '../config/fields.ts';
import type { FieldSetting, OnError, OutputFormat } from '../config/settings.ts';
import type { JobSettings } from '../stage/select/select.ts';
import { excerpt, quoted } from '../text/printable.ts';

/** Paths, written as for -f (`name=path` gives another name), or an object of name → path. */
export type FieldOptions = readonly string[] | Readonly<Record<string, string>>;

export interface SelectOptions {
  /** Selector expressions; a record passes when all of them hold. Default: every record passes. */
  readonly where?: string | readonly string[] | undefined;
  /** Output only these places of each record. Default: the record as it is. */
  readonly fields?: FieldOptions | undefined;
  /** The columns of csv and tsv when there are no `fields`. Default: the keys of the first 10 000 lines or 4 MiB that have a match. */
  readonly columns?: FieldOptions | undefined;
  /** Default: ndjson. */
  readonly to?: OutputFormat | undefined;
  /** False leaves the header line of csv and tsv out. */
  readonly header?: boolean | undefined;
  /** End with an error at the first record that has a key which is not in the header. */
  readonly csvStrict?: boolean | undefined;
  /** From 64 bytes to 64 MiB. Default: 512 KiB. */
  readonly batchBytes?: number | undefined;
  /** Default: no limit. */
  readonly batchRecords?: number | undefined;
  /** From 64 bytes to 128 MiB. Default: 64 MiB. */
  readonly maxRecordBytes?: number | undefined;
  /** From 1 to 65 536. Default: 1024. */
  readonly maxDepth?: number | undefined;
  /** `skip` (default): a bad line is left out and a `reject` event tells of it. `fail`: it ends the stream with an error. */
  readonly onError?: OnError | undefined;
  /** More bad lines than this end the stream with an error. Default: no limit. */
  readonly maxErrors?: number | undefined;
}

/** The name of a stream's input, for places in messages. */
export const STREAM_NAME = '<stream>';

const KIB = 1024;
const MIB = 1024 * KIB;
const known = new Set([
  ...['where', 'fields', 'columns', 'to', 'header', 'csvStrict', 'batchBytes', 'batchRecords', 'maxRecordBytes'],
  ...['maxDepth', 'onError', 'maxErrors'],
]);

/** @throws UsageError for an option that is unknown, out of range or contradicts another */
export function settingsOf(options: SelectOptions): JobSettings {
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no option ${excerpt(unknown)}`, `Options: ${[...known].join(', ')}`);
  const where = options.where ?? [];
  const to = oneOf('to', options.to ?? 'ndjson', ['ndjson', 'csv', 'tsv']);
  const onError = oneOf('onError', options.onError ?? 'skip', ['skip', 'fail', 'keep']);
  refuseContradictions(options, to, onError);
  return {
    input: { inputs: [STREAM_NAME] },
    batches: {
      batchBytes: inRange('batchBytes', options.batchBytes ?? 512 * KIB, 64, 64 * MIB),
      batchRecords: optional('batchRecords', options.batchRecords, 1),
      batchAgeMs: 0,
      maxRecordBytes: inRange('maxRecordBytes', options.maxRecordBytes ?? 64 * MIB, 64, 128 * MIB),
      maxDepth: inRange('maxDepth', options.maxDepth ?? 1024, 1, 65_536),
    },
    lanes: 1,
    selection: { where: typeof where === 'string' ? [where] : where },
    output: {
      fields: fieldsOf('fields', options.fields),
      columns: fieldsOf('columns', options.columns),
      ...{ to, header: options.header ?? true, csvStrict: (options.csvStrict ?? false) && to !== 'ndjson' },
      unsparsify: false,
    },
    rejects: {
      ...{ onError, badLinesFail: true, rejectsFile: undefined },
      maxErrors: optional('maxErrors', options.maxErrors, 0),
    },
    // The stream has its own ways to report.
    report: undefined,
    record: undefined,
  };
}

function refuseContradictions(options: SelectOptions, to: OutputFormat, onError: OnError): void {
  if (options.fields !== undefined && options.columns !== undefined) {
    throw new UsageError('fields and columns cannot be used together', 'fields also sets the header.');
  }
  if (to === 'ndjson' && options.columns !== undefined) {
    throw new UsageError("columns needs to: 'csv' or to: 'tsv'", 'fields chooses the members of ndjson output.');
  }
  if (onError === 'keep' && (to !== 'ndjson' || options.fields !== undefined)) {
    throw new UsageError("onError: 'keep' is only for ndjson without fields", 'A kept line has no columns.');
  }
}

function fieldsOf(label: string, fields: FieldOptions | undefined): readonly FieldSetting[] | undefined {
  if (fields === undefined) return undefined;
  if (Array.isArray(fields)) return splitFields(fields.join(','), label);
  return Object.entries(fields as Readonly<Record<string, string>>).map(([name, path]) => ({ name, path }));
}

function oneOf<T extends string>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new UsageError(`${name}: ${quoted(String(value))} is not one of ${choices.join(', ')}`);
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${name}: ${value} is not a whole number from ${least} to ${most}`);
}

function optional(name: string, value: number | undefined, least: number): number | undefined {
  return value === undefined ? undefined : inRange(name, value, least, Number.MAX_SAFE_INTEGER);
}
