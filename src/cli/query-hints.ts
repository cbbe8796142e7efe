/**
 * Why a query found nothing, as far as that is known: no series of that name (and one that is nearly called so), none
 * with these tags, or no point in the range (and where the points are). One or two lines; read only when nothing was
 * found.
 */
import { timeText } from '../format/times.ts';
import { nameMatch, type Query, unitHint } from '../query/index.ts';
import { nearest } from '../selector/suggest.ts';
import { excerpt, quoted } from '../text/printable.ts';
import type { OpenSnapshot, SeriesRow, StoreApi } from './store/api.ts';
import { storeHint } from './store/arguments.ts';
import type { World } from './world.ts';

/** Names that are compared with a misspelt one; more take longer than a person waits for a hint. */
const MOST_NAMES = 100_000;
/** The tags of so many series are shown as examples. */
const SHOWN_TAGS = 3;

/** What to say. @param isSeveral more than one store was asked @throws StoreError */
export function explainNothing(
  store: StoreApi,
  snapshot: OpenSnapshot,
  query: Query,
  world: Pick<World, 'fileExists' | 'nowUs'>,
  nowUs = world.nowUs(),
  isSeveral = false,
): string {
  const match = nameMatch(query);
  const names = namesOf(snapshot);
  if (names.size === 0) return isSeveral ? 'all of these stores are empty' : 'the store is empty';
  if (![...names].some(match.matches)) return noSeries(query, names, world, isSeveral);
  const named = { ...query, tags: undefined, range: undefined };
  const fitting = timesOf(store.listSeries(snapshot, { ...named, tags: query.tags }));
  return fitting === undefined ? noTags(query, store.listSeries(snapshot, named)) : noTimes(fitting, query, nowUs);
}

function namesOf(snapshot: OpenSnapshot): Set<string> {
  const names = new Set<string>();
  const matches = (name: string): boolean => {
    if (names.size < MOST_NAMES) names.add(name);
    return false;
  };
  for (const source of snapshot.sources) source.find({ exact: undefined, matches });
  return names;
}

function noSeries(
  { series }: Query,
  names: ReadonlySet<string>,
  world: Pick<World, 'fileExists'>,
  isSeveral: boolean,
): string {
  const near = nearest(series, names);
  const store = storeHint(series, world);
  if (store !== undefined) return `nothing found: no series is called ${quoted(series)}\n${store}`;
  const list = isSeveral
    ? 'slung store ls --store DIR shows what there is in each of the stores'
    : 'slung store ls shows what there is';
  const next = near === undefined ? list : `did you mean ${excerpt(near)}?`;
  const where = isSeveral ? ', in none of the stores' : '';
  return `nothing found: no series is called ${quoted(series)}${where}\n${next}`;
}

function noTags({ series }: Query, others: Iterable<SeriesRow>): string {
  // Several stores may have the same ones.
  const shown = new Set<string>();
  for (const { key } of others) {
    const tags = `[${excerpt(key.tags.join(' '))}]`;
    if (shown.size === SHOWN_TAGS && !shown.has(tags)) {
      shown.add('…');
      break;
    }
    shown.add(tags);
  }
  return `nothing found: ${quoted(series)} has no such tags\nits tags are ${[...shown].join(', ')}`;
}

/** From when to when there are points; of many series none is kept. */
interface Times {
  first: bigint | undefined;
  last: bigint | undefined;
}

/** Undefined when there are no series. */
function timesOf(rows: Iterable<SeriesRow>): Times | undefined {
  let times: Times | undefined;
  for (const { firstTimeUs, lastTimeUs } of rows) {
    times ??= { first: undefined, last: undefined };
    if (firstTimeUs !== undefined && (times.first === undefined || firstTimeUs < times.first))
      times.first = firstTimeUs;
    if (lastTimeUs !== undefined && (times.last === undefined || lastTimeUs > times.last)) times.last = lastTimeUs;
  }
  return times;
}

function noTimes({ first, last }: Times, query: Query, nowUs: bigint): string {
  const hint = unitHint(query);
  if (hint !== undefined) return `nothing found in this range\n${hint}`;
  if (first === undefined || last === undefined) return 'nothing found: these series have no points';
  const ahead = first > nowUs ? ', all later than now' : '';
  return `nothing found in this range\nthe points are from ${timeText(first)} to ${timeText(last)}${ahead}`;
}
