/**
 * A selector as grouping leaves it (group.ts): what was said many times over one path is said once. Types only, and
 * the few questions that both grouping and assembly ask of them.
 */
import type { Path, Scalar } from '../engine/program.ts';
import type { Comparison, Pattern } from './ast.ts';

/** Which end of a string a text is looked for at. */
export type TextPlace = 'prefix' | 'suffix' | 'contains';

/** A predicate over one path. */
export type GroupedTest =
  | Comparison
  /** One of the texts begins, ends or is in the string. */
  | { readonly op: 'texts'; readonly path: Path; readonly at: TextPlace; readonly texts: readonly Uint8Array[] }
  /** One of the patterns is found in the string. */
  | { readonly op: 'patterns'; readonly path: Path; readonly patterns: readonly Pattern[] }
  /** What the two before this one become (images.ts). */
  | { readonly op: 'image'; readonly path: Path; readonly image: Uint8Array };

export type Grouped =
  | { readonly kind: 'test'; readonly test: GroupedTest }
  | { readonly kind: 'not'; readonly operand: Grouped }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Grouped[] }
  /** The case whose value is equal to the one at the path holds. No two cases are equal. */
  | { readonly kind: 'choice'; readonly path: Path; readonly cases: readonly Case[] }
  /** One of the branches holds, each of which is false where its path is absent. */
  | { readonly kind: 'present'; readonly branches: readonly Branch[] };

export interface Case {
  readonly value: Scalar;
  readonly rest: Grouped;
}

export interface Branch {
  readonly path: Path;
  readonly rest: Grouped;
}

const places = new WeakMap<Path, string>();

/** Equal for paths that mean the same place. */
export function placeOf(path: Path): string {
  let place = places.get(path);
  if (place === undefined) {
    const steps = path.steps.map((step) => (step.kind === 'key' ? step.key : step.index));
    place = JSON.stringify([path.wholeKey ?? null, ...steps, ...(path.below ?? [])]);
    places.set(path, place);
  }
  return place;
}

/** Equal for values that are equal: 1 and 1.0 are. */
export function valueKey(value: Scalar): string {
  switch (value.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'string':
      return `"${Buffer.from(value.bytes.buffer, value.bytes.byteOffset, value.bytes.length).toString('latin1')}`;
    case 'f64':
      return Number.isInteger(value.value) ? String(BigInt(value.value)) : String(value.value);
    default:
      return String(value.value);
  }
}
