/** A node's output for a batch, as views of where it lies. */
import type { EngineMemory } from '../engine/engine.ts';
import type { Lane } from './lane.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;

/** The pieces of a class, borrowed until the block is filled again. */
export function segmentsOf(memory: EngineMemory, block: number, output: number): Uint8Array[] {
  const count = memory.segmentCount(block, output);
  const segments: Uint8Array[] = [];
  for (let i = 0; i < count; i++) segments.push(memory.segment(block, i, output));
  return segments;
}

/** Lines that have ended in pieces of a lane's memory. */
export function linesOf(lane: Lane, segments: readonly Uint8Array[]): number {
  let count = 0;
  for (const { byteOffset, length } of segments) count += lane.countLines(byteOffset, byteOffset + length);
  return count;
}

/** Lines that have ended, wherever the pieces are. */
export function linesIn(segments: readonly Uint8Array[]): number {
  let count = 0;
  for (const bytes of segments) {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  }
  return count;
}

/** Goes through records that lie in pieces, each a line; of csv, a line may be in quotes. */
export class LineCursor {
  readonly #segments: readonly Uint8Array[];
  readonly #isCsv: boolean;
  #next = 0;
  #segment: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  constructor(segments: readonly Uint8Array[], isCsv = false) {
    this.#segments = segments;
    this.#isCsv = isCsv;
  }

  /** The piece that the present record is in. */
  get segment(): Uint8Array {
    return this.#segment;
  }

  /** Where it begins in its piece. */
  get start(): number {
    return this.#start;
  }

  /** Behind its newline. */
  get end(): number {
    return this.#end;
  }

  /** Goes to the next record. @returns false after the last */
  advance(): boolean {
    while (this.#end === this.#segment.length) {
      const segment = this.#segments[this.#next++];
      if (segment === undefined) return false;
      this.#segment = segment;
      this.#end = 0;
    }
    this.#start = this.#end;
    do {
      const newline = this.#segment.indexOf(NEWLINE, this.#end);
      this.#end = newline < 0 ? this.#segment.length : newline + 1;
    } while (this.#isCsv && this.#end < this.#segment.length && this.#isInQuotes());
    return true;
  }

  /** Without its newline. */
  get text(): string {
    const { buffer, byteOffset } = this.#segment;
    const hasNewline = this.#end > this.#start && this.#segment[this.#end - 1] === NEWLINE;
    return Buffer.from(buffer, byteOffset + this.#start, this.#end - this.#start - (hasNewline ? 1 : 0)).toString();
  }

  #isInQuotes(): boolean {
    let isIn = false;
    for (let at = this.#segment.indexOf(QUOTE, this.#start); at >= 0 && at < this.#end; ) {
      isIn = !isIn;
      at = this.#segment.indexOf(QUOTE, at + 1);
    }
    return isIn;
  }
}
