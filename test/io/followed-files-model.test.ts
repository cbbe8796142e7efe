/**
 * Random lives of a log against a plain model: it grows, is rotated in either way, and its reader settles what it
 * pleases, ends and begins anew. Every line is given, and none again that was settled.
 */
import { appendFileSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FollowedFiles } from '../../src/io/followed-files.ts';
import { WOULD_BLOCK } from '../../src/io/index.ts';
import { Positions } from '../../src/io/positions.ts';
import { sized } from '../support/full.ts';
import { temporaryDirectory } from './support.ts';

const LIVES = sized(25, 3000);
const STEPS = 40;
const root = temporaryDirectory();

let open: { source: FollowedFiles; positions: Positions } | undefined;
function close(): void {
  open?.source.close();
  open?.positions.close();
  open = undefined;
}
afterEach(close);

/** The same sequence for the same seed: a linear congruential generator (Numerical Recipes, 7.1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The log, in a folder of its own. */
class Log {
  readonly #folder: string;
  written = 0;
  #rotations = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder);
    this.append(1);
  }

  at(name: string): string {
    return join(this.#folder, name);
  }

  append(lines: number): void {
    for (let i = 0; i < lines; i++) appendFileSync(this.at('app.log'), `${this.written++}\n`);
  }

  /** `app.log.1` becomes `app.log.2`, and so on. */
  rotateNumbered(): void {
    const numbered = readdirSync(this.#folder).filter((name) => /^app\.log\.\d+$/.test(name)).length;
    for (let n = numbered; n > 0; n--) renameSync(this.at(`app.log.${n}`), this.at(`app.log.${n + 1}`));
    renameSync(this.at('app.log'), this.at('app.log.1'));
    this.append(1);
  }

  /** `app.log` gets a name that it keeps. */
  rotateDated(): void {
    renameSync(this.at('app.log'), this.at(`app.log-${20260101 + this.#rotations++}`));
    this.append(1);
  }
}

/** The run that reads it, and what it has settled. */
class Reader {
  readonly settled = new Set<number>();
  readonly #log: Log;
  readonly #patterns: readonly string[];
  readonly #target = new Uint8Array(64);
  #text = '';
  #parsed = 0;
  #units: { unit: object; lines: number[] }[] = [];

  constructor(log: Log, patterns: readonly string[]) {
    this.#log = log;
    this.#patterns = patterns.map((name) => log.at(name));
    this.restart(true);
    // What was rotated before the first look at the log is not its reader's.
    this.read();
  }

  restart(follow: boolean): void {
    close();
    this.#text = '';
    this.#parsed = 0;
    this.#units = [];
    const notice = (): void => {};
    const positions = new Positions(this.#log.at('positions'), { notice, everyMs: 100_000 });
    const options = { name: 'log', patterns: this.#patterns, follow, inflate: true, notice, positions };
    const source = new FollowedFiles({ ...options, clockMs: () => performance.now(), pollMs: 1, graceMs: 2 });
    open = { source, positions };
  }

  /** @returns what readNow says */
  read(): number {
    const { source } = open!;
    const count = source.readNow(this.#target);
    if (count > 0) this.#text += Buffer.from(this.#target.subarray(0, count)).toString();
    for (const { end, unit } of source.takeBorders()) {
      const lines = this.#text.slice(this.#parsed, end).trimEnd().split('\n').map(Number);
      this.#parsed = end;
      for (const line of lines) expect(this.settled, `line ${line} again`).not.toContain(line);
      this.#units.push({ unit, lines });
    }
    return count;
  }

  /** Settles the units that were given first. */
  settle(share: number): void {
    for (const { unit, lines } of this.#units.splice(0, Math.ceil(this.#units.length * share))) {
      open!.source.settle(unit, 'ok');
      for (const line of lines) this.settled.add(line);
    }
  }

  /** Reads until every line was given, in this run or before it, and settles all. */
  async readAll(): Promise<void> {
    for (;;) {
      const count = this.read();
      if (this.#units.reduce((sum, { lines }) => sum + lines.length, this.settled.size) === this.#log.written) break;
      // A run that does not follow ends without what came since.
      if (count === 0) this.restart(true);
      if (count === WOULD_BLOCK) await open!.source.wait();
    }
    this.settle(1);
  }
}

const PATTERNS = [['app.log'], ['app*'], ['app.log', 'app.log.*'], ['app.log*', 'app*']];

test(`${LIVES} lives of ${STEPS} steps`, async () => {
  for (let life = 0; life < LIVES; life++) {
    const random = randomFrom(life);
    const log = new Log(join(root, `life-${life}`));
    const reader = new Reader(log, PATTERNS[life % PATTERNS.length]!);
    const rotate = random() < 0.5 ? () => log.rotateNumbered() : () => log.rotateDated();
    const steps = [
      () => log.append(1 + Math.floor(random() * 30)),
      rotate,
      () => reader.read(),
      () => reader.settle(random()),
      () => reader.restart(random() < 0.7),
      () => reader.readAll(),
    ];
    for (let step = 0; step < STEPS; step++) await steps[Math.floor(random() * steps.length)]!();
    reader.restart(false);
    await reader.readAll();
    expect(reader.settled.size, `life ${life}`).toBe(log.written);
    close();
  }
});
