/**
 * WASI 0.2 in canonical-ABI form, called directly over a memory with a bump allocator for realloc: values and layouts,
 * handles, grants, and the rules that make a trap. What real toolchains import stands at the end as a list.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { Gate } from '../../../src/plugin/gate.ts';
import { PluginError, Trap } from '../../../src/plugin/guest.ts';
import type { CanonOptions } from '../../../src/plugin/tangent-module.ts';
import { ProcExit } from '../../../src/plugin/wasi/errors.ts';
import { preview2 } from '../../../src/plugin/wasi/preview2.ts';
import type { WasiHost } from '../../../src/plugin/wasi/world.ts';
import { type FakeWorld, fakeWorld, WALL_NS } from './support.ts';

const PAGE = 65536;
/** Where the results are wanted, and where what realloc gives begins. */
const RESULT = 64;
const HEAP = 1024;

type Imported = (...values: (number | bigint)[]) => unknown;

let memory: WebAssembly.Memory;
let gate: Gate;
let world: FakeWorld;
/** As plugins of Tangent's world have it: without standard input and output. */
let host: WasiHost;
let options: CanonOptions;
let reallocs: number[][];

function start(settings: Parameters<typeof fakeWorld>[0] = {}): void {
  memory = new WebAssembly.Memory({ initial: 1 });
  gate = new Gate();
  world = fakeWorld(settings);
  const { stdin: _in, stdout: _out, ...rest } = world;
  host = rest;
  reallocs = [];
  let next = HEAP;
  const realloc = (old: number, oldBytes: number, align: number, bytes: number) => {
    reallocs.push([old, oldBytes, align, bytes]);
    expect(gate.global.value).toBe(0);
    const at = Math.ceil(next / align) * align;
    next = at + bytes;
    return at;
  };
  options = { memory, realloc };
  bytes().fill(0xff, RESULT, HEAP);
}

const bytes = () => new Uint8Array(memory.buffer);
const u8 = (at: number) => bytes()[at];
const u32 = (at: number) => new DataView(memory.buffer).getUint32(at, true);
const u64 = (at: number) => new DataView(memory.buffer).getBigUint64(at, true);
const text = (at: number) => Buffer.from(bytes().subarray(u32(at), u32(at) + u32(at + 4))).toString();

function lower(path: string, name: string, own: CanonOptions = options, its: WasiHost = host): Imported {
  const found = preview2(its, { ...own, gate })(`wasi:${path}@0.2.3`, name);
  if (found === undefined) throw new Error(`${path} ${name} is not there`);
  return found as Imported;
}

const call = (path: string, name: string, ...values: (number | bigint)[]) => lower(path, name)(...values);
const stream = (name: string, ...values: (number | bigint)[]) => call('io/streams', `[method]${name}`, ...values);
const stdout = () => call('cli/stdout', 'get-stdout') as number;
const stdin = () => call('cli/stdin', 'get-stdin') as number;

/** The trap of a call in a guest of its own, because it ends the guest. */
function trapOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(Trap);
    return (error as Error).message;
  }
  return 'none';
}

beforeEach(() => start());

describe('interfaces', () => {
  test.each(['0.2.0', '0.2.12', '0.2', '0.2.0-rc-2023-11-10'])('are there in version %s', (version) => {
    expect(preview2(world, { ...options, gate })(`wasi:cli/stderr@${version}`, 'get-stderr')).toBeTypeOf('function');
  });

  test.each([
    'wasi:cli/stderr@0.3.0',
    'wasi:cli/stderr@0.20.0',
    'wasi:cli/stderr',
    'tangent:logs/log@0.2.0',
    'wasi:cli@0.2.0',
  ])('are not there as %s', (name) => {
    expect(preview2(world, { ...options, gate })(name, 'get-stderr')).toBeUndefined();
  });

  test('have no functions but their own', () => {
    const find = preview2(world, { ...options, gate });
    expect(find('wasi:cli/stderr@0.2.0', 'get-stdout')).toBeUndefined();
    expect(find('wasi:cli/stderr@0.2.0', 'constructor')).toBeUndefined();
    expect(find('wasi:keyvalue/store@0.2.0', 'open')).toBeUndefined();
  });

  test('need a memory when they read or store', () => {
    const none = { memory: undefined, realloc: undefined };
    expect(() => lower('clocks/wall-clock', 'now', none)).toThrow(PluginError);
    expect(() => lower('io/streams', '[method]output-stream.write', none)).toThrow(PluginError);
    expect(lower('cli/stderr', 'get-stderr', none)).toBeTypeOf('function');
    expect(lower('io/streams', '[resource-drop]output-stream', none)).toBeTypeOf('function');
  });
});

