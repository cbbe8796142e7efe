/** What hand-made components define, how it is linked, and what is refused. */
import { describe, expect, test } from 'vitest';
import { leb } from '../../../src/plugin/binary/writer.ts';
import { compileComponent } from '../../../src/plugin/component/compile.ts';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import { buildModule, mapperFunctions, onePage, opcodes } from '../binary/build.ts';
import * as B from './build.ts';
import { recordingHost } from './fixtures.ts';

const maxMemoryBytes = 64 << 20;
const log = 'tangent:logs/log@0.1.0';

function instantiate(bytes: Uint8Array, host = recordingHost()) {
  return compileComponent(bytes, { maxMemoryBytes }).instantiate(host);
}

function refusal(...sections: readonly (readonly number[])[]): string {
  try {
    instantiate(B.buildComponent(...sections));
  } catch (error) {
    if (error instanceof PluginError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

/** A component with `before` in front of a whole mapper of its own; indices of core items start after `before`. */
const withMapper = (...before: readonly (readonly number[])[]): Uint8Array =>
  B.buildComponent(B.coreModule(B.mapperModule), B.coreInstance(0), B.mapperAliases(0), B.types, ...before);

describe('the smallest component', () => {
  test('works', () => {
    const exports = instantiate(B.smallComponent());
    expect([exports.metadata.call(), exports.probe.call(), exports.processLogs.call(0, 0)]).toEqual([16, 16, 16]);
    expect(exports.processLogs.postReturn).toBe(undefined);
  });

  test('takes an address as unsigned', () => {
    const high = buildModule({
      memories: [onePage],
      functions: mapperFunctions().map((item) => ({ ...item, code: [opcodes.i32, 0x80, 0x80, 0x80, 0x80, 0x78] })),
    });
    const bytes = B.buildComponent(
      B.coreModule(high),
      B.coreInstance(0),
      B.mapperAliases(0),
      B.types,
      B.mapperExport(),
    );
    expect(instantiate(bytes).metadata.call()).toBe(0x8000_0000);
  });

  test('an export that returns no pointer is a trap', () => {
    const functions = mapperFunctions().map((item, index) =>
      index === 0 ? { ...item, type: '() -> ()', code: [] } : item,
    );
    const bytes = B.buildComponent(
      B.coreModule(buildModule({ memories: [onePage], functions })),
      ...[B.coreInstance(0), B.mapperAliases(0), B.types, B.mapperExport()],
    );
    const { metadata } = instantiate(bytes);
    expect(() => metadata.call()).toThrow(new Trap('metadata returned no pointer'));
  });
});

describe('imports', () => {
  /** A guest module that calls `f`, which is lowered from `name` of `from`. */
  const importing = (from: string, name: string, ...options: readonly (readonly number[])[]) =>
    withMapper(
      B.importInstance(from),
      B.aliasExport(B.sorts.func, 0, name),
      B.lower(0, ...options),
      B.mapperExport(0, 1, 1),
    );

  test('are lowered by interface and name, with the options', () => {
    const host = recordingHost();
    const { metadata } = instantiate(
      importing(log, '[method]logview.get', B.encodings.utf8, B.memoryOption(0), B.reallocOption(3)),
      host,
    );
    expect(host.lowered).toHaveLength(1);
    const [lowered] = host.lowered;
    expect(lowered).toMatchObject({ interfaceName: log, name: '[method]logview.get' });
    expect(lowered!.options.memory).toBe(metadata.memory);
    expect(lowered!.options.realloc).toBeTypeOf('function');
  });

  test.each(['wasi:io/streams@0.2.0', 'wasi:io/streams@0.2.12', 'wasi:io/streams@0.2'])(
    'of %s pass as they are',
    (from) => {
      const host = recordingHost();
      instantiate(importing(from, '[method]output-stream.write'), host);
      expect(host.lowered[0]!.interfaceName).toBe(from);
    },
  );

  test.each([
    ['tangent:logs/log@0.2.0', 'it is built for tangent:logs/log 0.2.0; slung has 0.1.0'],
    ['tangent:logs/log', 'it is built for tangent:logs/log without a version; slung has 0.1.0'],
    ['wasi:io/streams@0.3.0', 'it imports wasi:io/streams@0.3.0; slung has WASI 0.2'],
    [
      'tangent:logs/nothing@0.1.0',
      'it imports tangent:logs/nothing@0.1.0, which tangent:logs/processor@0.1.0 does not have',
    ],
  ])('of %s are refused', (from, message) => {
    expect(() => instantiate(importing(from, 'f'))).toThrow(new PluginError(message));
  });

  test('of a function that the world does not have are refused', () => {
    expect(() => instantiate(importing(log, '[method]logview.set'))).toThrow(
      `it imports [method]logview.set of ${log}, which has no such function`,
    );
  });

  test('are refused by the host where only it knows', () => {
    const host = recordingHost();
    const strict = {
      ...host,
      lower: (interfaceName: string) => {
        throw new PluginError(`no ${interfaceName}`);
      },
    };
    expect(() => instantiate(importing('my:own/thing@1.0.0', 'f'), strict)).toThrow('no my:own/thing@1.0.0');
  });

  test('need a memory and an allocator', () => {
    expect(() => instantiate(importing(log, '[method]logview.has'))).toThrow(
      `it imports [method]logview.has of ${log} without giving a memory`,
    );
    expect(() => instantiate(importing(log, '[method]logview.get', B.memoryOption(0)))).toThrow(
      `it imports [method]logview.get of ${log} without giving a realloc function`,
    );
  });

  test('drops are lowered by the resource', () => {
    const host = recordingHost();
    const drop = [
      B.importInstance('wasi:io/streams@0.2.3'),
      B.aliasExport(B.sorts.type, 0, 'output-stream'),
      B.canon(0x03, 2),
    ];
    instantiate(withMapper(...drop, B.mapperExport(0, 0, 1)), host);
    expect(host.lowered).toEqual([
      {
        interfaceName: 'wasi:io/streams@0.2.3',
        name: '[resource-drop]output-stream',
        options: { memory: undefined, realloc: undefined },
      },
    ]);
  });

  test('of something else than an interface are refused', () => {
    expect(
      refusal(B.types, B.importItem('run', 0x01, 0), B.exportItem('tangent:logs/mapper@0.1.0', B.sorts.func, 0)),
    ).toBe('it imports run, a func; slung gives interfaces only');
    // Another name for a type is no import of anything.
    instantiate(withMapper(B.importItem('scalar', 0x03, 0x00, 0), B.mapperExport()));
  });

  test('by a name that objects have are not taken for theirs', () => {
    const module = buildModule({ imports: [['__proto__', 'toString', '() -> ()']] });
    const bare = B.buildComponent(
      ...[B.coreModule(module), B.coreExports({}), B.coreInstance(0, { constructor: 0 }), B.types],
      B.exportItem('tangent:logs/mapper@0.1.0', B.sorts.type, 0),
    );
    expect(() => instantiate(bare)).toThrow(/^core module 0 cannot be linked: .*__proto__/);
  });
});

describe('what is inside', () => {
  test('a shim and a fixup module, as wit-component makes them', () => {
    const table = [0x70, 0x01, 0x01, 0x01];
    // Exports "0", which calls through its table, and the table.
    const shim = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0, 3, 2, 1, 0, 4, 5, 1, ...table],
      ...[7, 9, 2, 1, 0x30, 0, 0, 1, 0x74, 1, 0, 10, 17, 1, 15, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0x20, 3],
      ...[0x41, 0, 0x11, 0, 0, 0x0b],
    ]);
    const fixup = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0],
      ...[2, 14, 2, 0, 1, 0x30, 0, 0, 0, 1, 0x74, 1, ...table, 9, 7, 1, 0, 0x41, 0, 0x0b, 1, 0],
    ]);
    const [metadata, ...others] = mapperFunctions();
    const arguments4 = [1, 2, 3, 4].flatMap((value) => [opcodes.i32, value]);
    const main = buildModule({
      imports: [['any name', 'get', '(i32 i32 i32 i32) -> ()']],
      memories: [onePage],
      functions: [{ ...metadata!, code: [...arguments4, opcodes.call, 0, opcodes.i32, 16] }, ...others],
    });
    const host = recordingHost();
    const { metadata: called } = instantiate(
      B.buildComponent(
        ...[B.importInstance(log), B.types, B.coreModule(main), B.coreModule(shim), B.coreModule(fixup)],
        ...[B.coreInstance(1), B.aliasCore(B.sorts.coreFunc, 0, '0'), B.coreExports({ get: [B.sorts.coreFunc, 0] })],
        ...[B.coreInstance(0, { 'any name': 1 }), B.mapperAliases(2)],
        ...[B.aliasCore(B.sorts.coreTable, 0, 't'), B.aliasExport(B.sorts.func, 0, '[method]logview.get')],
        ...[B.lower(0, B.memoryOption(0), B.reallocOption(4))],
        ...[B.coreExports({ '0': [B.sorts.coreFunc, 5], t: [B.sorts.coreTable, 0] }), B.coreInstance(2, { '': 3 })],
        B.mapperExport(1, 1, 1),
      ),
      host,
    );
    expect(called.call()).toBe(16);
    expect(host.calls).toEqual([{ name: '[method]logview.get', values: [1, 2, 3, 4] }]);
  });

  test('components within components get what they are given', () => {
    const inner = B.buildComponent(
      B.types,
      B.importItem('import-func-metadata', 0x01, 0),
      B.exportItem('metadata', B.sorts.func, 0),
    );
    const { metadata } = instantiate(
      withMapper(
        ...[B.lift(0, B.memoryOption(0)), B.component(inner)],
        ...[B.instance(0, { 'import-func-metadata': [B.sorts.func, 0] }), B.aliasExport(B.sorts.func, 0, 'metadata')],
        ...[B.lift(1, B.memoryOption(0)), B.lift(2, B.memoryOption(0), B.reallocOption(3))],
        B.exportsInstance({ metadata: [B.sorts.func, 1], probe: [B.sorts.func, 2], 'process-logs': [B.sorts.func, 3] }),
        B.exportItem('tangent:logs/mapper@0.1.0', B.sorts.instance, 1),
      ),
    );
    expect(metadata.call()).toBe(16);
  });

  test('and say so when they are not', () => {
    const inner = B.buildComponent(B.types, B.importItem('import-func-metadata', 0x01, 0));
    expect(() => instantiate(withMapper(B.component(inner), B.instance(0), B.mapperExport(0, 0, 1)))).toThrow(
      'an inner component imports the func import-func-metadata, which it is not given',
    );
  });

  test('an outer alias reaches what is around the definition', () => {
    const inner = B.buildComponent(B.aliasOuter(B.sorts.coreModule, 1, 0), B.coreInstance(0));
    instantiate(withMapper(B.component(inner), B.instance(0), B.mapperExport(0, 0, 1)));
    const high = B.buildComponent(B.aliasOuter(B.sorts.coreModule, 5, 0));
    expect(() => instantiate(withMapper(B.component(high), B.instance(0), B.mapperExport(0, 0, 1)))).toThrow(
      'an alias reaches 5 components up, and there are fewer',
    );
  });

  test('a call from one component into another is refused when it happens, not before', () => {
    const [metadata, ...others] = mapperFunctions();
    const calling = buildModule({
      imports: [['other', 'f', '() -> i32']],
      memories: [onePage],
      functions: [{ ...metadata!, code: [opcodes.call, 0] }, ...others],
    });
    const { metadata: called, probe } = instantiate(
      B.buildComponent(
        ...[B.coreModule(B.mapperModule), B.coreInstance(0), B.types],
        ...[B.aliasCore(B.sorts.coreFunc, 0, 'tangent:logs/mapper@0.1.0#metadata'), B.lift(0), B.lower(0)],
        ...[B.coreModule(calling), B.coreExports({ f: [B.sorts.coreFunc, 1] }), B.coreInstance(1, { other: 1 })],
        ...[B.mapperAliases(2), B.mapperExport(2, 1, 0)],
      ),
    );
    expect(probe.call()).toBe(16);
    expect(() => called.call()).toThrow(
      new Trap('it calls from one of its components into another, which is not supported'),
    );
  });

  test('resources of its own are their representation', () => {
    const guest = buildModule({
      imports: [
        ['r', 'new', '(i32) -> i32'],
        ['r', 'rep', '(i32) -> i32'],
        ['r', 'drop', '(i32) -> ()'],
      ],
      memories: [onePage],
      functions: mapperFunctions().map((item, index) =>
        index === 0
          ? { ...item, code: [opcodes.i32, 9, opcodes.call, 0, opcodes.call, 1, opcodes.i32, 9, opcodes.call, 2] }
          : item,
      ),
    });
    const { metadata } = instantiate(
      B.buildComponent(
        ...[B.types, B.canon(0x02, 0), B.canon(0x04, 0), B.canon(0x03, 0), B.coreModule(guest)],
        B.coreExports({ new: [B.sorts.coreFunc, 0], rep: [B.sorts.coreFunc, 1], drop: [B.sorts.coreFunc, 2] }),
        ...[B.coreInstance(0, { r: 0 }), B.mapperAliases(1), B.mapperExport(3, 0, 0)],
      ),
    );
    expect(metadata.call()).toBe(9);
  });
});

