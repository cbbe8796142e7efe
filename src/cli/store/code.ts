/**
 * src/store as the commands see it (api.ts): directories instead of open files, queries instead of matches, and
 * stores that are opened, used and closed in one call. Loaded when a command needs a store.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { foldersOf, isPattern } from '../../io/glob.ts';
import { matchesTags, parseQuery, type Query } from '../../query/index.ts';
import { selectionOf } from '../../store/history/query.ts';
import { spanOf } from '../../store/history/span.ts';
import {
  type Asked,
  deletePoints,
  describeStore,
  FULL_COMPACTION,
  listSeries,
  type MaintainReport,
  type Maintenance,
  NodeFiles,
  openSnapshot,
  openStore,
  openTogether,
  pointsOf,
  repairStore,
  runQuery,
  type SeriesInfo,
  StoreError,
  trimStore,
  usualLimits,
  verifyStore,
  wouldDelete,
} from '../../store/index.ts';
import { excerpt } from '../../text/printable.ts';
import type { OpenSnapshot, StoreApi } from './api.ts';
import { optionsOf, type StoreClock } from './open.ts';

const filesOf = (directory: string): NodeFiles => NodeFiles.open(directory, { create: false });

function* taggedSeries(all: Iterable<SeriesInfo>, { tags }: Query): Generator<SeriesInfo> {
  for (const info of all) if (matchesTags(tags, info.key.tags)) yield info;
}

/**
 * The directories that are named, each once, where it is named last: of two stores the later one holds.
 * @throws StoreError `missing` for a pattern that no directory fits
 */
function directoriesOf(named: readonly string[]): readonly string[] {
  const byPath = new Map<string, string>();
  for (const name of named.flatMap(foldersNamed)) {
    byPath.delete(resolve(name));
    byPath.set(resolve(name), name);
  }
  return [...byPath.values()];
}

function foldersNamed(name: string): readonly string[] {
  if (!isPattern(name) || existsSync(name)) return [name];
  const folders = foldersOf(name);
  if (folders.length > 0) return folders;
  const hint = 'In --store, * and ? stand for characters of names of directories; each of these is a store.';
  throw new StoreError('missing', `${excerpt(name)}: no directory fits this pattern`, { hint });
}

/** No point is in it. */
const NO_TIME = { fromUs: 0n, toUs: -1n };

/** A store that is tended: what is changed is safe when the command is over, and no point is dropped by its age. */
const tended = { durability: 'batch', retainMs: undefined, sameTime: 'keep' } as const;

/** The store code, for commands. @param warn gets what is odd and no error */
export function storeCode(clock: StoreClock, warn: (text: string) => void): StoreApi {
  /** Opens the store that is there, and closes it in any case. */
  const maintained = (directory: string, work: (maintenance: Maintenance) => void): MaintainReport => {
    const options = optionsOf(tended, clock, warn);
    const store = openStore(filesOf(directory), options);
    try {
      return store.maintain(work);
    } finally {
      store.close();
    }
  };
  const trimmed = (directory: string, beforeUs: bigint): MaintainReport => {
    const options = optionsOf(tended, clock, warn);
    return trimStore(NodeFiles.open(directory, { create: false, makesRoom: true }), options, beforeUs);
  };
  const api: StoreApi<Asked> = {
    openSnapshot: (directory) => openSnapshot(filesOf(directory)),
    openStores: (named) => openTogether(directoriesOf(named).map(filesOf)),
    runQuery: (snapshot, query, nowUs, maxGroups) =>
      runQuery(snapshot, query, nowUs, { ...usualLimits, groups: maxGroups }),
    listSeries: (snapshot, query) => taggedSeries(listSeries(snapshot, selectionOf(query).name), query),
    exportPoints: (snapshot, query, nowUs) => {
      const span = spanOf(query, nowUs);
      return span === undefined ? [] : pointsOf(snapshot, selectionOf(query), span);
    },
    describe: (directory) => describeStore(filesOf(directory)),
    verify: (directory, report) => verifyStore(filesOf(directory), report),
    compact: (directory, { coldBeforeUs }) =>
      maintained(directory, (work) => {
        work.compact(FULL_COMPACTION);
        if (coldBeforeUs !== undefined) work.chill(coldBeforeUs);
      }),
    trim: (directory, { beforeUs, isDryRun }) =>
      isDryRun ? wouldTrim(directory, beforeUs) : trimmed(directory, beforeUs),
    delete: (directory, query, { nowUs, isDryRun }) => {
      const span = spanOf(query, nowUs);
      const files = filesOf(directory);
      if (isDryRun || span === undefined) return wouldDelete(files, selectionOf(query), span ?? NO_TIME);
      const options = optionsOf(tended, clock, warn);
      return deletePoints(files, options, selectionOf(query), span);
    },
    repair: (directory, options) => repairStore(filesOf(directory), options),
  };
  // A snapshot only ever comes from `openSnapshot` of the same value.
  return api as unknown as StoreApi<OpenSnapshot>;
}

/** What `trim` would do: counted, not done. */
function wouldTrim(directory: string, beforeUs: bigint): MaintainReport {
  const { segmentBytes } = describeStore(filesOf(directory));
  const snapshot = openSnapshot(filesOf(directory));
  try {
    const first = { kind: 'absolute', us: -(2n ** 63n) } as const;
    const query: Query = {
      ...parseQuery('COUNT:*:[]'),
      range: { first, second: { kind: 'absolute', us: beforeUs - 1n } },
    };
    let pointsDropped = 0;
    for (const { count } of runQuery(snapshot, query, beforeUs).rows) pointsDropped += count;
    return { merged: 0, made: 0, dropped: 0, pointsDropped, bytesBefore: segmentBytes, bytesAfter: segmentBytes };
  } finally {
    snapshot.close();
  }
}
