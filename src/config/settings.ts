/**
 * What a run was asked to do, after flags, environment and defaults have been merged: frozen values, in parts. A part
 * is what one consumer needs (a source, an engine, a selector, the output, the bad lines, the end of a run), so that
 * nobody is given what it has no use for. The CLI and the library put parts together; everything below reads them and
 * nothing changes them. The file is longer than others because all parts are in it.
 */
import type { CellForm, Sample } from '../engine/program.ts';
import type { Choice } from './rules.ts';

/**
 * `name=path` of -f/--fields or --columns, still as text. Without `=`, name and path are the same text, except that a
 * path of one quoted key names its column without the quotes.
 */
export interface FieldSetting {
  readonly name: string;
  readonly path: string;
}

export type OutputFormat = Choice<'to'>;
export type OnError = Choice<'onError'>;
export type StatsFormat = Choice<'stats'>;
export type ErrorsFormat = Choice<'errors'>;
export type ColorWhen = Choice<'color'>;

// ---- parts ---------------------------------------------------------------------------------------------------------

/** What is read: for whoever opens sources. */
export interface InputSettings {
  /** Files in the order they are read; `-` is standard input. Never empty. */
  readonly inputs: readonly string[];
  /** How they become one record a line; undefined: they are. */
  readonly conversion?: Conversion | undefined;
}

/** In which form records are read, when that is not one a line. */
export interface Conversion {
  readonly from: Choice<'from'>;
  /** Between the cells of csv: one ASCII character. */
  readonly delimiter: string;
  /** What the cells of csv and tsv are. */
  readonly types: Choice<'types'>;
  /** Of ndjson: text before the record of each line is kept as a member of this name, or dropped (`drop`). */
  readonly prefix: string | undefined;
}

/** How lines are cut into batches, and what a line may be: for feeds, and for the engines that batches are cut for. */
export interface BatchSettings {
  readonly batchBytes: number;
  /** Undefined: no limit but batchBytes. */
  readonly batchRecords: number | undefined;
  readonly batchAgeMs: number;
  readonly maxRecordBytes: number;
  readonly maxDepth: number;
}

/** Which records are meant: for what selects, and for the hints about it. */
export interface SelectionSettings {
  /** Selector expressions; a record passes when all of them hold. */
  readonly where: readonly string[];
  /** How they read times that are numbers. Default: by the size of each. */
  readonly timeUnit?: TimeUnit | undefined;
  /** What the names of files in them are relative to. Default: where the program runs. */
  readonly directory?: string | undefined;
  /** Lines that cannot match by the look of them are not read as JSON. Undefined: where nobody can ask for it. */
  readonly unchecked?: boolean | undefined;
  /** Of those, only a sample; undefined: all. */
  readonly sample?: Sample | undefined;
}

/** Edits as they were typed; selector/edits.ts reads them. */
export interface EditSettings {
  readonly drop: readonly string[];
  readonly set: readonly string[];
  readonly rename: readonly string[];
  readonly flatten: string | undefined;
  readonly explode: string | undefined;
}

/** What is written of a record, and how: for what projects records and writes them as text. */
export interface OutputSettings {
  /**
   * -f/--fields: project these. Undefined: the record passes as it is (ndjson) or with the columns found (csv, tsv).
   */
  readonly fields: readonly FieldSetting[] | undefined;
  /** --columns: the csv/tsv header when there is no -f. */
  readonly columns: readonly FieldSetting[] | undefined;
  /** --drop, --set, --rename, --flatten and --explode, as typed. Undefined: none of them. */
  readonly edits?: EditSettings | undefined;
  readonly to: OutputFormat;
  /** False with --no-header. */
  readonly header: boolean;
  readonly csvStrict: boolean;
  /**
   * The columns are those of all records: files are read twice. Only for csv and tsv without `fields` and `columns`.
   */
  readonly unsparsify: boolean;
  /** Of csv, tsv and raw text; undefined: as the format says. */
  readonly cells?: CellForm | undefined;
  /** A byte order mark comes first. */
  readonly bom?: boolean | undefined;
  /** The run ends after so many records. Undefined: it reads all. */
  readonly limit?: number | undefined;
  /** Only the number of the records is output. */
  readonly isCount?: boolean | undefined;
}

