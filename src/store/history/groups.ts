/**
 * BY: the series of all sets, in groups by the values of some tags' keys. A tag `key=value` gives the key a value; of
 * several with the same key the first counts, and a series without one is in the group where the value is undefined.
 */
import { tagValue } from '../../query/index.ts';
import { excerpt } from '../../text/printable.ts';
import { StoreError } from '../errors.ts';
import type { SeriesSet } from './series-set.ts';

export interface Group {
  /** In the order of BY's keys. */
  readonly values: readonly (string | undefined)[];
  /** For each set the series in it; undefined: all of them. */
  readonly members: readonly (readonly number[] | undefined)[];
}

/**
 * Groups in order of their values' UTF-8 bytes, undefined first. Without keys there is one group.
 * @param most groups
 * @throws StoreError `invalid` when there are more
 */
export function groupSeries(
  sets: readonly SeriesSet[],
  by: readonly string[],
  most: number = Number.POSITIVE_INFINITY,
): readonly Group[] {
  if (by.length === 0) return [{ values: [], members: sets.map(() => undefined) }];
  const groups = new Map<string, { values: (string | undefined)[]; members: number[][] }>();
  for (const [index, set] of sets.entries()) {
    const same = set.found === undefined ? -1 : sets.findIndex(({ found }) => found === set.found);
    if (same >= 0 && same < index) {
      for (const { members } of groups.values()) members[index] = members[same]!;
      continue;
    }
    for (let series = 0; series < set.count; series++) {
      const { tags } = set.key(series);
      const values = by.map((key) => tagValue(tags, key));
      const name = JSON.stringify(values.map((value) => value ?? null));
      let group = groups.get(name);
      if (group === undefined) {
        if (groups.size >= most) throw tooMany(by, most);
        group = { values, members: sets.map(() => []) };
        groups.set(name, group);
      }
      group.members[index]!.push(series);
    }
  }
  const sortable = [...groups.values()].map((group) => ({ group, bytes: sortKey(group.values) }));
  return sortable.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ group }) => group);
}

function tooMany(by: readonly string[], most: number): StoreError {
  const keys = excerpt(by.join(', '));
  return new StoreError('invalid', `BY ${keys} gives more than ${most} groups, and all of them have to be in memory`, {
    hint: 'Ask for fewer series, or by a key with fewer values; --max-groups N allows more.',
  });
}

/**
 * Bytes that sort like the values: 0 for none; 1, the text and 0 for one. A zero in a text makes no two of them equal.
 */
function sortKey(values: readonly (string | undefined)[]): Buffer {
  return Buffer.from(values.map((value) => (value === undefined ? '\0' : `\u0001${value}\0`)).join(''));
}
