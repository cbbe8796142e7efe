/**
 * The far end of the pipeline: takes finished batches in input order, counts them, writes their segments to the sink and
 * their bad lines to the rejects, and decides when the run has to stop (the reader went away, too many bad lines, a new
 * column with --csv-strict).
 */
import { CODE_TOO_LONG } from '../engine/code-numbers.ts';
import type { EngineMemory } from '../engine/engine.ts';
import * as L from '../engine/layout.ts';
import type { PathStep } from '../engine/program.ts';
import type { Sink } from '../io/index.ts';
import { areFiles } from '../io/twice.ts';
import { ColumnSearch } from '../stage/select/column-search.ts';
import { headerLine } from '../stage/select/columns.ts';
import { excerpt, LISTED_LENGTH, quoted, quotedList } from '../text/printable.ts';
import type { LongLine, Trigger } from './feed.ts';
import type { Talk } from './host.ts';
import type { Flight, Seat } from './lane.ts';
import { LongLineBuffer } from './long-line.ts';
import type { InputFile } from './position.ts';
import type { Rejecting } from './rejecting.ts';
import type { Work } from './stage.ts';
import { counted, type Stats } from './stats.ts';

/** What has to be known of a batch when it comes back. */
export interface Tag {
  /** The source; `lines` counts those of its batches that have been drained. */
  readonly origin: { readonly name: string; lines: number; readonly file: InputFile | undefined };
  /** Addresses in the block: whole lines. */
  readonly from: number;
  readonly to: number;
  readonly trigger: Trigger;
  readonly sourceOffset: number;
  /** The last line had no newline in the source. */
  readonly endAdded: boolean;
}

const NEWLINE = Buffer.from('\n');

/**
 * Why no more is read: the output's reader has gone, too many lines were rejected, a column came too late; a plugin has
 * ended by itself, or failed.
 */
export type Stop = 'closed' | 'rejects' | 'columns' | 'ended' | 'failed';

/** How long a lane may keep the thread that waits for a record beside the others. */
const WAIT_MS = 10;

/** The root key that a path's first step or its whole key stands for. */
const keyOf = (step: PathStep | string | undefined): string | undefined =>
  typeof step === 'object' ? (step.kind === 'key' ? step.key : undefined) : step;

export class Drain {
  readonly sink: Sink;
  stopped: Stop | undefined;
  readonly #job: Work;
  readonly #stats: Stats;
  readonly #rejecting: Rejecting;
  readonly #talk: Talk;
  readonly #long: LongLineBuffer;
  /** Finds the columns when nobody has named them. */
  readonly search: ColumnSearch;

  constructor(job: Work, sink: Sink, stats: Stats, rejecting: Rejecting, talk: Talk) {
    this.#job = job;
    this.sink = sink;
    this.#stats = stats;
    this.#rejecting = rejecting;
    this.#talk = talk;
    this.#long = new LongLineBuffer(job);
    this.search = new ColumnSearch(job, talk, {
      drain: (flight) => this.#drainFlight(flight),
      begin: () => this.#writeHeader(),
      repeat: (batch, tag) => this.#runAside(batch, tag),
      isStopped: () => this.stopped !== undefined,
    });
  }

  /** Writes the header when the columns are known from the start. */
  async begin(): Promise<void> {
    if (this.#job.columns !== undefined) await this.#writeHeader();
  }

  /** Hands a batch to its lane. While the columns are still to be found, the batch is done at once. */
  async submit(seat: Seat, tag: Tag): Promise<void> {
    if (this.#job.isFinding) await this.search.take(seat, tag);
    else this.#job.lanes.submit(seat, tag.from, tag.to, tag);
  }

  /** All inputs have been read: the columns that are still to be found are those of what is held. */
  async endOfInput(): Promise<void> {
    if (this.#job.isFinding && this.stopped === undefined) await this.search.close();
  }

  /** Drains the flights that are done, oldest first, up to the first one that is not. */
  async drainDone(): Promise<void> {
    const { lanes } = this.#job;
    // One at a time: a guest that writes for ever must not keep the run from everything else.
    const part = lanes.withPart();
    if (part !== undefined) await this.#drainPart(part);
    for (let flight = lanes.takeDone(); flight !== undefined; flight = lanes.takeDone()) {
      if (this.stopped === undefined) await this.#drainFlight(flight);
      lanes.release(flight);
    }
  }

  /** Writes what a lane has put out so far and lets it go on. */
  async #drainPart({ lane, block }: Seat): Promise<void> {
    if (this.stopped === undefined) await this.#takeOutput({ lane, block });
    // A guest that goes on writing would never come to its end.
    if (this.stopped === undefined) lane.goOn(block);
    else this.#job.abandon();
  }

  /** Writes the output of a block, or of a part of it; a bad line too many in it ends the run. */
  async #takeOutput(seat: Seat): Promise<void> {
    const stopsAt = this.#job.takeOutput(seat, this.#rejecting);
    await this.#writeSegments(seat.lane.memory, seat.block);
    if (stopsAt !== undefined) this.#stopAtLimit(stopsAt);
  }

  async #writeSegments(memory: EngineMemory, block: number): Promise<void> {
    for (let i = 0; i < memory.segmentCount(block) && this.stopped === undefined; i++) {
      await this.#write(memory.segment(block, i));
    }
  }

