/**
 * wasi_snapshot_preview1 as a closed table (ABI.md): what a guest's runtime imports is all there, but there are only
 * the three standard descriptors, the directories that were granted, for reading, and nothing of the environment that
 * was not granted. A bad address is EFAULT for the guest, as in wasmtime; no call ends the host.
 *
 * The surprising part: once a guest has been ended from inside a call (proc_exit, too much output), every later call
 * ends it again (../gate.ts).
 */
import type { Gate } from '../gate.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import * as C from './codes.ts';
import { Descriptors } from './descriptors.ts';
import { ProcExit } from './errors.ts';
import { Files } from './files.ts';
import { GuestMemory } from './guest-memory.ts';
import { pollOneoff } from './poll.ts';
import type { Preview1Name } from './signatures.ts';
import {
  MONOTONIC_RESOLUTION_NS,
  RANDOM_PIECE_BYTES,
  WALL_RESOLUTION_NS,
  type WasiHost,
  type WasiWorld,
} from './world.ts';

/**
 * The functions for one instance. They share its descriptors, so make the table once and use it for all of its
 * imports.
 * @param memory the memory that the instance exports; asked for when the first function is called
 * @param gate   the guest's
 */
export function preview1(
  world: WasiWorld,
  memory: () => WebAssembly.Memory,
  gate: Gate,
): Record<Preview1Name, CoreFunction> {
  const guest = new GuestMemory(memory);
  const descriptors = new Descriptors(world, guest);
  const args = textFunctions(guest, world.args);
  const environ = textFunctions(guest, variablesOf(world.environment));
  const table: Record<Preview1Name, CoreFunction> = {
    args_get: args.get,
    args_sizes_get: args.sizesGet,
    environ_get: environ.get,
    environ_sizes_get: environ.sizesGet,
    ...hostFunctions(guest, world),
    ...descriptorFunctions(descriptors),
    ...fileFunctions(descriptors),
    ...pathFunctions(descriptors),
    ...socketFunctions(descriptors),
    poll_oneoff: (from: number, to: number, count: number, result: number) =>
      pollOneoff(guest, world, descriptors, [from >>> 0, to >>> 0, count, result >>> 0]),
  };
  addFiles(table, new Files(guest, world.directories ?? []));
  const guarded = Object.entries(table).map(([name, run]) => [name, gate.guard(run)]);
  return Object.fromEntries(guarded);
}

/** Descriptors that are files or directories go to `files`, the others where they went before. */
function addFiles(table: Record<Preview1Name, CoreFunction>, files: Files): void {
  for (const [name, run] of Object.entries(files.functions()) as [Preview1Name, (...values: number[]) => number][]) {
    const otherwise = table[name] as typeof run;
    table[name] = (fd: number, ...rest: number[]) => (files.has(fd) ? run(fd, ...rest) : otherwise(fd, ...rest));
  }
  // The only one that has its descriptor behind its first path.
  const otherwise = table.path_symlink as (...values: number[]) => number;
  table.path_symlink = (path: number, length: number, fd: number, ...rest: number[]) =>
    files.has(fd) ? C.EROFS : otherwise(path, length, fd, ...rest);
}

