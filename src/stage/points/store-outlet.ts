/**
 * A store as a sink of a topology: the records that come become points. They are in the store, as durable as it was
 * opened for, when a delivery is confirmed. Records that have no point are counted, and told at the end.
 */
import type { BatchSettings, PointFields, StoreSettings } from '../../config/settings.ts';
import type { Program } from '../../engine/program.ts';
import { counted, grouped } from '../../format/count.ts';
import type { RunHost } from '../../graph/host.ts';
import { sinkError } from '../../io/errors.ts';
import { bytesOf } from '../../io/line-writer.ts';
import { OutletCounts } from '../../io/outlet-counts.ts';
import type { Delivery, Outlet, OutletReport } from '../../io/types.ts';
import { compileBoth } from '../../selector/index.ts';
import { type FieldFlags, planPoints } from './fields.ts';
import { PointMaker } from './maker.ts';
import { type FieldOptions, reasonOf } from './reasons.ts';
import { openWriter } from './recording.ts';
import type { StoreWriter } from './store-writer.ts';
import { TimeTalk } from './time-talk.ts';

export interface StoreOutletOptions {
  /** For messages. */
  readonly name: string;
  readonly store: StoreSettings;
  readonly points: PointFields;
  readonly batches: Pick<BatchSettings, 'batchBytes' | 'maxDepth' | 'maxRecordBytes'>;
}

const NEWLINE = 0x0a;
const everyRecord: Program = compileBoth([], undefined);

/** Keys of a topology. */
const flags: FieldFlags = { series: 'series', time: 'time', value: 'value', tags: 'tags', unit: 'time-unit' };
const options: FieldOptions = { time: 'time', value: 'value', series: 'series', seriesName: 'series: NAME' };

/** @throws UsageError for a path that is none; SinkError when the store cannot be opened */
export async function openStoreOutlet(of: StoreOutletOptions, host: RunHost): Promise<StoreOutlet> {
  const plan = planPoints([of.points], flags, { takesNumbers: false, takesWords: false });
  const writer = await openWriter(of, host);
  const maker = new PointMaker(everyRecord, plan, writer, { blockCount: 1, ...of.batches });
  return new StoreOutlet(of, writer, maker, new TimeTalk(maker.engine, plan, host.talk));
}

/** Everything is taken at once. */
export class StoreOutlet implements Outlet {
  readonly name: string;
  readonly takesIds = false;
  readonly waitsFor = undefined;
  readonly bufferPeak = 0;
  readonly buffered = 0;
  readonly #options: StoreOutletOptions;
  readonly #writer: StoreWriter;
  readonly #maker: PointMaker;
  readonly #times: TimeTalk;
  readonly #counts = new OutletCounts();
  #bytesCopied = 0;
  #records = 0;
  #without = 0;
  /** Why the first record had no point. */
  #first = '';

  /** Owns the writer from now on. */
  constructor(of: StoreOutletOptions, writer: StoreWriter, maker: PointMaker, times: TimeTalk) {
    this.name = of.name;
    this.#options = of;
    this.#writer = writer;
    this.#maker = maker;
    this.#times = times;
  }

  get bytesCopied(): number {
    return this.#bytesCopied;
  }

  offer(delivery: Delivery): 'taken' {
    const { segments, records } = delivery;
    const bytes = bytesOf(segments);
    try {
      for (const segment of segments) this.#take(segment);
      this.#maker.flush();
      this.#counts.settled(false, records, bytes);
    } catch (error) {
      this.#counts.settled(true, records, bytes);
      const lines = segments.map((segment) => segment.slice());
      delivery.settle(sinkError(this.name, 'write', error), lines);
      return 'taken';
    }
    delivery.settle(undefined);
    return 'taken';
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<OutletReport> {
    this.#writer.close();
    return this.report();
  }

  report(): OutletReport {
    return this.#counts.report();
  }

  words(): readonly string[] {
    const words = this.#writer.words();
    if (this.#without === 0) return words;
    return [...words, `${grouped(this.#without)} of ${counted(this.#records, 'record')} had no point: ${this.#first}`];
  }

  /** @param lines whole ones */
  #take(lines: Uint8Array): void {
    const { blockBytes } = this.#maker.engine.options;
    for (let from = 0; from < lines.length; ) {
      let to = lines.length;
      if (to - from > blockBytes) {
        const last = lines.lastIndexOf(NEWLINE, from + blockBytes - 1);
        to = last >= from ? last + 1 : lines.indexOf(NEWLINE, from) + 1 || lines.length;
      }
      this.#pass(lines.subarray(from, to));
      from = to;
    }
  }

  #pass(lines: Uint8Array): void {
    const { engine, longBlock } = this.#maker;
    const into = lines.length <= engine.options.blockBytes ? 0 : longBlock;
    const at = engine.inputStart(into);
    engine.view(at, at + lines.length).set(lines);
    this.#bytesCopied += lines.length;
    const { records, without, first } = this.#maker.pass(into, at, at + lines.length);
    this.#times.tell({ name: this.name, lines: this.#records });
    if (first !== undefined && this.#without === 0) {
      const record = grouped(this.#records + first.line + 1);
      this.#first = `${reasonOf(first.code, [this.#options.points], options)} (the first was record ${record})`;
    }
    this.#records += records;
    this.#without += without;
  }
}
