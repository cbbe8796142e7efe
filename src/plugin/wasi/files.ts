/**
 * Descriptors of preview 1 beside the standard streams: the granted directories, and what was opened in them. All of
 * them are for reading; whatever would write is EROFS. Files that a guest leaves open are closed with its thread.
 */
import { type BigIntStats, closeSync, fstatSync, lstatSync, readSync } from 'node:fs';
import type { CoreFunction } from '../guest.ts';
import * as C from './codes.ts';
import {
  type Entry,
  errnoOf,
  FileError,
  fileTypeOf,
  findInside,
  type GrantedDirectory,
  openInside,
} from './directory.ts';
import { encodedEntry, entriesWithDots } from './dirent.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { Preview1Name } from './signatures.ts';

interface Directory {
  readonly kind: 'directory';
  readonly root: string;
  readonly path: string;
  /** Its name, when it was granted as such. */
  readonly name: Buffer | undefined;
}

interface OpenFile {
  readonly kind: 'file';
  readonly fd: number;
  position: bigint;
}

const FIRST = 3;
const MAX_OPEN = 256;
const MAX_VECTORS = 1024;
/** What can be asked of a position: below 2^53, where numbers are exact. */
const MAX_POSITION = 2n ** 53n - 1n;

const fileRights =
  C.RIGHT_FD_READ | C.RIGHT_FD_SEEK | C.RIGHT_FD_TELL | C.RIGHT_FD_FILESTAT_GET | C.RIGHT_POLL_FD_READWRITE;
