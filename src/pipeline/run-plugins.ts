/**
 * `slung run`: a chain of runs on this thread, one for each plugin and, when the output is to be csv, tsv or chosen
 * fields, or is to be remembered (--record), a last one that is a `select` of its own. Each is the very run of graph/node.ts; conduits connect them.
 *
 *     inputs --Run(plugin 1)--> conduit --Run(plugin 2)--> conduit --Run(select)--> sink
 */
import type { OutputSettings, RunSettings } from '../config/settings.ts';
import { Conduit } from '../graph/edge.ts';
import type { Ends } from '../graph/ends.ts';
import type { RunHost, RunOutcome, StopSignal } from '../graph/host.ts';
import { Run } from '../graph/node.ts';
import type { Work } from '../graph/stage.ts';
import { SinkError, SourceError } from '../io/index.ts';
import type { PluginKind } from '../plugin/guest.ts';
import type { PluginDescription } from '../plugin/lane/task.ts';
import type { ServicesThread } from '../plugin/services/start.ts';
import { PluginRefused } from '../stage/plugin/lane.ts';
import type { PluginJob } from '../stage/plugin/plugin.ts';
import { checkPlugins, everyRecord, isStream, makeJob, outputOf, refused, servicesFor } from '../stage/plugin/setup.ts';
import { tellPluginStats } from '../stage/plugin/stats.ts';
import { Job, type JobSettings } from '../stage/select/select.ts';
import { openEnds } from './ends.ts';
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
  const hasSelect = converts(settings.output) || settings.record !== undefined;
  const isChain = kinds.length > 1 || hasSelect;
  const jobs = settings.plugins.map(({ uncheckedOutput }, i) => {
    const isLast = i === kinds.length - 1;
    const checksOutput = isLast && !hasSelect && !uncheckedOutput;
    return makeJob(settings, i, kinds[i]!, { host, services, isPolite: isChain, checksOutput });
  });
  let last: Job | undefined;
  try {
    last = hasSelect ? new Job(conversionOf(settings, kinds.at(-1)!)) : undefined;
    const works = last === undefined ? jobs : [...jobs, last];
    await startAll(jobs);
    await last?.openRecorder(host);
    const opened = ends ?? openEnds(settings, host);
    const source = listening === undefined ? opened : { ...opened, openSource: () => listening.source };
    const chain = new Chain(settings, host, { jobs, works, ends: source });
    const unlisten = host.onSignal((signal) => (listening === undefined ? chain.stop(signal) : listening.stop()));
    try {
      return await chain.execute();
    } finally {
      unlisten();
    }
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  } finally {
    for (const job of jobs) job.finish();
    // Closed already, unless nothing has run.
    last?.recorder?.close();
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
  const job = makeJob(settings, 0, kinds[0]!, { host, services, isPolite: true, checksOutput: false });
  try {
    await startAll([job]);
    return job.description;
  } finally {
    job.finish();
  }
}

async function startAll(jobs: readonly PluginJob[]): Promise<void> {
  for (const job of jobs) {
    try {
      await job.start();
    } catch (error) {
      if (!(error instanceof PluginRefused)) throw error;
      throw refused(job.name, error.message);
    }
  }
}

/** Whether what the last plugin outputs is changed into something else. */
const converts = ({ to, fields, columns }: OutputSettings): boolean =>
  to !== 'ndjson' || fields !== undefined || columns !== undefined;

/** The last run of a chain, which makes of the last plugin's lines what was asked for. */
function conversionOf({ plugins, batches, output, rejects, record }: RunSettings, kind: PluginKind): JobSettings {
  const last = plugins.at(-1)!;
  // Lines that are only remembered pass as they are, where the output may be any text.
  const isText = isStream(kind) || last.uncheckedOutput;
  return {
    ...{ input: { inputs: [outputOf(last)] }, batches, lanes: 1, selection: everyRecord, output, record },
    rejects: isText && !converts(output) ? { ...rejects, onError: 'keep' } : rejects,
    report: undefined,
  };
}

