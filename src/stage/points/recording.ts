/**
 * `--record`: the records that pass a node become points of a store as well. The first edge of the node is offered
 * each batch that is drained, and makes points of its lines, in an engine of its own over a copy: so it does not
 * matter which thread had the batch, the order is that of the input, and a run that records nothing has none of this.
 * Points are in the store before the output of their batch is written.
 */
import { UsageError } from '../../config/errors.ts';
import type { BatchSettings, RecordSettings, SelectionSettings } from '../../config/settings.ts';
import { copyInto } from '../../engine/copy.ts';
import * as L from '../../engine/layout.ts';
import type { Program } from '../../engine/program.ts';
import { counted, grouped } from '../../format/count.ts';
import type { Batch } from '../../graph/batch.ts';
import type { Ends } from '../../graph/ends.ts';
import type { RunHost } from '../../graph/host.ts';
import type { OpenInput } from '../../graph/inlet.ts';
import { purposeOf } from '../../graph/resume.ts';
import { excerpt } from '../../text/printable.ts';
import { planPoints, recordFlags } from './fields.ts';
import { PointMaker } from './maker.ts';
import { reasonOf, recordOptions } from './reasons.ts';
import { PointEdge } from './store-edge.ts';
import { StoreWriter, storeFailure } from './store-writer.ts';
import { TimeTalk } from './time-talk.ts';

/**
 * Opens the store of a run. @throws SinkError when it cannot be opened, UsageError
 */
export async function openWriter({ store }: Pick<RecordSettings, 'store'>, host: RunHost): Promise<StoreWriter> {
  if (host.openStore === undefined) throw new UsageError('there is no store here that could be written to');
  try {
    return new StoreWriter(await host.openStore(store), store.directory);
  } catch (error) {
    throw storeFailure(store.directory, error);
  }
}

/** What records pass the node that records. */
export interface Passing {
  readonly batches: BatchSettings;
  readonly selection: SelectionSettings;
  /** The selection, compiled. */
  readonly program: Program;
  /** What happens to records on their way there, as a text. */
  readonly way: string;
}

/** What a graph that records has more than others. */
export interface Recording {
  /** The first edge of the node whose records they are. */
  readonly edge: PointEdge;
  /** Opens the inputs of the graph, perhaps where an earlier run has stopped. */
  readonly openFrom: (ends: Ends) => OpenInput;
  /** The store is closed, when nothing has run. */
  readonly close: () => void;
}

/** @throws UsageError for a path that is none; SinkError when the store cannot be opened */
export async function openRecording(
  { store, points, resume, final }: RecordSettings,
  { batches, selection, program, way }: Passing,
  host: RunHost,
): Promise<Recording> {
  const { batchBytes, maxDepth, maxRecordBytes } = batches;
  const plan = planPoints(points, recordFlags, { takesNumbers: false, takesWords: false });
  const writer = await openWriter({ store }, host);
  const maker = new PointMaker(program, plan, writer, { blockCount: 1, batchBytes, maxDepth, maxRecordBytes });
  const opening = { resume, final, purpose: purposeOf(selection.where, points, way), talk: host.talk };
  return {
    edge: new RecordEdge(maker, writer, new TimeTalk(maker.engine, plan, host.talk), (code) =>
      reasonOf(code, points, recordOptions),
    ),
    openFrom: (ends) => (input, isStopping) => writer.openInput(input, ends, { ...opening, isStopping }),
    close: () => writer.close(),
  };
}

class RecordEdge extends PointEdge {
  #records = 0;
  #without = 0;
  /** Why and where the first record had no point. */
  #first = '';
  readonly #reasonOf: (code: number) => string;

  constructor(maker: PointMaker, writer: StoreWriter, times: TimeTalk, reason: (code: number) => string) {
    super(maker, writer, times);
    this.#reasonOf = reason;
  }

  offer(batch: Batch, isWhole: boolean): void {
    const { lane, block, from, to, origin, receipts, whole } = batch;
    const { memory } = lane;
    if (this.begin(batch)) this.times.begin();
    // Not all of a batch in which a column came too late.
    const end = memory.word(block, L.B_STOPPED_AT) || to;
    const { engine, longBlock } = this.maker;
    // The newline that was added to a last line is in the padding.
    const into = end - from <= engine.options.blockBytes + 1 ? 0 : longBlock;
    const at = engine.inputStart(into);
    copyInto(engine.view(at, at + end - from), 0, memory.view(from, end));
    const { records, without, first } = this.maker.pass(into, at, at + end - from);
    this.times.tell(origin);
    if (first !== undefined && this.#without === 0) {
      this.#first = `${this.#reasonOf(first.code)} (first at ${excerpt(origin.name)}:${origin.lines + first.line + 1})`;
    }
    this.#records += records;
    this.#without += without;
    // A file's own batch knows how far it is itself; one that has crossed from another node is done as a whole, or
    // not.
    const isOwn = origin.file !== undefined || receipts.length === 0;
    this.store(batch, isOwn || (isWhole && whole > 0 && end === to));
  }

  override words(): readonly string[] {
    const replaced = super.words();
    if (this.#without === 0) return replaced;
    return [
      ...replaced,
      `${grouped(this.#without)} of ${counted(this.#records, 'record')} had no point: ${this.#first}`,
    ];
  }
}
