// @ts-check
/**
 * What the store costs, each figure beside what it must be and what is aimed at: `node bench/store.mjs [--only A,B]
 * [--write] [--seconds N] [--large N]`. The data are those of generate/points.mjs. Exit code 1 when an answer was
 * wrong or a question failed, not when a figure was missed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { probe } from './measure.mjs';
import { cells } from './plugin-measure.mjs';
import { circumstances, table, writeResults } from './report.mjs';
import { bundleStore, loadStore } from './store-build.mjs';
import { csv } from './store-csv.mjs';
import { many } from './store-many.mjs';
import { aggregates, bytes, ingest, large, query, reopen, write } from './store-questions.mjs';
import { moving, percentiles } from './store-windows.mjs';
import { slungMissing } from './tools.mjs';

/** @typedef {import('./plugin-measure.mjs').Answer} Answer */
/** @typedef {import('./store-questions.mjs').StoreSetup} StoreSetup */

/** @type {Readonly<Record<string, (setup: StoreSetup) => Answer | Promise<Answer>>>} */
const QUESTIONS = { ingest, write, csv, many, bytes, aggregates, percentiles, moving, large, query, reopen };

const USAGE = `usage: node bench/store.mjs [options]
  --only A,B         ${Object.keys(QUESTIONS).join(', ')}
  --seconds N        for each figure, three runs at least (5)
  --large N          points a series of the large store (100000)
  --write            update bench/RESULTS.md; needs all questions`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    large: { type: 'string', default: '100000' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(USAGE);
else process.exitCode = await main();

/** @returns {Promise<number>} exit code */
async function main() {
  const missing = slungMissing();
  const names = options.only?.split(',') ?? Object.keys(QUESTIONS);
  const unknown = names.find((name) => QUESTIONS[name] === undefined);
  const [seconds = 0, pointsPerSeries = 0] = [Number(options.seconds), Number(options.large)];
  if (missing !== undefined || unknown !== undefined || !(seconds > 0 && pointsPerSeries > 0)) {
    console.error(missing === undefined ? USAGE : `slung: ${missing}`);
    return 2;
  }
  if (options.write && options.only !== undefined) {
    console.error('--write replaces the whole section, so it does not go with --only');
    return 2;
  }
  // On a disk: a store in memory would sync for nothing.
  const folder = mkdtempSync(join(tmpdir(), 'slung-bench-store-'));
  try {
    const bundle = bundleStore(folder);
    const tell = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
    const module = await loadStore(bundle);
    return await answer(names, { means: probe(), folder, seconds, records: 0, pointsPerSeries, bundle, module, tell });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} names @param {StoreSetup} setup @returns {Promise<number>} exit code */
async function answer(names, setup) {
  const answers = [];
  for (const name of names) {
    setup.tell(name);
    try {
      answers.push(await /** @type {(setup: StoreSetup) => Answer | Promise<Answer>} */ (QUESTIONS[name])(setup));
    } catch (error) {
      // One that fails does not cost the figures of the others.
      const [said = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      answers.push({ rows: [{ what: name, unit: '', isMost: true, absent: `FAILED: ${said}` }], failed: true });
    }
  }
  const head = circumstances(new Date(), `in process, not pinned · at least 3 runs and ${setup.seconds} s a figure`);
  const rows = answers.flatMap((one) => one.rows.map(cells));
  const main = table(['', 'must', 'aim', 'got: median (min–max)', 'met'], rows);
  const more = answers.flatMap((one) => ('more' in one && one.more !== undefined ? [one.more] : []));
  const text = [head, main, ...more].join('\n\n');
  console.log(text);
  if (options.write) writeResults('store', `## Store\n\n${text}`);
  return answers.some((one) => 'failed' in one && one.failed) ? 1 : 0;
}
