/** A lane with a Tangent plugin: makes its engine, its guests, and serves blocks until the thread is ended. */
import { buildPlan } from '../../engine/plan.ts';
import { RowEngine } from '../../engine/row-engine.ts';
import { viewsOf } from '../../engine/views.ts';
import { compileComponent } from '../component/compile.ts';
import { compileCore } from '../tangent/core.ts';
import { TangentGuest } from '../tangent/guest.ts';
import { causeOf } from './failure.ts';
import { servicesOf } from './lane-services.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { LaneWorld } from './lane-world.ts';
import { OutputCheck } from './output-check.ts';
import { BlockQueue } from './queue.ts';
import { TangentLane } from './tangent-lane.ts';
import { LANE_READY, type PluginTask } from './task.ts';
import { wasiHostOf } from './wasi-world.ts';

interface OpenTangent {
  readonly lane: TangentLane;
  readonly queue: BlockQueue;
}

/**
 * Makes the engine and the first guest.
 * @param drain has the output of a block drained in the middle of it; undefined: by who submits to the queue
 * @throws what prevents the plugin from being used
 */
export function openTangent(
  task: PluginTask,
  talk: LaneTalk,
  world: LaneWorld,
  drain?: (block: number) => void,
): OpenTangent {
  const plan = buildPlan(task.where, { to: 'rows', fields: [], select: undefined });
  const engine = new RowEngine(task.memory, task.map, task.engineOptions, plan);
  const views = viewsOf(engine);
  const limits = { maxMemoryBytes: task.maxMemoryBytes };
  const module = task.kind === 'tangent-core' ? compileCore(task.bytes, limits) : compileComponent(task.bytes, limits);
  const services = servicesOf(task, talk);
  const around = {
    services,
    config: task.config,
    configAsked: (name: string) => talk.configAsked(name, Object.hasOwn(task.config, name)),
    wasi: wasiHostOf(task, talk, world),
    maxOutputBytes: task.maxOutputBytes,
  };
  const queue = new BlockQueue(engine, task.ledger, task.blocksDone);
  const flush = drain ?? ((block: number) => queue.flush(block));
  const lane = new TangentLane(engine, task, talk, {
    makeGuest: (firstHandle) => {
      services.lockReleaseAll();
      world.endStderrLine();
      return new TangentGuest(module, engine, views, around, firstHandle);
    },
    flush,
    check: task.checksOutput ? new OutputCheck(engine, { flush }) : undefined,
  });
  return { lane, queue };
}

/** @throws what prevents the plugin from being used; does not return otherwise */
export function serveTangent(task: PluginTask, talk: LaneTalk, world: LaneWorld): void {
  const { lane, queue } = openTangent(task, talk, world);
  talk.note({ kind: 'ready', description: lane.start() });
  talk.started(LANE_READY);
  let isGood = true;
  for (let isFirst = true; ; isFirst = false) {
    const block = queue.take();
    // After a failure that ends the run nothing is given to the guest; what is under way comes back empty.
    if (isGood) isGood = processSafely(lane, block, talk);
    // Before it is done: the thread may be ended right after.
    if (isFirst) world.afterStart();
    queue.done(block);
  }
}

/** What fails beside the steps, such as an instance that cannot be made a second time, ends the run as well. */
function processSafely(lane: TangentLane, block: number, talk: LaneTalk): boolean {
  try {
    return lane.process(block);
  } catch (error) {
    talk.note({ kind: 'fatal', fault: { block, fromLine: 0, toLine: 0, cause: causeOf(error) } });
    return false;
  }
}
