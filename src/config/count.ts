/**
 * From what was typed to what it means, for `slung count`: it reads as `select` does, and outputs one row for each
 * group. The columns are the window, the parts of the key, the count, and the measures in the order of their options.
 */
import { excerpt } from '../text/printable.ts';
import { refuseOddDelimiter } from './conversion.ts';
import { UsageError } from './errors.ts';
import { splitFields } from './fields.ts';
import type { Resolved } from './layers.ts';
import { readingSettings } from './parts.ts';
import { checkReading, refuseKeep } from './select.ts';
import type { FieldSetting, ReadingSettings, TimeUnit } from './settings.ts';

/** A column of `slung count` that is computed of the numbers of a group. */
export interface Measure {
  readonly name: string;
  readonly path: string;
  readonly kind: 'sum' | 'avg' | 'min' | 'max' | 'percentile';
  /** Of a percentile: 0 to 100. */
  readonly percent: number | undefined;
}

/** What `slung count` counts, and what it shows of it. */
export interface CountQuery {
  /** The parts of the key; empty: there is one group. */
  readonly by: readonly FieldSetting[];
  readonly measures: readonly Measure[];
  /** Groups are apart by time; undefined: they are not. */
  readonly windows: { readonly everyUs: bigint; readonly time: string; readonly timeUnit: TimeUnit } | undefined;
  /** The names of all columns, in their order. */
  readonly columns: readonly string[];
  /** The column that says the order of the rows. */
  readonly sort: string;
  /** So many rows, in each window; undefined: all. */
  readonly top: number | undefined;
  readonly maxGroups: number;
}

/** One run of `slung count`. */
export interface CountSettings extends ReadingSettings {
  /** See SelectSettings. */
  readonly lanes: number | undefined;
  /** Files are read on until a signal ends the run. */
  readonly follow: boolean;
  readonly count: CountQuery;
}

/** The percentiles that have an option. */
export const percentiles = [50, 75, 90, 95, 99] as const;

const measureFlags: readonly { readonly key: string; readonly measure: Pick<Measure, 'kind' | 'percent'> }[] = [
  ...(['sum', 'avg', 'min', 'max'] as const).map((kind) => ({ key: kind, measure: { kind, percent: undefined } })),
  ...percentiles.map((percent) => ({ key: `p${percent}`, measure: { kind: 'percentile' as const, percent } })),
];

/** @throws UsageError for what cannot be followed */
function followOf(resolved: Resolved, files: readonly string[]): boolean {
  if (!resolved.boolean('follow')) return false;
  const name = resolved.originText('follow');
  if (files.length === 0 || files.includes('-')) {
    throw new UsageError(
      `${name} needs files`,
      'Standard input is read as it comes, and there is no going back in it.',
    );
  }
  const form = ['from', 'prefix'].find((key) => resolved.isFlag(key));
  if (form === undefined) return true;
  throw new UsageError(
    `${resolved.originText(form)} cannot be combined with ${name}`,
    'A file in another form is read once, from its beginning to its end.',
  );
}

/** More than this is a mistake, and a row must have room for all. */
const MOST_FIELDS = 64;
const US_PER_MS = 1000;

/**
 * The settings of one `slung count`. `files` are the operands as typed; none means standard input.
 * @throws UsageError when settings contradict each other
 */
export function countSettings(resolved: Resolved, files: readonly string[]): CountSettings {
  refuseKeep(resolved);
  refuseOddDelimiter(resolved);
  checkReading(resolved, files, '-');
  const follow = followOf(resolved, files);
  const by = fieldsOf(resolved, 'by');
  const measures = measureFlags.flatMap(({ key, measure }) => measuresOf(resolved, key, measure));
  if (by.length + measures.length > MOST_FIELDS) {
    throw new UsageError(
      `--by and the measures name ${by.length + measures.length} fields`,
      `${MOST_FIELDS} are possible.`,
    );
  }
  const windows = windowsOf(resolved);
  const columns = [
    ...(windows === undefined ? [] : ['time']),
    ...by.map(({ name }) => name),
    'count',
    ...measures.map(({ name }) => name),
  ];
  refuseTwice(columns);
  const sort = resolved.text('sort');
  if (!columns.includes(sort)) {
    throw new UsageError(
      `${resolved.originText('sort')}: there is no column ${excerpt(sort)}`,
      `The columns are ${columns.map((name) => excerpt(name)).join(', ')}.`,
    );
  }
  return Object.freeze({
    ...readingSettings(resolved, files),
    // What is followed comes slowly, and the table is drawn of what one engine has counted.
    lanes: follow ? 1 : resolved.optionalNumber('lanes'),
    follow,
    count: Object.freeze({
      by,
      measures,
      windows,
      columns,
      sort,
      top: resolved.optionalNumber('top'),
      maxGroups: resolved.number('maxGroups'),
    }),
  });
}

function fieldsOf(resolved: Resolved, key: string): readonly FieldSetting[] {
  if (!resolved.has(key)) return [];
  return Object.freeze(splitFields(resolved.list(key).join(','), resolved.originText(key)));
}

/** A measure without a name of its own is called by what it is and its path: `sum_bytes`. */
function measuresOf(resolved: Resolved, key: string, measure: Pick<Measure, 'kind' | 'percent'>): readonly Measure[] {
  const own = (name: string, path: string): string => (name === path.replaceAll(/["']/g, '') ? `${key}_${name}` : name);
  return fieldsOf(resolved, key).map(({ name, path }) => ({ ...measure, name: own(name, path), path }));
}

function windowsOf(resolved: Resolved): CountSettings['count']['windows'] {
  const everyMs = resolved.optionalNumber('every');
  if (everyMs === undefined) {
    for (const key of ['timeField', 'timeUnit']) {
      // A path of times is of use to --since, and their unit to any condition.
      if (!resolved.isFlag(key) || resolved.has('since') || resolved.has('until')) continue;
      if (key === 'timeUnit' && resolved.has('where')) continue;
      throw new UsageError(`${resolved.originText(key)} needs --every`, 'For example: --every 1m --time ts');
    }
    return undefined;
  }
  const everyUs = BigInt(Math.round(everyMs * US_PER_MS));
  return Object.freeze({ everyUs, time: resolved.text('timeField'), timeUnit: resolved.choice('timeUnit') });
}

function refuseTwice(columns: readonly string[]): void {
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new UsageError(
    `two columns are named ${excerpt(twice)}`,
    `Rename one of them: --by ${twice === 'count' || twice === 'time' ? `my_${twice}` : 'name'}=PATH, --sum name=PATH`,
  );
}
