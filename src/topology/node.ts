/**
 * A topology as a tree of maps, lists and scalars with their places, whatever it was read from: slung.yaml,
 * tangent.yaml or the command line. Scalars are text: the key decides what a text means (walk.ts), so `1.10` is never
 * 1.1 and `no` never becomes false by accident.
 */
import type { Place } from './problem.ts';

export interface Scalar {
  readonly kind: 'scalar';
  readonly place: Place;
  /** The value, with quotes and escapes resolved and variables filled in. */
  readonly text: string;
  /** For each UTF-16 unit of `text` its place in the source, then that of the end. Undefined: not known. */
  readonly offsets: readonly number[] | undefined;
  /** Written without quotes, so that `null`, `true` and numbers are what they look like. */
  readonly isPlain: boolean;
  /** The variable that the whole value is, or the first one in it. */
  readonly variable: string | undefined;
  /**
   * The text before variables were filled in, when there were some: what can be shown of a value that may be a secret.
   */
  readonly raw?: string | undefined;
  /** A YAML tag that means nothing here, such as `!has(x)`, or an anchor that is not there. Both were reported. */
  readonly tag: string | undefined;
}

export interface Entry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Node;
  /** Came by a merge key, so another value of the same key may stand beside it. */
  readonly isMerged: boolean;
  readonly comments: Comments;
}

/** Lines above, and what stands behind; without `#`. */
export interface Comments {
  readonly above: readonly string[];
  readonly behind: string | undefined;
}

export const noComments: Comments = Object.freeze({ above: Object.freeze([]), behind: undefined });

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly Entry[];
  /** Comments at the end of the file. */
  readonly after?: readonly string[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Node[];
  /** Of the items, by their number. */
  readonly comments: readonly Comments[];
}

export type Node = Scalar | MapNode | ListNode;

/** `null`, `~` or nothing. */
export function isNothing(node: Node): boolean {
  return (
    node.kind === 'scalar' && node.isPlain && node.variable === undefined && /^(?:|~|null|Null|NULL)$/.test(node.text)
  );
}

/** The first entry of that key. */
export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** A scalar that nobody wrote in YAML; `offsets` point into the place's source. */
export function scalarNode(text: string, place: Place, more: Partial<Scalar> = {}): Scalar {
  const base = { kind: 'scalar', place, text, offsets: undefined, isPlain: false, variable: undefined, tag: undefined };
  return Object.freeze({ ...base, ...more } as Scalar);
}

export function mapNode(place: Place, entries: readonly Entry[]): MapNode {
  return Object.freeze({ kind: 'map', place, entries });
}

export function entryNode(key: string, value: Node, more: Partial<Entry> = {}): Entry {
  return Object.freeze({ key, keyPlace: value.place, value, isMerged: false, comments: noComments, ...more });
}

export function listNode(place: Place, items: readonly Node[], comments: readonly Comments[] = []): ListNode {
  return Object.freeze({ kind: 'list', place, items, comments });
}

/** What a node is, in an error: `a map`. */
export function shapeOf(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  return isNothing(node) ? 'nothing' : 'text';
}
