/**
 * The far end of the pipeline: takes finished batches in input order, counts them, writes their segments to the sink and
 * their bad lines to the rejects, and decides when the run has to stop (the reader went away, too many bad lines, a new
 * column with --csv-strict).
 */
import type { EngineMemory } from '../engine/engine.ts';
import * as L from '../engine/layout.ts';
import type { PathStep } from '../engine/program.ts';
import type { Sink } from '../io/index.ts';
import type { LongLine, Trigger } from './batch.ts';
import { foundColumn, headerLine } from './columns.ts';
import type { Talk } from './host.ts';
import type { Job } from './job.ts';
import type { Flight, Seat } from './lane.ts';
import type { Rejecting } from './rejecting.ts';
import { counted, type Stats } from './stats.ts';

/** What has to be known of a batch when it comes back. */
export interface Tag {
  /** The source; `lines` counts those of its batches that have been drained. */
  readonly origin: { readonly name: string; lines: number };
  /** Addresses in the block: whole lines. */
  readonly from: number;
  readonly to: number;
  readonly trigger: Trigger;
  readonly sourceOffset: number;
}

const CODE_TOO_LONG = 16;
const NEWLINE = Buffer.from('\n');

/** Why no more is read: the output's reader has gone, too many lines were rejected, a column came too late. */
export type Stop = 'closed' | 'rejects' | 'columns';

/** The root key that a path's first step or its whole key stands for. */
const keyOf = (step: PathStep | string | undefined): string | undefined =>
  typeof step === 'object' ? (step.kind === 'key' ? step.key : undefined) : step;

export class Drain {
  readonly sink: Sink;
  stopped: Stop | undefined;
  readonly #job: Job;
  readonly #stats: Stats;
  readonly #rejecting: Rejecting;
  readonly #talk: Talk;

  constructor(job: Job, sink: Sink, stats: Stats, rejecting: Rejecting, talk: Talk) {
    this.#job = job;
    this.sink = sink;
    this.#stats = stats;
    this.#rejecting = rejecting;
    this.#talk = talk;
  }

