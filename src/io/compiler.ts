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
/** It is to be switched off. */
let asked: { atMs?: number; readonly before: () => void } | undefined;

/**
 * For commands whose JavaScript runs once per batch. Not a timer, which would be a part of every start, but a question
 * that is asked again and again (`spareWhenDue`).
 * @param before is called in the moment before the flags change
 */
export function spareCompiler(before: () => void): void {
  asked = { before };
}

/** Called every few milliseconds of a run that goes on; the first call begins the time. */
export function spareWhenDue(nowMs: number): void {
  if (asked === undefined || starting > 0) return;
  asked.atMs ??= nowMs + AFTER_MS;
  if (nowMs < asked.atMs) return;
  const { before } = asked;
  asked = undefined;
  if (isNeeded) return;
  before();
  setFlagsFromString('--no-opt');
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