/** The runs, connected. Made once, executed once. */
class Chain {
  readonly #settings: RunSettings;
  readonly #host: RunHost;
  readonly #jobs: readonly PluginJob[];
  readonly #ends: Ends;
  readonly #runs: readonly Run[];
  readonly #startMs: number;

  constructor(
    settings: RunSettings,
    host: RunHost,
    { jobs, works, ends }: { jobs: readonly PluginJob[]; works: readonly Work[]; ends: Ends },
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#jobs = jobs;
    this.#ends = ends;
    this.#startMs = host.clockMs();
    const conduits = works.slice(1).map((work) => new Conduit(work.settings.input.inputs[0]!));
    this.#runs = works.map((work, i) => this.#runOf(work, i, conduits));
  }

  /** The first run reads no more; what has been read goes its way. */
  stop(signal: StopSignal): void {
    this.#runs[0]!.stop(signal);
  }

  async execute(): Promise<RunOutcome> {
    const settled = await Promise.allSettled(this.#runs.map((run) => run.execute()));
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
    const outcomes = settled.map((result) => (result as PromiseFulfilledResult<RunOutcome>).value);
    this.#ends.rejects?.close();
    return this.#conclude(outcomes);
  }

  #runOf(work: Work, i: number, conduits: readonly Conduit[]): Run {
    const { rejects } = this.#ends;
    const before = conduits[i - 1];
    const after = conduits[i];
    const run = new Run(
      work,
      { ...this.#host, onSignal: () => () => {} },
      {
        openSource: (input) => {
          const source = before?.source ?? this.#ends.openSource(input);
          return after === undefined ? source : after.feeding(source);
        },
        readsOutputOf: this.#jobs[i - 1]?.name,
        sink: after === undefined ? this.#ends.sink : after.sink,
        // All runs write to the same rejects, which are closed when the last one has ended.
        rejects:
          rejects === undefined
            ? undefined
            : {
                name: rejects.name,
                write: (line, row) => rejects.write(line, row),
                writePart: (piece) => rejects.writePart(piece),
                flush: () => rejects.flush(),
                close: () => rejects.flush(),
              },
        showsBadLines: this.#ends.showsBadLines,
        collectGarbage: work.canRepeat ? this.#ends.collectGarbage : undefined,
      },
    );
    const job = this.#jobs.find((candidate) => candidate === work);
    if (job !== undefined) job.rejectsLeft = () => run.rejectsLeft;
    return run;
  }

  #conclude(outcomes: readonly RunOutcome[]): RunOutcome {
    for (const job of this.#jobs) job.summarise();
    const seconds = (this.#host.clockMs() - this.#startMs) / 1000;
    const reports = this.#runs.map((run) => run.report());
    tellPluginStats(
      this.#settings.report.stats,
      this.#host.talk,
      reports,
      this.#jobs.map((job, i) => job.report(reports[i]!.bytesOut, reports[i + 1]?.rejected ?? 0)),
      seconds,
    );
    const signal = outcomes.find((outcome) => outcome.kind === 'signal');
    if (signal !== undefined) return signal;
    // A program's own exit status is the run's, when nothing else went wrong before it.
    const status = this.#jobs.find((job) => job.status !== 0 && job.exitsWithStatus)?.status;
    const hasFaults = this.#jobs.some((job) => job.hasFaults);
    const code = Math.max(
      Number(hasFaults),
      ...outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.code : 0)),
    );
    // What a shell sees of a status is its last byte, and that must not look like success.
    if (code !== 0) return { kind: 'done', code: status === undefined ? code : status & 0xff || 1 };
    const isEmpty = reports.at(-1)!.bytesOut === 0;
    return { kind: 'done', code: this.#settings.report.exitStatus && isEmpty ? 4 : 0 };
  }
}
