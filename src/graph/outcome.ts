/**
 * How a node and a run end. The output gets its name or is discarded; then follow the reports, in this order:
 * failures, bad lines, late columns, paths that never occurred, statistics. Then the exit code is decided. An output
 * file appears under its name only if it was made from all of the input; bad lines that were reported do not prevent
 * that.
 */
import type { ReportSettings } from '../config/settings.ts';
import { counted } from '../format/count.ts';
import { SinkError } from '../io/index.ts';
import { excerpt } from '../text/printable.ts';
import type { Edge } from './edge.ts';
import type { RunHost, RunOutcome, StopSignal } from './host.ts';
import type { Rejecting } from './rejecting.ts';
import type { NodeSettings, Stage, Stop } from './stage.ts';
import { renderStats, type Stats, type StatsReport } from './stats.ts';
import { runWords } from './verbose.ts';

/** How far a node came. */
export interface Ending {
  readonly stage: Stage;
  readonly settings: NodeSettings;
  readonly edges: readonly Edge[];
  readonly stats: Stats;
  readonly rejecting: Rejecting;
  readonly host: RunHost;
  readonly closeRejects: () => void;
  readonly stopped: Stop | undefined;
  readonly signal: StopSignal | undefined;
  /** Not all of the input was read, because something else in the graph has failed. */
  readonly isCutShort: boolean;
  /** An input could not be opened or read to its end. */
  readonly inputFailed: boolean;
  /** An output could not be written. */
  readonly sinkError: SinkError | undefined;
  readonly report: () => StatsReport;
}

/** How a node has ended. */
export interface NodeEnd {
  readonly stopped: Stop | undefined;
  readonly signal: StopSignal | undefined;
  /** Something of the input could not be read, or of the output not be written, or was left out. */
  readonly isIncomplete: boolean;
  /** Lines were left out that should have been records. */
  readonly hasBadLines: boolean;
  /** It ended before its input did, and the run has failed with it. */
  readonly isBroken: boolean;
  /** It was ended from outside, before it had done with what was read. */
  readonly isGivenUp: boolean;
}

const linesWere = (count: number): string => `${counted(count, 'line')} ${count === 1 ? 'was' : 'were'}`;

/** The end of a node that was ended from outside. */
export function givenUp(stopped: Stop | undefined, signal: StopSignal | undefined): NodeEnd {
  return { stopped, signal, isIncomplete: true, hasBadLines: false, isBroken: false, isGivenUp: true };
}

/** A guest that ended by itself has had all that it wanted, and so has whoever wanted so many records. */
const isWholeRun = (stopped: Stop | undefined): boolean =>
  stopped === undefined || stopped === 'ended' || stopped === 'limit';

/** Ends the node; nothing is on its way any more, or nobody wants it. */
export function conclude(ending: Ending): NodeEnd {
  const { stage, settings, edges, host, rejecting, stats, signal, isCutShort, inputFailed, stopped } = ending;
  const { rejects } = settings;
  const { talk } = host;
  const kept = closeEnds(ending);
  const isAllRead = signal === undefined && !isCutShort;
  const isWhole = kept === undefined && isAllRead && !inputFailed && isWholeRun(stopped);
  // An output whose reader has gone (a FIFO) is as finished as it will ever be.
  const isGivenUp = !isWhole && stopped !== 'closed';
  const caught = endOutputs(edges, isGivenUp);
  const sinkError = kept ?? caught;
  host.progress?.clear();
  if (sinkError !== undefined) talk.error(sinkError.message);
  rejecting.summarise(rejects.rejectsFile, rejects.onError === 'keep', sinkError?.sink);
  if (stats.skipped > 0) talk.warn(`${linesWere(stats.skipped)} not looked at (--unchecked): none of them can match`);
  for (const edge of edges) for (const words of edge.words?.() ?? []) talk.warn(words);
  stage.finish();
  const { leftOut, hints } = stopped === undefined ? stage.report(stats) : { leftOut: [], hints: [] };
  for (const hint of leftOut) talk.warn(hint);
  if (isAllRead) for (const hint of hints) talk.warn(hint);
  for (const { name, isAllOrNothing } of isGivenUp ? edges : []) {
    if (!isAllOrNothing) continue;
    const why = inputFailed && stopped === undefined ? 'not every input could be read' : 'the run did not finish';
    talk.warn(`${excerpt(name)} was not written, because ${why}`);
  }
  for (const [level, text] of runWords(settings, ending.report())) talk.verbose(level, text);
  tellStats(settings.report?.stats, host, ending.report);
  return {
    stopped,
    signal,
    isIncomplete: sinkError !== undefined || leftOut.length > 0 || inputFailed,
    hasBadLines: stats.rejected > 0 && rejects.onError !== 'keep' && rejects.badLinesFail,
    isBroken: sinkError !== undefined || (stopped !== 'closed' && !isWholeRun(stopped)),
    isGivenUp: false,
  };
}

