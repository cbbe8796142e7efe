/**
 * Which series a record belongs to, read properly: escapes undone, tags as a set. This happens once for each way in
 * which a series and its tags are written; from then on the engine knows the spelling (engine/asm/points-series.ts).
 */
import { BAD_TAGS } from '../../engine/event-layout.ts';
import * as L from '../../engine/layout.ts';
import type { PointEngine, RowField } from '../../engine/point-engine.ts';
import { BAD_SERIES_LONG, ID_REFUSED, SPELLING_BYTES } from '../../engine/point-layout.ts';
import { StoreError } from '../../store/errors.ts';
import type { PointValue } from './fields.ts';

/** A string, or anything that is neither white space nor punctuation: the tokens of valid JSON. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s,:{}[\]"]+/g;

/**
 * The tags that a field gives: the items of an array of strings, `k=v` for the members of an object of scalars,
 * `key=value` of anything else. Null and what is absent give none. Numbers stay as they are written.
 * @param text JSON, known to be valid
 * @returns undefined when it is neither
 */
export function tagsOf(kind: number, text: string, key: string): readonly string[] | undefined {
  if (kind <= L.KIND_NULL) return [];
  if (kind !== L.KIND_ARRAY && kind !== L.KIND_OBJECT) return [`${key}=${scalar(text)}`];
  const parts = text.match(tokens)!.slice(1, -1);
  if (parts.some((part) => part.length === 1 && '{}[]'.includes(part))) return undefined;
  if (kind === L.KIND_ARRAY) {
    return parts.every((part) => part.startsWith('"')) ? parts.map(scalar) : undefined;
  }
  const tags: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const value = parts[i + 1]!;
    if (value !== 'null') tags.push(`${scalar(parts[i]!)}=${scalar(value)}`);
  }
  return tags;
}

/** A scalar as text: a string without quotes and escapes, anything else as it is. */
function scalar(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

const textOf = ({ bytes }: RowField): string => Buffer.from(bytes).toString();

/** The number of a series in the store. */
export type SeriesId = (name: string, tags: readonly string[]) => number;

/**
 * The series of the row at which the engine has stopped.
 * @returns its number in the store, or ID_REFUSED + BAD_*
 */
export function readSeries(engine: PointEngine, values: readonly PointValue[], seriesId: SeriesId): number {
  const { seriesField, name, suffix, tags } = values[engine.unknownValue]!;
  const fields = tags.map(({ field, key }) => ({ key, its: engine.unknownField(field) }));
  const series = seriesField === undefined ? undefined : engine.unknownField(seriesField);
  const bytes = fields.reduce((sum, { its }) => sum + its.bytes.length, series?.bytes.length ?? 0);
  if (bytes > SPELLING_BYTES) return ID_REFUSED + BAD_SERIES_LONG;
  const all: string[] = [];
  for (const { its, key } of fields) {
    const found = tagsOf(its.kind, textOf(its), key);
    if (found === undefined) return ID_REFUSED + BAD_TAGS;
    all.push(...found);
  }
  try {
    return seriesId((series === undefined ? name : scalar(textOf(series))) + suffix, all);
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'invalid') throw error;
    return ID_REFUSED + BAD_SERIES_LONG;
  }
}
