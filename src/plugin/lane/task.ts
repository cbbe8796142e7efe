/**
 * What the main thread and the thread of a plugin's lane tell each other. Work goes through one word per block, as
 * with every worker lane (layout.ts, B_STATE); counts and the state of the guest through the words of a ledger;
 * everything with text in it as notes through a message port, which the receiver reads synchronously when it has seen
 * the words. The receiver may be busy for as long as it likes, so notes are few and short, whatever a guest says:
 * texts are cut where they arise, and after those that are shown only a count goes across. Types and constants only.
 */
import type { MessagePort } from 'node:worker_threads';
import type { EngineOptions, MemoryMap } from '../../engine/memory.ts';
import type { Path, Program } from '../../engine/program.ts';
import type { ListSelector } from '../../selector/index.ts';
import type { PluginKind } from '../guest.ts';
import type { LaneLink } from '../services/protocol.ts';
import { CALL_BUCKETS } from './call-times.ts';

/** Which fields of a record are a Slung event. */
export interface EventFieldNames {
  readonly time: string;
  readonly value: string;
  readonly series: string;
  readonly tags: string;
  readonly timeUnit: 'auto' | 's' | 'ms' | 'us' | 'ns';
  /** The records come from `--listen`, and say who sent them. */
  readonly isListening: boolean;
}

/** A store on disk, for a Slung program. */
export interface HistoryTask {
  readonly directory: string;
  readonly durability: 'batch' | 'interval' | 'none';
  readonly retainMs: number | undefined;
  /** The program does not write, or somebody else does: the store is only asked, and its lock left alone. */
  readonly isReadOnly: boolean;
}

/** How much of what a guest writes to its standard error is shown: a bounded part, everything, nothing. */
export type StderrMode = 'limit' | 'all' | 'none';

/** Where notes go: the thread's end of a channel, or whoever takes them on the same thread. */
export type NotesPort = Pick<MessagePort, 'postMessage'>;

/** Everything that a lane's thread needs to run one plugin. */
export interface PluginTask {
  readonly name: string;
  readonly kind: PluginKind;
  readonly bytes: Uint8Array;
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly engineOptions: EngineOptions;
  /** Which records are for the plugin at all (--where). */
  readonly where: Program;
  /** Lines are given to a WASI filter without being looked at, because there is no --where. */
  readonly isRaw: boolean;
  readonly passUnmatched: boolean;
  readonly onPluginError: 'fail' | 'skip' | 'pass';
  /**
   * Nobody reads the output as records behind this plugin, so it is checked here: of a Tangent plugin bad lines are
   * rejected, of a guest that reads a stream they are counted, and the first one is reported.
   */
  readonly checksOutput: boolean;
  readonly maxMemoryBytes: number;
  /** The guest's own time in one call, see LaneTalk. */
  readonly timeLimitMs: number;
  readonly loadLimitMs: number;
  readonly stderr: StderrMode;
  /** How long it may wait for the network in one call, in all. */
  readonly networkTimeLimitMs: number;
  /** The most output of one call; a guest that reads a stream may output more when it was given much. */
  readonly maxOutputBytes: number;
  readonly config: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** What a filter may read: the name that it has for the guest, and the real path. */
  readonly directories: readonly { readonly name: string; readonly path: string }[];
  readonly args: readonly string[];
  readonly events: EventFieldNames;
  /** Undefined: the history of a Slung program is a table in memory. */
  readonly store: HistoryTask | undefined;
  readonly ledger: SharedArrayBuffer;
  readonly notes: NotesPort;
  /** To the services thread; undefined when the plugin asks for none. */
  readonly services: LaneLink | undefined;
  /**
   * How many of the submitted blocks are done: more than none when the thread takes the place of one that was ended.
   */
  readonly blocksDone: number;
  /** The first handle to be given out: a predecessor's are not used again. */
  readonly firstHandle: number;
}

/** i32 words of the ledger. */
export const WORD_STATE = 0;
/**
 * The state of the guest's calls: the bits CALL_* below, and above them how many calls, and parts of calls, there
 * were.
 */
export const WORD_CALLS = 1;
/** The number of the next handle. */
export const WORD_HANDLE = 2;
/**
 * How many blocks have been submitted. The numbers of the last ones stand in the queue, each at its count modulo its
 * size.
 */
export const WORD_SUBMITTED = 3;
/** Bad lines of all blocks that are done. */
export const WORD_REJECTS = 4;
/** Lines of the guest's standard error that were sent and not taken yet. */
export const WORD_STDERR_UNTAKEN = 5;
/**
 * Whole milliseconds of its time limit that the guest has used before the part of the call that is under way. Written
 * before WORD_CALLS says that a part begins.
 */
export const WORD_SPENT_MS = 6;
export const WORD_QUEUE = 7;
export const QUEUE_LENGTH = 8;

/** The guest is being called, or started. */
export const CALL_UNDER_WAY = 1;
/** The main thread ends the thread in this call: if the guest does return, the thread stays where it is. */
export const CALL_ENDED = 2;
/** One call. */
export const CALL_ONE = 4;

export const LANE_STARTING = 0;
export const LANE_READY = 1;
/** The plugin cannot be used; a `refused` note says why. */
export const LANE_REFUSED = 2;