describe('output', () => {
  test.each(['write', 'blocking-write-and-flush'])(
    'by %s goes to the standard error, whichever stream it is',
    (name) => {
      bytes().set(Buffer.from('hello'), 8);
      expect(stream(`output-stream.${name}`, stdout(), 8, 5, RESULT)).toBeUndefined();
      expect(u8(RESULT)).toBe(0);
      stream(`output-stream.${name}`, call('cli/stderr', 'get-stderr') as number, 9, 2, RESULT);
      stream(`output-stream.${name}`, stdout(), PAGE, 0, RESULT);
      expect([world.err(), world.out()]).toEqual(['helloel', '']);
    },
  );

  test('is permitted, flushed and ready at once', () => {
    const out = stdout();
    stream('output-stream.check-write', out, RESULT);
    expect([u8(RESULT), u64(RESULT + 8)]).toEqual([0, 65_536n]);
    bytes().fill(0xff, RESULT, HEAP);
    stream('output-stream.flush', out, RESULT);
    expect(u8(RESULT)).toBe(0);
    stream('output-stream.blocking-flush', out, RESULT + 4);
    expect(u8(RESULT + 4)).toBe(0);
    const pollable = stream('output-stream.subscribe', out) as number;
    expect(call('io/poll', '[method]pollable.ready', pollable)).toBe(1);
    call('io/poll', '[method]pollable.block', pollable);
    expect(world.slept).toEqual([]);
  });

  test('may be zeroes, but not many', () => {
    stream('output-stream.write-zeroes', stdout(), 3n, RESULT);
    expect([world.err(), u8(RESULT)]).toEqual(['\0\0\0', 0]);
    expect(trapOf(() => stream('output-stream.write-zeroes', stdout(), -1n, RESULT))).toContain('18446744073709551615');
  });

  test.each([
    [PAGE - 4, 5, 'out of bounds'],
    [-1, 2, 'out of bounds'],
    [-1, -1, 'out of bounds'],
    [0, -1, 'out of bounds'],
  ])('from %d, %d bytes, is a trap', (pointer, length, message) => {
    expect(trapOf(() => stream('output-stream.write', stdout(), pointer, length, RESULT))).toContain(message);
  });

  test.each([
    [PAGE - 8, 'out of bounds'],
    [-4, 'out of bounds'],
    [RESULT + 1, 'misaligned'],
  ])('with its result at %d is a trap, and is not written', (result, message) => {
    expect(trapOf(() => stream('output-stream.write', stdout(), 0, 4, result))).toContain(message);
    expect(world.err()).toBe('');
  });

  test('with a result of u64 is aligned to 8', () => {
    expect(trapOf(() => stream('output-stream.check-write', stdout(), RESULT + 4))).toContain('misaligned');
  });
});

describe('input', () => {
  test.each(['read', 'blocking-read'])('by %s is closed', (name) => {
    stream(`input-stream.${name}`, stdin(), 10n, RESULT);
    expect([u8(RESULT), u8(RESULT + 4), u8(RESULT + 12)]).toEqual([1, 1, 0xff]);
    expect(world.asked()).toBe(0);
  });

  test('by skip and splice is closed', () => {
    stream('input-stream.skip', stdin(), 10n, RESULT);
    expect([u8(RESULT), u8(RESULT + 8), u8(RESULT + 16)]).toEqual([1, 1, 0xff]);
    bytes().fill(0xff, RESULT, HEAP);
    stream('output-stream.splice', stdout(), stdin(), 10n, RESULT);
    expect([u8(RESULT), u8(RESULT + 8)]).toEqual([1, 1]);
  });
});

