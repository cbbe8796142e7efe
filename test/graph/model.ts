/**
 * Parts of graphs for the model test: sources, stages and sinks that do what chance says, with lanes that are done
 * whenever they like.
 */
import type { EngineMemory } from '../../src/engine/engine.ts';
import * as L from '../../src/engine/layout.ts';
import type { Batch } from '../../src/graph/batch.ts';
import type { Lane, Seat } from '../../src/graph/lane.ts';
import { Lanes } from '../../src/graph/lanes.ts';
import { linesIn } from '../../src/graph/segments.ts';
import type { Stage, StageReport, Verdict } from '../../src/graph/stage.ts';
import { type Sink, SinkError, type Source, WOULD_BLOCK } from '../../src/io/index.ts';
import type { Border, UnitOutcome, UnitSource } from '../../src/io/types.ts';
import { type Chance, chanceOf } from '../support/mutate.ts';

const NEWLINE = 0x0a;
export const BLOCK_BYTES = 256;
const STRIDE = 512;
const SPARE = 1024;

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
      map: { origins: [] },
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

  countLines(from: number, to: number): number {
    return linesIn([this.bytes.subarray(from, to)]);
  }

  close(): void {}
}

const linesOf = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString().split('\n').slice(0, -1);

/** A stage that does with each line what `fateOf` says. */
export class ModelStage implements Stage {
  readonly atLimit = 'lost';
  readonly lanes: Lanes;
  readonly #fateOf: (line: string) => Fate;
  readonly fates: Record<Fate, number> = { pass: 0, drop: 0, double: 0, reject: 0, fail: 0 };
  blocks = 0;

  constructor(chance: Chance, fateOf: (line: string) => Fate) {
    this.#fateOf = fateOf;
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
  protected readonly chance: Chance;
  readonly #onRead: () => void;
  /** Of each line: where it ends. */
  readonly ends: number[] = [];
  protected at = 0;

  constructor(name: string, lines: readonly string[], chance: Chance, onRead: () => void) {
    this.name = name;
    this.chance = chance;
    this.#onRead = onRead;
    let text = '';
    for (const line of lines) {
      text += `${line}\n`;
      this.ends.push(text.length);
    }
    this.#bytes = Buffer.from(text);
  }

  readNow(target: Uint8Array): number {
    this.#onRead();
    if (this.chance(4) === 0) return WOULD_BLOCK;
    const count = Math.min(target.length, this.lastByte() - this.at, 1 + this.chance(200));
    target.set(this.#bytes.subarray(this.at, this.at + count));
    this.at += count;
    return count;
  }

  /** Where the next read has to end at the latest. */
  protected lastByte(): number {
    return this.#bytes.length;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  close(): void {}
}

/** The same in units of some lines each, or of none. */
export class ModelUnitSource extends ModelSource implements UnitSource {
  /** Of each unit: where it ends. */
  readonly unitEnds: number[] = [];
  readonly outcomes: UnitOutcome[][];
  readonly #onSettle: (unit: number, outcome: UnitOutcome) => void;
  /** Units whose borders have been given. */
  given = 0;
  #isApart = false;
  #end = Number.POSITIVE_INFINITY;

  /** @param onSettle gets the number of a unit */
  constructor(
    name: string,
    lines: readonly string[],
    chance: Chance,
    onRead: () => void,
    onSettle: (unit: number, outcome: UnitOutcome) => void,
  ) {
    super(name, lines, chance, onRead);
    this.#onSettle = onSettle;
    // The same units whenever the same lines come again.
    const sizes = chanceOf(lines.length);
    for (let line = 0; line < lines.length; line += sizes(2) === 0 ? sizes(3) : sizes(20)) {
      this.unitEnds.push(line === 0 ? 0 : this.ends[line - 1]!);
    }
    this.unitEnds.push(this.ends.at(-1) ?? 0);
    this.outcomes = this.unitEnds.map(() => []);
  }

  protected override lastByte(): number {
    const border = this.#isApart ? this.unitEnds.find((end) => end > this.at) : undefined;
    return Math.min(this.#end, border ?? super.lastByte());
  }

  takeBorders(): readonly Border[] {
    const first = this.given;
    const isKnown = (i: number): boolean =>
      this.unitEnds[i]! <= this.at || (this.#isApart && (this.unitEnds[i - 1] ?? 0) < this.at);
    while (this.given < this.unitEnds.length && isKnown(this.given)) this.given++;
    return this.unitEnds.slice(first, this.given).map((end, i) => ({ end, unit: { number: first + i } }));
  }

  settle(unit: object, outcome: UnitOutcome): void {
    const { number } = unit as { number: number };
    this.outcomes[number]!.push(outcome);
    this.#onSettle(number, outcome);
  }

  idOf(unit: object): string {
    return `${this.name}.${(unit as { number: number }).number}`;
  }

  giveApart(): void {
    this.#isApart = true;
  }

  stop(): void {
    this.#end = Math.min(this.#end, this.unitEnds.find((end) => end >= this.at) ?? this.at);
  }
}

/** A sink that is slow, and may fail or go away after so many bytes. */
export class ModelSink implements Sink {
  readonly isTTY = false;
  readonly name: string;
  readonly #chance: Chance;
  readonly #fails: 'never' | 'error' | 'closed';
  #left: number;
  #line = '';
  closed = false;
  readonly lines: string[] = [];
  ended = 'no';

  constructor(name: string, chance: Chance, fails: 'never' | 'error' | 'closed') {
    this.name = name;
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
    this.lines.push(...whole.reverse());
    return bytes.length;
  }
}
