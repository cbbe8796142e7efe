/**
 * The order of flights: lanes that finish whenever they like, and an output in the order of the input all the same.
 * The lanes here process in this thread, but say that they are done at random times and in any order.
 */
import { describe, expect, test } from 'vitest';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import { buildPlan } from '../../src/engine/plan.ts';
import { Batch } from '../../src/graph/batch.ts';
import type { Lane, Seat } from '../../src/graph/lane.ts';
import { Lanes } from '../../src/graph/lanes.ts';
import { NO_RECEIPTS } from '../../src/graph/receipt.ts';
import { MainLane } from '../../src/stage/lanes/main-lane.ts';
import { projectionOf } from '../../src/stage/select/columns.ts';
import type { SelectStage } from '../../src/stage/select/select.ts';
import { createRandom, type Random } from '../engine/conformance/mutate.ts';
import { everything } from '../engine/harness.ts';
import { runOver } from './support.ts';

/** A lane whose blocks are done some looks after they were handed in, each in its own time. */
class TardyLane implements Lane {
  readonly memory: Engine;
  readonly #random: Random;
  readonly #looksLeft = new Map<number, number>();
  #looksUntilReady: number;

  constructor(engine: Engine, random: Random) {
    this.memory = engine;
    this.#random = random;
    this.#looksUntilReady = random.below(5);
  }

  submit(block: number, from: number, to: number): void {
    this.memory.process(block, from, to);
    this.#looksLeft.set(block, this.#random.below(12));
  }

  isDone(block: number): boolean {
    const left = this.#looksLeft.get(block)!;
    this.#looksLeft.set(block, left - 1);
    return left <= 0;
  }

  waitDone(block: number): void {
    if (this.#random.below(2) === 0) this.#looksLeft.set(block, 0);
  }

  async untilDone(block: number): Promise<void> {
    this.waitDone(block);
  }

  hasPart(): boolean {
    return false;
  }

  goOn(): void {}

  isReady(): boolean {
    return this.#looksUntilReady-- <= 0;
  }

  afterLines(from: number, to: number, lines: number): number {
    return this.memory.afterLines(from, to, lines);
  }

  countLines(from: number, to: number): number {
    return this.memory.raw.countLines(from, to);
  }

  close(): void {}
}

function addTardyLanes(stage: SelectStage, count: number, random: Random): void {
  const projection = projectionOf(stage.settings.output, stage.columns)!;
  const plan = buildPlan(stage.program, projection);
  for (let i = 0; i < count; i++) {
    const options = { ...stage.lanes.main.memory.options, blockCount: 2 + random.below(3) };
    stage.lanes.add(new TardyLane(new Engine(plan, options), random));
  }
}

describe('output order', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('is input order under random delays, seed %i', async (seed) => {
    const random = createRandom(seed);
    const input: string[] = [];
    const expected: string[] = [];
    const bad: number[] = [];
    for (let i = 1; i <= 20_000; i++) {
      const isBad = random.below(50) === 0;
      if (isBad) bad.push(i);
      input.push(isBad ? `{"n":${i}` : `{"n":${i},"keep":${random.below(2) === 0}}`);
      if (!isBad && input.at(-1)!.includes('true')) expected.push(input.at(-1)!);
    }
    const bytes = Buffer.from(`${input.join('\n')}\n`);
    const changes = { where: ['keep == true'], batchBytes: 64 + random.below(2000), maxErrors: 100_000 };
    const result = await runOver([bytes], changes, (stage) => addTardyLanes(stage, 1 + random.below(4), random));
    expect(result.out).toBe(`${expected.join('\n')}\n`);
    expect(result.rejects.map(({ line }) => line)).toEqual(bad);
    expect(result.report).toMatchObject({ records: 20_000 - bad.length, matched: expected.length });
  });

  test('a stop at a bad line writes exactly what is before it, whatever else is on its way', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed);
      const badLine = 1 + random.below(3000);
      const input = Array.from({ length: 3000 }, (_, i) => (i + 1 === badLine ? 'bad' : `{"n":${i + 1}}`));
      const changes = { onError: 'fail', batchBytes: 64 + random.below(500) } as const;
      const bytes = Buffer.from(`${input.join('\n')}\n`);
      const { out, said } = await runOver([bytes], changes, (stage) => addTardyLanes(stage, 3, random));
      expect(out).toBe(
        input
          .slice(0, badLine - 1)
          .map((line) => `${line}\n`)
          .join(''),
      );
      expect(said).toContain(`stopped at given:${badLine} (--on-error fail)`);
    }
  });
});

