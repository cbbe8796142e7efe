/** When the thread sleeps for a lane, and when it is left to the event loop. */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { SinkEdge } from '../../src/graph/edge.ts';
import { Graph } from '../../src/graph/graph.ts';
import { fromStart } from '../../src/graph/inlet.ts';
import type { Stats } from '../../src/graph/stats.ts';
import { type LaneWait, Waits } from '../../src/graph/waits.ts';
import { MainLane } from '../../src/stage/lanes/main-lane.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { hostOf } from './random-graph.ts';
import { GivenSource, inletOf, KeptSink, nodeOf, settingsWith } from './support.ts';

function laneOf(done: string[]): LaneWait {
  return {
    block: () => done.push('slept'),
    wait: async () => {
      done.push('waited');
    },
  };
}

test('where everything hangs on one lane the thread sleeps', async () => {
  const done: string[] = [];
  const waits = new Waits(() => 0);
  waits.untilDone(laneOf(done));
  expect(await waits.any()).toBe(false);
  expect(done).toEqual(['slept']);
});

test('where a socket is read or written the event loop runs meanwhile, this time', async () => {
  const done: string[] = [];
  const waits = new Waits(() => 0);
  waits.leaveLoop();
  waits.untilDone(laneOf(done));
  expect(await waits.any()).toBe(true);
  waits.untilDone(laneOf(done));
  expect(await waits.any()).toBe(false);
  expect(done).toEqual(['waited', 'slept']);
});

/** A lane that is done when it has been waited for. */
class WaitedLane extends MainLane {
  readonly waits: string[] = [];
  #isDone = false;

  override submit(block: number, from: number, to: number): void {
    super.submit(block, from, to);
    this.#isDone = false;
  }

  override isDone(): boolean {
    return this.#isDone;
  }

  override waitDone(): void {
    this.waits.push('slept');
    this.#isDone = true;
  }

  override async untilDone(): Promise<void> {
    this.waits.push('waited');
    this.#isDone = true;
  }
}

test.each([
  ['that is read when we like', undefined, 'slept'],
  ['whose bytes come by the event loop', () => {}, 'waited'],
])('a node with a source %s', async (_, stop, expected) => {
  const stage = new SelectStage(settingsWith());
  const plan = buildPlan(stage.program, { to: 'lines' });
  const lane = new WaitedLane(plan, stage.lanes.main.memory.options);
  stage.lanes.add(lane);
  const kept = new KeptSink();
  const opened = { ...fromStart(new GivenSource([Buffer.from('1\n'), 'dry'])), stop };
  const parts = { stage, inlets: [inletOf(opened)], edges: (stats: Stats) => [new SinkEdge(kept, stats)] };
  await new Graph([nodeOf(parts, hostOf())], hostOf()).execute();
  expect(kept.text).toBe('1\n');
  expect(lane.waits).toEqual([expected]);
});
