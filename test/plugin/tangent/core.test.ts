/** Bare core modules: hand-made ones for every rule, and one that AssemblyScript compiles. */
import { main } from 'assemblyscript/asc';
import { describe, expect, test } from 'vitest';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import { compileCore } from '../../../src/plugin/tangent/core.ts';
import { buildModule, type ModuleSource, mapperFunctions, onePage, opcodes } from '../binary/build.ts';
import { recordingHost, textAt } from '../component/fixtures.ts';

const maxMemoryBytes = 16 << 20;
const log = 'tangent:logs/log@0.1.0';

function instantiate(source: ModuleSource, host = recordingHost()) {
  return compileCore(buildModule(source), { maxMemoryBytes }).instantiate(host);
}

const plain = { memories: [onePage], functions: mapperFunctions() };

/** A mapper whose metadata() is `code`, given its imports. */
const withCode = (imports: ModuleSource['imports'], code: readonly number[]): ModuleSource => ({
  imports: imports!,
  memories: [onePage],
  functions: mapperFunctions().map((item, index) => (index === 0 ? { ...item, code } : item)),
});

const numbers = (...values: number[]) => values.flatMap((value) => [opcodes.i32, value]);

describe('exports', () => {
  test.each(['tangent:logs/mapper@0.1.0#', ''])('by names that begin with "%s"', (prefix) => {
    const exports = instantiate({ memories: [onePage], functions: mapperFunctions(prefix) });
    expect([exports.metadata.call(), exports.probe.call(), exports.processLogs.call(0, 0)]).toEqual([16, 16, 16]);
    expect(exports.metadata.realloc!(0, 0, 1, 1)).toBe(16);
    expect(exports.metadata.memory).toBeInstanceOf(WebAssembly.Memory);
  });

  test.each(['process_logs', 'processLogs'])('process-logs may be %s, and has its post-return', (name) => {
    const functions = mapperFunctions('').map((item) => (item.name === 'process-logs' ? { ...item, name } : item));
    const post = { type: '(i32) -> ()', code: [], name: `cabi_post_${name}` };
    const { metadata, processLogs } = instantiate({ memories: [onePage], functions: [...functions, post] });
    expect(processLogs.call(0, 0)).toBe(16);
    expect(processLogs.postReturn).toBeTypeOf('function');
    expect(metadata.postReturn).toBe(undefined);
  });

  test.each([
    ['memory', { functions: mapperFunctions() }, 'it exports no memory by the name of memory'],
    ['cabi_realloc', { ...plain, functions: mapperFunctions().slice(0, 3) }, 'it exports no function cabi_realloc'],
    [
      'probe',
      { ...plain, functions: mapperFunctions().filter((_, i) => i !== 1) },
      'it exports no function tangent:logs/mapper@0.1.0#probe or probe',
    ],
  ] as [string, ModuleSource, string][])('without %s are refused', (_, source, message) => {
    expect(() => instantiate(source)).toThrow(new PluginError(message));
  });

  test('of other types are refused', () => {
    const functions = mapperFunctions('').map((item, index) =>
      index === 2 ? { ...item, type: '(i64) -> i32' } : item,
    );
    expect(() => instantiate({ ...plain, functions })).toThrow(
      'its export process-logs is (i64) -> i32, and has to be (i32 i32) -> i32',
    );
  });
});

