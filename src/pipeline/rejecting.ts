/**
 * What happens to a bad line: it is counted, written to the rejects file if there is one, and the first few are shown
 * with place and cause. The limit of --max-errors (or --on-error fail, which is a limit of none) is kept here.
 */
import { codeOf } from '../engine/codes.ts';
import type { EngineMemory, Reject } from '../engine/engine.ts';
import type { RejectsWriter } from '../io/index.ts';
import type { Talk } from './host.ts';
import { counted, type Stats } from './stats.ts';

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
}

export class Rejecting {
  readonly #stats: Stats;
  readonly #talk: Talk | undefined;
  readonly #writer: RejectsWriter | undefined;
  /** More rejected lines than this stop the run. */
  readonly limit: number;

  /** Without `talk` the bad lines are not shown: the writer tells of them. */
  constructor(stats: Stats, talk: Talk | undefined, writer: RejectsWriter | undefined, limit: number) {
    this.#stats = stats;
    this.#talk = talk;
    this.#writer = writer;
    this.limit = limit;
  }

  /** How many more lines may be rejected before the run stops. */
  get left(): number {
    return this.limit - this.#stats.rejected;
  }

  /** A line of a processed batch whose first byte is at address `batchFrom`. */
  take(memory: EngineMemory, reject: Reject, place: Place, batchFrom: number): void {
    this.report(memory.view(reject.from, reject.to), {
      sourceName: place.sourceName,
      line: place.firstLine + reject.line,
      sourceOffset: place.sourceOffset + (reject.from - batchFrom),
      column: reject.at - reject.from + 1,
      code: reject.code,
      lengthBytes: reject.to - reject.from,
    });
  }

  /** Counts and tells of one bad line. `bytes` is borrowed; undefined when it went to the rejects piece by piece. */
  report(
    bytes: Uint8Array | undefined,
    at: { sourceName: string; line: number; sourceOffset: number; column: number; code: number; lengthBytes: number },
  ): void {
    const { name, text } = codeOf(at.code);
    this.#stats.countReject(at.code);
    const row = {
      file: at.sourceName,
      line: at.line,
      byteOffset: at.sourceOffset,
      column: at.column,
      code: at.code,
      name,
      reason: text,
      length: at.lengthBytes,
    };
    this.#writer?.write(bytes ?? NOTHING, row);
    if (this.#talk === undefined || this.#stats.rejected > SHOWN) return;
    const number = `E${String(at.code).padStart(2, '0')} ${name}`;
    const size = name === 'too-long' ? ` (it has ${at.lengthBytes} bytes)` : '';
    this.#talk.warn(`${at.sourceName}:${at.line}:${at.column}: ${text}${size} (${number})`, row);
  }

  /** A piece of a line that is too long to be kept, as it passes. */
  passTooLong(piece: Uint8Array): void {
    this.#writer?.writePart(piece);
  }

  /** Hands the rejects to the system before a wait for input, so that they can be looked at. */
  flush(): void {
    this.#writer?.flush();
  }

  /**
   * The last word on rejected lines, at the end of a run.
   * @param failedSink the name of the output that could not be written, if there is one
   */
  summarise(rejectsPath: string | undefined, kept: boolean, failedSink: string | undefined): void {
    const { rejected } = this.#stats;
    if (this.#talk === undefined || rejected === 0) return;
    if (rejectsPath !== undefined && (failedSink === rejectsPath || failedSink === `${rejectsPath}.log`)) {
      this.#talk.warn(`${counted(rejected, 'bad line')} in the input; ${rejectsPath} does not have all of them`);
      return;
    }
    const shown = rejected > SHOWN ? ` (the first ${SHOWN} are shown)` : '';
    const isOne = rejected === 1;
    const asItWas = isOne ? 'passed on as it was' : 'passed on as they were';
    const fate = kept ? asItWas : rejectsPath === undefined ? 'left out' : `written to ${rejectsPath}`;
    const next = kept || rejectsPath !== undefined ? '' : `; --rejects FILE keeps ${isOne ? 'it' : 'them'}`;
    this.#talk.warn(`${counted(rejected, 'bad line')} ${isOne ? 'was' : 'were'} ${fate}${shown}${next}`);
  }
}
