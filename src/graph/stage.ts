/**
 * What a node does with its batches: it selects and projects (stage/select), gives them to a plugin (stage/plugin), or
 * makes points of them (stage/points). The node reads, keeps the order and delivers; the stage owns the lanes. Types
 * only.
 */
import type {
  BatchSettings,
  InputSettings,
  OutputSettings,
  RejectSettings,
  ReportSettings,
  SelectionSettings,
} from '../config/settings.ts';
import type { Batch } from './batch.ts';
import type { Talk } from './host.ts';
import type { Lane, Seat } from './lane.ts';
import type { Lanes } from './lanes.ts';
import type { Rejecting } from './rejecting.ts';
import type { Stats } from './stats.ts';

/** What a node has to know whatever its stage is. */
export interface NodeSettings {
  readonly input: InputSettings;
  readonly batches: BatchSettings;
  /** The most that work at a time. */
  readonly lanes: number | undefined;
  /** Which records are for the work, for hints about those that are not. */
  readonly selection: SelectionSettings;
  /** Undefined: what the work outputs is written as it is. */
  readonly output: OutputSettings | undefined;
  readonly rejects: RejectSettings;
  /** Undefined: somebody else reports, for several nodes together. */
  readonly report: ReportSettings | undefined;
}

/**
 * Why a node reads no more: the output's reader has gone, too many lines were rejected, a column came too late; a
 * plugin has ended by itself, or failed; as many records have passed as were asked for.
 */
export type Stop = 'closed' | 'rejects' | 'columns' | 'ended' | 'limit' | 'failed';

/** What a stage has found in a batch. */
export interface Verdict {
  readonly stop: Stop;
  /** Reports on it, when the output before it has been delivered. */
  readonly message?: string;
}

/** A batch that waits, and its bytes. */
export interface Held {
  readonly bytes: Uint8Array;
  readonly batch: Batch;
}

/** A stage that has to see some of its input before it can output anything: columns that are found in the data. */
export interface Holding {
  /** Batches are held. */
  readonly isHolding: boolean;
  /** It has seen enough: `close` is to be called. */
  readonly isFull: boolean;
  /** Where a batch of lines in [from, to) has to end at the latest: an address after `from`. */
  cutAt(lane: Lane, from: number, to: number): number;
  /**
   * Looks at a batch that was processed. @returns whether it is held: then its block is free again, and nothing else
   * is done with it
   */
  hold(batch: Batch): boolean;
  /**
   * Ends the waiting. @returns what was held, to be processed again, each batch by a holder's `release`; the stage has
   * changed then
   */
  close(talk: Talk): readonly Held[];
  /** Says once why nothing is output yet. */
  explain(talk: Talk): void;
}

/** What a stage has to say at the end. */
export interface StageReport {
  /** What was left out of the output, so that it is not whole. */
  readonly leftOut: readonly string[];
  /** Advice about an output that is not what was expected. */
  readonly hints: readonly string[];
}

export interface Stage {
  readonly lanes: Lanes;
  /** A batch that was processed and is dropped leaves no trace in its lane: lanes may read ahead by themselves. */
  readonly leavesNoTrace?: boolean;
  /**
   * What becomes of a batch with a bad line too many: it is processed `again`, only up to that line; its block was
   * `cut` behind the line (B_TO says where); or the lane has stopped there, and what is behind it is `lost`, because a
   * plugin sees each record once.
   */
  readonly atLimit: 'again' | 'cut' | 'lost';
  /**
   * How many more records may pass; a batch with as many is processed again, up to the last of them. Undefined: any
   * number.
   */
  readonly matchesLeft?: number | undefined;
  /** How many records of a processed batch count for `matchesLeft`. Default: those that matched. */
  passed?(batch: Batch): number;
  /** Undefined as soon as the stage can output. */
  readonly holding?: Holding | undefined;
  /**
   * What is output before anything else, when there is something. Asked at the start, and again after `holding`.
   * @param output the class of the output
   */
  preface(output: number): Uint8Array | undefined;
  /**
   * A block that can take `bytes` at once, for a long record or a batch that is done again. Nothing may be in flight.
   */
  aside(bytes: number): Seat;
  /** Lets go of what a long record needed. @returns whether that was much */
  relax(): boolean;
  /** Looks at a batch that is drained, before its output is delivered. @returns why nothing more needs to be read */
  verdict(batch: Batch): Verdict | undefined;
  /**
   * Before the output of a batch, or of a part of it, is delivered: its bad lines are reported and taken out, if the
   * stage looks at what it outputs. @returns where the node has to stop because of one bad line too many, for people
   */
  output?(batch: Batch, rejecting: Rejecting): string | undefined;
  /** The input is over: a block to submit with nothing in it, when the lanes' guests have to know. */
  end(): Seat | undefined;
  /**
   * `hurry`: the run is to end; what was read is still processed, but not for ever. `abandon`: what is in flight is
   * not wanted any more; batches come back soon, with whatever is in them.
   */
  stop(how: 'hurry' | 'abandon'): void;
  /** Ends all lanes. Safe to call twice. */
  finish(): void;
  /** After `finish`. */
  report(stats: Stats): StageReport;
}
