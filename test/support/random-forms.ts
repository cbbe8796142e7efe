/** Random forms of output for oracles, what each should make of a record, and how it is read back. */

import { readCsv, readTsv } from './delimited.ts';
import type { Chance } from './mutate.ts';
import { type AskedPath, randomPath } from './random-paths.ts';
import { cellText, pick, type Value } from './random-records.ts';

export interface Form {
  readonly to: 'lines' | 'nothing' | 'ndjson' | 'csv' | 'tsv';
  /** The first is called c0, the second c1; `lines` and `nothing` have no use for them. */
  readonly paths: readonly AskedPath[];
}

/** @param ground records that the paths shall be in, and keys that they may have */
export function randomForm(ground: {
  readonly chance: Chance;
  readonly records: readonly Value[];
  readonly keys: readonly string[];
}): Form {
  const { chance, records, keys } = ground;
  const to = pick(chance, ['lines', 'lines', 'lines', 'nothing', 'ndjson', 'csv', 'tsv'] as const);
  return { to, paths: Array.from({ length: 1 + chance(4) }, () => randomPath(chance, pick(chance, records), keys)) };
}

/** What should be written of a record, as readForm reads it; of csv and tsv the cells. */
export function written({ to, paths }: Form, record: Value): unknown {
  if (to === 'lines' || to === 'nothing') return record.text;
  if (to !== 'ndjson') return paths.map((path) => cellText(path.find(record)));
  const members = paths.flatMap((path, i) => {
    const value = path.find(record);
    return value === undefined ? [] : [`"c${i}":${value.text}`];
  });
  return `{${members.join(',')}}`;
}

/** What was written, one entry for each record. */
export function readForm({ to }: Form, text: string): unknown[] {
  if (to === 'csv') return readCsv(text);
  return to === 'tsv' ? readTsv(text) : text.split('\n').slice(0, -1);
}
