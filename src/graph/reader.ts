/**
 * The near end of a node: opens its inputs one after another, and reads each into free blocks of the stage's lanes.
 * Like the rest of a node it never waits, but says what it would wait for.
 */
import { SourceError } from '../io/index.ts';
import type { Batch, Origin } from './batch.ts';
import { Feed, type FeedOf } from './feed.ts';
import type { Filled } from './filled.ts';
import type { Inlet, OpenedInput } from './inlet.ts';
import type { Lane, Seat } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { Ranges } from './ranges.ts';
import type { NodeSettings, Stage } from './stage.ts';
import type { Stats } from './stats.ts';
import type { Waits } from './waits.ts';

/** What a reader works with. */
export interface ReaderParts {
  readonly inlet: Inlet;
  readonly stage: Stage;
  readonly settings: NodeSettings;
  readonly stats: Stats;
  readonly clockMs: () => number;
  /** No further input is to be opened. */
  readonly isStopping: () => boolean;
  /** See Owed.way. */
  readonly way?: string | undefined;
}

/** What was read and is not for the lanes: everything before it has to be drained first. */
export type Aside =
  | Exclude<Filled, Batch | { kind: 'dry' }>
  /** An input could not be opened, or waited for. */
  | { readonly kind: 'failed'; readonly failure: SourceError };

export type Read = Batch | Aside | { readonly kind: 'no-block' | 'dry' | 'opening' | 'over' };

const NO_BLOCK: Read = { kind: 'no-block' };
const DRY: Read = { kind: 'dry' };
const OPENING: Read = { kind: 'opening' };
const OVER: Read = { kind: 'over' };

/**
 * A little less than a batch. The kernel copies two to three times as slowly to a place that lies, within its page, up
 * to 64 bytes before where it copies from (Zen 4); by stretches of whole pages that would be so for all of a file or
 * none of it.
 */
const rangeBytesOf = (batchBytes: number): number => (batchBytes < 1 << 16 ? batchBytes : batchBytes - 1000);

export class Reader {
  readonly #parts: ReaderParts;
  /** Of the lines that another node outputs: it stays the same however often its edge is opened. */
  readonly origin: Origin;
  /** Inputs that have not been opened yet. */
  readonly #inputs: string[];
  #feed: Feed | undefined;
  #of: FeedOf | undefined;
  #opened: OpenedInput | undefined;
  #ranges: Ranges | undefined;
  /** The block that is being filled. */
  #seat: Seat | undefined;
  /** The input pauses. */
  #isLive = false;
  /** It has been asked and had nothing. */
  #isDry = false;
  #deadlineMs: number | undefined;
  #opening: Promise<void> | undefined;
  #wait: Promise<void> | undefined;
  #error: unknown;
  #hasOpened = false;
  #isStopped = false;
  #isClosed = false;
  /** Of the input at hand, by `stats`. */
  #bytesCounted = 0;
  /** The sizes of the inputs that have been opened, as far as they are known. */
  knownBytes = 0;

  constructor(parts: ReaderParts) {
    const { inlet } = parts;
    this.#parts = parts;
    this.#inputs = inlet.kind === 'inputs' ? [...inlet.inputs] : [];
    const name = inlet.kind === 'edge' ? inlet.edge.name : inlet.inputs.at(-1)!;
    this.origin = { name: name === '-' ? '<stdin>' : name, lines: 0, file: undefined, sizeBytes: undefined };
  }

  /** The source of what `next` gave last. */
  get current(): Origin {
    return this.#feed?.origin ?? this.#of!.origin;
  }

