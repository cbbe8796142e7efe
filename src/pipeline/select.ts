/**
 * `slung select`: files, a selector and a projection, one output. With --record the points of what passes come first.
 */
import type { SelectSettings } from '../config/settings.ts';
import type { Ends } from '../graph/ends.ts';
import { executeHeard } from '../graph/heard.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { SinkError } from '../io/index.ts';
import type { Recording } from '../stage/points/recording.ts';
import { SelectStage } from '../stage/select/select.ts';
import { recordingOf, selectRun } from './build.ts';
import { openEnds } from './ends.ts';
import { refuseSinglePass, runTwice } from './two-passes.ts';

/**
 * One run. `given` are ends of those who bring their own; otherwise the files of the settings are opened.
 * @throws UsageError for a selector, path or file that cannot be used; nothing has been read or written then
 */
export async function runSelect(settings: SelectSettings, host: RunHost, given?: Ends): Promise<RunOutcome> {
  const { input, output, record } = settings;
  if (output.unsparsify) refuseSinglePass(input.inputs);
  const stage = new SelectStage(settings);
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
  if (output.unsparsify) return await runTwice(stage, host, ends, { recording });
  const run = selectRun(stage, host, ends, recording);
  await executeHeard(run.graph, host);
  return run.outcome();
}
