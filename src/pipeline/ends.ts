/** The ends of a run that the command line opens: files and descriptors. */
import type { InputSettings, RejectSettings, SinkSettings } from '../config/settings.ts';
import { collectGarbage } from '../graph/collect.ts';
import type { Ends } from '../graph/ends.ts';
import type { RunHost } from '../graph/host.ts';
import { openFileAt } from '../io/file-at.ts';
import { refuseOutputAsInput } from '../io/identity.ts';
import { openRejects, openSink, openSource, type RejectsWriter } from '../io/index.ts';
import { CheckedSource } from './checked-source.ts';
import { shapeOf } from './shape.ts';

/** The parts of settings that name files. */
interface OpenedSettings {
  readonly input: InputSettings;
  readonly sink: SinkSettings;
  readonly rejects: RejectSettings;
}

/**
 * The files of the command line. An output that is not finished is removed also when a signal ends the process at
 * once.
 * @throws SinkError; nothing stays open then
 */
export function openEnds({ input, sink: target, rejects: kept }: OpenedSettings, host: RunHost): Ends {
  const { inputs } = input;
  const { output } = target;
  refuseOutputAsInput(inputs, output);
  const sink = openSink(output);
  host.beforeDeath?.(() => sink.abort());
  try {
    const rejects = openRejectsFile(kept, { inputs, output });
    return { openSource: sourcesOf(kept), openFileAt, sink, rejects, showsBadLines: true, collectGarbage };
  } catch (error) {
    sink.abort();
    throw error;
  }
}

/** What keeps bad lines; undefined when nobody asked for that. @throws SinkError */
export function openRejectsFile(
  { rejectsFile }: RejectSettings,
  others: { readonly inputs: readonly string[]; readonly output: string },
): RejectsWriter | undefined {
  return rejectsFile === undefined ? undefined : openRejects(rejectsFile, others);
}

/** Inputs that are not one record a line are refused, except where bad lines are to be kept. */
export function sourcesOf({ onError }: Pick<RejectSettings, 'onError'>, shape = shapeOf): Ends['openSource'] {
  return onError === 'keep' ? openSource : (input) => new CheckedSource(openSource(input), input, shape);
}
