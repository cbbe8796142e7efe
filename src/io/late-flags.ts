/**
 * Flags of V8 that are set while the program runs.
 *
 * The surprising part: they are set late. Node's own modules, the code of threads and our code cache come compiled for
 * the flags that V8 has at a start, and with any other they are compiled anew: 25 ms for each thread.
 */
import { setFlagsFromString } from 'node:v8';

/** A start is over by then; and what runs for every batch has not been found worth optimising yet. */
const AFTER_MS = 100;

interface Asked {
  readonly flag: string;
  readonly before: () => void;
  readonly isWanted: () => boolean;
}

/** Threads that have not loaded their code. */
let starting = 0;
let asked: Asked[] = [];
let dueMs: number | undefined;

/**
 * Asks for a flag that is set when the start is over. Not by a timer, which would be a part of every start, but when a
 * run says that it goes on (`setWhenDue`).
 * @param before is called in the moment before the flags change
 * @param isWanted asked in that moment
 */
export function setLate(flag: string, before: () => void, isWanted: () => boolean = () => true): void {
  asked.push({ flag, before, isWanted });
}

/** Called every few milliseconds of a run that goes on; the first call begins the time. */
export function setWhenDue(nowMs: number): void {
  if (asked.length === 0 || starting > 0) return;
  dueMs ??= nowMs + AFTER_MS;
  if (nowMs < dueMs) return;
  const wanted = asked.filter(({ isWanted }) => isWanted());
  asked = [];
  dueMs = undefined;
  for (const { before } of wanted) before();
  for (const { flag } of wanted) setFlagsFromString(flag);
}

/** A thread begins to start. @returns what is to be called, once, when it has */
export function threadStarts(): () => void {
  starting++;
  return () => {
    starting--;
  };
}
