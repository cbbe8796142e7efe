/**
 * The functions of preview 1 called directly over a memory, as a guest would: what they answer, what they leave in the
 * memory, and that no address, count or descriptor does any harm.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { Gate } from '../../../src/plugin/gate.ts';
import { Trap } from '../../../src/plugin/guest.ts';
import * as C from '../../../src/plugin/wasi/codes.ts';
import { ProcExit } from '../../../src/plugin/wasi/errors.ts';
import { preview1 } from '../../../src/plugin/wasi/preview1.ts';
import { type Preview1Name, preview1Names, preview1Signature } from '../../../src/plugin/wasi/signatures.ts';
import { type FakeWorld, fakeWorld, WALL_NS } from './support.ts';

const PAGE = 65536;
/** Beyond the memory, close to where sums of 32 bits wrap; as signed numbers, as core functions get them. */
const bad = [PAGE, PAGE - 1, 0x7fff_ffff, -1, -4, -8];

let memory: WebAssembly.Memory;
let world: FakeWorld;
let wasi: Record<Preview1Name, (...values: (number | bigint)[]) => unknown>;

function start(settings: Parameters<typeof fakeWorld>[0] = {}): void {
  memory = new WebAssembly.Memory({ initial: 1 });
  world = fakeWorld(settings);
  wasi = preview1(world, () => memory, new Gate()) as typeof wasi;
}

const bytes = () => new Uint8Array(memory.buffer);
const view = () => new DataView(memory.buffer);
const u32 = (at: number) => view().getUint32(at, true);
const u64 = (at: number) => view().getBigUint64(at, true);
const text = (at: number, length: number) => Buffer.from(bytes().subarray(at, at + length)).toString();

/** Stores vectors at `at`. */
function vectors(at: number, ...pairs: (readonly [pointer: number, length: number])[]): void {
  pairs.forEach(([pointer, length], i) => {
    view().setUint32(at + 8 * i, pointer, true);
    view().setUint32(at + 8 * i + 4, length, true);
  });
}

beforeEach(() => start());

describe('the table', () => {
  test('has the 46 functions and no other', () => {
    expect(preview1Names).toHaveLength(46);
    expect(Object.keys(wasi).sort()).toEqual([...preview1Names].sort());
  });

  test('knows no other name', () => {
    expect(preview1Signature('fd_open')).toBeUndefined();
    expect(preview1Signature('toString')).toBeUndefined();
  });

  test('answers zeros, which are the wrong arguments for most, without harm', () => {
    for (const name of preview1Names) {
      if (name === 'proc_exit' || name === 'proc_raise') continue;
      const parameters = preview1Signature(name)!.parameters.map((type) => (type === 0x7e ? 0n : 0));
      expect(wasi[name](...parameters), name).toBeTypeOf('number');
    }
  });
});

describe('arguments and variables', () => {
  test('are texts that end in NUL, in UTF-8', () => {
    start({ args: ['guest', 'größe', '', '日本'] });
    expect(wasi.args_sizes_get(0, 4)).toBe(0);
    expect([u32(0), u32(4)]).toEqual([4, 6 + 8 + 1 + 7]);
    expect(wasi.args_get(16, 100)).toBe(0);
    expect([0, 1, 2, 3].map((i) => u32(16 + 4 * i))).toEqual([100, 106, 114, 115]);
    expect(text(100, 22)).toBe('guest\0größe\0\0日本\0');
  });

  test('of the environment are only those that were granted', () => {
    expect(process.env.PATH).toBeTruthy();
    expect(wasi.environ_sizes_get(0, 4)).toBe(0);
    expect([u32(0), u32(4)]).toEqual([0, 0]);
    start({ environment: { ZONE: 'eu', EMPTY: '' } });
    expect(wasi.environ_sizes_get(0, 4)).toBe(0);
    expect([u32(0), u32(4)]).toEqual([2, 15]);
    expect(wasi.environ_get(16, 100)).toBe(0);
    expect(text(100, 15)).toBe('ZONE=eu\0EMPTY=\0');
  });

  test.each(bad)('at a bad address %d are EFAULT, and nothing is written', (at) => {
    start({ args: ['a', 'b'], environment: { A: 'b', C: 'd' } });
    for (const prefix of ['args', 'environ'] as const) {
      expect(wasi[`${prefix}_get`](at, 0)).toBe(C.EFAULT);
      expect(wasi[`${prefix}_get`](0, at)).toBe(C.EFAULT);
      expect(wasi[`${prefix}_sizes_get`](at, 0)).toBe(C.EFAULT);
      expect(wasi[`${prefix}_sizes_get`](0, at)).toBe(C.EFAULT);
    }
    expect(bytes().every((byte) => byte === 0)).toBe(true);
  });
});

