/** Conditions about a function of a path: how long its value is, and of which type. */
import type { Order, Path, ValueKind } from '../engine/program.ts';
import type { Comparison } from './ast.ts';
import type { ScannedLiteral } from './literals.ts';
import { mistake } from './mistakes.ts';
import { nearest } from './suggest.ts';

/** What of a path is compared: its value, or what a function makes of it. */
export type Subject = 'value' | 'len' | 'type';

const orders: ReadonlySet<string> = new Set(['eq', 'lt', 'le', 'gt', 'ge']);

/** @throws SelectorError for what no length can be compared with */
export function lengthTest(text: string, path: Path, op: Comparison['op'], value: ScannedLiteral): Comparison {
  const { literal } = value;
  if (literal.type === 'number' && orders.has(op)) {
    return { op: 'length', path, order: op as Order, value: literal.number };
  }
  throw mistake(text, value, 'a length is a number', 'one of == != < <= > >= in, and a number');
}

const kinds: readonly ValueKind[] = ['string', 'number', 'boolean', 'null', 'array', 'object'];

/** Types of other languages. */
const foreign: Readonly<Record<string, ValueKind>> = {
  ...{ text: 'string', str: 'string', int: 'number', integer: 'number', float: 'number', double: 'number' },
  ...{ bool: 'boolean', list: 'array', map: 'object', dict: 'object', nil: 'null', none: 'null' },
};

/** @throws SelectorError for what is no type */
export function kindsTest(
  text: string,
  path: Path,
  op: Comparison['op'],
  values: readonly ScannedLiteral[],
): Comparison {
  const found = values.map((value) => {
    const { literal } = value;
    const word = literal.type === 'text' ? literal.value : text.slice(value.start, value.end);
    const kind = literal.type === 'text' ? kinds.find((each) => each === word) : undefined;
    if (kind !== undefined && op === 'eq') return kind;
    const meant = foreign[word.toLowerCase()] ?? nearest(word, kinds);
    const suggestion = kind !== undefined || meant === undefined ? undefined : `did you mean "${meant}"?`;
    const message = kind === undefined ? `${text.slice(value.start, value.end)} is no type` : 'types have no order';
    const expected = `one of == != in, and ${kinds.map((each) => `"${each}"`).join(', ')}`;
    throw mistake(text, value, message, expected, suggestion);
  });
  return { op: 'kinds', path, kinds: found };
}