describe('imports', () => {
  test('are lowered with the memory and the allocator of the guest, and called', () => {
    const host = recordingHost();
    const source = withCode(
      [[log, '[method]logview.get', '(i32 i32 i32 i32) -> ()']],
      [...numbers(1, 2, 3, 4), opcodes.call, 0, ...numbers(16)],
    );
    const { metadata } = instantiate(source, host);
    expect(host.lowered[0]).toMatchObject({ interfaceName: log, name: '[method]logview.get' });
    expect(host.lowered[0]!.options.memory).toBe(metadata.memory);
    expect(host.lowered[0]!.options.realloc).toBe(metadata.realloc);
    expect(metadata.call()).toBe(16);
    expect(host.calls).toEqual([{ name: '[method]logview.get', values: [1, 2, 3, 4] }]);
  });

  test('of WASI go to the host by the name of the module', () => {
    const host = recordingHost();
    const imports = [
      ['wasi_snapshot_preview1', 'fd_write', '(i32 i32 i32 i32) -> i32'],
      ['wasi:random/random@0.2.3', 'get-random-u64', '() -> i64'],
    ] as const;
    instantiate({ ...plain, imports }, host);
    expect(host.lowered.map(({ interfaceName, name }) => [interfaceName, name])).toEqual(
      imports.map(([m, n]) => [m, n]),
    );
  });

  test('of several functions keep their order', () => {
    const host = recordingHost(7);
    const imports = [
      ['tangent:logs/lock@0.1.0', 'acquire', '(i32 i32) -> i32'],
      [log, '[resource-drop]logview', '(i32) -> ()'],
      [log, '[resource-drop]logview', '(i32) -> ()'],
    ] as const;
    const code = [...numbers(5), opcodes.call, 2, ...numbers(6), opcodes.call, 1, ...numbers(1, 2), opcodes.call, 0];
    expect(instantiate(withCode(imports, code), host).metadata.call()).toBe(7);
    expect(host.calls.map(({ name }) => name)).toEqual(['[resource-drop]logview', '[resource-drop]logview', 'acquire']);
  });

  test.each([
    ['env', 'seed', '() -> f64', 'it imports seed of env, which slung does not have'],
    ['env', 'abort', '() -> ()', 'it imports abort of env, which slung does not have'],
    ['wasi:io/streams@0.3.0', 'f', '() -> ()', 'it imports f of wasi:io/streams@0.3.0, which slung does not have'],
    ['tangent:logs/log@0.2.0', 'f', '() -> ()', 'it is built for tangent:logs/log 0.2.0; slung has 0.1.0'],
    [log, 'f', '() -> ()', `it imports f of ${log}, which has no such function`],
    [
      log,
      '[method]logview.has',
      '(i32) -> i32',
      `it imports [method]logview.has of ${log} as (i32) -> i32, and it is (i32 i32 i32) -> i32`,
    ],
    [
      'wasi_snapshot_preview1',
      'f',
      '(externref) -> ()',
      'it imports f of wasi_snapshot_preview1 with types that are not numbers',
    ],
  ])('%s %s %s is refused', (module, name, type, message) => {
    expect(() => instantiate({ ...plain, imports: [[module, name, type]] })).toThrow(new PluginError(message));
  });

  test('of a memory are refused', () => {
    const otherImports = [['env', 'memory', [0x02, 0x00, 0x01]]] as const;
    expect(() => instantiate({ functions: mapperFunctions(), otherImports })).toThrow(
      'it imports the memory memory of env; a plugin defines its own',
    );
  });
});

describe('memory', () => {
  test('is capped', () => {
    const { metadata } = instantiate(plain);
    metadata.memory.grow(255);
    expect(() => metadata.memory.grow(1)).toThrow(RangeError);
  });

  test('is not above the limit from the start', () => {
    expect(() => instantiate({ ...plain, memories: [[0x00, 0x80, 0x04]] })).toThrow(
      'its memory starts at 32 MiB, and the limit is 16 MiB',
    );
  });
});

test('abort without a memory or with addresses out of bounds is a trap all the same', () => {
  const abort = ['env', 'abort', '(i32 i32 i32 i32) -> ()'] as const;
  const far = [opcodes.i32, 0x80, 0x80, 0x80, 0x80, 0x78];
  const { metadata } = instantiate(withCode([abort], [...far, ...numbers(2, 3, 4), opcodes.call, 0, ...numbers(16)]));
  expect(() => metadata.call()).toThrow(new Trap('it aborted'));
});

describe('AssemblyScript', () => {
  const source = `
    @external("${log}", "[method]logview.has") declare function has(log: i32, at: usize, size: usize): i32;
    @external("tangent:logs/lock@0.1.0", "acquire") declare function acquire(at: usize, size: usize): i32;
    const name = String.UTF8.encode("from the top level");
    // Top-level code may already ask the host.
    const asked: i32 = acquire(changetype<usize>(name), name.byteLength);
    const meta = memory.data(16, 8);
    export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize { return heap.alloc(size); }
    export function metadata(): usize {
      store<u32>(meta, <u32>changetype<usize>(name));
      store<u32>(meta, name.byteLength, 4);
      store<u32>(meta, asked, 12);
      return meta;
    }
    export function probe(): usize { return has(1, 0, 0); }
    export function processLogs(at: usize, count: usize): usize {
      if (count > 2) throw new Error("too many:\\n" + count.toString());
      return 0;
    }`;

  async function compile(): Promise<Uint8Array> {
    let bytes: Uint8Array | undefined;
    const { error, stderr } = await main(['guest.ts', '-o', 'guest.wasm', '--runtime', 'stub', '-O1'], {
      readFile: (file) => (file === 'guest.ts' ? source : null),
      writeFile: (_, contents) => {
        bytes = contents as Uint8Array;
      },
      listFiles: () => [],
    });
    if (error !== null) throw new Error(stderr.toString());
    return bytes!;
  }

  test('is a plugin as it is: start function, abort, names that it can write', async () => {
    const host = recordingHost(1);
    const module = compileCore(await compile(), { maxMemoryBytes });
    const { metadata, probe, processLogs } = module.instantiate(host);
    expect(host.calls.map(({ name }) => name)).toEqual(['acquire']);
    const pair = metadata.call();
    expect(textAt(metadata.memory, pair)).toBe('from the top level');
    expect(new DataView(metadata.memory.buffer).getUint32(pair + 12, true)).toBe(1);
    expect(probe.call()).toBe(1);
    expect(() => processLogs.call(0, 3)).toThrow(/^it aborted: too many: 3 \(guest\.ts:\d+:\d+\)$/);
    expect(module.instantiate(recordingHost()).metadata.memory).not.toBe(metadata.memory);
  });
});
