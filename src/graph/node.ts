/**
 * READ THIS FIRST: one run. Sources are read one after another; their bytes are cut into batches of
 * whole lines straight into the blocks of the lanes; finished batches are drained in input order to the sink.
 *
 *     source --Feed--> block --Lane--> segments --drain--> sink
 *
 * Everything happens on this thread but the work of worker lanes. It reads and writes synchronously while there is
 * something to read and somebody to write to, and returns to the event loop when the input is dry, when the reader of
 * the output is slow, and every few milliseconds, so that signals and timers are heard.
 */
import { SinkError, type Source, SourceError } from '../io/index.ts';
import { excerpt } from '../text/printable.ts';
import { Drain, type Tag } from './drain.ts';
import type { Ends } from './ends.ts';
import { type Cut, Feed, type Filled } from './feed.ts';
import type { RunHost, RunOutcome, StopSignal } from './host.ts';
import type { Seat } from './lane.ts';
import { conclude } from './outcome.ts';
import { Rejecting } from './rejecting.ts';
import type { NodeSettings, OpenedInput, Work } from './stage.ts';
import { counted, Stats, type StatsReport } from './stats.ts';

/** The longest time that signals, timers and progress have to wait. */
const YIELD_MS = 10;
/** So long is waited for the columns in silence. */
const HOLDING_MS = 2000;
/** The longest time that dry input is left alone while lanes are at work. */
const BUSY_MS = 1;
/** Threads are worth their start (about 15 ms of one core) from this much input on. */
const WORKERS_FROM_BYTES = 4 << 20;
/** A smaller engine for long records is kept for the next one. */
const COLLECT_FROM_BYTES = 8 << 20;

/** One run over given ends. Making one reads nothing; `execute` is called once. */
export class Run {
  readonly #settings: NodeSettings;
  readonly #host: RunHost;
  readonly #job: Work;
  readonly #ends: Ends;
  readonly #stats = new Stats();
  readonly #rejecting: Rejecting;
  readonly #drain: Drain;
  readonly #startMs: number;
  #yieldedMs: number;
  #signal: StopSignal | undefined;
  /** Ends the wait for input, if there is one. */
  #wake: (() => void) | undefined;
  /** The block that is being filled. */
  #seat: Seat | undefined;
  #bytesBefore = 0;
  #knownBytes = 0;
  #inputFailed = false;

  constructor(job: Work, host: RunHost, ends: Ends) {
    const { settings } = job;
    this.#settings = settings;
    this.#host = host;
    this.#job = job;
    this.#startMs = host.clockMs();
    this.#yieldedMs = this.#startMs;
    this.#ends = ends;
    const { onError, maxErrors } = settings.rejects;
    const limit = onError === 'fail' ? 0 : (maxErrors ?? Number.POSITIVE_INFINITY);
    const shown = ends.showsBadLines ? host.talk : undefined;
    this.#rejecting = new Rejecting(this.#stats, shown, ends.rejects, limit, ends.readsOutputOf);
    this.#drain = new Drain(job, ends.sink, this.#stats, this.#rejecting, host.talk);
  }

  /** Stops reading; what has been read is processed and written. */
  stop(signal: StopSignal): void {
    this.#signal = signal;
    this.#job.hurry();
    this.#wake?.();
  }

