/** A stage that routes, without a graph: edges in, what each of them gets out. */
import type { FieldSetting } from '../../../src/config/settings.ts';
import { Batch } from '../../../src/graph/batch.ts';
import { SinkEdge } from '../../../src/graph/edge.ts';
import { Graph } from '../../../src/graph/graph.ts';
import type { RunHost, RunOutcome } from '../../../src/graph/host.ts';
import { fromStart } from '../../../src/graph/inlet.ts';
import { Node } from '../../../src/graph/node.ts';
import { outcomeOf } from '../../../src/graph/outcome.ts';
import { NO_RECEIPTS } from '../../../src/graph/receipt.ts';
import { Stats } from '../../../src/graph/stats.ts';
import type { Sink, Source } from '../../../src/io/index.ts';
import { countsOf } from '../../../src/pipeline/build.ts';
import { type RouteEdge, type RouteForm, routesOf } from '../../../src/stage/route/classes.ts';
import { type RouteNodeSettings, RouteStage } from '../../../src/stage/route/route.ts';
import { type SelectChanges, selectWith } from '../../support/settings.ts';

export const lines: RouteForm = { format: 'ndjson', fields: undefined, header: true };

/** `name=path`, or a path that is the name as well. */
export const fieldsOf = (...texts: string[]): FieldSetting[] =>
  texts.map((text) => ({ name: text.replace(/=.*/, ''), path: text.replace(/.*=/, '') }));

/** An edge; without `where` it takes all. */
export function edge(where: string | undefined, changes: Partial<RouteEdge> = {}): RouteEdge {
  const texts = where === undefined ? [] : [where];
  return { where: { texts, lists: undefined }, group: -1, branch: 0, projection: lines, path: 'routes[0]', ...changes };
}

/** The stage of the edges, and for each edge the number of its class. */
export function stageOf(
  edges: readonly RouteEdge[],
  changes: SelectChanges = {},
  more: Partial<RouteNodeSettings> = {},
): { readonly stage: RouteStage; readonly classOf: readonly number[] } {
  const { classes, groups, classOf } = routesOf(edges);
  const settings = { ...selectWith(changes), output: undefined, classes, groups, ...more };
  return { stage: new RouteStage(settings), classOf };
}

/** What each edge gets of a text, cut into batches of about `batchBytes`; headers come first. */
export function routed(
  edges: readonly RouteEdge[],
  text: string,
  more: Partial<RouteNodeSettings> = {},
): {
  readonly texts: readonly string[];
  readonly records: readonly number[];
  readonly stats: Stats;
  readonly stage: RouteStage;
} {
  const { stage, classOf } = stageOf(edges, {}, more);
  const stats = new Stats();
  const outs = stage.records.map((_, output) => Buffer.from(stage.preface(output) ?? '').toString());
  const origin = { name: 'given', lines: 0, file: undefined, sizeBytes: undefined };
  const lane = stage.lanes.main;
  const { memory } = lane;
  const bytes = Buffer.from(text);
  const from = memory.inputStart(0);
  memory.view(from, from + bytes.length).set(bytes);
  lane.submit(0, from, from + bytes.length);
  const of = { origin, trigger: 'end', sourceOffset: 0, endAdded: false, receipts: NO_RECEIPTS, whole: 0 } as const;
  const batch = new Batch({ lane, block: 0 }, from, from + bytes.length, of);
  stats.countBatch(memory.counts(0), 'end');
  stage.verdict(batch);
  for (const output of outs.keys()) {
    for (let i = 0; i < memory.segmentCount(0, output); i++) {
      outs[output] += Buffer.from(memory.segment(0, i, output)).toString();
    }
  }
  stage.finish();
  return { texts: classOf.map((output) => outs[output]!), records: stage.records, stats, stage };
}

/** What came of a whole run. */
export interface RouteRun {
  /** For each edge what went along it, its header first. */
  readonly texts: readonly string[];
  /** For each edge what it counted. */
  readonly counts: readonly { readonly records: number; readonly bytes: number }[];
  readonly stats: Stats;
  readonly stage: RouteStage;
  readonly said: readonly string[];
  readonly outcome: RunOutcome;
}

/**
 * A source, a node that routes, a sink for each edge.
 * @param sourceOf makes the source, which may look at the stage
 */
export async function runRoutes(
  edges: readonly RouteEdge[],
  sourceOf: (stage: RouteStage) => Source,
  changes: SelectChanges = {},
  more: Partial<RouteNodeSettings> = {},
): Promise<RouteRun> {
  const { stage, classOf } = stageOf(edges, changes, more);
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const host: RunHost = {
    talk: { error: say, warn: say, info: say, guest: say, verbose: () => {} },
    progress: undefined,
    onSignal: () => () => {},
    clockMs: () => performance.now(),
  };
  const { stats, rejecting } = countsOf(
    stage.settings.rejects,
    { showsBadLines: false, rejects: undefined },
    host.talk,
  );
  const outs = edges.map((): Buffer[] => []);
  const sinkEdges = classOf.map((output, i) => {
    const sink: Sink = {
      ...{ name: `edge ${i}`, closed: false, isTTY: false, commit: () => {}, abort: () => {} },
      writeNow: (bytes) => {
        outs[i]!.push(Buffer.from(bytes));
        return bytes.length;
      },
      writeAll: async () => {},
    };
    return new SinkEdge(sink, stats, output);
  });
  const inlets = [{ kind: 'inputs', inputs: ['given'], open: () => fromStart(sourceOf(stage)) } as const];
  const parts = { stage, settings: stage.settings, stats, rejecting, inlets, edges: sinkEdges };
  const node = new Node({ ...parts, collectGarbage: undefined, closeRejects: () => {} }, host);
  await new Graph([node], host).execute();
  return {
    texts: outs.map((parts) => Buffer.concat(parts).toString()),
    counts: sinkEdges.map(({ counts: { records, bytes } }) => ({ records, bytes })),
    ...{ stats, stage, said, outcome: outcomeOf([node.end!], { isEmpty: false }) },
  };
}
