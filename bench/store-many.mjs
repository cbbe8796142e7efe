// @ts-check
/**
 * The question of store.mjs about many series: the same number of points of 300 series and of a million, with the
 * whole program, in processor time, since a disk that is slow to sync would hide what a series costs.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, measure, summarize } from './measure.mjs';
import { bytesIn } from './store-build.mjs';
import { fresh } from './store-questions.mjs';
import { root } from './tools.mjs';

/** @typedef {import('./plugin-measure.mjs').Answer} Answer */
/** @typedef {import('./store-questions.mjs').StoreSetup} StoreSetup */

const POINTS = 3_000_000;
const FEW = 300;
const MANY = 1_000_000;
const PAIRS = 3;
const LINES = 20_000;

/** Every series once in ten seconds, with two tags. @param {string} file @param {number} series */
function generate(file, series) {
  const values = Float64Array.from({ length: series }, (_, i) => i % 1000);
  let [seed, lines] = [1, /** @type {string[]} */ ([])];
  const out = openSync(file, 'w');
  for (let i = 0; i < POINTS; i++) {
    const s = i % series;
    seed = (seed * 48271) % 2147483647;
    const value = Math.round(/** @type {number} */ (values[s] + (seed % 201) / 100 - 1) * 100) / 100;
    values[s] = value;
    const timestamp = 1_700_000_000_000 + Math.floor(i / series) * 10_000 + (seed % 3000);
    const tags = `["host=web-${s}","region=${s % 2 ? 'eu' : 'us'}"]`;
    lines.push(`{"timestamp":${timestamp},"series":"cpu.${s % 10}","tags":${tags},"value":${value}}`);
    if (lines.length < LINES && i + 1 < POINTS) continue;
    writeSync(out, `${lines.join('\n')}\n`);
    lines = [];
  }
  closeSync(out);
}

/** @param {StoreSetup} setup @param {string} name @param {readonly string[]} args */
function run(setup, name, args) {
  const output = { stdoutFile: '/dev/null', stderrFile: join(setup.folder, 'stderr') };
  const cost = measure({ command: process.execPath, args: [`${root}bin/slung.js`, ...args] }, setup.means, output);
  if (cost.exitCode !== 0) throw new Error(`${name}: exit code ${cost.exitCode}`);
  return cost;
}

/** @param {StoreSetup} setup @returns {Answer} */
export function many(setup) {
  if (!setup.means.gnuTime) throw new Error('needs GNU time');
  const [fewFile, manyFile] = [join(setup.folder, 'few.ndjson'), join(setup.folder, 'many.ndjson')];
  generate(fewFile, FEW);
  generate(manyFile, MANY);
  const write = (/** @type {string} */ name, /** @type {string} */ file) => () =>
    run(setup, name, ['store', 'write', '--quiet', '--store', fresh(setup, name), file]);
  const { a: few, b: lots } = interleave(PAIRS, write('few', fewFile), write('many', manyFile));
  const directory = join(setup.folder, 'many');
  const list = Array.from({ length: PAIRS }, () => run(setup, 'ls', ['store', 'ls', '--store', directory]));
  const cpu = (/** @type {import('./measure.mjs').Cost} */ cost) => cost.cpuSeconds ?? Number.NaN;
  const rss = (/** @type {import('./measure.mjs').Cost} */ cost) => (cost.peakRssBytes ?? Number.NaN) / 1e6;
  const pairs = lots.map((cost, i) => cpu(cost) / cpu(/** @type {typeof cost} */ (few[i])));
  return {
    rows: [
      {
        what: '3 M lines of 1 M series: processor time over that of 300 series',
        ...{ unit: 'times', must: 3, isMost: true },
        got: summarize(pairs),
      },
      {
        what: 'memory of that process at its peak',
        ...{ unit: 'MB', must: 400, isMost: true },
        got: summarize(lots.map(rss)),
      },
      {
        what: 'a point of three a series, hot, keys included',
        ...{ unit: 'bytes', isMost: true },
        got: summarize([bytesIn(directory) / POINTS]),
      },
      {
        what: 'slung store ls of 1 M series, processor time',
        ...{ unit: 's', isMost: true },
        got: summarize(list.map(cpu)),
      },
    ],
  };
}
