/**
 * Runs a program over records in memory: an engine with rows on this thread, a stream that hands out the given blocks,
 * and a host that remembers what it was asked.
 */
import { readFileSync } from 'node:fs';
import { createMemory } from '../../../src/engine/memory.ts';
import { buildPlan } from '../../../src/engine/plan.ts';
import { ACCEPT, type Program } from '../../../src/engine/program.ts';
import { RowEngine } from '../../../src/engine/row-engine.ts';
import type { GuestStream } from '../../../src/plugin/guest.ts';
import {
  compileProgram,
  MemoryStore,
  type ProgramCounts,
  type ProgramHost,
  runProgram,
} from '../../../src/plugin/slung/index.ts';
import { parsePath } from '../../../src/selector/index.ts';

const everything: Program = { paths: [], tests: [], entry: ACCEPT };
const blockBytes = 1 << 20;

export const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/plugins/slung/${name}.wasm`, import.meta.url));

export const limits = { maxMemoryBytes: 64 << 20 };

/** An engine whose rows have the fields of an event. */
export function eventEngine(isListening = false): RowEngine {
  const names = ['timestamp', 'value', 'series', 'tags', ...(isListening ? ['producer'] : [])];
  const plan = buildPlan(everything, { to: 'rows', fields: names.map((name) => parsePath(name)), select: undefined });
  const options = {
    ...{ blockBytes, blockCount: 1, maxDepth: 64, maxRecordBytes: blockBytes, keepRejects: false, strictKeys: false },
    rows: { forAll: false, tableBytes: 1 << 16, pinBytes: 1 << 16, longBlockBytes: 1 << 16 },
  };
  const { memory, map } = createMemory(plan, options);
  return new RowEngine(memory, map, options, plan);
}

/** Hands out blocks of whole lines, at most `step` rows at a time. */
export class BlockStream implements GuestStream {
  readonly written: Buffer[] = [];
  readonly #engine: RowEngine;
  readonly #blocks: readonly Uint8Array[];
  readonly #step: number;
  readonly #inputs: readonly number[];
  #next = 0;
  #at = 0;
  #to = 0;
  /** How often rows were asked for. */
  asked = 0;

  /** @param inputs which input each block is of; left out: all are of one */
  constructor(engine: RowEngine, blocks: readonly Uint8Array[], step = 512, inputs: readonly number[] = []) {
    this.#inputs = inputs;
    this.#engine = engine;
    this.#blocks = blocks;
    this.#step = step;
  }

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes));
  }

  get inputNumber(): number {
    return this.#inputs[this.#next - 1] ?? Math.min(1, this.#next);
  }

  nextLines(): undefined {
    throw new Error('a program does not read lines');
  }

  nextRows(): number | undefined {
    this.asked += 1;
    const engine = this.#engine;
    while (true) {
      if (this.#at === this.#to) {
        const block = this.#blocks[this.#next];
        if (block === undefined) return undefined;
        this.#next += 1;
        this.#at = engine.inputStart(0);
        this.#to = this.#at + block.length;
        engine.view(this.#at, this.#to).set(block);
        engine.setWord(0, 4, this.#at);
        engine.setWord(0, 8, this.#to);
        engine.setWord(0, 68, 0xffffffff);
      }
      this.#at = engine.collect(0, this.#at, this.#step);
      if (engine.rowCount > 0) return engine.rowCount;
    }
  }
}

export interface Outcome {
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  readonly counts: ProgramCounts;
  readonly stream: BlockStream;
  /** What the run threw. */
  readonly error: unknown;
}

export interface Settings {
  /** NDJSON, or blocks of it. */
  readonly input?: string | readonly string[];
  readonly host?: Partial<ProgramHost>;
  readonly program?: string;
  readonly step?: number;
  readonly isListening?: boolean;
  /** Which input each block is of. */
  readonly inputs?: readonly number[];
}

export const fields = { time: 'timestamp', value: 'value', series: 'series', tags: 'tags', timeUnit: 'us' } as const;

/** A host on which nothing is granted and the time is 1 s after 1970. */
export function testHost(warnings: string[], args: readonly string[]): ProgramHost {
  return {
    talk: {
      warn: (text) => warnings.push(text),
      time: (text, line) => warnings.push(line === undefined ? `-v: ${text}` : `line ${line}: ${text}`),
    },
    wasi: {
      args: ['script', ...args],
      environment: {},
      stderr: (bytes) => warnings.push(Buffer.from(bytes).toString()),
      wallClockNs: () => 0n,
      monotonicNs: () => 0n,
      fillRandom: (bytes) => bytes.fill(4),
      sleep: () => {},
    },
    nowUs: () => 1_000_000,
    events: fields,
    store: new MemoryStore(),
    http: () => ({ error: 'not granted' }),
    toProducer: () => false,
  };
}

/** Runs the program of script.c with these commands. */
export function script(commands: readonly string[], settings: Settings = {}): Outcome {
  const { input = '', host = {}, program = 'script', step, isListening } = settings;
  const warnings: string[] = [];
  const engine = eventEngine(isListening);
  const blocks = (typeof input === 'string' ? [input] : input).map((text) => Buffer.from(text));
  const stream = new BlockStream(
    engine,
    blocks.filter((block) => block.length > 0),
    step,
    settings.inputs,
  );
  let counts: ProgramCounts = { events: -1, bad: -1, delivered: -1 };
  let error: unknown;
  try {
    const compiled = compileProgram(fixture(program), limits);
    runProgram(compiled, stream, engine, { ...testHost(warnings, commands), ...host }, (all) => {
      counts = all;
    });
  } catch (thrown) {
    error = thrown;
  }
  const lines = Buffer.concat(stream.written).toString().split('\n').slice(0, -1);
  return { lines, warnings, counts, stream, error };
}

/** One record. */
export function record(timestamp: unknown, value: unknown, series: unknown = 's', tags: unknown = []): string {
  return `${JSON.stringify({ timestamp, value, series, tags })}\n`;
}
