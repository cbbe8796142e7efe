/**
 * Waits until something in folders may have changed. The surprising part: it is a watch of the folders with a timer
 * behind it, and the caller then looks for changes itself. Watches alone miss changes on network file systems and of
 * folders that do not exist yet; timers alone cost latency.
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';

/** The longest time until a change is noticed that no watch has reported. */
const POLL_MS = 250;

export class ChangeWait {
  readonly #folders: () => readonly string[];
  readonly #pollMs: number;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #pending: Promise<void> | undefined;
  #settle: (() => void) | undefined;
  #isClosed = false;

  /** @param folders those to watch; asked before each wait */
  constructor(folders: () => readonly string[], pollMs = POLL_MS) {
    this.#folders = folders;
    this.#pollMs = pollMs;
  }

  /** At most one wait is pending; calling again returns the same promise. Resolves at once after `close`. */
  wait(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#pending ??= new Promise((resolve) => {
      this.#settle = resolve;
      this.#timer = setTimeout(() => this.#wake(), this.#pollMs);
      this.#watch();
    });
    return this.#pending;
  }

  close(): void {
    this.#isClosed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#wake();
  }

  #wake(): void {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#pending = undefined;
    this.#settle = undefined;
    settle?.();
  }

  #watch(): void {
    const folders = new Set(this.#folders());
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#watchOne(folder);
  }

  #watchOne(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (kind, name) => {
        // The folder itself may have been moved or removed: the next wait watches what has its name then.
        if (kind === 'rename' && name === basename(folder)) this.#forget(folder, watcher);
        this.#wake();
      });
      watcher.on('error', () => this.#forget(folder, watcher));
      this.#watchers.set(folder, watcher);
    } catch {
      // No folder yet, no inotify, too many watches: looking again is enough.
    }
  }

  #forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
  }
}
