/** Runs bytes through a fresh engine on this thread and collects everything that it says. */
import { Engine, type EngineOptions, type Reject } from '../../src/engine/engine.ts';
import { buildPlan, type Plan } from '../../src/engine/plan.ts';
import { ACCEPT, type Path, type Program, type Projection, REJECT, type Test } from '../../src/engine/program.ts';

export interface Outcome {
  readonly out: Buffer;
  readonly rejects: readonly (Reject & { readonly column: number; readonly text: Buffer })[];
  readonly counts: ReturnType<Engine['counts']>;
  readonly engine: Engine;
}

export const everything: Program = { paths: [], tests: [], entry: ACCEPT };

/** A program of one test: records for which it is true pass. */
export function only(path: Path, test: Omit<Test, 'path' | 'onTrue' | 'onFalse'>): Program {
  return { paths: [path], tests: [{ ...test, path: 0, onTrue: ACCEPT, onFalse: REJECT } as Test], entry: 0 };
}

const defaults: EngineOptions = {
  blockBytes: 1 << 20,
  blockCount: 1,
  maxDepth: 1024,
  maxRecordBytes: 1 << 26,
  keepRejects: false,
  strictKeys: false,
};

export function createEngine(plan: Plan, options: Partial<EngineOptions> = {}): Engine {
  return new Engine(plan, { ...defaults, ...options });
}

/** @param offset bytes between the start of the block and the first line, to move lines against the 64-byte grid */
export function processBytes(engine: Engine, bytes: Uint8Array, offset = 0): Outcome {
  const from = engine.inputStart(0) + offset;
  engine.view(from, from + bytes.length).set(bytes);
  engine.process(0, from, from + bytes.length);
  const segments = Array.from({ length: engine.segmentCount(0) }, (_, i) => Buffer.from(engine.segment(0, i)));
  const counts = engine.counts(0);
  const rejects = Array.from({ length: counts.rejected }, (_, i) => {
    const reject = engine.reject(0, i);
    return { ...reject, column: reject.at - reject.from + 1, text: Buffer.from(engine.view(reject.from, reject.to)) };
  });
  return { out: Buffer.concat(segments), rejects, counts, engine };
}

export function run(
  input: string | Uint8Array,
  program: Program = everything,
  projection: Projection = { to: 'lines' },
  options: Partial<EngineOptions> = {},
): Outcome {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  return processBytes(createEngine(buildPlan(program, projection), options), bytes);
}
