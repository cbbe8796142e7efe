// @ts-check
/**
 * NDJSON into a store, in points a second: the run of `slung store write` in this process, over a file of 1 000 series
 * that is in the cache. `nowhere` is a store that forgets everything, which leaves reading and making points; the
 * others are a store on disk under each --durability. The fastest of a few runs counts, closing the store included.
 *
 *     node bench/store-write.mjs [--points 4000000] [--rounds 3] [--only nowhere,none,batch] [--values 1]
 */
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const SERIES = 1000;
const BATCH_BYTES = 512 << 10;
const STORES = ['nowhere', 'none', 'interval', 'batch'];

const { values: options } = parseArgs({
  options: {
    points: { type: 'string', default: '4000000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: STORES.join(',') },
  },
});

/** The run and the store as one file. @param {string} folder */
async function load(folder) {
  const contents = `export { runStoreWrite } from './src/pipeline/store-write.ts';
    export { openStore, storeOptions } from './src/store/store.ts';
    export { NodeFiles } from './src/store/files/node-files.ts';`;
  const outfile = join(folder, 'write.mjs');
  const stdin = { contents, resolveDir: root, loader: /** @type {const} */ ('ts') };
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  for (const file of ['src/engine/points.wasm', 'src/store/kernel/store.wasm', 'src/engine/engine.wasm']) {
    copyFileSync(join(root, file), join(folder, /** @type {string} */ (file.split('/').at(-1))));
  }
  return await import(pathToFileURL(outfile).href);
}

/**
 * Lines like those of a metrics agent: every series once in ten seconds. @param {string} file @param {number} points
 */
function generate(file, points) {
  const tags = Array.from(
    { length: SERIES },
    (_, i) => `"tags":["host=web-${i % 100}","region=${i % 2 ? 'eu' : 'us'}"]`,
  );
  const last = Array.from({ length: SERIES }, (_, i) => i);
  let seed = 1;
  const chunks = [];
  let lines = '';
  for (let i = 0; i < points; i++) {
    const s = i % SERIES;
    seed = (seed * 48271) % 2147483647;
    last[s] = Math.round(((last[s] ?? 0) + (seed % 201) / 100 - 1) * 100) / 100;
    const timestamp = 1700000000000 + Math.floor(i / SERIES) * 10_000 + (seed % 3000);
    lines += `{"timestamp":${timestamp},"series":"cpu.${Math.floor(s / 100)}",${tags[s]},"value":${last[s]}}\n`;
    if (lines.length > 1 << 20) {
      chunks.push(Buffer.from(lines));
      lines = '';
    }
  }
  writeFileSync(file, Buffer.concat([...chunks, Buffer.from(lines)]));
}

const forgetting = () => {
  const known = new Map();
  return {
    seriesId: (/** @type {string} */ name, /** @type {readonly string[]} */ tags) => {
      const key = `${name} ${tags}`;
      known.set(key, known.get(key) ?? known.size);
      return known.get(key);
    },
    ...{ append: () => {}, position: () => undefined, close: () => {} },
  };
};

/** @param {string} file @param {string} directory @param {string} durability */
const settingsOf = (file, directory, durability) => ({
  input: { inputs: [file], from: 'ndjson' },
  batches: {
    ...{ batchBytes: BATCH_BYTES, batchRecords: undefined, batchAgeMs: 0 },
    ...{ maxRecordBytes: 64 << 20, maxDepth: 1024 },
  },
  selection: { where: [] },
  rejects: { onError: 'skip', badLinesFail: true, rejectsFile: undefined, maxErrors: undefined },
  report: { stats: 'none', exitStatus: false },
  record: {
    store: { directory, durability, retainMs: undefined },
    points: [
      {
        series: { kind: 'path', text: 'series' },
        ...{ time: 'timestamp', values: ['value'], tags: ['tags'], timeUnit: 'auto' },
      },
    ],
    ...{ resume: false, final: false },
  },
});

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'slung-store-write-'));
  try {
    const slung = await load(folder);
    const points = Number(options.points);
    const file = join(folder, 'points.ndjson');
    generate(file, points);
    const bytes = statSync(file).size;
    console.log(`${points} points of ${SERIES} series, ${(bytes / points).toFixed(1)} bytes a line`);
    for (const kind of options.only.split(',')) await measure(slung, { folder, file, points, bytes, kind });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {any} slung
 * @param {{ folder: string, file: string, points: number, bytes: number, kind: string }} what
 */
async function measure(slung, { folder, file, points, bytes, kind }) {
  let least = Number.POSITIVE_INFINITY;
  let leastCpu = Number.POSITIVE_INFINITY;
  for (let round = 0; round < Number(options.rounds); round++) {
    const directory = join(folder, `store-${kind}-${round}`);
    const open = async () => {
      if (kind === 'nowhere') return forgetting();
      const given = { durability: kind, retainMs: undefined, warn: console.error };
      const clocks = { clockMs: () => performance.now(), nowUs: () => BigInt(Date.now()) * 1000n };
      return slung.openStore(
        slung.NodeFiles.open(directory, { create: true }),
        slung.storeOptions({ ...given, ...clocks }),
      );
    };
    const talk = { error: console.error, warn: console.error, info: console.log, verbose: () => {} };
    const host = {
      talk,
      progress: undefined,
      onSignal: () => () => {},
      clockMs: () => performance.now(),
      openStore: open,
    };
    const from = performance.now();
    const cpuFrom = process.cpuUsage();
    const outcome = await slung.runStoreWrite(settingsOf(file, directory, kind), host);
    least = Math.min(least, (performance.now() - from) / 1000);
    const { user, system } = process.cpuUsage(cpuFrom);
    leastCpu = Math.min(leastCpu, (user + system) / 1e6);
    if (outcome.code !== 0) throw new Error(`it ended with ${outcome.code}`);
    rmSync(directory, { recursive: true, force: true });
  }
  const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
  const speed = `${(points / least / 1e6).toFixed(2)} M points/s, ${Math.round(bytes / least / 1e6)} MB/s`;
  const ofCpu = `${(points / leastCpu / 1e6).toFixed(2)} M points per second of processor time`;
  console.log(`${kind.padEnd(9)} ${speed}, ${ofCpu}, ${rss} MiB`);
}

await main();
