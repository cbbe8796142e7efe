import { describe, expect, test } from 'vitest';
import { readNames, readProducers } from '../../../src/plugin/binary/customs.ts';
import { readCoreModule } from '../../../src/plugin/binary/module.ts';
import { showSignature } from '../../../src/plugin/binary/signature.ts';
import { leb, nameBytes, section, vector } from '../../../src/plugin/binary/writer.ts';
import { buildModule } from './build.ts';

describe('a core module', () => {
  const bytes = buildModule({
    imports: [
      ['env', 'f', '(i32 i64) -> f64'],
      ['env', 'g', '() -> ()'],
    ],
    otherImports: [
      ['env', 'table', [0x01, 0x70, 0x00, 0x05]],
      ['env', 'global', [0x03, 0x7f, 0x00]],
    ],
    functions: [
      { type: '(f32) -> ()', code: [], name: 'run' },
      { type: '() -> ()', code: [] },
    ],
    memories: [[0x01, 0x02, 0x08]],
    start: 1,
    customs: [['hello', [1, 2, 3]]],
  });
  const module = readCoreModule(bytes);

  test('is one that V8 takes', () => {
    expect(WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name)).toEqual([
      'run',
      'memory',
    ]);
  });

  test('its imports have kinds and signatures', () => {
    expect(module.imports.map(({ module: from, name, kind }) => `${from}.${name} ${kind}`)).toEqual([
      'env.f function',
      'env.g function',
      'env.table table',
      'env.global global',
    ]);
    expect(showSignature(module.imports[0]!.signature!)).toBe('(i32 i64) -> f64');
    expect(module.imports[2]!.limits).toEqual({ initial: 5, maximum: undefined });
  });

  test('its exports count imported functions first', () => {
    const [run, memory] = module.exports;
    expect(run).toMatchObject({ name: 'run', kind: 'function', index: 2 });
    expect(showSignature(run!.signature!)).toBe('(f32) -> ()');
    expect(memory).toMatchObject({ name: 'memory', kind: 'memory', signature: undefined });
  });

  test('its memory, start function and custom sections', () => {
    expect(module.memories).toEqual([{ initial: 2, maximum: 8 }]);
    expect(module.start).toBe(3);
    expect(module.customs).toEqual([{ name: 'hello', bytes: Uint8Array.of(1, 2, 3) }]);
  });

  test('cut off anywhere is an error, or a module with fewer sections', () => {
    for (let length = 0; length < bytes.length; length++) {
      try {
        readCoreModule(bytes.subarray(0, length));
      } catch (error) {
        expect(error).toMatchObject({ name: 'PluginError' });
        expect((error as Error).message).not.toContain('\n');
      }
    }
  });

  test.each([
    ['a shared memory', [0x03, 0x01, 0x02], 'it has a shared memory; build the plugin without threads (at byte 11)'],
    ['a 64-bit memory', [0x04, 0x01], 'it has a 64-bit memory; build the plugin for wasm32 (at byte 11)'],
    ['unknown limits', [0x08, 0x01], 'the memory has unknown flags 0x8 (at byte 11)'],
  ])('%s is refused', (_, limits, message) => {
    expect(() => readCoreModule(buildModule({ memories: [limits] }))).toThrow(message);
  });

  test('types that are no functions end the list of signatures, not the reading', () => {
    const struct = [...buildModule({}), ...section(1, [1, 0x5f, 0x00]), ...section(3, [1, 0])];
    const run = section(7, vector([[...nameBytes('run'), 0x00, 0x00]]));
    expect(readCoreModule(Uint8Array.from([...struct, ...run])).exports[0]).toMatchObject({
      name: 'run',
      signature: undefined,
    });
  });
});

describe('custom sections', () => {
  const producers = vector([
    [...nameBytes('language'), ...vector([[...nameBytes('C11'), ...nameBytes('')]])],
    [...nameBytes('processed-by'), ...vector([[...nameBytes('clang'), ...nameBytes('14.0.6')]])],
  ]);
  const names = [...section(0, nameBytes('mapper')), ...section(1, vector([[...leb(0), ...nameBytes('f')]]))];

  test('say who made a module and what it is called', () => {
    const bytes = buildModule({
      customs: [
        ['producers', producers],
        ['name', names],
      ],
    });
    const { customs } = readCoreModule(bytes);
    expect(readProducers(customs)).toEqual([
      { field: 'language', name: 'C11', version: '' },
      { field: 'processed-by', name: 'clang', version: '14.0.6' },
    ]);
    expect(readNames(customs)).toEqual({ own: 'mapper', functions: 1 });
  });

  test('may be broken', () => {
    const bytes = buildModule({
      customs: [
        ['producers', [...producers.slice(0, 9)]],
        ['name', [0, 200]],
      ],
    });
    const { customs } = readCoreModule(bytes);
    expect(readProducers(customs)).toEqual([]);
    expect(readNames(customs)).toEqual({ own: undefined, functions: 0 });
  });
});