describe('clocks', () => {
  test('tell the time of the world', () => {
    expect(wasi.clock_time_get(C.CLOCK_REALTIME, 0n, 8)).toBe(0);
    expect(u64(8)).toBe(WALL_NS + 5000n);
    expect(wasi.clock_time_get(C.CLOCK_MONOTONIC, 0n, 8)).toBe(0);
    expect(u64(8)).toBe(5000n);
    expect(wasi.clock_res_get(C.CLOCK_MONOTONIC, 8)).toBe(0);
    expect(u64(8)).toBe(1000n);
    expect(wasi.clock_res_get(C.CLOCK_REALTIME, 8)).toBe(0);
    expect(u64(8)).toBe(1_000_000n);
  });

  test.each([2, 3, 4, -1])('other than these (%d) are EINVAL', (id) => {
    expect(wasi.clock_time_get(id, 0n, 8)).toBe(C.EINVAL);
    expect(wasi.clock_res_get(id, 8)).toBe(C.EINVAL);
  });

  test.each(bad)('at a bad address %d are EFAULT', (at) => {
    expect(wasi.clock_time_get(0, 0n, at)).toBe(C.EFAULT);
    expect(wasi.clock_res_get(0, at)).toBe(C.EFAULT);
  });
});

describe('random_get', () => {
  test('fills what was asked for and nothing else', () => {
    expect(wasi.random_get(10, 4)).toBe(0);
    expect([...bytes().subarray(9, 15)]).toEqual([0, 1, 2, 3, 4, 0]);
    expect(wasi.random_get(PAGE, 0)).toBe(0);
  });

  test('asks the world for at most 64 KiB at once', () => {
    memory.grow(9);
    const sizes: number[] = [];
    const own = preview1({ ...world, fillRandom: (piece) => void sizes.push(piece.length) }, () => memory, new Gate());
    expect((own.random_get as (at: number, length: number) => number)(0, 150_000)).toBe(0);
    expect(sizes).toEqual([65_536, 65_536, 150_000 - 2 * 65_536]);
  });

  test.each([
    [PAGE, 1],
    [0, PAGE + 1],
    [-1, 2],
    [1, -1],
    [-1, -1],
  ])('at %d of %d bytes is EFAULT', (at, length) => {
    expect(wasi.random_get(at, length)).toBe(C.EFAULT);
  });
});

