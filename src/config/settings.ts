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
  /** The columns are those of all records: files are read twice. Only for csv and tsv without `fields` and `columns`. */
  readonly unsparsify: boolean;
  readonly batchBytes: number;
  /** Undefined: no limit but batchBytes. */
  readonly batchRecords: number | undefined;
  readonly batchAgeMs: number;
  readonly lanes: number;
  readonly maxRecordBytes: number;
  readonly maxDepth: number;
  readonly onError: OnError;
  /** Bad lines that were left out make exit code 1; not when it was asked for that they are (`--on-error skip`). */
  readonly badLinesFail: boolean;
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
  /** --record: numbers of the records that pass are remembered. Undefined: none are. */
  readonly record: RecordSettings | undefined;
}

export type Durability = 'batch' | 'interval' | 'none';

/** A store that is written to. */
export interface StoreSettings {
  readonly directory: string;
  readonly durability: Durability;
  /** --retain; undefined: everything is kept. */
  readonly retainMs: number | undefined;
  /** --same-time: which points hold that a run writes with the same series and time. */
  readonly sameTime: 'keep' | 'last';
}

/** Which fields of a record are points of a history: `series=http.latency time=ts value=duration tags=service,region`. */
export interface PointFields {
  /** The name itself, or the path of the field that has it. */
  readonly series: { readonly kind: 'name' | 'path'; readonly text: string };
  /** A path, like all below. */
  readonly time: string;
  /** One series each when there are several: the name, a point, and the last key of the path. */
  readonly values: readonly string[];
  /** What is an array of strings gives its items, an object `key=value` for each member, anything else `last key=value`. */
  readonly tags: readonly string[];
  readonly timeUnit: TimeUnit;
}

/** What is remembered of the records of a run, and where. */
export interface RecordSettings {
  readonly store: StoreSettings;
  /** Never empty. */
  readonly points: readonly PointFields[];
  /** Inputs are read from where the store has them. */
  readonly resume: boolean;
  /** With `resume`: a last line without a newline is read as well. */
  readonly final: boolean;
}

/** One run of `slung store write`. */
export interface WriteSettings {
  /** Its `record` says what is a point. Nothing is output. */
  readonly select: SelectSettings & { readonly record: RecordSettings };
  readonly from: 'ndjson' | 'csv';
  /** Between the cells of csv: one ASCII character; left out for a comma. */
  readonly delimiter?: string;
}

export type PluginAbi = 'tangent-component' | 'tangent-core' | 'slung' | 'wasi';
export type OnPluginError = 'fail' | 'skip' | 'pass';
export type TimeUnit = 'auto' | 's' | 'ms' | 'us' | 'ns';

/** What is to be said of how a plugin's file was found. */
export interface PluginNote {
  /** `verbose`: with -v only. */
  readonly level: 'warn' | 'verbose';
  readonly text: string;
}

/** One plugin of a run, found and read. */
export interface PluginSetting {
  readonly notes?: readonly PluginNote[];
  /** For messages, stats and config: given with -p, or the file's name without `.wasm`. */
  readonly name: string;
  /** The file, for messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** --abi; undefined: recognised from the bytes. */
  readonly abi: PluginAbi | undefined;
  /** --plugin-config for this plugin. */
  readonly config: Readonly<Record<string, string>>;
}

/** Which fields of a record are a Slung event. */
export interface EventFields {
  readonly time: string;
  readonly value: string;
  readonly series: string;
  readonly tags: string;
  readonly timeUnit: TimeUnit;
}

/** One run of `slung run`. */
export interface RunSettings {
  /**
   * What it has in common with `select`. `where` stands in front of the first plugin; `fields`, `columns` and `to` apply
   * to what the last one puts out.
   */
  readonly select: SelectSettings;
  /** In the order of the chain; never empty. */
  readonly plugins: readonly PluginSetting[];
  readonly unmatched: 'drop' | 'pass';
  readonly onPluginError: OnPluginError;
  /** What the last plugin outputs is not looked at. */
  readonly uncheckedOutput: boolean;
  /** The most memory that one instance may have. */
  readonly memoryBytes: number;
  /** The longest time of one call into a plugin. */
  readonly timeLimitMs: number;
  /** The longest time until a plugin is compiled. */
  readonly loadLimitMs: number;
  /** What a producer has to show at `listen`; undefined: nothing. */
  readonly listenToken: string | undefined;
  /** Origins of web pages that may connect to `listen`, as browsers write them; `*` is all. */
  readonly listenOrigins: readonly string[];
  /** What is shown of the plugins' standard error. */
  readonly pluginStderr: 'limit' | 'all' | 'none';
  /** How long a plugin may wait for the network in one call, all its requests together. */
  readonly networkTimeLimitMs: number;
  /** What a plugin may put out in one call; a stream, in proportion to its input when that is more. */
  readonly maxOutputBytes: number;
  /** HOST or HOST:PORT that plugins may send requests to. */
  readonly allowNet: readonly string[];
  /** Environment variables that plugins may see, with their values. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where `cache` keeps its entries; undefined: only in memory. */
  readonly cacheFile: string | undefined;
  readonly events: EventFields;
  /** --store: the store that a Slung program writes to and asks. Undefined: a table in memory. */
  readonly store: StoreSettings | undefined;
  /** `ws://HOST:PORT` to take events from instead of files. */
  readonly listen: string | undefined;
  /** Arguments after `--`, for WASI filters and Slung programs. */
  readonly args: readonly string[];
}
