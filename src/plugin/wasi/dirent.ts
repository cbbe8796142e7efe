/** The entries of a directory in the form of preview 1. */
import { lstatSync } from 'node:fs';
import * as C from './codes.ts';
import { type Entry, entriesOf, MOST_ENTRIES } from './directory.ts';

/** With the directory itself and the one above it, as C libraries expect. */
export function entriesWithDots(path: string): Entry[] {
  const { ino } = lstatSync(path, { bigint: true });
  const dots = ['.', '..'].map((name) => ({ name: Buffer.from(name), inode: ino, type: C.FILETYPE_DIRECTORY }));
  return [...dots, ...entriesOf(path, MOST_ENTRIES)];
}

/** struct dirent, and the name behind it. */
export function encodedEntry({ name, inode, type }: Entry, next: bigint): Buffer {
  const head = Buffer.alloc(C.DIRENT.size);
  head.writeBigUInt64LE(next);
  head.writeBigUInt64LE(inode, C.DIRENT.inode);
  head.writeUInt32LE(name.length, C.DIRENT.length);
  head.writeUInt8(type, C.DIRENT.type);
  return Buffer.concat([head, name]);
}
