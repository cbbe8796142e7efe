/**
 * Guests that catch whatever ends them (`try … catch_all`, the encoding that every Node runs) and go on as if nothing
 * had been: the run counts what ended them, in every kind of plugin and at every place where a guest is called.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { leb } from '../../src/plugin/binary/writer.ts';
import { HostileRuns } from '../support/hostile.ts';
import { buildModule, type ModuleSource, mapperFunctions, onePage, opcodes } from './binary/build.ts';
import * as C from './component/build.ts';

const runs = new HostileRuns();
afterAll(() => runs.close());

type Code = readonly number[];

const THROW = [0x08, 0x00];
const DROP = 0x1a;
const UNREACHABLE = 0x00;
const caught = (...code: Code[]) => [0x06, 0x40, ...code.flat(), 0x19, opcodes.end];
/** Signed LEB128 of what is not negative: a last byte with its sixth bit would be a sign. */
const i32 = (value: number) => {
  const bytes = leb(value);
  return [opcodes.i32, ...(bytes.at(-1)! & 0x40 ? [...bytes.slice(0, -1), bytes.at(-1)! | 0x80, 0] : bytes)];
};
const call = (index: number) => [opcodes.call, index];
/** A string or list in memory: the record at `at` says where. */
const record = (at: number, ...words: number[]) => ({ at, words });
const dataOf = (...records: readonly { readonly at: number; readonly words: readonly number[] }[]) => {
  const bytes = Buffer.alloc(64);
  for (const { at, words } of records) words.forEach((word, i) => void bytes.writeUInt32LE(word, at + 4 * i));
  return [...bytes];
};

const log = 'tangent:logs/log@0.1.0';
const HAS = [log, '[method]logview.has', '(i32 i32 i32) -> i32'] as const;
const GET = [log, '[method]logview.log', '(i32 i32) -> ()'] as const;
const EXIT = ['wasi_snapshot_preview1', 'proc_exit', '(i32) -> ()'] as const;
const WRITE = ['wasi_snapshot_preview1', 'fd_write', '(i32 i32 i32 i32) -> i32'] as const;

type Place = 'metadata' | 'probe' | 'process-logs' | 'cabi_realloc' | 'start';

/** A mapper that does something at one place, and is otherwise well-behaved: one selector that takes every record. */
function mapper(imports: NonNullable<ModuleSource['imports']>, place: Place, code: Code, tags = 0): Uint8Array {
  const functions = mapperFunctions().map((one) => {
    const answer = one.name?.endsWith('probe') ? 32 : one.name === 'cabi_realloc' ? 48 : 16;
    return { ...one, code: [...(one.name?.endsWith(place) ? code : []), ...i32(answer)] };
  });
  const start = { type: '() -> ()', code: place === 'start' ? code : [] };
  const data = dataOf(record(32, 40, 1));
  return buildModule({
    imports,
    functions: [...functions, start],
    start: functions.length,
    memories: [onePage],
    data,
    tags,
  });
}

const forged = [...i32(63), ...i32(0), ...i32(1), ...call(0), DROP];
const refused = /plugin evil: .*handle that it does not own/;