describe('refused', () => {
  test('another world', () => {
    expect(refusal()).toBe(
      'a component of another world: it exports nothing; slung runs tangent:logs/processor@0.1.0 and wasi:cli/command@0.2',
    );
    expect(refusal(B.types, B.exportItem('wasi:cli/run@0.2.3', B.sorts.type, 0))).toBe(
      'a component of another world: it exports wasi:cli/run@0.2.3; slung runs tangent:logs/processor@0.1.0 and wasi:cli/command@0.2',
    );
    expect(refusal(B.types, B.exportItem('tangent:logs/mapper@0.3.0', B.sorts.type, 0))).toBe(
      'it is built for tangent:logs/mapper 0.3.0; slung has 0.1.0',
    );
  });

  test('a mapper that is none', () => {
    const mapper = 'tangent:logs/mapper@0.1.0';
    expect(refusal(B.types, B.exportItem(mapper, B.sorts.type, 0))).toBe(`its export ${mapper} is not an instance`);
    expect(refusal(B.exportsInstance({}), B.exportItem(mapper, B.sorts.instance, 0))).toBe(
      `its ${mapper} has no function process-logs`,
    );
    const lifts = (...options: number[][]) => [
      ...[B.lift(0), B.lift(1), B.lift(2, ...options)],
      B.exportsInstance({ metadata: [B.sorts.func, 0], probe: [B.sorts.func, 1], 'process-logs': [B.sorts.func, 2] }),
      B.exportItem(mapper, B.sorts.instance, 0),
    ];
    expect(() => instantiate(withMapper(...lifts()))).toThrow('its export process-logs has no memory');
    expect(() => instantiate(withMapper(...lifts(B.memoryOption(0))))).toThrow(
      'its export process-logs has no realloc function',
    );
    expect(() => instantiate(withMapper(...lifts(B.memoryOption(0), B.reallocOption(3))))).toThrow(
      'its export metadata has no memory',
    );
  });

  test.each([
    ['asynchronous lifting', [0x00, 0x00, 0, 1, 0x06, 0], 'it uses the asynchronous ABI (canon option 0x6); build'],
    [
      'asynchronous callbacks',
      [0x00, 0x00, 0, 1, 0x07, 0, 0],
      'it uses the asynchronous ABI (canon option 0x7); build',
    ],
    ['task.return', [0x09, 0x01, 0x00, 0x00], 'it uses the asynchronous ABI (canon opcode 0x9); build'],
    ['UTF-16', [0x01, 0x00, 0, 1, 0x01], 'its strings are UTF-16; build the plugin with UTF-8 strings'],
    ['Latin-1', [0x01, 0x00, 0, 1, 0x02], 'its strings are Latin-1+UTF-16; build the plugin with UTF-8 strings'],
    ['an unknown form', [0x01, 0x01, 0, 0], 'a canonical definition of an unknown form'],
  ])('%s', (_, bytes, message) => {
    expect(refusal(B.canon(...bytes))).toContain(message);
  });

  test.each([
    ['a start function', [9, 1, 0], 'a component with a start function, which is not supported (at byte 8)'],
    ['values', [12, 1, 0], 'a component with value definitions, which are not supported (at byte 8)'],
    ['an unknown section', [13, 1, 0], 'section 13 does not exist in components (at byte 8)'],
    ['names of an unknown form', [10, 4, 1, 0x02, 0, 5], 'a name of an unknown form (at byte 11)'],
  ])('%s', (_, bytes, message) => {
    expect(refusal(bytes)).toBe(message);
  });

  test('indices of nothing', () => {
    const last = B.exportItem('tangent:logs/mapper@0.1.0', B.sorts.instance, 0);
    expect(refusal(last)).toBe('the component refers to instance 0 and has 0');
    expect(refusal(B.coreInstance(0), last)).toBe('the component refers to core module 0 and has 0');
    expect(refusal(B.lower(7), last)).toBe('the component refers to func 7 and has 0');
    const empty = [B.coreModule(buildModule({})), B.coreInstance(0)];
    expect(refusal(...empty, B.aliasCore(B.sorts.coreFunc, 0, 'f'), B.exportsInstance({}), last)).toBe(
      'the component refers to the core func f of a core instance that does not export it',
    );
    expect(refusal(B.exportsInstance({}), B.aliasExport(B.sorts.func, 0, 'f'), last)).toBe(
      'the component refers to the func f of an instance that does not export it',
    );
  });

  test('a module that does not compile, by its number', () => {
    const bad = buildModule({ functions: [{ type: '() -> i32', code: [] }] });
    const last = B.exportItem('tangent:logs/mapper@0.1.0', B.sorts.instance, 0);
    const instances = [B.coreInstance(1), B.exportsInstance({})];
    expect(refusal(B.coreModule(buildModule({})), B.coreModule(bad), ...instances, last)).toMatch(
      /^core module 1 does not compile: /,
    );
    // What nobody instantiates is not compiled.
    instantiate(
      B.buildComponent(
        ...[B.coreModule(B.mapperModule), B.coreModule(bad), B.coreInstance(0), B.mapperAliases(0), B.types],
        B.mapperExport(),
      ),
    );
  });
});

