/**
 * Starts threads of lanes before there is a plan for them: bin/slung.js does it while the program itself is still
 * being read. A bundle of its own, with nothing else in it.
 */
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** How a lane's thread is started. */
export const laneThreadOptions: WorkerOptions = {
  // Otherwise its streams are connected to ours, which makes standard output non-blocking.
  stdout: true,
  stderr: true,
};

/** Threads that wait for their tasks as a message. They do not keep the process alive. */
export function startLanes(count: number): Worker[] {
  return Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./lane-worker.cjs', import.meta.url), laneThreadOptions);
    worker.unref();
    // One that could not start is not taken; see WorkerLane.
    worker.on('error', () => {});
    return worker;
  });
}
