/**
 * READ THIS FIRST: one run of `slung select`. Sources are read one after another; their bytes are cut into batches of
 * whole lines straight into the blocks of the lanes; finished batches are drained in input order to the sink.
 *
 *     source --Feed--> block --Lane--> segments --drain--> sink
 *
 * Everything happens on this thread but the work of worker lanes. It reads and writes synchronously while there is
 * something to read and somebody to write to, and returns to the event loop when the input is dry, when the reader of
 * the output is slow, and every few milliseconds, so that signals and timers are heard.
 */
import type { SelectSettings } from '../config/settings.ts';
import {
  openRejects,
  openSink,
  openSource,
  type RejectsWriter,
  type Sink,
  SinkError,
  type Source,
  SourceError,
} from '../io/index.ts';
import { Feed, type LongLine } from './batch.ts';
import { Drain, type Tag } from './drain.ts';
import type { RunHost, RunOutcome, StopSignal } from './host.ts';
import { absentPathHints } from './hints.ts';
import { Job } from './job.ts';
import type { Seat } from './lane.ts';
import { Rejecting } from './rejecting.ts';
import { renderStats, Stats } from './stats.ts';

/** The longest time that signals, timers and progress have to wait. */
const YIELD_MS = 10;
/** Threads are worth their start (about 15 ms of one core) from this much input on. */
const WORKERS_FROM_BYTES = 4 << 20;
const CODE_TOO_LONG = 16;

/** Where a run's bytes come from and go to. The command line opens files; the library brings streams. */
export interface Ends {
  /** @throws SourceError */
  readonly openSource: (input: string) => Source;
  readonly sink: Sink;
  readonly rejects: RejectsWriter | undefined;
}

function openEnds(settings: SelectSettings): Ends {
  const sink = openSink(settings.output);
  const { inputs, output } = settings;
  const rejects = settings.rejects === undefined ? undefined : openRejects(settings.rejects, { inputs, output });
  return { openSource, sink, rejects };
}

/** @throws UsageError for a selector, path or file that cannot be used; nothing has been read or written then */
export async function runSelect(settings: SelectSettings, host: RunHost, given?: Ends): Promise<RunOutcome> {
  const job = new Job(settings);
  let ends: Ends;
  try {
    ends = given ?? openEnds(settings);
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    host.talk.error(error.message);
    return { kind: 'done', code: 1 };
  }
  const run = new Run(settings, host, job, ends);
  const unlisten = host.onSignal((signal) => run.stop(signal));
  try {
    return await run.execute();
  } finally {
    unlisten();
  }
}

class Run {
  readonly #settings: SelectSettings;
  readonly #host: RunHost;
  readonly #job: Job;
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

  constructor(settings: SelectSettings, host: RunHost, job: Job, ends: Ends) {
    this.#settings = settings;
    this.#host = host;
    this.#job = job;
    this.#startMs = host.clockMs();
    this.#yieldedMs = this.#startMs;
    this.#ends = ends;
    const limit = settings.onError === 'fail' ? 0 : (settings.maxErrors ?? Number.POSITIVE_INFINITY);
    this.#rejecting = new Rejecting(this.#stats, host.talk, ends.rejects, limit);
    this.#drain = new Drain(job, ends.sink, this.#stats, this.#rejecting, host.talk);
  }

  /** Stops reading; what has been read is processed and written. */
  stop(signal: StopSignal): void {
    this.#signal = signal;
    this.#wake?.();
  }

