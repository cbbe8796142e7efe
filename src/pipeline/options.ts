/**
 * The options of the library's `select`, and how they become the settings of a run. Every option has the meaning, the
 * default and the limits of the flag of the same name. No compiler checks callers from JavaScript, so wrong options
 * are refused here, by name, before anything is allocated.
 */
import { UsageError } from '../config/errors.ts';
import { splitFields } from '../config/fields.ts';
import { type Layer, resolveLayers, type Setting, type SettingValue } from '../config/layers.ts';
import { batchSettings, outputSettings, rejectSettings, selectionSettings } from '../config/parts.ts';
import { type Rule, rules } from '../config/rules.ts';
import type { FieldSetting, OnError, OutputFormat } from '../config/settings.ts';
import { defaultsOf } from '../config/values.ts';
import type { SelectNodeSettings } from '../stage/select/select.ts';
import { excerpt, quoted } from '../text/printable.ts';

/** Paths, written as for -f (`name=path` gives another name), or an object of name → path. */
export type FieldOptions = readonly string[] | Readonly<Record<string, string>>;

export interface SelectOptions {
  /** Selector expressions; a record passes when all of them hold. Default: every record passes. */
  readonly where?: string | readonly string[] | undefined;
  /** Output only these places of each record. Default: the record as it is. */
  readonly fields?: FieldOptions | undefined;
  /**
   * The columns of csv and tsv when there are no `fields`. Default: the keys of the first 10 000 lines or 4 MiB that
   * have a match.
   */
  readonly columns?: FieldOptions | undefined;
  /** Default: ndjson. */
  readonly to?: OutputFormat | undefined;
  /** False leaves the header line of csv and tsv out. */
  readonly header?: boolean | undefined;
  /** End with an error at the first record that has a key which is not in the header. */
  readonly csvStrict?: boolean | undefined;
  /** From 64 bytes to 64 MiB. Default: 1 MiB. */
  readonly batchBytes?: number | undefined;
  /** Default: no limit. */
  readonly batchRecords?: number | undefined;
  /** From 64 bytes to 128 MiB. Default: 64 MiB. */
  readonly maxRecordBytes?: number | undefined;
  /** From 1 to 65 536. Default: 1024. */
  readonly maxDepth?: number | undefined;
  /**
   * `skip` (default): a bad line is left out and a `reject` event reports it. `fail`: it ends the stream with an
   * error.
   */
  readonly onError?: OnError | undefined;
  /** More bad lines than this end the stream with an error. Default: no limit. */
  readonly maxErrors?: number | undefined;
}

/** The name of a stream's input, for places in messages. */
export const STREAM_NAME = '<stream>';

/** The options that are settings with a rule, by the setting's key. */
const ruled = {
  to: rules.to,
  header: rules.header,
  csvStrict: rules.csvStrict,
  // The memory of one lane alone may be large.
  batchBytes: { ...rules.batchBytes, max: 64 * 1024 ** 2 },
  batchRecords: rules.batchRecords,
  maxRecord: rules.maxRecord,
  maxDepth: rules.maxDepth,
  onError: rules.onError,
  maxErrors: rules.maxErrors,
} as const;

/** The option of a setting: a size has its unit in its name. */
const nameOf = (key: keyof typeof ruled) => (key === 'maxRecord' ? 'maxRecordBytes' : key);

const keys = Object.keys(ruled) as (keyof typeof ruled)[];
const known: readonly string[] = ['where', 'fields', 'columns', ...keys.map(nameOf)];
/** A stream is no place to wait for fuller batches. */
const defaults = defaultsOf(Object.entries({ ...ruled, batchAge: rules.batchAge }));

/** @throws UsageError for an option that is unknown, out of range or contradicts another */
export function settingsOf(options: SelectOptions): SelectNodeSettings {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no option ${excerpt(unknown)}`, `Options: ${known.join(', ')}`);
  const resolved = resolveLayers([optionLayer(options), defaults]);
  refuseContradictions(options, resolved.choice('to'), resolved.choice('onError'));
  const named = { fields: fieldsOf('fields', options.fields), columns: fieldsOf('columns', options.columns) };
  return {
    input: { inputs: [STREAM_NAME] },
    batches: batchSettings(resolved),
    lanes: 1,
    selection: selectionSettings(resolved),
    output: outputSettings(resolved, named),
    rejects: rejectSettings(resolved),
    // The stream has its own ways to report.
    report: undefined,
  };
}

/** What was given. @throws UsageError */
function optionLayer(options: SelectOptions): Layer {
  const layer = new Map<string, Setting>();
  const set = (key: string, name: string, value: SettingValue): void => {
    layer.set(key, { value, origin: { kind: 'option', text: name } });
  };
  // Callers from JavaScript leave out with null as well.
  const where = options.where ?? undefined;
  if (where !== undefined) set('where', 'where', typeof where === 'string' ? [where] : where);
  for (const key of keys) {
    const name = nameOf(key);
    const value = options[name] ?? undefined;
    if (value !== undefined) set(key, name, checked(name, ruled[key], value));
  }
  return layer;
}

function checked(name: string, rule: Rule, value: SettingValue): SettingValue {
  if (rule.type === 'switch') return Boolean(value);
  if (rule.choices !== undefined) return oneOf(name, value, rule.choices);
  return inRange(name, value, rule.min!, rule.max!);
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

function oneOf(name: string, value: SettingValue, choices: readonly string[]): string {
  const choice = choices.find((word) => word === value);
  if (choice !== undefined) return choice;
  throw new UsageError(`${name}: ${quoted(String(value))} is not one of ${choices.join(', ')}`);
}

function inRange(name: string, value: SettingValue, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${name}: ${value} is not a whole number from ${least} to ${most}`);
}
