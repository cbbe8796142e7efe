// @ts-check
/**
 * What plugins cost, each figure beside what it must be and what is aimed at: `node bench/plugins.mjs [--only A,B]
 * [--write] [--seconds N]`. All but the steps of loading goes through the real `slung run`. Each question is answered
 * in a file of its own (plugin-*.mjs); README.md says how they measure. Exit code 1 when an output was wrong or a
 * question failed, not when a figure was missed.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { outputFolder, probe } from './measure.mjs';
import { calls } from './plugin-calls.mjs';
import { check } from './plugin-check.mjs';
import { endless, load, memory } from './plugin-limits.mjs';
import { mappers } from './plugin-mappers.mjs';
import { cells } from './plugin-measure.mjs';
import { JCO_ABSENT, jcoVersion } from './plugin-peer.mjs';
import { filter, program } from './plugin-streams.mjs';
import { circumstances, table, writeResults } from './report.mjs';
import { slungMissing } from './tools.mjs';

/** @typedef {import('./plugin-measure.mjs').Setup} Setup */
/** @typedef {import('./plugin-measure.mjs').Answer} Answer */

/** @type {Readonly<Record<string, (setup: Setup) => Answer | Promise<Answer>>>} */
const QUESTIONS = { calls, mappers, check, program, filter, load, endless, memory };

const USAGE = `usage: node bench/plugins.mjs [options]
  --only A,B         ${Object.keys(QUESTIONS).join(', ')}
  --seconds N        for each figure, three runs at least (5)
  --records N        records of the mappers and events of the program (2000000)
  --write            update bench/RESULTS.md; needs all questions`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    records: { type: 'string', default: '2000000' },
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
  const numbers = [Number(options.seconds), Number(options.records)];
  if (missing !== undefined || unknown !== undefined || numbers.some((one) => !(one > 0))) {
    console.error(missing === undefined ? USAGE : `slung: ${missing}`);
    return 2;
  }
  if (options.write && options.only !== undefined) {
    console.error('--write replaces the whole section, so it does not go with --only');
    return 2;
  }
  const folder = outputFolder();
  try {
    const [seconds = 0, records = 0] = numbers;
    const tell = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
    return await answer(names, { means: probe(), folder, seconds, records, tell });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} names @param {Setup} setup @returns {Promise<number>} exit code */
async function answer(names, setup) {
  const answers = [];
  for (const name of names) {
    try {
      answers.push(await /** @type {(setup: Setup) => Answer | Promise<Answer>} */ (QUESTIONS[name])(setup));
    } catch (error) {
      // One that fails does not cost the figures of the others.
      const [said = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      answers.push({ rows: [{ what: name, unit: '', isMost: true, absent: `FAILED: ${said}` }], failed: true });
    }
  }
  const pinned = setup.means.core === undefined ? 'not pinned (no taskset)' : 'one core (taskset)';
  const jco = jcoVersion();
  const peer = jco === undefined ? `jco-transpile ${JCO_ABSENT}` : `jco-transpile ${jco}`;
  const head = circumstances(new Date(), `${pinned} · at least 3 runs and ${setup.seconds} s a figure · ${peer}`);
  const rows = answers.flatMap((one) => one.rows.map(cells));
  const main = table(['', 'must', 'aim', 'got: median (min–max)', 'met'], rows);
  const more = answers.flatMap((one) => ('more' in one && one.more !== undefined ? [one.more] : []));
  const text = [head, main, ...more].join('\n\n');
  console.log(text);
  if (options.write) writeResults('plugins', `## Plugins\n\n${text}`);
  return answers.some((one) => one.failed) ? 1 : 0;
}
