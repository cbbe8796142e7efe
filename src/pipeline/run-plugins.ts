/**
 * `slung run`: one node for each plugin, and a last one that selects, if the output should be csv, tsv, edited records
 * or chosen fields, or should be stored (--record).
 *
 *     inputs --> plugin 1 --> plugin 2 --> select --> sink
 */
import type { RunSettings } from '../config/settings.ts';
import { type Edge, SinkEdge } from '../graph/edge.ts';
import type { Ends } from '../graph/ends.ts';
import { Graph } from '../graph/graph.ts';
import { executeHeard } from '../graph/heard.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import type { Inlet, OpenInput } from '../graph/inlet.ts';
import { Node } from '../graph/node.ts';
import { NodeEdge } from '../graph/node-edge.ts';
import { outcomeOf } from '../graph/outcome.ts';
import type { Stage } from '../graph/stage.ts';
import { SinkError, SourceError } from '../io/index.ts';
import type { PluginKind } from '../plugin/guest.ts';
import type { PluginDescription } from '../plugin/lane/task.ts';
import type { ServicesThread } from '../plugin/services/start.ts';
import { PluginRefused } from '../stage/plugin/lane.ts';
import type { PluginStage } from '../stage/plugin/plugin.ts';
import {
  checkPlugins,
  everyRecord,
  isStream,
  makeStage,
  outputOf,
  refused,
  servicesFor,
} from '../stage/plugin/setup.ts';
import { tellPluginStats } from '../stage/plugin/stats.ts';
import type { Recording } from '../stage/points/recording.ts';
import { type SelectNodeSettings, SelectStage } from '../stage/select/select.ts';
import { type Counts, countsOf, inputsOf, recordingOf } from './build.ts';
import { finished, openEnds } from './ends.ts';
import { type Listening, listenFor } from './listening.ts';

/**
 * One run. `ends` is given by those who bring their own; otherwise the files of the settings are opened.
 * @throws UsageError for a plugin, selector, path or file that cannot be used; nothing has been read or written then
 */
export async function runPlugins(settings: RunSettings, host: RunHost, ends?: Ends): Promise<RunOutcome> {
  tellNotes(settings, host);
  const kinds = await checkPlugins(settings);
  let listening: Listening | undefined;
  try {
    listening = await listenFor(settings.listen, host);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  }
  const services = servicesFor(settings, host, listening?.send);
  let run: PluginRun | undefined;
  try {
    run = new PluginRun(settings, kinds, host, services);
    await startPlugins(run.plugins);
    const recording = await run.openRecording();
    const opened = ends ?? (await openEnds(settings, host));
    const source = listening === undefined ? opened : { ...opened, openSource: () => listening.source };
    const graph = run.connect(source, recording);
    await executeHeard(graph, host, listening === undefined ? undefined : () => listening.stop());
    return await finished(opened, run.conclude(graph.seconds), host);
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  } finally {
    run?.close();
    listening?.source.close();
    await services?.close();
  }
}

function tellNotes({ plugins }: RunSettings, { talk }: RunHost): void {
  for (const { level, text } of plugins.flatMap(({ notes }) => notes ?? [])) {
    if (level === 'warn') talk.warn(text);
    else talk.verbose(1, text);
  }
}

/** What a plugin says of itself; undefined for the kinds that do not. @throws UsageError when it cannot be used */
export async function describePlugin(settings: RunSettings, host: RunHost): Promise<PluginDescription | undefined> {
  const kinds = await checkPlugins(settings);
  const services: ServicesThread | undefined = undefined;
  const rejectsLeft = (): number => Number.POSITIVE_INFINITY;
  const stage = makeStage(settings, 0, kinds[0]!, { host, services, rejectsLeft, checksOutput: false });
  try {
    await startPlugins([stage]);
    return stage.description;
  } finally {
    stage.finish();
  }
}

/** Waits until every plugin has said who it is. @throws PluginFileError */
export async function startPlugins(plugins: readonly PluginStage[]): Promise<void> {
  for (const plugin of plugins) {
    try {
      await plugin.start();
    } catch (error) {
      if (!(error instanceof PluginRefused)) throw error;
      throw refused(plugin.name, error.message);
    }
  }
}

/** Whether what the last plugin outputs is changed into something else. */
const converts = ({ output, sink }: Pick<RunSettings, 'output' | 'sink'>): boolean => {
  const { to, fields, columns, limit, edits } = output;
  return [fields, columns, limit, edits, sink.view].some((one) => one !== undefined) || to !== 'ndjson';
};

/** The last node of a chain, which makes of the last plugin's lines what was asked for. */
function conversionOf(settings: RunSettings, kind: PluginKind): SelectNodeSettings {
  const { plugins, batches, output, rejects } = settings;
  const last = plugins.at(-1)!;
  // Lines that are only remembered pass as they are, where the output may be any text.
  const isText = isStream(kind) || last.uncheckedOutput;
  return {
    input: { inputs: [outputOf(last)] },
    batches,
    lanes: 1,
    selection: everyRecord,
    output,
    rejects: isText && !converts(settings) ? { ...rejects, onError: 'keep' } : rejects,
    report: undefined,
  };
}