describe('handles', () => {
  test('are small numbers, and used again after they were dropped', () => {
    expect([stdin(), stdout(), stdout()]).toEqual([1, 2, 3]);
    call('io/streams', '[resource-drop]output-stream', 2);
    expect(stdin()).toBe(2);
  });

  test('that were dropped, forged, or are of another kind are traps', () => {
    const drop = () => call('io/streams', '[resource-drop]output-stream', stdout());
    const cases: [() => unknown, string][] = [
      [() => stream('output-stream.flush', 1, RESULT), 'handle 1 of output-stream is not held'],
      [() => stream('output-stream.flush', 0, RESULT), 'handle 0 of output-stream is not held'],
      [() => stream('output-stream.flush', -1, RESULT), 'handle 4294967295 of output-stream is not held'],
      [
        () => stream('output-stream.flush', stdin(), RESULT),
        'handle 1 of output-stream is of another kind: input-stream',
      ],
      [() => [drop(), stream('output-stream.flush', 1, RESULT)], 'handle 1 of output-stream is not held'],
      [() => [drop(), call('io/streams', '[resource-drop]output-stream', 1)], 'handle 1 of output-stream is not held'],
      [() => call('io/streams', '[resource-drop]output-stream', stdin()), 'of another kind'],
      [() => call('io/poll', '[method]pollable.ready', stdout()), 'of another kind'],
      [() => call('io/error', '[resource-drop]error', 1), 'handle 1 of error is not held'],
      [() => call('cli/terminal-input', '[resource-drop]terminal-input', 1), 'is not held'],
    ];
    for (const [run, message] of cases) {
      start();
      expect(trapOf(run)).toContain(message);
    }
  });

  test('of one guest are not held by another', () => {
    stdout();
    gate = new Gate();
    expect(trapOf(() => stream('output-stream.flush', 1, RESULT))).toContain('is not held');
  });

  test('are limited', () => {
    const get = lower('cli/stdout', 'get-stdout');
    const take = () => {
      for (;;) get();
    };
    expect(trapOf(take)).toBe('it holds more than 10000 WASI resources');
  });
});

describe('the environment', () => {
  test('is what was granted', () => {
    start({ environment: { ZONE: 'eu', GRÖSSE: '' } });
    call('cli/environment', 'get-environment', RESULT);
    const list = u32(RESULT);
    expect(u32(RESULT + 4)).toBe(2);
    expect([0, 8, 16, 24].map((offset) => text(list + offset))).toEqual(['ZONE', 'eu', 'GRÖSSE', '']);
    expect(reallocs[0]).toEqual([0, 0, 4, 32]);
  });

  test('is nothing unless something was granted', () => {
    expect(process.env.PATH).toBeTruthy();
    call('cli/environment', 'get-environment', RESULT);
    expect(u32(RESULT + 4)).toBe(0);
    // Languages take the pointer of an empty list for one of theirs.
    expect(u32(RESULT)).not.toBe(0);
  });

  test('has arguments and no directory', () => {
    start({ args: ['mapper', 'x'] });
    call('cli/environment', 'get-arguments', RESULT);
    expect([text(u32(RESULT)), text(u32(RESULT) + 8), u32(RESULT + 4)]).toEqual(['mapper', 'x', 2]);
    call('cli/environment', 'initial-cwd', RESULT);
    expect(u8(RESULT)).toBe(0);
    call('filesystem/preopens', 'get-directories', RESULT);
    expect(u32(RESULT + 4)).toBe(0);
  });

  test('has no terminals', () => {
    for (const name of ['stdin', 'stdout', 'stderr']) {
      bytes().fill(0xff, RESULT, HEAP);
      call(`cli/terminal-${name}`, `get-terminal-${name}`, RESULT);
      expect([u8(RESULT), u8(RESULT + 8)]).toEqual([0, 0xff]);
    }
  });

  test.each([
    [() => 0, 'gave no memory'],
    [() => PAGE - 4, 'out of bounds'],
    [() => HEAP + 2, 'misaligned'],
  ])('is a trap when realloc misbehaves', (realloc, message) => {
    start({ environment: { ZONE: 'eu' } });
    const get = lower('cli/environment', 'get-environment', { memory, realloc });
    expect(trapOf(() => get(RESULT))).toContain(message);
  });

  test('is a trap when there is no realloc', () => {
    const get = lower('cli/environment', 'get-environment', { memory, realloc: undefined });
    expect(trapOf(() => get(RESULT))).toContain('no realloc');
  });

  test('comes through when realloc grows the memory', () => {
    start({ environment: { ZONE: 'eu' } });
    let next = PAGE;
    const realloc = (_old: number, _oldBytes: number, _align: number, size: number) => {
      memory.grow(1);
      next += 64;
      return next - 64 + 0 * size;
    };
    lower('cli/environment', 'get-environment', { memory, realloc })(RESULT);
    expect([text(u32(RESULT)), text(u32(RESULT) + 8)]).toEqual(['ZONE', 'eu']);
  });
});

