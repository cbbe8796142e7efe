/**
 * One node of a graph: cuts what it reads into batches, straight into the blocks of its stage's lanes, and drains
 * finished batches to its edges in input order.
 *
 *     source or edge --Reader--> block --Lane--> pieces --Drain--> edges
 *
 * A node does one thing a step and never waits. It says whether it is `dry` (nothing to read, or no lane has finished)
 * or `full` (an edge takes nothing), and what it waits for (`waits`). The graph steps and waits for all nodes.
 */

import { counted } from '../format/count.ts';
import { SinkError, type SourceError } from '../io/index.ts';
import { excerpt } from '../text/printable.ts';
import { Batch } from './batch.ts';
import { Drain } from './drain.ts';
import { Edges } from './edges.ts';
import type { RunHost, StopSignal } from './host.ts';
import type { NodeParts } from './node-parts.ts';
import { conclude, givenUp, type NodeEnd, sinkErrorOf } from './outcome.ts';
import type { Aside, Reader } from './reader.ts';
import { type Readers, readerOf } from './readers.ts';
import { NO_RECEIPTS } from './receipt.ts';
import type { StatsReport } from './stats.ts';
import { OldestWait, type Waits } from './waits.ts';

/** So long is waited for the columns in silence. */
const HOLDING_MS = 2000;
/**
 * The longest time that a lane is waited for before the node is looked at again: a pipe may be dry between any two
 * writes.
 */
const lookMs = { lane: 10, 'dry-lane': 1 } as const;

export type Step = 'ran' | 'dry' | 'full' | 'over';

export class Node {
  readonly #parts: NodeParts;
  readonly #host: RunHost;
  readonly #reader: Reader | Readers;
  readonly #edges: Edges;
  readonly #drain: Drain;
  readonly #startMs: number;
  #aside: Aside | undefined;
  /** Nothing is read until garbage has been collected. */
  #collecting: Promise<void> | undefined;
  readonly #oldest = new OldestWait();
  /** When it first waited for input while it held records back. */
  #holdingSinceMs: number | undefined;
  #needs: 'lane' | 'dry-lane' | 'input' | 'nothing' = 'nothing';
  #ending: 'reading' | 'holding' | 'guests' | 'closing' = 'reading';
  #signal: StopSignal | undefined;
  #isCutShort = false;
  #inputFailed = false;
  #isAbandoned = false;
  #end: NodeEnd | undefined;

  constructor(parts: NodeParts, host: RunHost) {
    this.#parts = parts;
    this.#host = host;
    this.#startMs = host.clockMs();
    const clockMs = (): number => host.clockMs();
    this.#edges = new Edges(parts.edges, clockMs);
    this.#drain = new Drain({ ...parts, edges: this.#edges, talk: host.talk });
    const isStopping = (): boolean =>
      this.#signal !== undefined || this.#isCutShort || this.#drain.stopped !== undefined;
    this.#reader = readerOf(parts.inlets, { ...parts, clockMs, isStopping });
  }

  /** It reads from outside of the graph. */
  get isSource(): boolean {
    return this.#reader.isOutside;
  }

  /** How it ended; undefined while it has not. */
  get end(): NodeEnd | undefined {
    return this.#end;
  }

