/**
 * Descriptors of preview 1: 0, 1 and 2, and never another one. Reading hands on the world's pieces of input one after
 * another, a short read at the end of each, as a pipe does; writing goes to the world at once and entirely.
 *
 * All addresses of a call are checked before a byte is taken or given, so that a call that fails has done nothing.
 */
import { copyInto } from '../../engine/copy.ts';
import * as C from './codes.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { WasiWorld } from './world.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const CLOSED = -1;

/** As IOV_MAX of Linux. */
const MAX_VECTORS = 1024;
const MAX_U32 = 0xffff_ffff;

const commonRights = C.RIGHT_POLL_FD_READWRITE | C.RIGHT_FD_FDSTAT_SET_FLAGS | C.RIGHT_FD_FILESTAT_GET;

export class Descriptors {
  readonly #world: WasiWorld;
  readonly #memory: GuestMemory;
  /** Which stream each descriptor is; fd_renumber and fd_close change it. */
  readonly #streams = [STDIN, STDOUT, STDERR];
  readonly #flags = [0, 0, 0];
  /** The world's last piece of input, and how much of it has been read. */
  #piece: Uint8Array | undefined;
  #pieceAt = 0;
  #isInputOver = false;

  constructor(world: WasiWorld, memory: GuestMemory) {
    this.#world = world;
    this.#memory = memory;
  }

  isOpen(fd: number): boolean {
    return this.#streamOf(fd) !== CLOSED;
  }

  isReadable(fd: number): boolean {
    return this.#streamOf(fd) === STDIN;
  }

  isWritable(fd: number): boolean {
    return this.#streamOf(fd) > STDIN;
  }

  /** Bytes of input that can be read without asking the world. */
  get inputBytes(): number {
    return this.#piece === undefined ? 0 : this.#piece.length - this.#pieceAt;
  }

  /** The end of the input has been seen. */
  get isInputOver(): boolean {
    return this.#isInputOver;
  }

