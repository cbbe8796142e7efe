/**
 * Random selectors and records for property tests. There are few keys, few values and few operators, so that the two
 * do meet: about as many records pass as do not.
 */
import fc from 'fast-check';
import type { Path, Scalar } from '../../src/engine/program.ts';
import type { Comparison, Expression } from '../../src/selector/ast.ts';
import { numberValue } from '../../src/selector/numbers.ts';
import { parsePath } from '../../src/selector/paths.ts';

const numbers = ['0', '-0', '1', '1.0', '1e0', '-1', '0.5', '9007199254740993', '9007199254740992.0'];
const large = ['9223372036854775807', '9223372036854775808', '18446744073709551615', '18446744073709551616', '1e300'];
const strings = ['', 'a', 'ab', 'b', 'aé', 'A', '1', 'a"\\\n\u0001', 'longer than sixteen bytes, with a b'];
const numberText = fc.constantFrom(...numbers, ...large);
const path: fc.Arbitrary<Path> = fc
  .constantFrom('a', 'b', 'a.b', '"a.b"', 'a[0]', 'a[1].b', 'b.a', '"a".b', 'c')
  .map(parsePath);
const utf8 = new TextEncoder();
const string = fc.constantFrom(...strings).map((text) => ({ type: 'string' as const, bytes: utf8.encode(text) }));
const number = numberText.map((text) => numberValue(text)!);
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  string,
  number,
  fc.boolean().map((value) => ({ type: 'boolean' as const, value })),
  fc.constant({ type: 'null' as const }),
);
const pattern = fc.constantFrom('a', '^a', 'b$', '[[:alpha:]]', '').map((source) => {
  return { source, text: source, offsets: Array.from({ length: source.length + 1 }, (_, at) => at), place: undefined };
});
const ordering = fc.constantFrom('lt' as const, 'le' as const, 'gt' as const, 'ge' as const);
const affix = fc.constantFrom('prefix' as const, 'suffix' as const, 'contains' as const);
const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({ op: fc.constant('has' as const), path }),
  fc.record({ op: fc.constant('eq' as const), path, value: scalar }),
  fc.record({ op: ordering, path, value: fc.oneof(string, number) }),
  fc.record({ op: affix, path, bytes: string.map((one) => one.bytes) }),
  fc.record({ op: fc.constant('regex' as const), path, pattern }),
  fc.record({ op: fc.constant('in' as const), path, values: fc.array(scalar, { maxLength: 3 }) }),
);
export const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    comparison.map((one): Expression => ({ kind: 'test', test: one })),
    fc.record({ kind: fc.constant('not' as const), operand: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('tree'), { maxLength: 3 }),
    }),
  ),
}));
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(numberText, fc.constantFrom('true', 'false', 'null', ...strings.map((text) => JSON.stringify(text)))),
    fc.array(tie('json'), { maxLength: 3 }).map((elements) => `[${elements.join(',')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'a.b', '\\u0061'), tie('json')), { maxLength: 4 })
      .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
  ),
}));
/** One record as JSON text: keys twice, keys with escapes, whole keys with dots. */
export const record = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'a.b', '\\u0061', 'a[0]'), json), { minLength: 1, maxLength: 5 })
  .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`);