describe('clocks', () => {
  test('tell the time', () => {
    call('clocks/wall-clock', 'now', RESULT);
    const now = WALL_NS + 5000n;
    expect([u64(RESULT), u32(RESULT + 8)]).toEqual([now / 1_000_000_000n, Number(now % 1_000_000_000n)]);
    call('clocks/wall-clock', 'resolution', RESULT);
    expect([u64(RESULT), u32(RESULT + 8)]).toEqual([0n, 1_000_000]);
    expect(call('clocks/monotonic-clock', 'now')).toBe(5000n);
    expect(call('clocks/monotonic-clock', 'resolution')).toBe(1000n);
  });

  test('wait', () => {
    const pollable = call('clocks/monotonic-clock', 'subscribe-duration', 400n) as number;
    expect(call('io/poll', '[method]pollable.ready', pollable)).toBe(0);
    call('io/poll', '[method]pollable.block', pollable);
    expect(call('io/poll', '[method]pollable.ready', pollable)).toBe(1);
    expect(world.slept).toEqual([400n, 1n]);
    call('io/poll', '[resource-drop]pollable', pollable);
    const past = call('clocks/monotonic-clock', 'subscribe-instant', 1n) as number;
    expect(call('io/poll', '[method]pollable.ready', past)).toBe(1);
  });
});

describe('poll', () => {
  const poll = (handles: readonly number[]) => {
    const list = new DataView(memory.buffer);
    handles.forEach((handle, i) => {
      list.setUint32(4 * i, handle, true);
    });
    call('io/poll', 'poll', 0, handles.length, RESULT);
    return Array.from({ length: u32(RESULT + 4) }, (_, i) => u32(u32(RESULT) + 4 * i));
  };
  const timer = (ns: bigint) => call('clocks/monotonic-clock', 'subscribe-duration', ns) as number;

  test('gives those that are ready', () => {
    const ready = stream('output-stream.subscribe', stdout()) as number;
    const input = stream('input-stream.subscribe', stdin()) as number;
    expect(poll([timer(100n), ready, input])).toEqual([1, 2]);
    expect(world.slept).toEqual([]);
  });

  test('waits for the first', () => {
    expect(poll([timer(100n), timer(7n), timer(7n)])).toEqual([1, 2]);
    expect(world.slept).toEqual([7n]);
  });

  test('of nothing, of too much, or out of bounds is a trap', () => {
    expect(trapOf(() => call('io/poll', 'poll', 0, 0, RESULT))).toContain('is empty');
    start();
    expect(trapOf(() => call('io/poll', 'poll', 0, -1, RESULT))).toContain('too long: 4294967295');
    start();
    expect(trapOf(() => call('io/poll', 'poll', PAGE - 4, 2, RESULT))).toContain('out of bounds');
    start();
    expect(trapOf(() => call('io/poll', 'poll', 2, 1, RESULT))).toContain('misaligned');
    start();
    expect(trapOf(() => call('io/poll', 'poll', 4, 1, RESULT))).toContain('is not held');
  });
});

describe('chance', () => {
  test('is bytes in the memory of the guest', () => {
    call('random/random', 'get-random-bytes', 5n, RESULT);
    expect(u32(RESULT + 4)).toBe(5);
    expect([...bytes().subarray(u32(RESULT), u32(RESULT) + 6)]).toEqual([1, 2, 3, 4, 5, 0]);
    expect(reallocs).toEqual([[0, 0, 1, 5]]);
    call('random/insecure', 'get-insecure-random-bytes', 0n, RESULT);
    expect(u32(RESULT + 4)).toBe(0);
  });

  test('is numbers', () => {
    expect(call('random/random', 'get-random-u64')).toBe(0x0807060504030201n);
    expect(call('random/insecure', 'get-insecure-random-u64')).toBe(0x100f0e0d0c0b0a09n);
    call('random/insecure-seed', 'insecure-seed', RESULT);
    expect([u64(RESULT), u64(RESULT + 8)]).toEqual([0x1817161514131211n, 0x201f1e1d1c1b1a19n]);
  });

  test('is limited by the memory', () => {
    expect(trapOf(() => call('random/random', 'get-random-bytes', 1n << 32n, RESULT))).toContain('more than a memory');
    start();
    expect(trapOf(() => call('random/random', 'get-random-bytes', 0xffff_ffffn, RESULT))).toContain('out of bounds');
  });
});

