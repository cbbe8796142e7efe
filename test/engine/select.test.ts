/** Compiled selectors in the engine, case by case; match-oracle.test.ts has random ones. */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { compileExpressions } from '../../src/selector/index.ts';
import { parseTangentPath } from '../../src/selector/tangent.ts';
import { createEngine, everything, only, processBytes, run } from './harness.ts';

const passes = (expression: string, line: string): boolean =>
  run(`${line}\n`, compileExpressions([expression])).counts.matched === 1;

test('numbers compare by value across kinds, to the last bit', () => {
  const cases: [string, string, boolean][] = [
    ['a == 9007199254740993', '{"a":9007199254740993}', true],
    ['a == 9007199254740993', '{"a":9007199254740992}', false],
    ['a == 9007199254740992.0', '{"a":9007199254740993}', false],
    ['a > 18446744073709551614', '{"a":18446744073709551615}', true],
    ['a == -1', '{"a":18446744073709551615}', false],
    ['a < 0', '{"a":9223372036854775808}', false],
    ['a == 1', '{"a":1.0}', true],
    ['a == 1e-17', '{"a":2e-17}', false],
    ['a >= -9223372036854775808', '{"a":-9223372036854775808}', true],
    ['a > 1e308', '{"a":1e999}', true],
    ['a == 0', '{"a":-0.0}', true],
    ['a in [1, 2.5, "x", null]', '{"a":2.50}', true],
    ['a in [1, 2.5, "x", null]', '{"a":null}', true],
    ['a in [1, 2.5, "x", null]', '{"a":"\\u0078"}', true],
    ['a in [1, 2.5, "x", null]', '{"a":false}', false],
  ];
  for (const [expression, line, expected] of cases)
    expect([expression, line, passes(expression, line)]).toEqual([expression, line, expected]);
});

test('a long list is hashed: every member is found and no other', () => {
  const program = compileExpressions([
    `id in [${Array.from({ length: 5000 }, (_, i) => `${i * 3}, "s${i * 3}"`).join(',')}]`,
  ]);
  const engine = createEngine(buildPlan(program, { to: 'lines' }));
  const lines = Array.from({ length: 15000 }, (_, i) => `{"id":${i % 2 ? `"s${i}"` : i}}\n`);
  const { out } = processBytes(engine, Buffer.from(lines.join('')));
  expect(out.toString()).toBe(lines.filter((_, i) => i % 3 === 0).join(''));
});

test('the same list test serves more than one record and more than one engine of a plan', () => {
  const plan = buildPlan(compileExpressions(['a in ["x", 1]']), { to: 'lines' });
  for (let i = 0; i < 2; i++) {
    expect(processBytes(createEngine(plan), Buffer.from('{"a":1}\n{"a":2}\n{"a":"x"}\n')).counts.matched).toBe(2);
  }
});

test('a path that only a whole key can match', () => {
  const program = only(parseTangentPath('a[-1]'), { op: 'has' });
  expect(run('{"a":[1]}\n{"a[-1]":1}\n', program).out.toString()).toBe('{"a[-1]":1}\n');
});

test('nothing is allocated per record: the heap does not grow with the input', () => {
  const plan = buildPlan(compileExpressions(['a.b == "x\\ny" || c ~ "q+" || d in [1,2,3]']), { to: 'lines' });
  const engine = createEngine(plan);
  const bytes = Buffer.from('{"a":{"b":"x\\ny"},"c":"aqq","d":2}\n'.repeat(20000));
  processBytes(engine, bytes);
  const size = engine.memory.buffer.byteLength;
  const before = process.memoryUsage().heapUsed;
  const from = engine.inputStart(0);
  for (let i = 0; i < 50; i++) engine.process(0, from, from + bytes.length);
  // A million records: a single 8-byte object for each would be 8 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1 << 20);
  expect(engine.memory.buffer.byteLength).toBe(size);
  expect(everything.entry).toBe(-1);
});
