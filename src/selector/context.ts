/** What a selector is read with, besides its text. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EmptyFile, Instant } from '../engine/program.ts';

/** All may be left out. */
export interface SelectorContext {
  /** Of times that are numbers, for comparisons with `@…`. Default: by the size of each. */
  readonly timeUnit?: Instant['unit'] | undefined;
  /** What relative names of files are relative to. Default: where the program runs. */
  readonly directory?: string | undefined;
  /** What @now is, in milliseconds since 1970. Default: when the selector is read. */
  readonly nowMs?: number | undefined;
}

/** The same while one selector, or several that belong together, are read. */
export class Reading {
  readonly timeUnit: Instant['unit'];
  /** Microseconds since 1970, the same for all that is read. */
  readonly nowUs: bigint;
  readonly #directory: string;
  readonly #isRead: boolean;
  /** What relative names are relative to, in words. */
  readonly whence: string;
  /** Files of rules that are being read, the outermost first. */
  readonly open: string[] = [];
  /** Files that were read and have no rule, or no value. */
  readonly emptyFiles: EmptyFile[] = [];

  /** @param readsFiles false: files are taken to be empty, for questions about the text alone */
  constructor({ timeUnit = 'auto', directory, nowMs = Date.now() }: SelectorContext = {}, readsFiles = true) {
    this.nowUs = BigInt(nowMs) * 1000n;
    this.timeUnit = timeUnit;
    this.#directory = directory ?? '.';
    this.whence = directory === undefined ? 'the directory that slung runs in' : 'the folder of the topology';
    this.#isRead = readsFiles;
  }

  place(name: string): string {
    return resolve(this.#directory, name);
  }

  /** @throws Error of node:fs */
  read(name: string): Buffer {
    return this.#isRead ? readFileSync(this.place(name)) : Buffer.alloc(0);
  }
}
