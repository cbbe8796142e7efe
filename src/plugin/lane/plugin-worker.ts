/**
 * The thread of a plugin's lane: loads the plugin, says what it is, then takes block after block. The only file of the
 * plugin folder that touches the clock, chance and standard error; the others get them as arguments.
 */
import { randomFillSync } from 'node:crypto';
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { viewsModule } from '../../engine/row-engine.ts';
import { adapterModule } from '../tangent/adapter.ts';
import { causeOf } from './failure.ts';
import { LaneTalk } from './lane-talk.ts';
import type { LaneWorld } from './lane-world.ts';
import { serveStream } from './serve-stream.ts';
import { serveTangent } from './serve-tangent.ts';
import { LANE_REFUSED, type PluginTask } from './task.ts';

const STDERR = 2;
const RETRY_MS = 1;

/** Standard error may be a pipe that does not block: then it is tried again, because a guest's words are not to be lost. */
function writeStderr(bytes: Uint8Array): void {
  const word = new Int32Array(new SharedArrayBuffer(4));
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(STDERR, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(word, 0, 0, RETRY_MS);
    }
  }
}

const world: LaneWorld = {
  writeStderr,
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  fillRandom: (bytes) => {
    randomFillSync(bytes);
  },
};

function serve(task: PluginTask): void {
  const talk = new LaneTalk(task.ledger, task.notes, world.monotonicMs);
  try {
    if (task.kind === 'wasi' || task.kind === 'slung') serveStream(task, talk, world);
    else serveTangent(task, talk, world);
  } catch (error) {
    talk.note({ kind: 'refused', message: causeOf(error) });
    talk.started(LANE_REFUSED);
  }
}

// A thread that was started ahead gets its task as a message.
const task = workerData as PluginTask | null | undefined;
if (task) serve(task);
else {
  parentPort?.once('message', serve);
  // What most plugins need is compiled in the meantime.
  viewsModule();
  adapterModule();
}
