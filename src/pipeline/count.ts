/** `slung count`: files, a selector and groups. Nothing is output before the end, and then by the caller. */
import type { CountSettings } from '../config/count.ts';
import type { PointFields } from '../config/settings.ts';
import { collectGarbage } from '../graph/collect.ts';
import { executeHeard } from '../graph/heard.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { refuseOutputAsInput } from '../io/identity.ts';
import { SinkError } from '../io/index.ts';
import type { Answer } from '../stage/count/answer.ts';
import { CountStage } from '../stage/count/count.ts';
import { reasonOf, writeOptions } from '../stage/points/reasons.ts';
import { compileWhere } from '../stage/select/select.ts';
import { countsOf, singleRun } from './build.ts';
import { inputEnds, openRejectsFile } from './ends.ts';
import { openFollowed } from './followed.ts';

/** How counting ended. */
export interface Counting {
  readonly outcome: RunOutcome;
  /** Undefined when what was counted is no answer, which has been said. */
  readonly answer: Answer | undefined;
}

/** A time in a record is that of a point without anything else. */
function timesOf({ count: { windows } }: CountSettings): PointFields[] {
  if (windows === undefined) return [];
  const { time, timeUnit } = windows;
  return [{ series: { kind: 'name', text: '' }, time, values: [], tags: [], timeUnit }];
}

const FAILED: RunOutcome = { kind: 'done', code: 1 };

/**
 * @param watch gets what tells the answer so far, of files that are followed
 * @throws UsageError for a selector, path or file that cannot be used; nothing has been read then
 */
export async function runCount(
  settings: CountSettings,
  host: RunHost,
  watch?: (soFar: () => Answer | undefined) => void,
): Promise<Counting> {
  const where = compileWhere(settings.selection);
  const stage = new CountStage({ ...settings, output: undefined }, where);
  stage.useThreads(() => host.takeLaneThread?.(), true);
  const { input, rejects, follow } = settings;
  const followed = follow ? openFollowed(input.inputs, host) : undefined;
  watch?.(() => stage.soFar());
  try {
    refuseOutputAsInput(input.inputs, '-');
    const sources = await inputEnds(settings);
    const written = openRejectsFile(rejects, { inputs: input.inputs, output: '-' });
    const ends = { ...sources, sink: undefined, rejects: written, showsBadLines: true, collectGarbage };
    const counts = countsOf(rejects, ends, host.talk, {
      reasonOf: (code) => reasonOf(code, timesOf(settings), writeOptions),
    });
    const inputs = followed === undefined ? input : { ...input, inputs: [input.inputs.join(' ')] };
    const node = { ...settings, input: inputs, output: undefined };
    const run = singleRun({ stage, settings: node, counts, ends, open: followed?.open }, host);
    await executeHeard(run.graph, host);
    const outcome = run.outcome();
    // What was counted before it stopped depends on how many lanes there were.
    if (run.node.end?.stopped !== undefined) return { outcome, answer: undefined };
    const answer = stage.answer();
    if (typeof answer !== 'string') return { outcome, answer };
    host.talk.error(answer);
    return { outcome: FAILED, answer: undefined };
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { outcome: FAILED, answer: undefined };
  } finally {
    followed?.close();
  }
}
