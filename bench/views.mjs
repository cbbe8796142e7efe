// @ts-check
/// <reference path="../src/engine/webassembly.d.ts" />
/**
 * What a guest pays for one look at a record, in nanoseconds, inside process-logs: the whole way from the guest's loop
 * through the linker's trampolines, the adapter and the engine and back, with the guest's own allocation. Each kind of
 * call is made a million times on one record, with its path learned (a load from the row) and not learned (a search in
 * the text); the best of several rounds is taken. Only the guest's own loop (`nothing`) is subtracted.
 *
 *     node bench/views.mjs [FILE.wasm]     a Tangent plugin that understands `_mode` and `_n`, see asm/views-guest.ts
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const CALLS = 1_000_000;
const ROUNDS = 5;
const S62 = 'The quick brown fox jumps over the lazy dog, 62 bytes of text.';

/** `_mode` of the guest. A file may understand only the first nine. */
const kinds = [
  'nothing',
  'get int',
  'get string of 8 bytes',
  'get string of 62 bytes',
  'has',
  'get missing',
  'get float',
  'get source.name',
  'get-list of 3 strings',
  'len of a list',
  'get-map of 1 member',
  'keys of 1 member',
  'log',
  'get by a path of 26 bytes',
  'six gets by turns',
];
/** What each of them asks for, after `_mode` and `_n`. */
const pathsOf = [[], ['int'], ['s8'], ['s64'], ['int'], ['missing'], ['flt'], ['source.name'], ['tags'], ['tags']];
pathsOf.push(['source'], ['source'], [], ['a.path.of.more.than.twenty']);
pathsOf.push(['int', 's8', 's64', 'flt', 'source.name', 'missing']);
const interesting = process.argv[2] === undefined ? kinds.length : 9;

/** @param {string} folder */
async function compile(folder) {
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  const guest = join(folder, 'guest.wasm');
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '-o', guest];
  execFileSync(process.execPath, [asc, join(root, 'bench/asm/views-guest.ts'), ...options], { cwd: root });
  for (const [from, to] of [
    ['src/engine/views.wasm', 'views.wasm'],
    ['src/engine/engine.wasm', 'engine.wasm'],
    ['src/plugin/tangent/tangent-adapter.wasm', 'tangent-adapter.wasm'],
  ]) {
    copyFileSync(join(root, /** @type {string} */ (from)), join(folder, /** @type {string} */ (to)));
  }
  const modules = ['engine/engine', 'engine/plan', 'engine/row-engine', 'engine/views', 'selector/index'];
  modules.push('plugin/gate', 'plugin/tangent/adapter', 'plugin/tangent/core', 'plugin/component/compile');
  const contents = modules.map((name) => `export * from './src/${name}.ts';`).join('\n');
  const outfile = join(folder, 'slung.mjs');
  const stdin = { contents, resolveDir: root, loader: /** @type {const} */ ('ts') };
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  return { slung: await import(pathToFileURL(outfile).href), guest };
}

/** An engine with one record in its row table. @param {any} slung @param {object} record @param {string[]} fields */
function prepare(slung, record, fields) {
  const projection = { to: 'rows', fields: fields.map(slung.parseTangentPath), select: undefined };
  const plan = slung.buildPlan(slung.compileExpressions([]), projection);
  const rows = { forAll: false, tableBytes: 65536, pinBytes: 65536, longBlockBytes: 65536 };
  const limits = { blockBytes: 65536, blockCount: 1, maxDepth: 64, maxRecordBytes: 65536 };
  const options = { ...limits, keepRejects: false, strictKeys: false, rows };
  const { memory, map } = slung.createMemory(plan, options);
  const engine = new slung.RowEngine(memory, map, options, plan);
  const line = Buffer.from(`${JSON.stringify(record)}\n`);
  const from = engine.inputStart(0);
  engine.bytes().set(line, from);
  engine.setWord(0, 4, from);
  engine.setWord(0, 8, from + line.length);
  engine.collect(0, from, 1);
  return engine;
}

/**
 * @param {any} slung @param {Buffer} bytes @param {number} mode @param {string[]} fields @returns {number} ns a call
 */
function measure(slung, bytes, mode, fields) {
  const record = {
    source: { name: 'myservice' },
    ...{ _mode: mode, _n: CALLS, int: 123456, s8: 'abcdefgh', s64: S62, flt: 1.25, tags: ['a', 'bb', 'ccc'] },
    a: { path: { of: { more: { than: { twenty: 20 } } } } },
  };
  const engine = prepare(slung, record, fields);
  const views = slung.viewsOf(engine);
  const gate = new slung.Gate();
  /** @type {any} */
  let exports;
  const lookup = slung.logviewAdapter(views, gate);
  const isComponent = bytes[4] === 0x0d;
  const compileGuest = isComponent ? slung.compileComponent : slung.compileCore;
  exports = compileGuest(bytes, { maxMemoryBytes: 1 << 26 }).instantiate({
    gate,
    /** @param {string} name @param {string} called @param {any} options */
    lower: (name, called, options) => (name.startsWith('tangent:logs/log') ? lookup(called, options) : () => 0),
  });
  let best = Number.POSITIVE_INFINITY;
  let base = 1;
  const call = () => {
    base = views.beginCall(base, 0, 1);
    const list = exports.processLogs.realloc(0, 0, 4, 4);
    new DataView(exports.processLogs.memory.buffer).setUint32(list, base, true);
    base++;
    const from = process.hrtime.bigint();
    const result = exports.processLogs.call(list, 1);
    const ns = Number(process.hrtime.bigint() - from) / CALLS;
    exports.processLogs.postReturn?.(result);
    if (views.endCall() !== 0) throw new Error('the guest has kept its view');
    return ns;
  };
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, call());
  return best;
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'slung-views-'));
  try {
    const { slung, guest } = await compile(folder);
    const bytes = readFileSync(process.argv[2] ?? guest);
    console.log('ns a call                        learned    not learned');
    let loop = 0;
    for (let mode = 0; mode < interesting; mode++) {
      // A row's fields are in the order in which the guest asks.
      const asked = ['_mode', '_n', ...(pathsOf[mode] ?? [])];
      const learned = measure(slung, bytes, mode, asked);
      const searched = measure(slung, bytes, mode, []);
      if (mode === 0) loop = learned;
      const shown = [learned - loop, searched - loop].map((ns) => ns.toFixed(1).padStart(12));
      console.log(`${/** @type {string} */ (kinds[mode]).padEnd(28)}${shown.join('')}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
