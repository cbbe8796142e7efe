/**
 * Where a run's bytes come from and go to. The command line opens files; the library (stream.ts) and the tests bring
 * ends of their own, and the run does not know the difference.
 */
import type { SelectSettings } from '../config/settings.ts';
import { openFileAt } from '../io/file-at.ts';
import { refuseOutputAsInput } from '../io/identity.ts';
import { openRejects, openSink, openSource, type RejectsWriter, type Sink, type Source } from '../io/index.ts';
import { CheckedSource } from './checked-source.ts';
import { collectGarbage } from './collect.ts';
import { shapeOf } from './shape.ts';

export interface Ends {
  /** @throws SourceError */
  readonly openSource: (input: string) => Source;
  /** A file from a byte of it on, see io/file-at.ts. Undefined where inputs are no files. @throws SourceError */
  readonly openFileAt?: ((input: string, at: number) => Source | 'short' | undefined) | undefined;
  readonly sink: Sink;
  readonly rejects: RejectsWriter | undefined;
  /** The first bad lines are shown as warnings. False where `rejects` tells of each. */
  readonly showsBadLines: boolean;
  /** The input is the output of this plugin; undefined or left out when it is not. */
  readonly readsOutputOf?: string | undefined;
  /** Gives memory back after a very long record. Undefined where the process is not ours to stop for it. */
  readonly collectGarbage: (() => Promise<void>) | undefined;
}

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
