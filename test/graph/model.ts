/**
 * Parts of graphs for the model test: sources, stages and sinks that do what chance says, with lanes that are done
 * whenever they like. Each line is `ROOT.NUMBER`; a register knows how many copies of it are still on their way, so
 * that nothing can be settled before its time without being noticed.
 */
import type { EngineMemory } from '../../src/engine/engine.ts';
import * as L from '../../src/engine/layout.ts';
import type { Batch } from '../../src/graph/batch.ts';
import type { Lane, Seat } from '../../src/graph/lane.ts';
import { Lanes } from '../../src/graph/lanes.ts';
import type { Stage, StageReport, Verdict } from '../../src/graph/stage.ts';
import { type Sink, SinkError, type Source, WOULD_BLOCK } from '../../src/io/index.ts';
import type { Chance } from '../support/mutate.ts';

const NEWLINE = 0x0a;
export const BLOCK_BYTES = 256;
const STRIDE = 512;
const SPARE = 1024;

/** How many copies of each line are somewhere between their source and what becomes of them. */
export class Register {
  readonly #copies = new Map<string, number>();

  add(line: string, count: number): void {
    this.#copies.set(line, (this.#copies.get(line) ?? 0) + count);
  }

  copiesOf(line: string): number {
    return this.#copies.get(line) ?? 0;
  }

  /** Lines that are still on their way. */
  get open(): string[] {
    return [...this.#copies].flatMap(([line, count]) => (count === 0 ? [] : [line]));
  }
}

/** What a stage does with a line. */
export type Fate = 'pass' | 'drop' | 'double' | 'reject' | 'fail';

/** What a lane does with [from, to) of a block. */
type Work = (lane: ModelLane, block: number, from: number, to: number) => void;

/** A lane without an engine: `work` is done at once, and seen to be done later. */
class ModelLane implements Lane {
  readonly memory: EngineMemory;
  readonly bytes: Uint8Array;
  readonly #words = new Map<number, number>();
  readonly pieces: Uint8Array[][] = [];
  readonly rejects: { from: number; to: number; line: number; at: number; code: number; cause: number }[][] = [];
  readonly counts: { records: number; matched: number; blank: number; rejected: number; lines: number }[] = [];
  readonly #chance: Chance;
  readonly #work: Work;
  readonly #looksLeft: number[] = [];

  constructor(blockCount: number, chance: Chance, work: Work) {
    this.#chance = chance;
    this.#work = work;
    this.bytes = new Uint8Array(STRIDE * (blockCount + 1) + SPARE);
    this.memory = {
      options: { blockBytes: BLOCK_BYTES, blockCount },
      inputStart: (block: number) => block * STRIDE + 8,
      blockBytes: () => BLOCK_BYTES,
      view: (from: number, to: number) => this.bytes.subarray(from, to),
      lastNewline: (from: number, to: number) => {
        const at = this.bytes.subarray(from, to).lastIndexOf(NEWLINE);
        return at < 0 ? -1 : from + at;
      },
      word: (block: number, word: number) => this.#words.get(block * 1000 + word) ?? 0,
      setWord: (block: number, word: number, value: number) => this.#words.set(block * 1000 + word, value),
      counts: (block: number) => this.counts[block]!,
      reject: (block: number, i: number) => this.rejects[block]![i]!,
      taken: (block: number) => this.counts[block]!.matched,
      segmentCount: (block: number) => this.pieces[block]!.length,
      segment: (block: number, i: number) => this.pieces[block]![i]!,
    } as unknown as EngineMemory;
  }

  submit(block: number, from: number, to: number): void {
    this.memory.setWord(block, L.B_TO, to);
    this.#work(this, block, from, to);
    this.#looksLeft[block] = this.#chance(4);
  }

  isDone(block: number): boolean {
    return this.#looksLeft[block]!-- <= 0;
  }

  waitDone(block: number): void {
    this.#looksLeft[block] = 0;
  }

  async untilDone(block: number): Promise<void> {
    if (this.#chance(2) === 0) await new Promise((resolve) => setImmediate(resolve));
    this.#looksLeft[block] = 0;
  }

  hasPart(): boolean {
    return false;
  }

  goOn(): void {}

  isReady(): boolean {
    return this.#chance(3) > 0;
  }

  afterLines(from: number, to: number, lines: number): number {
    let at = from;
    for (let left = lines; left > 0; left--) {
      const next = this.bytes.subarray(at, to).indexOf(NEWLINE);
      if (next < 0) return 0;
      at += next + 1;
    }
    return at;
  }

  close(): void {}
}

const linesOf = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString().split('\n').slice(0, -1);

/** A stage that does with each line what `fateOf` says. */
export class ModelStage implements Stage {
  readonly atLimit = 'lost';
  readonly lanes: Lanes;
  readonly #register: Register;
  readonly #fateOf: (line: string) => Fate;
  /** Over how many edges the output goes. */
  readonly #edges: number;
  readonly fates: Record<Fate, number> = { pass: 0, drop: 0, double: 0, reject: 0, fail: 0 };
  blocks = 0;