/** f64 counters behind the words. */
export const COUNT_RECORDS = 0;
export const COUNT_CALLS = 1;
export const COUNT_GUEST_MS = 2;
export const COUNT_FAILURES = 3;
export const COUNT_PINS_LOST = 4;
/**
 * Of the guest's standard error: lines shown and their code units, lines that were only counted, bytes of the
 * unfinished line.
 */
export const COUNT_STDERR_SHOWN = 5;
export const COUNT_STDERR_SHOWN_BYTES = 6;
export const COUNT_STDERR_HIDDEN = 7;
export const COUNT_STDERR_LINE_BYTES = 8;
/** Faults and warnings that were sent as notes, and warnings that were only counted. */
export const COUNT_FAULTS_TOLD = 9;
export const COUNT_WARNINGS_TOLD = 10;
export const COUNT_WARNINGS_LEFT = 11;
/** Bad lines in the output of a guest that reads a stream. */
export const COUNT_BAD_OUTPUT = 12;
/** Different causes of discarded records that have a number, and the number of why the thread was ended last. */
export const COUNT_CAUSES = 13;
export const COUNT_END_CAUSE = 14;
/** So many different causes are kept in the rejects; the text of any others is only counted with the record. */
export const CAUSES_KEPT = 100;
/** So many names of the configuration that are not there are remembered, and so much of each. */
export const UNKNOWN_NAMES_KEPT = 100;
export const UNKNOWN_NAME_LENGTH = 100;
/** An even number, because what follows is aligned to 8 bytes. */
const WORDS = (WORD_QUEUE + QUEUE_LENGTH + 1) & ~1;
const COUNTERS = 16;
/** Behind the counters: the beginning of the unfinished line of the guest's standard error. */
const STDERR_LINE_BYTES = 4096;
const STDERR_LINE_AT = WORDS * 4 + COUNTERS * 8;
/** Behind that: how long calls took, see call-times.ts. */
const CALL_TIMES_AT = STDERR_LINE_AT + STDERR_LINE_BYTES;
export const LEDGER_BYTES = CALL_TIMES_AT + CALL_BUCKETS * 4;

/** The two halves of a ledger. */
export function ledgerViews(ledger: SharedArrayBuffer): { words: Int32Array; counts: Float64Array } {
  return { words: new Int32Array(ledger, 0, WORDS), counts: new Float64Array(ledger, WORDS * 4, COUNTERS) };
}

/** The room for the unfinished line of the guest's standard error. */
export function stderrLine(ledger: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(ledger, STDERR_LINE_AT, STDERR_LINE_BYTES);
}
/** How many calls took how long. */
export function callTimes(ledger: SharedArrayBuffer): Uint32Array {
  return new Uint32Array(ledger, CALL_TIMES_AT, CALL_BUCKETS);
}
/** Faults of one plugin that are shown; of more there is only their number. */
export const FAULTS_SHOWN = 5;
/** The same of a lane's warnings. */
export const WARNINGS_SHOWN = 200;
/** Code units of one warning, which may have several lines. */
export const WARNING_LENGTH = 2000;
/** Code units of a plugin's name and version. */
export const NAME_LENGTH = 200;
/** Paths of selectors that are looked for, to say at the end that no record had them. */
export const UNSEEN_PATHS = 64;

/** What a plugin says of itself. */
export interface PluginDescription {
  readonly name: string;
  readonly version: string;
  readonly selectors: readonly ListSelector[];
}

/** The block of a fault that no block is to blame for: it is reported with whichever comes next. */
export const ANY_BLOCK = -1;

/** Something went wrong in the guest, while it had these lines of the block (0-based, end exclusive). */
export interface PluginFault {
  readonly block: number;
  readonly fromLine: number;
  readonly toLine: number;
  readonly cause: string;
}

export interface UnseenPath {
  readonly path: Path;
  /** Of --where, or else of the plugin's selectors. */
  readonly isOfWhere: boolean;
  readonly slots: readonly number[];
}

export type LaneNote =
  | { readonly kind: 'ready'; readonly description: PluginDescription | undefined }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'warn'; readonly text: string }
  /** Words about times: a warning, or only with -v. */
  | { readonly kind: 'time'; readonly fault: PluginFault; readonly isWarning: boolean }
  /** A line of the guest's standard error, printable; taken as soon as it comes. */
  | { readonly kind: 'stderr'; readonly text: string }
  /**
   * Paths of --where and of the plugin's selectors that no record has had so far, each with its slots in the plan that
   * is in use from now on: the main thread looks there at the end.
   */
  | { readonly kind: 'unseen'; readonly paths: readonly UnseenPath[] }
  /** The run has to end (--on-plugin-error fail). */
  | { readonly kind: 'fatal'; readonly fault: PluginFault }
  /** Reported for the first records that are discarded or passed on; B_FAULTS counts them all. */
  | { readonly kind: 'fault'; readonly fault: PluginFault }
  /** A name of the configuration that the plugin has asked for, the first time. */
  | { readonly kind: 'config-asked'; readonly name: string }
  /** The words of a cause whose number the rejects have from now on. */
  | { readonly kind: 'cause'; readonly number: number; readonly text: string }
  /** A guest that reads a stream ended by itself, while it had the block. */
  | { readonly kind: 'ended'; readonly status: number; readonly block: number };
