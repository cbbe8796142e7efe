/**
 * Numbers and layouts of wasi_snapshot_preview1 (WASI, phases/snapshot/witx/typenames.witx), as far as this host uses
 * them. Structs are given by their size and the offsets of their fields, in bytes.
 */

/** errno */
export const SUCCESS = 0;
export const EACCES = 2;
export const EBADF = 8;
export const EFAULT = 21;
export const EILSEQ = 25;
export const EINVAL = 28;
export const EIO = 29;
export const EISDIR = 31;
export const ELOOP = 32;
export const EMFILE = 33;
export const ENAMETOOLONG = 37;
export const ENFILE = 41;
export const ENOENT = 44;
export const ENOTDIR = 54;
export const ENOTSOCK = 57;
export const ENOTSUP = 58;
export const EPERM = 63;
export const EROFS = 69;
export const ESPIPE = 70;
export const ENOTCAPABLE = 76;

/** clockid */
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;

/**
 * filetype: what a pipe is, for which there is no code. Not CHARACTER_DEVICE, or C libraries take it for a terminal
 * and write line by line.
 */
export const FILETYPE_UNKNOWN = 0;
export const FILETYPE_DIRECTORY = 3;
export const FILETYPE_REGULAR = 4;
export const FILETYPE_LINK = 7;

/** rights */
export const RIGHT_FD_READ = 1n << 1n;
export const RIGHT_FD_SEEK = 1n << 2n;
export const RIGHT_FD_FDSTAT_SET_FLAGS = 1n << 3n;
export const RIGHT_FD_TELL = 1n << 5n;
export const RIGHT_FD_WRITE = 1n << 6n;
export const RIGHT_PATH_OPEN = 1n << 13n;
export const RIGHT_FD_READDIR = 1n << 14n;
export const RIGHT_PATH_FILESTAT_GET = 1n << 18n;
export const RIGHT_FD_FILESTAT_GET = 1n << 21n;
export const RIGHT_POLL_FD_READWRITE = 1n << 27n;

/** fdflags: append, dsync, nonblock, rsync, sync. */
export const ALL_FDFLAGS = 0x1f;

/** struct iovec and ciovec { buf, buf_len } */
export const IOVEC = { size: 8, length: 4 } as const;
/** struct fdstat { filetype u8, flags u16, rights_base u64, rights_inheriting u64 } */
export const FDSTAT = { size: 24, flags: 2, rights: 8, inheriting: 16 } as const;
/** struct filestat { dev u64, ino u64, filetype u8, nlink u64, size u64, atim u64, mtim u64, ctim u64 } */
export const FILESTAT = {
  ...{ size: 64, inode: 8, filetype: 16, links: 24 },
  ...{ bytes: 32, accessed: 40, modified: 48, changed: 56 },
} as const;
/** struct prestat { tag u8, union { dir { name_len u32 } } } */
export const PRESTAT = { size: 8, length: 4 } as const;
export const PRESTAT_DIRECTORY = 0;
/** struct dirent { next u64, ino u64, namlen u32, type u8 } */
export const DIRENT = { size: 24, inode: 8, length: 16, type: 20 } as const;

/** lookupflags: a link that is the last name of a path is followed. */
export const LOOKUP_FOLLOW = 1;
/** oflags: creat, excl and trunc would change something. */
export const OPEN_DIRECTORY = 2;
export const OPEN_WRITES = 1 | 4 | 8;
/** whence */
export const WHENCE_SET = 0;
export const WHENCE_CURRENT = 1;
export const WHENCE_END = 2;

/** struct subscription { userdata u64, tag u8, union { clock, fd_readwrite } } */
export const SUBSCRIPTION = { size: 48, tag: 8, clock: 16, timeout: 24, clockFlags: 40, fd: 16 } as const;
/** struct event { userdata u64, error u16, type u8, fd_readwrite { nbytes u64, flags u16 } } */
export const EVENT = { size: 32, error: 8, type: 10, bytes: 16, flags: 24 } as const;
/** eventtype, which is also the tag of a subscription */
export const EVENT_CLOCK = 0;
export const EVENT_FD_READ = 1;
export const EVENT_FD_WRITE = 2;
/** subclockflags: the timeout is a moment, not a duration. */
export const CLOCK_ABSTIME = 1;
/** eventrwflags: the other end is closed. */
export const EVENT_HANGUP = 1;