describe('fd_read', () => {
  test('hands on one piece after another, in parts as small as wanted', () => {
    start({ pieces: ['one\ntwo\n', 'three\n'] });
    vectors(0, [100, 5]);
    const got: string[] = [];
    for (let i = 0; i < 5; i++) {
      expect(wasi.fd_read(0, 0, 1, 50)).toBe(0);
      got.push(text(100, u32(50)));
    }
    expect(got).toEqual(['one\nt', 'wo\n', 'three', '\n', '']);
  });

  test('fills several vectors, and stays at the end', () => {
    start({ pieces: ['abcdef'] });
    vectors(0, [100, 2], [200, 0], [300, 3], [400, 9]);
    expect(wasi.fd_read(0, 0, 4, 50)).toBe(0);
    expect([u32(50), text(100, 2), text(300, 3), text(400, 1)]).toEqual([6, 'ab', 'cde', 'f']);
    for (let i = 0; i < 3; i++) expect([wasi.fd_read(0, 0, 4, 50), u32(50)]).toEqual([0, 0]);
    expect(world.asked()).toBe(2);
  });

  test('passes over empty pieces', () => {
    start({ pieces: ['', '', 'x'] });
    vectors(0, [100, 5]);
    expect([wasi.fd_read(0, 0, 1, 50), u32(50)]).toEqual([0, 1]);
  });

  test('of nothing does not wait for input', () => {
    start({ pieces: ['x'] });
    vectors(0, [100, 0]);
    expect([wasi.fd_read(0, 0, 1, 50), u32(50)]).toEqual([0, 0]);
    expect([wasi.fd_read(0, 0, 0, 50), u32(50)]).toEqual([0, 0]);
    expect(world.asked()).toBe(0);
  });

  test('goes on after the memory has grown', () => {
    start({ pieces: ['abcdef'] });
    vectors(0, [100, 3]);
    wasi.fd_read(0, 0, 1, 50);
    memory.grow(1);
    vectors(0, [PAGE + 5, 3]);
    expect([wasi.fd_read(0, 0, 1, 50), text(PAGE + 5, 3)]).toEqual([0, 'def']);
  });

  test.each(bad)('with a bad address %d is EFAULT and takes no input', (at) => {
    start({ pieces: ['abcdef'] });
    vectors(0, [100, 3], [at, 2]);
    expect(wasi.fd_read(0, 0, 2, 50)).toBe(C.EFAULT);
    expect(wasi.fd_read(0, at, 1, 50)).toBe(C.EFAULT);
    expect(wasi.fd_read(0, 0, 1, at)).toBe(C.EFAULT);
    vectors(0, [100, 9]);
    expect([wasi.fd_read(0, 0, 1, 50), text(100, 6)]).toEqual([0, 'abcdef']);
  });

  test('with vectors whose ends wrap is EFAULT', () => {
    vectors(0, [100, 0xffff_ffff]);
    expect(wasi.fd_read(0, 0, 1, 50)).toBe(C.EFAULT);
    vectors(0, [0xffff_fff0, 0x20]);
    expect(wasi.fd_read(0, 0, 1, 50)).toBe(C.EFAULT);
  });

  test('into its own vectors gives what fits', () => {
    // The first vector overwrites the second one, which was in bounds, by one that is not.
    start({ pieces: ['\x7f\x7f\x7f\x7f\x03\0\0\0abc'] });
    vectors(0, [8, 8], [100, 3]);
    expect(wasi.fd_read(0, 0, 2, 50)).toBe(0);
    expect(u32(50)).toBe(8);
  });

  test.each([1025, -1, 0x7fff_ffff])('of %d vectors is EINVAL', (count) => {
    expect(wasi.fd_read(0, 0, count, 50)).toBe(C.EINVAL);
    expect(wasi.fd_write(1, 0, count, 50)).toBe(C.EINVAL);
  });

  test.each([1, 2, 3, 7, -1])('of descriptor %d is EBADF', (fd) => {
    expect(wasi.fd_read(fd, 0, 1, 50)).toBe(C.EBADF);
  });
});

describe('fd_write', () => {
  test('writes to standard output and standard error', () => {
    bytes().set(Buffer.from('hello, world\n'), 100);
    vectors(0, [100, 5], [0, 0], [105, 8]);
    expect([wasi.fd_write(1, 0, 3, 50), u32(50)]).toEqual([0, 13]);
    expect([wasi.fd_write(2, 0, 1, 50), u32(50)]).toEqual([0, 5]);
    expect([world.out(), world.err()]).toEqual(['hello, world\n', 'hello']);
  });

  test.each(bad)('with a bad address %d is EFAULT and writes nothing', (at) => {
    vectors(0, [100, 3], [at, 2]);
    expect(wasi.fd_write(1, 0, 2, 50)).toBe(C.EFAULT);
    expect(wasi.fd_write(1, at, 1, 50)).toBe(C.EFAULT);
    expect(wasi.fd_write(1, 0, 1, at)).toBe(C.EFAULT);
    expect(world.out()).toBe('');
  });

  test('of more than a u32 in overlapping vectors is EINVAL', () => {
    memory.grow(1023);
    vectors(0, ...Array.from({ length: 65 }, () => [0, 1 << 26] as const));
    expect(wasi.fd_write(1, 0, 65, 4096)).toBe(C.EINVAL);
    expect(world.out()).toBe('');
  });

  test.each([0, 3, -1])('to descriptor %d is EBADF', (fd) => {
    expect(wasi.fd_write(fd, 0, 1, 50)).toBe(C.EBADF);
  });

  test('takes the exception of the world for the end of the guest', () => {
    const full = new Trap('too much');
    const stop = () => {
      throw full;
    };
    const own = preview1({ ...world, stdout: stop }, () => memory, new Gate()) as typeof wasi;
    vectors(0, [100, 3]);
    expect(() => own.fd_write(1, 0, 1, 50)).toThrow(full);
    // A guest that holds the exception does not get any further.
    expect(() => own.sched_yield()).toThrow(full);
  });
});