describe('the end', () => {
  const statusOf = (name: string, status: number) => {
    start();
    try {
      call('cli/exit', name, status);
    } catch (error) {
      expect(error).toBeInstanceOf(ProcExit);
      return (error as ProcExit).status;
    }
    return 'none';
  };

  test('is an exit', () => {
    expect([statusOf('exit', 0), statusOf('exit', 1), statusOf('exit-with-code', 7)]).toEqual([0, 1, 7]);
  });

  test('of no known status is a trap', () => {
    expect(trapOf(() => call('cli/exit', 'exit', 2))).toContain('discriminant 2');
  });

  test('comes again when the guest held it', () => {
    const out = stdout();
    expect(() => call('cli/exit', 'exit', 1)).toThrow(ProcExit);
    expect(() => stream('output-stream.flush', out, RESULT)).toThrow(ProcExit);
    expect(() => call('clocks/monotonic-clock', 'now')).toThrow(ProcExit);
  });
});

describe('what is not granted', () => {
  test.each([
    ['filesystem/types', '[method]descriptor.open-at'],
    ['filesystem/types', 'filesystem-error-code'],
    ['sockets/tcp-create-socket', 'create-tcp-socket'],
    ['sockets/ip-name-lookup', 'resolve-addresses'],
    ['http/outgoing-handler', 'handle'],
  ])('%s %s is there and traps', (path, name) => {
    expect(trapOf(() => call(path, name, 1, 2, 3))).toBe(`wasi:${path}#${name} is not granted`);
  });
});

describe('the gate', () => {
  test('is shut inside of realloc and post-return', () => {
    const get = lower('cli/stdout', 'get-stdout');
    gate.global.value = 0;
    expect(trapOf(() => get())).toBe('wasi:cli/stdout#get-stdout is called from inside realloc or post-return');
  });

  test('is shut for a call from the realloc of a call', () => {
    start({ environment: { ZONE: 'eu' } });
    const now = lower('clocks/monotonic-clock', 'now');
    const realloc = () => Number(now());
    const get = lower('cli/environment', 'get-environment', { memory, realloc });
    expect(trapOf(() => get(RESULT))).toContain('monotonic-clock#now is called from inside realloc');
  });
});

/** What two components of real toolchains import (C with wit-component's adapter; QuickJS). */
const realImports: Readonly<Record<string, string>> = {
  'cli/environment': 'get-environment',
  'cli/exit': 'exit',
  'cli/stderr': 'get-stderr',
  'cli/stdin': 'get-stdin',
  'cli/stdout': 'get-stdout',
  'cli/terminal-input': '[resource-drop]terminal-input',
  'cli/terminal-output': '[resource-drop]terminal-output',
  'cli/terminal-stderr': 'get-terminal-stderr',
  'cli/terminal-stdin': 'get-terminal-stdin',
  'cli/terminal-stdout': 'get-terminal-stdout',
  'clocks/monotonic-clock': 'now subscribe-duration',
  'clocks/wall-clock': 'now',
  'filesystem/preopens': 'get-directories',
  'filesystem/types':
    '[method]descriptor.append-via-stream [method]descriptor.get-flags [method]descriptor.get-type ' +
    '[method]descriptor.metadata-hash [method]descriptor.read-via-stream [method]descriptor.stat ' +
    '[method]descriptor.write-via-stream [resource-drop]descriptor [resource-drop]directory-entry-stream ' +
    'filesystem-error-code',
  'io/error': '[resource-drop]error',
  'io/poll': '[method]pollable.block [resource-drop]pollable poll',
  'io/streams':
    '[method]output-stream.blocking-flush [method]output-stream.blocking-write-and-flush ' +
    '[method]output-stream.check-write [method]output-stream.subscribe [method]output-stream.write ' +
    '[resource-drop]input-stream [resource-drop]output-stream',
  'random/insecure-seed': 'insecure-seed',
};

test.each(Object.entries(realImports))('real components find %s', (path, names) => {
  for (const name of names.split(' ')) expect(lower(path, name), name).toBeTypeOf('function');
});
