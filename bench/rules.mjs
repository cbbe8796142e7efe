// @ts-check
/**
 * What a thousand rules cost beside one: `slung select` with one rule and with many of its kind, over the same file,
 * in turns, pinned to one core. The rules hold for few records or none, so all of them have to be looked at. Times are
 * CPU seconds of the whole process, and ratios are taken pair by pair.
 *
 *     node bench/rules.mjs [--runs N] [--records N] [--only equal,text …] [--write]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureData } from './generate.mjs';
import { interleave, measure, probe, summarize } from './measure.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';
import { root, slungMissing } from './tools.mjs';

const slungBin = `${root}bin/slung.js`;

/** @param {number} i */
const text = (i) => JSON.stringify(`host-${(i * 7919) % 100003}.example`);
/** @param {number} i */
const word = (i) => `w${((i * 7919) % 100003).toString(36)}x${i}`;

/**
 * Each kind of rule, by its number. `most` is what a thousand may cost beside one.
 * @type {readonly { name: string, rule: (i: number) => string, counts: readonly number[], most: number }[]}
 */
const KINDS = [
  { name: 'equal text', rule: (i) => `host == ${text(i)}`, counts: [1000, 10_000], most: 3 },
  { name: 'equal number', rule: (i) => `seen == ${100_000 + i}`, counts: [1000, 10_000], most: 3 },
  { name: 'absent path', rule: (i) => `nothing == ${text(i)}`, counts: [1000], most: 3 },
  { name: 'absent paths', rule: (i) => `nothing${i} == ${text(i)}`, counts: [1000], most: 3 },
  { name: 'prefix', rule: (i) => `msg ^= "${word(i)}"`, counts: [1000], most: 3 },
  { name: 'suffix', rule: (i) => `msg $= "${word(i)}"`, counts: [1000], most: 3 },
  { name: 'contained', rule: (i) => `msg *= "${word(i)}"`, counts: [1000], most: 3 },
  { name: 'pattern', rule: (i) => `msg ~ "${word(i)}[0-9]+ (ok|failed)"`, counts: [1000], most: 6 },
  { name: 'pattern, .*', rule: (i) => `msg ~ "task .*${word(i)}"`, counts: [1000], most: 6 },
  { name: 'pattern, (?i)', rule: (i) => `msg ~ "(?i)\\\\b${word(i)}\\\\b"`, counts: [1000], most: 6 },
  { name: 'two conditions', rule: (i) => `(host == ${text(i)} && seen > ${i})`, counts: [1000], most: 3 },
  { name: 'one shared', rule: (i) => `(msg ~ "time ?out" && seen == ${100_000 + i})`, counts: [1000], most: 3 },
];

const INTRODUCTION =
  'CPU time of `slung select -w` with many rules in one `||` beside that of one rule, start included; the rules hold for ' +
  'few records or none.';

/** No argument of a command may be as long as ten thousand rules are, so the rules come out of a file. */
const LAUNCH = `import { readFileSync } from 'node:fs';
const [, bin, where, input] = process.argv;
process.argv.splice(1, 3, bin, 'select', '-j', '1', '-w', readFileSync(where, 'utf8'), input);
await import(bin);`;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    records: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
const missing = slungMissing();
if (missing === undefined) await main(Number(options.runs), Number(options.records), options.only.split(','));
else console.log(`slung: ${missing}`);

/** The first records of the flat shape. @param {string} file @param {number} records */
async function writeRecords(file, records) {
  const data = readFileSync(await ensureData('flat', 128));
  let end = 0;
  for (let i = 0; i < records; i++) end = data.indexOf(10, end) + 1;
  writeFileSync(file, data.subarray(0, end));
}

/** @param {number} runs @param {number} records @param {readonly string[]} only parts of names */
async function main(runs, records, only) {
  const means = probe();
  const folder = mkdtempSync(join(tmpdir(), 'slung-rules-'));
  try {
    const input = join(folder, 'records.ndjson');
    await writeRecords(input, records);
    const rows = KINDS.filter(({ name }) => only.some((part) => name.includes(part))).flatMap((kind) =>
      kind.counts.map((count) => row(kind, count, input)),
    );
    const head = ['rules', 'one, ms', 'many, ms', 'ratio', 'may be', 'peak MB'];
    const core = means.core === undefined ? 'not pinned' : 'one core';
    const about = circumstances(new Date(), `${core} · ${runs} pairs of runs · ${records} records`);
    const text = `${INTRODUCTION}\n\n${about}\n\n${table(head, rows)}`;
    console.log(text);
    if (options.write) writeResults('rules', `## Many rules\n\n${text}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  /** @param {typeof KINDS[number]} kind @param {number} count @param {string} input */
  function row({ name, rule, most }, count, input) {
    /** @param {number} many */
    const run = (many) => {
      const where = join(folder, `where-${many}`);
      writeFileSync(where, Array.from({ length: many }, (_, i) => rule(i)).join(' || '));
      const args = ['--input-type=module', '-e', LAUNCH, slungBin, where, input];
      const command = { command: process.execPath, args };
      const result = measure(command, means, { stdoutFile: '/dev/null', stderrFile: '/dev/null' });
      if (result.exitCode !== 0) throw new Error(`${name}: exit code ${result.exitCode}`);
      return result;
    };
    const { a, b } = interleave(
      runs,
      () => run(1),
      () => run(count),
    );
    /** @param {ReturnType<typeof run>} result */
    const milliseconds = ({ cpuSeconds, wallSeconds }) => (cpuSeconds ?? wallSeconds) * 1000;
    const ratios = summarize(b.map((many, i) => milliseconds(many) / milliseconds(/** @type {any} */ (a[i]))));
    const peak = Math.max(...b.map(({ peakRssBytes = 0 }) => peakRssBytes)) / 1e6;
    return [
      `${count} × ${name}`,
      round(summarize(a.map(milliseconds)).median),
      round(summarize(b.map(milliseconds)).median),
      `${round(ratios.median)} (${round(ratios.min)}–${round(ratios.max)})${ratios.median > most ? ' MISSED' : ''}`,
      `${most}`,
      round(peak),
    ];
  }
}
