/** What a lane's thread has of the world, whichever task it gets; the same when a lane runs on the main thread. */
import { randomFillSync } from 'node:crypto';
import type { LaneWorld } from '../../plugin/lane/lane-world.ts';

/** What does not depend on the task. */
export type PlainWorld = Omit<LaneWorld, 'writeStderr' | 'endStderrLine'>;

export const plainWorld: Omit<PlainWorld, 'afterStart'> = {
  nowMs: () => Date.now(),
  monotonicMs,
  fillRandom: (bytes) => {
    randomFillSync(bytes);
  },
  openHistory: undefined,
};

/** `performance` would load what measures the performance of everything. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
