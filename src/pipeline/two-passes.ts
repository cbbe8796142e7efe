/**
 * `--unsparsify`: two runs over the same files, which look like one to the caller. The first finds the columns that
 * the second writes (stage/select/all-columns.ts). Reports are made when the inputs are read for the second time.
 */
import { UsageError } from '../config/errors.ts';
import type { InputSettings } from '../config/settings.ts';
import type { Ends } from '../graph/ends.ts';
import { executeHeard } from '../graph/heard.ts';
import type { Progress, ProgressState, RunHost, RunOutcome, Talk } from '../graph/host.ts';
import { UnchangedInputs, whyNotTwice } from '../io/twice.ts';
import type { Recording } from '../stage/points/recording.ts';
import { KeyStage, tooManyColumns } from '../stage/select/all-columns.ts';
import { foundColumn } from '../stage/select/columns.ts';
import type { SelectStage } from '../stage/select/select.ts';
import { excerpt } from '../text/printable.ts';
import { selectRun } from './build.ts';

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
    first: { openSource, sink: undefined, rejects: undefined, showsBadLines: false, collectGarbage },
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
  stage: SelectStage,
  host: RunHost,
  ends: Ends,
  {
    recording,
    keys = new KeyStage(stage.settings),
  }: { readonly recording?: Recording | undefined; readonly keys?: KeyStage } = {},
): Promise<RunOutcome> {
  const hosts = hostsOfPasses(host);
  const { first, second } = endsOfPasses(stage.settings.input, ends);
  const { graph, outcome } = selectRun(stage, hosts.second, second, recording);
  try {
    const search = selectRun(keys, hosts.first, first);
    await executeHeard(search.graph, hosts.first);
    const { signal } = search.graph;
    // A run that has to stop at once reports what it has.
    if (signal !== undefined) graph.stop(signal);
    else if (keys.names === undefined) {
      graph.giveUp();
      host.talk.error(tooManyColumns());
      return { kind: 'done', code: 1 };
    } else if (keys.names.length > 0) stage.settle(keys.names.map(foundColumn));
  } catch (error) {
    graph.giveUp();
    throw error;
  }
  await executeHeard(graph, hosts.second);
  return outcome();
}
