import { describe, expect, test } from 'vitest';
import { leb, nameBytes, section, vector } from '../../src/plugin/binary/writer.ts';
import { inspect } from '../../src/plugin/inspect.ts';
import { buildModule, mapperFunctions, onePage } from './binary/build.ts';
import { smallComponent } from './component/build.ts';
import { fixture } from './component/fixtures.ts';

describe('a component', () => {
  const found = inspect(fixture('scaffold-c'));

  test('says what it is', () => {
    expect(found).toMatchObject({ bytes: 55_637, layer: 'component', kind: 'tangent-component', refusal: undefined });
    expect(found.exports).toEqual(['tangent:logs/mapper@0.1.0']);
  });

  test('imports by interface', () => {
    expect(found.imports.map(({ from }) => from)).toEqual([
      ...['tangent:logs/log@0.1.0', 'wasi:io/error@0.2.12', 'wasi:io/streams@0.2.12', 'wasi:cli/stdin@0.2.12'],
      ...['wasi:cli/stdout@0.2.12', 'wasi:cli/stderr@0.2.12', 'wasi:clocks/wall-clock@0.2.12'],
      ...['wasi:filesystem/types@0.2.12', 'wasi:filesystem/preopens@0.2.12'],
    ]);
    expect(found.imports[0]!.names).toEqual(['[method]logview.get', '[method]logview.get-list']);
    expect(found.imports[3]!.names).toEqual(['get-stdin']);
  });

  test('has modules with sizes, memories and names', () => {
    expect(found.modules.map(({ bytes }) => bytes)).toEqual([34_403, 10_749, 413, 344]);
    expect(found.modules[1]!.namedFunctions).toBe(48);
    expect(found.memories).toEqual([{ initialPages: 2, maximumPages: undefined }]);
  });

  test('was made by', () => {
    expect(found.producers).toContainEqual({ field: 'processed-by', name: 'wit-component', version: '0.259.0' });
    expect(new Set(found.producers.map((producer) => JSON.stringify(producer))).size).toBe(found.producers.length);
  });

  test('may have others inside, which use the same imports', () => {
    const quick = inspect(fixture('scaffold-qjs'));
    const log = quick.imports.find(({ from }) => from === 'tangent:logs/log@0.1.0')!;
    expect(log.names).toContain('[method]logview.get');
    expect(quick.imports.map(({ from }) => from)).not.toContain('local:init/module-loader');
    expect(quick.modules.length).toBeGreaterThan(5);
  });
});

test('a core module', () => {
  const names = [...section(0, nameBytes('mine')), ...section(1, vector([[...leb(0), ...nameBytes('f')]]))];
  const bytes = buildModule({
    imports: [
      ['tangent:logs/log@0.1.0', '[resource-drop]logview', '(i32) -> ()'],
      ['tangent:logs/log@0.1.0', '[method]logview.has', '(i32 i32 i32) -> i32'],
    ],
    memories: [[0x01, 0x02, 0x10]],
    functions: mapperFunctions(''),
    customs: [['name', names]],
  });
  expect(inspect(bytes)).toEqual({
    bytes: bytes.length,
    layer: 'core',
    kind: 'tangent-core',
    refusal: undefined,
    name: 'mine',
    imports: [{ from: 'tangent:logs/log@0.1.0', names: ['[method]logview.has', '[resource-drop]logview'] }],
    exports: ['metadata', 'probe', 'process-logs', 'cabi_realloc', 'memory'],
    memories: [{ initialPages: 2, maximumPages: 16 }],
    modules: [
      { bytes: bytes.length, name: 'mine', namedFunctions: 1, memories: [{ initialPages: 2, maximumPages: 16 }] },
    ],
    producers: [],
  });
});

describe('refused files are described as far as they can be read', () => {
  test('a module of no kind', () => {
    const found = inspect(
      buildModule({ memories: [onePage], functions: [{ type: '() -> ()', code: [], name: 'add' }] }),
    );
    expect(found.kind).toBe(undefined);
    expect(found.refusal).toContain('a core module of no known kind');
    expect(found.exports).toEqual(['add', 'memory']);
    expect(found.memories).toHaveLength(1);
  });

  test('a component that is cut off', () => {
    const found = inspect(smallComponent().subarray(0, 60));
    expect(found).toMatchObject({ layer: 'component', kind: undefined, imports: [], modules: [] });
    expect(found.refusal).toContain('truncated');
  });

  test('text', () => {
    expect(inspect(new TextEncoder().encode('hello'))).toMatchObject({ layer: undefined, kind: undefined });
  });
});
