/**
 * Starts the thread of a plugin's lane before anybody knows which plugin it will be: bin/slung.js does it while the
 * program itself is still being read, and the two start side by side (20 ms of a run; bench/plugins.mjs). A bundle of
 * its own, with nothing else in it.
 */
import { setEnvironmentData, Worker, type WorkerOptions } from 'node:worker_threads';

/** How a plugin's thread is started. */
export const threadOptions: WorkerOptions = {
  // What the guest may see of the environment is in the task.
  env: {},
  execArgv: [],
  // Otherwise their pipes are connected to ours, which makes standard output non-blocking.
  stdout: true,
  stderr: true,
};

/**
 * A thread that waits for its task as a message. It does not keep the process alive.
 * @param codeFolder where this and later threads find and keep their compiled code, if anywhere
 */
export function startAhead(codeFolder: string | undefined): Worker {
  setEnvironmentData('slung code', codeFolder);
  const worker = new Worker(new URL('./plugin-worker.cjs', import.meta.url), threadOptions);
  worker.unref();
  // One that could not start is not taken; see startThread.
  worker.on('error', () => {});
  return worker;
}
