/**
 * What the engine is asked to do, before it is encoded as bytes. The selector compiler produces a `Program`; the CLI
 * and the library produce a `Projection`; plan.ts turns both into the one binary plan that every lane copies into its
 * memory. This file holds types, and names the two ends of a program: the engine knows no selector syntax.
 */

/** One step of a path: an object member by its key, or an array element by its index from 0. */
export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number };

/** One step below the value of a path: any element of an array, or into the JSON that the text of a string is. */
export type StepBelow = PathStep | { readonly kind: 'any' } | { readonly kind: 'json' };

/** A place in a record. */
export interface Path {
  /** The path as the user wrote it, for messages and for the default column name. */
  readonly text: string;
  /**
   * A key of the root object that wins over the steps when it is present (`msg.level` as one key). Undefined when the
   * path is a single plain key (the steps say the same) or was quoted by the user (the quotes say what is meant).
   */
  readonly wholeKey: string | undefined;
  /**
   * The first is always a key (a root array has no paths). Empty only when `wholeKey` is set: then only the whole key
   * can match, and with `origin`.
   */
  readonly steps: readonly PathStep[];
  /**
   * Where to go from the value that `steps` or `wholeKey` name. With `any` among them the path names several values,
   * and a test holds when it holds for one of them.
   */
  readonly below?: readonly StepBelow[] | undefined;
  /** Of a column: no place in the record, but the name of the input that it is from, or the line in that. */
  readonly origin?: 'file' | 'line' | undefined;
}

/** A JSON number by value. Integers keep all 64 bits; everything else is the nearest double. */
export type NumberValue =
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'u64'; readonly value: bigint } // 2^63 … 2^64-1 only
  | { readonly type: 'f64'; readonly value: number };

/** A literal that a record's value is compared with. Strings are UTF-8 bytes of the unescaped string. */
export type Scalar =
  | NumberValue
  | { readonly type: 'string'; readonly bytes: Uint8Array }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' };

/** One predicate over one path (`path` indexes `Program.paths`). A missing value or another type makes it false. */
export type Predicate =
  | { readonly op: 'has'; readonly path: number }
  | { readonly op: 'eq'; readonly path: number; readonly value: Scalar }
  /** Numbers against numbers (exact across i64, u64 and f64), strings against strings (by bytes). */
  | { readonly op: 'lt' | 'le' | 'gt' | 'ge'; readonly path: number; readonly value: NumberValue | StringScalar }
  | { readonly op: 'prefix' | 'suffix' | 'contains'; readonly path: number; readonly bytes: Uint8Array }
  /** `image` is what selector/regex compiled; engine/asm/regex.ts runs it over the unescaped UTF-8 bytes. */
  | { readonly op: 'regex'; readonly path: number; readonly image: Uint8Array }
  | { readonly op: 'in'; readonly path: number; readonly values: readonly Scalar[] }
  /** Numbers, and texts as in RFC 3339, as moments. */
  | { readonly op: 'time'; readonly path: number; readonly order: Order; readonly time: Instant }
  /** Characters of a string, elements of an array, members of an object. */
  | { readonly op: 'length'; readonly path: number; readonly order: Order; readonly value: NumberValue }
  | { readonly op: 'kinds'; readonly path: number; readonly kinds: readonly ValueKind[] }
  /** Against the value of another path, which has nothing below. */
  | {
      readonly op: 'paths';
      readonly path: number;
      readonly order: Order | 'prefix' | 'suffix' | 'contains';
      readonly other: number;
    }
  /** One of the lines of a text: UTF-8 that ends with a newline. A line that is a JSON number is that number, too. */
  | { readonly op: 'list'; readonly path: number; readonly lines: Uint8Array };

/** How two values have to stand to each other. */
export type Order = 'eq' | 'lt' | 'le' | 'gt' | 'ge';

/** A moment, and how numbers in records are read that it is compared with. */
export interface Instant {
  /** Microseconds since 1970, rounded down. */
  readonly us: bigint;
  /** Digits of the second behind the sixth, without zeros at the end. */
  readonly rest: string;
  /** Of times that are numbers. `auto` goes by the size of each. */
  readonly unit: 'auto' | 's' | 'ms' | 'us' | 'ns';
}

/** What kind a value is, in the words of `type(path)`. */
export type ValueKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export type StringScalar = { readonly type: 'string'; readonly bytes: Uint8Array };

/** Where control goes after a test: an index into `Program.tests`, or one of the two ends. */
export { ACCEPT_TARGET as ACCEPT, REJECT_TARGET as REJECT } from './layout.ts';

