/** The type of a row in the table of keys. The rows are in keys-*.ts; keys.ts puts them together. */

/**
 * `texts` is one text or a list of them; `values` a map of anything, given as text; `headers` a map of texts; `nodes`
 * one or more names of nodes; `section` a map with keys of its own, `named` a map of such by name, `sections` a list.
 */
export type KeyType =
  | ('text' | 'switch' | 'integer' | 'size' | 'duration' | 'age' | 'choice' | 'texts' | 'fields' | 'selector')
  | ('node' | 'nodes' | 'values' | 'headers' | 'expect' | 'section' | 'named' | 'sections');

/** A row as it is written. */
export interface KeyRow {
  readonly name: string;
  /** The long flag that has type, limits, choices and default. */
  readonly flag?: string;
  /** May be left out when `flag` says it. */
  readonly type?: KeyType;
  readonly choices?: readonly string[];
  /** In the type's base unit (bytes, milliseconds, 1). */
  readonly min?: number;
  readonly max?: number;
  /** As a user would write it. */
  readonly default?: string;
  /** A default that is computed or needs words. */
  readonly defaultText?: string;
  readonly isRequired?: true;
  /** Never printed. */
  readonly isSecret?: true;
  readonly of?: SectionName;
  /** Sentences. */
  readonly doc: string;
}

/** A row with what its flag says. */
export interface Key extends KeyRow {
  readonly type: KeyType;
}

export type SectionName =
  | ('top' | 'defaults' | 'source' | 'plugin' | 'sink' | 'route' | 'branch' | 'test')
  | ('retry' | 'rotate');

export interface Section {
  readonly name: SectionName;
  /** As messages call one: `a route`. */
  readonly called: string;
  readonly keys: readonly Key[];
  /** Further keys by the value of `type`. */
  readonly types: Readonly<Record<string, readonly Key[]>> | undefined;
  /** What a text in the place of the map is, for the schema and the man page. */
  readonly short: string | undefined;
  readonly doc: string;
}

export type KeyTable = Readonly<Record<SectionName, Section>>;

/** What the table of flags knows of one. */
export interface FlagFacts {
  readonly type: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly default?: string;
  readonly defaultText?: string;
}

/** The flag of `slung run`, or else of another command, that has this long name. */
export type FlagLookup = (long: string) => FlagFacts | undefined;

/** The keys that a map of this section may have; `type` chooses where there are several kinds. */
export function keysOf(section: Section, type: string | undefined): readonly Key[] {
  const own = type === undefined ? undefined : section.types?.[type];
  if (own === undefined) return section.keys;
  const known = joined.get(own);
  const keys = known ?? Object.freeze([...section.keys, ...own]);
  if (known === undefined) joined.set(own, keys);
  return keys;
}

/** By the keys of a type. */
const joined = new WeakMap<readonly Key[], readonly Key[]>();
