// @ts-check
/**
 * A question of store.mjs: what the same points cost as CSV and as NDJSON, in processor time of `slung store write`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PointGenerator, seriesNames } from './generate/points.mjs';
import { interleave, measure, summarize } from './measure.mjs';
import { fresh, SERIES } from './store-questions.mjs';
import { root } from './tools.mjs';

/** @typedef {import('./plugin-measure.mjs').Answer} Answer */
/** @typedef {import('./store-questions.mjs').StoreSetup} StoreSetup */

const POINTS = 1_000_000;
const PAIRS = 5;
const COLUMNS = ['timestamp', 'series', 'host', 'unit', 'value'];

/** @param {StoreSetup} setup @returns {Answer} */
export function csv(setup) {
  const output = { stdoutFile: '/dev/null', stderrFile: join(setup.folder, 'stderr') };
  const files = writePoints(setup.folder);
  const cpuOf = (/** @type {'csv' | 'ndjson'} */ from) => {
    const flags = ['--from', from, '--tags', 'host,unit', '--durability', 'none'];
    const args = [
      `${root}bin/slung.js`,
      'store',
      'write',
      '--store',
      fresh(setup, `from-${from}`),
      ...flags,
      files[from],
    ];
    const { exitCode, cpuSeconds = Number.NaN } = measure({ command: process.execPath, args }, setup.means, output);
    if (exitCode !== 0) throw new Error(`slung store write --from ${from}: exit code ${exitCode}`);
    return cpuSeconds;
  };
  const { a, b } = interleave(
    PAIRS,
    () => cpuOf('csv'),
    () => cpuOf('ndjson'),
  );
  const what = `processor time of slung store write --from csv, ${POINTS / 1e6} M points, over that of the same as NDJSON`;
  const got = summarize(a.map((seconds, i) => seconds / /** @type {number} */ (b[i])));
  return { rows: [{ what, unit: '×', isMost: true, must: 2, aim: 1.5, got }] };
}

/** @param {string} folder */
function writePoints(folder) {
  const generator = new PointGenerator(SERIES);
  const cells = seriesNames(SERIES).map(({ name, tags }) => [
    name,
    ...tags.map((tag) => tag.slice(tag.indexOf('=') + 1)),
  ]);
  const [ids, timesMs, values] = [new Uint32Array(POINTS), new Float64Array(POINTS), new Float64Array(POINTS)];
  generator.fill(ids, timesMs, values);
  const rows = [COLUMNS.join(',')];
  const records = [];
  for (let i = 0; i < POINTS; i++) {
    const [series, host, unit] = cells[/** @type {number} */ (ids[i])] ?? [];
    const [timestamp, value] = [timesMs[i], values[i]];
    rows.push(`${timestamp},${series},${host},${unit},${value}`);
    records.push(JSON.stringify({ timestamp, series, host, unit, value }));
  }
  const files = { csv: join(folder, 'points.csv'), ndjson: join(folder, 'points-of-csv.ndjson') };
  writeFileSync(files.csv, `${rows.join('\n')}\n`);
  writeFileSync(files.ndjson, `${records.join('\n')}\n`);
  return files;
}
