/**
 * A file system in memory that fails on demand and knows what a loss of power leaves: for every file what was written
 * and what was synced, for every name whether the directory was synced since. Store tests run over it instead of
 * node-files.ts.
 *
 *     const files = new MemoryFiles({ at: 17, error: 'crash' });      // or fault after fault: files.fault = …
 *     try { useStore(files) } catch (error) { … }                     // a Crash, from operation 17 on
 *     const later = files.survivors(seed);                            // loss of power: one of the states it may leave
 *     const restarted = files.afterKill();                            // kill -9: everything that was written is there
 *
 * Operations are counted from 1: open, read, write, truncate, sync, list, rename, remove, syncDirectory, lock. `size`
 * and `close` never fail.
 *
 * The surprising part: a crash in the middle of an operation leaves that operation begun. Its effect is one of those
 * that survivors() keeps, loses or, for a write, keeps in part.
 */
import { StoreError } from '../../src/store/errors.ts';
import type { Files, OpenFile, OpenMode, WriterLock } from '../../src/store/files/files.ts';
import { applyName, Inode, type NameChange, seededRandom } from './disk.ts';

export { seededRandom } from './disk.ts';

export type OperationKind =
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'list'
  | 'rename'
  | 'remove'
  | 'syncDirectory'
  | 'lock';

export interface Fault {
  /** Which operation fails, from 1; counted since the fault was set. With `on` only those of its kind are counted. */
  readonly at: number;
  /**
   * `short`: half of the bytes are written, then it is ENOSPC. `crash`: this and all later operations throw a Crash.
   */
  readonly error: 'EIO' | 'ENOSPC' | 'short' | 'crash';
  readonly on?: OperationKind;
  /** Only operations on files of this name count. */
  readonly file?: string | RegExp;
  /** All later ones that count fail too, as on a disk that stays full. */
  readonly isLasting?: boolean;
}