/** What of the form of csv and tsv a route or a sink says, and whether a byte order mark comes first. */
export type CellChoices = Partial<Omit<CellForm, 'isRaw'>> & Pick<OutputSettings, 'bom'>;

/** Where output goes: for whoever opens it. */
export interface SinkSettings {
  /** A file's path, or `-` for standard output. */
  readonly output: string;
  /** What is written is laid out for people; undefined: it is as it is. */
  readonly view?: View | undefined;
}

/** Records as people read them. */
export interface View {
  readonly kind: 'pretty' | 'table';
  /** Styles for what is output; undefined: none. */
  readonly styles: ViewStyles | undefined;
  /** Of a table: columns of the terminal, undefined where there is none. */
  readonly width: number | undefined;
  /** Without it, ASCII only. */
  readonly isUtf8: boolean;
  /** Of a table. */
  readonly header: boolean;
}

type Style = (text: string) => string;

/** Each returns its text with escape sequences around it. */
export interface ViewStyles {
  readonly key: Style;
  readonly string: Style;
  readonly number: Style;
  /** true, false and null. */
  readonly word: Style;
  readonly strong: Style;
}

/** What becomes of bad lines: for what finds, counts and reports them. */
export interface RejectSettings {
  readonly onError: OnError;
  /** Bad lines that were left out make exit code 1; not when it was asked for that they are (`--on-error skip`). */
  readonly badLinesFail: boolean;
  /** --rejects: where they are kept. */
  readonly rejectsFile: string | undefined;
  /** The run stops when more lines than this were rejected. Undefined: no limit. */
  readonly maxErrors: number | undefined;
}

/** What a run reports when it is over. */
export interface ReportSettings {
  readonly stats: StatsFormat;
  /** -e: exit 4 when nothing was output. */
  readonly exitStatus: boolean;
}

/** How people are talked to: for the terminal. */
export interface TalkSettings {
  /** How errors and warnings are written. */
  readonly errors: ErrorsFormat;
  readonly quiet: boolean;
  /** How often -v was given. */
  readonly verbose: number;
  readonly color: ColorWhen;
}

// ---- the store -----------------------------------------------------------------------------------------------------

export type Durability = Choice<'durability'>;

/** A store that is written to. */
export interface StoreSettings {
  readonly directory: string;
  readonly durability: Durability;
  /** --retain; undefined: everything is kept. */
  readonly retainMs: number | undefined;
  /** --same-time: which points hold that a run writes with the same series and time. */
  readonly sameTime: Choice<'sameTime'>;
}

/**
 * Which fields of a record are points of a history: `series=http.latency time=ts value=duration tags=service,region`.
 */