  /** `fd_read`. @returns an errno, like all that follow */
  read(fd: number, vectorsAt: number, vectorCount: number, resultAt: number): number {
    const memory = this.#memory;
    memory.refresh();
    if (this.#streamOf(fd) !== STDIN) return C.EBADF;
    const wanted = this.#vectorBytes(vectorsAt, vectorCount);
    if (wanted < 0) return -wanted;
    if (!memory.has(resultAt >>> 0, 4)) return C.EFAULT;
    const bytes = wanted > 0 && this.#fill() ? this.#take(vectorsAt, vectorCount) : 0;
    memory.view.setUint32(resultAt >>> 0, bytes, true);
    return C.SUCCESS;
  }

  /** `fd_write` */
  write(fd: number, vectorsAt: number, vectorCount: number, resultAt: number): number {
    const memory = this.#memory;
    memory.refresh();
    const stream = this.#streamOf(fd);
    if (stream <= STDIN) return C.EBADF;
    const total = this.#vectorBytes(vectorsAt, vectorCount);
    if (total < 0) return -total;
    if (!memory.has(resultAt >>> 0, 4)) return C.EFAULT;
    const world = this.#world;
    for (let i = 0, at = vectorsAt >>> 0; i < vectorCount; i++, at += C.IOVEC.size) {
      const from = memory.view.getUint32(at, true);
      const length = memory.view.getUint32(at + C.IOVEC.length, true);
      if (length === 0) continue;
      const bytes = memory.bytes.subarray(from, from + length);
      if (stream === STDOUT) world.stdout(bytes);
      else world.stderr(bytes);
    }
    memory.view.setUint32(resultAt >>> 0, total, true);
    return C.SUCCESS;
  }

  /** `fd_close`. The input that is left is not read; whoever runs the guest lets it go. */
  close(fd: number): number {
    if (!this.isOpen(fd)) return C.EBADF;
    this.#streams[fd] = CLOSED;
    return C.SUCCESS;
  }

  /** `fd_renumber`: `to` becomes `from`, which is closed. Both have to be open. */
  renumber(from: number, to: number): number {
    if (!this.isOpen(from) || !this.isOpen(to)) return C.EBADF;
    const stream = this.#streams[from]!;
    const flags = this.#flags[from]!;
    this.#streams[from] = CLOSED;
    this.#streams[to] = stream;
    this.#flags[to] = flags;
    return C.SUCCESS;
  }

  /** `fd_fdstat_get` */
  stat(fd: number, resultAt: number): number {
    const stream = this.#streamOf(fd);
    if (stream === CLOSED) return C.EBADF;
    const { view } = this.#cleared(resultAt >>> 0, C.FDSTAT.size) ?? {};
    if (view === undefined) return C.EFAULT;
    const at = resultAt >>> 0;
    view.setUint8(at, C.FILETYPE_UNKNOWN);
    view.setUint16(at + C.FDSTAT.flags, this.#flags[fd]!, true);
    const own = stream === STDIN ? C.RIGHT_FD_READ : C.RIGHT_FD_WRITE;
    view.setBigUint64(at + C.FDSTAT.rights, own | commonRights, true);
    return C.SUCCESS;
  }

  /** `fd_fdstat_set_flags`: they are remembered and change nothing; reading waits for input all the same. */
  setFlags(fd: number, flags: number): number {
    if (!this.isOpen(fd)) return C.EBADF;
    if ((flags & ~C.ALL_FDFLAGS) !== 0) return C.EINVAL;
    this.#flags[fd] = flags;
    return C.SUCCESS;
  }

  /** `fd_filestat_get`: a thing of no known size and age. */
  fileStat(fd: number, resultAt: number): number {
    const stream = this.#streamOf(fd);
    if (stream === CLOSED) return C.EBADF;
    const { view } = this.#cleared(resultAt >>> 0, C.FILESTAT.size) ?? {};
    if (view === undefined) return C.EFAULT;
    const at = resultAt >>> 0;
    view.setBigUint64(at + C.FILESTAT.inode, BigInt(stream), true);
    view.setUint8(at + C.FILESTAT.filetype, C.FILETYPE_UNKNOWN);
    view.setBigUint64(at + C.FILESTAT.links, 1n, true);
    return C.SUCCESS;
  }

  #streamOf(fd: number): number {
    return this.#streams[fd] ?? CLOSED;
  }

  /** The memory, after clearing a struct in it; undefined when the struct is out of bounds. */
  #cleared(at: number, size: number): GuestMemory | undefined {
    this.#memory.refresh();
    if (!this.#memory.has(at, size)) return undefined;
    this.#memory.bytes.fill(0, at, at + size);
    return this.#memory;
  }

  /** The length of all vectors together, or a negated errno when one of them cannot be used. */
  #vectorBytes(vectorsAt: number, vectorCount: number): number {
    const memory = this.#memory;
    const start = vectorsAt >>> 0;
    if (vectorCount < 0 || vectorCount > MAX_VECTORS) return -C.EINVAL;
    if (!memory.has(start, vectorCount * C.IOVEC.size)) return -C.EFAULT;
    let total = 0;
    for (let i = 0, at = start; i < vectorCount; i++, at += C.IOVEC.size) {
      const length = memory.view.getUint32(at + C.IOVEC.length, true);
      if (!memory.has(memory.view.getUint32(at, true), length)) return -C.EFAULT;
      total += length;
    }
    // Vectors may overlap, and the result is a u32.
    return total > MAX_U32 ? -C.EINVAL : total;
  }

  /** Waits for input when there is none left. @returns false at the end */
  #fill(): boolean {
    while (this.inputBytes === 0) {
      if (this.#isInputOver) return false;
      this.#piece = this.#world.stdin();
      this.#pieceAt = 0;
      this.#isInputOver = this.#piece === undefined;
    }
    return true;
  }

  /** Copies input into the vectors until they are full or the piece is at its end. @returns how many bytes */
  #take(vectorsAt: number, vectorCount: number): number {
    const { bytes, view } = this.#memory;
    const piece = this.#piece!;
    const start = this.#pieceAt;
    let from = start;
    for (let i = 0, at = vectorsAt >>> 0; i < vectorCount && from < piece.length; i++, at += C.IOVEC.size) {
      const target = view.getUint32(at, true);
      const to = Math.min(from + view.getUint32(at + C.IOVEC.length, true), piece.length);
      // What was just read may have overwritten the vectors that are still to come.
      if (!this.#memory.has(target, to - from)) break;
      copyInto(bytes, target, piece.subarray(from, to));
      from = to;
    }
    this.#pieceAt = from;
    return from - start;
  }
}
