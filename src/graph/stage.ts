/**
 * What a run does with its batches, whatever that is: `Job` (selectors and projections, stage/select) and `PluginJob` (a plugin,
 * stage/plugin) are the two. The run reads, keeps the order and writes; the work owns the lanes. Types only.
 */
import type {
  BatchSettings,
  InputSettings,
  OutputSettings,
  RejectSettings,
  ReportSettings,
  SelectionSettings,
} from '../config/settings.ts';
import type { Column, Path } from '../engine/program.ts';
import type { Source } from '../io/index.ts';
import type { StoreReport } from '../stage/points/store-writer.ts';
import type { Tag } from './drain.ts';
import type { Ends } from './ends.ts';
import type { Flight, Lanes, Seat } from './lane.ts';
import type { InputFile } from './position.ts';
import type { Rejecting } from './rejecting.ts';

/** An input, and where in it the source begins. */
export interface OpenedInput {
  readonly source: Source;
  readonly bytes: number;
  readonly lines: number;
  /** Undefined for what is no file. */
  readonly file: InputFile | undefined;
}

/** What remembers points of the records of a run (stage/points). */
export interface Recorder {
  /** Opens an input, perhaps where an earlier run has stopped. @throws SourceError */
  open(input: string, ends: Ends, isStopping: () => boolean): Promise<OpenedInput>;
  /** A batch is drained: in the order of the input, before its output is written. @throws SinkError */
  take(flight: Flight<Tag>): void;
  /** What has to be said at the end. */
  words(): readonly string[];
  report(): StoreReport;
  /** Nothing more comes; safe to call twice. @throws SinkError */
  close(): void;
}

/** What a run, one node of work, has to know whatever that work is. */
export interface NodeSettings {
  readonly input: InputSettings;
  readonly batches: BatchSettings;
  /** The most that work at a time. */
  readonly lanes: number;
  /** Which records are for the work, for hints about those that are not. */
  readonly selection: SelectionSettings;
  /** Undefined: what the work outputs is written as it is. */
  readonly output: OutputSettings | undefined;
  readonly rejects: RejectSettings;
  /** Undefined: somebody else reports, for several runs together. */
  readonly report: ReportSettings | undefined;
}

export interface Work {
  readonly settings: NodeSettings;
  readonly lanes: Lanes<Tag>;
  /** Undefined until `settle` when the columns are to be found. */
  readonly columns: readonly Column[] | undefined;
  /** True when the columns were found in the data, so that others may turn up later. */
  readonly findsColumns: boolean;
  /** The columns are still to be found. */
  readonly isFinding: boolean;
  /** Root keys that came after the header, with the number of values under them. Complete after `finish`. */
  readonly lateKeys: ReadonlyMap<string, number>;
  /** A batch may be processed again. A plugin sees each record once, so its lane stops by itself at a bad line too many. */
  readonly canRepeat: boolean;
  /** The lanes share their thread's event loop with other runs: waiting must not block it. */
  readonly isPolite: boolean;
  /** Undefined when nothing is remembered. */
  readonly recorder: Recorder | undefined;
  /** Changes over to the real plan. No batch may be in flight. */
  settle(columns: readonly Column[]): void;
  /** Adds `count` worker lanes, once. */
  startWorkers(count: number): void;
  /** A block that can take `bytes` at once, for a long record or a batch that is done again. Nothing may be in flight. */
  aside(bytes: number): Seat;
  /** How many bytes the block beside the others can hold now; 0 when there is none. */
  readonly asideBytes: number;
  dropAside(): void;
  /** Keeps the start of the input, for hints. */
  sample(bytes: Uint8Array): void;
  readonly sampleBytes: Uint8Array;
  /** The paths of the selector, then those of given columns, that no record had. */
  absentPaths(): { where: Path[]; columns: Path[] };
  /** The input is over: a block to submit with nothing in it, when the lanes' guests have to be told. */
  lastSeat(): Seat | undefined;
  /** Why nothing more needs to be read, or undefined: a guest has ended by itself, or has failed. Called after each flight. */
  verdict(flight: Flight<Tag>): 'ended' | 'failed' | undefined;
  /**
   * Before the output of a block, or of a part of it, is written: its bad lines are reported and taken out, if the work
   * looks at what it outputs. @returns where the run has to stop because of one bad line too many, for people
   */
  takeOutput(seat: Seat, rejecting: Rejecting): string | undefined;
  /** Why a plugin failed on a rejected line, by the number in the reject. */
  causeOf?(flight: Flight<Tag>, number: number): string | undefined;
  /** The run has been told to stop. What was read is still processed, but not for ever. */
  hurry(): void;
  /** What is in flight is not wanted any more. Flights come back soon, with whatever is in them. */
  abandon(): void;
  /** Ends all lanes. */
  finish(): void;
}
