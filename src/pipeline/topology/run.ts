/**
 * Runs a topology: opens everything, executes the nodes as one graph, and ends everything in order.
 *
 *     open     plugins start; sinks; sources, which begin to listen
 *     execute  until all sources have ended, or a signal
 *     end      sinks deliver what they have; positions and answers, which wait for that; then the sources are closed
 *
 * The surprising part: a node has ended when its sinks have taken its output. Whether that has arrived is known only
 * when the ports are closed, so the outcome is decided after that.
 */

import { counted } from '../../format/count.ts';
import { closePorts } from '../../graph/close-ports.ts';
import { executeHeard } from '../../graph/heard.ts';
import type { RunHost, RunOutcome, StopSignal } from '../../graph/host.ts';
import { outcomeOf } from '../../graph/outcome.ts';
import { SinkError, SourceError } from '../../io/index.ts';
import { servicesFor } from '../../stage/plugin/setup.ts';
import { excerpt } from '../../text/printable.ts';
import type { Sink, Source } from '../../topology/index.ts';
import { Build, type Connected } from './build.ts';
import { Delivering } from './delivering.ts';
import { type OpenedEnds, openEndsOf, type TopologyEnds } from './ends.ts';
import { errorInKeys, inKeys } from './file-words.ts';
import { PatienceWatch } from './patience.ts';
import { planNodes } from './plan.ts';
import type { TopologyReport } from './report.ts';
import { RunPages } from './run-pages.ts';
import { RunStatus } from './run-status.ts';
import type { TopologySettings } from './settings.ts';
import { renderReport, topologyReport } from './stats.ts';

/**
 * One run. @param ends how sources and sinks are opened
 * @throws UsageError, PluginFileError for what cannot be used; nothing has been read or written then
 */
export async function runTopology(settings: TopologySettings, given: RunHost, ends: TopologyEnds): Promise<RunOutcome> {
  // What was typed as a line has flags.
  const isFile = settings.rejectsFlag === undefined;
  const status = new RunStatus(settings, isFile ? { ...given, talk: inKeys(given.talk) } : given);
  let pages: RunPages | undefined;
  let outcome: RunOutcome | undefined;
  try {
    pages = await RunPages.open(settings, status);
    outcome = await runWith(settings, status, ends);
  } catch (error) {
    if (!(error instanceof SinkError || error instanceof SourceError)) throw isFile ? errorInKeys(error) : error;
    status.host.talk.error(error.message);
    outcome = { kind: 'done', code: 1 };
  } finally {
    status.end(outcome);
    await pages?.close();
  }
  return outcome;
}

/** @throws SinkError, SourceError for what cannot be opened */
async function runWith(settings: TopologySettings, status: RunStatus, ends: TopologyEnds): Promise<RunOutcome> {
  const { host } = status;
  const planned = planNodes(settings.topology);
  const plugins = [...settings.plugins.values()].map(({ setting }) => setting);
  const services = servicesFor({ plugins, cacheFile: settings.cacheFile }, host, undefined);
  let build: Build | undefined;
  try {
    build = new Build(planned, settings, host, services);
    await build.start();
    status.start('sinks and sources are being opened');
    const opened = await openEndsOf(planned, settings, host, ends);
    return await new TopologyRun(build, opened, settings, status).execute();
  } finally {
    build?.close();
    await services?.close();
  }
}

/** Its files are added to, so that they may be moved away meanwhile. */
const isAddedTo = (sink: Sink): boolean => sink.type === 'dir' || (sink.type === 'file' && sink.mode === 'append');

/** Only a signal ends what reads it, so that a run is whole when one has. */
const isEndless = (source: Source): boolean => (source.type === 'file' ? source.follow : source.type !== 'stdin');

class TopologyRun {
  readonly #build: Build;
  readonly #ends: OpenedEnds;
  readonly #settings: TopologySettings;
  readonly #host: RunHost;
  readonly #status: RunStatus;
  readonly #connected: Connected;
  readonly #delivering: Delivering;
  #signal: StopSignal | undefined;

