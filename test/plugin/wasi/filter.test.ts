/**
 * WASI filters from the file to the last line: real programs in C over the C library, a guest in AssemblyScript for
 * what can go wrong (fixtures/plugins/wasi), and modules of a few bytes for what is refused.
 */
import { describe, expect, test } from 'vitest';
import { type GuestStream, PluginError, Trap } from '../../../src/plugin/guest.ts';
import { GuestExit } from '../../../src/plugin/wasi/errors.ts';
import { compileFilter, runFilter } from '../../../src/plugin/wasi/filter.ts';
import type { WasiHost } from '../../../src/plugin/wasi/world.ts';
import { fakeStream, fakeWorld, fixture } from './support.ts';

const limits = { maxPages: 64 };

/** Runs a fixture over blocks. What it throws is kept. */
function run(
  name: string,
  args: readonly string[],
  blocks: readonly (readonly string[])[] = [],
  settings: Partial<WasiHost> = {},
) {
  const world = fakeWorld({ args: [name, ...args] });
  const fake = fakeStream(blocks);
  let thrown: unknown;
  try {
    runFilter(fixture(name), fake.stream, { ...world, ...settings }, limits);
  } catch (error) {
    thrown = error;
  }
  return { ...fake, err: world.err, thrown };
}

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

describe('a filter in C', () => {
  test('passes the lines that contain its argument', () => {
    const blocks = [
      [lines('{"a":"größe"}', '{"a":"x"}')],
      [lines('{"b":"größe"}'), lines('größ', 'e', 'xxgrößegröße')],
      [lines('größe')],
    ];
    const { out, thrown } = run('word', ['größe'], blocks);
    expect(thrown).toBeUndefined();
    expect(out()).toBe(lines('{"a":"größe"}', '{"b":"größe"}', 'xxgrößegröße', 'größe'));
  });

  test('passes lines longer than its output buffer, and one without end', () => {
    const long = `${'y'.repeat(200_000)}word`;
    const { out } = run('word', ['word'], [[lines('no', long, 'word')], ['last word']]);
    expect(out()).toBe(`${long}\nword\nlast word`);
  });

  test('fails with its own status and its own words', () => {
    const { thrown, err, blocksRead } = run('word', [], [['x\n']]);
    expect(thrown).toBeInstanceOf(GuestExit);
    expect(thrown).toMatchObject({ status: 2, message: 'it ended with exit status 2' });
    expect(err()).toBe('word: one argument is needed, the word to look for\n');
    expect(blocksRead()).toBe(0);
  });

  test('may use stdio, malloc and printf', () => {
    const blocks = Array.from({ length: 50 }, (_, i) => [lines('x'.repeat(i * 100), 'tail')]);
    const { out, thrown } = run('count', [], blocks);
    expect(thrown).toBeUndefined();
    const bytes = blocks.flat().join('').length;
    expect(out()).toBe(`{"lines":100,"bytes":${bytes},"longest":4901}\n`);
  });

  test('copies what it is given, byte by byte', () => {
    const blocks = Array.from({ length: 20 }, (_, i) => [
      lines(`${i}: ${'ü'.repeat(i * 300)}`, 'short'),
      lines('second piece'),
    ]);
    const { out } = run('copy', [], [...blocks, ['no end']]);
    expect(out()).toBe(`${blocks.flat().join('')}no end`);
  });

  test('finds no files, no terminal, and the clocks and variables it was given', () => {
    const { out, thrown } = run('libc', [], [['x\n']], { environment: { ZONE: 'eu' } });
    expect(thrown).toBeUndefined();
    expect(JSON.parse(out())).toEqual({
      ...{ file: -1, home: '', zone: 'eu', terminal: 0, stat: 0, seek: 1 },
      ...{ seconds: 1_700_000_000, slept: 0, ns: 1_500_000_000, poll: 1, random: 0x0102 },
    });
  });

  test('puts out nothing when there is no input', () => {
    expect(run('copy', []).out()).toBe('');
    expect(run('word', ['a']).thrown).toBeUndefined();
  });
});