describe('descriptors', () => {
  test('can be closed, once', () => {
    start({ pieces: ['x'] });
    vectors(0, [100, 5]);
    expect(wasi.fd_close(0)).toBe(0);
    expect(wasi.fd_close(0)).toBe(C.EBADF);
    expect(wasi.fd_read(0, 0, 1, 50)).toBe(C.EBADF);
    expect(wasi.fd_fdstat_get(0, 0)).toBe(C.EBADF);
    expect(wasi.fd_close(3)).toBe(C.EBADF);
    expect(wasi.fd_close(-1)).toBe(C.EBADF);
  });

  test('can be renumbered', () => {
    vectors(0, [100, 1]);
    expect(wasi.fd_renumber(2, 1)).toBe(0);
    wasi.fd_write(1, 0, 1, 50);
    expect([world.out(), world.err()]).toEqual(['', '\0']);
    expect(wasi.fd_write(2, 0, 1, 50)).toBe(C.EBADF);
    expect(wasi.fd_renumber(1, 1)).toBe(0);
    expect(wasi.fd_write(1, 0, 1, 50)).toBe(0);
    expect(wasi.fd_renumber(1, 5)).toBe(C.EBADF);
    expect(wasi.fd_renumber(5, 1)).toBe(C.EBADF);
  });

  test('are no terminals, and read or write only', () => {
    bytes().fill(0xff);
    expect(wasi.fd_fdstat_get(0, 8)).toBe(0);
    expect([bytes()[8], view().getUint16(10, true), u64(24)]).toEqual([C.FILETYPE_UNKNOWN, 0, 0n]);
    expect(u64(16) & (C.RIGHT_FD_READ | C.RIGHT_FD_WRITE)).toBe(C.RIGHT_FD_READ);
    expect(wasi.fd_fdstat_get(1, 8)).toBe(0);
    expect(u64(16) & (C.RIGHT_FD_READ | C.RIGHT_FD_WRITE)).toBe(C.RIGHT_FD_WRITE);
    expect([bytes()[7], bytes()[32]]).toEqual([0xff, 0xff]);
  });

  test('remember their flags', () => {
    expect(wasi.fd_fdstat_set_flags(1, 4)).toBe(0);
    wasi.fd_fdstat_get(1, 8);
    expect(view().getUint16(10, true)).toBe(4);
    expect(wasi.fd_fdstat_set_flags(1, 0x20)).toBe(C.EINVAL);
    expect(wasi.fd_fdstat_set_flags(3, 0)).toBe(C.EBADF);
  });

  test('are files of no size', () => {
    bytes().fill(0xff);
    expect(wasi.fd_filestat_get(2, 8)).toBe(0);
    expect([u64(8), u64(16), bytes()[24], u64(32), u64(40), u64(64)]).toEqual([0n, 2n, 0, 1n, 0n, 0n]);
    expect(bytes()[72]).toBe(0xff);
    expect(wasi.fd_filestat_get(4, 8)).toBe(C.EBADF);
  });

  test.each(bad)('are not described at a bad address %d', (at) => {
    expect(wasi.fd_fdstat_get(0, at)).toBe(C.EFAULT);
    expect(wasi.fd_filestat_get(0, at)).toBe(C.EFAULT);
  });

  test('are no directories, so that a C library finds none', () => {
    for (const fd of [0, 1, 2, 3, 4]) {
      expect(wasi.fd_prestat_get(fd, 8)).toBe(C.EBADF);
      expect(wasi.fd_prestat_dir_name(fd, 8, 8)).toBe(C.EBADF);
    }
  });

  test('cannot be sought in, resized or listed, as pipes cannot', () => {
    expect(wasi.fd_seek(1, 0n, 1, 8)).toBe(C.ESPIPE);
    expect(wasi.fd_tell(0, 8)).toBe(C.ESPIPE);
    expect(wasi.fd_pread(0, 0, 1, 0n, 50)).toBe(C.ESPIPE);
    expect(wasi.fd_pwrite(1, 0, 1, 0n, 50)).toBe(C.ESPIPE);
    expect(wasi.fd_sync(1)).toBe(C.EINVAL);
    expect(wasi.fd_readdir(0, 0, 0, 0n, 8)).toBe(C.ENOTDIR);
    expect(wasi.fd_fdstat_set_rights(0, 0n, 0n)).toBe(C.ENOTSUP);
    expect(wasi.fd_seek(3, 0n, 1, 8)).toBe(C.EBADF);
  });

  test('are no place for paths, and no sockets', () => {
    expect(wasi.path_open(0, 0, 0, 0, 0, 0n, 0n, 0, 8)).toBe(C.ENOTCAPABLE);
    expect(wasi.path_open(3, 0, 0, 0, 0, 0n, 0n, 0, 8)).toBe(C.EBADF);
    expect(wasi.path_symlink(0, 0, 3, 0, 0)).toBe(C.EBADF);
    expect(wasi.path_symlink(9, 0, 1, 0, 0)).toBe(C.ENOTCAPABLE);
    expect(wasi.sock_recv(0, 0, 1, 0, 8, 8)).toBe(C.ENOTSOCK);
    expect(wasi.sock_shutdown(3, 0)).toBe(C.EBADF);
  });
});

