/**
 * One engine: a WebAssembly instance over one shared memory, with one or more blocks that the host fills and drains.
 * The host reads input straight into a block and writes output straight out of it; between the two it calls `process`.
 * The same memory can be laid out here and processed by a worker (see stage/lanes/worker-thread.ts).
 */
import { readFileSync } from 'node:fs';
import * as L from './layout.ts';
import { createMemory, type EngineOptions, type MemoryMap, STATIC_BYTES } from './memory.ts';
import type { Plan } from './plan.ts';
import { B_SKIPPED } from './search-layout.ts';
import { wellFormed } from './well-formed.ts';

export { createMemory, type EngineOptions, type MemoryMap } from './memory.ts';

/** A rejected line. Addresses are in the engine's memory and hold until the block is filled again. */
export interface Reject {
  readonly from: number;
  readonly to: number;
  readonly code: number;
  /** The number of the plugin's cause (layout.ts, REJ_CODE); 0 is none. */
  readonly cause: number;
  /** Address of the offending byte. */
  readonly at: number;
  /** 0-based line within the batch. */
  readonly line: number;
}

/** What `process` left in a block. */
export interface BlockCounts {
  readonly lines: number;
  readonly records: number;
  readonly matched: number;
  readonly blank: number;
  readonly rejected: number;
}

export interface EngineExports {
  heapBase(): number;
  attach(header: number): void;
  buildSet(set: number, items: number, count: number): void;
  process(block: number): void;
  collect(block: number, at: number, maxRows: number): number;
  rowsCollected(): number;
  countLines(from: number, to: number): number;
  afterLines(from: number, to: number, lines: number): number;
  closeGaps(base: number, bytes: number, list: number, count: number): number;
}

/** By the names of their files. */
const compiled = new Map<string, WebAssembly.Module>();

/** The module of an engine that selects, or counts, with these options; compiled once per thread. */
export function engineModule({ counting }: Pick<EngineOptions, 'counting'> = {}): WebAssembly.Module {
  const name = counting === undefined ? './engine.wasm' : './count.wasm';
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(readFileSync(new URL(name, import.meta.url)));
  compiled.set(name, module);
  return module;
}

let longCallListener = (): void => {};

/**
 * `listener` is called on this thread, in the middle of an engine's work, when one call takes long (an NFA over
 * megabytes): the event loop does not run then, and signals are not heard.
 */
export function onLongCall(listener: () => void): void {
  longCallListener = listener;
}

/** What the engine's modules import besides their memory. */
const host = { longCall: () => longCallListener() };

/** Instantiates the engine over a memory that createMemory made, on this thread. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  map: MemoryMap,
  sets: Plan['sets'],
): EngineExports {
  const { exports } = new WebAssembly.Instance<EngineExports>(module, { env: { memory }, host });
  if (exports.heapBase() > STATIC_BYTES) {
    throw new RangeError(`the engine's static data (${exports.heapBase()} bytes) is larger than ${STATIC_BYTES}`);
  }
  exports.attach(map.header);
  for (const { set, items, count } of sets) exports.buildSet(map.plan + set, map.plan + items, count);
  return exports;
}

/** What needs none of the engine's state: where lines end, how many there are, and taking some out of an output. */
export type Scanner = Pick<EngineExports, 'afterLines' | 'countLines' | 'closeGaps'>;

/** An instance for the thread that fills and drains another thread's blocks. */
export function scanner(module: WebAssembly.Module, memory: WebAssembly.Memory): Scanner {
  return new WebAssembly.Instance<EngineExports>(module, { env: { memory }, host }).exports;
}

