/**
 * The thread of a plugin's lane: loads the plugin, says what it is, then takes block after block. What the plugin
 * folder needs of the world is put together here: the clock, chance, standard error, and a store on disk for those
 * programs that are given one.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { viewsModule } from '../../engine/row-engine.ts';
import { causeOf } from '../../plugin/lane/failure.ts';
import { GuestStderr, sendingTo } from '../../plugin/lane/guest-stderr.ts';
import { LaneTalk } from '../../plugin/lane/lane-talk.ts';
import type { LaneWorld } from '../../plugin/lane/lane-world.ts';
import { serveStream } from '../../plugin/lane/serve-stream.ts';
import { serveTangent } from '../../plugin/lane/serve-tangent.ts';
import { LANE_REFUSED, type PluginTask } from '../../plugin/lane/task.ts';
import { adapterModule } from '../../plugin/tangent/adapter.ts';
import { type PlainWorld, plainWorld } from './plain-world.ts';

function serve(task: PluginTask, plain: PlainWorld): void {
  const stderr = new GuestStderr(task.ledger, task.stderr, sendingTo(task));
  const world: LaneWorld = {
    ...plain,
    writeStderr: (bytes) => stderr.write(bytes),
    endStderrLine: () => stderr.flush(),
  };
  const talk = new LaneTalk(task.ledger, task.notes, world.monotonicMs);
  try {
    if (task.kind === 'wasi' || task.kind === 'slung') serveStream(task, talk, world);
    else serveTangent(task, talk, world);
  } catch (error) {
    talk.note({ kind: 'refused', message: causeOf(error) });
    talk.started(LANE_REFUSED);
  }
}

/** The store's code is only read when there is a store. */
async function begin(task: PluginTask, world: PlainWorld): Promise<void> {
  if (task.store === undefined) return serve(task, world);
  const { openHistory } = await import('./stored-history.ts');
  serve(task, { ...world, openHistory });
}

/**
 * Takes the task that the thread was started with or, on one that was started ahead, the first message.
 * @param afterStart is called once, when a guest has got through what comes first
 */
export function serveTasks(afterStart: () => void): void {
  const task = workerData as PluginTask | null | undefined;
  const world = { ...plainWorld, afterStart };
  if (task) begin(task, world);
  else {
    parentPort?.once('message', (sent: PluginTask) => begin(sent, world));
    // What most plugins need is compiled in the meantime.
    viewsModule();
    adapterModule();
  }
}
