// @ts-check
/**
 * What plugins cost beside their speed: the time from a component's bytes to its first call, the time between a limit
 * and the message about it, and memory in the size of the input. Loading is measured twice: the steps inside of a
 * fresh process with the lane's own code, and, as users feel it, a whole run on one record beside a `select` on the
 * same.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { ensureData } from './generate.mjs';
import { summarize } from './measure.mjs';
import { buildPlugin, fixture, repeat, run, runCommand, slungRun } from './plugin-measure.mjs';
import { callRecord } from './plugin-records.mjs';
import { round, spread, table } from './report.mjs';
import { root, slungCommand } from './tools.mjs';

/** @typedef {import('./plugin-measure.mjs').Setup} Setup */
/** @typedef {import('./plugin-measure.mjs').Answer} Answer */

const LOAD = fileURLToPath(new URL('plugin-load.mjs', import.meta.url));
const MODULES = [
  'engine/layout',
  'engine/engine',
  'engine/plan',
  'engine/row-engine',
  'engine/views',
  'selector/index',
  'plugin/component/compile',
  'plugin/tangent/guest',
  'plugin/services/none',
];
const BINARIES = ['engine/views.wasm', 'engine/engine.wasm', 'plugin/tangent/tangent-adapter.wasm'];

/** One file of the sources that plugin-load.mjs needs, and the modules beside it. @param {string} folder */
function bundle(folder) {
  for (const file of BINARIES)
    copyFileSync(join(root, 'src', file), join(folder, file.slice(file.lastIndexOf('/') + 1)));
  const contents = MODULES.map((name) => `export * from './src/${name}.ts';`).join('\n');
  const stdin = { contents, resolveDir: root, loader: /** @type {const} */ ('ts') };
  const outfile = join(folder, 'slung.mjs');
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', target: 'node20.19', outfile, logLevel: 'error' });
}

/** @param {Setup} setup @returns {Answer} */
export function load(setup) {
  setup.tell('load');
  bundle(setup.folder);
  const component = fixture('tangent/scaffold-c.wasm');
  const turns = repeat(setup, () => {
    run(setup, { command: process.execPath, args: [LOAD, setup.folder, component] }, 'load');
    return JSON.parse(readFileSync(join(setup.folder, 'load'), 'utf8'));
  });
  const steps = ['compile', 'instantiate', 'probe', 'firstCall'];
  const sums = turns.map((turn) => steps.reduce((sum, step) => sum + turn[step], 0));
  const kilobytes = round(statSync(component).size / 1000);
  const what = `loading a component of ${kilobytes} KB to the end of its first call`;
  const rows = [{ what, unit: 'ms', must: 15, aim: 5, isMost: true, got: summarize(sums) }];

  const record = join(setup.folder, 'record.ndjson');
  writeFileSync(record, `${JSON.stringify(callRecord(0, 0))}\n`);
  const ms = (/** @type {import('./measure.mjs').Command} */ command) => run(setup, command, 'out').wallSeconds * 1000;
  const pairs = repeat(setup, () => ({
    own: ms(runCommand([component, record])),
    select: ms(slungCommand(['-j', '1', record])),
  }));
  const inside = ['engine', ...steps].map((step) => spread(summarize(turns.map((turn) => turn[step]))));
  const whole = [
    spread(summarize(pairs.map(({ own }) => own))),
    spread(summarize(pairs.map(({ select }) => select))),
    spread(summarize(pairs.map(({ own, select }) => own - select))),
  ];
  const insideTable = table(
    ['inside, ms', 'engine with views', 'compile', 'instantiate', 'metadata and probe', 'first call'],
    [['scaffold-c', ...inside]],
  );
  const wholeTable = table(
    ['one record, ms', 'slung run', 'slung select', 'difference'],
    [['whole process', ...whole]],
  );
  return { rows, more: `### Loading\n\n${insideTable}\n\n${wholeTable}` };
}