/** Views over an engine's memory: fills and drains blocks. Does not run anything. */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly map: MemoryMap;
  readonly options: EngineOptions;
  #bytes: Uint8Array;
  /** Shared memory keeps its addresses when it grows, and what is laid out lies below what has grown. */
  #words: Int32Array;
  /** The same bytes as a Buffer, whose native search is faster than that of a Uint8Array over shared memory. */
  #search: Buffer;

  constructor(memory: WebAssembly.Memory, map: MemoryMap, options: EngineOptions) {
    this.memory = memory;
    this.map = map;
    this.options = options;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#search = Buffer.from(memory.buffer);
  }

  /** All of the memory. Taken anew after growth; do not keep it across `process`. */
  bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#refresh();
    return this.#bytes;
  }

  /** The same as a Buffer: for searches and for reads at an address. */
  buffer(): Buffer {
    if (this.#search.buffer !== this.memory.buffer) this.#refresh();
    return this.#search;
  }

  words(): Int32Array {
    if (this.#words.buffer !== this.memory.buffer) this.#refresh();
    return this.#words;
  }

  #refresh(): void {
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
    this.#search = Buffer.from(this.memory.buffer);
  }

  /** How many bytes of input a block can hold. */
  blockBytes(block: number): number {
    const { blockCount, blockBytes, rows } = this.options;
    return block < blockCount ? blockBytes : (rows?.longBlockBytes ?? 0);
  }

  word(block: number, offset: number): number {
    return this.#words[(this.map.blocks[block]! + offset) >> 2]! >>> 0;
  }

  setWord(block: number, offset: number, value: number): void {
    this.#words[(this.map.blocks[block]! + offset) >> 2] = value;
  }

  /** Address of the first input byte of a block. */
  inputStart(block: number): number {
    return this.word(block, L.B_INPUT);
  }

  /** A borrowed view of [from, to). */
  view(from: number, to: number): Uint8Array {
    if (to > this.#bytes.length) {
      // A worker has grown the memory: growing by nothing makes this thread see it.
      this.memory.grow(0);
      this.#refresh();
    }
    return this.#bytes.subarray(from, to);
  }

  /** Address of the last newline in [from, to), or -1. */
  lastNewline(from: number, to: number): number {
    const at = this.#search.subarray(from, to).lastIndexOf(0x0a);
    return at < 0 ? -1 : from + at;
  }

  counts(block: number): BlockCounts {
    const words = this.#words;
    const at = this.map.blocks[block]!;
    return {
      lines: words[(at + L.B_LINES) >> 2]! >>> 0,
      records: words[(at + L.B_RECORDS) >> 2]! >>> 0,
      matched: words[(at + L.B_MATCHED) >> 2]! >>> 0,
      blank: words[(at + L.B_BLANK) >> 2]! >>> 0,
      rejected: words[(at + L.B_REJECT_COUNT) >> 2]! >>> 0,
    };
  }

  /** How many records of a processed block matched and no class took; 0 when the plan has no classes. */
  unrouted(block: number): number {
    return this.map.classCount > 0 ? this.word(block, L.B_UNROUTED) : 0;
  }

  /** How many lines of a processed block were not looked at (--unchecked). */
  skipped(block: number): number {
    return this.word(block, B_SKIPPED);
  }

  /** How many records of a processed block a class took. */
  taken(block: number, output = 0): number {
    return this.#outputWord(block, output, L.B_MATCHED);
  }

  /**
   * The i-th output segment of a processed block, borrowed until the block is filled again.
   * @param output the number of the class, when the plan has several
   */
  segment(block: number, i: number, output = 0): Uint8Array {
    const at = (this.#outputWord(block, output, L.B_SEGMENTS) + i * L.SEGMENT_BYTES) >> 2;
    const words = this.#words;
    const start = words[at + (L.SEG_START >> 2)]! >>> 0;
    const from = words[at + (L.SEG_IN_OUT >> 2)] ? this.#outputWord(block, output, L.B_OUT) + start : start;
    return this.view(from, from + (words[at + (L.SEG_BYTES >> 2)]! >>> 0));
  }

  segmentCount(block: number, output = 0): number {
    return this.#outputWord(block, output, L.B_SEGMENT_COUNT);
  }

  /** A word that a block has once, or once for each class. @throws RangeError when there is no such class */
  #outputWord(block: number, output: number, offset: number): number {
    const { classCount } = this.map;
    if (output < 0 || output >= Math.max(1, classCount)) throw new RangeError(`a block has no output class ${output}`);
    if (classCount === 0) return this.word(block, offset);
    return this.#words[(this.word(block, L.B_OUTPUTS) + output * L.OUTPUT_BYTES + offset) >> 2]! >>> 0;
  }

  reject(block: number, i: number): Reject {
    return this.#rejectAt(this.word(block, L.B_REJECTS) + i * L.REJECT_BYTES);
  }

  /**
   * The i-th line on the list of a block's output: relative to the output that is to be drained; blank when its code
   * is 0.
   */
  listedLine(block: number, i: number): Reject {
    return this.#rejectAt(this.word(block, L.B_OUT_LIST) + i * L.REJECT_BYTES);
  }

  #rejectAt(address: number): Reject {
    const at = address >> 2;
    const words = this.words();
    return {
      from: words[at + (L.REJ_FROM >> 2)]! >>> 0,
      to: words[at + (L.REJ_TO >> 2)]! >>> 0,
      code: words[at + (L.REJ_CODE >> 2)]! & L.REJ_CODE_MASK,
      cause: words[at + (L.REJ_CODE >> 2)]! >>> L.REJ_CAUSE_SHIFT,
      at: words[at + (L.REJ_AT >> 2)]! >>> 0,
      line: words[at + (L.REJ_LINE >> 2)]! >>> 0,
    };
  }

  /** Whether a slot was ever filled. */
  wasSeen(slot: number): boolean {
    return this.bytes()[this.map.seen + slot] === 1;
  }

  /**
   * The keys that were collected, in order of appearance, with the number of records that had them.
   * @param from leaves out so many, that are known already
   */
  newKeys(from = 0): { keys: { name: string; records: number }[]; overflow: number } {
    const { keys: base } = this.map;
    const words = this.words();
    const keys: { name: string; records: number }[] = [];
    const distinct = words[(base + L.K_DISTINCT) >> 2]!;
    for (let order = from; order < distinct; order++) {
      const at = words[(base + L.K_ORDER + order * 4) >> 2]! >> 2;
      const text = base + L.K_TEXT + words[at + (L.KE_TEXT >> 2)]!;
      const raw = Buffer.from(this.view(text, text + words[at + (L.KE_LENGTH >> 2)]!)).toString('utf8');
      const name = wellFormed(JSON.parse(`"${raw}"`) as string);
      keys.push({ name, records: words[at + (L.KE_COUNT >> 2)]! });
    }
    return { keys, overflow: words[(base + L.K_OVERFLOW) >> 2]! };
  }
}

/** An engine that runs on the calling thread. */
export class Engine extends EngineMemory {
  readonly #exports: EngineExports;

  /** The instance's exports, for measurements, and for what needs none of its state. */
  get raw(): EngineExports {
    return this.#exports;
  }

  constructor(plan: Plan, options: EngineOptions) {
    const { memory, map } = createMemory(plan, options);
    super(memory, map, options);
    this.#exports = instantiate(engineModule(options), memory, map, plan.sets);
  }

  /** Processes [from, to) of a block: whole lines, the last byte is a newline. */
  process(block: number, from: number, to: number): void {
    this.setWord(block, L.B_FROM, from);
    this.setWord(block, L.B_TO, to);
    this.#exports.process(this.map.blocks[block]!);
  }

  /** The address after the `lines`-th newline in [from, to), or 0 when there are fewer. */
  afterLines(from: number, to: number, lines: number): number {
    return this.#exports.afterLines(from, to, lines) >>> 0;
  }
}
