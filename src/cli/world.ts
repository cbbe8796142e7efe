/**
 * Everything the CLI asks of the process and the machine, as one value: environment, terminals, the two output
 * streams, cores, clock, signals and the code that runs. main() gets the real one; tests change what they need.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import type { CountSettings } from '../config/count.ts';
import type { RunSettings, StoreSettings, WriteSettings } from '../config/settings.ts';
import type { RunHost, RunOutcome, RunSelect, ShortInput, Usage } from '../graph/host.ts';
import type { PointStore } from '../graph/point-store.ts';
import { spareCompiler } from '../io/compiler.ts';
import { isTerminal } from '../io/is-terminal.ts';
import type { Counting } from '../pipeline/count.ts';
import type { PluginDescription } from '../plugin/lane/task.ts';
import { monotonicMs } from './clock.ts';
import type { SignalSource } from './signals.ts';
import type { Environment } from './sources.ts';
import type { StoreApi } from './store/api.ts';
import { writeLines, writeText } from './write.ts';

/** Standard input, output and error by their descriptors. */
export type StandardFd = 0 | 1 | 2;

/** The signature of `runPlugins` in pipeline/run-plugins.ts. */
export type RunPlugins = (settings: RunSettings, host: RunHost) => Promise<RunOutcome>;
/** The signature of `runCount` in pipeline/count.ts. */
export type RunCount = (
  settings: CountSettings,
  host: RunHost,
  watch?: (soFar: () => Counting['answer']) => void,
) => Promise<Counting>;
/** The signature of `runStoreWrite` in pipeline/store-write.ts. */
export type RunStoreWrite = (settings: WriteSettings, host: RunHost) => Promise<RunOutcome>;
/** The signature of `describePlugin` there. */
export type DescribePlugin = (settings: RunSettings, host: RunHost) => Promise<PluginDescription | undefined>;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface World {
  readonly environment: Environment;
  isTTY(fd: StandardFd): boolean;
  /** Writes all of the text, synchronously; a closed pipe is no error. */
  write(fd: 1 | 2, text: string): void;
  /** Writes all of the text, which is whole lines, to standard output. @returns false when nobody reads any more */
  writeData(text: string): boolean;
  /** Of the terminal that standard output (or error, 2) is; undefined when it does not tell. */
  terminalSize(fd?: 1 | 2): TerminalSize | undefined;
  fileExists(path: string): boolean;
  /** The machine and the process that we are. */
  identity(): { readonly host: string; readonly pid: number };
  /** The working directory, in which plugins are looked for and made. */
  directory(): string;
  cores(): number;
  /** The user's number; undefined on systems without users. */
  uid(): number | undefined;
  clockMs(): number;
  /** Microseconds since 1970. */
  nowUs(): bigint;
  readonly signals: SignalSource;
  /** Imported when a run begins, so that help does not pay for it. */
  loadRunSelect(): Promise<RunSelect>;
  loadRunPlugins(): Promise<RunPlugins>;
  loadDescribePlugin(): Promise<DescribePlugin>;
  loadRunCount(): Promise<RunCount>;
  loadRunStoreWrite(): Promise<RunStoreWrite>;
  /** @param warn gets what is odd and no error */
  loadStore(warn: (text: string) => void): Promise<StoreApi>;
  /** What opens a store for writing. */
  loadOpenStore(): Promise<(settings: StoreSettings, warn: (text: string) => void) => PointStore>;
  /** Whether standard error is a terminal that was closed: it does not answer any more. */
  isTerminalGone?(): boolean;
  /** See RunHost. */
  usage?(): Usage;
  takeThread?(): Worker | undefined;
  takeLaneThread?(): Worker | undefined;
  /** See RunHost. */
  readonly shortInput?: ShortInput | undefined;
  /** Keeps the compiled code for the next start; see start/load.ts. */
  keepCode?(): void;
  /** Runs the same line in the whole program; undefined in that. Returns the exit code. */
  startOver?(): Promise<number>;
}

const systemClock = {
  clockMs: monotonicMs,
  nowUs: () => BigInt(Date.now()) * 1000n,
};

/**
 * The process we are.
 * @param beforeFlags is called in the moment before V8 gets other flags than those that it was started with
 */
export function processWorld(beforeFlags: () => void = () => {}): World {
  return {
    environment: process.env,
    isTTY: (fd) => isTerminal(fd),
    write: (fd, text) => void writeText(fd, text),
    writeData: (text) => writeLines(1, text),
    terminalSize: sizeOfTerminal,
    fileExists: (path) => existsSync(path),
    identity: () => ({ host: process.getBuiltinModule('node:os').hostname(), pid: process.pid }),
    directory: () => process.cwd(),
    uid: () => process.getuid?.(),
    cores: () => process.getBuiltinModule('node:os').availableParallelism(),
    isTerminalGone: () => isTerminal(2) && !process.getBuiltinModule('node:tty').isatty(2),
    usage: usageOfProcess,
    ...systemClock,
    signals: {
      on: (signal, handler) => process.on(signal, handler),
      off: (signal, handler) => process.off(signal, handler),
      raise: (signal) => process.kill(process.pid, signal),
    },
    loadRunSelect: async () => {
      spareCompiler(beforeFlags);
      return (await import('../pipeline/select.ts')).runSelect;
    },
    // Here the compiler is worth its time: guests call functions that are JavaScript.
    loadRunPlugins: async () => (await import('../pipeline/run-plugins.ts')).runPlugins,
    loadDescribePlugin: async () => (await import('../pipeline/run-plugins.ts')).describePlugin,
    loadRunCount: async () => {
      spareCompiler(beforeFlags);
      return (await import('../pipeline/count.ts')).runCount;
    },
    loadRunStoreWrite: async () => {
      spareCompiler(beforeFlags);
      return (await import('../pipeline/store-write.ts')).runStoreWrite;
    },
    loadStore: async (warn) => (await import('./store/code.ts')).storeCode(systemClock, warn),
    loadOpenStore: async () => {
      const { openForWriting } = await import('./store/open.ts');
      return (settings, warn) => openForWriting(settings, systemClock, warn);
    },
  };
}

function usageOfProcess(): Usage {
  const { user, system } = process.cpuUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}

/**
 * The size is asked of a description of our own, because opening standard output as a stream would change it for
 * everybody who shares it. COLUMNS is for where there is no /dev/fd.
 */
function sizeOfTerminal(of: 1 | 2 = 1): TerminalSize | undefined {
  const given = { columns: Number(process.env.COLUMNS ?? 0), rows: Number(process.env.LINES ?? 0) };
  try {
    const fd = openSync(`/dev/fd/${of}`, 'r+');
    try {
      const { WriteStream } = process.getBuiltinModule('node:tty');
      const [columns, rows] = new WriteStream(fd).getWindowSize();
      if (columns > 0) return { columns, rows };
    } finally {
      closeSync(fd);
    }
  } catch {
    // It is not ours to open, or no terminal.
  }
  return given.columns > 0 ? given : undefined;
}