  /** For the progress line. */
  get progress(): { readonly bytesRead: number; readonly bytesTotal: number; readonly records: number } {
    const { bytesIn, records } = this.#parts.stats;
    return { bytesRead: bytesIn, bytesTotal: this.#reader.knownBytes, records };
  }

  /** What has been counted so far. */
  report(): StatsReport {
    const { stats, stage, edges } = this.#parts;
    stats.lanes = stage.lanes.lanes.length;
    const report = stats.report((this.#host.clockMs() - this.#startMs) / 1000);
    const store = edges.map((edge) => edge.report?.()).find((found) => found !== undefined);
    return store === undefined ? report : { ...report, store };
  }

  /** Reads no more; what has been read is processed and delivered. */
  stop(signal: StopSignal): void {
    this.#signal = signal;
    this.#reader.stop();
    this.#parts.stage.stop('hurry');
  }

  /** Reads no more, because the run has failed elsewhere; what has been read is processed and delivered. */
  cutShort(): void {
    if (this.#end !== undefined) return;
    this.#isCutShort = true;
    this.#reader.stop();
  }

  /** One step. Errors of outputs end the node, and are part of its end. */
  step(): Step {
    if (this.#end !== undefined) return 'over';
    try {
      return this.#step();
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      this.#reader.close();
      this.#drain.giveUp();
      this.#conclude(error);
      return 'ran';
    }
  }

  /** Ends the node at once, without any output. */
  giveUp(): void {
    if (this.#end !== undefined) return;
    const { edges, stage } = this.#parts;
    this.#reader.close();
    this.#drain.giveUp();
    for (const edge of edges) edge.abort();
    for (const edge of edges) sinkErrorOf(() => edge.end());
    stage.finish();
    this.#end = givenUp(this.#drain.stopped, this.#signal);
  }

  /** After a step that was `dry` or `full`: what may change that. */
  waits(waits: Waits): void {
    const { isHeard } = this.#reader;
    if (isHeard || this.#edges.areAwaiting) waits.leaveLoop();
    if (this.#collecting !== undefined) waits.until(this.#collecting);
    if (this.#edges.waits(waits)) return;
    if (this.#needs === 'input') this.#waitForInput(waits);
    else if (this.#needs === 'dry-lane' && isHeard) {
      this.#reader.waits(waits);
      this.#oldest.add(waits, this.#parts.stage.lanes.oldest, lookMs.lane);
    } else if (this.#needs !== 'nothing') this.#oldest.add(waits, this.#parts.stage.lanes.oldest, lookMs[this.#needs]);
  }

  #waitForInput(waits: Waits): void {
    const { holding } = this.#parts.stage;
    if (holding?.isHolding === true) {
      // A source that looks around now and then ends the wait, and nothing has come all the same.
      this.#holdingSinceMs ??= this.#host.clockMs();
      const leftMs = this.#holdingSinceMs + HOLDING_MS - this.#host.clockMs();
      waits.notice(Math.max(0, leftMs), () => holding.explain(this.#host.talk));
    }
    this.#reader.waits(waits);
  }

  #step(): Step {
    this.#needs = 'nothing';
    const drained = this.#drain.step();
    if (drained !== 'dry') return drained;
    if (this.#edges.isClosed) this.#drain.stopped ??= 'closed';
    if (this.#drain.stopped !== undefined) return this.#abandon();
    if (this.#collecting !== undefined) return 'dry';
    if (this.#aside !== undefined) return this.#takeAside(this.#aside);
    return this.#ending === 'reading' ? this.#read() : this.#goOnEnding();
  }

  /** Nobody wants what is on its way. */
  #abandon(): Step {
    const { stage } = this.#parts;
    if (!this.#isAbandoned) {
      this.#isAbandoned = true;
      this.#reader.close();
      stage.stop('abandon');
    }
    if (stage.lanes.inFlight > 0) return this.#need('lane');
    this.#close();
    return 'ran';
  }

  #need(what: 'lane' | 'dry-lane' | 'input'): Step {
    this.#needs = what;
    return 'dry';
  }

  #read(): Step {
    const { lanes } = this.#parts.stage;
    const read = this.#reader.next();
    switch (read.kind) {
      case 'batch':
        lanes.submit(read);
        this.#relax();
        return 'ran';
      case 'no-block':
        return this.#need('lane');
      case 'opening':
        return this.#need('input');
      case 'dry':
        // A node before this one is looked at whenever anything happens; the world outside has to be asked.
        if (lanes.inFlight > 0) return this.#need(this.isSource ? 'dry-lane' : 'lane');
        this.#parts.rejecting.flush();
        this.#relax();
        return this.#need('input');
      case 'over':
        this.#reader.putBack();
        this.#ending = 'holding';
        return 'ran';
      default:
        this.#aside = read;
        return 'ran';
    }
  }

  #takeAside(aside: Aside): Step {
    const { lanes, holding } = this.#parts.stage;
    const isClean = aside.kind === 'end' && aside.unfinishedBytes === 0 && aside.failure === undefined;
    if (lanes.inFlight > 0 && !isClean) return this.#need('lane');
    // Given back first: when the columns are found, the lanes are others.
    this.#reader.putBack();
    if (aside.kind === 'part' && holding?.isHolding === true) {
      // A line that no block can hold ends the waiting before it.
      this.#drain.closeHolding();
      return 'ran';
    }
    this.#aside = undefined;
    if (aside.kind === 'part') this.#drain.takePart(aside.bytes);
    else if (aside.kind === 'long') this.#drain.takeLong(aside, this.#reader.current);
    else {
      if (aside.kind === 'end') this.#tellUnfinished(aside.unfinishedBytes);
      this.#reader.endInput();
      if (aside.failure !== undefined) this.#tellFailure(aside.failure);
    }
    return 'ran';
  }

  #tellUnfinished(bytes: number): void {
    if (bytes === 0) return;
    this.#drain.abandonLong();
    const { name, lines, places } = this.#reader.current;
    // What converts says itself where its input is not whole.
    if (places !== undefined) return;
    const size = counted(bytes, 'byte');
    this.#host.talk.warn(
      `${excerpt(name)}:${lines + 1}: the last line was read only in part (${size}) and is left out`,
    );
  }

  /** That an input cannot be read is reported after the bad lines that were found in it. */
  #tellFailure({ message }: SourceError): void {
    this.#inputFailed = true;
    this.#host.progress?.clear();
    if (message !== '') this.#host.talk.error(message);
  }

  /** All inputs have been read: what is held comes out, guests learn that nothing follows, and the node ends. */
  #goOnEnding(): Step {
    if (this.#parts.stage.lanes.inFlight > 0) return this.#need('lane');
    if (this.#ending === 'holding') {
      this.#ending = 'guests';
      this.#drain.closeHolding();
    } else if (this.#ending === 'guests') {
      this.#ending = 'closing';
      this.#tellGuests();
    } else this.#close();
    return 'ran';
  }

  /** A guest that reads a stream hears of its end, and what it still outputs is drained. */
  #tellGuests(): void {
    const { stage } = this.#parts;
    const seat = stage.end();
    if (seat === undefined) return;
    const from = seat.lane.memory.inputStart(seat.block);
    const { origin } = this.#reader;
    const of = { origin, trigger: 'end', sourceOffset: 0, endAdded: false, receipts: NO_RECEIPTS, whole: 0 } as const;
    stage.lanes.submit(new Batch(seat, from, from, of));
  }

  /** What a long record needed is given back before anything else is read. */
  #relax(): void {
    if (this.#drain.isCollecting || !this.#parts.stage.relax()) return;
    this.#collecting = this.#parts.collectGarbage?.().then(() => {
      this.#collecting = undefined;
    });
  }

  /** Nothing is on its way any more. */
  #close(): void {
    this.#reader.close();
    this.#conclude(undefined);
  }

  /** @param sinkError of an output, which ended the node */
  #conclude(sinkError: SinkError | undefined): void {
    this.#end = conclude({
      ...this.#parts,
      host: this.#host,
      stopped: this.#drain.stopped,
      signal: this.#signal,
      isCutShort: this.#isCutShort,
      sinkError,
      inputFailed: this.#inputFailed,
      report: () => this.report(),
    });
  }
}
