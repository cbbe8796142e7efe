/**
 * `slung run` without a process: the real lanes on real threads, between a source over given reads and a sink that
 * collects. A lane starts its thread from a file beside its own, so the whole is bundled into a folder, once for each
 * test file, in the way of build.mjs.
 */

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { Ends } from '../../../src/graph/ends.ts';
import type { RunHost, RunOutcome, ShortInput } from '../../../src/graph/host.ts';
import type { PointStore } from '../../../src/graph/point-store.ts';
import type { RejectRow, RejectsWriter, Sink, Source } from '../../../src/io/index.ts';
import type { RunReport } from '../../../src/stage/plugin/stats.ts';
import { GivenSource, type Reading } from '../../graph/support.ts';
import { pause } from '../../support/eventually.ts';
import { type BarePlugin, type RunChanges, runWith } from '../../support/settings.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'slung-lanes-'));

/** For afterAll. */
export const removeBundle = (): void => rmSync(directory, { recursive: true, force: true });

function bundle(): typeof import('../../../src/pipeline/run-plugins.ts') {
  buildSync({
    entryPoints: {
      'run-plugins': join(root, 'src/pipeline/run-plugins.ts'),
      'plugin-lane': join(root, 'src/stage/plugin/thread.ts'),
      'services-worker': join(root, 'src/plugin/services/services-worker.ts'),
    },
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    ...{ bundle: true, platform: 'node', target: 'node20.19', format: 'cjs', logLevel: 'error', external: ['ws'] },
    define: { 'import.meta.url': 'slungFileUrl' },
    banner: { js: "const slungFileUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  writeFileSync(join(directory, 'plugin-worker.cjs'), "require('./plugin-lane.cjs').serveTasks(() => {});");
  for (const file of [
    'engine/engine.wasm',
    'engine/views.wasm',
    'engine/points.wasm',
    'plugin/tangent/tangent-adapter.wasm',
    'plugin/slung/slung-adapter.wasm',
  ]) {
    copyFileSync(join(root, 'src', file), join(directory, basename(file)));
  }
  return createRequire(import.meta.url)(join(directory, 'run-plugins.cjs'));
}

const { runPlugins } = bundle();
const SLOW_MS = 2;

export interface PluginRun {
  readonly out: string;
  readonly outcome: RunOutcome;
  readonly report: RunReport;
  readonly rejects: readonly (RejectRow & { readonly text: string })[];
  /** Everything said, in order, each with its kind in front: `warn: …`, `error: …`. */
  readonly said: readonly string[];
  /** How the output was ended. */
  readonly ended: 'committed' | 'aborted' | 'left';
}

/** A plugin of a chain; the name is its place unless it is given. */
export const plugin = (bytes: Uint8Array, name = 'p', config: Readonly<Record<string, string>> = {}): BarePlugin => ({
  ...{ name, file: `${name}.wasm`, bytes, abi: undefined, config },
});

/** Little memory, and limits that nothing reaches. */
const limits = { memoryBytes: 64 << 20, timeLimitMs: 3_600_000, loadLimitMs: 3_600_000 };

const settingsFor = (plugins: readonly BarePlugin[], changes: RunChanges) =>
  runWith(plugins, { inputs: ['given'], batchBytes: 256 * 1024, stats: 'json', ...limits, ...changes });

class Collected {
  /** The sink takes nothing at once. */
  readonly isSlow: boolean;
  readonly out: Buffer[] = [];
  readonly rejects: (RejectRow & { text: string })[] = [];
  ended: PluginRun['ended'] = 'left';
  #parts = '';

  constructor(isSlow: boolean) {
    this.isSlow = isSlow;
  }

  readonly sink: Sink = {
    ...{ name: 'out', closed: false, isTTY: false },
    writeNow: (bytes) => (this.isSlow ? 0 : this.#take(bytes)),
    writeAll: async (bytes) => {
      await pause(SLOW_MS);
      this.#take(bytes);
    },
    commit: () => {
      this.ended = 'committed';
    },
    abort: () => {
      this.ended = 'aborted';
    },
  };

  readonly writer: RejectsWriter = {
    name: 'rejects',
    write: (line, row) => {
      this.rejects.push({ ...row, text: this.#parts + Buffer.from(line).toString('latin1') });
      this.#parts = '';
    },
    writePart: (part) => {
      this.#parts += Buffer.from(part).toString('latin1');
    },
    flush: () => {},
    close: () => {},
  };

  #take(bytes: Uint8Array): number {
    this.out.push(Buffer.from(bytes));
    return bytes.length;
  }
}

export interface Surroundings {
  /** A thread that has been started ahead. */
  readonly takeThread?: () => Worker | undefined;
  /** What is said of the input. */
  readonly shortInput?: ShortInput;
  /** Instead of the clocks below. */
  readonly clockMs?: () => number;
  /** Instead of the given reads. */
  readonly source?: Source;
  /** The output's reader takes its time. */
  readonly isSlow?: boolean;
  /** For --record. */
  readonly store?: PointStore;
}

/**
 * The clock of a run with a time limit: the processor time of this process. A guest in a loop uses it up, however many
 * others want the processor; one that only waits for its turn does not.
 */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A whole run over given reads. @throws UsageError or PluginFileError, by their names */
export async function runChain(
  plugins: readonly BarePlugin[],
  readings: readonly Reading[] | string,
  changes: RunChanges = {},
  around: Surroundings = {},
): Promise<PluginRun> {
  const source = around.source ?? new GivenSource(typeof readings === 'string' ? [Buffer.from(readings)] : readings);
  const collected = new Collected(around.isSlow ?? false);
  const said: string[] = [];
  let report: RunReport | undefined;
  const { takeThread, shortInput } = around;
  const host: RunHost = {
    talk: {
      error: (text) => said.push(`error: ${text}`),
      warn: (text) => said.push(`warn: ${text}`),
      info: (text) => {
        report = JSON.parse(text);
      },
      guest: (name, line) => void said.push(`guest: ${name}: ${line}`),
      verbose: () => {},
    },
    progress: undefined,
    onSignal: () => () => {},
    clockMs: around.clockMs ?? (changes.timeLimitMs === undefined ? () => performance.now() : cpuMs),
    openStore: async () => around.store!,
    ...(takeThread === undefined ? {} : { takeThread }),
    shortInput,
  };
  const ends: Ends = {
    openSource: () => source,
    sink: collected.sink,
    rejects: collected.writer,
    ...{ showsBadLines: true, collectGarbage: undefined },
  };
  const outcome = await runPlugins(await settingsFor(plugins, changes), host, ends);
  const { rejects, ended } = collected;
  return { out: Buffer.concat(collected.out).toString('latin1'), outcome, report: report!, rejects, said, ended };
}
