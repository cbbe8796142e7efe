/** The ends of a run that the command line opens: files and descriptors. */
import type { SelectSettings } from '../config/settings.ts';
import { collectGarbage } from '../graph/collect.ts';
import type { Ends } from '../graph/ends.ts';
import { openFileAt } from '../io/file-at.ts';
import { refuseOutputAsInput } from '../io/identity.ts';
import { openRejects, openSink, openSource } from '../io/index.ts';
import { CheckedSource } from './checked-source.ts';
import { shapeOf } from './shape.ts';

/** The files of the command line. @throws SinkError; nothing stays open then */
export function openEnds(settings: SelectSettings): Ends {
  const { inputs, output } = settings;
  refuseOutputAsInput(inputs, output);
  const sink = openSink(output);
  try {
    const rejects = settings.rejects === undefined ? undefined : openRejects(settings.rejects, { inputs, output });
    return { openSource: sourcesOf(settings), openFileAt, sink, rejects, showsBadLines: true, collectGarbage };
  } catch (error) {
    sink.abort();
    throw error;
  }
}

/** Inputs that are not one record a line are refused, except where bad lines are to be kept. */
export function sourcesOf({ onError }: Pick<SelectSettings, 'onError'>, shape = shapeOf): Ends['openSource'] {
  return onError === 'keep' ? openSource : (input) => new CheckedSource(openSource(input), input, shape);
}