  constructor(chance: Chance, register: Register, edges: number, fateOf: (line: string) => Fate) {
    this.#register = register;
    this.#fateOf = fateOf;
    this.#edges = edges;
    const make = (): ModelLane => {
      const count = 1 + chance(3);
      this.blocks += count;
      return new ModelLane(count, chance, (lane, block, from, to) => this.#work(lane, block, from, to));
    };
    this.lanes = new Lanes(make());
    for (let more = chance(3); more > 0; more--) this.lanes.add(make());
  }

  #work(lane: ModelLane, block: number, from: number, to: number): void {
    const pieces: Uint8Array[] = [];
    const rejects: ModelLane['rejects'][number] = [];
    let records = 0;
    let at = from;
    const lines = linesOf(lane.bytes.subarray(from, to));
    for (const [i, line] of lines.entries()) {
      const bytes = lane.bytes.slice(at, at + line.length + 1);
      const fate = this.#fateOf(line);
      if (fate === 'reject') rejects.push({ from: at, to: at + line.length, line: i, at, code: 2, cause: 0 });
      else records++;
      if (fate === 'pass' || fate === 'double') pieces.push(bytes);
      if (fate === 'double') pieces.push(bytes);
      at += bytes.length;
      // What is behind it has not been looked at.
      if (fate === 'fail') break;
    }
    lane.pieces[block] = pieces;
    lane.rejects[block] = rejects;
    lane.counts[block] = { records, matched: records, blank: 0, rejected: rejects.length, lines: lines.length };
    lane.memory.setWord(block, L.B_LINES, lines.length);
  }

  verdict({ lane, from, to }: Batch): Verdict | undefined {
    for (const line of linesOf(lane.memory.view(from, to))) {
      const fate = this.#fateOf(line);
      this.fates[fate]++;
      if (fate === 'fail') return { stop: 'failed' };
      const copies = fate === 'pass' ? 1 : fate === 'double' ? 2 : 0;
      this.#register.add(line, copies * this.#edges - 1);
    }
    return undefined;
  }

  preface(): undefined {}

  aside(): Seat {
    throw new Error('no line is that long');
  }

  relax(): boolean {
    return false;
  }

  end(): undefined {}

  stop(): void {}

  finish(): void {}

  report(): StageReport {
    return { leftOut: [], hints: [] };
  }
}

/** A source of numbered lines, in reads of any size, with pauses. */
export class ModelSource implements Source {
  readonly sizeBytes = undefined;
  readonly name: string;
  readonly #bytes: Buffer;
  readonly #chance: Chance;
  readonly #onRead: () => void;
  /** Of each line: where it ends. */
  readonly ends: number[] = [];
  #at = 0;

  constructor(name: string, count: number, register: Register, chance: Chance, onRead: () => void) {
    this.name = name;
    this.#chance = chance;
    this.#onRead = onRead;
    let text = '';
    for (let i = 0; i < count; i++) {
      text += `${name}.${i}\n`;
      this.ends.push(text.length);
      register.add(`${name}.${i}`, 1);
    }
    this.#bytes = Buffer.from(text);
  }

  readNow(target: Uint8Array): number {
    this.#onRead();
    if (this.#chance(4) === 0) return WOULD_BLOCK;
    const count = Math.min(target.length, this.#bytes.length - this.#at, 1 + this.#chance(200));
    target.set(this.#bytes.subarray(this.#at, this.#at + count));
    this.#at += count;
    return count;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  close(): void {}
}

/** A sink that is slow, and may fail or go away after so many bytes. */
export class ModelSink implements Sink {
  readonly isTTY = false;
  readonly name: string;
  readonly #register: Register;
  readonly #chance: Chance;
  readonly #fails: 'never' | 'error' | 'closed';
  #left: number;
  #line = '';
  closed = false;
  lines = 0;
  ended = 'no';

  constructor(name: string, register: Register, chance: Chance, fails: 'never' | 'error' | 'closed') {
    this.name = name;
    this.#register = register;
    this.#chance = chance;
    this.#fails = fails;
    this.#left = fails === 'never' ? Number.POSITIVE_INFINITY : chance(2000);
  }

  writeNow(bytes: Uint8Array): number {
    return this.#take(bytes.subarray(0, this.#chance(3) === 0 ? this.#chance(bytes.length + 1) : bytes.length));
  }

  async writeAll(bytes: Uint8Array): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#take(bytes);
  }

  commit(): void {
    this.ended = 'committed';
  }

  abort(): void {
    this.ended = 'aborted';
  }

  #take(bytes: Uint8Array): number {
    if (this.closed) return 0;
    this.#left -= bytes.length;
    if (this.#left < 0 && this.#fails === 'error') throw new SinkError(this.name, 'EIO', `${this.name} is broken`, 0);
    if (this.#left < 0) {
      this.closed = true;
      return 0;
    }
    const [last, ...whole] = (this.#line + Buffer.from(bytes).toString()).split('\n').reverse();
    this.#line = last!;
    for (const line of whole) {
      this.#register.add(line, -1);
      this.lines++;
    }
    return bytes.length;
  }
}
