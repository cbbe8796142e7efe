/**
 * Everything the CLI asks of the process and the machine, as one value: environment, terminals, the two output streams,
 * cores, clock, signals and the code that runs. main() gets the real one; tests change what they need.
 *
 * The surprising part: node:tty and node:os are not imported but fetched when they are needed. node:tty loads node:net,
 * which shows in every start (`node --cpu-prof bin/slung.js select`; bench/startup.mjs).
 */
import { existsSync, fstatSync, statSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import type { RunSettings } from '../config/settings.ts';
import type { RunHost, RunOutcome, RunSelect } from '../pipeline/host.ts';
import type { PluginDescription } from '../plugin/lane/task.ts';
import type { SignalSource } from './signals.ts';
import type { Environment } from './sources.ts';
import { writeText } from './write.ts';

/** Standard input, output and error by their descriptors. */
export type StandardFd = 0 | 1 | 2;

/** The signature of `runPlugins` in pipeline/run-plugins.ts. */
export type RunPlugins = (settings: RunSettings, host: RunHost) => Promise<RunOutcome>;
/** The signature of `describePlugin` there. */
export type DescribePlugin = (settings: RunSettings, host: RunHost) => Promise<PluginDescription | undefined>;

export interface World {
  readonly environment: Environment;
  isTTY(fd: StandardFd): boolean;
  /** Writes all of the text, synchronously; a closed pipe is no error. */
  write(fd: 1 | 2, text: string): void;
  fileExists(path: string): boolean;
  /** The working directory, in which plugins are looked for and made. */
  directory(): string;
  cores(): number;
  clockMs(): number;
  readonly signals: SignalSource;
  /** Imported when a run begins, so that help does not pay for it. */
  loadRunSelect(): Promise<RunSelect>;
  loadRunPlugins(): Promise<RunPlugins>;
  loadDescribePlugin(): Promise<DescribePlugin>;
  /** See RunHost. */
  takeThread?(): Worker | undefined;
}

/**
 * V8's optimising compiler for JavaScript would work on code that runs a few thousand times, once per batch, on the core
 * that the engine needs: 466 → 437 ms of processor time for 512 MiB of GitHub events on one core (2026-11). WebAssembly
 * is not affected. io/unzstd.ts takes this back when JavaScript has to inflate.
 */
function saveCompiling(): void {
  setFlagsFromString('--no-opt');
}

/** The process we are. */
export function processWorld(): World {
  return {
    environment: process.env,
    isTTY: isTerminal,
    write: (fd, text) => writeText(fd, text),
    fileExists: (path) => existsSync(path),
    directory: () => process.cwd(),
    cores: () => process.getBuiltinModule('node:os').availableParallelism(),
    clockMs: () => performance.now(),
    signals: {
      on: (signal, handler) => process.on(signal, handler),
      off: (signal, handler) => process.off(signal, handler),
      raise: (signal) => process.kill(process.pid, signal),
    },
    loadRunSelect: async () => {
      saveCompiling();
      return (await import('../pipeline/run.ts')).runSelect;
    },
    // Here the compiler is worth its time: guests call functions that are JavaScript.
    loadRunPlugins: async () => (await import('../pipeline/run-plugins.ts')).runPlugins,
    loadDescribePlugin: async () => (await import('../pipeline/run-plugins.ts')).describePlugin,
  };
}

/** Whether `fd` is a terminal. Only a character device other than the null device can be one. */
function isTerminal(fd: StandardFd): boolean {
  try {
    const device = fstatSync(fd);
    if (!device.isCharacterDevice() || device.rdev === nullDevice()) return false;
  } catch {
    // The descriptor was closed by whoever started us.
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(fd);
}

/** The null device's number; undefined where there is no /dev/null. */
function nullDevice(): number | undefined {
  return statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
}