  get #stopping(): boolean {
    return this.#signal !== undefined || this.#drain.stopped !== undefined;
  }

  async execute(): Promise<RunOutcome> {
    let sinkError: SinkError | undefined;
    try {
      await this.#drain.begin();
      for (const input of this.#settings.inputs) {
        if (this.#stopping) break;
        await this.#readInput(input);
      }
      await this.#drainAll();
      this.#ends.rejects?.close();
    } catch (error) {
      if (!(error instanceof SinkError)) {
        this.#drain.sink.abort();
        throw error;
      }
      sinkError = error;
    }
    return this.#finish(sinkError);
  }

  async #readInput(input: string): Promise<void> {
    let source: Source | undefined;
    try {
      source = this.#ends.openSource(input);
      this.#knownBytes += source.sizeBytes ?? 0;
      await this.#pump(source);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      await this.#drainAll();
      this.#inputFailed = true;
      this.#host.progress?.clear();
      this.#host.talk.error(error.message);
    } finally {
      source?.close();
    }
  }

  /** Reads one source to its end, or until the run is stopped. */
  async #pump(source: Source): Promise<void> {
    const { batchBytes, batchRecords, batchAgeMs: ageMs, maxRecordBytes } = this.#settings;
    const limits = { batchBytes, batchRecords, ageMs, maxRecordBytes };
    const feed = new Feed(source, limits, this.#host.clockMs, (piece) => this.#rejecting.passTooLong(piece));
    const origin = { name: source.name, lines: 0 };
    let isLive = false;
    try {
      while (!this.#stopping) {
        const seat = this.#seat ?? (await this.#acquire(isLive));
        this.#seat = seat;
        const filled = feed.fill(seat);
        this.#stats.bytesIn = this.#bytesBefore + feed.bytesRead;
        if (filled.kind === 'end') break;
        if (filled.kind === 'long') {
          this.#job.lanes.putBack(seat);
          this.#seat = undefined;
          await this.#takeLong(filled, origin);
        }
        if (filled.kind === 'dry') {
          await this.#drainAll();
          this.#rejecting.flush();
          await this.#waitForInput(source, filled.deadlineMs);
        }
        if (filled.kind === 'cut') {
          isLive = filled.trigger === 'dry' || filled.trigger === 'aged';
          const { from, to, trigger, sourceOffset } = filled;
          const tag: Tag = { origin, from, to, trigger, sourceOffset };
          this.#job.sample(seat.lane.memory.view(from, to));
          this.#seat = undefined;
          await this.#drain.submit(seat, tag);
          this.#startWorkers(source);
        }
        await this.#drain.drainDone();
        await this.#yieldSometimes();
      }
    } finally {
      this.#bytesBefore += feed.bytesRead;
      if (this.#seat !== undefined) this.#job.lanes.putBack(this.#seat);
      this.#seat = undefined;
    }
  }

  /** A free block. Live input stays on this thread while nothing else is on its way: a hop would cost latency. */
  async #acquire(isLive: boolean): Promise<Seat> {
    while (true) {
      const { lanes } = this.#job;
      const seat = lanes.acquire(isLive && lanes.inFlight === 0);
      if (seat !== undefined) return seat;
      lanes.waitForOldest(YIELD_MS);
      await this.#drain.drainDone();
      await this.#yieldSometimes();
    }
  }

  async #drainAll(): Promise<void> {
    await this.#drain.drainDone();
    while (this.#job.lanes.inFlight > 0) {
      this.#job.lanes.waitForOldest(YIELD_MS);
      await this.#drain.drainDone();
      await this.#yieldSometimes();
    }
  }

  #startWorkers(source: Source): void {
    const known = Math.max(source.sizeBytes ?? 0, this.#stats.bytesIn);
    if (known >= WORKERS_FROM_BYTES) this.#job.startWorkers(this.#settings.lanes - 1);
    this.#stats.lanes = this.#job.lanes.lanes.length;
  }

  async #takeLong(line: LongLine, origin: Tag['origin']): Promise<void> {
    await this.#drainAll();
    if (line.bytes !== undefined) {
      await this.#drain.runAside(line.bytes, { origin, from: 0, to: 0, trigger: 'long', sourceOffset: line.sourceOffset });
      return;
    }
    const { maxRecordBytes } = this.#settings;
    origin.lines++;
    this.#rejecting.report(undefined, {
      sourceName: origin.name,
      line: origin.lines,
      sourceOffset: line.sourceOffset,
      column: maxRecordBytes + 1,
      code: CODE_TOO_LONG,
      lengthBytes: line.lengthBytes,
    });
    if (this.#rejecting.left < 0) this.#drain.stopped = 'rejects';
  }

  async #waitForInput(source: Source, deadlineMs: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      if (this.#signal !== undefined) resolve();
      source.wait().then(resolve, reject);
      if (deadlineMs !== undefined) timer = setTimeout(resolve, Math.max(0, deadlineMs - this.#host.clockMs()));
    });
    clearTimeout(timer);
    this.#wake = undefined;
    this.#yieldedMs = this.#host.clockMs();
  }

  async #yieldSometimes(): Promise<void> {
    const nowMs = this.#host.clockMs();
    if (nowMs - this.#yieldedMs < YIELD_MS) return;
    this.#host.progress?.update({
      bytesRead: this.#stats.bytesIn,
      bytesTotal: this.#knownBytes > 0 ? this.#knownBytes : undefined,
      records: this.#stats.records,
      elapsedMs: nowMs - this.#startMs,
    });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#yieldedMs = this.#host.clockMs();
  }

  /** Names the output, or gives it up; says what has to be said; decides how the run ended. */
  #finish(error: SinkError | undefined): RunOutcome {
    const { talk, progress } = this.#host;
    const { sink, stopped } = this.#drain;
    let sinkError = error;
    const isWhole = sinkError === undefined && this.#signal === undefined && !this.#inputFailed && stopped === undefined;
    if (isWhole) {
      try {
        sink.commit();
      } catch (caught) {
        if (!(caught instanceof SinkError)) throw caught;
        sinkError = caught;
      }
    } else if (stopped !== 'closed') sink.abort();
    progress?.clear();
    if (sinkError !== undefined) talk.error(sinkError.message);
    this.#rejecting.summarise(this.#settings.rejects, this.#settings.onError === 'keep');
    this.#job.finish();
    for (const hint of this.#drain.lateColumns()) talk.warn(hint);
    if (stopped === undefined && this.#signal === undefined) {
      for (const hint of absentPathHints(this.#job, this.#stats)) talk.warn(hint);
    }
    if (!isWhole && stopped !== 'closed' && this.#settings.output !== '-') {
      talk.warn(`${this.#settings.output} was not written, because the run did not finish`);
    }
    this.#tellStats();
    return this.#outcome(sinkError !== undefined);
  }

  #tellStats(): void {
    if (this.#settings.stats === 'none') return;
    const report = this.#stats.report((this.#host.clockMs() - this.#startMs) / 1000);
    this.#host.talk.info(this.#settings.stats === 'json' ? JSON.stringify(report) : renderStats(report));
  }

  #outcome(sinkFailed: boolean): RunOutcome {
    if (this.#signal !== undefined) return { kind: 'signal', signal: this.#signal };
    if (this.#drain.stopped === 'closed') return { kind: 'done', code: 0 };
    const badLines = this.#stats.rejected > 0 && this.#settings.onError !== 'keep';
    if (sinkFailed || this.#inputFailed || badLines || this.#drain.stopped !== undefined) return { kind: 'done', code: 1 };
    return { kind: 'done', code: this.#settings.exitStatus && this.#stats.matched === 0 ? 4 : 0 };
  }
}