  /** A long line is being collected beside the lanes. */
  get isCollecting(): boolean {
    return this.#long.isOpen;
  }

  /** A part of a line that no block can hold. Nothing may be in flight. */
  async takePart(part: Uint8Array): Promise<void> {
    // A line that no block can hold ends the window before it.
    if (this.search.isHolding) await this.search.close();
    for (const piece of this.#long.add(part)) {
      this.#rejecting.passTooLong(piece);
      if (this.#job.settings.rejects.onError === 'keep') await this.#write(piece);
    }
  }

  /** The parts that were taken belong to a line that will never be whole. */
  abandonLong(): void {
    this.#long.clear();
  }

  /** The line whose parts were taken, in turn: nothing may be in flight. */
  async takeLong({ lengthBytes, sourceOffset, endAdded }: LongLine, origin: Tag['origin']): Promise<void> {
    const { batches, rejects } = this.#job.settings;
    const { maxRecordBytes } = batches;
    if (lengthBytes <= maxRecordBytes) {
      const { seat, from, to } = this.#long.finish();
      const tag: Tag = { origin, from, to, trigger: 'long', sourceOffset, endAdded };
      await (this.#job.isFinding ? this.search.takePart(seat, tag) : this.#processAside(seat, tag));
      return;
    }
    this.#long.clear();
    if (rejects.onError === 'keep') await this.#write(NEWLINE);
    const column = maxRecordBytes + 1;
    this.#reportLast(undefined, { origin, sourceOffset, column, code: CODE_TOO_LONG, lengthBytes });
  }

  /** Processes a batch again, beside the lanes and in turn. Nothing may be in flight. */
  async #runAside(batch: Uint8Array, tag: Tag): Promise<void> {
    const seat = this.#job.aside(batch.length);
    const { memory } = seat.lane;
    const from = memory.inputStart(seat.block);
    const to = from + batch.length;
    memory.view(from, to).set(batch);
    await this.#processAside(seat, { ...tag, from, to });
  }

  async #processAside(seat: Seat, tag: Tag): Promise<void> {
    const { lane, block } = seat;
    lane.submit(block, tag.from, tag.to);
    while (!lane.isDone(block)) {
      if (lane.hasPart(block)) await this.#drainPart(seat);
      else await lane.untilDone(block, WAIT_MS);
    }
    await this.#drainFlight({ lane, block, tag });
  }

  /** The columns that came after the header, in words. */
  lateColumns(): string[] {
    if (!this.#job.findsColumns || this.#job.isFinding || this.stopped !== undefined) return [];
    const late = this.#job.lateKeys;
    if (late.size === 0) return [];
    const names = [...late]
      .slice(0, 10)
      .map(([name, records]) => `${quoted(name, LISTED_LENGTH)} (${counted(records, 'record')})`);
    const more = late.size > names.length ? ` and ${late.size - names.length} more` : '';
    const what = `${counted(late.size, 'column')} came after the header and ${late.size === 1 ? 'was' : 'were'} left out`;
    return [`${what}: ${names.join(', ')}${more}; ${this.#columnsHint()}`];
  }

  /** How the columns can be those of all records. */
  #columnsHint(): string {
    const { input, output } = this.#job.settings;
    if (output?.unsparsify) return 'the input has changed while it was read';
    const given = '--columns or -f can name them';
    return areFiles(input.inputs) && this.#job.findsColumns
      ? `--unsparsify finds all columns of files, ${given}`
      : given;
  }