/**
 * Every output gets its name, or is given up; a node that reads it waits for one of the two.
 * @returns the first error
 */
function endOutputs(edges: readonly Edge[], isGivenUp: boolean): SinkError | undefined {
  const ends = edges.map((edge) => () => (isGivenUp ? edge.abort() : edge.commit()));
  return firstErrorOf(ends, () => {});
}

/**
 * Closes what else is written to: what was rejected, or remembered, before an output failed is kept, unless that is
 * what failed. @returns the first error of all
 */
function closeEnds({ sinkError, closeRejects, edges, host }: Ending): SinkError | undefined {
  const acts = [closeRejects, ...edges.map((edge) => () => edge.end())];
  const told = ({ sink, message }: SinkError, first: SinkError): void => {
    if (sink !== first.sink) host.talk.error(message);
  };
  return firstErrorOf(acts, told, sinkError);
}

/** Does everything. @returns the first error; `others` gets the others */
function firstErrorOf(
  acts: readonly (() => void)[],
  others: (error: SinkError, first: SinkError) => void,
  before?: SinkError,
): SinkError | undefined {
  let first = before;
  for (const act of acts) {
    const error = sinkErrorOf(act);
    if (error === undefined) continue;
    if (first === undefined) first = error;
    else others(error, first);
  }
  return first;
}

/** The error of an output that an act ends with, if it does. */
export function sinkErrorOf(act: () => void): SinkError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return error;
  }
}

function tellStats(stats: ReportSettings['stats'] | undefined, { talk }: RunHost, report: () => StatsReport): void {
  if (stats === 'json') talk.info(JSON.stringify(report()));
  else if (stats === 'human') talk.info(renderStats(report()));
}

/** What decides a run's exit code besides the ends of its nodes. */
export interface OutcomeOf {
  /** With -e: nothing was output. */
  readonly isEmpty: boolean;
  /** Records were discarded, or passed on as they were. */
  readonly hasFaults?: boolean;
  /** What a program itself has ended with, when that is what the run ends with. */
  readonly status?: number | undefined;
}

/**
 * The outcome of a run, by the first line that holds:
 *
 *     a node that was given up                               1
 *     a signal                                               the process dies of it
 *     a node whose output or input is not whole, with bad
 *     lines, stopped by them or by a plugin, or with faults  a program's own exit status, or 1
 *     nothing was output, with -e                            4
 *     otherwise                                              0
 *
 * A node whose reader has gone away has done what anybody wanted, whatever else happened in it.
 */
export function outcomeOf(ends: readonly NodeEnd[], { isEmpty, hasFaults = false, status }: OutcomeOf): RunOutcome {
  if (ends.some(({ isGivenUp }) => isGivenUp)) return { kind: 'done', code: 1 };
  const signal = ends.find((end) => end.signal !== undefined)?.signal;
  if (signal !== undefined) return { kind: 'signal', signal };
  const hasFailed = ends.some(
    ({ stopped, isIncomplete, hasBadLines }) =>
      stopped !== 'closed' && (isIncomplete || hasBadLines || !isWholeRun(stopped)),
  );
  // What a shell sees of a status is its last byte, and that must not look like success.
  if (hasFailed || hasFaults) return { kind: 'done', code: status === undefined ? 1 : status & 0xff || 1 };
  return { kind: 'done', code: isEmpty && ends.at(-1)!.stopped !== 'closed' ? 4 : 0 };
}
