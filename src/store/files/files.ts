/**
 * The file system as the store sees it: the files of one directory, and few operations on them. Everything the store
 * does to a disk goes through here, so that tests can put a file system underneath that fails, forgets what was not
 * synced, or dies (test/support/files.ts). node-files.ts is the real one. Everything is synchronous: a store belongs
 * to one thread, and what is acknowledged has happened.
 *
 * All methods throw StoreError of kind `io` with the file's name and the system's reason (`EIO`, `ENOSPC`, …) in the
 * message; a file that is not there is of kind `missing`.
 */

export interface OpenFile {
  /** Reads into the whole of `into` from `position` on. @returns bytes read; less only at the end of the file */
  readAt(into: Uint8Array, position: number): number;
  /** Writes all bytes. After an error it is unknown how many of them are in the file. */
  writeAt(bytes: Uint8Array, position: number): void;
  /** Bytes. */
  size(): number;
  truncate(size: number): void;
  /**
   * What was written survives a loss of power when this returns (fdatasync). After an error nothing is certain any
   * more.
   */
  sync(): void;
  close(): void;
}

/** How a file is opened: to read it, to change one that is there, or as a new one (it must not be there). */
export type OpenMode = 'read' | 'change' | 'create';

/** The files of one directory; names have no slashes. */
export interface Files {
  /** The directory, for messages. */
  readonly directory: string;
  open(name: string, mode: OpenMode): OpenFile;
  /** The names of all files, in no order. */
  list(): string[];
  /** Atomic; replaces a file that is there. */
  rename(from: string, to: string): void;
  remove(name: string): void;
  /** Names that were made, renamed or removed survive a loss of power when this returns. */
  syncDirectory(): void;
  /**
   * Makes the caller the only writer, until the lock is given back or the process ends.
   * @throws StoreError of kind `locked` that names the owner
   */
  lock(): WriterLock;
  /**
   * Says that what was done through these files until now was done as the only writer. To be asked after something was
   * written and before it counts. @throws StoreError of kind `failed` when another process has taken the lock over
   */
  checkLock(): void;
}

export interface WriterLock {
  /**
   * The owner before may be alive, in another container or on another machine, and may do one thing more before it
   * notices: finish files of numbers that it counted on from the manifest, or put a manifest that it has written in
   * its place.
   */
  readonly isDisputed: boolean;
  /** What is called twice does nothing. */
  readonly release: () => void;
}
