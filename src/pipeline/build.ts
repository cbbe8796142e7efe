/** From settings to graphs: the parts that commands and the library share. */
import type { RecordSettings, RejectSettings } from '../config/settings.ts';
import { type Edge, SinkEdge } from '../graph/edge.ts';
import type { Ends } from '../graph/ends.ts';
import { Graph } from '../graph/graph.ts';
import type { RunHost, RunOutcome, Talk } from '../graph/host.ts';
import { fromStart, type Inlet, type OpenInput } from '../graph/inlet.ts';
import { Node } from '../graph/node.ts';
import { outcomeOf } from '../graph/outcome.ts';
import { Rejecting, type RejectWords } from '../graph/rejecting.ts';
import type { NodeSettings, Stage } from '../graph/stage.ts';
import { Stats } from '../graph/stats.ts';
import type { Recording } from '../stage/points/recording.ts';
import type { SelectStage } from '../stage/select/select.ts';

/** What counts for a node: made before its stage, which may have to know how many more lines may be bad. */
export interface Counts {
  readonly stats: Stats;
  readonly rejecting: Rejecting;
}

export function countsOf(
  { onError, maxErrors }: RejectSettings,
  { showsBadLines, rejects }: Pick<Ends, 'showsBadLines' | 'rejects'>,
  talk: Talk,
  words: RejectWords = {},
): Counts {
  const stats = new Stats();
  const limit =
    onError === 'fail'
      ? { lines: 0, flag: '--on-error fail' }
      : { lines: maxErrors ?? Number.POSITIVE_INFINITY, flag: `--max-errors ${maxErrors}` };
  const shown = showsBadLines ? talk : undefined;
  return { stats, rejecting: new Rejecting(stats, shown, rejects, limit, words) };
}

/** Inputs from their beginning. */
export function inputsOf({ input }: NodeSettings, { openSource }: Ends, open?: OpenInput): Inlet {
  return { kind: 'inputs', inputs: input.inputs, open: open ?? ((name) => fromStart(openSource(name))) };
}

/** A graph of one node. */
export interface SingleRun {
  readonly graph: Graph;
  readonly node: Node;
  /** After the graph has been executed. */
  readonly outcome: () => RunOutcome;
}

/** What a graph of one node is made from. */
export interface SingleParts {
  readonly stage: Stage;
  readonly settings: NodeSettings;
  readonly counts: Counts;
  readonly ends: Ends;
  /** Before the output. */
  readonly edges?: readonly Edge[];
  /** Undefined: inputs are read from their beginning. */
  readonly open?: OpenInput | undefined;
  /** Of a stage that may output nothing of a record that matches. */
  readonly isNothingOut?: (() => boolean) | undefined;
}

/** Files, a stage, an output. Reads nothing yet. */
export function singleRun(parts: SingleParts, host: RunHost): SingleRun {
  const { stage, settings, counts, ends, edges = [], open, isNothingOut = () => false } = parts;
  const { stats, rejecting } = counts;
  const { sink, collectGarbage, rejects } = ends;
  const node = new Node(
    {
      stage,
      settings,
      stats,
      rejecting,
      collectGarbage,
      inlets: [inputsOf(settings, ends, open)],
      edges: sink === undefined ? edges : [...edges, new SinkEdge(sink, stats)],
      closeRejects: () => rejects?.close(),
    },
    host,
  );
  const isEmpty = (): boolean =>
    settings.report?.exitStatus === true && (stats.matched === 0 || isNothingOut()) && node.end?.stopped !== 'closed';
  return { graph: new Graph([node], host), node, outcome: () => outcomeOf([node.end!], { isEmpty: isEmpty() }) };
}

/** A graph of one node, which selects. Reads nothing yet. */
export function selectRun(stage: SelectStage, host: RunHost, ends: Ends, recording?: Recording): SingleRun {
  const { settings } = stage;
  const counts = countsOf(settings.rejects, ends, host.talk);
  const isNothingOut = (): boolean => stage.isNothingOut(counts.stats);
  const parts = { stage, settings, counts, ends, isNothingOut };
  if (recording === undefined) return singleRun(parts, host);
  return singleRun({ ...parts, edges: [recording.edge], open: recording.openFrom(ends) }, host);
}

/**
 * What records the records that pass a stage; undefined when nothing does. It is loaded only then: `select` has to
 * start fast.
 * @param way what happens to records on their way to the stage
 * @throws UsageError; SinkError when the store cannot be opened
 */
export async function recordingOf(
  { settings, program }: SelectStage,
  record: RecordSettings | undefined,
  way: string,
  host: RunHost,
): Promise<Recording | undefined> {
  if (record === undefined) return undefined;
  const { openRecording } = await import('../stage/points/recording.ts');
  const { batches, selection } = settings;
  return await openRecording(record, { batches, selection, program, way }, host);
}
