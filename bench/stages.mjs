// @ts-check
/**
 * The engine's stages one by one, in GB/s of input: index alone, then index + walk, then with match, then with emit;
 * the difference of two rows is a stage. The second figure of a row is with learned text, which needs no index: stops
 * alone, then the records that follow, and so on. One block of real-looking records stays in the cache, so there is no I/O in
 * these figures; the best of many short runs is taken, so that a busy machine disturbs them little.
 *
 *     node bench/stages.mjs [FILE.ndjson]...
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const BLOCK_BYTES = 256 * 1024;
const ROUNDS = 400;

/** @param {string} folder */
async function compile(folder) {
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  const entry = join(root, 'bench/asm/stages.ts');
  const config = join(root, 'src/engine/asm/asconfig.json');
  execFileSync(process.execPath, [asc, entry, '--config', config, '-o', join(folder, 'engine.wasm')], { cwd: root });
  const contents = `export * from './src/engine/engine.ts'; export * from './src/engine/plan.ts';
    export { compileExpressions, parsePath } from './src/selector/index.ts';`;
  const outfile = join(folder, 'engine.mjs');
  const stdin = { contents, resolveDir: root, loader: /** @type {const} */ ('ts') };
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  return await import(pathToFileURL(outfile).href);
}

/** Seconds of the fastest of many calls. @param {() => void} work */
function best(work) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const from = process.hrtime.bigint();
    work();
    least = Math.min(least, Number(process.hrtime.bigint() - from) / 1e9);
  }
  return least;
}

const tasks = {
  flat: { where: 'source.name == "myservice"', fields: ['ts', 'source.name', 'msg', 'seen', 'duration'] },
  zeek: { where: 'service == "dns"', fields: ['ts', 'uid', 'id.orig_h', 'service', 'duration'] },
  github: { where: 'type == "PushEvent"', fields: ['id', 'type', 'actor.login', 'repo.name', 'created_at'] },
};

/** @param {Buffer} sample @returns {keyof typeof tasks} */
function shapeOf(sample) {
  const line = sample.subarray(0, sample.indexOf(10)).toString();
  return line.includes('"actor"') ? 'github' : line.includes('id.orig_h') ? 'zeek' : 'flat';
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'slung-stages-'));
  try {
    const slung = await compile(folder);
    const files = process.argv.slice(2);
    if (files.length === 0) {
      const { ensureData } = await import('./generate.mjs');
      for (const shape of /** @type {const} */ (['flat', 'zeek', 'github'])) files.push(await ensureData(shape, 8));
    }
    for (const file of files) measure(slung, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {any} slung @param {string} file */
function measure(slung, file) {
  const data = readFileSync(file).subarray(0, BLOCK_BYTES);
  const sample = data.subarray(0, data.lastIndexOf(10) + 1);
  const { where, fields } = tasks[shapeOf(sample)];
  const columns = fields.map((name) => ({ name, path: slung.parsePath(name) }));
  const all = slung.compileExpressions([]);
  const none = { paths: [], tests: [], entry: -2 };
  const some = slung.compileExpressions([where]);
  const options = { blockBytes: 1 << 20, blockCount: 1, maxDepth: 1024, maxRecordBytes: 1 << 26 };
  const off = { keepRejects: false, strictKeys: false };
  /** @param {any} program @param {any} projection @param {boolean} walkAll */
  const prepare = (program, projection, walkAll) => {
    const engine = new slung.Engine(slung.buildPlan(program, projection), { ...options, ...off, walkAll });
    const from = engine.inputStart(0);
    engine.bytes().set(sample, from);
    return { engine, from, to: from + sample.length };
  };
  /** @param {string} name @param {(() => void)[]} works the walk's, and with learned text */
  const row = (name, ...works) => {
    const figures = works.map((work) => (sample.length / best(work) / 1e9).toFixed(2).padStart(6));
    console.log(`  ${name.padEnd(30)} ${figures.join(' → ')} GB/s`);
  };
  const first = prepare(none, { to: 'lines' }, true);
  const second = prepare(none, { to: 'lines' }, false);
  const records = (() => {
    for (const { engine, from, to } of [first, second]) engine.process(0, from, to);
    return first.engine.counts(0).records;
  })();
  console.log(`${file}: ${sample.length} bytes, ${records} records`);
  const { from, to } = second;
  row(
    'index; stops',
    () => first.engine.raw.indexOnly(first.from, first.to),
    () => second.engine.raw.stopsOnly(from, to),
  );
  row(
    'index, walk; stops, follow',
    () => first.engine.process(0, first.from, first.to),
    () => second.engine.process(0, from, to),
  );
  const cases = /** @type {const} */ ([
    ['… and match', some, { to: 'nothing' }],
    ['… and match, emit lines', some, { to: 'lines' }],
    ['all lines', all, { to: 'lines' }],
    ['5 fields to ndjson', all, { to: 'ndjson', columns }],
    ['5 columns to csv', all, { to: 'csv', columns }],
  ]);
  for (const [name, program, projection] of cases) {
    const works = [true, false].map((walkAll) => {
      const { engine, from, to } = prepare(program, projection, walkAll);
      return () => engine.process(0, from, to);
    });
    row(name, ...works);
  }
}

await main();
