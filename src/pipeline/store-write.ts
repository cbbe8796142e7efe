/**
 * `slung store write`: a graph of one node, whose stage makes points of records and whose only edge leads to the
 * store.
 */
import { rules } from '../config/rules.ts';
import type { Conversion, PointFields, WriteSettings } from '../config/settings.ts';
import type { Needed } from '../convert/csv/shape.ts';
import { collectGarbage } from '../graph/collect.ts';
import type { Ends } from '../graph/ends.ts';
import { executeHeard } from '../graph/heard.ts';
import type { RunHost, RunOutcome } from '../graph/host.ts';
import { purposeOf } from '../graph/resume.ts';
import { SinkError } from '../io/index.ts';
import { planPoints, writeFlags } from '../stage/points/fields.ts';
import { PointStage, type PointStageParts } from '../stage/points/points.ts';
import { reasonOf, writeOptions } from '../stage/points/reasons.ts';
import { openWriter } from '../stage/points/recording.ts';
import { StoreEdge } from '../stage/points/store-edge.ts';
import { TimeTalk } from '../stage/points/time-talk.ts';
import { compileWhere } from '../stage/select/select.ts';
import { countsOf, type SingleRun, singleRun } from './build.ts';
import { inputEnds, openRejectsFile } from './ends.ts';

const COMMA = ',';

/**
 * One run. `ends` is given by those who bring their own; otherwise the files of the settings are opened.
 * @throws UsageError for a selector, path or file that cannot be used; nothing has been read or written then
 */
export async function runStoreWrite(settings: WriteSettings, host: RunHost, ends?: Ends): Promise<RunOutcome> {
  const { record } = settings;
  const where = compileWhere(settings.selection);
  const isTable = ['csv', 'tsv'].includes(settings.input.conversion?.from ?? '');
  const plan = planPoints(record.points, writeFlags, { takesNumbers: isTable, takesWords: true });
  try {
    const opened = await openWriteEnds(settings, ends);
    const writer = await openWriter(record, host).catch((error: unknown) => {
      opened.rejects?.close();
      throw error;
    });
    const run = writeRun(settings, host, opened, { where, plan, writer });
    await executeHeard(run.graph, host);
    return run.outcome();
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  }
}

/** Reads nothing yet. */
function writeRun(
  { input, batches, selection, rejects, report, record }: WriteSettings,
  host: RunHost,
  ends: Ends,
  { where, plan, writer }: Pick<PointStageParts, 'where' | 'plan' | 'writer'>,
): SingleRun {
  const { talk } = host;
  const { conversion } = input;
  const counts = countsOf(rejects, ends, talk, { reasonOf: (code) => reasonOf(code, record.points, writeOptions) });
  const rejectsLeft = (): number => counts.rejecting.left;
  const stage = new PointStage({ batches, selection, where, plan, writer, rejectsLeft });
  const times = new TimeTalk(stage.maker.engine, plan, talk);
  const purpose = purposeOf(selection.where, record.points, formOf(conversion));
  const { resume, final } = record;
  const settings = { input, batches, lanes: 1, selection, output: undefined, rejects, report };
  return singleRun(
    {
      stage,
      settings,
      counts,
      ends,
      edges: [new StoreEdge(stage.maker, writer, times)],
      open: (name, isStopping) => {
        times.begin();
        return writer.openInput(name, ends, { resume, final, purpose, talk, isStopping });
      },
    },
    host,
  );
}

/** Of positions: what was read in one form is nowhere in another. */
function formOf(conversion: Conversion | undefined): string {
  if (conversion === undefined) return 'ndjson';
  const { from, delimiter, types, prefix } = conversion;
  if (from === 'csv') return `${from}${delimiter === COMMA ? '' : delimiter}${types === 'look' ? '' : types}`;
  return [from, types, prefix ?? ''].join(' ');
}

/** @throws SinkError */
async function openWriteEnds(settings: WriteSettings, given: Ends | undefined): Promise<Ends> {
  const { input, rejects, record } = settings;
  const needed = record.points.flatMap(neededColumns);
  const sources = await inputEnds(settings, { needed, isGrowing: record.resume && !record.final }, given);
  if (given !== undefined) return { ...given, ...sources };
  const written = openRejectsFile(rejects, { inputs: input.inputs, output: '-' });
  return { ...sources, sink: undefined, rejects: written, showsBadLines: true, collectGarbage };
}

/** The columns that were asked for. Tags may be missing where nobody has named them. */
function neededColumns({ series, time, values, tags }: PointFields): Needed[] {
  const { series: seriesFlag, time: timeFlag, value: valueFlag, tags: tagsFlag } = writeFlags;
  const named = tags.filter((path) => path !== rules.tagsField.default);
  return [
    ...(series.kind === 'path' ? [{ flag: seriesFlag, path: series.text }] : []),
    { flag: timeFlag, path: time },
    ...values.map((path) => ({ flag: valueFlag, path })),
    ...named.map((path) => ({ flag: tagsFlag, path })),
  ];
}
