/**
 * How a run ends: the output gets its name or is given up, what has to be said is said, in this order: what failed, the
 * bad lines, late columns, paths that never occurred, the statistics; and the exit code is decided. An output file
 * appears under its name only when all of the input went into it; bad lines that were told of do not prevent that.
 */
import type { ReportSettings } from '../config/settings.ts';
import { SinkError } from '../io/index.ts';
import { absentPathHints, literalHints } from '../stage/select/hints.ts';
import { excerpt } from '../text/printable.ts';
import type { Drain, Stop } from './drain.ts';
import type { RunHost, RunOutcome, StopSignal } from './host.ts';
import type { Rejecting } from './rejecting.ts';
import type { Work } from './stage.ts';
import { renderStats, type Stats, type StatsReport } from './stats.ts';
import { runWords } from './verbose.ts';

/** A guest that ended by itself has had all that it wanted. */
const isWholeRun = (stopped: Stop | undefined): boolean => stopped === undefined || stopped === 'ended';

/** How far the run came. */
export interface Ending {
  readonly job: Work;
  readonly host: RunHost;
  readonly stats: Stats;
  readonly drain: Drain;
  readonly rejecting: Rejecting;
  readonly signal: StopSignal | undefined;
  /** An input could not be opened or read to its end. */
  readonly inputFailed: boolean;
  /** The output or the rejects could not be written. */
  readonly sinkError: SinkError | undefined;
  readonly report: () => StatsReport;
}

/** Ends the run; nothing is in flight any more, or nobody wants it. */
export function conclude(ending: Ending): RunOutcome {
  const { job, host, drain, rejecting, stats, signal, inputFailed } = ending;
  const { rejects, report: reported } = job.settings;
  const { talk } = host;
  const { stopped } = drain;
  const isWhole = ending.sinkError === undefined && signal === undefined && !inputFailed && isWholeRun(stopped);
  const caught = settle(drain, isWhole);
  const sinkError = ending.sinkError ?? caught;
  host.progress?.clear();
  if (sinkError !== undefined) talk.error(sinkError.message);
  rejecting.summarise(rejects.rejectsFile, rejects.onError === 'keep', sinkError?.sink);
  for (const words of job.recorder?.words() ?? []) talk.warn(words);
  job.finish();
  const late = drain.lateColumns();
  for (const hint of late) talk.warn(hint);
  if (stopped === undefined && signal === undefined) {
    for (const hint of [...absentPathHints(job, stats), ...literalHints(job, stats)]) talk.warn(hint);
  }
  if (!isWhole && stopped !== 'closed' && drain.sink.isAllOrNothing === true) {
    const why = inputFailed && stopped === undefined ? 'not every input could be read' : 'the run did not finish';
    talk.warn(`${excerpt(drain.sink.name)} was not written, because ${why}`);
  }
  for (const [level, text] of runWords(job.settings, ending.report())) talk.verbose(level, text);
  tellStats(reported?.stats, host, ending.report);
  return outcome(ending, sinkError !== undefined || late.length > 0);
}

/** @returns why the output could not be given its name */
function settle(drain: Drain, isWhole: boolean): SinkError | undefined {
  // An output whose reader has gone (a FIFO) is as finished as it will ever be.
  if (!isWhole && drain.stopped !== 'closed') {
    drain.sink.abort();
    return undefined;
  }
  try {
    drain.sink.commit();
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return error;
  }
  return undefined;
}

function tellStats(stats: ReportSettings['stats'] | undefined, { talk }: RunHost, report: () => StatsReport): void {
  if (stats === 'json') talk.info(JSON.stringify(report()));
  else if (stats === 'human') talk.info(renderStats(report()));
}

/** @param isIncomplete something of the output could not be written, or was left out */
function outcome({ job, drain, stats, signal, inputFailed }: Ending, isIncomplete: boolean): RunOutcome {
  if (signal !== undefined) return { kind: 'signal', signal };
  if (drain.stopped === 'closed') return { kind: 'done', code: 0 };
  const { rejects, report } = job.settings;
  const badLines = stats.rejected > 0 && rejects.onError !== 'keep' && rejects.badLinesFail;
  if (isIncomplete || inputFailed || badLines || !isWholeRun(drain.stopped)) return { kind: 'done', code: 1 };
  return { kind: 'done', code: report?.exitStatus && stats.matched === 0 ? 4 : 0 };
}