  /** What is read next: a batch is the caller's to submit. */
  next(): Read {
    if (this.#opening !== undefined) return OPENING;
    if (this.#error !== undefined) return this.#failed();
    const feed = this.#feed;
    if (feed === undefined) return this.#openNext();
    if (this.#isStopped && this.#opened?.stop === undefined) feed.stop();
    else if (this.#isDryStill()) return DRY;
    const { lanes } = this.#parts.stage;
    const range = this.#seat === undefined ? this.#nextRange(feed) : undefined;
    if (range !== undefined) return range;
    // Live input stays on this thread while nothing else is on its way: a hop would cost latency.
    this.#seat ??= lanes.acquire(this.#isLive && lanes.inFlight === 0);
    if (this.#seat === undefined) return NO_BLOCK;
    const filled = feed.fill(this.#seat);
    this.#countBytes(feed);
    this.#isDry = filled.kind === 'dry';
    this.#deadlineMs = filled.kind === 'dry' ? filled.deadlineMs : undefined;
    if (filled.kind === 'batch') {
      this.#seat = undefined;
      this.#isLive = filled.trigger === 'dry' || filled.trigger === 'aged';
    }
    return filled.kind === 'dry' ? DRY : filled;
  }

  /** The next range while lanes read by themselves, or a wait for those on their way; undefined when they do not. */
  #nextRange(feed: Feed): Read | undefined {
    const { lanes } = this.#parts.stage;
    const ranges = this.#ranges ?? this.#rangesOf(lanes);
    if (ranges === undefined) return undefined;
    const at = feed.nextOffset;
    if (!ranges.isReading) {
      if (at === undefined || !lanes.canRead || !ranges.canBegin(at)) return undefined;
      ranges.begin(at);
    }
    feed.moveTo(ranges.end);
    this.#countBytes(feed);
    if (!this.#isStopped && ranges.hasNext) {
      const seat = lanes.acquire(false);
      return seat === undefined ? NO_BLOCK : ranges.next(seat, feed.origin);
    }
    if (ranges.isOnTheWay) return NO_BLOCK;
    ranges.finish();
    return undefined;
  }

  /** Nobody is owed anything for the bytes, and batches may be cut anywhere. */
  #rangesOf(lanes: Lanes): Ranges | undefined {
    const { stage, settings } = this.#parts;
    const { source, ledger, units, crossing, fileAt } = this.#of!;
    if (lanes.count < 2 || stage.leavesNoTrace !== true || stage.holding !== undefined) return undefined;
    if ((ledger ?? units ?? crossing ?? fileAt ?? settings.batches.batchRecords ?? this.#parts.way) !== undefined)
      return undefined;
    const { seekable, sizeBytes } = source;
    if (seekable === undefined || sizeBytes === undefined) return undefined;
    this.#ranges = new Ranges(seekable, sizeBytes, rangeBytesOf(settings.batches.batchBytes));
    return this.#ranges;
  }

  /** The input at hand is over. */
  endInput(): void {
    if (this.#feed === undefined) return;
    this.#bytesCounted = 0;
    this.#feed.close();
    this.#feed = undefined;
    if (this.#opened?.isOwned === true) this.#opened.stop?.();
    else this.#of?.source.close();
  }

  /** Gives the block back that is being filled; for the time when it holds nothing. */
  putBack(): void {
    if (this.#seat !== undefined) this.#parts.stage.lanes.putBack(this.#seat);
    this.#seat = undefined;
  }

  /** Reads no more from outside. What has been read is still given, as far as it is whole. */
  stop(): void {
    if (!this.isOutside || this.#isStopped) return;
    this.#isStopped = true;
    this.#opened?.stop?.();
    // What it waits for may not hear that nothing comes any more.
    this.#isDry = false;
  }

  /** What it reads comes while the event loop runs, and not before. */
  get isHeard(): boolean {
    return this.#opened?.stop !== undefined;
  }

  /** It reads from outside of the graph. */
  get isOutside(): boolean {
    return this.#parts.inlet.kind === 'inputs';
  }

  /** Bytes of a line that no block can hold have been given, and its end has not. */
  get isInLongLine(): boolean {
    return this.#feed?.isInLongLine === true;
  }

  /** After `dry`: lets go of the block that is being filled, so that somebody else can have it. */
  standAside(): void {
    const hasStashed = this.#seat !== undefined && this.#feed!.stash(this.#seat);
    this.putBack();
    // It is not asked before there is something: each time what it has would be copied twice.
    if (hasStashed && this.isOutside) this.#waitForSource();
  }

  /** Nothing is read any more. */
  close(): void {
    const { inlet } = this.#parts;
    this.#isClosed = true;
    this.endInput();
    this.putBack();
    if (inlet.kind === 'edge') inlet.edge.close();
  }

  /** What may change that it is dry, or opening an input. */
  waits(waits: Waits): void {
    if (this.#opening !== undefined) {
      waits.until(this.#opening);
      return;
    }
    // Another inlet of the node may be open still.
    if (this.#feed === undefined) return;
    if (this.#deadlineMs !== undefined) waits.notAfter(this.#deadlineMs);
    if (this.isOutside) waits.until(this.#waitForSource());
  }

  #waitForSource(): Promise<void> {
    this.#wait ??= this.#of!.source.wait().then(
      () => {
        this.#wait = undefined;
      },
      (error: unknown) => {
        this.#wait = undefined;
        this.#error = error;
      },
    );
    return this.#wait;
  }

  #countBytes({ bytesRead }: Feed): void {
    this.#parts.stats.bytesIn += bytesRead - this.#bytesCounted;
    this.#bytesCounted = bytesRead;
  }

  /** Nothing can have come since the last look. */
  #isDryStill(): boolean {
    const { inlet, clockMs } = this.#parts;
    if (!this.#isDry || (this.#deadlineMs !== undefined && clockMs() >= this.#deadlineMs)) return false;
    return inlet.kind === 'edge' ? !inlet.edge.isReadable : this.#wait !== undefined;
  }

  #failed(): Read {
    const failure = this.#error;
    if (!(failure instanceof SourceError)) throw failure;
    this.#error = undefined;
    return { kind: 'failed', failure };
  }

  #openNext(): Read {
    const { inlet, isStopping } = this.#parts;
    if (inlet.kind === 'edge') {
      if (this.#hasOpened && inlet.edge.isOver) return OVER;
      this.#hasOpened = true;
      this.#begin({ ...inlet.edge.open(), origin: this.origin, way: this.#parts.way });
      return this.next();
    }
    const input = this.#isStopped ? undefined : this.#inputs.shift();
    if (input === undefined) return OVER;
    try {
      const opened = inlet.open(input, isStopping);
      if (opened instanceof Promise) return this.#waitFor(opened);
      this.#beginOpened(opened);
    } catch (error) {
      this.#error = error;
    }
    return this.next();
  }

  #waitFor(opened: Promise<OpenedInput>): Read {
    this.#opening = opened.then(
      (input) => {
        this.#opening = undefined;
        this.#beginOpened(input);
      },
      (error: unknown) => {
        this.#opening = undefined;
        this.#error = error;
      },
    );
    return OPENING;
  }

  #beginOpened(opened: OpenedInput): void {
    const { source, bytes, lines, file, ledger, units, counts, fileAt } = opened;
    const { name, sizeBytes, places, isTable } = source;
    this.knownBytes += sizeBytes ?? 0;
    this.#opened = opened;
    const origin = { name, lines, file, sizeBytes, counts, places, isTable };
    this.#begin({ source, origin, startOffset: bytes, ledger, units, fileAt });
    if (this.#isStopped) opened.stop?.();
    if (this.#isClosed) this.endInput();
  }

  #begin(of: FeedOf): void {
    const { stage, settings, clockMs } = this.#parts;
    const { batchBytes, batchRecords, batchAgeMs: ageMs, maxRecordBytes } = settings.batches;
    const cutAt = (lane: Lane, from: number, to: number): number => stage.holding?.cutAt(lane, from, to) ?? to;
    this.#of = of;
    this.#ranges = undefined;
    this.#feed = new Feed(
      stage.holding === undefined ? of : { ...of, cutAt },
      { batchBytes, batchRecords, ageMs, maxRecordBytes },
      clockMs,
    );
    this.#isLive = false;
    this.#isDry = false;
    this.#deadlineMs = undefined;
  }
}
