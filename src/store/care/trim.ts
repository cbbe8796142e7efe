/**
 * Drops old points, even on a full disk. Whole segments go first, before anything that needs room: not even the log is
 * turned into segments. Then segments that are partly old are rewritten, the smallest first, each in the room that
 * those before it have freed.
 */
import type { Files } from '../files/files.ts';
import type { StoreOptions } from '../options.ts';
import { openStore } from '../store.ts';
import { type MaintainReport, Maintenance } from './maintain.ts';

/**
 * Drops every point before the moment.
 * @throws StoreError; whole segments that are old are gone all the same, unless they cannot be
 */
export function trimStore(files: Files, options: StoreOptions, beforeUs: bigint): MaintainReport {
  let whole: MaintainReport | undefined;
  const store = openStore(files, options, (parts, manifest) => {
    const work = new Maintenance(parts, manifest);
    work.expire(beforeUs);
    whole = work.report;
    return work.manifest;
  });
  try {
    const rest = store.maintain((work) => work.cut(beforeUs));
    return whole === undefined ? rest : sumOf(whole, rest);
  } finally {
    store.close();
  }
}

function sumOf(first: MaintainReport, then: MaintainReport): MaintainReport {
  return {
    merged: first.merged + then.merged,
    made: first.made + then.made,
    dropped: first.dropped + then.dropped,
    pointsDropped: first.pointsDropped + then.pointsDropped,
    // What opening has made of the log was there before, as a log.
    bytesBefore: first.bytesBefore - first.bytesAfter + then.bytesBefore,
    bytesAfter: then.bytesAfter,
  };
}
