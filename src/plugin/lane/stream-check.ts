/**
 * A look at what a guest outputs that reads a stream. Its output may be any text and passes as it is; but most of it
 * is meant to be NDJSON, so bad lines are counted, and the first one is reported. Pieces of output end anywhere: what
 * follows the last newline is kept here, until the rest of its line comes.
 */

import { CODE_TOO_LONG } from '../../engine/code-numbers.ts';
import { codeOf } from '../../engine/codes.ts';
import { copyInto } from '../../engine/copy.ts';
import * as L from '../../engine/layout.ts';
import type { RowEngine } from '../../engine/row-engine.ts';
import type { LaneTalk } from './lane-talk.ts';

const NEWLINE = 0x0a;

export class StreamCheck {
  readonly #engine: RowEngine;
  readonly #talk: LaneTalk;
  /** The beginning of the line that is not whole yet; what is beyond the longest record is only counted. */
  #tail = new Uint8Array(1024);
  #tailBytes = 0;
  #lines = 0;
  #hasTold = false;

  constructor(engine: RowEngine, talk: LaneTalk) {
    this.#engine = engine;
    this.#talk = talk;
  }

  /** Looks at the block's output, which has not been looked at. */
  look(block: number): void {
    const engine = this.#engine;
    const from = engine.word(block, L.B_OUT);
    const end = from + engine.word(block, L.B_OUT_BYTES);
    const last = engine.lastNewline(from, end);
    if (last < 0) {
      this.#keep(engine.view(from, end));
      return;
    }
    let at = from;
    if (this.#tailBytes > 0) {
      const first = engine.exports.afterLines(from, end, 1) >>> 0;
      this.#keep(engine.view(from, first - 1));
      this.#checkTail(block);
      at = first;
    }
    this.#check(block, at, last + 1);
    this.#keep(engine.view(last + 1, end));
  }

  /** Nothing follows: what is left is a line. */
  end(block: number): void {
    if (this.#tailBytes > 0) this.#checkTail(block);
  }

  #keep(bytes: Uint8Array): void {
    const most = this.#engine.options.maxRecordBytes;
    const used = this.#tailBytes;
    this.#tailBytes += bytes.length;
    if (this.#tailBytes > most) return;
    if (this.#tailBytes > this.#tail.length) {
      const larger = new Uint8Array(Math.min(most, this.#tailBytes * 2));
      larger.set(this.#tail.subarray(0, used));
      this.#tail = larger;
    }
    copyInto(this.#tail, used, bytes);
  }

  #checkTail(block: number): void {
    const engine = this.#engine;
    const bytes = this.#tailBytes;
    const most = engine.options.maxRecordBytes;
    this.#tailBytes = 0;
    if (bytes > most) {
      this.#talk.countBadOutput(1);
      this.#tell(CODE_TOO_LONG, this.#lines + 1, most + 1);
      this.#lines++;
      return;
    }
    const at = engine.map.scratch;
    const memory = engine.bytes();
    copyInto(memory, at, this.#tail.subarray(0, bytes));
    memory[at + bytes] = NEWLINE;
    this.#check(block, at, at + bytes + 1);
  }

  /** Whole lines, wherever they lie. */
  #check(block: number, from: number, end: number): void {
    const engine = this.#engine;
    for (let at = from; at < end; ) {
      at = engine.checkLines(block, at, end, 0, 0);
      const { lines, rejected, listed } = engine.checked;
      if (rejected > 0) this.#talk.countBadOutput(rejected);
      if (rejected > 0 && !this.#hasTold) this.#tellFirst(block, listed);
      this.#lines += lines;
    }
  }

  #tellFirst(block: number, listed: number): void {
    for (let i = 0; i < listed; i++) {
      const { code, line, at, from } = this.#engine.listedLine(block, i);
      if (code !== 0) this.#tell(code, this.#lines + line + 1, at - from + 1);
    }
  }

  #tell(code: number, line: number, column: number): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const { name, text } = codeOf(code);
    const number = `E${String(code).padStart(2, '0')} ${name}`;
    this.#talk.warn(
      `output line ${line}, column ${column}: ${text} (${number}); it is passed on as it is, like all that follows; ` +
        '--unchecked-output says that the output need not be NDJSON',
    );
  }
}
