/**
 * What a run needs from its caller: a way to report, a clock, a way to hear of signals; and what it returns. The CLI
 * implements RunHost over the process, the library with nearly nothing, tests over arrays. Types only: the pipeline
 * never imports the CLI, and nothing below the CLI touches `process`.
 */
import type { Worker } from 'node:worker_threads';
import type { SelectSettings, StoreSettings } from '../config/settings.ts';
import type { PointStore } from './point-store.ts';

/**
 * Talk for people, on standard error; never data. Each call is one message, without a final newline; it may have
 * several lines. `-q` silences warn and verbose; error and info are always shown.
 */
export interface Talk {
  /** Something failed, and the exit code will say so. `facts` are for programs, in place of further lines. */
  error(text: string, facts?: Readonly<Record<string, unknown>>): void;
  /**
   * Something is odd and the run goes on: a bad line, a path that never occurred. `facts` is what the text says, for
   * programs.
   */
  warn(text: string, facts?: Readonly<Record<string, unknown>>): void;
  /** What was asked for, such as --stats. Shown exactly as given, without the `slung:` prefix. */
  info(text: string): void;
  /**
   * A line that a plugin wrote to its standard error: printable, bounded, without its end. Shown with the plugin's
   * name.
   */
  guest(plugin: string, line: string): void;
  /** Shown when -v was given at least `level` times (1 or more). */
  verbose(level: number, text: string): void;
}

/** How far a run has come. Counts are totals since its start. */
export interface ProgressState {
  /** Bytes read from the inputs, before inflating. */
  readonly bytesRead: number;
  /** The sum of the inputs' sizes when all are known. */
  readonly bytesTotal?: number | undefined;
  readonly records: number;
  /** Milliseconds since the run began; the progress line is paced by this, not by a clock of its own. */
  readonly elapsedMs: number;
}

/** The progress line. `update` may be called once per batch: it draws at most ten times a second. */
export interface Progress {
  update(state: ProgressState): void;
  /** Removes the line from the screen. Talk does this by itself; the end of the run has to ask for it. */
  clear(): void;
}

export interface ShortInput {
  /** How long all of it is. */
  readonly bytes: number;
  /** How long the main thread may be busy with a guest, which a signal has to wait for. */
  readonly mostMs: number;
}

export interface Usage {
  /** Resident memory. */
  readonly memoryBytes: number;
  /** Of all threads, of the user and of the system. */
  readonly cpuSeconds: number;
}

/** The signals that end a run in good order. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface RunHost {
  readonly talk: Talk;
  /** Undefined when there is no terminal to draw on, or -q. */
  readonly progress: Progress | undefined;
  /**
   * Calls `listener` at the first SIGINT, SIGTERM or SIGHUP: stop reading, flush, report, return `{ kind: 'signal' }`.
   * A second signal ends the process at once and is not announced. Returns what removes the listener.
   */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /**
   * Calls `listener` at each SIGHUP (files have been moved away) or SIGUSR1 (report what has been counted). Returns
   * what removes it; until then the signal does not end the run.
   */
  onUserSignal?(signal: 'SIGHUP' | 'SIGUSR1', listener: () => void): () => void;
  /**
   * Calls `clean`, which must not throw, in the moment before a second signal, or one that nobody listens for, ends
   * the process. Returns what removes it.
   */
  beforeDeath?(clean: () => void): () => void;
  /**
   * The thread is in the middle of a call that may take minutes. Called every few milliseconds of it: when it has
   * taken long, a signal ends the process until it returns.
   */
  onLongCall?(): void;
  /** Is given at the end how many calls of a plugin took how long (plugin/lane/call-times.ts). */
  onPluginCalls?(times: Uint32Array): void;
  /** Milliseconds from an arbitrary start, never going back, with fractions. */
  clockMs(): number;
  /** A thread for a plugin (thread-ahead.ts), perhaps started ahead: who asks owns it. */
  takeThread?(): Worker | undefined;
  /** A thread for a lane that has been started ahead; undefined when there is none left. */
  takeLaneThread?(): Worker | undefined;
  /** What is known of the input when it is short: then a plugin may do without a thread. */
  readonly shortInput?: ShortInput | undefined;
  /** What the process has used so far; absent where nobody knows (the library). */
  usage?(): Usage;
  /** Opens a store for writing; absent where there is none (the library). @throws StoreError */
  openStore?(settings: StoreSettings): Promise<PointStore>;
}

/**
 * How a run ended. `done` carries the exit code: 0 all well (also when the reader of the output went away), 1 some
 * data was bad or some file could not be read or written, 4 with -e when nothing was output, or what a Slung program
 * itself ended with. `signal`: the run was
 * stopped in good order, and the process should now die of that signal.
 */
export type RunOutcome =
  | { readonly kind: 'done'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: StopSignal };

/**
 * The signature of `runSelect` in pipeline/select.ts. @throws UsageError when the settings ask for something
 * impossible
 */
export type RunSelect = (settings: SelectSettings, host: RunHost) => Promise<RunOutcome>;
