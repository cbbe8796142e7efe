import { expect, test } from 'vitest';
import { signatureOf } from '../../../src/plugin/binary/signature.ts';
import { compileTrampolines } from '../../../src/plugin/binary/trampolines.ts';
import { buildModule, opcodes } from './build.ts';

type Call = (...values: (number | bigint)[]) => unknown;

test('call what they are connected with, with all parameters and results', () => {
  const types = ['(i32 i64 f32 f64) -> i64', '() -> ()', '(i32) -> i32'];
  const { functions, connect } = compileTrampolines(types.map(signatureOf))();
  const seen: unknown[] = [];
  connect([
    (...values: unknown[]) => {
      seen.push(values);
      return 7n;
    },
    () => undefined,
    (value: number) => value + 1,
  ]);
  expect((functions[0] as Call)(1, 2n, 0.5, 0.25)).toBe(7n);
  expect(seen).toEqual([[1, 2n, 0.5, 0.25]]);
  expect((functions[1] as Call)()).toBe(undefined);
  expect((functions[2] as Call)(41)).toBe(42);
});

test('trap before they are connected, and can be connected again', () => {
  const make = compileTrampolines([signatureOf('() -> i32')]);
  const { functions, connect } = make();
  expect(functions[0] as Call).toThrow(WebAssembly.RuntimeError);
  connect([() => 1]);
  connect([() => 2]);
  expect((functions[0] as Call)()).toBe(2);
  expect(make().functions[0] as Call).toThrow(WebAssembly.RuntimeError);
});

test('there may be hundreds', () => {
  const types = Array.from({ length: 300 }, () => signatureOf('() -> i32'));
  const { functions, connect } = compileTrampolines(types)();
  connect(types.map((_, index) => () => index));
  expect(functions.map((call) => (call as Call)())).toEqual(types.map((_, index) => index));
});

test('a function of WebAssembly has to have the signature', () => {
  const bytes = buildModule({ functions: [{ type: '() -> i32', code: [opcodes.i32, 5], name: 'five' }] });
  const { five } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const { functions, connect } = compileTrampolines([signatureOf('() -> i32')])();
  connect([five]);
  expect((functions[0] as Call)()).toBe(5);
  const other = compileTrampolines([signatureOf('() -> ()')])();
  expect(() => other.connect([five])).toThrow(/^the link to its imports cannot be linked: /);
});
