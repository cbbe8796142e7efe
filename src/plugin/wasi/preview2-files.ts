/**
 * wasi:filesystem 0.2 over the directories that a command was granted: descriptors for reading, streams of files,
 * entries of directories. Whatever would write answers read-only. Signatures and layouts are the canonical ABI's of
 * types.wit. Files that a guest leaves open are closed with its thread.
 */
import { type BigIntStats, closeSync, fstatSync, lstatSync, readSync } from 'node:fs';
import { type GuestWriter, SLICE_ALIGN, SLICE_SIZE } from '../component/canonical-memory.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import * as C from './codes.ts';
import { entriesOf, errnoOf, FileError, fileTypeOf, findInside, MOST_ENTRIES, openInside } from './directory.ts';
import type { Resource } from './handles.ts';
import type { ByteSource } from './input.ts';
import { type Context, type Lowering, readerOf, storeU64, type Table, writerOf } from './preview2-context.ts';

type Descriptor = Extract<Resource, { kind: 'descriptor' }>;

/** Layouts of result<T, error-code>: the discriminant is at 0, the payload and the error at `payload`. */
const NOTHING = { size: 2, align: 1, payload: 1 };
const BYTE = { size: 2, align: 1, payload: 1 };
const HANDLE = { size: 8, align: 4, payload: 4 };
/** tuple<list<u8>, bool> */
const READ = { size: 16, align: 4, payload: 4, isEnd: 8 };
/** record descriptor-stat { type, link-count u64, size u64, three option<datetime> } */
const STAT = { size: 104, align: 8, payload: 8, links: 8, bytes: 16, times: [24, 48, 72] } as const;
/** option<datetime { seconds u64, nanoseconds u32 }> */
const TIME = { seconds: 8, nanoseconds: 16 };
/** record metadata-hash-value { lower u64, upper u64 } */
const HASH = { size: 24, align: 8, payload: 8, upper: 8 };
/** option<record directory-entry { type, name string }> */
const ENTRY = { size: 20, align: 4, payload: 4, type: 4, name: 8 };
/** tuple<own<descriptor>, string> */
const PREOPEN = { size: 12, align: 4, name: 4 };
interface Layout {
  readonly size: number;
  readonly align: number;
  readonly payload: number;
}

/** error-code, by the errnos of preview 1. What a directory does not let out is not permitted. */
const errorCodes: Readonly<Record<number, number>> = {
  ...{ [C.EACCES]: 0, [C.EBADF]: 3, [C.EILSEQ]: 9, [C.EINVAL]: 12, [C.EIO]: 13, [C.EISDIR]: 14, [C.ELOOP]: 15 },
  ...{
    [C.ENAMETOOLONG]: 18,
    [C.ENOENT]: 20,
    [C.EMFILE]: 22,
    [C.ENFILE]: 22,
    [C.ENOTDIR]: 24,
    [C.ENOTSUP]: 27,
    [C.EPERM]: 31,
  },
  ...{ [C.ENOTCAPABLE]: 31, [C.EROFS]: 33 },
};

/** descriptor-type, by the file types of preview 1. */
const types: Readonly<Record<number, number>> = {
  ...{ [C.FILETYPE_UNKNOWN]: 0, [C.FILETYPE_DIRECTORY]: 3, [C.FILETYPE_LINK]: 5, [C.FILETYPE_REGULAR]: 6 },
};

const FLAG_READ = 1;
const FLAG_WRITE = 2;
const NS_PER_SECOND = 1_000_000_000n;
const MOST_READ = 1 << 20;
const MAX_POSITION = 2n ** 53n - 1n;

/**
 * A method of a descriptor: its last parameter is where the result goes. `work` stores what it has found at the
 * payload, or throws what becomes the error.
 */
function method(
  layout: Layout,
  work: (self: Descriptor, values: readonly (number | bigint)[], put: Put, context: Context) => void,
): Lowering {
  return (context) => {
    const writer = writerOf(context);
    return (...values: (number | bigint)[]) => {
      const self = context.handles.get(values[0] as number, 'descriptor');
      const at = writer.range(values.at(-1) as number, layout.size, layout.align, `the result of ${context.name}`);
      const payload = at + layout.payload;
      const errno = errnoOf(() => {
        work(self, values.slice(1, -1), { writer, at: payload }, context);
        return C.SUCCESS;
      });
      writer.u8(at, errno === C.SUCCESS ? 0 : 1);
      if (errno !== C.SUCCESS) writer.u8(payload, errorCodes[errno] ?? 13);
    };
  };
}

interface Put {
  readonly writer: GuestWriter;
  readonly at: number;
}

const refused = (errno: number, layout: Layout = NOTHING): Lowering =>
  method(layout, () => {
    throw new FileError(errno);
  });
