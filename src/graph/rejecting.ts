/**
 * What happens to a bad line: it is counted, written to the rejects file if there is one, and the first few are shown
 * with place and cause. This is also where the limit of --max-errors is checked (--on-error fail is a limit of 0).
 */
import { CODE_PLUGIN_FAILED, CODE_TOO_LONG } from '../engine/code-numbers.ts';
import { codeOf } from '../engine/codes.ts';
import type { EngineMemory, Reject } from '../engine/engine.ts';
import { counted } from '../format/count.ts';
import type { RejectRow, RejectsWriter } from '../io/index.ts';
import type { PlaceOfByte, Places } from '../io/types.ts';
import { excerpt } from '../text/printable.ts';
import type { Talk } from './host.ts';
import type { Stats } from './stats.ts';
import type { Row } from './unit-rows.ts';

/** How many bad lines are shown before only their number is. */
const SHOWN = 5;
const NOTHING = new Uint8Array(0);

/** Where a batch lies in its source. */
export interface Place {
  readonly sourceName: string;
  /** 1-based number of the batch's first line. */
  readonly firstLine: number;
  /** Offset of the batch's first byte in the (decompressed) source. */
  readonly sourceOffset: number;
  /** Why a plugin failed on the line, in its own words. */
  readonly cause?: string | undefined;
  /** Of a source that converts: where its bytes were. */
  readonly places?: Places | undefined;
}

/** Of a line that a plugin has output, for people. */
export function outputPlace(plugin: string, line: number): string {
  return `plugin ${excerpt(plugin)}: output line ${line}`;
}

/** Where a bad line was, and what is wrong with it. */
export interface BadLine {
  readonly sourceName: string;
  /** From 1. */
  readonly line: number;
  readonly sourceOffset: number;
  readonly column: number;
  readonly code: number;
  readonly lengthBytes: number;
  /** The plugin that has output it; undefined for a line of the run's input. */
  readonly outputOf?: string | undefined;
  /** Why a plugin failed on it, in its own words. */
  readonly cause?: string | undefined;
  /** Line, offset and column are those of what a source made, and this knows the input's. */
  readonly places?: Places | undefined;
}

/** Why a line of the input is too long that begins as an array does. */
export const ARRAY_CAUSE = 'of an array, --from json makes each element a record';

