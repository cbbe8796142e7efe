/**
 * An engine for plugins, as the thread that runs it sees it: records become rows (asm/rows.ts), views over them are
 * asked for by guests (asm/views.ts), and the output of a block is what the host appends. The plan may be changed for
 * another one between two steps, because a plugin's paths are only known when it has asked for them.
 */
import { readFileSync } from 'node:fs';
import { copyInto } from './copy.ts';
import { type EngineExports, EngineMemory, instantiate } from './engine.ts';
import * as L from './layout.ts';
import type { EngineOptions, MemoryMap } from './memory.ts';
import type { Plan } from './plan.ts';

let compiled: WebAssembly.Module | undefined;

/** The module of the engine with views, compiled once per thread. */
export function viewsModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./views.wasm', import.meta.url)));
  return compiled;
}

/** What asm/check.ts exports. */
interface CheckExports {
  checkLines(from: number, end: number, relativeTo: number, line: number, list: number, most: number): number;
  linesChecked(): number;
  linesListed(): number;
  linesRejected(): number;
}

/** What asm/emit-lines.ts exports for the host. */
interface LineExports {
  linesInto(block: number, mostBytes: number): void;
}

/** What an output area may hold at most. */
export const MAX_OUT_BYTES = 1 << 30;
const PAGE_BYTES = 65536;
/** Kernels may write a little past the end of what they were given. */
const SLACK_BYTES = 64;

export class RowEngine extends EngineMemory {
  readonly exports: EngineExports;
  readonly #check: CheckExports;
  readonly #lines: LineExports;
  #fieldCount = 0;

  /** Runs over a memory that createMemory laid out; `plan` is put in the place of the one that was there. */
  constructor(memory: WebAssembly.Memory, map: MemoryMap, options: EngineOptions, plan: Plan) {
    super(memory, map, options);
    // The old plan's sets are not looked at: the new plan follows before anything is processed.
    this.exports = instantiate(viewsModule(), memory, map, []);
    this.#check = this.exports as EngineExports & CheckExports;
    this.#lines = this.exports as EngineExports & LineExports;
    if (!this.usePlan(plan)) throw new RangeError('a first plan is larger than its room');
  }

  /** Changes over to another plan, between two steps. @returns false when it is too large; the old one stays then */
  usePlan(plan: Plan): boolean {
    const { map } = this;
    if (plan.bytes.length + plan.workBytes > map.planRoom || plan.slotCount > map.slotRoom) return false;
    this.bytes().set(plan.bytes, map.plan);
    this.exports.attach(map.header);
    for (const { set, items, count } of plan.sets) this.exports.buildSet(map.plan + set, map.plan + items, count);
    this.#fieldCount = this.words()[(map.plan + L.P_FIELD_COUNT) >> 2]!;
    return true;
  }

  /** One step; see `collect` in asm/engine.ts. @returns where the next one begins */
  collect(block: number, at: number, maxRows: number): number {
    return this.exports.collect(this.map.blocks[block]!, at, maxRows) >>> 0;
  }

  /** Rows of the last step. */
  get rowCount(): number {
    return this.exports.rowsCollected() >>> 0;
  }

  /** A word of the i-th row: ROW_FROM, ROW_TO, ROW_FLAGS or ROW_LINE. */
  rowWord(row: number, offset: number): number {
    const stride = L.ROW_BYTES + this.#fieldCount * L.FIELD_BYTES;
    return this.words()[(this.map.rows + row * stride + offset) >> 2]! >>> 0;
  }

  /**
   * Appends to a block's output; the bytes are copied.
   * @throws RangeError when the block's output would become larger than MAX_OUT_BYTES, or memory is at its end
   */
  appendOut(block: number, bytes: Uint8Array): void {
    const used = this.word(block, L.B_OUT_BYTES);
    this.#reserveOut(block, used, bytes.length);
    copyInto(this.bytes(), this.word(block, L.B_OUT) + used, bytes);
    this.setWord(block, L.B_OUT_BYTES, used + bytes.length);
  }

  /**
   * The guest may append lines to the output of a block by itself, as far as there is room, until there are
   * `mostBytes`.
   * @param block undefined: to none
   */
  letAppend(block: number | undefined, mostBytes: number): void {
    if (block === undefined) this.#lines.linesInto(0, 0);
    else this.#lines.linesInto(this.map.blocks[block]!, Math.min(mostBytes, this.word(block, L.B_OUT_CAPACITY)));
  }

  /**
   * Checks the output of a block from byte `from` on: whole lines. What is not in order is added to the block's list.
   * @returns where it stopped: at the end, or because the list is full
   */
  checkOut(block: number, from: number): number {
    const out = this.word(block, L.B_OUT);
    const end = out + this.word(block, L.B_OUT_BYTES);
    const start = out + this.word(block, L.B_OUT_START);
    const to = this.checkLines(block, out + from, end, start, this.word(block, L.B_OUT_LINES));
    const { linesChecked, linesListed, linesRejected } = this.#check;
    this.#add(block, L.B_OUT_LINES, linesChecked());
    this.#add(block, L.B_OUT_LISTED, linesListed());
    this.#add(block, L.B_OUT_REJECTED, linesRejected());
    return to - out;
  }

  /** The same for any lines of this memory; the list of the block goes on, and its counters are left alone. */
  checkLines(block: number, from: number, end: number, relativeTo: number, line: number): number {
    const listed = this.word(block, L.B_OUT_LISTED);
    const list = this.word(block, L.B_OUT_LIST) + listed * L.REJECT_BYTES;
    return this.#check.checkLines(from, end, relativeTo, line, list, L.OUT_LIST_ENTRIES - listed) >>> 0;
  }

  /** Of the last check: its lines, and the bad ones. */
  get checked(): { readonly lines: number; readonly rejected: number; readonly listed: number } {
    const { linesChecked, linesListed, linesRejected } = this.#check;
    return { lines: linesChecked(), rejected: linesRejected(), listed: linesListed() };
  }

  #add(block: number, word: number, count: number): void {
    this.setWord(block, word, this.word(block, word) + count);
  }

  #reserveOut(block: number, used: number, more: number): void {
    const capacity = this.word(block, L.B_OUT_CAPACITY);
    if (used + more + SLACK_BYTES <= capacity) return;
    if (used + more > MAX_OUT_BYTES) {
      const most = `${MAX_OUT_BYTES >> 30} GiB`;
      throw new RangeError(`the output of one batch is more than ${most}; --batch-records N makes smaller batches`);
    }
    const wanted = Math.ceil(Math.max(capacity * 2, used + more + SLACK_BYTES) / PAGE_BYTES);
    const from = this.word(block, L.B_OUT);
    const to = this.memory.grow(wanted) * PAGE_BYTES;
    this.bytes().copyWithin(to, from, from + used);
    this.setWord(block, L.B_OUT, to);
    this.setWord(block, L.B_OUT_CAPACITY, wanted * PAGE_BYTES);
  }
}
