/**
 * Tangent's selectors, as a plugin's `probe()` or a YAML file gives them: a list of `{any, all, none}`, each a list of
 * predicates `has eq prefix in gt regex`. A record passes when any selector holds, so none at all means never; a
 * selector holds when `any` is empty or one of it is true, all of `all` are, and none of `none` is.
 * The input may come from a file, so its shape is checked here and errors name the place in it.
 */
import type { Path, Scalar } from '../engine/program.ts';
import type { Comparison, Expression } from './ast.ts';
import { SelectorError } from './errors.ts';
import { numberValue } from './numbers.ts';
import { maxPathSteps, tooManySteps } from './paths.ts';
import { nearest } from './suggest.ts';
import { parseTangentPath } from './tangent.ts';

/**
 * A value to compare with. Bytes are in Tangent's type but never in JSON, so they equal nothing; so do NaN and
 * infinities.
 */
export type ListScalar = string | number | bigint | boolean | null | Uint8Array;

/** One predicate: an object with one member, named as in Tangent. Paths follow Tangent's own rule (see tangent.ts). */
export type ListPredicate =
  | { readonly has: string }
  | { readonly eq: readonly [path: string, value: ListScalar] }
  | { readonly prefix: readonly [path: string, text: string] }
  | { readonly in: readonly [path: string, values: readonly ListScalar[]] }
  | { readonly gt: readonly [path: string, bound: number | bigint] }
  | { readonly regex: readonly [path: string, pattern: string] };

/** One selector. A list that is missing is empty. */
export interface ListSelector {
  readonly any?: readonly ListPredicate[] | null | undefined;
  readonly all?: readonly ListPredicate[] | null | undefined;
  readonly none?: readonly ListPredicate[] | null | undefined;
}

const listNames = ['any', 'all', 'none'] as const;
const never: Expression = { kind: 'or', operands: [] };
const utf8 = new TextEncoder();

/**
 * Checks selectors of unknown origin and makes one tree of them.
 * @param selectors an array of ListSelector
 * @param place     how messages call it
 * @throws SelectorError whose `place` names the member at fault; patterns are checked later, by assemble.ts
 */
export function parseLists(selectors: unknown, place = 'selectors'): Expression {
  const operands = listAt(selectors, place).map((selector, index) => parseSelector(selector, `${place}[${index}]`));
  return { kind: 'or', operands };
}

function parseSelector(selector: unknown, place: string): Expression {
  const members = membersAt(selector, place, 'a selector with the lists any, all and none');
  for (const name of Object.keys(members)) {
    if (!listNames.some((known) => known === name)) throw unknownName(place, name, listNames);
  }
  const [any, all, none] = listNames.map((name) => {
    const list = `${place}.${name}`;
    return listAt(members[name] ?? [], list).map((predicate, index) => parsePredicate(predicate, `${list}[${index}]`));
  }) as [Expression[], Expression[], Expression[]];
  const operands: Expression[] = [...all, { kind: 'not', operand: { kind: 'or', operands: none } }];
  // In Tangent's order of evaluation: any, all, none.
  return { kind: 'and', operands: any.length === 0 ? operands : [{ kind: 'or', operands: any }, ...operands] };
}

type PredicateReader = (operand: unknown, place: string) => Expression;

const predicates: Readonly<Record<string, PredicateReader>> = {
  has: (operand, place) => test({ op: 'has', path: pathAt(operand, place) }),
  eq: (operand, place) => {
    const [path, value] = pairAt(operand, place, 'value');
    const scalar = scalarAt(value, `${place}[1]`);
    return scalar === undefined ? never : test({ op: 'eq', path, value: scalar });
  },
  prefix: (operand, place) => {
    const [path, text] = pairAt(operand, place, 'text');
    return test({ op: 'prefix', path, bytes: utf8.encode(textAt(text, `${place}[1]`, 'text')) });
  },
  in: (operand, place) => {
    const [path, list] = pairAt(operand, place, 'values');
    const scalars = listAt(list, `${place}[1]`).map((value, index) => scalarAt(value, `${place}[1][${index}]`));
    return test({ op: 'in', path, values: scalars.filter((scalar) => scalar !== undefined) });
  },
  gt: (operand, place) => {
    const [path, bound] = pairAt(operand, place, 'number');
    return greaterThan(path, bound, `${place}[1]`);
  },
  regex: (operand, place) => {
    const [path, pattern] = pairAt(operand, place, 'pattern');
    const source = textAt(pattern, `${place}[1]`, 'a pattern');
    const offsets = Array.from({ length: source.length + 1 }, (_, offset) => offset);
    return test({ op: 'regex', path, pattern: { source, text: source, offsets, place } });
  },
};

