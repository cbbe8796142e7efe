/**
 * Which modules are programs, and what a program cannot do: go on after the end, or be of a shape that we do not know.
 */
import { describe, expect, test } from 'vitest';
import { signatureOf } from '../../../src/plugin/binary/signature.ts';
import { leb, nameBytes, section, vector } from '../../../src/plugin/binary/writer.ts';
import { PluginError } from '../../../src/plugin/guest.ts';
import { compileProgram } from '../../../src/plugin/slung/index.ts';
import { fixture, limits, record, script } from './support.ts';

type Function = readonly [name: string, signature: string];

/** A module whose functions do nothing but trap. */
function moduleOf(imports: readonly Function[], exports: readonly Function[], hasMemory = true): Uint8Array {
  const types = [...imports, ...exports].map(([, text]) => {
    const { parameters, results } = signatureOf(text);
    return [0x60, ...leb(parameters.length), ...parameters, ...leb(results.length), ...results];
  });
  const importRows = imports.map(([name], i) => {
    const [module = '', field = ''] = name.split(' ');
    return [...nameBytes(module), ...nameBytes(field), 0, ...leb(i)];
  });
  const exportRows = exports.map(([name], i) => [...nameBytes(name), 0, ...leb(imports.length + i)]);
  if (hasMemory) exportRows.push([...nameBytes('memory'), 2, 0]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector(importRows)),
    ...section(3, vector(exports.map((_, i) => leb(imports.length + i)))),
    ...(hasMemory ? section(5, vector([[0, 1]])) : []),
    ...section(7, vector(exportRows)),
    ...section(10, vector(exports.map(() => [3, 0, 0, 0x0b]))),
  ]);
}

const call: Function = ['call', '() -> i32'];
const allocate: Function = ['allocate', '(i32) -> i32'];
const poll: Function = ['env u_poll_handle', '(i64) -> i32'];

describe('what is refused, in one line', () => {
  const refusal = (...module: Parameters<typeof moduleOf>): string => {
    try {
      compileProgram(moduleOf(...module), limits);
    } catch (error) {
      expect(error).toBeInstanceOf(PluginError);
      return (error as Error).message;
    }
    return 'accepted';
  };

  test.each<[string, ...Parameters<typeof moduleOf>]>([
    [
      'it imports env.u_nothing, which does not exist; there are u_query_live, ',
      [['env u_nothing', '() -> ()']],
      [call],
    ],
    ['it imports env.u_emit as (i64) -> i32; it is (i32) -> i32', [['env u_emit', '(i64) -> i32']], [call]],
    [
      'it imports env.u_poll_handle as (f32) -> i32; it is (i64) -> i32, or in older programs (i32) -> i32',
      [['env u_poll_handle', '(f32) -> i32']],
      [call, allocate],
    ],
    ['it imports the function foo.bar; a Slung program may import env.u_*', [['foo bar', '() -> ()']], [call]],
    ['it exports no memory of the name `memory`', [], [call], false],
    ['it exports no function `call`, () -> i32', [], [allocate]],
    ['its function `call` is (i32) -> i32 and not () -> i32', [], [['call', '(i32) -> i32']]],
    ['it exports no function `allocate`, (i32) -> i32', [poll], [call]],
    ['its function `allocate` is (i64) -> i32 and not (i32) -> i32', [poll], [call, ['allocate', '(i64) -> i32']]],
    ['its function `_initialize` is () -> i32 and not () -> ()', [], [call, ['_initialize', '() -> i32']]],
  ])('%s', (message, ...module) => {
    const found = refusal(...module);
    expect(found.slice(0, message.length)).toBe(message);
    expect(found).not.toContain('\n');
  });

  test('memory over the limit', () => {
    expect(() => compileProgram(fixture('threshold'), { maxMemoryBytes: 65536 })).toThrow(PluginError);
  });

  test('every truncation of a program', () => {
    const bytes = fixture('script-old');
    for (let end = 0; end < bytes.length; end += 13) {
      expect(() => compileProgram(bytes.subarray(0, end), limits)).toThrow(PluginError);
    }
  });
});

describe('what is accepted', () => {
  test.each<[string, ...Parameters<typeof moduleOf>]>([
    ['no imports at all', [], [call]],
    ['no allocator when nothing is given to the program', [['env u_emit', '(i32) -> i32']], [call]],
    ['call without a result', [], [['call', '() -> ()']]],
    ['the abort of AssemblyScript', [['env abort', '(i32 i32 i32 i32) -> ()']], [call]],
    ['functions of both generations in one module', [poll, ['env u_poll_handle', '(i32) -> i32']], [call, allocate]],
  ])('%s', (_, ...module) => {
    expect(() => compileProgram(moduleOf(...module), limits)).not.toThrow();
  });
});

test('a program that catches everything is over all the same', () => {
  const { error, lines, counts } = script([], { program: 'swallow', input: record(1, 1) + record(2, 2) });
  expect(error).toBeUndefined();
  expect(lines).toEqual([]);
  expect(counts.delivered).toBe(2);
});

test.each(['threshold', 'threshold-own'])("a program in the shape of upstream's SDK: %s", (program) => {
  const input = Array.from({ length: 2500 }, (_, i) => record(1_700_000_000_000_000 + i, i / 10, 'temp', ['sensor=1']));
  const { error, lines, counts } = script([], { program, input: [input.join('')] });
  expect(error).toBeUndefined();
  expect(lines.length).toBe(1499);
  expect(JSON.parse(lines[0]!)).toMatchObject({ value: 100.1, tags: ['sensor=1'] });
  // Two points were written, of a series that nobody watches.
  expect(counts).toEqual({ events: 2502, bad: 0, delivered: 2500 });
});

test('a trap of the guest passes on', () => {
  expect(script(['no such command']).error).toBeInstanceOf(WebAssembly.RuntimeError);
});