describe('a guest', () => {
  test('gets its name and its arguments', () => {
    expect(run('modes', ['args', 'größe', '']).out()).toBe('modes\nargs\ngröße\n\n');
  });

  test('sees the variables that were granted and no other', () => {
    expect(run('modes', ['env']).out()).toBe('');
    const environment = { ZONE: 'eu', NAME: '日本' };
    expect(run('modes', ['env'], [], { environment }).out()).toBe('ZONE=eu\nNAME=日本\n');
  });

  test('ends well by exit status 0', () => {
    expect(run('modes', ['exit0']).thrown).toBeUndefined();
  });

  test('fails by another status', () => {
    expect(run('modes', ['exit7']).thrown).toEqual(new GuestExit(7));
  });

  test('may end before it has read everything', () => {
    const { out, thrown, blocksRead } = run('modes', ['early'], [['one\n'], ['two\n'], ['three\n']]);
    expect(thrown).toBeUndefined();
    expect(out()).toBe('one\n');
    expect(blocksRead()).toBe(1);
  });

  test('may never read', () => {
    const { out, blocksRead } = run('modes', ['never-reads'], [['one\n']]);
    expect(out()).toBe('hi!\n');
    expect(blocksRead()).toBe(0);
  });

  test('may write 100 MB without reading', () => {
    const { bytesOut, thrown } = run('modes', ['floods']);
    expect(thrown).toBeUndefined();
    expect(bytesOut()).toBe(1600 * 65_536);
  });

  test('is ended by a stream that takes no more', () => {
    const stream: GuestStream = {
      ...fakeStream([]).stream,
      write: () => {
        throw new Trap('it puts out too much');
      },
    };
    expect(() => runFilter(fixture('modes'), stream, fakeWorld({ args: ['m', 'floods'] }), limits)).toThrow(
      new Trap('it puts out too much'),
    );
  });

  test('finds the end of the input again and again', () => {
    const { out, thrown } = run('modes', ['copies'], [['one\n', '', 'two\n'], [], ['three\n']]);
    expect(thrown).toBeUndefined();
    expect(out()).toBe('one\ntwo\nthree\n');
  });

  test('reads on after its memory has grown', () => {
    expect(run('modes', ['grows'], [['one\n', 'two\n'], ['three\n']]).out()).toBe('one\ntwo\nthree\n');
  });

  test('gets no more memory than it may have', () => {
    const grown = run('modes', ['grows-for-ever']);
    expect(grown.thrown).toEqual(new GuestExit(12));
  });

  test('that traps, traps', () => {
    expect(run('modes', ['traps']).thrown).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(run('modes', ['recurses']).thrown).toBeInstanceOf(RangeError);
  });
});

/** A module made of sections; a section is its number and its content, each below 128 bytes. */
function moduleOf(...sections: readonly (readonly [id: number, content: readonly number[]])[]): Uint8Array {
  const bytes = sections.flatMap(([id, content]) => [id, content.length, ...content]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]);
}

const name = (text: string) => [text.length, ...Buffer.from(text)];
const type = (parameters: readonly number[], results: readonly number[]) =>
  [0x60, parameters.length, ...parameters, results.length, ...results] as const;
const I32 = 0x7f;
const memorySection = [5, [1, 0, 1]] as const;
const startType = type([], []);

/** A program that imports one function of type 1 and does nothing. */
function importing(from: string, what: string, imported: readonly number[] = type([I32], [I32])): Uint8Array {
  return moduleOf(
    [1, [2, ...startType, ...imported]],
    [2, [1, ...name(from), ...name(what), 0, 1]],
    [3, [1, 0]],
    memorySection,
    [7, [2, ...name('memory'), 2, 0, ...name('_start'), 0, 1]],
    [10, [1, 2, 0, 0x0b]],
  );
}