export interface PointFields {
  /** The name itself, or the path of the field that has it. */
  readonly series: { readonly kind: 'name' | 'path'; readonly text: string };
  /** A path, like all below. */
  readonly time: string;
  /** One series each when there are several: the name, a point, and the last key of the path. */
  readonly values: readonly string[];
  /** An array of strings gives its items, an object `key=value` for each member, anything else `last key=value`. */
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

// ---- plugins -------------------------------------------------------------------------------------------------------

export type PluginAbi = 'tangent-component' | 'tangent-core' | 'slung' | 'wasi';
export type OnPluginError = Choice<'onPluginError'>;
export type TimeUnit = Choice<'timeUnit'>;

/** How a plugin's file was found, for messages. */
export interface PluginNote {
  /** `verbose`: with -v only. */
  readonly level: 'warn' | 'verbose';
  readonly text: string;
}

/** Which fields of a record are a Slung event. */
export interface EventFields {
  readonly time: string;
  readonly value: string;
  readonly series: string;
  readonly tags: string;
  readonly timeUnit: TimeUnit;
}

/** How much one instance of a plugin may use. */
export interface SandboxLimits {
  /** The most memory that one instance may have. */
  readonly memoryBytes: number;
  /** The longest time of one call into a plugin. */
  readonly timeLimitMs: number;
  /** The longest time until a plugin is compiled. */
  readonly loadLimitMs: number;
  /** How long a plugin may wait for the network in one call, all its requests together. */
  readonly networkTimeLimitMs: number;
  /** What a plugin may output in one call; a stream, in proportion to its input when that is more. */
  readonly maxOutputBytes: number;
}

/** What a plugin may reach. */
export interface PluginGrants {
  /** HOST or HOST:PORT that it may send requests to; directories that a WASI filter may read, under the typed name. */
  readonly allowNet: readonly string[];
  readonly allowRead: readonly { readonly name: string; readonly path: string }[];
  /** Environment variables that it may see, with their values. */
  readonly environment: Readonly<Record<string, string>>;
  /** --store: the store that a Slung program writes to and asks. Undefined: a table in memory. */
  readonly store: StoreSettings | undefined;
}

/** How a plugin is run. One flag sets it for all plugins of a run, and each has its own all the same. */
export interface PluginConduct {
  /** Instances that work at a time. */
  readonly lanes: number;
  readonly unmatched: Choice<'unmatched'>;
  readonly onPluginError: OnPluginError;
  /** What is shown of its standard error. */
  readonly pluginStderr: Choice<'pluginStderr'>;
  /** What it outputs is not looked at, where it is the last one. */
  readonly uncheckedOutput: boolean;
  readonly limits: SandboxLimits;
  readonly grants: PluginGrants;
  readonly events: EventFields;
  /** Arguments after `--`, for WASI filters and Slung programs. */
  readonly args: readonly string[];
}

/** One plugin of a run, found and read. */
export interface PluginSetting extends PluginConduct {
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

/** Who may send events, and where to. */
export interface ListenSettings {
  /** `ws://HOST:PORT` to take events from instead of files. */
  readonly url: string;
  /** What a producer has to show; undefined: nothing. */
  readonly token: string | undefined;
  /** Origins of web pages that may connect, as browsers write them; `*` is all. */
  readonly origins: readonly string[];
}

// ---- runs ----------------------------------------------------------------------------------------------------------

/** What every command has that reads records. */
export interface ReadingSettings {
  readonly input: InputSettings;
  readonly batches: BatchSettings;
  /** Of `slung run`, in front of the first plugin. */
  readonly selection: SelectionSettings;
  readonly rejects: RejectSettings;
  readonly report: ReportSettings;
  readonly talk: TalkSettings;
}

/** What is done with the records that pass: written, and perhaps remembered. */
export interface WritingSettings {
  /** Of `slung run`, of what the last plugin outputs. */
  readonly output: OutputSettings;
  readonly sink: SinkSettings;
  /** --record: numbers of the records that pass are remembered. Undefined: none are. */
  readonly record: RecordSettings | undefined;
}

/** One run of `slung select`. */
export interface SelectSettings extends ReadingSettings, WritingSettings {
  /** The most engines that work at a time. Undefined: one for each core, which are counted when it matters. */
  readonly lanes: number | undefined;
}

/** One run of `slung store write`. Nothing is output. */
export interface WriteSettings extends ReadingSettings {
  readonly record: RecordSettings;
}

/** One run of `slung run`. */
export interface RunSettings extends ReadingSettings, WritingSettings {
  /** In the order of the chain; never empty. */
  readonly plugins: readonly PluginSetting[];
  /** Where `cache` keeps its entries; undefined: only in memory. */
  readonly cacheFile: string | undefined;
  /** Events come from producers instead of files. */
  readonly listen: ListenSettings | undefined;
}
