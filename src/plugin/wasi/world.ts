/**
 * Everything that a WASI guest can learn or do, as one value. What is not in here does not exist for a guest: no
 * socket, no directory and no variable that was not granted. Clocks, chance and sleep are functions, so that a test
 * decides what time it is.
 */

import type { GrantedDirectory } from './directory.ts';

/** The resolution of the clocks, as guests see it. */
export const WALL_RESOLUTION_NS = 1_000_000n;
export const MONOTONIC_RESOLUTION_NS = 1000n;

/** Random bytes are asked for in pieces: what generators give at once has a limit. */
export const RANDOM_PIECE_BYTES = 65_536;

/** What every WASI guest may use, whatever its standard input and output are. */
export interface WasiHost {
  /** args[0] is the plugin's name. A filter's own arguments follow. */
  readonly args: readonly string[];
  /** Only the variables that were granted. */
  readonly environment: Readonly<Record<string, string>>;
  /** What a filter may read; undefined is nothing. */
  readonly directories?: readonly GrantedDirectory[];
  /** Takes bytes of the standard error. They are borrowed: good until it returns. */
  readonly stderr: (bytes: Uint8Array) => void;
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly wallClockNs: () => bigint;
  /** Nanoseconds since some moment; never less than before. */
  readonly monotonicNs: () => bigint;
  /** Overwrites `bytes`, at most RANDOM_PIECE_BYTES of a guest's memory, with random ones. */
  readonly fillRandom: (bytes: Uint8Array) => void;
  /** Blocks the thread for about that long; the caller looks at the clock again. The real one is `sleepNs`. */
  readonly sleep: (ns: bigint) => void;
}

/** A host with standard streams: what a filter has, and a plugin that answers calls has not. */
export interface WasiWorld extends WasiHost {
  /**
   * The next bytes of the standard input, borrowed until the next call; undefined at the end. It is called only when
   * the guest reads and has nothing left, and never again after the end.
   */
  readonly stdin: () => Uint8Array | undefined;
  /** Takes bytes of the standard output. They are borrowed: good until it returns. */
  readonly stdout: (bytes: Uint8Array) => void;
}

const NS_PER_MS = 1_000_000;
/** Longer waits are taken in turns. */
const LONGEST_WAIT_MS = 1_000_000_000;
const neverNotified = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps for real. Only on a thread that may wait, that is not on the main one; ending the thread ends the wait. */
export function sleepNs(ns: bigint): void {
  Atomics.wait(neverNotified, 0, 0, Math.min(Number(ns) / NS_PER_MS, LONGEST_WAIT_MS));
}
