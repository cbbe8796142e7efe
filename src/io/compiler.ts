/**
 * Whether V8 optimises our JavaScript. It runs once per batch, and compiling it took 6 % of a long run on one core:
 * 466 → 437 ms of processor time for 512 MiB of GitHub events (2026-11). WebAssembly is not affected.
 *
 * The surprising part: it is switched off late. Node's own modules, the code of threads and our code cache come
 * compiled for the flags that V8 has at a start, and with any other they are compiled anew: 25 ms for each thread.
 */
import { setFlagsFromString } from 'node:v8';

/** A start is over by then; and what it runs for every batch has not been found worth optimising yet. */
const AFTER_MS = 100;

let isNeeded = false;
/** Threads that have not loaded their code. */
let starting = 0;

/** For commands whose JavaScript runs once per batch. @param before is called in the moment before the flags change */
export function spareCompiler(before: () => void): void {
  setTimeout(() => {
    if (isNeeded) return;
    if (starting > 0) return spareCompiler(before);
    before();
    setFlagsFromString('--no-opt');
  }, AFTER_MS).unref();
}

/** A thread begins to start. @returns what is to be called, once, when it has */
export function threadStarts(): () => void {
  starting++;
  return () => {
    starting--;
  };
}

/** Somebody works on bytes or rows in JavaScript, where optimised code is worth a factor of ten. */
export function needCompiler(): void {
  isNeeded = true;
  setFlagsFromString('--opt');
}
