import { describe, expect, test } from 'vitest';
import { compileModule, instantiateModule } from '../../../src/plugin/binary/compile.ts';
import { readCoreModule } from '../../../src/plugin/binary/module.ts';
import { capMemory, deferStart } from '../../../src/plugin/binary/rewrite.ts';
import { buildModule, onePage, opcodes } from './build.ts';

/** Exports `grow(pages) -> pages before, or -1`. */
const grower = (limits: readonly number[]) =>
  buildModule({
    memories: [limits],
    functions: [{ type: '(i32) -> i32', code: [opcodes.get, 0, ...opcodes.grow], name: 'grow' }],
  });

function grow(bytes: Uint8Array, pages: number): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return (exports.grow as (pages: number) => number)(pages);
}

describe('the maximum of a memory', () => {
  test.each([
    ['without one', onePage, 8],
    ['above the limit', [0x01, 0x01, 0x80, 0x08], 8],
    ['below the limit', [0x01, 0x01, 0x04], 4],
  ])('of a module %s', (_, limits, expected) => {
    const capped = capMemory(grower(limits), 8);
    expect(readCoreModule(capped).memories).toEqual([{ initial: 1, maximum: expected }]);
    expect(grow(capped, expected - 1)).toBe(1);
    expect(grow(capped, expected)).toBe(-1);
  });

  test('holds for imported memories as well', () => {
    const bytes = buildModule({ otherImports: [['env', 'memory', [0x02, 0x00, 0x01]]] });
    expect(readCoreModule(capMemory(bytes, 8)).imports[0]!.limits).toEqual({ initial: 1, maximum: 8 });
  });

  test('leaves the file alone', () => {
    const bytes = grower(onePage);
    const before = bytes.slice();
    capMemory(bytes, 8);
    expect(bytes).toEqual(before);
  });

  test('is not below the start', () => {
    expect(() => capMemory(grower([0x00, 0x80, 0x08]), 256)).toThrow(
      'its memory starts at 64 MiB, and the limit is 16 MiB; a higher --memory allows it',
    );
    expect(() => capMemory(grower([0x00, 0x03]), 2)).toThrow('its memory starts at 192 KiB, and the limit is 128 KiB');
  });

  test('there is one memory', () => {
    expect(() => capMemory(buildModule({ memories: [onePage, onePage] }), 8)).toThrow(
      'it has 2 memories, and the limit is 1',
    );
  });
});

describe('tables', () => {
  const table = (...limits: number[]) => buildModule({ tables: [[0x70, ...limits]] });

  test('get a maximum', () => {
    const wat = capMemory(
      buildModule({ otherImports: [['env', 't', [0x01, 0x70, 0x00, 0x01]]], tables: [[0x6f, 0x01, 1, 5]] }),
      1,
    );
    expect(readCoreModule(wat).imports[0]!.limits).toEqual({ initial: 1, maximum: 200_000 });
    expect(() => new WebAssembly.Module(wat)).not.toThrow();
  });

  test('are not too large or too many', () => {
    expect(() => capMemory(table(0x00, 0xc0, 0x84, 0x3d), 1)).toThrow(
      'it has 1000000 elements in a table, and the limit is 200000',
    );
    const many = buildModule({ tables: Array.from({ length: 17 }, () => [0x70, 0x00, 0x01]) });
    expect(() => capMemory(many, 1)).toThrow('it has 17 tables, and the limit is 16');
    expect(() => capMemory(table(0x04, 0x01), 1)).toThrow('it has a 64-bit table');
  });
});

test('a table may have an initial value, which stays', () => {
  const bytes = buildModule({ tables: [[0x40, 0x00, 0x70, 0x00, 0x05, 0xd0, 0x70, 0x0b]] });
  const capped = capMemory(bytes, 1);
  expect([...capped.subarray(8)]).toEqual([4, 10, 1, 0x40, 0x00, 0x70, 0x01, 5, 5, 0xd0, 0x70, 0x0b]);
});

describe('the start function', () => {
  const bytes = buildModule({
    memories: [onePage],
    // One page more, every time that it is called.
    functions: [
      { type: '() -> ()', code: [opcodes.i32, 1, ...opcodes.grow, 0x1a] },
      { type: '() -> ()', code: [], name: '$start' },
    ],
    start: 0,
  });
  const pagesOf = (exports: Record<string, unknown>) =>
    (exports.memory as WebAssembly.Memory).buffer.byteLength / 65_536;

  test('becomes an export of a name that is free', () => {
    expect(pagesOf(new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports)).toBe(2);
    const { module, startExport } = deferStart(bytes);
    expect(startExport).toBe('$start$');
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
    expect(pagesOf(exports)).toBe(1);
    (exports[startExport!] as () => void)();
    expect(pagesOf(exports)).toBe(2);
  });

  test('may be missing', () => {
    const plain = grower(onePage);
    expect(deferStart(plain)).toEqual({ module: plain, startExport: undefined });
  });
});

describe('V8 has the last word', () => {
  test('in one line', () => {
    const bad = buildModule({ functions: [{ type: '() -> i32', code: [], name: 'f' }] });
    expect(() => compileModule(bad, 'core module 3')).toThrow(
      /^core module 3 does not compile: Compiling function #0.*$/,
    );
  });

  test('about imports', () => {
    const module = compileModule(buildModule({ imports: [['a', 'b', '() -> ()']] }), 'it');
    expect(() => instantiateModule(module, {}, 'it')).toThrow(/^it cannot be linked: .*a/);
    expect(() => instantiateModule(module, { a: { b: 1 } }, 'it')).toThrow(/^it cannot be linked: .*b/);
  });

  test('but not about what a start function does', () => {
    const module = compileModule(
      buildModule({ functions: [{ type: '() -> ()', code: [opcodes.unreachable] }], start: 0 }),
      'it',
    );
    expect(() => instantiateModule(module, {}, 'it')).toThrow(WebAssembly.RuntimeError);
    const deep = compileModule(
      buildModule({ functions: [{ type: '() -> ()', code: [opcodes.call, 0] }], start: 0 }),
      'it',
    );
    expect(() => instantiateModule(deep, {}, 'it')).toThrow(RangeError);
  });

  test('and constant expressions with arithmetic are switched on where that is needed', () => {
    const global = [0x7f, 0x00, opcodes.i32, 1, opcodes.i32, 2, 0x6a, opcodes.end];
    expect(compileModule(buildModule({ globals: [global] }), 'it')).toBeInstanceOf(WebAssembly.Module);
  });
});