const directoryRights =
  C.RIGHT_PATH_OPEN | C.RIGHT_FD_READDIR | C.RIGHT_PATH_FILESTAT_GET | C.RIGHT_FD_FILESTAT_GET | C.RIGHT_FD_READ;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Files {
  readonly #memory: GuestMemory;
  readonly #open = new Map<number, Directory | OpenFile>();
  /** What readdir has found last: one listing, however many directories are open. */
  #listed: { readonly directory: Directory; readonly entries: readonly Entry[] } | undefined;

  constructor(memory: GuestMemory, directories: readonly GrantedDirectory[]) {
    this.#memory = memory;
    directories.forEach(({ name, path }, i) => {
      const directory: Directory = { kind: 'directory', root: path, path, name: Buffer.from(name) };
      this.#open.set(FIRST + i, directory);
    });
  }

  has(fd: number): boolean {
    return this.#open.has(fd);
  }

  /** The functions whose first parameter is a descriptor, for those that `has` knows. */
  functions(): Partial<Record<Preview1Name, CoreFunction>> {
    const call = (work: (fd: number, ...rest: number[]) => number) => this.#call(work);
    const refuse = (errno: number) => (): number => errno;
    return {
      fd_advise: refuse(C.SUCCESS),
      fd_allocate: refuse(C.EROFS),
      fd_close: call((fd) => this.#close(fd)),
      fd_datasync: refuse(C.SUCCESS),
      fd_fdstat_get: call((fd, at) => this.#fdstat(fd, at!)),
      fd_fdstat_set_flags: refuse(C.SUCCESS),
      fd_fdstat_set_rights: refuse(C.ENOTSUP),
      fd_filestat_get: call((fd, at) => this.#filestat(fd, at!)),
      fd_filestat_set_size: refuse(C.EROFS),
      fd_filestat_set_times: refuse(C.EROFS),
      fd_pread: (fd: number, vectors: number, count: number, offset: bigint, at: number) =>
        errnoOf(() => this.#read(fd, vectors, count, at, BigInt.asUintN(64, offset))),
      fd_prestat_get: call((fd, at) => this.#prestat(fd, at!)),
      fd_prestat_dir_name: call((fd, at, length) => this.#prestatName(fd, at!, length!)),
      fd_pwrite: refuse(C.EBADF),
      fd_read: call((fd, vectors, count, at) => this.#read(fd, vectors!, count!, at!, undefined)),
      fd_readdir: (fd: number, at: number, length: number, cookie: bigint, result: number) =>
        errnoOf(() => this.#readdir(fd, at >>> 0, length >>> 0, BigInt.asUintN(64, cookie), result >>> 0)),
      fd_renumber: refuse(C.ENOTSUP),
      fd_seek: (fd: number, offset: bigint, whence: number, result: number) =>
        errnoOf(() => this.#seek(fd, offset, whence, result >>> 0)),
      fd_sync: refuse(C.SUCCESS),
      fd_tell: (fd: number, result: number) => errnoOf(() => this.#seek(fd, 0n, C.WHENCE_CURRENT, result >>> 0)),
      fd_write: refuse(C.EBADF),
      path_create_directory: refuse(C.EROFS),
      path_filestat_get: call((fd, flags, path, length, at) => this.#pathFilestat(fd, flags!, [path!, length!], at!)),
      path_filestat_set_times: refuse(C.EROFS),
      path_link: refuse(C.EROFS),
      path_open: (
        fd: number,
        lookup: number,
        path: number,
        length: number,
        flags: number,
        rights: bigint,
        _inheriting: bigint,
        _fdFlags: number,
        result: number,
      ) => errnoOf(() => this.#pathOpen(fd, { lookup, flags, rights }, [path, length], result >>> 0)),
      path_readlink: refuse(C.ENOTCAPABLE),
      path_remove_directory: refuse(C.EROFS),
      path_rename: refuse(C.EROFS),
      path_unlink_file: refuse(C.EROFS),
    };
  }

  #call(work: (fd: number, ...rest: number[]) => number) {
    return (fd: number, ...rest: number[]) => errnoOf(() => work(fd, ...rest.map((value) => value >>> 0)));
  }

  #directory(fd: number): Directory {
    const open = this.#open.get(fd);
    if (open?.kind === 'directory') return open;
    throw new FileError(open === undefined ? C.EBADF : C.ENOTDIR);
  }

  #file(fd: number): OpenFile {
    const open = this.#open.get(fd);
    if (open?.kind === 'file') return open;
    throw new FileError(open === undefined ? C.EBADF : C.EISDIR);
  }

  /** @throws FileError when the bytes are outside of the memory */
  #room(at: number, bytes: number): DataView {
    this.#memory.refresh();
    if (!this.#memory.has(at, bytes)) throw new FileError(C.EFAULT);
    return this.#memory.view;
  }

  #path([at, length]: readonly [number, number]): string {
    this.#room(at >>> 0, length >>> 0);
    try {
      return utf8.decode(this.#memory.bytes.subarray(at >>> 0, (at >>> 0) + (length >>> 0)));
    } catch {
      throw new FileError(C.EILSEQ);
    }
  }

  #close(fd: number): number {
    const open = this.#open.get(fd);
    if (open?.kind === 'file') closeSync(open.fd);
    this.#open.delete(fd);
    return C.SUCCESS;
  }

  #prestat(fd: number, at: number): number {
    const { name } = this.#directory(fd);
    if (name === undefined) return C.EBADF;
    const view = this.#room(at, C.PRESTAT.size);
    view.setUint32(at, C.PRESTAT_DIRECTORY, true);
    view.setUint32(at + C.PRESTAT.length, name.length, true);
    return C.SUCCESS;
  }

  #prestatName(fd: number, at: number, length: number): number {
    const { name } = this.#directory(fd);
    if (name === undefined) return C.EBADF;
    if (length < name.length) return C.ENAMETOOLONG;
    this.#room(at, name.length);
    this.#memory.bytes.set(name, at);
    return C.SUCCESS;
  }

  #fdstat(fd: number, at: number): number {
    const isFile = this.#open.get(fd)?.kind === 'file';
    const view = this.#room(at, C.FDSTAT.size);
    this.#memory.bytes.fill(0, at, at + C.FDSTAT.size);
    view.setUint8(at, isFile ? C.FILETYPE_REGULAR : C.FILETYPE_DIRECTORY);
    view.setBigUint64(at + C.FDSTAT.rights, isFile ? fileRights : directoryRights, true);
    if (!isFile) view.setBigUint64(at + C.FDSTAT.inheriting, fileRights | directoryRights, true);
    return C.SUCCESS;
  }

  #filestat(fd: number, at: number): number {
    const open = this.#open.get(fd)!;
    const stat = open.kind === 'file' ? fstatSync(open.fd, { bigint: true }) : lstatSync(open.path, { bigint: true });
    return this.#putFilestat(stat, at);
  }

  #pathFilestat(fd: number, lookup: number, path: readonly [number, number], at: number): number {
    const { root, path: base } = this.#directory(fd);
    return this.#putFilestat(findInside(root, base, this.#path(path), (lookup & C.LOOKUP_FOLLOW) !== 0).stat, at);
  }

  #putFilestat(stat: BigIntStats, at: number): number {
    const view = this.#room(at, C.FILESTAT.size);
    this.#memory.bytes.fill(0, at, at + C.FILESTAT.size);
    view.setBigUint64(at, stat.dev, true);
    view.setBigUint64(at + C.FILESTAT.inode, stat.ino, true);
    view.setUint8(at + C.FILESTAT.filetype, fileTypeOf(stat));
    view.setBigUint64(at + C.FILESTAT.links, stat.nlink, true);
    view.setBigUint64(at + C.FILESTAT.bytes, stat.size, true);
    view.setBigUint64(at + C.FILESTAT.accessed, stat.atimeNs, true);
    view.setBigUint64(at + C.FILESTAT.modified, stat.mtimeNs, true);
    view.setBigUint64(at + C.FILESTAT.changed, stat.ctimeNs, true);
    return C.SUCCESS;
  }

  #pathOpen(
    fd: number,
    { lookup, flags, rights }: { readonly lookup: number; readonly flags: number; readonly rights: bigint },
    path: readonly [number, number],
    result: number,
  ): number {
    const { root, path: base } = this.#directory(fd);
    const view = this.#room(result, 4);
    if ((flags & C.OPEN_WRITES) !== 0 || (rights & C.RIGHT_FD_WRITE) !== 0n) return C.EROFS;
    if (this.#open.size >= MAX_OPEN) return C.EMFILE;
    const found = findInside(root, base, this.#path(path), (lookup & C.LOOKUP_FOLLOW) !== 0);
    const isDirectory = found.stat.isDirectory();
    if (!isDirectory && (flags & C.OPEN_DIRECTORY) !== 0) return C.ENOTDIR;
    let free = FIRST;
    while (this.#open.has(free)) free++;
    this.#open.set(
      free,
      isDirectory
        ? { kind: 'directory', root, path: found.path, name: undefined }
        : { kind: 'file', fd: openInside(root, found), position: 0n },
    );
    view.setUint32(result, free, true);
    return C.SUCCESS;
  }

  /** @param offset undefined: at the file's position, which moves on */
  #read(fd: number, vectorsAt: number, count: number, resultAt: number, offset: bigint | undefined): number {
    const file = this.#file(fd);
    const vectors = this.#vectors(vectorsAt >>> 0, count);
    const view = this.#room(resultAt >>> 0, 4);
    let at = offset ?? file.position;
    if (at > MAX_POSITION) return C.EINVAL;
    let total = 0;
    for (const [from, length] of vectors) {
      if (length === 0) continue;
      const bytes = readSync(file.fd, this.#memory.bytes, from, length, Number(at));
      total += bytes;
      at += BigInt(bytes);
      if (bytes < length) break;
    }
    if (offset === undefined) file.position = at;
    view.setUint32(resultAt >>> 0, total, true);
    return C.SUCCESS;
  }

  /** Where the bytes go, all of it checked: addresses and lengths, which fit a u32 together. */
  #vectors(at: number, count: number): (readonly [number, number])[] {
    if (count < 0 || count > MAX_VECTORS) throw new FileError(C.EINVAL);
    const view = this.#room(at, count * C.IOVEC.size);
    let total = 0;
    return Array.from({ length: count }, (_, i) => {
      const from = view.getUint32(at + i * C.IOVEC.size, true);
      const length = view.getUint32(at + i * C.IOVEC.size + C.IOVEC.length, true);
      if (!this.#memory.has(from, length)) throw new FileError(C.EFAULT);
      total += length;
      if (total > 0xffff_ffff) throw new FileError(C.EINVAL);
      return [from, length] as const;
    });
  }

  #seek(fd: number, offset: bigint, whence: number, resultAt: number): number {
    const file = this.#file(fd);
    const view = this.#room(resultAt, 8);
    let from = 0n;
    if (whence === C.WHENCE_CURRENT) from = file.position;
    else if (whence === C.WHENCE_END) from = fstatSync(file.fd, { bigint: true }).size;
    else if (whence !== C.WHENCE_SET) return C.EINVAL;
    const position = from + offset;
    if (position < 0n || position > MAX_POSITION) return C.EINVAL;
    file.position = position;
    view.setBigUint64(resultAt, position, true);
    return C.SUCCESS;
  }

  /** Entries from the `cookie`-th on, as many as fit; the last one may be cut, and the guest asks again then. */
  #readdir(fd: number, at: number, length: number, cookie: bigint, resultAt: number): number {
    const directory = this.#directory(fd);
    this.#room(at, length);
    const view = this.#room(resultAt, 4);
    if (cookie === 0n || this.#listed?.directory !== directory) {
      this.#listed = { directory, entries: entriesWithDots(directory.path) };
    }
    const { entries } = this.#listed;
    let used = 0;
    for (let i = Number(cookie); i < entries.length && used < length; i++) {
      const entry = encodedEntry(entries[i]!, BigInt(i + 1));
      const part = entry.subarray(0, length - used);
      this.#memory.bytes.set(part, at + used);
      used += part.length;
    }
    view.setUint32(resultAt, used, true);
    return C.SUCCESS;
  }
}
