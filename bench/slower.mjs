// @ts-check
/**
 * Is `slung bench` right? Plugins that are slower by construction, because they do their work twice or fifty times,
 * are put beside the one that does it once: what it finds should be the factor, within a tenth for twice. The work
 * is most of what the plugin does, and its result is in the output, which is the same for all. Exit code 1 when it
 * is not found.
 *
 *     node bench/slower.mjs [--rounds N] [--seconds N] [--write]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment } from './measure.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';
import { root, slungBin } from './tools.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});

/** How often the work is done, and what the ratio may be. */
const CASES = [
  { times: 1, least: 0.9, most: 1.1 },
  { times: 2, least: 1.8, most: 2.2 },
  { times: 50, least: 40, most: 55 },
];
/** Steps of the work for each record: about 20 µs. */
const STEPS = 20_000;

/** @param {number} times */
const source = (times) => `import { plugin } from 'slung/as';
export * from 'slung/exports';
plugin('times${times}', '1.0.0').map((record, out) => {
  let value: u32 = 0;
  for (let again = 0; again < ${times}; again++) {
    value = u32(record.getInt('seen'));
    for (let step = 0; step < ${STEPS}; step++) value = (value ^ (value << 13)) * 2654435761 + 1;
  }
  out.beginObject().put('value', i64(value)).endObject();
});
`;

/** @typedef {{ ratios: { times: { median: number, min: number, max: number } }[], sameOutput: boolean }} Report */

const folder = mkdtempSync(join(tmpdir(), 'slung-slower-'));
try {
  process.exitCode = main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {number} */
function main() {
  const template = join(root, 'fixtures/cookbook/which-plugin-is-faster/logs.json');
  const once = join(folder, 'once.ts');
  writeFileSync(once, source(1));
  let isRight = true;
  const rows = CASES.map(({ times, least, most }) => {
    const other = join(folder, `times-${times}.ts`);
    writeFileSync(other, source(times));
    process.stderr.write(`${times} ×\n`);
    const words = ['--template', template, '-n', '20k', '--rounds', options.rounds, '--seconds', options.seconds];
    // The runtime of AssemblyScript is found from the project.
    const args = [slungBin, 'bench', once, other, ...words, '--time-limit', '1h', '--to', 'json'];
    const done = spawnSync(process.execPath, args, { cwd: root, env: environment, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stderr);
    /** @type {Report} */
    const report = JSON.parse(done.stdout);
    const { median = 0, min = 0, max = 0 } = report.ratios[0]?.times ?? {};
    const isFound = report.sameOutput && median >= least && median <= most;
    isRight &&= isFound;
    return [
      `${times} ×`,
      `${round(median)} × (${round(min)}–${round(max)})`,
      `${least}–${most}`,
      isFound ? 'yes' : 'MISSED',
    ];
  });
  const head = circumstances(new Date(), `${options.rounds} pairs of rounds of ${options.seconds} s`);
  const text = `${head}\n\n${table(['does its work', 'slung bench finds', 'wanted', 'found'], rows)}`;
  console.log(text);
  if (options.write) writeResults('slower', `## A plugin that is slower by construction\n\n${text}`);
  return isRight ? 0 : 1;
}