function pathAt(operand: unknown, place: string): Path {
  const path = parseTangentPath(textAt(operand, place, 'a path'));
  if (path.steps.length > maxPathSteps) throw tooManySteps(path.text, 0, place);
  return path;
}

function test(comparison: Comparison): Expression {
  return { kind: 'test', test: comparison };
}

function parsePredicate(predicate: unknown, place: string): Expression {
  const names = Object.keys(predicates);
  const members = membersAt(predicate, place, `a predicate, one of ${names.join(' ')}`);
  const [name, ...rest] = Object.keys(members);
  if (name === undefined || rest.length > 0) {
    throw misshapen(place, 'a predicate has one member', `one of ${names.join(' ')}`);
  }
  if (!Object.hasOwn(predicates, name)) throw unknownName(place, name, names);
  return predicates[name]!(members[name], `${place}.${name}`);
}

function greaterThan(path: Path, bound: unknown, place: string): Expression {
  if (typeof bound !== 'number' && typeof bound !== 'bigint') {
    throw misshapen(place, `${shapeOf(bound)} stands here`, 'a number');
  }
  const value = scalarAt(bound, place);
  if (value !== undefined && (value.type === 'i64' || value.type === 'u64' || value.type === 'f64')) {
    return test({ op: 'gt', path, value });
  }
  // Every number is greater than -Infinity, and at least the least double; nothing is greater than Infinity or NaN.
  if (bound !== Number.NEGATIVE_INFINITY) return never;
  return test({ op: 'ge', path, value: { type: 'f64', value: -Number.MAX_VALUE } });
}

/** The value as the engine compares it; undefined when no record's value can be equal to it. */
function scalarAt(value: unknown, place: string): Scalar | undefined {
  if (typeof value === 'string') return { type: 'string', bytes: utf8.encode(value) };
  if (typeof value === 'boolean') return { type: 'boolean', value };
  if (value === null) return { type: 'null' };
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return numberValue(String(value));
  if (typeof value === 'number') return Number.isFinite(value) ? { type: 'f64', value } : undefined;
  if (value instanceof Uint8Array) return undefined;
  throw misshapen(place, `${shapeOf(value)} stands here`, 'text, a number, true, false or null');
}

function pairAt(operand: unknown, place: string, second: string): [path: Path, second: unknown] {
  if (!Array.isArray(operand) || operand.length !== 2) {
    throw misshapen(place, `${shapeOf(operand)} stands here`, `a pair [path, ${second}]`);
  }
  return [pathAt(operand[0], `${place}[0]`), operand[1]];
}

function textAt(value: unknown, place: string, expected: string): string {
  if (typeof value === 'string') return value;
  throw misshapen(place, `${shapeOf(value)} stands here`, expected);
}

function listAt(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw misshapen(place, `${shapeOf(value)} stands here`, 'a list');
}

function membersAt(value: unknown, place: string, expected: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw misshapen(place, `${shapeOf(value)} stands here`, expected);
}

function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

function unknownName(place: string, name: string, names: readonly string[]): SelectorError {
  const near = nearest(name, names);
  const suggestion = near === undefined ? undefined : `did you mean \`${near}\`?`;
  return misshapen(place, `\`${name}\` is not known`, names.join(', '), suggestion);
}

function misshapen(place: string, message: string, expected: string, suggestion?: string): SelectorError {
  return new SelectorError({ message, text: '', offset: 0, length: 0, expected, suggestion, place });
}
