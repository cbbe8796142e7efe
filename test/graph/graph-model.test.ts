/**
 * Random graphs against a reference that goes record by record: what each sink gets and in which order, what is
 * counted, that each unit is settled once, not before all that came of it has arrived, and that every block comes
 * back.
 */
import { describe, expect, test } from 'vitest';
import { sized } from '../support/full.ts';
import { chanceOf } from '../support/mutate.ts';
import { ModelStage, ModelUnitSource } from './model.ts';
import { RandomGraph } from './random-graph.ts';
import { type Plan, parse, planOf, Reference, waysOf } from './random-plan.ts';

const sourceOf = (line: string): number => parse(line).s;

/** Arrived lines of a sink are those of the reference: all, or the first ones of each source. */
function checkArrivals(plan: Plan, { arrivals }: Reference, { sinks }: RandomGraph, isWhole: boolean): void {
  for (const [sink, { lines, elsewhere }] of sinks.entries()) {
    for (const source of plan.sources.keys()) {
      const arrived = lines.filter((line) => sourceOf(line) === source);
      const expected = arrivals[sink]![source]!;
      if (elsewhere.length > 0) {
        checkSplit(
          arrived,
          elsewhere.filter((line) => sourceOf(line) === source),
          expected,
          isWhole,
        );
        continue;
      }
      if (waysOf(plan, source, sink) === 1) {
        expect(arrived, `sink ${sink}, source ${source}`).toEqual(
          isWhole ? expected : expected.slice(0, arrived.length),
        );
      } else if (isWhole) expect(arrived.sort(), `sink ${sink}, source ${source}`).toEqual([...expected].sort());
    }
  }
}

/** What has arrived in two places is what was expected in one. */
function checkSplit(here: string[], there: string[], expected: readonly string[], isWhole: boolean): void {
  const left = new Map<string, number>();
  for (const line of expected) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of [...here, ...there]) left.set(line, (left.get(line) ?? 0) - 1);
  const wrong = [...left].filter(([, count]) => (isWhole ? count !== 0 : count < 0));
  expect(wrong).toEqual([]);
}

/** The figures of nodes and edges are those of the reference. */
function checkCounts(plan: Plan, reference: Reference, { nodes, sinks }: RandomGraph): void {
  for (const [i, { node, edges }] of nodes.entries()) {
    const { records, rejected } = node.report();
    expect(records + rejected, `records of node ${i}`).toBe(reference.into[i]);
    const bytes = edges.reduce((sum, { counts }) => sum + counts.bytes, 0);
    expect(node.report().bytesOut).toBe(bytes);
    for (const [at, { to }] of plan.nodes[i]!.edges.entries()) {
      const { counts } = edges[at]!;
      if (plan.nodes[i]!.kind === 'router') expect(counts.records).toBe(reference.along[i]![at]);
      if ('sink' in to) {
        const { lines, elsewhere } = sinks[to.sink]!;
        expect(counts.bytes).toBe([...lines, ...elsewhere].reduce((sum, { length }) => sum + length + 1, 0));
      } else expect(counts.bytesCopied).toBe(counts.bytes);
    }
  }
}

/** Nothing was settled twice; and in the end everything that was begun was settled. */
function checkSettled({ sources }: RandomGraph, isWhole: boolean, isOk: boolean): void {
  for (const { source, units, positions } of sources) {
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    if (!(source instanceof ModelUnitSource)) {
      if (isWhole) expect(positions.at(-1) ?? 0).toBe(source.ends.at(-1) ?? 0);
      continue;
    }
    const { outcomes, given } = source;
    expect(outcomes.map(({ length }) => length)).toEqual(outcomes.map((_, i) => Number(i < given)));
    if (isWhole) expect(given).toBe(outcomes.length);
    if (isOk) expect(outcomes.flat().filter((outcome) => outcome !== 'ok')).toEqual([]);
    const { acked, nacked } = units!.report();
    expect(acked + nacked).toBe(given);
  }
}

function checkBlocks({ nodes }: RandomGraph): void {
  for (const { stage } of nodes) {
    const blocks =
      stage instanceof ModelStage
        ? stage.blocks
        : stage.lanes.lanes.reduce((sum, { memory }) => sum + memory.options.blockCount, 0);
    expect(stage.lanes.free, 'blocks that are back').toBe(blocks);
  }
}

async function check(seed: number): Promise<void> {
  const chance = chanceOf(seed);
  const [breaks, stops] = [chance(3) === 0, chance(3) === 0];
  const plan = planOf(chance, breaks);
  const reference = new Reference(plan);
  /** Everything that becomes of lines of a source has arrived. */
  const onDone = (number: number, from: number, end: number): void => {
    const { source } = graph.sources[number]!;
    const arrived = new Map<string, number>();
    for (const { lines, elsewhere } of graph.sinks) {
      for (const line of [...lines, ...elsewhere]) arrived.set(line, (arrived.get(line) ?? 0) + 1);
    }
    const early = plan.sources[number]!.filter((line, i) => {
      const isDone = source.ends[i]! <= end && source.ends[i]! > from;
      return isDone && (arrived.get(line) ?? 0) !== (reference.copies.get(line) ?? 0);
    });
    expect(early, 'settled before its time').toEqual([]);
  };
  const readsUntilStop = stops ? chance(200) : Number.POSITIVE_INFINITY;
  const graph: RandomGraph = new RandomGraph(plan, chance, { breaks, readsUntilStop, onDone });
  await graph.execute();
  const isWhole = !breaks && graph.graph.signal === undefined;
  checkBlocks(graph);
  checkSettled(graph, isWhole, isWhole);
  checkArrivals(plan, reference, graph, isWhole);
  if (isWhole) checkCounts(plan, reference, graph);
}

describe('random graphs', () => {
  const seeds = Array.from({ length: sized(200, 10_000) }, (_, i) => i);
  test(
    'deliver what the reference says, settle each unit once, and give all blocks back',
    async () => {
      for (const seed of seeds) {
        try {
          await check(seed);
        } catch (error) {
          throw new Error(`seed ${seed}`, { cause: error });
        }
      }
    },
    sized(600_000, 7_200_000),
  );
});
