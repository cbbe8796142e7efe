/**
 * All lanes of a node: hands out free blocks and keeps the batches that are on their way in input order. Whatever lane
 * finishes first, the oldest batch is drained first, so input order is output order.
 */
import * as S from '../engine/select-layout.ts';
import type { Batch, BlockHome } from './batch.ts';
import type { Lane, Seat } from './lane.ts';
import { placeLines } from './places.ts';

/** Tells the engine where the block lies in the source (asm/sample.ts); what a lane reads begins one byte before. */
function placeInSource({ lane: { memory }, block, from, sourceOffset, range }: Batch): void {
  const at = range === undefined ? sourceOffset - (from - memory.inputStart(block)) : range.at - 1;
  memory.setWord(block, S.B_SOURCE_AT, at % 2 ** 32);
}

/**
 * Batches that a worker has at a time as long as it always has one to do. More of them lie in more memory than a
 * core's cache holds, and reading into that takes a fifth longer (Zen 4: 512 KiB in 103 us instead of 86).
 */
const USUAL_DEPTH = 2;
/** After so many batches in a row without a pause of the worker there is one less again. */
const CALM_BATCHES = 64;

interface Place {
  readonly lane: Lane;
  readonly free: number[];
  /** All of its blocks. */
  readonly blocks: number;
  /** How many of them it is given at a time. */
  depth: number;
  /** The block that it was given last, to do. */
  last: number | undefined;
  /** Batches since it had nothing to do. */
  calm: number;
}

/** Whether a worker is to have one more; it gets more at a time when it has been found with nothing to do. */
function takesMore(place: Place): boolean {
  const { lane, free, blocks, last } = place;
  if (place.depth < blocks && last !== undefined && lane.isDone(last)) {
    place.depth++;
    place.calm = 0;
  }
  return blocks - free.length < place.depth;
}

/** The first lane is the main lane. */
export class Lanes implements BlockHome {
  readonly #lanes: Place[] = [];
  readonly #flights: Batch[] = [];

  constructor(main: Lane) {
    this.add(main);
  }

  get main(): Lane {
    return this.#lanes[0]!.lane;
  }

  get lanes(): readonly Lane[] {
    return this.#lanes.map(({ lane }) => lane);
  }

  add(lane: Lane): void {
    const blocks = lane.memory.options.blockCount;
    const free = Array.from({ length: blocks }, (_, block) => block);
    // Where a guest does the work, memory is not what takes the time.
    const depth = lane.submitRange === undefined ? blocks : Math.min(blocks, USUAL_DEPTH);
    this.#lanes.push({ lane, free, blocks, depth, last: undefined, calm: 0 });
  }

  /**
   * A free block: on the worker with the most of them, on the main lane when all workers have enough to do, undefined
   * when nothing is free. With `mainOnly` the main lane's, whatever the others have.
   */
  acquire(mainOnly: boolean): Seat | undefined {
    let best: Place | undefined;
    if (!mainOnly) {
      for (let i = 1; i < this.#lanes.length; i++) {
        const place = this.#lanes[i]!;
        if (place.free.length > (best?.free.length ?? 0) && place.lane.isReady() && takesMore(place)) best = place;
      }
    }
    best ??= this.#lanes[0]!;
    const block = best.free.shift();
    if (block === undefined) return undefined;
    if (++best.calm >= CALM_BATCHES && best.depth > USUAL_DEPTH && best.lane.submitRange !== undefined) {
      best.depth--;
      best.calm = 0;
    }
    return { lane: best.lane, block };
  }

  /** Hands a batch to its lane; its block comes back when the batch is released. */
  submit(batch: Batch): void {
    batch.lendFrom(this);
    placeLines(batch, this.#flights);
    this.#flights.push(batch);
    placeInSource(batch);
    this.#placeOf(batch.lane).last = batch.block;
    if (batch.range !== undefined) batch.lane.submitRange!(batch.block, batch.range);
    else batch.lane.submit(batch.block, batch.from, batch.to, batch.origin, batch.trigger === 'end');
  }

  get count(): number {
    return this.#lanes.length;
  }

  /** There are several that are ready, and all can read by themselves. */
  get canRead(): boolean {
    const areReady = this.#lanes.length > 1 && this.#lanes.every(({ lane }) => lane.isReady());
    return areReady && this.#lanes.every(({ lane }) => lane.submitRange !== undefined);
  }

  /** Hands over a batch whose block lies beside the others. It is drained before all that are on their way. */
  submitAside(batch: Batch): void {
    placeLines(batch, []);
    this.#flights.unshift(batch);
    placeInSource(batch);
    batch.lane.submit(batch.block, batch.from, batch.to, batch.origin);
  }

  /**
   * Takes back a block whose batch has been drained. A worker's blocks go round in a ring, as it expects; on this
   * thread the last one is the next, because it is still in the cache.
   */
  release(seat: Seat): void {
    const [main] = this.#lanes;
    if (seat.lane === main!.lane) main!.free.unshift(seat.block);
    else this.#placeOf(seat.lane).free.push(seat.block);
  }

  /** Takes back a block that was acquired and not submitted: it is the next one again. */
  putBack(seat: Seat): void {
    this.#placeOf(seat.lane).free.unshift(seat.block);
  }

  #placeOf(lane: Lane): Place {
    return this.#lanes.find((place) => place.lane === lane)!;
  }

  /** Blocks that nobody has, of all lanes. */
  get free(): number {
    return this.#lanes.reduce((sum, { free }) => sum + free.length, 0);
  }

  get inFlight(): number {
    return this.#flights.length;
  }

  /** The batch that is drained next. */
  get oldest(): Batch | undefined {
    return this.#flights[0];
  }

  /** Takes the oldest batch if it is done. */
  takeDone(): Batch | undefined {
    const first = this.#flights[0];
    if (first === undefined || !first.lane.isDone(first.block)) return undefined;
    return this.#flights.shift();
  }

  /** The oldest batch if a part of its output is to be drained. */
  withPart(): Batch | undefined {
    const first = this.#flights[0];
    return first?.lane.hasPart(first.block) ? first : undefined;
  }

  /** All that is on its way, given up: the lanes will not finish it. */
  abandonAll(): readonly Batch[] {
    return this.#flights.splice(0);
  }

  close(): void {
    for (const { lane } of this.#lanes) lane.close();
  }
}
