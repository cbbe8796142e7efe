/**
 * "did you mean `source.name`?" for a path that no record had: the start of the input is parsed once more, its paths
 * are listed as slung writes them, and the one most like the path asked for is named. It runs once, after a run that
 * matched nothing, so it may use JSON.parse; all its work is bounded nevertheless, because a record may be anything.
 */
import type { Path, PathStep } from '../engine/program.ts';
import { formatPath, spellingOf } from './paths.ts';
import { sampledRecords } from './sample.ts';
import { editDistance, editLimit } from './suggest.ts';

const maxDepth = 8;
const maxPaths = 2000;
/** Elements of an array that are looked into: lists of records are mostly alike. */
const maxElements = 4;
/** Longer paths are compared only for equality: edit distance takes quadratic time. */
const maxCompared = 128;

/**
 * The existing path nearest to one that never occurred, in path syntax.
 * @param path        the path asked for
 * @param sampleLines NDJSON bytes from the start of the input, which do not change. Lines that do not parse, such as
 *                    a last one cut short, are skipped
 * @returns undefined when nothing is near, or when the path is in the sample after all
 */
export function nearestPath(path: Path, sampleLines: Uint8Array): string | undefined {
  const known = samplePaths(sampleLines);
  const asked = path.steps.length > 0 ? path.steps : [{ kind: 'key' as const, key: path.wholeKey ?? '' }];
  const askedPlace = placeOf(asked);
  if (known.has(askedPlace)) return undefined;
  if (path.wholeKey !== undefined && known.has(placeOf([{ kind: 'key', key: path.wholeKey }]))) return undefined;
  let best: readonly PathStep[] | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const steps of known.values()) {
    const rank = rankOf(asked, steps);
    if (rank < bestRank) {
      best = steps;
      bestRank = rank;
    }
  }
  return best === undefined ? undefined : formatPath(best);
}

type Places = ReadonlyMap<string, readonly PathStep[]>;

/** What was found in a sample: several paths are looked for in the same one. */
const found = new WeakMap<Uint8Array, Places>();

/** The paths of the sample's records, first seen first, by their place; made once for each array. */
function samplePaths(sampleLines: Uint8Array): Places {
  const places = found.get(sampleLines) ?? placesOf(sampledRecords(sampleLines));
  found.set(sampleLines, places);
  return places;
}

function placesOf(records: readonly object[]): Places {
  const known = new Map<string, readonly PathStep[]>();
  for (const record of records) {
    collect(record, [], known);
    if (known.size >= maxPaths) break;
  }
  return known;
}

function collect(value: object, above: readonly PathStep[], known: Map<string, readonly PathStep[]>): void {
  const isArray = Array.isArray(value);
  const keys = isArray ? [...value.slice(0, maxElements).keys()] : Object.keys(value);
  for (const key of keys) {
    if (known.size >= maxPaths) return;
    // Half a surrogate pair cannot be written in a path.
    if (/\p{Surrogate}/u.test(String(key))) continue;
    const steps: PathStep[] = [
      ...above,
      typeof key === 'number' ? { kind: 'index', index: key } : { kind: 'key', key },
    ];
    const place = placeOf(steps);
    if (!known.has(place)) known.set(place, steps);
    const member: unknown = (value as Readonly<Record<string | number, unknown>>)[key];
    if (typeof member === 'object' && member !== null && steps.length < maxDepth) collect(member, steps, known);
  }
}

/**
 * How unlike two paths are; less is nearer, infinity is not near. Quotes are left out of the comparison, so a dotted
 * key and nested keys of the same spelling are equal. In this order: equal but for case or quotes; one edit away; the
 * same last key elsewhere; a few edits away; nearly the same last key elsewhere. Within each, fewer edits are nearer.
 */
function rankOf(asked: readonly PathStep[], candidate: readonly PathStep[]): number {
  const a = spellingOf(asked);
  const b = spellingOf(candidate);
  const aLower = a.toLowerCase();
  const bLower = b.toLowerCase();
  if (a === b) return 0;
  if (aLower === bLower) return 0.5;
  if (Math.max(a.length, b.length) > maxCompared) return Number.POSITIVE_INFINITY;
  const edits = editDistance(aLower, bLower);
  const nearness = edits / 1000;
  if (edits === 1 && a.length > 1 && b.length > 1) return 1 + nearness;
  const aLeaf = leafOf(asked);
  const bLeaf = leafOf(candidate);
  if (aLeaf === bLeaf) return 2 + nearness;
  if (edits <= editLimit(a, b) && edits < Math.min(a.length, b.length)) return 3 + nearness;
  const leafEdits = editDistance(aLeaf, bLeaf);
  if (leafEdits <= editLimit(aLeaf, bLeaf) && leafEdits < Math.min(aLeaf.length, bLeaf.length))
    return 4 + leafEdits + nearness;
  return Number.POSITIVE_INFINITY;
}

/** The last key, in lower case, of its own or behind a last dot. */
function leafOf(steps: readonly PathStep[]): string {
  const lower = spellingOf(steps).toLowerCase();
  return (
    lower
      .replace(/(?:\[[0-9]+\])+$/, '')
      .split(/[.\]]/)
      .at(-1) ?? ''
  );
}

function placeOf(steps: readonly PathStep[]): string {
  return JSON.stringify(steps.map((step) => (step.kind === 'key' ? step.key : step.index)));
}
