/**
 * The input and output of a guest that runs once over a whole stream, as blocks: the guest asks for more, and that is
 * when its block is done with its output so far. A guest that outputs much before it asks hands its output on
 * in parts. After the last input comes one block without any, for what a guest outputs at its end.
 *
 * A guest that writes for ever is ended by a bound on its output between two requests for input, and after the end:
 * the floor of --max-output, or more after much input, because some keep it all and put it out at once, as sort does.
 */
import { copyInto } from '../../engine/copy.ts';
import * as L from '../../engine/layout.ts';
import type { RowEngine } from '../../engine/row-engine.ts';
import { clearBlock, sealBlock } from '../../engine/steps.ts';
import { type GuestStream, Trap } from '../guest.ts';
import type { LaneTalk } from './lane-talk.ts';
import type { BlockQueue } from './queue.ts';
import type { StreamCheck } from './stream-check.ts';

/** Output is handed on when there is so much of it, although the guest has not asked for more input. */
const PART_BYTES = 2 << 20;
/** The most output of a guest before it reads on, for each byte of all input so far. */
const OUTPUT_FOR_INPUT = 16;
/** Rows of a step: with a quarter of them the steps cost 6 % of a program's run (one core, 2026-11). */
const STEP_ROWS = 2048;

/** Where blocks come from and go to. */
export type StreamBlocks = Pick<BlockQueue, 'take' | 'done' | 'flush'>;

export class StreamLane implements GuestStream {
  readonly #engine: RowEngine;
  readonly #queue: StreamBlocks;
  readonly #isWhole: boolean;
  readonly #isRaw: boolean;
  readonly #talk: LaneTalk;
  readonly #maxOutputBytes: number;
  readonly #beforeSeen: () => void;
  readonly #check: StreamCheck | undefined;
  #block: number | undefined;
  /** Where the next step of the block begins. */
  #at = 0;
  #isOver = false;
  /** Bytes of output since the last question for input, without those that the guest has appended since #counted. */
  #written = 0;
  /** The output of the block when it was counted last. */
  #counted = 0;
  /** Bytes of all input so far. */
  #given = 0;
  #copy = new Uint8Array(0);

  /**
   * @param options.beforeSeen is called before any output of the guest can be seen
   * @param options.check of its output; undefined when nobody wants that
   * @param options.isWhole nothing follows the first block, whose output then is all there is
   */
  constructor(
    engine: RowEngine,
    queue: StreamBlocks,
    options: {
      readonly isRaw: boolean;
      readonly maxOutputBytes: number;
      readonly talk: LaneTalk;
      readonly beforeSeen: () => void;
      readonly check: StreamCheck | undefined;
      readonly isWhole?: boolean;
    },
  ) {
    this.#engine = engine;
    this.#queue = queue;
    this.#isRaw = options.isRaw;
    this.#talk = options.talk;
    this.#maxOutputBytes = options.maxOutputBytes;
    this.#beforeSeen = options.beforeSeen;
    this.#check = options.check;
    this.#isWhole = options.isWhole === true;
  }

  /** Waits for the first block: a guest begins when there is something to do, or when there will never be. */
  begin(): void {
    this.#open();
  }

  write(bytes: Uint8Array): void {
    this.#written += this.#engine.word(this.#block!, L.B_OUT_BYTES) - this.#counted;
    const most = this.#most;
    this.#written += bytes.length;
    if (this.#written > most) {
      const when = this.#isOver ? 'after the end of its input' : 'without reading on';
      throw new Trap(`it output more than ${most} bytes ${when} (--max-output)`);
    }
    // In parts, also when it writes much at once: nothing here grows with that.
    for (let at = 0; at < bytes.length; at += PART_BYTES) this.#append(bytes.subarray(at, at + PART_BYTES));
    this.#letAppend(most - this.#written);
  }