  constructor(build: Build, ends: OpenedEnds, settings: TopologySettings, status: RunStatus) {
    const { host } = status;
    this.#build = build;
    this.#ends = ends;
    this.#settings = settings;
    this.#host = host;
    this.#status = status;
    this.#connected = build.connect(ends);
    const { sinks, shutdownTimeoutMs: timeoutMs } = settings.topology;
    const patient = new Set(sinks.filter(({ type }) => /^std|^file$/.test(type)).map(({ name }) => name));
    const isPatient = (name: string): boolean => patient.has(name);
    this.#delivering = new Delivering([...ends.ports.values()], {
      timeoutMs,
      isPatient,
      clockMs: () => host.clockMs(),
    });
  }

  async execute(): Promise<RunOutcome> {
    const { graph } = this.#connected;
    const { ports, sources } = this.#ends;
    for (const port of ports.values()) port.watch(() => graph.wake());
    const patience = new PatienceWatch([...ports.values()], this.#host);
    const isAdding = this.#settings.topology.sinks.some(isAddedTo);
    const ends = [
      () => patience.end(),
      this.#host.onSignal((signal) => this.#stop(signal)),
      // Without files that are added to, a hangup ends the run like any other.
      isAdding ? this.#host.onUserSignal?.('SIGHUP', () => this.#reopen()) : undefined,
      this.#host.onUserSignal?.('SIGUSR1', () => this.#host.talk.info(JSON.stringify(this.#report()))),
    ];
    try {
      this.#status.run({ ends: this.#ends, report: () => this.#report() });
      await executeHeard(graph, this.#host, () => {});
      this.#status.drain('nothing more is read, sinks deliver what they have');
      patience.drain();
      return await this.#conclude(await this.#delivering.until());
    } finally {
      for (const end of ends) end?.();
      await Promise.all([...sources.values()].map((source) => source.close()));
    }
  }

  #stop(signal: StopSignal): void {
    const { graph } = this.#connected;
    this.#signal = signal;
    this.#status.drain(`after ${signal}, nothing more is read`);
    graph.stop(signal);
    graph.giveUpAfter(this.#settings.topology.shutdownTimeoutMs);
    this.#delivering.hurry();
  }

  /** @param withinMs for the end of the ports */
  async #conclude(withinMs: number): Promise<RunOutcome> {
    const { talk } = this.#host;
    const nodes = [...this.#connected.nodes.values()];
    const ends = nodes.map(({ end }) => end!);
    const isOver = this.#signal === undefined || this.#settings.topology.sources.every(isEndless);
    const isWhole = isOver && ends.every(({ isBroken, isGivenUp }) => !isBroken && isGivenUp !== true);
    const closing = { withinMs, isWhole, clockMs: () => this.#host.clockMs() };
    const closed = await closePorts([...this.#ends.ports.values()], closing);
    for (const { failure, words } of closed) {
      if (failure !== undefined) talk.error(failure.message);
      for (const word of words) talk.warn(word);
    }
    for (const { stage } of this.#build.plugins) stage.summarise();
    for (const { stage } of this.#build.plugins) this.#host.onPluginCalls?.(stage.callTimes());
    this.#tellUnanswered();
    const report = this.#report();
    const { stats, exitStatus } = this.#settings.report;
    if (stats === 'json') talk.info(JSON.stringify(report));
    else if (stats === 'human') talk.info(renderReport(report));
    const isEmpty = Object.values(report.sinks).every(({ records }) => records === 0);
    const outcome = outcomeOf(ends, {
      isEmpty: exitStatus && isEmpty,
      hasFaults: this.#build.plugins.some(({ stage }) => stage.hasFaults),
      status: this.#build.plugins.find(({ stage }) => stage.status !== 0 && stage.exitsWithStatus)?.stage.status,
    });
    const isDelivered = closed.every((end) => end.isWhole) && ends.every(({ isGivenUp }) => isGivenUp !== true);
    if (!isDelivered) return outcome.kind === 'done' && outcome.code !== 0 ? outcome : { kind: 'done', code: 1 };
    return this.#signal === undefined ? outcome : { kind: 'signal', signal: this.#signal };
  }

  #report(): TopologyReport {
    const { worker } = this.#settings;
    return topologyReport(this.#build.parts, this.#connected, this.#ends, { worker, ...this.#host.usage?.() });
  }

  /** Somebody has moved files away that are added to. */
  #reopen(): void {
    for (const port of this.#ends.ports.values()) {
      const failure = port.reopen();
      if (failure !== undefined) this.#host.talk.warn(failure.message);
    }
  }

  /** Units that nobody has settled come again, or were refused. */
  #tellUnanswered(): void {
    for (const { name, units, unsettled } of this.#ends.sources.values()) {
      const open = Math.max(units?.report().inFlight ?? 0, unsettled?.() ?? 0);
      const were = open === 1 ? 'was' : 'were';
      if (open > 0) this.#host.talk.warn(`${excerpt(name)}: ${counted(open, 'unit')} ${were} not acknowledged`);
    }
  }
}
