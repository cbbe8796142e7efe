/**
 * The far end of a node: takes finished batches in input order, counts them, reports their bad lines, delivers their
 * output, and decides when the node has to stop (a reader went away, too many bad lines, a new column with
 * --csv-strict). It never waits: the next step continues with whatever cannot be delivered at once.
 */
import { CODE_TOO_LONG } from '../engine/code-numbers.ts';
import type { BlockCounts } from '../engine/engine.ts';
import { matchLimitOf, NO_LIMIT, nameBadRows, setMatchLimit } from '../engine/rejects.ts';
import { Batch, type BatchOf, type Origin } from './batch.ts';
import type { Edges } from './edges.ts';
import type { LongLine } from './filled.ts';
import type { Talk } from './host.ts';
import { LongLineBuffer } from './long-line.ts';
import { noteProgress } from './position.ts';
import { hasArrived } from './ranges.ts';
import { failTogether } from './receipt.ts';
import { ARRAY_CAUSE, type BadLine, type Rejecting } from './rejecting.ts';
import { rowTakerOf, tellTooLong } from './row-taker.ts';
import type { Held, NodeSettings, Stage, Stop, Verdict } from './stage.ts';
import type { Stats } from './stats.ts';
import type { Row } from './unit-rows.ts';

const NEWLINE = Buffer.from('\n');

/** What a drain works with. */
export interface DrainParts {
  readonly stage: Stage;
  readonly settings: NodeSettings;
  readonly edges: Edges;
  readonly stats: Stats;
  readonly rejecting: Rejecting;
  readonly talk: Talk;
}

/** What is still to be done with a batch when its output has been delivered. */
interface Leaving {
  readonly batch: Batch;
  /** Of the batch, or of its lane when only a part has been delivered. */
  readonly isWhole: boolean;
  readonly verdict: Verdict | undefined;
  /** All of the batch has been done. */
  readonly isDone: boolean;
  /** Places of a bad line too many, for people: in the input, and in the output. */
  readonly overAt: readonly string[];
}

export class Drain {
  stopped: Stop | undefined;
  readonly #edges: Edges;
  readonly #stage: Stage;
  readonly #settings: NodeSettings;
  readonly #stats: Stats;
  readonly #rejecting: Rejecting;
  readonly #talk: Talk;
  readonly #long: LongLineBuffer;
  #leaving: Leaving | undefined;
  /** What comes before the next batch, one after another, when nothing is on its way out. */
  readonly #acts: (() => unknown)[] = [];
  /** Batches to be processed again, after that. */
  #again: readonly Held[] = [];
  /** A batch is beside the lanes, which comes before all of that. */
  #isAside = false;
  #hasBegun = false;

  constructor({ stage, settings, edges, stats, rejecting, talk }: DrainParts) {
    this.#stage = stage;
    this.#settings = settings;
    this.#edges = edges;
    this.#stats = stats;
    this.#rejecting = rejecting;
    this.#talk = talk;
    this.#long = new LongLineBuffer(stage, settings.batches.maxRecordBytes);
  }

  /**
   * One step: goes on with what is on its way out, or takes the next batch.
   * @returns `dry` when nothing is done that could be drained, and nothing is left to do
   * @throws SinkError
   */
  step(): 'ran' | 'full' | 'dry' {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#edges.writePrefaces(this.#stage);
    }
    if (!this.#edges.flush()) return 'full';
    if (this.#leaving !== undefined) this.#leave();
    else if (this.#isAside || !this.#takeTurn()) return this.#takeNext();
    return 'ran';
  }

  #takeNext(): 'ran' | 'dry' {
    // One part at a time: a guest may write for ever. A part that nobody wants comes back with its abandoned batch.
    const part = this.stopped === undefined ? this.#stage.lanes.withPart() : undefined;
    if (part !== undefined) {
      this.#drainPart(part);
      return 'ran';
    }
    const batch = this.#stage.lanes.takeDone();
    if (batch === undefined) return 'dry';
    // Whatever is beside the lanes is the oldest.
    this.#isAside = false;
    if (!hasArrived(batch)) batch.release();
    else if (this.stopped === undefined) this.#drain(batch);
    else batch.fail();
    return 'ran';
  }

  /** @returns false when nothing has to be done before the next batch */
  #takeTurn(): boolean {
    const act = this.#acts.shift();
    if (act !== undefined) act();
    else {
      const [held, ...others] = this.#again;
      if (held === undefined) return false;
      this.#again = others;
      if (this.stopped === undefined) this.#runAside(held.bytes, held.batch);
      else held.batch.fail();
    }
    return true;
  }