describe.concurrent('a Tangent core module', () => {
  test('a forged handle', async () => {
    const { code, out, err } = await runs.runFile(runs.writeBytes(mapper([HAS], 'process-logs', caught(forged))), [
      '{}',
    ]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(refused);
  });

  test('with skip the record is lost, as after any other failure', async () => {
    const file = runs.writeBytes(mapper([HAS], 'process-logs', caught(forged)));
    const { code, rejects, err } = await runs.runFile(file, ['{}', '{}'], ['--on-plugin-error', 'skip']);
    expect(code).toBe(1);
    expect(rejects).toHaveLength(2);
    expect(err).toMatch(refused);
  });

  test('what happens after it hides it not: another trap, a call that would be right', async () => {
    const other = mapper([HAS], 'process-logs', [...caught(forged), UNREACHABLE]);
    expect((await runs.runFile(runs.writeBytes(other), ['{}'])).err).toMatch(refused);
    // A granted call after the first: it is refused as well, or this would be an endless loop.
    const loop = [
      0x03,
      0x40,
      ...caught(forged),
      ...i32(1),
      ...i32(0),
      ...i32(1),
      ...call(0),
      DROP,
      0x0c,
      0,
      opcodes.end,
    ];
    expect((await runs.runFile(runs.writeBytes(mapper([HAS], 'process-logs', loop)), ['{}'])).err).toMatch(refused);
  });

  test('its own proc_exit', async () => {
    const exit = mapper([EXIT], 'process-logs', caught(i32(0), call(0)));
    const { code, err } = await runs.runFile(runs.writeBytes(exit), ['{}']);
    expect(code).toBe(1);
    expect(err).toMatch(/ended itself with exit status 0/);
  });

  test.each(['metadata', 'probe', 'start'] as const)('in %s', async (place) => {
    const { code, err } = await runs.runFile(runs.writeBytes(mapper([EXIT], place, caught(i32(3), call(0)))), ['{}']);
    expect(err).toMatch(/plugin evil cannot be used: it ended itself with exit status 3/);
    expect(code).toBe(3);
  });

  test('in its allocator, which the host has called', async () => {
    const inside = mapper([HAS], 'cabi_realloc', caught(forged));
    expect((await runs.runFile(runs.writeBytes(inside), ['{}'])).err).toMatch(/called the host from inside/);
  });

  test('an exception of its own that leaves the allocator through the host', async () => {
    const functions = mapperFunctions().map((one) => {
      if (one.name?.endsWith('process-logs')) {
        // The text of the record is asked for; the allocator throws, and the exception is caught out here.
        return { ...one, code: [...caught(i32(1), i32(8), call(0)), ...i32(16)] };
      }
      if (one.name?.endsWith('probe')) return { ...one, code: i32(32) };
      // The list of handles has four bytes, the record's text two.
      if (one.name !== 'cabi_realloc') return one;
      return { ...one, code: [opcodes.get, 3, ...i32(2), 0x46, 0x04, 0x40, ...THROW, opcodes.end, ...i32(48)] };
    });
    const data = dataOf(record(32, 40, 1));
    const bytes = buildModule({ imports: [GET], functions, memories: [onePage], data, tags: 1 });
    const { code, err } = await runs.runFile(runs.writeBytes(bytes), ['{}']);
    expect(err).toMatch(/left its allocator or post-return function by an exception/);
    expect(code).toBe(1);
  });

  test('an exception that it does not catch', async () => {
    const { code, err } = await runs.runFile(runs.writeBytes(mapper([], 'process-logs', THROW, 1)), ['{}']);
    expect(err).toMatch(/plugin evil: it threw an exception.* and did not catch it/);
    expect(err).not.toMatch(/object|internal error|\n {4}at /);
    expect(code).toBe(1);
  });

  test('a path of 5 000 steps in probe is refused, one of a look-up finds nothing', async () => {
    const path = [...Buffer.from('a.'.repeat(5000))];
    const bytes = Buffer.alloc(256);
    // probe: one selector at 80, whose `all` is one predicate at 128: has(path), which is at 256.
    const words = [32, 80, 36, 1, 88, 128, 92, 1, 136, 256, 140, path.length];
    for (let i = 0; i < words.length; i += 2) bytes.writeUInt32LE(words[i + 1]!, words[i]!);
    const data = [...bytes, ...path];
    const module = (probe: number, ask: Code, imports: NonNullable<ModuleSource['imports']>) => {
      const functions = mapperFunctions().map((one) => {
        if (one.name?.endsWith('process-logs')) return { ...one, code: [...ask, ...i32(16)] };
        return { ...one, code: i32(one.name?.endsWith('probe') ? probe : one.name === 'cabi_realloc' ? 4 : 16) };
      });
      return runs.writeBytes(buildModule({ imports, functions, memories: [onePage], data }));
    };
    const refusedPath = await runs.runFile(module(32, [], []), ['{}']);
    expect(refusedPath.err).toMatch(/selectors\[0\]\.all\[0\]\.has: the path has more than 1024 steps/);
    expect(refusedPath.err).not.toMatch(/internal error|\n {4}at /);
    expect(refusedPath.code).toBe(3);
    const ask = [...i32(1), ...i32(256), ...i32(path.length), ...call(0), DROP];
    // At 48 is a list of one selector at 176, which has no tests: every record.
    data.splice(48, 8, 176, 0, 0, 0, 1, 0, 0, 0);
    expect(await runs.runFile(module(48, ask, [HAS]), ['{"a":{"a":1}}'])).toMatchObject({ code: 0, err: '' });
  });

  test.each(['global', 'memory'])('an _initialize that is a %s is refused', async (kind) => {
    const good = mapper([], 'process-logs', []);
    const section = good.indexOf(
      7,
      good.findIndex((_, at) => good[at] === 5 && good[at + 1] === 3),
    );
    expect(section).toBeGreaterThan(0);
    const exported = [...Buffer.from('_initialize')];
    const bytes = Buffer.from(good);
    const size = bytes[section + 1]!;
    // The size of the export section takes two bytes: 7, low, high, count.
    const whole = (size & 0x7f) | (bytes[section + 2]! << 7);
    const added = [exported.length, ...exported, kind === 'memory' ? 2 : 3, 0];
    const longer = whole + added.length;
    const rest = bytes.subarray(section + 4);
    const global = kind === 'global' ? [6, 6, 1, 0x7f, 0, 0x41, 0, 0x0b] : [];
    const file = Uint8Array.from([
      ...bytes.subarray(0, section),
      ...global,
      ...[7, (longer & 0x7f) | 0x80, longer >> 7, bytes[section + 3]! + 1, ...added],
      ...rest,
    ]);
    const { code, err } = await runs.runFile(runs.writeBytes(file), ['{}']);
    expect(err).toMatch(/exports no function _initialize/);
    expect(code).toBe(3);
  });

  test('exceptions that are none of the host are the guest and its business', async () => {
    const { code, err } = await runs.runFile(runs.writeBytes(mapper([], 'process-logs', caught(THROW), 1)), ['{}']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

/** A component around a mapper's module that imports one function, which `lowered` makes core function 0. */
function component(module: Uint8Array, ...lowered: number[][]): Uint8Array {
  return C.buildComponent(
    ...lowered,
    C.coreModule(module),
    C.coreExports({ f: [C.sorts.coreFunc, 0] }),
    C.coreInstance(0, { h: 0 }),
    C.mapperAliases(1),
    C.types,
  );
}

describe.concurrent('a component', () => {
  const probing = (code: Code) => mapper([['h', 'f', '(i32) -> ()']], 'process-logs', code);

  test('its own exit, by WASI 0.2', async () => {
    const exit = component(
      probing(caught(i32(1), call(0))),
      C.importInstance('wasi:cli/exit@0.2.0'),
      C.aliasExport(C.sorts.func, 0, 'exit'),
      C.lower(0),
    );
    const bytes = Uint8Array.from([...exit, ...C.mapperExport(1, 1, 1)]);
    const { code, err } = await runs.runFile(runs.writeBytes(bytes), ['{}']);
    expect(err).toMatch(/plugin evil: .*ended itself with exit status 1/);
    expect(code).toBe(1);
  });

  test('a forged handle that is dropped', async () => {
    const drop = component(
      probing(caught(i32(63), call(0))),
      C.importInstance(log),
      C.aliasExport(C.sorts.type, 0, 'logview'),
      C.canon(0x03, 0),
    );
    const bytes = Uint8Array.from([...drop, ...C.mapperExport(1, 0, 1)]);
    const { code, err } = await runs.runFile(runs.writeBytes(bytes), ['{}']);
    expect(err).toMatch(refused);
    expect(code).toBe(1);
  });
});

const start = (imports: NonNullable<ModuleSource['imports']>, code: Code, data: readonly number[] = []): Uint8Array =>
  buildModule({ imports, functions: [{ type: '() -> ()', code, name: '_start' }], memories: [onePage], data });

describe.concurrent('a WASI filter', () => {
  test('its own exit status', async () => {
    const { code, err } = await runs.runFile(runs.writeBytes(start([EXIT], caught(i32(3), call(0)))), ['{}']);
    expect(err).toMatch(/plugin evil: it ended with exit status 3/);
    expect(code).toBe(1);
  });

  test('no output after it', async () => {
    const write = [...i32(1), ...i32(0), ...i32(1), ...i32(32), ...call(1), DROP];
    const code = [...caught(i32(0), call(0)), ...caught(write)];
    const data = dataOf(record(0, 16, 2), record(16, 0x0a61));
    const { out, code: status } = await runs.runFile(runs.writeBytes(start([EXIT, WRITE], code, data)), ['{}']);
    expect({ out, status }).toEqual({ out: '', status: 0 });
  });
});

describe.concurrent('a Slung program', () => {
  const program = (imports: NonNullable<ModuleSource['imports']>, code: Code, data: readonly number[] = []) =>
    buildModule({
      imports,
      functions: [
        { type: '() -> i32', code: [...code, ...i32(0)], name: 'call' },
        { type: '(i32) -> i32', code: i32(0), name: 'allocate' },
      ],
      memories: [onePage],
      data,
    });
  const QUERY = ['env', 'u_query_live', '(i32) -> i64'] as const;
  const POLL = ['env', 'u_poll_handle', '(i64) -> i32'] as const;

  test('its own exit status', async () => {
    const bytes = program([EXIT, QUERY], caught(i32(3), call(0)));
    expect((await runs.runFile(runs.writeBytes(bytes), [])).code).toBe(3);
  });

  test('an allocator that gives nothing', async () => {
    const filter = [...Buffer.from('AVG:s:[]')];
    const data = [...dataOf(record(0, 64, filter.length, filter.length)), ...filter];
    const poll = caught(i32(0), call(0), call(1), [DROP]);
    const event = '{"timestamp":1,"value":1,"series":"s","tags":[]}';
    const { code, err } = await runs.runFile(runs.writeBytes(program([QUERY, POLL], poll, data)), [event]);
    expect(err).toMatch(/allocate function returned 0/);
    expect(code).toBe(1);
  });
});
