/**
 * `--record`: the records that pass a run become points of a store as well. Each batch that has been drained is looked at
 * once more, by an engine of its own over a copy: so it does not matter which thread had it, the order is that of the
 * input, and a run that records nothing has none of this. Points are in the store before the output of their batch is
 * written.
 */
import { UsageError } from '../../config/errors.ts';
import type { BatchSettings, RecordSettings, SelectionSettings } from '../../config/settings.ts';
import { codeOf } from '../../engine/codes.ts';
import { copyInto } from '../../engine/copy.ts';
import * as L from '../../engine/layout.ts';
import type { Program } from '../../engine/program.ts';
import type { Tag } from '../../graph/drain.ts';
import type { Ends } from '../../graph/ends.ts';
import type { RunHost } from '../../graph/host.ts';
import type { Flight } from '../../graph/lane.ts';
import { positionAfter, purposeOf, type Resuming } from '../../graph/position.ts';
import type { OpenedInput, Recorder } from '../../graph/stage.ts';
import { counted } from '../../graph/stats.ts';
import { excerpt } from '../../text/printable.ts';
import { planPoints, recordFlags } from './fields.ts';
import { PointMaker } from './maker.ts';
import { type StoreReport, StoreWriter, storeFailure } from './store-writer.ts';
import { TimeTalk } from './time-talk.ts';

/**
 * Opens the store of a run. @throws SinkError when it cannot be opened, UsageError
 */
export async function openWriter({ store }: RecordSettings, host: RunHost): Promise<StoreWriter> {
  if (host.openStore === undefined) throw new UsageError('there is no store here that could be written to');
  try {
    return new StoreWriter(await host.openStore(store), store.directory);
  } catch (error) {
    throw storeFailure(store.directory, error);
  }
}

/**
 * What a job is given to record with.
 * @param passing which records pass, as settings and compiled
 * @throws UsageError for a path that is none; SinkError when the store cannot be opened
 */
export async function openRecording(
  record: RecordSettings,
  passing: { readonly batches: BatchSettings; readonly selection: SelectionSettings; readonly program: Program },
  host: RunHost,
): Promise<Recorder> {
  const { batchBytes, maxDepth, maxRecordBytes } = passing.batches;
  const plan = planPoints(record.points, recordFlags, { takesNumbers: false, takesWords: false });
  const writer = await openWriter(record, host);
  const maker = new PointMaker(passing.program, plan, writer, { blockCount: 1, batchBytes, maxDepth, maxRecordBytes });
  return new Recording(maker, writer, new TimeTalk(maker.engine, plan, host.talk), {
    resume: record.resume,
    final: record.final,
    purpose: purposeOf(passing.selection.where, record.points, 'ndjson'),
    talk: host.talk,
  });
}

class Recording implements Recorder {
  readonly #maker: PointMaker;
  readonly #writer: StoreWriter;
  readonly #opening: Omit<Resuming, 'position' | 'isStopping'>;
  readonly #times: TimeTalk;
  /** The input of the last batch. */
  #origin: Tag['origin'] | undefined;
  #records = 0;
  #without = 0;
  /** Why and where the first record had no point. */
  #first = '';

  constructor(
    maker: PointMaker,
    writer: StoreWriter,
    times: TimeTalk,
    opening: Omit<Resuming, 'position' | 'isStopping'>,
  ) {
    this.#maker = maker;
    this.#writer = writer;
    this.#times = times;
    this.#opening = opening;
  }

  open(input: string, ends: Ends, isStopping: () => boolean): Promise<OpenedInput> {
    return this.#writer.openInput(input, ends, { ...this.#opening, isStopping });
  }

  take(flight: Flight<Tag>): void {
    const { memory } = flight.lane;
    const { from, to, origin } = flight.tag;
    if (origin !== this.#origin) {
      this.#times.begin();
      this.#writer.from(origin.file);
    }
    this.#origin = origin;
    const end = memory.word(flight.block, L.B_STOPPED_AT) || to;
    const { engine, longBlock } = this.#maker;
    // The newline that was added to a last line is in the padding.
    const block = end - from <= engine.options.blockBytes + 1 ? 0 : longBlock;
    const at = engine.inputStart(block);
    copyInto(engine.view(at, at + end - from), 0, memory.view(from, end));
    const { records, without, first } = this.#maker.pass(block, at, at + end - from);
    this.#times.tell(origin);
    if (first !== undefined && this.#without === 0) {
      this.#first = `${codeOf(first.code).text} (first at ${excerpt(origin.name)}:${origin.lines + first.line + 1})`;
    }
    this.#records += records;
    this.#without += without;
    const position = positionAfter(flight, end, memory.word(flight.block, L.B_LINES));
    if (position !== undefined) this.#writer.notePosition(position);
    this.#maker.flush();
  }

  words(): readonly string[] {
    const replaced = this.#writer.words();
    if (this.#without === 0) return replaced;
    return [...replaced, `${this.#without} of ${counted(this.#records, 'record')} had no point: ${this.#first}`];
  }

  report(): StoreReport {
    return this.#writer.report();
  }

  close(): void {
    this.#writer.close();
  }
}
