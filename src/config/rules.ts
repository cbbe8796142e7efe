/**
 * What a setting may be, and what it is when nobody says: once, for all who have to know. The rows of the flag table
 * have these rules in them, the options of the library are checked by them, and the types of settings are made of
 * them. What only the command line knows of a setting stands in its row and nowhere else.
 */

/**
 * `switch` is on or off; `count` is how often it was given; `text` and `file` are taken as they are; the others are
 * parsed by quantity.ts; an `age` is a duration that may also be days or weeks, an `amount` a whole number that may be
 * so many thousands or millions. A `list` may be given in several pieces and keeps every value.
 */
export type SettingType =
  | 'switch'
  | 'count'
  | 'text'
  | 'list'
  | 'file'
  | 'choice'
  | 'size'
  | 'duration'
  | 'age'
  | 'integer'
  | 'amount';

export interface Rule {
  readonly type: SettingType;
  readonly choices?: readonly string[];
  /** The least and the greatest number allowed, in the type's base unit (bytes, milliseconds, 1). */
  readonly min?: number;
  readonly max?: number;
  /** The default as a user would write it. Absent: the setting has no value, or a computed one. */
  readonly default?: string;
}

const MIB = 1024 ** 2;
const DAY_MS = 24 * 3_600_000;

/** By the setting's key. */
export const rules = {
  // ---- input
  from: { type: 'choice', choices: ['ndjson', 'json', 'csv', 'tsv'], default: 'ndjson' },
  types: { type: 'choice', choices: ['look', 'text'], default: 'look' },
  // ---- output
  to: { type: 'choice', choices: ['ndjson', 'csv', 'tsv'], default: 'ndjson' },
  header: { type: 'switch', default: 'true' },
  csvStrict: { type: 'switch', default: 'false' },
  quote: { type: 'choice', choices: ['needed', 'all'], default: 'needed' },
  // ---- bad lines
  onError: { type: 'choice', choices: ['skip', 'fail', 'keep'], default: 'skip' },
  maxErrors: { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER },
  // ---- batches
  // A lane's memory is about 38 times batchBytes and must stay well below the 4 GiB of WebAssembly.
  batchBytes: { type: 'size', min: 64, max: 16 * MIB, default: '1MiB' },
  batchRecords: { type: 'integer', min: 1, max: Number.MAX_SAFE_INTEGER },
  batchAge: { type: 'duration', min: 0, max: DAY_MS, default: '0' },
  maxRecord: { type: 'size', min: 64, max: 128 * MIB, default: '64MiB' },
  maxDepth: { type: 'integer', min: 1, max: 65_536, default: '1024' },
  // ---- talk
  stats: { type: 'choice', choices: ['none', 'human', 'json'], default: 'none' },
  errors: { type: 'choice', choices: ['text', 'json'], default: 'text' },
  color: { type: 'choice', choices: ['auto', 'always', 'never'], default: 'auto' },
  // ---- points, events and the store
  valueField: { type: 'text', default: 'value' },
  tagsField: { type: 'text', default: 'tags' },
  timeUnit: { type: 'choice', choices: ['auto', 's', 'ms', 'us', 'ns'], default: 'auto' },
  durability: { type: 'choice', choices: ['batch', 'interval', 'none'], default: 'batch' },
  sameTime: { type: 'choice', choices: ['keep', 'last'], default: 'keep' },
  // ---- plugins
  unmatched: { type: 'choice', choices: ['drop', 'pass'], default: 'drop' },
  onPluginError: { type: 'choice', choices: ['fail', 'skip', 'pass'], default: 'fail' },
  pluginStderr: { type: 'choice', choices: ['limit', 'all', 'none'], default: 'limit' },
} as const satisfies Readonly<Record<string, Rule>>;

type Rules = typeof rules;

/** The keys of settings that are one of a few words. */
export type ChoiceKey = { [K in keyof Rules]: Rules[K] extends { readonly choices: unknown } ? K : never }[keyof Rules];

/** The words that a setting can be. */
export type Choice<K extends ChoiceKey> = Rules[K]['choices'][number];
