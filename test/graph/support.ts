/** A run without a process: a source over given reads, a sink that collects, a host that remembers what was said. */
import type { Edge } from '../../src/graph/edge.ts';
import type { RunHost, RunOutcome } from '../../src/graph/host.ts';
import type { Inlet, OpenedInput } from '../../src/graph/inlet.ts';
import { Node } from '../../src/graph/node.ts';
import type { NodeParts } from '../../src/graph/node-parts.ts';
import type { Stats, StatsReport } from '../../src/graph/stats.ts';
import type { RejectRow, RejectsWriter } from '../../src/io/index.ts';
import { type Sink, type Source, SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { countsOf, selectRun } from '../../src/pipeline/build.ts';
import { SelectStage } from '../../src/stage/select/select.ts';
import { type SelectChanges, selectWith } from '../support/settings.ts';

/** One answer of readNow: bytes (given in as many reads as they need), nothing for now, or an error. */
export type Reading = Uint8Array | 'dry' | SourceError;

export class GivenSource implements Source {
  readonly name = 'given';
  readonly sizeBytes = undefined;
  readonly #readings: Reading[];

  constructor(readings: readonly Reading[]) {
    this.#readings = [...readings];
  }

  readNow(target: Uint8Array): number {
    const next = this.#readings[0];
    if (next === undefined) return 0;
    if (next instanceof SourceError) throw next;
    this.#readings.shift();
    if (next === 'dry') return WOULD_BLOCK;
    if (next.length === 0) return this.readNow(target);
    const count = Math.min(target.length, next.length);
    target.set(next.subarray(0, count));
    if (count < next.length) this.#readings.unshift(next.subarray(count));
    return count;
  }

  wait(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}

/** The settings of a run here: smaller batches than the command's, so that a test needs less to fill some. */
export const settingsWith = (changes: SelectChanges = {}) =>
  selectWith({ inputs: ['given'], batchBytes: 256 * 1024, color: 'never', ...changes });

export interface Result {
  readonly out: string;
  readonly outcome: RunOutcome;
  readonly report: StatsReport;
  readonly rejects: readonly (RejectRow & { readonly text: string })[];
  readonly said: readonly string[];
  /** How often progress was shown, or would have been. */
  readonly updates: number;
}

/**
 * A whole run over given reads (`more`: of further inputs). `prepare` may change the stage (add lanes) before it
 * begins.
 */
export async function runOver(
  readings: readonly Reading[] | Source,
  changes: SelectChanges = {},
  prepare: (stage: SelectStage) => void = () => {},
  more: readonly (readonly Reading[])[] = [],
): Promise<Result> {
  const sources = [readings, ...more].map((given) => ('readNow' in given ? given : new GivenSource(given)));
  const stage = new SelectStage(settingsWith({ inputs: sources.map(({ name }) => name), ...changes }));
  prepare(stage);
  const out: Buffer[] = [];
  const rejects: (RejectRow & { text: string })[] = [];
  let parts = '';
  let updates = 0;
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
  };
  const sink: Sink = {
    ...{ name: 'out', closed: false, isTTY: false, commit: () => {}, abort: () => {} },
    writeNow: (bytes) => out.push(Buffer.from(bytes)) * 0 + bytes.length,
    writeAll: async () => {},
  };
  const writer: RejectsWriter = {
    name: 'rejects',
    write: (line, row) => {
      rejects.push({ ...row, text: parts + Buffer.from(line).toString('latin1') });
      parts = '';
    },
    writePart: (part) => {
      parts += Buffer.from(part).toString('latin1');
    },
    flush: () => {},
    close: () => {},
  };
  const host: RunHost = {
    talk: { error: say, warn: say, info: say, guest: (name, line) => say(`${name}: ${line}`), verbose: () => {} },
    progress: { update: () => void updates++, clear: () => {} },
    onSignal: () => () => {},
    clockMs: () => performance.now(),
  };
  const ends = {
    openSource: () => sources.shift()!,
    sink,
    rejects: writer,
    showsBadLines: true,
    collectGarbage: undefined,
  };
  const run = selectRun(stage, host, ends);
  await run.graph.execute();
  const outcome = run.outcome();
  return { out: Buffer.concat(out).toString('latin1'), outcome, report: run.node.report(), rejects, said, updates };
}

/** A sink that keeps what it gets. */
export class KeptSink implements Sink {
  readonly name = 'kept';
  readonly closed = false;
  readonly isTTY = false;
  text = '';
  ended = 'no';

  writeNow(bytes: Uint8Array): number {
    this.text += Buffer.from(bytes).toString();
    return bytes.length;
  }

  async writeAll(bytes: Uint8Array): Promise<void> {
    this.writeNow(bytes);
  }

  commit(): void {
    this.ended = 'committed';
  }

  abort(): void {
    this.ended = 'aborted';
  }
}

/** An inlet of one input. */
export const inletOf = (opened: OpenedInput): Inlet => ({ kind: 'inputs', inputs: ['in'], open: () => opened });

/** A node of a test, whose bad lines nobody keeps. */
export function nodeOf(
  parts: Pick<NodeParts, 'stage' | 'inlets'> & { readonly edges: (stats: Stats) => readonly Edge[] },
  host: RunHost,
  changes: SelectChanges = {},
): Node {
  const settings = settingsWith(changes);
  const counts = countsOf(settings.rejects, { showsBadLines: false, rejects: undefined }, host.talk);
  const { stage, inlets } = parts;
  const edges = parts.edges(counts.stats);
  return new Node(
    { stage, inlets, edges, settings, ...counts, collectGarbage: undefined, closeRejects: () => {} },
    host,
  );
}