/** Whether a line, of which this is the beginning at least, begins as an array does. */
export function beginsArray(line: Uint8Array): boolean {
  return /^\s*\[/.test(Buffer.from(line.subarray(0, 100)).toString('latin1'));
}

/** How many lines may be rejected, and what says so. */
export interface RejectLimit {
  /** More than this stop the run. */
  readonly lines: number;
  /** The flag, for messages. */
  readonly flag: string;
}

/** What messages about bad lines of a node say besides. */
export interface RejectWords {
  /** The plugin whose output is the input. */
  readonly readsOutputOf?: string | undefined;
  /** What keeps bad lines, when that is not the flag of `slung select`. */
  readonly keptBy?: string | undefined;
  /** Why a line with this code is bad, when that can be said better than in codes.ts. */
  readonly reasonOf?: (code: number) => string;
}

/** The line and column of the byte that is wrong, and the offset of what it is in. */
function placeInInput({ places, line, column, sourceOffset }: BadLine): PlaceOfByte {
  if (places === undefined) return { line, column, offset: sourceOffset };
  return { ...places.at(sourceOffset + column - 1), offset: places.at(sourceOffset).offset };
}

export class Rejecting {
  readonly #stats: Stats;
  readonly #talk: Talk | undefined;
  readonly #writer: RejectsWriter | undefined;
  readonly #readsOutputOf: string | undefined;
  readonly #reasonOf: (code: number) => string;
  /** Bad lines of inputs (undefined) and of the outputs of plugins. */
  readonly #counts = new Map<string | undefined, number>();
  readonly #limit: RejectLimit;
  readonly #keptBy: string;

  /**
   * Without `talk` the bad lines are not shown: the writer reports them.
   */
  constructor(
    stats: Stats,
    talk: Talk | undefined,
    writer: RejectsWriter | undefined,
    limit: RejectLimit,
    { readsOutputOf, keptBy, reasonOf }: RejectWords = {},
  ) {
    this.#readsOutputOf = readsOutputOf;
    this.#keptBy = keptBy ?? '--rejects FILE';
    this.#reasonOf = reasonOf ?? ((code) => codeOf(code).text);
    this.#stats = stats;
    this.#talk = talk;
    this.#writer = writer;
    this.#limit = limit;
  }

  /** How many more lines may be rejected before the run stops. */
  get left(): number {
    return this.#limit.lines - this.#stats.rejected;
  }

  /** That the run stops because of one bad line too many. @param place of that line, for people */
  tooMany(place: string): string {
    return `stopped at ${place} (${this.#limit.flag})`;
  }

  /** A line of a processed batch whose first byte is at address `batchFrom`. @returns what was reported */
  take(memory: EngineMemory, reject: Reject, place: Place, batchFrom: number): RejectRow {
    const lengthBytes = reject.to - reject.from;
    const line = memory.view(reject.from, reject.to);
    return this.report(line, {
      sourceName: place.sourceName,
      line: place.firstLine + reject.line,
      sourceOffset: place.sourceOffset + (reject.from - batchFrom),
      column: reject.at - reject.from + 1,
      code: reject.code,
      lengthBytes,
      cause: place.cause ?? this.#causeOf(reject.code, line, memory.options.maxRecordBytes),
      places: place.places,
    });
  }

  /** Why a line is too long, where more can be said than that it is. */
  #causeOf(code: number, line: Uint8Array, maxRecordBytes: number): string | undefined {
    if (code !== CODE_TOO_LONG) return undefined;
    if (line.length <= maxRecordBytes) return 'with its edits';
    return this.#readsOutputOf === undefined && beginsArray(line) ? ARRAY_CAUSE : undefined;
  }

  /** A line of the run's input, for people. @param at where it is in an input that was converted */
  placeOf(sourceName: string, line: number, at?: Pick<PlaceOfByte, 'line'>): string {
    const number = at?.line ?? line;
    return this.#readsOutputOf === undefined
      ? `${excerpt(sourceName)}:${number}`
      : outputPlace(this.#readsOutputOf, number);
  }

  /** What will be said of a line, before it is counted and reported. */
  rowOf(code: number, column: number): Row {
    return { column, code, name: codeOf(code).name, reason: this.#reasonOf(code) };
  }

  /** Counts and reports one bad line. `bytes` is borrowed; undefined when it went to the rejects piece by piece. */
  report(bytes: Uint8Array | undefined, at: BadLine): RejectRow {
    const { name } = codeOf(at.code);
    const text = this.#reasonOf(at.code);
    const { line, column, offset } = placeInInput(at);
    const outputOf = at.outputOf ?? this.#readsOutputOf;
    const count = (this.#counts.get(outputOf) ?? 0) + 1;
    this.#counts.set(outputOf, count);
    this.#stats.countReject(at.code);
    const row = {
      file: at.sourceName,
      line,
      byteOffset: offset,
      column,
      code: at.code,
      name,
      reason: at.cause === undefined ? text : `${text}: ${at.cause}`,
      length: at.lengthBytes,
      ...(outputOf === undefined ? {} : { outputOf }),
    };
    this.#writer?.write(bytes ?? NOTHING, row);
    // What a plugin failed on, its stage reports, with the plugin's name and the cause.
    if (this.#talk === undefined || count > SHOWN || at.code === CODE_PLUGIN_FAILED) return row;
    const number = `E${String(at.code).padStart(2, '0')} ${name}`;
    const size = name === 'too-long' && at.cause === undefined ? ` (it has ${at.lengthBytes} bytes)` : '';
    const place =
      outputOf === undefined
        ? `${excerpt(at.sourceName)}:${line}:${column}`
        : `${outputPlace(outputOf, line)}, column ${column}`;
    this.#talk.warn(`${place}: ${row.reason}${size} (${number})`, row);
    return row;
  }

  /** A piece of a line that is too long to be kept, as it passes. */
  passTooLong(piece: Uint8Array): void {
    this.#writer?.writePart(piece);
  }

  /** Hands the rejects to the system before a wait for input, so that they can be looked at. */
  flush(): void {
    this.#writer?.flush();
  }

  /** A batch with bad lines, which were taken, will be settled: whoever knows how far was read gives none again. */
  keep({ receipts }: { readonly receipts: readonly unknown[] }): void {
    if (receipts.length > 0) this.#writer?.keep?.();
  }

  /**
   * The last word on rejected lines, at the end of a run.
   * @param failedSink the name of the output that could not be written, if there is one
   */
  summarise(rejectsPath: string | undefined, kept: boolean, failedSink: string | undefined): void {
    if (this.#talk === undefined) return;
    const isLost = rejectsPath !== undefined && (failedSink === rejectsPath || failedSink === `${rejectsPath}.log`);
    for (const [outputOf, count] of this.#counts) {
      const what = `${counted(count, 'bad line')} in the ${outputOf === undefined ? 'input' : `output of plugin ${excerpt(outputOf)}`}`;
      if (isLost) this.#talk.warn(`${what}; ${excerpt(rejectsPath)} does not have all of them`);
      else this.#talk.warn(this.#summary(outputOf, count, rejectsPath, kept));
    }
  }

  #summary(outputOf: string | undefined, rejected: number, rejectsPath: string | undefined, kept: boolean): string {
    const shown = rejected > SHOWN ? ` (the first ${SHOWN} are shown)` : '';
    const isOne = rejected === 1;
    const asItWas = isOne ? 'passed on as it was' : 'passed on as they were';
    const fate = kept ? asItWas : rejectsPath === undefined ? 'left out' : `written to ${excerpt(rejectsPath)}`;
    const next = kept || rejectsPath !== undefined ? '' : `; ${this.#keptBy} keeps ${isOne ? 'it' : 'them'}`;
    const what = outputOf === undefined ? '' : ` in the output of plugin ${excerpt(outputOf)}`;
    return `${counted(rejected, 'bad line')}${what} ${isOne ? 'was' : 'were'} ${fate}${shown}${next}`;
  }
}
