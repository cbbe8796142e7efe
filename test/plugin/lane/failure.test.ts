/** Causes in words: our own traps, the machine's, and the guest's function in which it happened. */
import { describe, expect, test } from 'vitest';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import { causeOf } from '../../../src/plugin/lane/failure.ts';

/** The error of a machine, thrown in the given frames. */
function thrown(message: string, ...frames: string[]): Error {
  const error = new WebAssembly.RuntimeError(message);
  error.stack = [`RuntimeError: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

const named = 'map_one (wasm://wasm/0011aabb:wasm-function[17]:0x1f3)';
const nameless = 'wasm://wasm/0011aabb:wasm-function[17]:0x1f3';

describe('a cause', () => {
  test.each([
    [
      thrown('unreachable', named),
      'it reached `unreachable` (a panic, an abort, a failed check, or no memory left) in `map_one`',
    ],
    [thrown('divide by zero', nameless), 'it divided by zero in its function 17'],
    [
      thrown('memory access out of bounds', 'host (file:///x.js:1:1)', named, nameless),
      'it read or wrote outside of its memory in `map_one`',
    ],
    [thrown('null function or function signature mismatch'), 'it called a function that is not there'],
    [thrown('float unrepresentable in integer range', named), 'a number did not fit its type in `map_one`'],
    [thrown('something new', named), 'something new in `map_one`'],
    [new RangeError('Maximum call stack size exceeded'), 'its stack is exhausted (an endless recursion?)'],
    [new Trap('handle 7 is not open'), 'handle 7 is not open'],
    [new PluginError('no such export'), 'no such export'],
    [new Error('any other'), 'any other'],
    ['a text', 'it threw a text'],
  ])('%s', (error, cause) => {
    expect(causeOf(error)).toBe(cause);
  });

  test('names the functions of C++ and Rust with all of their brackets', () => {
    const frame = 'core::ops::<impl Fn(A) -> B>::call (wasm://wasm/0011aabb:wasm-function[3]:0x1f3)';
    expect(causeOf(thrown('divide by zero', frame))).toBe('it divided by zero in `core::ops::<impl Fn(A) -> B>::call`');
  });

  test('of a real machine', () => {
    // (module (func (export "f") unreachable))
    const bytes = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0],
      ...[10, 5, 1, 3, 0, 0, 0x0b],
    ]);
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { f: () => void };
    let error: unknown;
    try {
      f();
    } catch (caught) {
      error = caught;
    }
    expect(causeOf(error)).toMatch(/^it reached `unreachable` \(.*\) in (`f`|its function 0)$/);
  });
});
