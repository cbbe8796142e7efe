/** Newer WebAssembly: run where V8 can, and otherwise refused for the right reason. */
import { expect, test } from 'vitest';
import { coreModulePreamble } from '../../../src/plugin/binary/writer.ts';
import { PluginError } from '../../../src/plugin/guest.ts';
import { recognise } from '../../../src/plugin/recognise.ts';
import { compileFilter } from '../../../src/plugin/wasi/filter.ts';
import { filterOf, filterWithCode, sectionOf } from '../../support/bombs.ts';

const limits = { maxPages: 16 };

/** Types in front of the one of `_start`, which is the last. */
const withTypes = (index: number, ...types: readonly number[][]): Uint8Array =>
  filterOf({ types: sectionOf(1, [types.length + 1], ...types, [0x60, 0, 0]), functions: sectionOf(3, [1, index]) });

const gc = 'WebAssembly GC';
const exceptions = 'WebAssembly exceptions with exnref';

test.each([
  ['a struct', withTypes(1, [0x5f, 2, 0x7f, 1, 0x78, 0]), gc],
  ['an array', withTypes(1, [0x5e, 0x77, 1]), gc],
  ['a group with subtypes', withTypes(2, [0x4e, 2, 0x50, 0, 0x5f, 0, 0x4f, 1, 0, 0x5f, 1, 0x7f, 0]), gc],
  ['a reference to any', withTypes(1, [0x60, 1, 0x6e, 0]), gc],
  ['a reference to a function of a type', withTypes(2, [0x60, 0, 0], [0x60, 1, 0x64, 0, 0]), gc],
  ['a small integer as a reference', filterWithCode(0, [0x41, 0, 0xfb, 0x1c, 0x1a]), gc],
  ['a table with a value', filterOf({ tables: sectionOf(4, [1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b]) }), gc],
  ['a block that catches references', filterWithCode(0, [0x1f, 0x40, 0, 0x0b]), exceptions],
  ['a tail call', filterWithCode(0, [0x12, 0]), ''],
  ['a block that catches', filterWithCode(0, [0x06, 0x40, 0x19, 0x0b]), ''],
])('%s', (_, bytes, name) => {
  let message = '';
  try {
    recognise(bytes);
    compileFilter(bytes, limits);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    message = error.message.replace('the module: ', '');
  }
  const refusal = `it needs ${name}, which this Node does not have; Node 22 does`;
  expect(message).toBe(WebAssembly.validate(bytes) ? '' : refusal);
});

test('types that do not exist are refused by their byte', () => {
  const bytes = Uint8Array.from([...coreModulePreamble, ...sectionOf(1, [1, 0x5c])]);
  expect(() => recognise(bytes)).toThrow('0x5c is no type (at byte 11)');
});
