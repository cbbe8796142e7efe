import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PluginError } from '../../src/plugin/guest.ts';
import { recognise } from '../../src/plugin/recognise.ts';
import { buildModule, type ModuleSource, mapperFunctions, onePage } from './binary/build.ts';
import { buildComponent, exportItem, preamble, smallComponent, sorts, types } from './component/build.ts';
import { fixture, fixtureNames } from './component/fixtures.ts';

const run = { type: '() -> ()', code: [] };
const kindOf = (source: ModuleSource) => recognise(buildModule(source)).kind;

describe('kinds', () => {
  test.each(fixtureNames)('%s is a component', (name) => {
    expect(recognise(fixture(name)).kind).toBe('tangent-component');
  });

  test('a component that exports wasi:cli/run is a filter', () => {
    const command = readFileSync(new URL('../../fixtures/plugins/wasi/word-command.wasm', import.meta.url));
    expect(recognise(command).kind).toBe('wasi');
  });

  test.each<[string, ModuleSource, string]>([
    [
      'imports views',
      { imports: [['tangent:logs/log@0.1.0', '[method]logview.has', '(i32 i32 i32) -> i32']] },
      'tangent-core',
    ],
    ['exports the mapper', { functions: mapperFunctions() }, 'tangent-core'],
    ['exports what a mapper does', { memories: [onePage], functions: mapperFunctions('') }, 'tangent-core'],
    ['imports u_ functions', { imports: [['env', 'u_now', '() -> i64']] }, 'slung'],
    ['is a program', { functions: [{ ...run, name: '_start' }] }, 'wasi'],
    [
      'imports u_ functions and is a program',
      { imports: [['env', 'u_now', '() -> i64']], functions: [{ ...run, name: '_start' }] },
      'slung',
    ],
    [
      'imports views and is a program',
      { imports: [['tangent:logs/log@0.1.0', 'x', '() -> ()']], functions: [{ ...run, name: '_start' }] },
      'tangent-core',
    ],
  ])('a module that %s', (_, source, kind) => {
    expect(kindOf(source)).toBe(kind);
  });
});

describe('no plugin', () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const known = 'a plugin is a component or core module for tangent:logs, imports env.u_*, or exports _start';

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'the file is empty'],
    ['text', text('{"level":"error"}\n'), 'not a WebAssembly file (it begins with "{\\"level\\":\\"er")'],
    ['a short text', text('a\n'), 'not a WebAssembly file (it begins with 61 0a)'],
    [
      'WebAssembly text',
      text('(module)'),
      'not a WebAssembly file (it begins with "(module)"); WebAssembly text has to be assembled first',
    ],
    [
      'source',
      Buffer.from('/* mapper: the errors of a log */\n'),
      'not a WebAssembly file (it begins with "/* mapper: t"); it looks like source: slung plugin build makes a .wasm of its folder',
    ],
    [
      'gzip',
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0),
      'not a WebAssembly file (it begins with 1f 8b 08 00); it is compressed by gzip',
    ],
    [
      'a .cwasm',
      text('\x7fELF\x02\x01'),
      'not a WebAssembly file (it begins with 7f 45 4c 46); a precompiled .cwasm does not work here, the .wasm that it was made of does',
    ],
    ['half a preamble', Uint8Array.of(0, 0x61, 0x73), 'the file is truncated: the preamble has 8 bytes'],
    [
      'a core module of a version to come',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0),
      'a core module of version 2; slung reads version 1',
    ],
    [
      'an old component',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0),
      'a component of version 10, from an older or newer toolchain; slung reads version 13',
    ],
    [
      'another layer',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 2, 0),
      'a WebAssembly file of layer 2; slung reads core modules and components',
    ],
    [
      'a module of nothing',
      buildModule({}),
      `a core module of no known kind: it imports nothing and exports no function; ${known}`,
    ],
    [
      'a library',
      buildModule({ imports: [['wasi_snapshot_preview1', 'f', '() -> ()']], functions: [{ ...run, name: 'add' }] }),
      `a core module of no known kind: it imports from wasi_snapshot_preview1 and exports add; ${known}`,
    ],
    [
      'a module of many things',
      buildModule({ functions: 'abcdefg'.split('').map((name) => ({ ...run, name })) }),
      `a core module of no known kind: it imports nothing and exports a, b, c, d, e and 2 more; ${known}`,
    ],
    [
      'a module of another version',
      buildModule({ imports: [['tangent:logs/log@0.2.0', 'f', '() -> ()']] }),
      'it is built for tangent:logs/log 0.2.0; slung has 0.1.0',
    ],
    [
      'a mapper of another version',
      buildModule({ functions: mapperFunctions('tangent:logs/mapper@1.0.0#') }),
      'it is built for tangent:logs/mapper 1.0.0; slung has 0.1.0',
    ],
    [
      'input for wit-component',
      buildModule({ imports: [['cm32p2|tangent:logs/log@0.1', 'f', '() -> ()']] }),
      'a core module meant for wit-component; make it a component, or import from tangent:logs/log@0.1.0',
    ],
    [
      'a component of another world',
      buildComponent(types, exportItem('wasi:http/handler@0.2.0', sorts.type, 0)),
      'a component of another world: it exports wasi:http/handler@0.2.0; slung runs tangent:logs/processor@0.1.0 and wasi:cli/command@0.2',
    ],
    [
      'the beginning of a component',
      Uint8Array.from(preamble),
      'a component of another world: it exports nothing; slung runs tangent:logs/processor@0.1.0 and wasi:cli/command@0.2',
    ],
    [
      'a component that is cut off',
      smallComponent().subarray(0, 40),
      expect.stringMatching(/^the file is truncated: .* \(at byte \d+\)$/),
    ],
    [
      'names that would move the cursor',
      buildModule({ functions: [{ ...run, name: '\x1b[2J\n\u202e' }] }),
      expect.stringContaining('exports ␛[2J␊\ufffd;'),
    ],
  ])('%s', (_, bytes, message) => {
    let thrown: unknown;
    try {
      recognise(bytes);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PluginError);
    expect((thrown as Error).message).toEqual(message);
  });

  test('a message is no longer than somebody reads', () => {
    const bytes = buildModule({ functions: [{ ...run, name: 'x'.repeat(100_000) }] });
    expect(() => recognise(bytes)).toThrow(/^a core module of no known kind: .{300,400}…$/);
  });

  test('bytes in the middle of a larger buffer are read from where they begin', () => {
    const bytes = smallComponent();
    const larger = new Uint8Array(bytes.length + 5);
    larger.set(bytes, 5);
    expect(recognise(larger.subarray(5)).kind).toBe('tangent-component');
  });
});
