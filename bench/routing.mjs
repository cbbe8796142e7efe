// @ts-check
/// <reference path="../src/engine/webassembly.d.ts" />
/**
 * Routing: what a record costs more for each class of routes that leave a node, in nanoseconds, against the same plan
 * with one class; and 1000 routes in 40 `first` groups, at one node and by 40 nodes one behind the other, of which each
 * reads all records. One block of records stays in the cache: the engine alone. Rows are measured in turns and the
 * fastest of many rounds is taken, so that a busy machine slows all of them alike.
 *
 *     node bench/routing.mjs [--shape flat|zeek|github] [--rounds N] [--write]
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { ensureData, SHAPES } from './generate.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BLOCK_BYTES = 256 * 1024;
const COUNTS = [4, 16, 32, 256, 1000];
const GROUPS = 40;
const limits = { blockBytes: 1 << 20, blockCount: 1, maxDepth: 1024, maxRecordBytes: 1 << 26 };
const options = { ...limits, keepRejects: false, strictKeys: false };

/** A path, and a value that some of its records have. */
const subjects = {
  flat: { path: 'source.name', value: 'myservice' },
  zeek: { path: 'service', value: 'dns' },
  github: { path: 'type', value: 'PushEvent' },
};

/** @typedef {{ where: readonly string[], groups?: readonly (readonly number[])[] }} Routes */
/** @typedef {{ label: string, classes: number, least: number, run: () => void }} Row */

const { values: flags } = parseArgs({
  options: {
    shape: { type: 'string', default: 'flat' },
    rounds: { type: 'string', default: '200' },
    write: { type: 'boolean', default: false },
  },
});

async function main() {
  const shape = SHAPES.find((one) => one === flags.shape);
  if (shape === undefined) throw new Error(`--shape is one of ${SHAPES.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'slung-routing-'));
  try {
    const slung = await compile(folder);
    const data = readFileSync(ensureData(shape, 8)).subarray(0, BLOCK_BYTES);
    const text = report(slung, data.subarray(0, data.lastIndexOf(10) + 1), shape);
    console.log(text);
    if (flags.write) writeResults('routing', `## Routing\n\n${text}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function compile(folder) {
  copyFileSync(join(root, 'src/engine/engine.wasm'), join(folder, 'engine.wasm'));
  const contents = `export { Engine } from './src/engine/engine.ts'; export { buildClassPlan } from './src/engine/plan.ts';
    export { compileExpressions } from './src/selector/index.ts';`;
  const outfile = join(folder, 'engine.mjs');
  const stdin = { contents, resolveDir: root, loader: /** @type {const} */ ('ts') };
  buildSync({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  return await import(pathToFileURL(outfile).href);
}

/**
 * An engine with the sample in its block.
 * @param {any} slung @param {Buffer} sample @param {Routes} routes
 */
function engineFor(slung, sample, { where, groups = [] }) {
  const lines = { to: 'lines' };
  const classes = where.map((one) => ({ program: slung.compileExpressions([one]), projection: lines }));
  const engine = new slung.Engine(slung.buildClassPlan(classes, { groups }), options);
  const from = engine.inputStart(0);
  engine.bytes().set(sample, from);
  return { engine, from, process: () => engine.process(0, from, from + sample.length) };
}

/** @param {any} slung @param {Buffer} sample @param {keyof typeof subjects} shape */
function report(slung, sample, shape) {
  const { path, value } = subjects[shape];
  // Values that differ in their last letters, so that each comparison goes to its end; the first is one that occurs.
  /** @param {number} count @param {(i: number) => string} [pathOf] */
  const conditions = (count, pathOf = () => path) =>
    Array.from({ length: count }, (_, i) => {
      const other = `${value.slice(0, -2)}${(i + 36).toString(36).padStart(2, '0').slice(-2)}`;
      return `${pathOf(i)} == "${i === 0 ? value : other === value ? `${value}x` : other}"`;
    });
  /** @param {string} label @param {Routes} routes @returns {Row} */
  const row = (label, routes) => {
    const { process: run } = engineFor(slung, sample, routes);
    return { label, classes: routes.where.length, least: Number.POSITIVE_INFINITY, run };
  };
  const one = row('1', { where: conditions(1) });
  const absent = row('1 absent', { where: conditions(1, () => 'absent') });
  const kinds = COUNTS.map((count) => {
    const where = conditions(count);
    return [
      row('every', { where }),
      row('first', { where, groups: [[...where.keys()]] }),
      row('or', { where: [where.join(' || ')] }),
      row('absent', { where: conditions(count, (i) => `absent${i}`) }),
    ];
  });
  const grouped = groupRows(slung, sample, conditions);
  const { engine, process: run } = engineFor(slung, sample, { where: conditions(1) });
  run();
  const { records } = engine.counts(0);
  takeTurns([one, absent, ...kinds.flat(), ...grouped], records);
  const cells = kinds.map((rows, i) => {
    const count = /** @type {number} */ (COUNTS[i]);
    /** @param {Row} each */
    const base = ({ label }) => (label === 'absent' ? absent : one);
    return [String(count), ...rows.map((each) => round((each.least - base(each).least) / (count - 1)))];
  });
  const head = [
    'classes',
    'each for itself',
    'in one `first` group',
    'conditions of one class',
    'paths that are absent',
  ];
  const groups = grouped.map(({ label, least }) => [label, round(least), round(least / one.least)]);
  return [
    circumstances(new Date(), `${shape}, ${records} records, lines out, the fastest of ${flags.rounds} rounds`),
    `One class: ${round(one.least)} ns a record. Each further one, with one \`==\` on a string, in ns a record:`,
    table(head, cells),
    `1000 routes in ${GROUPS} \`first\` groups:`,
    table(['', 'ns a record', 'of one class'], groups),
  ].join('\n\n');
}

/** @param {any} slung @param {Buffer} sample @param {(count: number) => string[]} conditions @returns {Row[]} */
function groupRows(slung, sample, conditions) {
  const where = conditions(1000);
  const size = where.length / GROUPS;
  const groups = Array.from({ length: GROUPS }, (_, g) => Array.from({ length: size }, (_, i) => g * size + i));
  const together = engineFor(slung, sample, { where, groups });
  const chained = groups.map((group) => {
    const own = group.map((i) => /** @type {string} */ (where[i]));
    return engineFor(slung, sample, { where: own, groups: [[...own.keys()]] });
  });
  const runChained = () => {
    for (const { engine, from, process: run } of chained) {
      // Each node gets all records from the one before.
      engine.bytes().set(sample, from);
      run();
    }
  };
  const least = Number.POSITIVE_INFINITY;
  return [
    { label: 'at one node', classes: 1000, least, run: together.process },
    { label: `by ${GROUPS} nodes, one behind the other`, classes: 1000, least, run: runChained },
  ];
}

/** @param {readonly Row[]} rows @param {number} records */
function takeTurns(rows, records) {
  for (let turn = 0; turn < Number(flags.rounds); turn++) {
    for (const row of rows) {
      const from = process.hrtime.bigint();
      row.run();
      row.least = Math.min(row.least, Number(process.hrtime.bigint() - from) / records);
    }
  }
}

await main();
