/**
 * Whether V8 optimises our JavaScript. It runs once per batch, and optimising it took 6 % of a long run on one core:
 * 466 ms of processor time for 512 MiB of GitHub events, and 437 without (2026-11). WebAssembly is not affected.
 */
import { setFlagsFromString } from 'node:v8';
import { setLate } from './late-flags.ts';

let isNeeded = false;

/** For commands whose JavaScript runs once per batch. @param before is called in the moment before the flags change */
export function spareCompiler(before: () => void): void {
  setLate('--no-opt', before, () => !isNeeded);
}

/** Somebody works on bytes or rows in JavaScript, where optimised code is worth a factor of ten. */
export function needCompiler(): void {
  isNeeded = true;
  setFlagsFromString('--opt');
}