/** A predicate and its two successors: short circuit is in the targets, so the engine needs no stack. */
export type PredicateTest = Predicate & { readonly onTrue: number; readonly onFalse: number };

/** Where the value of a path leads, by what it is equal to. No two cases have values that are equal. */
export interface Choice {
  readonly op: 'choice';
  readonly path: number;
  readonly cases: readonly { readonly value: Scalar; readonly target: number }[];
  readonly onFalse: number;
}

/**
 * Many paths, of which most are absent: leads to the target of one that is there, and `again` to the next one. Each
 * that is there has its turn, in any order; a target may have two. Nothing that a place in a record answers for is
 * named by two of the paths.
 */
export interface Present {
  readonly op: 'present';
  readonly branches: readonly { readonly path: number; readonly target: number }[];
  readonly onFalse: number;
}

/** Goes on with the `present` test that is number `of` in the list. */
export interface Again {
  readonly op: 'again';
  readonly of: number;
  readonly onFalse: number;
}

export type Test = PredicateTest | Choice | Present | Again;

/** A selector, compiled. `entry` is the first test, or ACCEPT/REJECT for a constant selector. */
export interface Program {
  readonly paths: readonly Path[];
  readonly tests: readonly Test[];
  readonly entry: number;
  /** Files that the selector names and that have nothing in them. Undefined: none. */
  readonly emptyFiles?: readonly EmptyFile[];
}

export interface EmptyFile {
  readonly name: string;
  /** What it should have had. */
  readonly of: 'rules' | 'values';
}

/** Records that a program accepts, in one form: what all edges that want the same bytes share. */
export interface OutputClass {
  readonly program: Program;
  readonly projection: Projection;
  /**
   * The number of another class, which follows none: this one takes exactly the records of that one, and its own
   * program is not looked at.
   */
  readonly follows?: number | undefined;
  /**
   * Of csv and tsv in an engine that has `objectsOnly`: a record that is no object is a row without values. Default:
   * it is rejected, for all classes.
   */
  readonly takesAny?: boolean | undefined;
}

/** One output column: its name and the path that fills it. */
export interface Column {
  readonly name: string;
  readonly path: Path;
}

/**
 * What is changed in a record that is otherwise output as it is. Everything speaks of the record as it was read; no
 * place is edited twice, and nothing below what is dropped, set or exploded is edited.
 */
export interface Edits {
  readonly drop: readonly Path[];
  /** To a literal, as JSON writes it, or to what is at another path, when that is there. */
  readonly set: readonly { readonly path: Path; readonly value: Uint8Array | Path }[];
  /** The last key of a path gets another name, in its place. */
  readonly rename: readonly { readonly path: Path; readonly name: string }[];
  /** What stands between keys when the members of objects become members of the root. */
  readonly flatten: string | undefined;
  /** An array of which each element makes a record, in which it stands for the array. */
  readonly explode: Path | undefined;
}

/**
 * How a matching record is written. `lines` passes the record's own bytes, `nothing` only counts. `rows` makes each a
 * row with these fields, for a plugin; `select` says which of the matching records the plugin wants (all, without it).
 */
export type Projection =
  | { readonly to: 'lines' | 'nothing'; readonly edits?: Edits | undefined }
  | { readonly to: 'rows'; readonly fields: readonly Path[]; readonly select: Program | undefined }
  | {
      readonly to: 'ndjson' | 'csv' | 'tsv';
      /** Of the edited record, when there are edits. */
      readonly columns: readonly Column[];
      readonly edits?: Edits | undefined;
      /** Of csv and tsv. Default: as the format says. */
      readonly form?: CellForm | undefined;
    };

/** How cells are written. */
export interface CellForm {
  /** Between cells of csv: one ASCII character. */
  readonly delimiter: string;
  /** All cells of csv but null are in quotes. */
  readonly quotesAll: boolean;
  /** A text of csv that a spreadsheet would take for a formula has an apostrophe in front. */
  readonly isSafe: boolean;
  /** Rows end with CR LF. */
  readonly crlf: boolean;
  /** Text is written as it is, one value a record, whatever is in it: then the format is tsv, without a header. */
  readonly isRaw: boolean;
  /** What stands for null and for what is missing, as it is written. */
  readonly nullText: string;
}

/** A record is in the sample when its hash, of 32 bits, is below `below`. */
export interface Sample {
  readonly below: number;
  readonly seed: number;
}
