/**
 * A selector as a tree: what parse.ts makes of an expression, lists.ts of Tangent's lists, and compile.ts turns into a
 * program. Types only. There is one node for each meaning, not for each notation: `!=`, `!~` and `not in` are a `not`
 * around `==`, `~` and `in`, and `and`/`or` take any number of operands, so a long chain is no deeper than a short
 * one.
 */
import type { Instant, NumberValue, Order, Path, Scalar, StringScalar, ValueKind } from '../engine/program.ts';

/** One predicate over one path. False when the path is missing or the value there has another type. */
export type Comparison =
  | { readonly op: 'has'; readonly path: Path }
  | { readonly op: 'eq'; readonly path: Path; readonly value: Scalar }
  | { readonly op: 'lt' | 'le' | 'gt' | 'ge'; readonly path: Path; readonly value: NumberValue | StringScalar }
  | { readonly op: 'prefix' | 'suffix' | 'contains'; readonly path: Path; readonly bytes: Uint8Array }
  | { readonly op: 'regex'; readonly path: Path; readonly pattern: Pattern }
  | { readonly op: 'in'; readonly path: Path; readonly values: readonly Scalar[] }
  | { readonly op: 'time'; readonly path: Path; readonly order: Order; readonly time: Instant }
  | { readonly op: 'length'; readonly path: Path; readonly order: Order; readonly value: NumberValue }
  | { readonly op: 'kinds'; readonly path: Path; readonly kinds: readonly ValueKind[] }
  /** Two places of a record; `other` has nothing below. */
  | { readonly op: 'paths'; readonly path: Path; readonly order: PathOrder; readonly other: Path }
  /** The lines of a file, of which the value is one. */
  | { readonly op: 'list'; readonly path: Path; readonly lines: Uint8Array };

export type PathOrder = Order | 'prefix' | 'suffix' | 'contains';

/** A regular expression not compiled yet, with the way back from its characters to the text it was written in. */
export interface Pattern {
  readonly source: string;
  /** The whole text that holds the pattern, for error messages. */
  readonly text: string;
  /** For each UTF-16 unit of `source` its offset in `text`; then the offset of the pattern's end. */
  readonly offsets: readonly number[];
  /** Where `text` was found, when it is not an expression. */
  readonly place: string | undefined;
}

export type Expression =
  | { readonly kind: 'test'; readonly test: Comparison }
  | { readonly kind: 'not'; readonly operand: Expression }
  /** No operands: `and` is true, `or` is false. */
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] };
