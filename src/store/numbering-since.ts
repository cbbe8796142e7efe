/** How the points of a log are numbered, according to its header: from which segments the numbers continue. */
import type { SegmentInfo } from './files/manifest.ts';
import { KEEPS_LAST, Numbering } from './numbering.ts';
import { overlaps } from './partition.ts';
import type { StoreParts } from './parts.ts';
import type { SegmentReader } from './segment/reader.ts';

/**
 * The numbering of a table whose points are in a log, or will be. Undefined: the last of a time holds.
 * @param since LogHeader.since
 * @param segments all that there are, at the moment of a call
 * @param isOwnRun all of the segments that count were made of the table since it was made
 */
export function numberingSince(
  since: number,
  { kernel, names, segments: pool, table }: Pick<StoreParts, 'kernel' | 'names' | 'segments' | 'table'>,
  segments: () => readonly SegmentInfo[],
  isOwnRun = false,
): Numbering | undefined {
  if (since === KEEPS_LAST) return undefined;
  let known: { readonly readers: readonly SegmentReader[]; readonly key: string } = { readers: [], key: '' };
  // Asked for every series: only segments that share time with the table are opened, and once. A new one has a new
  // number.
  const earlier = () => {
    const infos = segments();
    const key = `${table.version} ${infos.length} ${infos.at(-1)?.number}`;
    if (known.key === key) return known.readers;
    const span = { firstTimeUs: table.oldestUs, lastTimeUs: table.newestUs };
    const readers = infos.filter((info) => info.age >= since && overlaps(info, span)).map((info) => pool.reader(info));
    known = { readers, key };
    return readers;
  };
  const mayFollow = isOwnRun ? (id: number) => table.wasCleared(id) : undefined;
  return new Numbering(kernel, (id) => names.keyBytes(id), earlier, mayFollow);
}