/** The process died in the middle of an operation. Not a StoreError: nothing can answer it. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export class MemoryFiles implements Files {
  readonly directory = '/memory';
  /** Operations begun so far. */
  operations = 0;
  /** `write 00000001.log`, one for each operation. */
  readonly trace: string[] = [];
  readonly #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  #fault: Fault | undefined;
  /** Operations that counted for the fault. */
  #counted = 0;
  #hasCrashed = false;
  #isLocked = false;
  /** What `lock` says of the owner before, and what `checkLock` says. */
  isDisputed = false;
  isTakenOver = false;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  /** Sets another fault, or none; its operations are counted from now on. */
  set fault(fault: Fault | undefined) {
    this.#fault = fault;
    this.#counted = 0;
  }

  get hasCrashed(): boolean {
    return this.#hasCrashed;
  }

  open(name: string, mode: OpenMode): OpenFile {
    const create = () => {
      const inode = new Inode();
      this.#rename({ kind: 'create', name, inode });
      return inode;
    };
    this.#begin('open', name, () => mode === 'create' && !this.#names.has(name) && create());
    const found = this.#names.get(name);
    if (mode !== 'create') return this.#opened(name, mode, found ?? absent(name));
    if (found !== undefined) throw new StoreError('io', `${name}: file already exists (EEXIST)`, { file: name });
    return this.#opened(name, mode, create());
  }

  list(): string[] {
    this.#begin('list', '');
    return [...this.#names.keys()];
  }

  rename(from: string, to: string): void {
    const move = () => this.#rename({ kind: 'rename', from, to, inode: this.#names.get(from) ?? absent(from) });
    this.#begin('rename', from, move);
    move();
  }

  remove(name: string): void {
    const remove = () => this.#rename({ kind: 'remove', name: this.#names.has(name) ? name : absent(name) });
    this.#begin('remove', name, remove);
    remove();
  }

  syncDirectory(): void {
    this.#begin('syncDirectory', '');
    this.#nameChanges = [];
    this.#syncedNames = new Map(this.#names);
  }

  lock(): WriterLock {
    this.#begin('lock', '');
    if (this.#isLocked)
      throw new StoreError('locked', 'process 1 writes to this store', { hint: 'Wait until it is done.' });
    this.#isLocked = true;
    const release = () => {
      this.#isLocked = false;
    };
    return { isDisputed: this.isDisputed, release };
  }

  checkLock(): void {
    if (this.isTakenOver) throw new StoreError('failed', 'another process has taken over the lock', { file: 'LOCK' });
  }

  /** The bytes of a file now. */
  bytesOf(name: string): Buffer {
    return Buffer.from((this.#names.get(name) ?? absent(name)).current.bytes);
  }

  /** The names of all files now, sorted. */
  names(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** Puts a file there that survives everything, as if it had been there before; for damaged ones. */
  put(name: string, bytes: Uint8Array): void {
    const inode = new Inode(bytes);
    this.#names.set(name, inode);
    this.#syncedNames.set(name, inode);
  }

  /** The directory as another process finds it when this one was killed: all that was written is there. */
  afterKill(): MemoryFiles {
    const later = new MemoryFiles();
    for (const [name, inode] of this.#names) later.put(name, inode.current.bytes);
    return later;
  }

  /**
   * The directory after a loss of power: what was synced, and of the rest what the seed leaves. Files whose name was
   * not synced may be gone or have their old name; files that were removed may be back.
   */
  survivors(seed: number): MemoryFiles {
    const random = seededRandom(seed);
    const names = new Map(this.#syncedNames);
    // File systems with a journal keep the order of names; nobody promises it.
    const isOrdered = random() < 0.5;
    const kept = random() < 0.2 ? 1 : random();
    for (const change of this.#nameChanges) {
      if (random() < kept) applyName(change, names);
      else if (isOrdered) break;
    }
    const contents = new Map<Inode, Buffer>();
    const later = new MemoryFiles();
    for (const [name, inode] of names) {
      const bytes = contents.get(inode) ?? inode.survivor(random);
      contents.set(inode, bytes);
      later.put(name, bytes);
    }
    return later;
  }

  #rename(change: NameChange): void {
    applyName(change, this.#names);
    this.#nameChanges.push(change);
  }

  /**
   * Counts an operation, and lets it fail when it is its turn. `effect` is what a crash in its middle may have done.
   */
  #begin(kind: OperationKind, name: string, effect?: () => unknown): void {
    if (this.#hasCrashed) throw new Crash(`${kind} ${name} after the crash`);
    this.operations++;
    this.trace.push(`${kind} ${name}`.trimEnd());
    const error = this.#faultOf(kind, name);
    if (error === undefined) return;
    if (error === 'crash') {
      this.#hasCrashed = true;
      try {
        effect?.();
      } catch {
        // It would have failed anyway.
      }
      throw new Crash(`at operation ${this.operations}: ${kind} ${name}`);
    }
    const code = error === 'short' ? 'ENOSPC' : error;
    throw new StoreError('io', `${name === '' ? this.directory : name}: ${kind} failed on purpose (${code})`, {
      ...{ file: name, hint: 'Set no fault.' },
    });
  }

  #faultOf(kind: OperationKind, name: string): Fault['error'] | undefined {
    const fault = this.#fault;
    if (fault === undefined || (fault.on !== undefined && fault.on !== kind)) return undefined;
    const { file = name } = fault;
    if (typeof file === 'string' ? file !== name : !file.test(name)) return undefined;
    this.#counted++;
    return this.#counted === fault.at || (fault.isLasting && this.#counted > fault.at) ? fault.error : undefined;
  }

  #opened(name: string, mode: OpenMode, inode: Inode): OpenFile {
    const mustBeOpen = (changes: boolean) => {
      if (!isOpen) throw new Error(`${name} is closed`);
      if (changes && mode === 'read') throw new Error(`${name} is open for reading only`);
    };
    let isOpen = true;
    return {
      readAt: (into, position) => {
        mustBeOpen(false);
        this.#begin('read', name);
        const bytes = inode.current.bytes.subarray(position, position + into.length);
        into.set(bytes);
        return bytes.length;
      },
      writeAt: (bytes, position) => {
        mustBeOpen(true);
        const write = (end: number) =>
          inode.change({ kind: 'write', bytes: Uint8Array.from(bytes.subarray(0, end)), position, isDoubtful: false });
        try {
          this.#begin('write', name, () => write(bytes.length));
        } catch (error) {
          if (error instanceof StoreError && this.#fault?.error === 'short') write(bytes.length >> 1);
          throw error;
        }
        write(bytes.length);
      },
      size: () => inode.current.bytes.length,
      truncate: (size) => {
        mustBeOpen(true);
        const resize = () => inode.change({ kind: 'resize', size, isDoubtful: false });
        this.#begin('truncate', name, resize);
        resize();
      },
      sync: () => {
        mustBeOpen(true);
        try {
          this.#begin('sync', name);
        } catch (error) {
          // The kernel gives up what it could not write: the next sync succeeds without it.
          if (error instanceof StoreError) for (const change of inode.changes) change.isDoubtful = true;
          throw error;
        }
        inode.sync();
      },
      close: () => {
        isOpen = false;
      },
    };
  }
}

function absent(name: string): never {
  throw new StoreError('missing', `${name}: no such file or directory (ENOENT)`, { file: name });
}