describe('bombs', () => {
  const last = B.exportItem('tangent:logs/mapper@0.1.0', B.sorts.instance, 0);

  test('components in components in components', () => {
    let bytes = B.buildComponent();
    for (let depth = 0; depth < 200; depth++) bytes = B.buildComponent(B.component(bytes));
    expect(refusal(...[B.component(bytes), last])).toMatch(/^components are nested more than 32 deep \(at byte \d+\)$/);
  });

  test('each component instantiates the one before twice', () => {
    let bytes = B.buildComponent();
    for (let depth = 0; depth < 30; depth++) bytes = B.buildComponent(B.component(bytes), B.instance(0), B.instance(0));
    expect(refusal(B.component(bytes), B.instance(0), last)).toBe(
      'the component takes more than 1000 instances to link',
    );
  });

  test('a component instantiates itself', () => {
    const self = B.buildComponent(B.aliasOuter(B.sorts.component, 1, 0), B.instance(0));
    expect(refusal(B.component(self), B.instance(0), last)).toBe(
      'the component takes more than 1000 instances to link',
    );
  });

  test('many definitions, many times', () => {
    const body = [...leb(5000), ...Array.from({ length: 5000 }, () => 0x7f)];
    const inner = B.buildComponent([7, ...leb(body.length), ...body]);
    const instances = Array.from({ length: 300 }, () => B.instance(0));
    expect(refusal(B.component(inner), ...instances, last)).toBe('the component takes more than 1000000 steps to link');
  });

  test('many memories', () => {
    const instances = Array.from({ length: 9 }, () => B.coreInstance(0));
    expect(refusal(B.coreModule(buildModule({ memories: [onePage] })), ...instances, last)).toBe(
      'the component takes more than 8 memories to link',
    );
  });

  test('memories that grow as far as they can', () => {
    // A page more until there is none, then how many there are.
    const growAll = [0x03, 0x40, opcodes.i32, 1, ...opcodes.grow, opcodes.i32, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x3f, 0];
    const grower = buildModule({
      memories: [onePage],
      functions: mapperFunctions().map((item) => ({ ...item, code: growAll })),
    });
    const bytes = B.buildComponent(
      ...[B.coreModule(grower), B.coreInstance(0), B.coreInstance(0), B.coreInstance(0), B.mapperAliases(0), B.types],
      B.mapperExport(),
    );
    const module = compileComponent(bytes, { maxMemoryBytes: 102 * 65_536 });
    expect(module.instantiate(recordingHost()).metadata.call()).toBe(34);
    expect(() => compileComponent(bytes, { maxMemoryBytes: 2 * 65_536 })).toThrow(
      'its 3 memories start together at 192 KiB, and the limit is 128 KiB; a higher --memory allows it',
    );
  });

  test('counts and sizes without bytes', () => {
    expect(refusal([7, 5, ...leb(0xffff_ffff)])).toMatch(
      /^the file claims 4294967295 types, more than it has bytes left/,
    );
    expect(refusal([1, ...leb(0xffff_ffff)])).toMatch(
      /^the file is truncated: section 1 has 4294967295 bytes, 0 are left/,
    );
    expect(refusal([6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00])).toContain('does not fit into 32 bits');
  });
});