  /** A long line is being collected beside the lanes. */
  get isCollecting(): boolean {
    return this.#long.isOpen;
  }

  /** Ends the waiting of a stage that holds batches; what it held is processed again. Nothing may be in flight. */
  closeHolding(): void {
    const held = this.#stage.holding?.close(this.#talk) ?? [];
    if (held.length === 0) return;
    this.#acts.push(() => this.#edges.writePrefaces(this.#stage));
    this.#again = held;
  }

  /** A part of a line that no block can hold. Nothing may be in flight. */
  takePart(part: Uint8Array): void {
    for (const piece of this.#long.add(part)) {
      this.#rejecting.passTooLong(piece);
      if (this.#settings.rejects.onError === 'keep') this.#acts.push(() => this.#edges.write(piece));
    }
  }

  /** The parts that were taken belong to a line that will never be whole. */
  abandonLong(): void {
    this.#long.clear();
  }

  /** The line whose parts were taken, in turn: nothing may be in flight. */
  takeLong(line: LongLine, origin: Origin): void {
    const { lengthBytes, sourceOffset, endAdded, receipts, whole, id } = line;
    const { maxRecordBytes } = this.#settings.batches;
    if (lengthBytes <= maxRecordBytes) {
      const { seat, from, to } = this.#long.finish();
      const of = { origin, trigger: 'long', sourceOffset, endAdded, receipts, whole, id } as const;
      this.#submitAside(new Batch(seat, from, to, of));
      return;
    }
    this.#long.clear();
    if (this.#settings.rejects.onError === 'keep') this.#edges.write(NEWLINE);
    const column = maxRecordBytes + 1;
    const cause = this.#long.isArray ? ARRAY_CAUSE : undefined;
    const row = this.#reportLast(undefined, { origin, sourceOffset, column, code: CODE_TOO_LONG, lengthBytes, cause });
    tellTooLong(receipts, sourceOffset, row);
    this.#edges.owe(receipts);
    for (const receipt of receipts) receipt.release();
  }

  /** What was left to do is not done any more. */
  giveUp(): void {
    this.#leaving?.batch.fail();
    this.#leaving = undefined;
    for (const { batch } of this.#again) batch.fail();
    for (const batch of this.#stage.lanes.abandonAll()) batch.fail();
  }

  /** Delivers what a lane has output so far and lets it go on. */
  #drainPart(batch: Batch): void {
    const stopsAt = this.#stage.output?.(batch, this.#rejecting);
    this.#leaving = { batch, isWhole: false, verdict: undefined, isDone: false, overAt: stopsAt ? [stopsAt] : [] };
    this.#edges.offer(batch, false, false);
    if (this.#edges.flush()) this.#leave();
  }

  #drain(batch: Batch): void {
    const { lane, block, origin, sourceOffset } = batch;
    const { memory } = lane;
    const { holding, atLimit, matchesLeft } = this.#stage;
    if (holding !== undefined) {
      const isHeld = holding.hold(batch);
      if (holding.isFull) this.closeHolding();
      if (isHeld) return;
    }
    if (origin.isTable === true) nameBadRows(memory, block);
    const counts = memory.counts(block);
    const isEnough = matchesLeft !== undefined && (this.#stage.passed?.(batch) ?? counts.matched) >= matchesLeft;
    if (isEnough && matchLimitOf(memory, block) !== matchesLeft) {
      this.#runAside(memory.view(batch.from, batch.to).slice(), batch, {}, matchesLeft);
      return;
    }
    const isOver = counts.rejected > this.#rejecting.left;
    if (isOver && atLimit === 'again') {
      this.#stopAtReject(batch);
      return;
    }
    const { lines, name, places } = origin;
    const place = { sourceName: name, firstLine: lines + 1, sourceOffset, places };
    const rows = rowTakerOf(batch);
    for (let i = 0; i < counts.rejected; i++) {
      const reject = memory.reject(block, i);
      const cause = reject.cause === 0 ? undefined : lane.cause?.(reject.cause);
      const row = this.#rejecting.take(memory, reject, { ...place, cause }, batch.from);
      rows?.take(reject.from, row);
    }
    rows?.end();
    if (counts.rejected > 0) this.#rejecting.keep(batch);
    this.#count(batch, counts);
    const verdict = this.#stage.verdict(batch);
    const stopsAt = this.#stage.output?.(batch, this.#rejecting);
    const isLost = verdict?.stop === 'failed' || stopsAt !== undefined || (isOver && atLimit === 'lost');
    if (!isLost) noteProgress(batch);
    const overAt = stopsAt === undefined ? [] : [stopsAt];
    const endOffset = sourceOffset + batch.to - batch.from;
    if (isOver) overAt.push(this.#rejecting.placeOf(name, lines + counts.lines, places?.at(endOffset - 1)));
    this.#leaving = { batch, isWhole: true, verdict, isDone: !isLost, overAt };
    this.#edges.offer(batch, true, !isLost);
    origin.lines += counts.lines;
    places?.forget(endOffset);
    if (this.#edges.flush()) this.#leave();
  }

  #count({ lane, block, origin, trigger, from, to }: Batch, counts: BlockCounts): void {
    this.#stats.countBatch(counts, trigger);
    if (this.#settings.selection.unchecked === true) this.#stats.skipped += lane.memory.skipped(block);
    if (origin.counts === undefined) return;
    origin.counts.records += counts.records;
    origin.counts.bytes += to - from;
  }

  /** The output of a batch has been delivered. */
  #leave(): void {
    const { batch, isWhole, verdict, isDone, overAt } = this.#leaving!;
    this.#leaving = undefined;
    if (this.#edges.isClosed) this.stopped ??= 'closed';
    const isDelivered = this.stopped !== 'closed';
    if (verdict !== undefined && this.stopped === undefined) {
      this.stopped = verdict.stop;
      if (verdict.message !== undefined) this.#talk.error(verdict.message);
    }
    for (const place of overAt) this.#stopAtLimit(place);
    if (!isWhole) {
      // A guest that goes on writing would never end.
      if (this.stopped === undefined) batch.lane.goOn(batch.block);
      else this.#stage.stop('abandon');
    } else if (isDelivered && isDone) batch.release();
    else batch.fail();
  }

  /** Processes a batch again, beside the lanes and before all others; the new one takes its place. */
  #runAside(bytes: Uint8Array, batch: Batch, changes: Partial<BatchOf> = {}, mostMatches = NO_LIMIT): void {
    const seat = this.#stage.aside(bytes.length);
    const { memory } = seat.lane;
    const from = memory.inputStart(seat.block);
    const to = from + bytes.length;
    memory.view(from, to).set(bytes);
    setMatchLimit(memory, seat.block, mostMatches);
    this.#submitAside(batch.movedTo(seat, from, to, changes));
    batch.release();
  }

  #submitAside(batch: Batch): void {
    this.#isAside = true;
    this.#stage.lanes.submitAside(batch);
  }

  /** One bad line too many is in this batch: what is before it is output, it is reported, and the node stops. */
  #stopAtReject(batch: Batch): void {
    const { memory } = batch.lane;
    const { origin, block } = batch;
    const last = memory.reject(block, this.#rejecting.left);
    const before = memory.view(batch.from, last.from).slice();
    const line = memory.view(last.from, last.to).slice();
    const column = last.at - last.from + 1;
    rowTakerOf(batch)?.take(last.from, this.#rejecting.rowOf(last.code, column)); // Before its unit fails.
    const sourceOffset = batch.sourceOffset + before.length;
    const report = (): unknown =>
      this.#reportLast(line, { origin, sourceOffset, column, code: last.code, lengthBytes: line.length });
    if (before.length === 0) {
      batch.fail();
      report();
      return;
    }
    // Of a batch of another node, or of units, nothing is done when not all of it is; a file knows how far it is.
    if (origin.file === undefined) failTogether(batch.receipts);
    this.#runAside(before, batch, { endAdded: false, whole: origin.file === undefined ? 0 : batch.whole });
    this.#acts.unshift(report);
  }

  /** Reports the line that follows the last one that was drained, and stops the node when that was one too many. */
  #reportLast(
    line: Uint8Array | undefined,
    at: Omit<BadLine, 'sourceName' | 'line'> & { readonly origin: Origin },
  ): Row {
    const { origin, sourceOffset, column, code, lengthBytes, cause } = at;
    origin.lines++;
    const place = { sourceName: origin.name, line: origin.lines, places: origin.places };
    const row = this.#rejecting.report(line, { ...place, sourceOffset, column, code, lengthBytes, cause });
    if (this.#rejecting.left < 0) this.#stopAtLimit(this.#rejecting.placeOf(place.sourceName, place.line, row));
    return row;
  }

  #stopAtLimit(place: string): void {
    if (this.stopped === 'rejects') return;
    this.stopped = 'rejects';
    this.#talk.error(this.#rejecting.tooMany(place));
  }
}