  async #drainFlight(flight: Flight<Tag>): Promise<void> {
    const { tag, block } = flight;
    const { memory } = flight.lane;
    const counts = memory.counts(block);
    const isOver = counts.rejected > this.#rejecting.left;
    if (isOver && this.#job.canRepeat) {
      await this.#stopAtReject(flight);
      return;
    }
    const firstLine = tag.origin.lines + 1;
    const place = { sourceName: tag.origin.name, firstLine, sourceOffset: tag.sourceOffset };
    for (let i = 0; i < counts.rejected; i++) {
      const reject = memory.reject(block, i);
      const cause = reject.cause === 0 ? undefined : this.#job.causeOf?.(flight, reject.cause);
      this.#rejecting.take(memory, reject, { ...place, cause }, tag.from);
    }
    this.#stats.countBatch(counts, tag.trigger);
    const verdict = this.#job.verdict(flight);
    this.#job.recorder?.take(flight);
    tag.origin.lines += counts.lines;
    await this.#takeOutput(flight);
    this.stopped ??= verdict;
    if (isOver) this.#stopAtLimit(this.#rejecting.placeOf(tag.origin.name, tag.origin.lines));
    const stoppedAt = memory.word(block, L.B_STOPPED_AT);
    if (stoppedAt !== 0) this.#stopAtColumn(memory.view(stoppedAt, tag.to), tag);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { sink } = this;
    const taken = sink.writeNow(bytes);
    if (taken < bytes.length && !sink.closed) await sink.writeAll(bytes.subarray(taken));
    if (sink.closed) this.stopped = 'closed';
    else this.#stats.bytesOut += bytes.length;
  }

  /** One bad line too many is in this batch: what is before it is output, it is reported, and the run stops. */
  async #stopAtReject(flight: Flight<Tag>): Promise<void> {
    const { memory } = flight.lane;
    const { tag, block } = flight;
    const last = memory.reject(block, this.#rejecting.left);
    const before = memory.view(tag.from, last.from).slice();
    const line = memory.view(last.from, last.to).slice();
    const column = last.at - last.from + 1;
    if (before.length > 0) await this.#runAside(before, { ...tag, endAdded: false });
    this.#reportLast(line, {
      ...{ origin: tag.origin, sourceOffset: tag.sourceOffset + before.length, column },
      ...{ code: last.code, lengthBytes: line.length },
    });
  }

  /** Reports the line that follows the last one that was drained, and stops the run when that was one too many. */
  #reportLast(
    line: Uint8Array | undefined,
    at: { origin: Tag['origin']; sourceOffset: number; column: number; code: number; lengthBytes: number },
  ): void {
    const { origin, sourceOffset, column, code, lengthBytes } = at;
    origin.lines++;
    const place = { sourceName: origin.name, line: origin.lines };
    this.#rejecting.report(line, { ...place, sourceOffset, column, code, lengthBytes });
    if (this.#rejecting.left < 0) this.#stopAtLimit(this.#rejecting.placeOf(origin.name, origin.lines));
  }

  #stopAtLimit(place: string): void {
    if (this.stopped === 'rejects') return;
    this.stopped = 'rejects';
    const { onError, maxErrors } = this.#job.settings.rejects;
    const cause = onError === 'fail' ? '--on-error fail' : `--max-errors ${maxErrors}`;
    this.#talk.error(`stopped at ${place} (${cause})`);
  }

  /** `rest` begins with the record that has a key too many. */
  #stopAtColumn(rest: Uint8Array, tag: Tag): void {
    this.stopped = 'columns';
    const record = JSON.parse(Buffer.from(rest.subarray(0, rest.indexOf(0x0a))).toString()) as object;
    const known = new Set(this.#job.columns!.flatMap(({ path }) => [path.steps[0]!, path.wholeKey].map(keyOf)));
    const names = Object.keys(record).filter((key) => !known.has(key));
    const what = `${names.length === 1 ? 'a column' : 'columns'} that the header has not`;
    this.#talk.error(
      `${excerpt(tag.origin.name)}:${tag.origin.lines + 1}: the record has ${what}: ` +
        `${quotedList(names)} (--csv-strict); ${this.#columnsHint()}`,
    );
  }

  async #writeHeader(): Promise<void> {
    const { output } = this.#job.settings;
    if (output === undefined || output.to === 'ndjson' || !output.header) return;
    await this.#write(Buffer.from(headerLine(output.to, this.#job.columns!)));
  }
}
