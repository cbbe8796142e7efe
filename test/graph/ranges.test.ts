/**
 * Lanes that read a file by themselves say what one that is read from its beginning to its end would have said, also
 * when lines are longer than their blocks, and when somebody else writes to the file meanwhile.
 */
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import type { Lane } from '../../src/graph/lane.ts';
import { openSource } from '../../src/io/index.ts';
import { readLines, type Stretch } from '../../src/io/read-lines.ts';
import { MainLane } from '../../src/stage/lanes/main-lane.ts';
import { projectionOf } from '../../src/stage/select/columns.ts';
import type { SelectStage } from '../../src/stage/select/select.ts';
import { createRandom, type Random } from '../engine/conformance/mutate.ts';
import { type Result, runOver } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'slung-ranges-'));
afterAll(() => rmSync(directory, { recursive: true }));
const path = join(directory, 'input');

/** Ranges, and blocks that are small beside the longest lines. */
const BATCH_BYTES = 16_384;
const BLOCK_BYTES = 65_536;

/** A lane that reads at once, and is done some looks later. */
class ReadingLane extends MainLane implements Lane {
  readonly #random: Random;
  readonly #before: (stretch: Stretch) => void;
  readonly #looksLeft = new Map<number, number>();
  ranges = 0;

  constructor(stage: SelectStage, random: Random, before: (stretch: Stretch) => void) {
    const plan = buildPlan(stage.program, projectionOf(stage.settings.output, stage.columns)!);
    super(plan, { ...stage.lanes.main.memory.options, blockBytes: BLOCK_BYTES, blockCount: 1 + random.below(3) });
    this.#random = random;
    this.#before = before;
  }

  override submitRange(block: number, stretch: Stretch): void {
    this.ranges++;
    this.#before(stretch);
    super.submitRange(block, stretch);
    this.#looksLeft.set(block, this.#random.below(6));
  }

  override isDone(block = 0): boolean {
    const left = this.#looksLeft.get(block) ?? 0;
    this.#looksLeft.set(block, left - 1);
    return left <= 0;
  }

  override waitDone(block = 0): void {
    this.#looksLeft.set(block, 0);
  }

  override async untilDone(block = 0): Promise<void> {
    this.waitDone(block);
  }
}

const changes = { batchBytes: BATCH_BYTES, where: ['level == "error"'] } as const;

/** @param before is called before a lane reads */
async function withLanes(seed: number, before: (stretch: Stretch) => void = () => {}) {
  const random = createRandom(seed);
  const lanes: ReadingLane[] = [];
  const result = await runOver(openSource(path), changes, (stage) => {
    for (let i = 0; i < 1 + (seed % 3); i++) {
      const lane = new ReadingLane(stage, random, before);
      lanes.push(lane);
      stage.lanes.add(lane);
    }
  });
  return { result, ranges: lanes.reduce((sum, lane) => sum + lane.ranges, 0) };
}

/** What does not hang on how the input was cut. */
function saysOf({ out, outcome, report, rejects, said }: Result) {
  const { records, matched, blank, rejected, rejectedByCode, bytesIn, bytesOut } = report;
  return { out, outcome, rejects, said, records, matched, blank, rejected, rejectedByCode, bytesIn, bytesOut };
}

/** What one thread says that reads from the beginning to the end. */
async function expectSame(result: Result, content: string | Buffer): Promise<void> {
  writeFileSync(path, content);
  const plain = await runOver(openSource(path), changes);
  expect(plain.out.length).toBeGreaterThan(100_000);
  expect(saysOf(result)).toEqual(saysOf(plain));
}

function inputOf(random: Random, bytes: number, longest: number): string {
  let input = '';
  for (let i = 0; input.length < bytes; i++) {
    const filler = 'x'.repeat(random.below(100) === 0 ? random.below(longest) : random.below(400));
    const line = `{"n":${i},"level":"${random.below(2) === 0 ? 'error' : 'info'}","filler":"${filler}"}`;
    const kind = random.below(60);
    input += kind === 0 ? `${line.slice(0, -1)}\n` : kind === 1 ? ' \n' : kind === 2 ? `${line}\r\n` : `${line}\n`;
  }
  return input;
}