  /** Writes the header when the columns are known from the start. */
  async begin(): Promise<void> {
    if (this.#job.columns !== undefined) await this.#writeHeader();
  }

  /** Hands a batch to its lane. While the columns are still to be found, the batch is done at once. */
  async submit(seat: Seat, tag: Tag): Promise<void> {
    const { lanes } = this.#job;
    lanes.submit(seat, tag.from, tag.to, tag);
    if (!this.#job.isFinding || seat.lane.memory.counts(seat.block).matched === 0) return;
    lanes.takeDone();
    const batch = seat.lane.memory.view(tag.from, tag.to).slice();
    await this.#settleColumns(seat.lane.memory, [batch], batch.length, tag);
  }

  /** Drains the flights that are done, oldest first, up to the first one that is not. */
  async drainDone(): Promise<void> {
    const { lanes } = this.#job;
    for (let flight = lanes.takeDone(); flight !== undefined; flight = lanes.takeDone()) {
      if (this.stopped === undefined) await this.#drainFlight(flight);
      lanes.release(flight);
    }
  }

  /** A line that no block can hold, in turn: nothing may be in flight. */
  async takeLong(line: LongLine, origin: Tag['origin']): Promise<void> {
    const { pieces, lengthBytes, sourceOffset } = line;
    if (pieces !== undefined) {
      await this.#runAside(pieces, lengthBytes, { origin, from: 0, to: 0, trigger: 'long', sourceOffset });
      return;
    }
    const { maxRecordBytes, onError } = this.#job.settings;
    if (onError === 'keep') await this.#write(NEWLINE);
    const column = maxRecordBytes + 1;
    this.#reportLast(undefined, { origin, sourceOffset, column, code: CODE_TOO_LONG, lengthBytes });
  }

  /** Pieces of a line that is longer than a record may be, as they come. Nothing may be in flight. */
  async takePart(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      this.#rejecting.passTooLong(piece);
      if (this.#job.settings.onError === 'keep') await this.#write(piece);
    }
  }

  /** Processes whole lines beside the lanes, in turn. Nothing may be in flight. */
  async #runAside(pieces: readonly Uint8Array[], lengthBytes: number, tag: Tag): Promise<void> {
    const lane = this.#job.aside(lengthBytes + 1);
    const from = lane.memory.inputStart(0);
    let to = from;
    for (const piece of pieces) {
      lane.memory.view(to, to + piece.length).set(piece);
      to += piece.length;
    }
    // A line from the side has no newline; a batch that is done again has.
    if (lane.memory.view(to - 1, to)[0] !== NEWLINE[0]) lane.memory.view(to, ++to)[0] = NEWLINE[0]!;
    lane.submit(0, from, to);
    if (this.#job.isFinding && lane.memory.counts(0).matched > 0) {
      await this.#settleColumns(lane.memory, pieces, lengthBytes, tag);
      return;
    }
    await this.#drainFlight({ lane, block: 0, tag: { ...tag, from, to } });
  }

  /** The columns that came after the header, in words. */
  lateColumns(): string[] {
    if (!this.#job.findsColumns || this.#job.isFinding || this.stopped !== undefined) return [];
    const late = this.#job.lateKeys;
    if (late.size === 0) return [];
    const names = [...late]
      .slice(0, 10)
      .map(([name, records]) => `${JSON.stringify(name)} (${counted(records, 'record')})`);
    const more = late.size > names.length ? ` and ${late.size - names.length} more` : '';
    const what = `${counted(late.size, 'column')} came after the header and ${late.size === 1 ? 'was' : 'were'} left out`;
    return [`${what}: ${names.join(', ')}${more}; --columns or -f can name them`];
  }

  async #drainFlight(flight: Flight<Tag>): Promise<void> {
    const { tag, block } = flight;
    const { memory } = flight.lane;
    const counts = memory.counts(block);
    if (counts.rejected > this.#rejecting.left) {
      await this.#stopAtReject(flight);
      return;
    }
    const firstLine = tag.origin.lines + 1;
    const place = { sourceName: tag.origin.name, firstLine, sourceOffset: tag.sourceOffset };
    for (let i = 0; i < counts.rejected; i++) this.#rejecting.take(memory, memory.reject(block, i), place, tag.from);
    this.#stats.countBatch(counts, tag.trigger);
    tag.origin.lines += counts.lines;
    for (let i = 0; i < memory.segmentCount(block) && this.stopped === undefined; i++) {
      await this.#write(memory.segment(block, i));
    }
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
    if (before.length > 0) await this.#runAside([before], before.length, tag);
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
    if (this.#rejecting.left >= 0) return;
    this.stopped = 'rejects';
    const { onError, maxErrors } = this.#job.settings;
    const cause = onError === 'fail' ? '--on-error fail' : `--max-errors ${maxErrors}`;
    this.#talk.error(`stopped at ${origin.name}:${origin.lines} (${cause})`);
  }

  /** `rest` begins with the record that has a key too many. */
  #stopAtColumn(rest: Uint8Array, tag: Tag): void {
    this.stopped = 'columns';
    const record = JSON.parse(Buffer.from(rest.subarray(0, rest.indexOf(0x0a))).toString()) as object;
    const known = new Set(this.#job.columns!.flatMap(({ path }) => [path.steps[0]!, path.wholeKey].map(keyOf)));
    const names = Object.keys(record).filter((key) => !known.has(key));
    const what = `${names.length === 1 ? 'a column' : 'columns'} that the header has not`;
    this.#talk.error(
      `${tag.origin.name}:${tag.origin.lines + 1}: the record has ${what}: ` +
        `${names.map((name) => JSON.stringify(name)).join(', ')} (--csv-strict); --columns or -f can name them`,
    );
  }

  /** The first batch that has a matching record names the columns; it is then done again with the real plan. */
  async #settleColumns(
    memory: EngineMemory,
    pieces: readonly Uint8Array[],
    lengthBytes: number,
    tag: Tag,
  ): Promise<void> {
    const { keys, overflow } = memory.newKeys();
    if (overflow > 0) {
      this.#talk.warn(
        `the first batch has more than ${keys.length} different keys; the header has the first ${keys.length}`,
      );
    }
    this.#job.settle(keys.map(({ name }) => foundColumn(name)));
    await this.#writeHeader();
    await this.#runAside(pieces, lengthBytes, tag);
  }

  async #writeHeader(): Promise<void> {
    const { to, header } = this.#job.settings;
    if (to === 'ndjson' || !header) return;
    await this.#write(Buffer.from(headerLine(to, this.#job.columns!)));
  }
}