describe('a module is refused', () => {
  const refusal = (bytes: Uint8Array, maxPages = 64) => {
    try {
      compileFilter(bytes, { maxPages });
    } catch (error) {
      expect(error).toBeInstanceOf(PluginError);
      expect((error as Error).message).not.toContain('\n');
      return (error as Error).message;
    }
    return 'nothing';
  };

  test('never, when it imports what there is', () => {
    expect(refusal(importing('wasi_snapshot_preview1', 'fd_close'))).toBe('nothing');
  });

  test('when it imports from the draft of WASI', () => {
    expect(refusal(importing('wasi_unstable', 'fd_close'))).toBe(
      'it imports wasi_unstable.fd_close, of a draft of WASI; rebuild it for wasm32-wasip1',
    );
  });

  test('when it imports what nobody has, with all that there is', () => {
    const message = refusal(importing('env', 'fd_close'));
    expect(message).toMatch(/^it imports env\.fd_close, which slung does not have; .*: args_get, .* sock_shutdown$/);
    expect(refusal(importing('wasi_snapshot_preview1', 'fd_open'))).toContain('wasi_snapshot_preview1.fd_open');
    expect(refusal(importing('wasi_snapshot_preview1', 'toString'))).toContain('toString');
  });

  test('when it imports a function with other types', () => {
    const bytes = importing('wasi_snapshot_preview1', 'fd_close', type([I32, I32], []));
    expect(refusal(bytes)).toBe(
      'it imports wasi_snapshot_preview1.fd_close as (i32 i32) -> (), and that is (i32) -> i32',
    );
  });

  test('when it exports no memory, or no program', () => {
    const library = moduleOf(
      [1, [1, ...startType]],
      [3, [1, 0]],
      memorySection,
      [7, [1, ...name('memory'), 2, 0]],
      [10, [1, 2, 0, 0x0b]],
    );
    expect(refusal(library)).toBe('it exports no function `_start`: it is a library, not a program');
    const blind = moduleOf(
      [1, [1, ...startType]],
      [3, [1, 0]],
      [7, [1, ...name('_start'), 0, 0]],
      [10, [1, 2, 0, 0x0b]],
    );
    expect(refusal(blind)).toContain('no memory named `memory`');
  });

  test('when its `_start` wants arguments', () => {
    const exports = [7, [2, ...name('memory'), 2, 0, ...name('_start'), 0, 0]] as const;
    const bytes = moduleOf([1, [1, ...type([I32], [])]], [3, [1, 0]], memorySection, exports, [10, [1, 2, 0, 0x0b]]);
    expect(refusal(bytes)).toBe('its function `_start` has parameters or results, and a program has none');
  });

  test('when it wants more memory than it may have from the start', () => {
    expect(refusal(fixture('word'), 8)).toMatch(/memory/);
  });

  test('when it is no valid module', () => {
    const broken = importing('wasi_snapshot_preview1', 'fd_close');
    broken[broken.length - 1] = 0x00;
    expect(refusal(broken)).not.toBe('nothing');
    expect(refusal(fixture('word').subarray(0, 999))).not.toBe('nothing');
  });
});

test('a module compiled once runs several times, each time from nothing', () => {
  const module = compileFilter(fixture('count'), limits);
  for (let i = 1; i < 4; i++) {
    const { stream, out } = fakeStream([['x\n'.repeat(i)]]);
    runFilter(module, stream, fakeWorld({}), limits);
    expect(out()).toBe(`{"lines":${i},"bytes":${2 * i},"longest":2}\n`);
  }
});

test('a guest that calls WASI while it is instantiated is told so', () => {
  // The start section runs function 2, which asks for one random byte at address 0.
  const body = [0, 0x41, 0, 0x41, 1, 0x10, 0, 0x1a, 0x0b];
  const bytes = moduleOf(
    [1, [2, ...startType, ...type([I32, I32], [I32])]],
    [2, [1, ...name('wasi_snapshot_preview1'), ...name('random_get'), 0, 1]],
    [3, [2, 0, 0]],
    memorySection,
    [7, [2, ...name('memory'), 2, 0, ...name('_start'), 0, 1]],
    [8, [2]],
    [10, [2, 2, 0, 0x0b, body.length, ...body]],
  );
  expect(() => runFilter(bytes, fakeStream([]).stream, fakeWorld({}), limits)).toThrow(
    new Trap('it calls WASI while it is instantiated, before `_start`'),
  );
});