  /** Lines of a program go into the block without us, as long as they are not more than `bytes` and fill no part. */
  #letAppend(bytes: number): void {
    this.#counted = this.#engine.word(this.#block!, L.B_OUT_BYTES);
    this.#engine.letAppend(this.#block, Math.min(PART_BYTES, this.#counted + bytes));
  }

  /** What it may output before it reads on. */
  get #most(): number {
    return Math.max(this.#maxOutputBytes, OUTPUT_FOR_INPUT * this.#given);
  }

  #append(bytes: Uint8Array): void {
    const engine = this.#engine;
    const block = this.#block!;
    engine.appendOut(block, bytes);
    if (engine.word(block, L.B_OUT_BYTES) < PART_BYTES) return;
    // Whoever reads the output may be slow, which is not the guest's time, and neither is the check.
    this.#talk.pause(() => {
      this.#check?.look(block);
      sealBlock(engine, block);
      this.#beforeSeen();
      this.#queue.flush(block);
    });
    engine.setWord(block, L.B_OUT_BYTES, 0);
    engine.setWord(block, L.B_OUT_START, 0);
  }

  nextLines(): readonly Uint8Array[] | undefined {
    while (!this.#isOver) {
      if (this.#at === 0) {
        const lines = this.#isRaw ? this.#rawLines() : this.#matchingLines();
        this.#at = -1;
        if (lines.length > 0) return lines;
      }
      this.#talk.outOfGuest(() => this.#turn());
    }
    return undefined;
  }

  nextRows(): number | undefined {
    const engine = this.#engine;
    while (!this.#isOver) {
      const block = this.#block!;
      const at = this.#at === 0 ? engine.word(block, L.B_FROM) : this.#at;
      if (at < engine.word(block, L.B_TO)) {
        this.#at = engine.collect(block, at, STEP_ROWS);
        if (engine.rowCount > 0) return engine.rowCount;
        continue;
      }
      this.#talk.outOfGuest(() => this.#turn());
    }
    return undefined;
  }

  get inputNumber(): number {
    return this.#engine.word(this.#block!, L.B_INPUT_NUMBER);
  }

  /** The lines that the guest has been given last, for messages. */
  place(): { readonly block: number; readonly fromLine: number; readonly toLine: number } {
    const block = this.#block!;
    return { block, fromLine: 0, toLine: this.#engine.word(block, L.B_LINES) };
  }

  /** The guest knows that nothing follows. */
  get isAtEnd(): boolean {
    return this.#isOver;
  }

  /** The guest has ended: its block is done. */
  end(): void {
    this.#check?.look(this.#block!);
    this.#check?.end(this.#block!);
    this.#pass();
  }

  /** The guest has ended: its block is done, and what comes after it is let go of. Does not return. */
  letGo(): never {
    this.end();
    while (true) {
      this.#open();
      this.#pass();
    }
  }

  /** Hands the block on and waits for the next one. */
  #turn(): void {
    if (this.#isWhole) {
      this.#isOver = true;
      return;
    }
    this.#beforeSeen();
    this.#close();
    this.#open();
  }

  #open(): void {
    const block = this.#queue.take();
    clearBlock(this.#engine, block);
    this.#written = 0;
    this.#given += this.#engine.word(block, L.B_TO) - this.#engine.word(block, L.B_FROM);
    this.#block = block;
    this.#at = 0;
    this.#letAppend(this.#most);
    this.#isOver ||= this.#engine.word(block, L.B_IS_LAST) !== 0;
  }

  #close(): void {
    this.#check?.look(this.#block!);
    this.#pass();
  }

  #pass(): void {
    this.#engine.letAppend(undefined, 0);
    sealBlock(this.#engine, this.#block!);
    this.#queue.done(this.#block!);
  }

  #rawLines(): readonly Uint8Array[] {
    const engine = this.#engine;
    const block = this.#block!;
    const from = engine.word(block, L.B_FROM);
    const to = engine.word(block, L.B_TO);
    const lines = engine.exports.countLines(from, to);
    for (const word of [L.B_LINES, L.B_RECORDS, L.B_MATCHED, L.B_SELECTED]) engine.setWord(block, word, lines);
    return to > from ? [engine.view(from, to)] : [];
  }

  /** The lines that --where passes, copied: the engine joins short runs where the guest's output has to go. */
  #matchingLines(): readonly Uint8Array[] {
    const engine = this.#engine;
    const block = this.#block!;
    engine.exports.process(engine.map.blocks[block]!);
    engine.setWord(block, L.B_SELECTED, engine.word(block, L.B_MATCHED));
    const count = engine.segmentCount(block);
    let bytes = 0;
    for (let i = 0; i < count; i++) bytes += engine.segment(block, i).length;
    if (bytes > this.#copy.length) this.#copy = new Uint8Array(bytes * 2);
    let end = 0;
    for (let i = 0; i < count; i++) {
      const segment = engine.segment(block, i);
      copyInto(this.#copy, end, segment);
      end += segment.length;
    }
    engine.setWord(block, L.B_OUT_BYTES, 0);
    engine.setWord(block, L.B_SEGMENT_COUNT, 0);
    return bytes > 0 ? [this.#copy.subarray(0, bytes)] : [];
  }
}