function batchAt(seat: Seat, from: number, to: number): Batch {
  const origin = { name: 'given', lines: 0, file: undefined, sizeBytes: undefined };
  return new Batch(seat, from, to, {
    ...{ origin, trigger: 'end', sourceOffset: 0, endAdded: false, receipts: NO_RECEIPTS, whole: 0 },
  });
}

describe('Lanes', () => {
  const options: EngineOptions = {
    ...{ blockBytes: 4096, blockCount: 2, maxDepth: 16, maxRecordBytes: 4096, keepRejects: false, strictKeys: false },
  };
  const plan = buildPlan(everything, { to: 'lines' });

  test('gives the oldest flight only when it is done, and blocks in a ring', () => {
    const main = new MainLane(plan, options);
    const lanes = new Lanes(main);
    const first = lanes.acquire(false)!;
    const second = lanes.acquire(false)!;
    expect([first.block, second.block]).toEqual([0, 1]);
    expect(lanes.acquire(false)).toBeUndefined();
    lanes.putBack(second);
    expect(lanes.acquire(true)!.block).toBe(1);
    const start = main.memory.inputStart(0);
    main.memory.view(start, start + 2).set(Buffer.from('1\n'));
    const batch = batchAt(first, start, start + 2);
    lanes.submit(batch);
    expect(lanes.inFlight).toBe(1);
    expect(lanes.takeDone()).toBe(batch);
    expect(lanes.takeDone()).toBeUndefined();
    batch.retain();
    batch.release();
    expect(lanes.free).toBe(0);
    batch.release();
    expect(lanes.acquire(false)!.block).toBe(0);
  });

  test('prefers workers that are ready, and the main lane on demand', () => {
    const lanes = new Lanes(new MainLane(plan, options));
    const worker = new TardyLane(new Engine(plan, options), { next: () => 0, below: () => 2 });
    lanes.add(worker);
    // The worker is ready at the third look.
    expect(lanes.acquire(false)!.lane).toBe(lanes.main);
    expect(lanes.acquire(false)!.lane).toBe(lanes.main);
    expect(lanes.acquire(false)!.lane).toBe(worker);
    expect(lanes.acquire(true)).toBeUndefined();
    expect(lanes.acquire(false)!.lane).toBe(worker);
    expect(lanes.acquire(false)).toBeUndefined();
  });

  test('gives a worker that reads two batches at a time, and three when it has had nothing to do', () => {
    class ReadingLane extends MainLane {
      readonly done = new Set<number>();
      override submit(): void {}
      override isDone(block = 0): boolean {
        return this.done.has(block);
      }
    }
    const lanes = new Lanes(new MainLane(plan, options));
    const worker = new ReadingLane(plan, { ...options, blockCount: 4 });
    lanes.add(worker);
    const give = (): Batch | undefined => {
      const seat = lanes.acquire(false);
      if (seat?.lane !== worker) {
        if (seat !== undefined) lanes.putBack(seat);
        return undefined;
      }
      worker.done.delete(seat.block);
      const batch = batchAt(seat, 0, 0);
      lanes.submit(batch);
      return batch;
    };
    const given = [give()!, give()!];
    expect(give()).toBeUndefined();
    // The first is done while the second is not: one for one.
    worker.done.add(given[0]!.block);
    expect(lanes.takeDone()).toBe(given[0]);
    given[0]!.release();
    given.push(give()!);
    expect(give()).toBeUndefined();
    // All are done: that was not enough.
    for (const { block } of given.slice(1)) worker.done.add(block);
    const more = [give()];
    expect(lanes.takeDone()).toBe(given[1]);
    given[1]!.release();
    more.push(give());
    expect(more.filter((batch) => batch !== undefined)).toHaveLength(2);
    expect(give()).toBeUndefined();
  });
});