function variablesOf(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/** The two functions of args and environ: texts that end in NUL, and an array of pointers to them. */
function textFunctions(guest: GuestMemory, texts: readonly string[]): { get: CoreFunction; sizesGet: CoreFunction } {
  const encoded = texts.map((text) => Buffer.from(`${text}\0`));
  const all = Buffer.concat(encoded);
  const get = (pointers: number, buffer: number): number => {
    guest.refresh();
    const pointersAt = pointers >>> 0;
    const bufferAt = buffer >>> 0;
    if (!guest.has(pointersAt, encoded.length * 4) || !guest.has(bufferAt, all.length)) return C.EFAULT;
    guest.bytes.set(all, bufferAt);
    let at = bufferAt;
    encoded.forEach((text, i) => {
      guest.view.setUint32(pointersAt + i * 4, at, true);
      at += text.length;
    });
    return C.SUCCESS;
  };
  const sizesGet = (count: number, bytes: number): number => {
    guest.refresh();
    if (!guest.has(count >>> 0, 4) || !guest.has(bytes >>> 0, 4)) return C.EFAULT;
    guest.view.setUint32(count >>> 0, encoded.length, true);
    guest.view.setUint32(bytes >>> 0, all.length, true);
    return C.SUCCESS;
  };
  return { get, sizesGet };
}

/** Clocks, chance, and the end. */
function hostFunctions(guest: GuestMemory, host: WasiHost) {
  const isClock = (id: number): boolean => id === C.CLOCK_REALTIME || id === C.CLOCK_MONOTONIC;
  /** Stores a time. The host's clocks are i64, as the guest's are u64: they meet in this age. */
  const store = (id: number, result: number, time: () => bigint): number => {
    guest.refresh();
    if (!isClock(id)) return C.EINVAL;
    if (!guest.has(result >>> 0, 8)) return C.EFAULT;
    guest.view.setBigUint64(result >>> 0, time(), true);
    return C.SUCCESS;
  };
  return {
    clock_res_get: (id: number, result: number) =>
      store(id, result, () => (id === C.CLOCK_REALTIME ? WALL_RESOLUTION_NS : MONOTONIC_RESOLUTION_NS)),
    clock_time_get: (id: number, _precision: bigint, result: number) =>
      store(id, result, id === C.CLOCK_REALTIME ? host.wallClockNs : host.monotonicNs),
    random_get: (buffer: number, length: number) => {
      guest.refresh();
      const from = buffer >>> 0;
      const to = from + (length >>> 0);
      if (!guest.has(from, length >>> 0)) return C.EFAULT;
      for (let at = from; at < to; at += RANDOM_PIECE_BYTES) {
        host.fillRandom(guest.bytes.subarray(at, Math.min(at + RANDOM_PIECE_BYTES, to)));
      }
      return C.SUCCESS;
    },
    sched_yield: () => C.SUCCESS,
    proc_exit: (status: number) => {
      throw new ProcExit(status >>> 0);
    },
    proc_raise: (signal: number) => {
      throw new Trap(`it raised ${signalName(signal)}`);
    },
  };
}

/** By number. The rest, of job control and limits, no runtime raises. */
const signals = 'NONE HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM'.split(' ');

function signalName(signal: number): string {
  const name = signals[signal];
  return name === undefined ? `signal ${signal >>> 0}` : `SIG${name}`;
}

/** What works on a standard stream. */
function descriptorFunctions(descriptors: Descriptors) {
  return {
    fd_read: (fd: number, vectors: number, count: number, result: number) =>
      descriptors.read(fd, vectors, count, result),
    fd_write: (fd: number, vectors: number, count: number, result: number) =>
      descriptors.write(fd, vectors, count, result),
    fd_close: (fd: number) => descriptors.close(fd),
    fd_renumber: (from: number, to: number) => descriptors.renumber(from, to),
    fd_fdstat_get: (fd: number, result: number) => descriptors.stat(fd, result),
    fd_fdstat_set_flags: (fd: number, flags: number) => descriptors.setFlags(fd, flags),
    fd_filestat_get: (fd: number, result: number) => descriptors.fileStat(fd, result),
    // No descriptor is a directory: with these a C library finds out that there is none to look for files in.
    fd_prestat_get: () => C.EBADF,
    fd_prestat_dir_name: () => C.EBADF,
  };
}

/** What a standard stream cannot do answers as POSIX does for a pipe; any other descriptor is not open. */
function fileFunctions(descriptors: Descriptors) {
  const refuse = (errno: number) => (fd: number) => (descriptors.isOpen(fd) ? errno : C.EBADF);
  return {
    fd_advise: refuse(C.ESPIPE),
    fd_allocate: refuse(C.ESPIPE),
    fd_datasync: refuse(C.EINVAL),
    fd_fdstat_set_rights: refuse(C.ENOTSUP),
    fd_filestat_set_size: refuse(C.EINVAL),
    fd_filestat_set_times: refuse(C.ENOTCAPABLE),
    fd_pread: refuse(C.ESPIPE),
    fd_pwrite: refuse(C.ESPIPE),
    fd_readdir: refuse(C.ENOTDIR),
    fd_seek: refuse(C.ESPIPE),
    fd_sync: refuse(C.EINVAL),
    fd_tell: refuse(C.ESPIPE),
  };
}

/** Paths start at a directory, and no descriptor is one. */
function pathFunctions(descriptors: Descriptors) {
  const refuse = (fd: number) => (descriptors.isOpen(fd) ? C.ENOTCAPABLE : C.EBADF);
  return {
    path_create_directory: refuse,
    path_filestat_get: refuse,
    path_filestat_set_times: refuse,
    path_link: refuse,
    path_open: refuse,
    path_readlink: refuse,
    path_remove_directory: refuse,
    path_rename: refuse,
    // The only one that has its descriptor behind its first path.
    path_symlink: (_path: number, _length: number, fd: number) => refuse(fd),
    path_unlink_file: refuse,
  };
}

function socketFunctions(descriptors: Descriptors) {
  const refuse = (fd: number) => (descriptors.isOpen(fd) ? C.ENOTSOCK : C.EBADF);
  return { sock_accept: refuse, sock_recv: refuse, sock_send: refuse, sock_shutdown: refuse };
}
