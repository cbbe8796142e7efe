/** The ends of a run that the command line opens: files and descriptors. */
import type { BatchSettings, InputSettings, RejectSettings, SinkSettings } from '../config/settings.ts';
import type { ConvertOptions } from '../convert/convert.ts';
import { collectGarbage } from '../graph/collect.ts';
import type { Ends } from '../graph/ends.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { openFileAt } from '../io/file-at.ts';
import { isFolder } from '../io/file-list.ts';
import { identify, refuseOutputAsInput } from '../io/identity.ts';
import {
  openRejects,
  openSink,
  openSource,
  type RejectsWriter,
  SinkError,
  type Source,
  SourceError,
} from '../io/index.ts';
import { excerpt } from '../text/printable.ts';
import { CheckedSource, type NextStep } from './checked-source.ts';
import { encodingOf, shapeOf } from './shape.ts';

/** The parts of settings that name files. */
interface OpenedSettings {
  readonly input: InputSettings;
  readonly batches: BatchSettings;
  readonly sink: SinkSettings;
  readonly rejects: RejectSettings;
}

/**
 * The files of the command line. An output that is not finished is removed also when a signal ends the process at
 * once.
 * @throws SinkError; nothing stays open then
 */
export async function openEnds(settings: OpenedSettings, host: RunHost): Promise<Ends> {
  const { input, sink: target, rejects: kept } = settings;
  const { inputs } = input;
  const { output } = target;
  const sources = await inputEnds(settings);
  refuseOutputAsInput(inputs, output);
  const view = target.view === undefined ? undefined : (await import('./view/view.ts')).viewOver;
  const opened = openSink(output);
  const shown = view?.(opened, target.view!, inputs.some(mayPause));
  const sink = shown ?? opened;
  host.beforeDeath?.(() => sink.abort());
  try {
    const rejects = openRejectsFile(kept, { inputs, output });
    const finish = shown && (() => shown.finish());
    return { ...sources, sink, finish, rejects, showsBadLines: true, collectGarbage };
  } catch (error) {
    sink.abort();
    throw error;
  }
}

const mayPause = (input: string): boolean => identify(input, 0)?.isFile() === false;

/** What keeps bad lines; undefined when nobody asked for that. @throws SinkError */
export function openRejectsFile(
  { rejectsFile }: RejectSettings,
  others: { readonly inputs: readonly string[]; readonly output: string },
): RejectsWriter | undefined {
  return rejectsFile === undefined ? undefined : openRejects(rejectsFile, others);
}

/** A folder is none, and there is a flag for those. @throws SourceError */
function openNoFolder(input: string): Source {
  if (input === '-' || !isFolder(input)) return openSource(input);
  const next = "--glob '*.ndjson' reads the files below it";
  throw new SourceError(input, 'EISDIR', `cannot read ${excerpt(input)}: it is a directory; ${next}`);
}

/** What becomes of lines that are no JSON. */
type BadLines = Pick<RejectSettings, 'onError'> & Partial<RejectSettings>;

/** Whoever says what is to become of bad lines expects them, also when there is nothing else. */
const takesText = ({ onError, badLinesFail, rejectsFile, maxErrors }: BadLines): boolean =>
  onError === 'skip' && (badLinesFail !== true || rejectsFile !== undefined || maxErrors !== undefined);

/**
 * Inputs that are not one record a line are refused, except where bad lines are to be kept.
 * @param next see CheckedSource
 */
export function sourcesOf(
  rejects: BadLines,
  { shape, next = 'command' }: { readonly shape?: typeof shapeOf; readonly next?: NextStep } = {},
): Ends['openSource'] {
  const open = next === 'flag' ? openNoFolder : openSource;
  if (rejects.onError === 'keep') return open;
  const takes = takesText(rejects);
  const shaped = shape ?? ((head: Uint8Array, isWhole: boolean) => shapeOf(head, isWhole, takes));
  return (input) => new CheckedSource(open(input), input, shaped, next);
}

type InputEnds = Pick<Ends, 'openSource' | 'openFileAt'>;

/**
 * How inputs are opened: as they are, or as what is made of them, which is loaded only then.
 * @param given what opens them as they are, when that is not the command line
 */
export async function inputEnds(
  { input: { conversion }, batches, rejects }: Pick<OpenedSettings, 'input' | 'batches' | 'rejects'>,
  options: Omit<ConvertOptions, 'maxRecordBytes'> = {},
  given?: InputEnds,
): Promise<InputEnds> {
  if (conversion === undefined) return given ?? { openSource: sourcesOf(rejects, { next: 'flag' }), openFileAt };
  const { convert } = await import('../convert/convert.ts');
  const open = given?.openSource ?? sourcesOf(rejects, { shape: encodingOf });
  const { maxRecordBytes } = batches;
  const openSource = (input: string) => convert(open(input), conversion, { ...options, maxRecordBytes });
  // What is made of bytes in the middle of a file would have no header, and may be the rest of a record.
  return { openSource, openFileAt: undefined };
}

/** Ends the outputs after a run. @returns its outcome */
export async function finished(
  { finish }: Pick<Ends, 'finish'>,
  outcome: RunOutcome,
  host: RunHost,
): Promise<RunOutcome> {
  try {
    await finish?.();
    return outcome;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  }
}