const LIMIT_MS = 500;
const BEGUN = 'begun';
/** The message about a plugin that took too long. */
const MESSAGE = /^slung: .*endless/m;

/**
 * @param {string} plugin @param {string} input @returns {Promise<{ message: number, exit: number }>} ms after the
 * limit
 */
function endOf(plugin, input) {
  const { command, args } = runCommand(['--time-limit', `${LIMIT_MS}ms`, plugin, input]);
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const clock = () => Number(process.hrtime.bigint()) / 1e6;
  let said = '';
  let begun = Number.NaN;
  let message = Number.NaN;
  child.stderr.on('data', (/** @type {Buffer} */ chunk) => {
    said += chunk;
    if (Number.isNaN(begun) && said.includes(BEGUN)) begun = clock();
    if (Number.isNaN(message) && MESSAGE.test(said)) message = clock();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const from = begun + LIMIT_MS;
      if (code === 1 && message > 0) resolve({ message: message - from, exit: clock() - from });
      else reject(new Error(`the endless plugin ended with ${code} and said: ${said.trim()}`));
    });
  });
}

/** @param {Setup} setup @returns {Promise<Answer>} */
export async function endless(setup) {
  setup.tell('endless');
  const plugin = buildPlugin(setup, fileURLToPath(new URL('asm/endless.ts', import.meta.url)), 'endless');
  const input = join(setup.folder, 'record.ndjson');
  writeFileSync(input, '{"a":1}\n');
  const ends = [];
  for (let at = 0; at < 5; at++) ends.push(await endOf(plugin, input));
  const row = { what: 'endless loop: from the limit to the message', unit: 'ms', must: 200, isMost: true };
  const exit = { what: 'endless loop: from the limit to the exit', unit: 'ms', isMost: true };
  return {
    rows: [
      { ...row, got: summarize(ends.map((one) => one.message)) },
      { ...exit, got: summarize(ends.map((one) => one.exit)) },
    ],
  };
}

/** About 100 MB; ten of them are 1 GB. */
const BLOCK_MIB = 96;
const TIMES = 10;

/** @param {Setup} setup @returns {Answer} */
export function memory(setup) {
  const what = 'peak RSS over 1 GB, plugin that reads six fields';
  const row = { what, unit: 'MB', must: 160, isMost: true };
  if (!setup.means.gnuTime) return { rows: [{ ...row, absent: 'needs GNU time at /usr/bin/time: not installed' }] };
  const file = ensureData('flat', BLOCK_MIB);
  const lines = [];
  /** @type {number[]} */
  const peaks = [];
  /** @type {number[]} */
  const growths = [];
  const plugins = [
    ['six-fields', buildPlugin(setup, fixture('as/six-fields/plugin.ts'), 'six-fields')],
    ['scaffold-c', fixture('tangent/scaffold-c.wasm')],
  ];
  for (const [name = '', plugin = ''] of plugins) {
    for (const way of ['file', 'pipe']) {
      setup.tell(`memory: ${name}, ${way}`);
      const peak = (/** @type {number} */ times) => {
        const files = way === 'file' ? Array.from({ length: times }, () => file) : [];
        const cost = slungRun(setup, ['-q', plugin, ...files], way === 'file' ? {} : { stdinPipe: { file, times } });
        return (cost.peakRssBytes ?? Number.NaN) / 1e6;
      };
      const few = peak(1);
      const many = peak(TIMES);
      if (name === 'six-fields') {
        peaks.push(many);
        growths.push(many / few);
      }
      lines.push([`${name}, ${way}`, round(few), round(many), round(many / few)]);
    }
  }
  const worst = (/** @type {number[]} */ values) => ({ ...summarize(values), median: Math.max(...values) });
  const rows = [
    { ...row, got: worst(peaks) },
    { what: 'the same, 1 GB / 100 MB', unit: '×', must: 1.1, isMost: true, got: worst(growths) },
  ];
  return { rows, more: `### Memory\n\n${table(['peak RSS, MB', '100 MB', '1 GB', '1 GB / 100 MB'], lines)}` };
}
