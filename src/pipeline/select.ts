/** `slung select`: files, a selector and a projection, one output. */
import type { SelectSettings } from '../config/settings.ts';
import type { Ends } from '../graph/ends.ts';
import { executeHeard } from '../graph/heard.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { Run } from '../graph/node.ts';
import { SinkError } from '../io/index.ts';
import { Job } from '../stage/select/select.ts';
import { openEnds } from './ends.ts';
import { refuseSinglePass, runTwice } from './two-passes.ts';

/** @throws UsageError for a selector, path or file that cannot be used; nothing has been read or written then */
export async function runSelect(settings: SelectSettings, host: RunHost): Promise<RunOutcome> {
  const { input, output } = settings;
  if (output.unsparsify) refuseSinglePass(input.inputs);
  const job = new Job(settings);
  let ends: Ends;
  try {
    await job.openRecorder(host);
    ends = openEnds(settings, host);
  } catch (error) {
    job.recorder?.close();
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  }
  if (output.unsparsify) return await runTwice(job, host, ends);
  return await executeHeard(new Run(job, host, ends), host);
}