  get #stopping(): boolean {
    return this.#signal !== undefined || this.#drain.stopped !== undefined;
  }

  /** How many more lines may be bad. */
  get rejectsLeft(): number {
    return this.#rejecting.left;
  }

  /** What has been counted so far. */
  report(): StatsReport {
    const report = this.#stats.report((this.#host.clockMs() - this.#startMs) / 1000);
    const { recorder } = this.#job;
    return recorder === undefined ? report : { ...report, store: recorder.report() };
  }

  async execute(): Promise<RunOutcome> {
    let sinkError: SinkError | undefined;
    try {
      await this.#drain.begin();
      for (const input of this.#settings.input.inputs) {
        if (this.#stopping) break;
        await this.#readInput(input);
      }
      await this.#drainAll();
      await this.#drain.endOfInput();
      await this.#endLanes();
      this.#ends.rejects?.close();
    } catch (error) {
      if (!(error instanceof SinkError)) {
        this.giveUp();
        throw error;
      }
      sinkError = error;
      this.#closeRejectsAfter(error);
    }
    const storeError = this.#closeRecorder();
    if (sinkError !== undefined && storeError !== undefined) this.#host.talk.error(storeError.message);
    sinkError ??= storeError;
    return conclude({
      ...{ job: this.#job, host: this.#host, stats: this.#stats, drain: this.#drain, rejecting: this.#rejecting },
      ...{ signal: this.#signal, inputFailed: this.#inputFailed, sinkError, report: () => this.report() },
    });
  }

  /** Ends the run in which nothing is in flight, without any output. */
  giveUp(): void {
    this.#drain.sink.abort();
    this.#closeRecorder();
    this.#job.finish();
  }

  /** A plugin that reads a stream is told of its end, and what it still puts out is drained. */
  async #endLanes(): Promise<void> {
    const seat = this.#drain.stopped === undefined ? this.#job.lastSeat() : undefined;
    if (seat === undefined) return;
    const from = seat.lane.memory.inputStart(seat.block);
    const last = this.#settings.input.inputs.at(-1)!;
    const origin = { name: last === '-' ? '<stdin>' : last, lines: 0, file: undefined };
    await this.#drain.submit(seat, { origin, from, to: from, trigger: 'end', sourceOffset: 0, endAdded: false });
    await this.#drainAll();
  }

  /** What is remembered is safe now, or this says why not. */
  #closeRecorder(): SinkError | undefined {
    try {
      this.#job.recorder?.close();
      return undefined;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      return error;
    }
  }

  /** What was rejected before the output failed is kept, unless the rejects are what failed. */
  #closeRejectsAfter(first: SinkError): void {
    try {
      this.#ends.rejects?.close();
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      if (error.sink !== first.sink) this.#host.talk.error(error.message);
    }
  }

  /** Reads one input to its end. That it cannot be read is told after the bad lines that were found in it. */
  async #readInput(input: string): Promise<void> {
    let source: Source | undefined;
    let failure: SourceError | undefined;
    try {
      const opened = await this.#open(input);
      source = opened.source;
      this.#knownBytes += source.sizeBytes ?? 0;
      failure = await this.#pump(opened);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      failure = error;
    } finally {
      source?.close();
    }
    this.#putBack();
    if (failure === undefined) return;
    await this.#drainAll();
    this.#inputFailed = true;
    this.#host.progress?.clear();
    if (failure.message !== '') this.#host.talk.error(failure.message);
  }

  /** @throws SourceError */
  async #open(input: string): Promise<OpenedInput> {
    const { recorder } = this.#job;
    if (recorder !== undefined) return recorder.open(input, this.#ends, () => this.#stopping);
    return { source: this.#ends.openSource(input), bytes: 0, lines: 0, file: undefined };
  }

  /** Reads one source to its end, or until the run is stopped. @returns why it could not be read to its end */
  async #pump({ source, bytes, lines, file }: OpenedInput): Promise<SourceError | undefined> {
    const { batchBytes, batchRecords, batchAgeMs: ageMs, maxRecordBytes } = this.#settings.batches;
    const limits = { batchBytes, batchRecords, ageMs, maxRecordBytes };
    const feed = new Feed(source, limits, this.#host.clockMs, bytes);
    const origin = { name: source.name, lines, file };
    let isLive = false;
    let end: Extract<Filled, { kind: 'end' }> | undefined;
    while (end === undefined && this.#drain.stopped === undefined) {
      if (this.#signal !== undefined) feed.stop();
      const seat = this.#seat ?? (await this.#acquire(isLive));
      this.#seat = seat;
      const filled = feed.fill(seat);
      this.#stats.bytesIn = this.#bytesBefore + feed.bytesRead;
      if (filled.kind === 'cut') {
        isLive = filled.trigger === 'dry' || filled.trigger === 'aged';
        await this.#submit(seat, filled, origin, source);
      } else if (filled.kind === 'end') end = filled;
      else await this.#takeAside(filled, origin, source);
      await this.#drain.drainDone();
      await this.#yieldSometimes();
    }
    this.#bytesBefore += feed.bytesRead;
    if (end !== undefined && end.unfinishedBytes > 0) {
      this.#drain.abandonLong();
      await this.#drainAll();
      const place = `${excerpt(origin.name)}:${origin.lines + 1}`;
      const size = counted(end.unfinishedBytes, 'byte');
      this.#host.talk.warn(`${place}: the last line was read only in part (${size}) and is left out`);
    }
    return end?.failure;
  }

  async #submit(seat: Seat, cut: Cut, origin: Tag['origin'], source: Source): Promise<void> {
    const { from, to, trigger, sourceOffset, endAdded } = cut;
    await this.#dropAside();
    this.#job.sample(seat.lane.memory.view(from, to));
    this.#seat = undefined;
    await this.#drain.submit(seat, { origin, from, to, trigger, sourceOffset, endAdded });
    this.#startWorkers(source);
  }

  /** What is not for the lanes: first comes all that was read before it. */
  async #takeAside(
    filled: Exclude<Filled, { kind: 'cut' | 'end' }>,
    origin: Tag['origin'],
    source: Source,
  ): Promise<void> {
    // While lanes are at work a dry input is only asked again: a pipe may be dry between any two writes.
    if (filled.kind === 'dry' && this.#job.lanes.inFlight > 0) {
      await this.#waitForLanes(BUSY_MS);
      return;
    }
    await this.#drainAll();
    if (this.#drain.stopped !== undefined) return;
    // Given back first: when the columns are found, the lanes are others.
    if (filled.kind !== 'dry') this.#putBack();
    if (filled.kind === 'part') await this.#drain.takePart(filled.bytes);
    if (filled.kind === 'long') await this.#drain.takeLong(filled, origin);
    if (filled.kind === 'dry') {
      this.#rejecting.flush();
      await this.#dropAside();
      await this.#waitForInput(source, filled.deadlineMs);
    }
  }

  /** What a long record needed is given back before anything else is done. */
  async #dropAside(): Promise<void> {
    if (this.#drain.isCollecting || this.#job.asideBytes < COLLECT_FROM_BYTES) return;
    this.#job.dropAside();
    await this.#ends.collectGarbage?.();
  }

  #putBack(): void {
    if (this.#seat !== undefined) this.#job.lanes.putBack(this.#seat);
    this.#seat = undefined;
  }

  /** A free block. Live input stays on this thread while nothing else is on its way: a hop would cost latency. */
  async #acquire(isLive: boolean): Promise<Seat> {
    while (true) {
      const { lanes } = this.#job;
      const seat = lanes.acquire(isLive && lanes.inFlight === 0);
      if (seat !== undefined) return seat;
      await this.#waitForLanes(YIELD_MS);
      await this.#drain.drainDone();
      await this.#yieldSometimes();
    }
  }

  async #drainAll(): Promise<void> {
    await this.#drain.drainDone();
    if (this.#drain.stopped !== undefined) this.#job.abandon();
    while (this.#job.lanes.inFlight > 0) {
      await this.#waitForLanes(YIELD_MS);
      await this.#drain.drainDone();
      await this.#yieldSometimes();
    }
  }

  /** Until the oldest batch is done, or the time has passed. */
  async #waitForLanes(timeoutMs: number): Promise<void> {
    const { lanes, isPolite } = this.#job;
    if (isPolite) await lanes.untilOldest(timeoutMs);
    else lanes.waitForOldest(timeoutMs);
  }

  #startWorkers(source: Source): void {
    const known = Math.max(source.sizeBytes ?? 0, this.#stats.bytesIn);
    if (known >= WORKERS_FROM_BYTES) this.#job.startWorkers(this.#settings.lanes - 1);
    this.#stats.lanes = this.#job.lanes.lanes.length;
  }

  async #waitForInput(source: Source, deadlineMs: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const notice = this.#drain.search.isHolding
      ? setTimeout(() => this.#drain.search.explainHolding(), HOLDING_MS)
      : undefined;
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      if (this.#signal !== undefined) resolve();
      source.wait().then(resolve, reject);
      if (deadlineMs !== undefined) timer = setTimeout(resolve, Math.max(0, deadlineMs - this.#host.clockMs()));
    });
    clearTimeout(timer);
    clearTimeout(notice);
    this.#wake = undefined;
    this.#yieldedMs = this.#host.clockMs();
    // An input that is slow is always waited for, and never works long enough to yield.
    this.#showProgress(this.#yieldedMs);
  }

  async #yieldSometimes(): Promise<void> {
    const nowMs = this.#host.clockMs();
    if (nowMs - this.#yieldedMs < YIELD_MS) return;
    this.#showProgress(nowMs);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#yieldedMs = this.#host.clockMs();
  }

  #showProgress(nowMs: number): void {
    this.#host.progress?.update({
      bytesRead: this.#stats.bytesIn,
      bytesTotal: this.#knownBytes > 0 ? this.#knownBytes : undefined,
      records: this.#stats.records,
      elapsedMs: nowMs - this.#startMs,
    });
  }
}
