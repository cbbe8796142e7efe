/**
 * `slung select`: files, a selector and a projection, one output. With --record, the points of the selected records go
 * into the store first.
 */
import type { SelectSettings } from '../config/settings.ts';
import type { Ends } from '../graph/ends.ts';
import { executeHeard } from '../graph/heard.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { SinkError } from '../io/index.ts';
import type { Recording } from '../stage/points/recording.ts';
import { SelectStage } from '../stage/select/select.ts';
import { recordingOf, selectRun } from './build.ts';
import { finished, openEnds } from './ends.ts';
import { refuseSinglePass, runTwice } from './two-passes.ts';

/**
 * One run. `given` are ends of those who bring their own; otherwise the files of the settings are opened.
 * @throws UsageError for a selector, path or file that cannot be used; nothing has been read or written then
 */
export async function runSelect(settings: SelectSettings, host: RunHost, given?: Ends): Promise<RunOutcome> {
  const { input, output, record } = settings;
  if (output.unsparsify) refuseSinglePass(input.inputs);
  const stage = new SelectStage(settings);
  stage.useThreads(() => host.takeLaneThread?.(), stage.holding === undefined);
  let recording: Recording | undefined;
  let ends: Ends;
  try {
    recording = await recordingOf(stage, record, 'ndjson', host);
    ends = given ?? (await openEnds(settings, host));
  } catch (error) {
    recording?.close();
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  }
  if (output.isCount === true) return await runCounted(stage, host, ends);
  if (output.unsparsify) return await finished(ends, await runTwice(stage, host, ends, { recording }), host);
  const run = selectRun(stage, host, ends, recording);
  await executeHeard(run.graph, host);
  return await finished(ends, run.outcome(), host);
}

/** --count: a run without output, and then a number. What stopped early has none. */
async function runCounted(stage: SelectStage, host: RunHost, ends: Ends): Promise<RunOutcome> {
  const sink = ends.sink!;
  const { graph, node, outcome } = selectRun(stage, host, { ...ends, sink: undefined });
  await executeHeard(graph, host);
  const { stopped } = node.end!;
  if (stopped !== undefined && stopped !== 'limit') {
    sink.abort();
    return outcome();
  }
  const finish = async (): Promise<void> => {
    await sink.writeAll(Buffer.from(`${node.report().matched}\n`));
    sink.commit();
  };
  return await finished({ finish }, outcome(), host);
}
