/**
 * Everything the CLI asks of the process and the machine, as one value: environment, terminals, the two output streams,
 * cores, clock, signals and the code that runs. main() gets the real one; tests change what they need.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isatty } from 'node:tty';
import type { RunSelect } from '../pipeline/host.ts';
import type { SignalSource } from './signals.ts';
import type { Environment } from './sources.ts';
import { writeText } from './write.ts';

/** Standard input, output and error by their descriptors. */
export type StandardFd = 0 | 1 | 2;

export interface World {
  readonly environment: Environment;
  isTTY(fd: StandardFd): boolean;
  /** Writes all of the text, synchronously; a closed pipe is no error. */
  write(fd: 1 | 2, text: string): void;
  fileExists(path: string): boolean;
  cores(): number;
  clockMs(): number;
  readonly signals: SignalSource;
  /** Imported when a run begins, so that help does not pay for it. */
  loadRunSelect(): Promise<RunSelect>;
}

/** The process we are. */
export function processWorld(): World {
  return {
    environment: process.env,
    isTTY: (fd) => isatty(fd),
    write: (fd, text) => writeText(fd, text),
    fileExists: (path) => existsSync(path),
    cores: () => availableParallelism(),
    clockMs: () => performance.now(),
    signals: {
      on: (signal, handler) => process.on(signal, handler),
      off: (signal, handler) => process.off(signal, handler),
      raise: (signal) => process.kill(process.pid, signal),
    },
    loadRunSelect: async () => (await import('../pipeline/run.ts')).runSelect,
  };
}
