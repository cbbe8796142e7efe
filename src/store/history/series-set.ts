/**
 * Which series a question is about, over several sources: each source is asked for the names, the tags decide, and
 * what has the same key in several sources becomes one series with several parts. Keys are sorted in every source, so
 * this is a merge and needs no table; and it keeps no object for a series, because there may be 100 000 in each
 * source. Mostly one segment after the other has the very same series: such sources are looked through and merged as
 * one.
 */
import { matchesTags, type TagExpression } from '../../query/index.ts';
import type { SeriesKey } from '../series.ts';
import type { Snapshot } from '../snapshot.ts';
import type { NameMatch, PointSource } from '../source.ts';

/** What queries need of a snapshot. */
export type Sources = Pick<Snapshot, 'kernel' | 'sources'>;

/** Which series. */
export interface Selection {
  readonly name: NameMatch;
  /** Undefined: any tags. */
  readonly tags: TagExpression | undefined;
}

/**
 * Which part is where; for each series the parts [starts[series], starts[series + 1]), of each its source and number.
 */
export interface Parts {
  readonly starts: Uint32Array;
  readonly sourceOf: Uint32Array;
  readonly numbers: Uint32Array;
}

/** Series in order of their keys. A series' parts are in order of their sources, the oldest first. */
export class SeriesSet {
  readonly sources: readonly PointSource[];
  readonly count: number;
  /** What was found, when that is the same array for all sources: then each series has a part in each source. */
  readonly found: Uint32Array | undefined;
  readonly #parts: Parts | undefined;

  /** @param parts those of all series, or what was found in each of the sources */
  constructor(sources: readonly PointSource[], parts: Parts | Uint32Array) {
    this.sources = sources;
    this.found = 'starts' in parts ? undefined : parts;
    this.#parts = 'starts' in parts ? parts : undefined;
    this.count = 'starts' in parts ? parts.starts.length - 1 : parts.length;
  }

  /** Arrays, for who goes through all of them; made when they are not there yet. */
  get parts(): Parts {
    return this.#parts ?? partsOf(onlyKind(this.found!), new Array<number>(this.sources.length).fill(0));
  }

  /** The parts of a series are [firstPart(series), firstPart(series + 1)). */
  firstPart(series: number): number {
    return this.#parts === undefined ? series * this.sources.length : this.#parts.starts[series]!;
  }

  source(part: number): PointSource {
    return this.sources[this.#parts === undefined ? part % this.sources.length : this.#parts.sourceOf[part]!]!;
  }

  /** What the source calls the series. */
  number(part: number): number {
    if (this.#parts !== undefined) return this.#parts.numbers[part]!;
    return this.found![Math.floor(part / this.sources.length)]!;
  }

  key(series: number): SeriesKey {
    const part = this.firstPart(series);
    return this.source(part).key(this.number(part));
  }
}

/** Looks series up, and in sources that have the same ones only once: then it gives the same array. */
export class Finder {
  readonly #selection: Selection;
  readonly #known: { readonly source: PointSource; readonly found: Uint32Array }[] = [];

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** The numbers of the series that are wanted, ascending. @throws StoreError when the source is damaged */
  find(source: PointSource): Uint32Array {
    for (const known of this.#known) if (source.hasKeysOf?.(known.source)) return known.found;
    const { name, tags } = this.#selection;
    const named = source.find(name);
    const wanted = tags === undefined ? named : named.filter((series) => matchesTags(tags, source.key(series).tags));
    const found = Uint32Array.from(wanted);
    this.#known.push({ source, found });
    return found;
  }
}

/**
 * The series of some sources, which are in order of age.
 * @param finder the same for several calls of a question
 * @throws StoreError when a source is damaged
 */
export function selectSeries(sources: readonly PointSource[], finder: Finder): SeriesSet {
  const kinds: Kind[] = [];
  const kindOf = sources.map((source) => {
    const found = finder.find(source);
    let kind = kinds.findIndex((other) => other.found === found);
    if (kind < 0) kind = kinds.push({ source, found }) - 1;
    return kind;
  });
  return new SeriesSet(sources, kinds.length === 1 ? kinds[0]!.found : partsOf(joinByKey(kinds), kindOf));
}

/** Sources with the same keys, of which one stands for all. */
interface Kind {
  readonly source: PointSource;
  readonly found: Uint32Array;
}

function onlyKind(found: Uint32Array): Parts {
  const starts = new Uint32Array(found.length + 1);
  for (let series = 0; series <= found.length; series++) starts[series] = series;
  return { starts, sourceOf: new Uint32Array(found.length), numbers: found };
}

/** From kinds of sources to sources. */
function partsOf(joined: Parts, kindOf: readonly number[]): Parts {
  const isSame = kindOf.every((kind, source) => kind === source);
  if (isSame) return joined;
  const { starts, sourceOf, numbers } = joined;
  const sizes = new Uint32Array(kindOf.length);
  for (const kind of kindOf) sizes[kind]!++;
  let most = 0;
  for (let part = 0; part < numbers.length; part++) most += sizes[sourceOf[part]!]!;
  const parts = {
    starts: new Uint32Array(starts.length),
    sourceOf: new Uint32Array(most),
    numbers: new Uint32Array(most),
  };
  // What each kind calls the series at hand, and of which series that is: one more than its place, so that 0 is none.
  const numberIn = new Uint32Array(kindOf.length);
  const seriesIn = new Uint32Array(kindOf.length);
  let count = 0;
  for (let series = 0; series + 1 < starts.length; series++) {
    for (let part = starts[series]!; part < starts[series + 1]!; part++) {
      numberIn[sourceOf[part]!] = numbers[part]!;
      seriesIn[sourceOf[part]!] = series + 1;
    }
    for (let source = 0; source < kindOf.length; source++) {
      const kind = kindOf[source]!;
      if (seriesIn[kind] !== series + 1) continue;
      parts.sourceOf[count] = source;
      parts.numbers[count++] = numberIn[kind]!;
    }
    parts.starts[series + 1] = count;
  }
  return parts;
}

function joinByKey(kinds: readonly Kind[]): Parts {
  const most = kinds.reduce((sum, { found }) => sum + found.length, 0);
  const numbers = new Uint32Array(most);
  const sourceOf = new Uint32Array(most);
  const starts: number[] = [0];
  const at = kinds.map(() => 0);
  const keyAt = (index: number): Uint8Array | undefined => {
    const { source, found } = kinds[index]!;
    const series = found[at[index]!];
    return series === undefined ? undefined : source.keyBytes(series);
  };
  const heads = kinds.map((_, index) => keyAt(index));
  let count = 0;
  while (count < most) {
    // The kinds whose next key is the least one so far; a smaller one makes them begin again.
    let least: Uint8Array | undefined;
    let begun = count;
    for (let index = 0; index < heads.length; index++) {
      const head = heads[index];
      if (head === undefined) continue;
      const order = least === undefined ? -1 : Buffer.compare(head, least);
      if (order > 0) continue;
      if (order < 0) {
        least = head;
        begun = count;
      }
      sourceOf[begun++] = index;
    }
    for (let part = count; part < begun; part++) {
      const index = sourceOf[part]!;
      numbers[part] = kinds[index]!.found[at[index]!]!;
      at[index]!++;
      heads[index] = keyAt(index);
    }
    count = begun;
    starts.push(count);
  }
  return { starts: Uint32Array.from(starts), sourceOf, numbers };
}
