/**
 * From the fields of points, as text, to what the engine and the reader of series work with: the fields of a row in
 * the order of the specs, and for each value the series that it belongs to. Contradictions are refused here, before
 * anything is read.
 */

import { UsageError } from '../../config/errors.ts';
import { asUsageError } from '../../config/selector-errors.ts';
import type { PointFields } from '../../config/settings.ts';
import type { PointSpec } from '../../engine/point-engine.ts';
import type { Path } from '../../engine/program.ts';
import { timeUnitCodes } from '../../engine/time-units.ts';
import { parsePath } from '../../selector/index.ts';
import { excerpt } from '../../text/printable.ts';

/** One value of a spec: which series it is a point of. */
export interface PointValue {
  /** The field of the row with the name of the series; undefined when `name` is all of it. */
  readonly seriesField: number | undefined;
  readonly name: string;
  /** What follows the name: a point and the last key, when the spec has several values; otherwise nothing. */
  readonly suffix: string;
  /** The fields of the tags, with the last key of their paths. */
  readonly tags: readonly { readonly field: number; readonly key: string }[];
}

export interface PointPlan {
  /** Of a row, in the order that the specs expect. */
  readonly fields: readonly Path[];
  readonly specs: readonly PointSpec[];
  /** Of all specs, in their order. */
  readonly values: readonly PointValue[];
  /** The path of each spec's time. */
  readonly times: readonly string[];
  /** What says in which unit times are. */
  readonly unitFlag: string;
}

/** More than this is a mistake, and a row must have room for all. */
const MAX_FIELDS = 1000;

/**
 * @param flags what messages call the fields: `--record`, or the single flags of `store write`
 * @throws UsageError
 */
export function planPoints(points: readonly PointFields[], flags: FieldFlags, taking: Taking): PointPlan {
  const fields: Path[] = [];
  const specs: PointSpec[] = [];
  const values: PointValue[] = [];
  const times: string[] = [];
  for (const spec of points) {
    const add = (text: string, flag: string): { field: number; path: Path } => {
      const path = toPath(text, flag);
      return { field: fields.push(path) - 1, path };
    };
    const seriesField = spec.series.kind === 'path' ? add(spec.series.text, flags.series).field : undefined;
    add(spec.time, flags.time);
    times.push(spec.time);
    const keys = spec.values.map((text) => lastKey(add(text, flags.value).path));
    refuseTwice(keys, spec.values, flags.value);
    const tags = spec.tags.map((text) => {
      const { field, path } = add(text, flags.tags);
      return { field, key: lastKey(path) };
    });
    const name = spec.series.kind === 'name' ? spec.series.text : '';
    const own = keys.map((key) => ({ seriesField, name, suffix: keys.length > 1 ? `.${key}` : '', tags }));
    values.push(...own);
    const hasSeries = seriesField !== undefined;
    const unit = timeUnitCodes[spec.timeUnit];
    const names = own.map(({ suffix }) => name + suffix);
    const tagKeys = tags.map(({ key }) => key);
    specs.push({ ...taking, hasSeries, unit, values: keys.length, tags: tags.length, names, keys: tagKeys });
  }
  if (fields.length > MAX_FIELDS) {
    throw new UsageError(
      `${flags.value}: points of ${fields.length} fields are too many`,
      `${MAX_FIELDS} are possible.`,
    );
  }
  return { fields, specs, values, times, unitFlag: flags.unit };
}

/** What a series and a value may be besides a text and a number. */
export type Taking = Pick<PointSpec, 'takesNumbers' | 'takesWords'>;

/** What messages call the fields. */
export interface FieldFlags {
  readonly series: string;
  readonly time: string;
  readonly value: string;
  readonly tags: string;
  readonly unit: string;
}

/** Of `--record`, whose words are all in one text. */
export const recordFlags: FieldFlags = {
  series: '--record: series',
  time: '--record: time',
  value: '--record: value',
  tags: '--record: tags',
  unit: '--record … unit=',
};

/** Of `store write`. */
export const writeFlags: FieldFlags = {
  series: '--series',
  time: '--time',
  value: '--value',
  tags: '--tags',
  unit: '--time-unit',
};

function toPath(text: string, flag: string): Path {
  try {
    return parsePath(text);
  } catch (error) {
    throw asUsageError(error, flag);
  }
}

/** `http.latency[0]` → `latency`. */
function lastKey({ steps, text }: Path): string {
  const step = steps.findLast(({ kind }) => kind === 'key');
  return step?.kind === 'key' ? step.key : text;
}

/** Two values whose series would have the same name. */
function refuseTwice(keys: readonly string[], paths: readonly string[], flag: string): void {
  const second = keys.findIndex((key, i) => keys.indexOf(key) < i);
  if (second < 0) return;
  const first = keys.indexOf(keys[second]!);
  throw new UsageError(
    `${flag}: ${excerpt(paths[first]!)} and ${excerpt(paths[second]!)} would both be the series ….${excerpt(keys[second]!)}`,
    'The last key of a path is the name: record them one by one, under different series.',
  );
}
