// @ts-check
/**
 * Is memory flat in the input's size: peak RSS of `slung select -j 1` over 200 MB and over 2 GB, from a file and
 * through a pipe. The pipe is fed by a `cat` that repeats a smaller file; the file case needs a 2 GB file, which is
 * removed afterwards. `node bench/memory.mjs [--shape NAME] [--write]`.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { slungArguments } from './dialects.mjs';
import { dataFolder, ensureData, SHAPES } from './generate.mjs';
import { measure, outputFolder, probe } from './measure.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';
import { specOf } from './tasks.mjs';
import { slungCommand, slungMissing } from './tools.mjs';

/** About 200 MB, and ten of them are about 2 GB. */
const BLOCK_MIB = 191;
const TIMES = 10;

const { values: options } = parseArgs({
  options: { shape: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const missing = slungMissing();
if (missing === undefined) main();
else console.log(`slung: ${missing}`);

function main() {
  const means = probe();
  if (!means.gnuTime) {
    console.log('peak RSS needs GNU time at /usr/bin/time: not installed');
    return;
  }
  const folder = outputFolder();
  const rows = [];
  try {
    for (const shape of SHAPES.filter((one) => options.shape === undefined || one === options.shape)) {
      process.stderr.write(`${shape}\n`);
      for (const task of ['filter', 'csv']) rows.push(...peaks(shape, task, means, folder));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const text = `${circumstances(new Date(), 'one lane')}\n\n${table(['peak RSS, MB', '200 MB', '2 GB', '2 GB / 200 MB'], rows)}`;
  console.log(text);
  if (options.write) writeResults('memory', `## Memory\n\n${text}`);
}

/**
 * @param {import('./generate.mjs').Shape} shape @param {string} task @param {import('./measure.mjs').Means} means
 * @param {string} folder
 */
function peaks(shape, task, means, folder) {
  const small = ensureData(shape, BLOCK_MIB);
  const large = join(dataFolder(), `${shape}-large-${process.pid}.ndjson`);
  const args = ['-j', '1', ...slungArguments(specOf(shape, task))];
  /** @param {Partial<import('./measure.mjs').Command>} input @param {readonly string[]} files */
  const peakMb = (input, files) => {
    const to = { stdoutFile: join(folder, 'out'), stderrFile: join(folder, 'err') };
    const cost = measure({ ...slungCommand([...args, ...files]), ...input }, means, to);
    if (cost.exitCode !== 0) throw new Error(`slung failed: ${readFileSync(to.stderrFile, 'utf8').slice(0, 300)}`);
    return (cost.peakRssBytes ?? Number.NaN) / 1e6;
  };
  try {
    const block = readFileSync(small);
    for (let copy = 0; copy < TIMES; copy++) appendFileSync(large, block);
    const results = [
      { name: 'file', few: peakMb({}, [small]), many: peakMb({}, [large]) },
      {
        name: 'pipe',
        few: peakMb({ stdinPipe: { file: small, times: 1 } }, []),
        many: peakMb({ stdinPipe: { file: small, times: TIMES } }, []),
      },
    ];
    return results.map(({ name, few, many }) => [
      `${shape}: ${task}, ${name}`,
      round(few),
      round(many),
      round(many / few),
    ]);
  } finally {
    rmSync(large, { force: true });
  }
}
