// @ts-check
/**
 * Does a second core help: `slung select -j 2` against `-j 1` over files, in turns, pinned to nothing. 1 GiB per shape
 * is one generated file named several times. `node bench/lanes.mjs [--size MIB] [--runs N] [--shape A] [--write]`.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digest } from './check.mjs';
import { slungArguments } from './dialects.mjs';
import { ensureData, SHAPES } from './generate.mjs';
import { interleave, measure, outputFolder, probe, summarize } from './measure.mjs';
import { circumstances, spread, table, writeResults } from './report.mjs';
import { specOf } from './tasks.mjs';
import { slungCommand, slungMissing } from './tools.mjs';

const FILE_MIB = 256;
const TASKS = ['filter', 'csv'];

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '1024' },
    runs: { type: 'string', default: '5' },
    shape: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const missing = slungMissing();
if (missing === undefined) main(Math.max(1, Math.round(Number(options.size) / FILE_MIB)), Number(options.runs));
else console.log(`slung: ${missing}`);

/** @param {number} copies @param {number} runs */
function main(copies, runs) {
  const means = { ...probe(), core: undefined };
  const folder = outputFolder();
  const rows = [];
  try {
    for (const shape of SHAPES.filter((one) => options.shape === undefined || one === options.shape)) {
      const files = Array.from({ length: copies }, () => ensureData(shape, FILE_MIB));
      for (const task of TASKS) {
        process.stderr.write(`${shape} ${task}\n`);
        const row = compare([...slungArguments(specOf(shape, task)), ...files], runs, means, folder);
        rows.push([`${shape}: ${task}`, ...row]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const head = circumstances(new Date(), `not pinned · ${runs} pairs of runs · ${copies * FILE_MIB} MiB`);
  const text = `${head}\n\n${table(['', '-j 1, s', '-j 2, s', '-j 2 is'], rows)}`;
  console.log(text);
  if (options.write) writeResults('lanes', `## Lanes\n\n${text}`);
}

/**
 * @param {readonly string[]} args @param {number} runs @param {import('./measure.mjs').Means} means @param {string}
 * folder
 */
function compare(args, runs, means, folder) {
  /** @param {number} lanes */
  const seconds = (lanes) => {
    const to = { stdoutFile: join(folder, 'out'), stderrFile: join(folder, 'err') };
    const cost = measure(slungCommand(['-j', String(lanes), ...args]), means, to);
    if (cost.exitCode !== 0) throw new Error(`slung -j ${lanes} ended with exit code ${cost.exitCode}`);
    return cost.wallSeconds;
  };
  seconds(1);
  const inOrder = digest(join(folder, 'out'));
  seconds(2);
  if (digest(join(folder, 'out')) !== inOrder) throw new Error('-j 2 gave another output than -j 1');
  const { a: one, b: two } = interleave(
    runs,
    () => seconds(1),
    () => seconds(2),
  );
  const times = one.map((value, at) => value / /** @type {number} */ (two[at]));
  return [spread(summarize(one)), spread(summarize(two)), spread(summarize(times), '×')];
}