describe('poll_oneoff', () => {
  const SUBS = 0;
  const EVENTS = 4096;
  const COUNT = 8192;

  function clock(i: number, userData: bigint, id: number, timeout: bigint, flags = 0): void {
    const at = SUBS + 48 * i;
    view().setBigUint64(at, userData, true);
    view().setUint8(at + 8, 0);
    view().setUint32(at + 16, id, true);
    view().setBigUint64(at + 24, timeout, true);
    view().setUint16(at + 40, flags, true);
  }

  function descriptor(i: number, userData: bigint, type: number, fd: number): void {
    const at = SUBS + 48 * i;
    view().setBigUint64(at, userData, true);
    view().setUint8(at + 8, type);
    view().setUint32(at + 16, fd, true);
  }

  const poll = (count: number) => wasi.poll_oneoff(SUBS, EVENTS, count, COUNT);
  const events = () =>
    Array.from({ length: u32(COUNT) }, (_, i) => {
      const at = EVENTS + 32 * i;
      return [u64(at), view().getUint16(at + 8, true), bytes()[at + 10], u64(at + 16), view().getUint16(at + 24, true)];
    });

  test('waits for the first of its clocks, also when the sleep is short', () => {
    bytes().fill(0xff, EVENTS, COUNT);
    clock(0, 7n, C.CLOCK_MONOTONIC, 900n);
    clock(1, 8n, C.CLOCK_REALTIME, 300n);
    expect(poll(2)).toBe(0);
    expect(events()).toEqual([[8n, 0, 0, 0n, 0]]);
    expect(world.slept).toEqual([300n, 1n]);
  });

  test('waits until a moment of either clock, or not at all when it has passed', () => {
    clock(0, 1n, C.CLOCK_MONOTONIC, 5009n, C.CLOCK_ABSTIME);
    expect(poll(1)).toBe(0);
    clock(0, 1n, C.CLOCK_REALTIME, WALL_NS + 5029n, C.CLOCK_ABSTIME);
    expect(poll(1)).toBe(0);
    clock(0, 1n, C.CLOCK_REALTIME, 1n, C.CLOCK_ABSTIME);
    expect(poll(1)).toBe(0);
    expect(world.slept).toEqual([9n, 20n]);
    expect(world.monotonicNs()).toBe(5029n);
  });

  test('finds the streams ready, without waiting for clocks beside them', () => {
    start({ pieces: ['abcdef'] });
    vectors(100, [200, 2]);
    wasi.fd_read(0, 100, 1, 300);
    descriptor(0, 1n, C.EVENT_FD_READ, 0);
    descriptor(1, 2n, C.EVENT_FD_WRITE, 1);
    clock(2, 3n, C.CLOCK_MONOTONIC, 1_000_000n);
    clock(3, 4n, C.CLOCK_MONOTONIC, 0n);
    expect(poll(4)).toBe(0);
    expect(events()).toEqual([
      [1n, 0, C.EVENT_FD_READ, 4n, 0],
      [2n, 0, C.EVENT_FD_WRITE, 0n, 0],
      [4n, 0, C.EVENT_CLOCK, 0n, 0],
    ]);
    expect(world.slept).toEqual([]);
  });

  test('says that the input is over', () => {
    vectors(100, [200, 2]);
    wasi.fd_read(0, 100, 1, 300);
    descriptor(0, 1n, C.EVENT_FD_READ, 0);
    expect(poll(1)).toBe(0);
    expect(events()).toEqual([[1n, 0, C.EVENT_FD_READ, 0n, C.EVENT_HANGUP]]);
  });

  test('gives each subscription its own error', () => {
    descriptor(0, 1n, C.EVENT_FD_READ, 1);
    descriptor(1, 2n, C.EVENT_FD_WRITE, 9);
    clock(2, 3n, 2, 100n);
    clock(3, 4n, 0, 100n, 2);
    expect(poll(4)).toBe(0);
    expect(events().map(([userData, error]) => [userData, error])).toEqual([
      [1n, C.EBADF],
      [2n, C.EBADF],
      [3n, C.EINVAL],
      [4n, C.EINVAL],
    ]);
  });

  test('may write its events over its subscriptions', () => {
    for (let i = 0; i < 5; i++) descriptor(i, BigInt(i + 1), C.EVENT_FD_WRITE, 2);
    expect(wasi.poll_oneoff(SUBS, SUBS + 8, 5, COUNT)).toBe(0);
    expect([0, 1, 2, 3, 4].map((i) => u64(SUBS + 8 + 32 * i))).toEqual([1n, 2n, 3n, 4n, 5n]);
  });

  test.each([0, -1, 1025])('of %d subscriptions is EINVAL', (count) => {
    expect(poll(count)).toBe(C.EINVAL);
  });

  test('of a type that does not exist is EINVAL', () => {
    descriptor(0, 1n, 3, 0);
    expect(poll(1)).toBe(C.EINVAL);
  });

  test.each(bad)('with a bad address %d is EFAULT', (at) => {
    expect(wasi.poll_oneoff(at, EVENTS, 1, COUNT)).toBe(C.EFAULT);
    expect(wasi.poll_oneoff(SUBS, at, 1, COUNT)).toBe(C.EFAULT);
    expect(wasi.poll_oneoff(SUBS, EVENTS, 1, at)).toBe(C.EFAULT);
  });
});

describe('the end', () => {
  test.each([0, 1, 255, -1])('by proc_exit(%d) unwinds the guest', (status) => {
    let thrown: unknown;
    try {
      wasi.proc_exit(status);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProcExit);
    expect((thrown as ProcExit).status).toBe(status >>> 0);
    expect(() => wasi.sched_yield()).toThrow(thrown as ProcExit);
  });

  test('by a signal is a trap', () => {
    expect(() => wasi.proc_raise(6)).toThrow(new Trap('it raised SIGABRT'));
    start();
    expect(() => wasi.proc_raise(-7)).toThrow(new Trap('it raised signal 4294967289'));
  });
});
