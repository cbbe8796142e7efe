/**
 * Runs a topology: everything is opened, the nodes are executed as one graph, and everything is ended in order.
 *
 *     open     plugins start; sinks; sources, which begin to listen
 *     execute  until all sources have ended, or a signal
 *     end      sinks deliver what they have; positions and answers, which wait for that; then the sources are closed
 *
 * The surprising part: a node has ended when its sinks have taken what it output. Whether that has arrived is known
 * only when the ports are closed, so the outcome is decided after that.
 */
import { counted } from '../../format/count.ts';
import { closePorts } from '../../graph/close-ports.ts';
import type { Graph } from '../../graph/graph.ts';
import { executeHeard } from '../../graph/heard.ts';
import type { RunHost, RunOutcome } from '../../graph/host.ts';
import { outcomeOf } from '../../graph/outcome.ts';
import { SinkError, SourceError } from '../../io/index.ts';
import { servicesFor } from '../../stage/plugin/setup.ts';
import { excerpt } from '../../text/printable.ts';
import { Build, type Connected } from './build.ts';
import { type OpenedEnds, openEndsOf, type TopologyEnds } from './ends.ts';
import { PatienceWatch } from './patience.ts';
import { planNodes } from './plan.ts';
import type { TopologySettings } from './settings.ts';

/**
 * One run. @param ends how sources and sinks are opened
 * @throws UsageError, PluginFileError for what cannot be used; nothing has been read or written then
 */
export async function runTopology(settings: TopologySettings, host: RunHost, ends: TopologyEnds): Promise<RunOutcome> {
  const planned = planNodes(settings.topology);
  const plugins = [...settings.plugins.values()].map(({ setting }) => setting);
  const services = servicesFor({ plugins, cacheFile: settings.cacheFile }, host, undefined);
  let build: Build | undefined;
  try {
    build = new Build(planned, settings, host, services);
    await build.start();
    const opened = await openEndsOf(planned, settings, host, ends);
    return await new TopologyRun(build, opened, settings, host).execute();
  } catch (error) {
    if (!(error instanceof SinkError || error instanceof SourceError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  } finally {
    build?.close();
    await services?.close();
  }
}

class TopologyRun {
  readonly #build: Build;
  readonly #ends: OpenedEnds;
  readonly #settings: TopologySettings;
  readonly #host: RunHost;
  readonly #connected: Connected;

  constructor(build: Build, ends: OpenedEnds, settings: TopologySettings, host: RunHost) {
    this.#build = build;
    this.#ends = ends;
    this.#settings = settings;
    this.#host = host;
    this.#connected = build.connect(ends);
  }

  async execute(): Promise<RunOutcome> {
    const { graph } = this.#connected;
    const { ports, sources } = this.#ends;
    for (const port of ports.values()) port.watch(() => graph.wake());
    const patience = new PatienceWatch([...ports.values()], this.#host);
    try {
      await executeHeard(graph, this.#host, (signal) => {
        graph.stop(signal);
        graph.giveUpAfter(this.#settings.topology.shutdownTimeoutMs);
      });
      return await this.#conclude(graph);
    } finally {
      patience.end();
      for (const source of sources.values()) source.close();
    }
  }

  async #conclude(graph: Graph): Promise<RunOutcome> {
    const { talk } = this.#host;
    const { shutdownTimeoutMs: withinMs } = this.#settings.topology;
    const nodes = [...this.#connected.nodes.values()];
    const ends = nodes.map(({ end }) => end!);
    const isWhole = graph.signal === undefined && ends.every(({ isBroken }) => !isBroken);
    const closing = { withinMs, isWhole, clockMs: () => this.#host.clockMs() };
    const closed = await closePorts([...this.#ends.ports.values()], closing);
    for (const { failure, words } of closed) {
      if (failure !== undefined) talk.error(failure.message);
      for (const word of words) talk.warn(word);
    }
    for (const { stage } of this.#build.plugins) stage.summarise();
    this.#tellUnanswered();
    const records = closed.length;
    const outcome = outcomeOf(ends, {
      isEmpty: this.#settings.report.exitStatus && records === 0,
      hasFaults: this.#build.plugins.some(({ stage }) => stage.hasFaults),
      status: this.#build.plugins.find(({ stage }) => stage.status !== 0 && stage.exitsWithStatus)?.stage.status,
    });
    const isDelivered = closed.every((end) => end.isWhole);
    return outcome.kind === 'done' && outcome.code === 0 && !isDelivered ? { kind: 'done', code: 1 } : outcome;
  }

  /** Units that nobody has settled come again, or were refused. */
  #tellUnanswered(): void {
    for (const { name, units } of this.#ends.sources.values()) {
      const open = units?.report().inFlight ?? 0;
      if (open > 0) this.#host.talk.warn(`${excerpt(name)}: ${counted(open, 'unit')} were not acknowledged`);
    }
  }
}
