/**
 * Names of units: whatever the time that reads take, the lanes and the other inlets, a unit that comes again makes the
 * same deliveries under the same names, and no two deliveries of a sink have one name.
 */
import { expect, test } from 'vitest';
import type { Batch } from '../../src/graph/batch.ts';
import type { Edge } from '../../src/graph/edge.ts';
import { EdgeCounts } from '../../src/graph/edge-counts.ts';
import { sized } from '../support/full.ts';
import { chanceOf } from '../support/mutate.ts';
import { RandomGraph } from './random-graph.ts';
import { planOf } from './random-plan.ts';

/** Keeps each delivery by its name. */
class NamedEdge implements Edge {
  readonly name = 'named';
  readonly isClosed = false;
  readonly isAllOrNothing = false;
  readonly output: number;
  readonly counts = new EdgeCounts();
  readonly deliveries = new Map<string, string>();

  constructor(output: number) {
    this.output = output;
  }

  offer({ lane: { memory }, block, id }: Batch): void {
    const count = memory.segmentCount(block, this.output);
    let text = '';
    for (let i = 0; i < count; i++) text += Buffer.from(memory.segment(block, i, this.output)).toString();
    if (text === '') return;
    expect(id).toBeDefined();
    expect(this.deliveries.has(id!), `${id} twice`).toBe(false);
    this.deliveries.set(id!, text);
  }

  write(): void {}

  flush(): boolean {
    return true;
  }

  wait(): undefined {}

  end(): void {}

  commit(): void {}

  abort(): void {}
}

/** What each sink gets by name, when everything takes as long as the seed says. */
async function deliveriesOf(planSeed: number, timeSeed: number): Promise<object[]> {
  const edges: NamedEdge[] = [];
  const sinkEdge = (sink: number, output: number): Edge => {
    edges[sink] = new NamedEdge(output);
    return edges[sink];
  };
  const choices = { breaks: false, readsUntilStop: Number.POSITIVE_INFINITY, onDone: () => {}, apart: true, sinkEdge };
  const plan = planOf(chanceOf(planSeed), false);
  await new RandomGraph(plan, chanceOf(timeSeed), choices).execute();
  return edges.map(({ deliveries }) => Object.fromEntries([...deliveries].sort()));
}

test(
  'a unit that comes again has the same deliveries under the same names',
  async () => {
    for (let seed = 0; seed < sized(20, 2000); seed++) {
      const first = await deliveriesOf(seed, seed);
      expect(await deliveriesOf(seed, seed + 1_000_000), `seed ${seed}`).toEqual(first);
    }
  },
  sized(300_000, 3_600_000),
);