const readOnly = refused(C.EROFS);
const done: Lowering = method(NOTHING, () => {});

/** A path of the guest's, from the two values at `i`. */
function pathOf(context: Context, values: readonly (number | bigint)[], i: number): string {
  return readerOf(context)().text(values[i] as number, values[i + 1] as number, `the path of ${context.name}`);
}

function findAt(self: Descriptor, values: readonly (number | bigint)[], context: Context) {
  if (self.fd !== undefined) throw new FileError(C.ENOTDIR);
  const isFollowed = ((values[0] as number) & C.LOOKUP_FOLLOW) !== 0;
  return findInside(self.root, self.path, pathOf(context, values, 1), isFollowed);
}

const statOf = ({ fd, path }: Descriptor): BigIntStats =>
  fd === undefined ? lstatSync(path, { bigint: true }) : fstatSync(fd, { bigint: true });

function fileOf({ fd }: Descriptor): number {
  if (fd === undefined) throw new FileError(C.EISDIR);
  return fd;
}

function putStat({ writer, at }: Put, stat: BigIntStats): void {
  writer.u8(at, types[fileTypeOf(stat)]!);
  storeU64(writer, at + STAT.links, stat.nlink);
  storeU64(writer, at + STAT.bytes, stat.size);
  [stat.atimeNs, stat.mtimeNs, stat.ctimeNs].forEach((time, i) => {
    const option = at + STAT.times[i]!;
    writer.u8(option, 1);
    storeU64(writer, option + TIME.seconds, time / NS_PER_SECOND);
    writer.u32(option + TIME.nanoseconds, Number(time % NS_PER_SECOND));
  });
}

function putHash({ writer, at }: Put, { dev, ino, mtimeNs, size }: BigIntStats): void {
  storeU64(writer, at, ino ^ (dev << 32n));
  storeU64(writer, at + HASH.upper, mtimeNs ^ (size << 32n));
}

/** Bytes of a file from `position` on. One whose descriptor is closed meanwhile is at its end. */
function sourceOf(self: Descriptor, position: bigint): ByteSource {
  let at = position;
  let buffer = new Uint8Array(0);
  return {
    take: (most) => {
      if (self.fd === undefined || self.isClosed || at > MAX_POSITION) return undefined;
      if (buffer.length < most) buffer = new Uint8Array(Math.min(most, MOST_READ));
      const bytes = readInto(self.fd, buffer.subarray(0, most), at);
      at += BigInt(bytes);
      return bytes === 0 ? undefined : buffer.subarray(0, bytes);
    },
  };
}

/** @throws Trap: there is no other way to say it on a stream of ours */
function readInto(fd: number, buffer: Uint8Array, at: bigint): number {
  try {
    return readSync(fd, buffer, 0, buffer.length, Number(at));
  } catch (error) {
    throw new Trap(`a file could not be read on: ${(error as NodeJS.ErrnoException).code}`);
  }
}

const readViaStream = method(HANDLE, (self, [offset], { writer, at }, { handles }) => {
  fileOf(self);
  const source = sourceOf(self, BigInt.asUintN(64, offset as bigint));
  writer.u32(at, handles.add({ kind: 'input-stream', source }));
});

const read = method(READ, (self, [length, offset], { writer, at }, { name }) => {
  const wanted = BigInt.asUintN(64, length as bigint);
  const position = BigInt.asUintN(64, offset as bigint);
  const buffer = new Uint8Array(wanted < BigInt(MOST_READ) ? Number(wanted) : MOST_READ);
  if (position > MAX_POSITION) throw new FileError(C.EINVAL);
  const bytes = readSync(fileOf(self), buffer, 0, buffer.length, Number(position));
  writer.slice(at, buffer.subarray(0, bytes), `the result of ${name}`);
  writer.u8(at + READ.isEnd, bytes < buffer.length ? 1 : 0);
});

const openAt = method(HANDLE, (self, values, { writer, at }, context) => {
  const [openFlags, flags] = [values[3] as number, values[4] as number];
  if ((openFlags & C.OPEN_WRITES) !== 0 || (flags & FLAG_WRITE) !== 0) throw new FileError(C.EROFS);
  const found = findAt(self, values, context);
  const isDirectory = found.stat.isDirectory();
  if (!isDirectory && (openFlags & C.OPEN_DIRECTORY) !== 0) throw new FileError(C.ENOTDIR);
  const fd = isDirectory ? undefined : openInside(self.root, found);
  const opened: Resource = { kind: 'descriptor', root: self.root, path: found.path, fd, isClosed: false };
  writer.u32(at, context.handles.add(opened));
});

