/**
 * What a selector means, in plain TypeScript over a record read whole: the oracle for compiled programs and for the
 * engine. It walks the tree that the parser made and is as simple as it can be; speed is no aim. Numbers are compared
 * exactly because JavaScript compares a bigint with a number by mathematical value. Patterns run in re2js.
 */
import { RE2JS } from 're2js';
import type { NumberValue, Scalar } from '../../src/engine/program.ts';
import type { Comparison, Expression } from '../../src/selector/ast.ts';
import { parseExpression } from '../../src/selector/parse.ts';
import { exactValue, type JsonValue, lookup, readRecord } from './record.ts';

/**
 * True when the record passes the selector.
 * @param selector   an expression, or the tree of one (parseLists makes trees of Tangent's lists)
 * @param recordText one JSON text
 * @throws SyntaxError when the record is not JSON
 */
export function matches(selector: string | Expression, recordText: string): boolean {
  return evaluate(typeof selector === 'string' ? parseExpression(selector) : selector, readRecord(recordText));
}

function evaluate(node: Expression, record: JsonValue): boolean {
  switch (node.kind) {
    case 'not':
      return !evaluate(node.operand, record);
    case 'and':
      return node.operands.every((operand) => evaluate(operand, record));
    case 'or':
      return node.operands.some((operand) => evaluate(operand, record));
    case 'test': {
      const test: Comparison = node.test;
      const found = lookup(test.path, record);
      if (test.op === 'regex') return typeof found === 'string' && patternFinds(test.pattern.source, found);
      return holds(test, found);
    }
  }
}

type Simple<T> = T extends { readonly op: 'regex' } ? never : Omit<T, 'path'>;

/** Every predicate but `regex`, on the value found (undefined: nothing was). */
export function holds(test: Simple<Comparison>, found: JsonValue | undefined): boolean {
  if (found === undefined) return false;
  switch (test.op) {
    case 'has':
      return true;
    case 'eq':
      return order(found, test.value) === 0;
    case 'in':
      return test.values.some((value) => order(found, value) === 0);
    case 'lt':
      return order(found, test.value) === -1;
    case 'gt':
      return order(found, test.value) === 1;
    case 'le':
      return [-1, 0].includes(order(found, test.value) ?? Number.NaN);
    case 'ge':
      return [1, 0].includes(order(found, test.value) ?? Number.NaN);
    case 'prefix':
      return typeof found === 'string' && startsAt(Buffer.from(found), test.bytes, 0);
    case 'suffix':
      return typeof found === 'string' && startsAt(Buffer.from(found), test.bytes, -1);
    case 'contains':
      return typeof found === 'string' && Buffer.from(found).includes(Buffer.from(test.bytes));
    default:
      // test/engine/match-below-oracle.test.ts is about these.
      throw new Error(`no meaning of ${test.op} here`);
  }
}

/** `at` 0: at the start, -1: at the end. */
function startsAt(bytes: Buffer, part: Uint8Array, at: 0 | -1): boolean {
  if (part.length > bytes.length) return false;
  const start = at === 0 ? 0 : bytes.length - part.length;
  return bytes.subarray(start, start + part.length).equals(part);
}

/** -1, 0 or 1 for `found` against `value`; undefined when they cannot be compared. Booleans and null only have 0. */
function order(found: JsonValue, value: Scalar): number | undefined {
  if (found === null) return value.type === 'null' ? 0 : undefined;
  if (typeof found === 'boolean') return value.type === 'boolean' && value.value === found ? 0 : undefined;
  if (typeof found === 'string')
    return value.type === 'string' ? Buffer.compare(Buffer.from(found), value.bytes) : undefined;
  if (!('numberText' in found)) return undefined;
  if (value.type === 'i64' || value.type === 'u64' || value.type === 'f64')
    return numericOrder(exactValue(found), value);
  return undefined;
}

function numericOrder(a: NumberValue, b: NumberValue): number {
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

const patterns = new Map<string, RE2JS>();

/** True when the RE2 pattern is found anywhere in `text`. */
export function patternFinds(pattern: string, text: string): boolean {
  const compiled = patterns.get(pattern) ?? RE2JS.compile(pattern);
  patterns.set(pattern, compiled);
  return compiled.matcher(text).find();
}
