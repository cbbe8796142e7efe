/**
 * What a run was asked to do, after flags, environment and defaults have been merged: one frozen value. The CLI and
 * the library build it; everything below reads it and nothing changes it.
 */

/**
 * `name=path` of -f/--fields or --columns, still as text. Without `=`, name and path are the same text, except that a
 * path of one quoted key names its column without the quotes.
 */
export interface FieldSetting {
  readonly name: string;
  readonly path: string;
}

export type OutputFormat = 'ndjson' | 'csv' | 'tsv';
export type OnError = 'skip' | 'fail' | 'keep';
export type StatsFormat = 'none' | 'human' | 'json';
export type ErrorsFormat = 'text' | 'json';
export type ColorWhen = 'auto' | 'always' | 'never';

export interface SelectSettings {
  /** Files in the order they are read; `-` is standard input. Never empty. */
  readonly inputs: readonly string[];
  /** Selector expressions; a record passes when all of them hold. */
  readonly where: readonly string[];
  /** -f/--fields: project these. Undefined: the record passes as it is (ndjson) or with the columns found (csv, tsv). */
  readonly fields: readonly FieldSetting[] | undefined;
  /** --columns: the csv/tsv header when there is no -f. */
  readonly columns: readonly FieldSetting[] | undefined;
  readonly to: OutputFormat;
  /** False with --no-header. */
  readonly header: boolean;
  readonly csvStrict: boolean;
  readonly batchBytes: number;
  /** Undefined: no limit but batchBytes. */
  readonly batchRecords: number | undefined;
  readonly batchAgeMs: number;
  readonly lanes: number;
  readonly maxRecordBytes: number;
  readonly maxDepth: number;
  readonly onError: OnError;
  readonly rejects: string | undefined;
  /** The run stops when more lines than this were rejected. Undefined: no limit. */
  readonly maxErrors: number | undefined;
  /** A file's path, or `-` for standard output. */
  readonly output: string;
  readonly stats: StatsFormat;
  /** How errors and warnings are written. */
  readonly errors: ErrorsFormat;
  readonly quiet: boolean;
  /** How often -v was given. */
  readonly verbose: number;
  readonly color: ColorWhen;
  /** -e: exit 4 when nothing was output. */
  readonly exitStatus: boolean;
}