describe('lanes that read', () => {
  test.each([1, 2, 3, 4, 5, 6])('say what one says, seed %i', async (seed) => {
    const random = createRandom(seed);
    // Every second one has lines that no block of a lane holds.
    const input = inputOf(random, 1_500_000, seed % 2 === 0 ? 3000 : 90_000) + (seed > 3 ? '{"level":"error"}' : '');
    writeFileSync(path, input);
    const { result, ranges } = await withLanes(seed);
    expect(ranges).toBeGreaterThan(seed % 2 === 0 ? 30 : 3);
    await expectSame(result, input);
  });

  test('a byte order mark is only at the start', async () => {
    const input = `\ufeff${inputOf(createRandom(7), 600_000, 3000)}`;
    writeFileSync(path, input);
    await expectSame((await withLanes(7)).result, input);
  });

  test.each([1, 2, 3, 4])('read what is added to the file meanwhile, seed %i', async (seed) => {
    const random = createRandom(seed);
    const [input, more] = [inputOf(random, 800_000, 3000), inputOf(random, 500_000, 3000)];
    writeFileSync(path, input.slice(0, -100));
    let isAdded = false;
    const { result } = await withLanes(seed, ({ at }) => {
      if (isAdded || at < 300_000) return;
      isAdded = true;
      appendFileSync(path, input.slice(-100) + more);
    });
    expect(isAdded).toBe(true);
    await expectSame(result, input + more);
  });

  test.each([
    // In a stretch that has been given, and before all that have been.
    [1, 3000],
    [2, 9000],
    [3, 20_000],
    [4, -1],
    [5, -400_000],
  ])('of a file that is cut they say what was there, seed %i', async (seed, behind) => {
    const input = inputOf(createRandom(seed), 1_200_000, 3000);
    writeFileSync(path, input);
    let cutAt = 0;
    const { result } = await withLanes(seed, ({ at }) => {
      if (cutAt > 0 || at < 600_000) return;
      cutAt = at + behind;
      truncateSync(path, cutAt);
    });
    expect(cutAt).toBeGreaterThan(0);
    // What had been read before is there to its last line.
    const readTo = input.indexOf('\n', cutAt - behind - 1) + 1;
    await expectSame(result, input.slice(0, Math.max(cutAt, readTo)));
  });

  test('a file that is written over does not give parts of lines', async () => {
    const input = inputOf(createRandom(8), 1_200_000, 3000);
    const other = inputOf(createRandom(9), 1_200_000, 3000);
    writeFileSync(path, input);
    let at = 0;
    const { result } = await withLanes(8, (stretch) => {
      if (at > 0 || stretch.at < 600_000) return;
      at = stretch.at;
      writeFileSync(path, other, { flag: 'r+' });
    });
    // From where the lines of the first end, whoever reads on reads the other.
    const readTo = input.indexOf('\n', at - 1) + 1;
    await expectSame(result, input.slice(0, readTo) + (other + input.slice(other.length)).slice(readTo));
  });

  test('their reads need no place in the file', () => {
    writeFileSync(path, 'ab\ncd\n');
    const source = openSource(path, { inflate: false });
    const memory = Buffer.alloc(5000);
    const { handle: file } = source.seekable!;
    expect(readLines({ file, at: 3, bytes: 3 }, memory, 0, 5000)).toEqual({ from: 1, to: 4 });
    expect(source.readNow(memory)).toBe(6);
    source.seekable!.seek(3);
    expect(source.readNow(memory)).toBe(3);
    source.seekable!.hold();
    source.close();
    expect(source.readNow(memory)).toBe(0);
    expect(readLines({ file, at: 3, bytes: 3 }, memory, 0, 5000)).toEqual({ from: 1, to: 4 });
    source.seekable!.letGo();
  });
});