const readDirectory = method(HANDLE, (self, _values, { writer, at }, { handles }) => {
  if (self.fd !== undefined) throw new FileError(C.ENOTDIR);
  const entries = entriesOf(self.path, MOST_ENTRIES - handles.listedNames);
  handles.listedNames += entries.length;
  writer.u32(at, handles.add({ kind: 'directory-entry-stream', entries, next: 0 }));
});

function readEntry(context: Context): CoreFunction {
  const writer = writerOf(context);
  return (stream: number, result: number) => {
    const self = context.handles.get(stream, 'directory-entry-stream');
    const place = `the result of ${context.name}`;
    const at = writer.range(result, ENTRY.size, ENTRY.align, place);
    const entry = self.entries[self.next++];
    writer.u8(at, 0);
    const option = at + ENTRY.payload;
    writer.u8(option, entry === undefined ? 0 : 1);
    if (entry === undefined) return;
    writer.u8(option + ENTRY.type, types[entry.type]!);
    writer.slice(option + ENTRY.name, entry.name, place);
  };
}

function getDirectories(context: Context): CoreFunction {
  const writer = writerOf(context);
  const place = `the result of ${context.name}`;
  return (result: number) => {
    const directories = context.host.directories ?? [];
    const at = writer.range(result, SLICE_SIZE, SLICE_ALIGN, place);
    const list = writer.allocate(directories.length * PREOPEN.size, PREOPEN.align, place);
    directories.forEach(({ name, path }, i) => {
      const item = list + i * PREOPEN.size;
      const granted: Resource = { kind: 'descriptor', root: path, path, fd: undefined, isClosed: false };
      writer.u32(item, context.handles.add(granted));
      writer.text(item + PREOPEN.name, name, place);
    });
    writer.u32(at, list);
    writer.u32(at + 4, directories.length);
  };
}

const dropDescriptor: Lowering = ({ handles }) => {
  return (handle: number) => {
    const self = handles.get(handle, 'descriptor');
    handles.drop(handle, 'descriptor');
    self.isClosed = true;
    if (self.fd !== undefined) closeSync(self.fd);
  };
};

const isSame: Lowering = ({ handles }) => {
  return (one: number, other: number) => {
    const [a, b] = [one, other].map((handle) => statOf(handles.get(handle, 'descriptor')));
    return a!.dev === b!.dev && a!.ino === b!.ino ? 1 : 0;
  };
};

/** There is no error of a stream, so every handle of one is forged. */
const noError: Lowering = ({ name }) => {
  return (handle: number) => {
    throw new Trap(`handle ${handle >>> 0} of error is not held, and ${name} wants one`);
  };
};

const descriptorMethods: Readonly<Record<string, Lowering>> = {
  advise: done,
  'append-via-stream': refused(C.EROFS, HANDLE),
  'create-directory-at': readOnly,
  'get-flags': method(BYTE, (_self, _values, { writer, at }) => writer.u8(at, FLAG_READ)),
  'get-type': method(BYTE, (self, _values, { writer, at }) => writer.u8(at, types[fileTypeOf(statOf(self))]!)),
  'is-same-object': isSame,
  'link-at': readOnly,
  'metadata-hash': method(HASH, (self, _values, put) => putHash(put, statOf(self))),
  'metadata-hash-at': method(HASH, (self, values, put, context) => putHash(put, findAt(self, values, context).stat)),
  'open-at': openAt,
  read,
  'read-directory': readDirectory,
  'read-via-stream': readViaStream,
  'readlink-at': refused(C.ENOTCAPABLE, { size: 12, align: 4, payload: 4 }),
  'remove-directory-at': readOnly,
  'rename-at': readOnly,
  'set-size': readOnly,
  'set-times': readOnly,
  'set-times-at': readOnly,
  stat: method(STAT, (self, _values, put) => putStat(put, statOf(self))),
  'stat-at': method(STAT, (self, values, put, context) => putStat(put, findAt(self, values, context).stat)),
  'symlink-at': readOnly,
  sync: done,
  'sync-data': done,
  'unlink-file-at': readOnly,
  write: refused(C.EROFS, { size: 16, align: 8, payload: 8 }),
  'write-via-stream': refused(C.EROFS, HANDLE),
};

export const filesTable: Table = {
  'filesystem/preopens': { 'get-directories': getDirectories },
  'filesystem/types': {
    ...Object.fromEntries(
      Object.entries(descriptorMethods).map(([name, lowering]) => [`[method]descriptor.${name}`, lowering]),
    ),
    '[method]directory-entry-stream.read-directory-entry': readEntry,
    '[resource-drop]descriptor': dropDescriptor,
    '[resource-drop]directory-entry-stream': ({ handles }) => {
      return (handle: number) => {
        handles.listedNames -= handles.get(handle, 'directory-entry-stream').entries.length;
        handles.drop(handle, 'directory-entry-stream');
      };
    },
    'filesystem-error-code': noError,
  },
};