/** The stages of a run, and the nodes that they become. */
class PluginRun {
  readonly plugins: readonly PluginStage[];
  readonly #settings: RunSettings;
  readonly #host: RunHost;
  /** Of each node. Their rejects are known when the ends are. */
  readonly #counts: Counts[];
  readonly #last: SelectStage | undefined;
  #recording: Recording | undefined;
  #nodes: readonly Node[] = [];

  /** The plugins begin to load at once. @throws UsageError */
  constructor(
    settings: RunSettings,
    kinds: readonly PluginKind[],
    host: RunHost,
    services: ServicesThread | undefined,
  ) {
    this.#settings = settings;
    this.#host = host;
    const hasSelect = converts(settings) || settings.record !== undefined;
    const { plugins } = settings;
    this.#counts = [];
    this.plugins = plugins.map(({ uncheckedOutput }, i) => {
      const checksOutput = i === kinds.length - 1 && !hasSelect && !uncheckedOutput;
      const rejectsLeft = (): number => this.#counts[i]!.rejecting.left;
      return makeStage(settings, i, kinds[i]!, { host, services, rejectsLeft, checksOutput });
    });
    try {
      this.#last = hasSelect ? new SelectStage(conversionOf(settings, kinds.at(-1)!)) : undefined;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws UsageError; SinkError when the store cannot be opened */
  async openRecording(): Promise<Recording | undefined> {
    const { record, plugins } = this.#settings;
    if (this.#last === undefined) return undefined;
    const way = JSON.stringify(plugins.map(({ name, config, args }) => [name, config, args]));
    this.#recording = await recordingOf(this.#last, record, way, this.#host);
    return this.#recording;
  }

  /** The nodes, one after another. */
  connect(ends: Ends, recording: Recording | undefined): Graph {
    const stages: readonly (PluginStage | SelectStage)[] =
      this.#last === undefined ? this.plugins : [...this.plugins, this.#last];
    const { rejects } = ends;
    // All nodes write to the same rejects, which are closed when the last one has ended.
    let open = stages.length;
    const closeRejects = (): void => (--open > 0 ? rejects?.flush() : rejects?.close());
    let inlet: Inlet | undefined;
    this.#nodes = stages.map((stage, i) => {
      const { settings } = stage;
      const counts = countsOf(settings.rejects, ends, this.#host.talk, { readsOutputOf: this.plugins[i - 1]?.name });
      this.#counts[i] = counts;
      const next = stages[i + 1];
      const edge = next === undefined ? undefined : new NodeEdge(next.settings.input.inputs[0]!, counts.stats);
      const edges: Edge[] = edge === undefined ? [new SinkEdge(ends.sink!, counts.stats)] : [edge];
      if (edge === undefined && recording !== undefined) edges.unshift(recording.edge);
      const collectGarbage = stage === this.#last ? ends.collectGarbage : undefined;
      const parts = { stage: stage as Stage, settings, ...counts, edges, collectGarbage, closeRejects };
      const node = new Node({ ...parts, inlets: [inlet ?? this.#inputs(ends, recording?.openFrom(ends))] }, this.#host);
      inlet = edge === undefined ? undefined : { kind: 'edge', edge };
      return node;
    });
    return new Graph(this.#nodes, this.#host);
  }

  #inputs(ends: Ends, open: OpenInput | undefined): Inlet {
    return inputsOf(this.plugins[0]!.settings, ends, open);
  }

  /** Says what there is to say when all nodes have ended. */
  conclude(seconds: number): RunOutcome {
    const { plugins } = this;
    for (const plugin of plugins) plugin.summarise();
    for (const plugin of plugins) this.#host.onPluginCalls?.(plugin.callTimes());
    const reports = this.#nodes.map((node) => node.report());
    const figures = plugins.map((plugin, i) => plugin.figures(reports[i]!.bytesOut, reports[i + 1]?.rejected ?? 0));
    tellPluginStats(this.#settings.report.stats, this.#host.talk, reports, figures, seconds);
    const { matched, bytesOut } = reports.at(-1)!;
    // A header is no record.
    const isEmpty = (this.#last === undefined ? bytesOut : matched) === 0;
    return outcomeOf(
      this.#nodes.map(({ end }) => end!),
      {
        isEmpty: this.#settings.report.exitStatus && isEmpty,
        hasFaults: plugins.some((plugin) => plugin.hasFaults),
        // A program's own exit status is the run's, when nothing else went wrong before it.
        status: plugins.find((plugin) => plugin.status !== 0 && plugin.exitsWithStatus)?.status,
      },
    );
  }

  /** Ends all threads. Closed already, unless nothing has run: the store. */
  close(): void {
    for (const plugin of this.plugins) plugin.finish();
    this.#recording?.close();
  }
}
