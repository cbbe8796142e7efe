/**
 * `--unsparsify`: two runs over the same files, as one to whoever starts them. The first one finds the columns that the second
 * one writes (stage/select/all-columns.ts). What there is to say is said when the inputs are read for the second time.
 */
import { UsageError } from '../config/errors.ts';
import type { InputSettings } from '../config/settings.ts';
import type { Ends } from '../graph/ends.ts';
import { executeHeard } from '../graph/heard.ts';
import type { Progress, ProgressState, RunHost, RunOutcome, Talk } from '../graph/host.ts';
import { Run } from '../graph/node.ts';
import type { Sink } from '../io/index.ts';
import { UnchangedInputs, whyNotTwice } from '../io/twice.ts';
import { KeyJob, tooManyColumns } from '../stage/select/all-columns.ts';
import { foundColumn } from '../stage/select/columns.ts';
import type { Job } from '../stage/select/select.ts';
import { excerpt } from '../text/printable.ts';

const nowhere: Sink = {
  ...{ name: '<nowhere>', closed: false, isTTY: false, isAllOrNothing: false },
  writeNow: (bytes) => bytes.length,
  writeAll: () => Promise.resolve(),
  commit: () => {},
  abort: () => {},
};

/** @throws UsageError when an input cannot be read twice */
export function refuseSinglePass(inputs: readonly string[]): void {
  for (const input of inputs) {
    const why = whyNotTwice(input);
    if (why === undefined) continue;
    throw new UsageError(
      `--unsparsify cannot read ${excerpt(input)} twice: it is ${why}`,
      'Save it to a file and name that, or name the columns: --columns a,b',
    );
  }
}

/** The ends of both runs. To be made before the inputs are opened: they have to stay as they are. */
function endsOfPasses({ inputs }: InputSettings, ends: Ends): { readonly first: Ends; readonly second: Ends } {
  const { openSource, collectGarbage } = ends;
  const unchanged = new UnchangedInputs(inputs);
  return {
    first: { openSource, sink: nowhere, rejects: undefined, showsBadLines: false, collectGarbage },
    second: { ...ends, openSource: (input) => unchanged.open(input, openSource) },
  };
}

const silent: Talk = { error: () => {}, warn: () => {}, info: () => {}, guest: () => {}, verbose: () => {} };

/** The host of both runs: their progress is that of one run over twice as many bytes. */
function hostsOfPasses(host: RunHost): { readonly first: RunHost; readonly second: RunHost } {
  let bytesBefore = 0;
  const show = (bytesRead: number, state: ProgressState): void => {
    const { bytesTotal } = state;
    host.progress?.update({ ...state, bytesRead, bytesTotal: bytesTotal === undefined ? undefined : 2 * bytesTotal });
  };
  const progressOf = (update: Progress['update']): Progress | undefined =>
    host.progress === undefined ? undefined : { update, clear: () => host.progress?.clear() };
  const first = progressOf((state) => {
    bytesBefore = state.bytesRead;
    show(bytesBefore, state);
  });
  const second = progressOf((state) => show(bytesBefore + state.bytesRead, state));
  return { first: { ...host, talk: silent, progress: first }, second: { ...host, progress: second } };
}

/** Finds the columns, then writes them. Owns `ends`. */
export async function runTwice(
  job: Job,
  host: RunHost,
  ends: Ends,
  keys = new KeyJob(job.settings),
): Promise<RunOutcome> {
  const hosts = hostsOfPasses(host);
  const { first, second } = endsOfPasses(job.settings.input, ends);
  const run = new Run(job, hosts.second, second);
  try {
    const outcome = await executeHeard(new Run(keys, hosts.first, first), hosts.first);
    // A run that is told to stop at once says what there is to say.
    if (outcome.kind === 'signal') run.stop(outcome.signal);
    else if (keys.names === undefined) {
      run.giveUp();
      host.talk.error(tooManyColumns());
      return { kind: 'done', code: 1 };
    } else if (keys.names.length > 0) job.settle(keys.names.map(foundColumn));
  } catch (error) {
    run.giveUp();
    throw error;
  }
  return await executeHeard(run, hosts.second);
}
