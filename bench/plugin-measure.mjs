// @ts-check
/**
 * What the questions of plugins.mjs have in common: running `slung run` and reading its statistics, building a plugin
 * from its source, repeating for so many seconds, and a row of the result, which holds a figure against what it must
 * be.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compareOutputs } from './check.mjs';
import { measure, summarize } from './measure.mjs';
import { round, spread } from './report.mjs';
import { root } from './tools.mjs';

/** @typedef {import('./measure.mjs').Summary} Summary */
/** @typedef {import('./measure.mjs').Cost} Cost */
/**
 * @typedef {object} Setup
 * @property {import('./measure.mjs').Means} means
 * @property {string} folder for outputs and built plugins
 * @property {number} seconds for each figure; three runs are made at least
 * @property {number} records of the mappers' input
 * @property {(text: string) => void} tell what is measured now
 */
/**
 * One line of the table. `must` and `aim` are upper or lower limits, by `isMost`.
 * @typedef {object} Row
 * @property {string} what
 * @property {string} unit
 * @property {number} [must]
 * @property {number} [aim]
 * @property {boolean} isMost the figure must not be higher; otherwise not lower
 * @property {Summary} [got]
 * @property {string} [absent] why there is no figure
 */
/**
 * @typedef {{ rows: Row[], more?: string, failed?: boolean }} Answer `more` is Markdown that follows the table;
 * `failed`: an output was wrong
 */
/**
 * @typedef {{ records: number, matched: number, calls: number, bytesOut: number, secondsInGuest: number, failures:
 * number, runSeconds: number }} PluginStats `runSeconds`: of the whole run, without starting the process
 */

const LEAST_RUNS = 3;
/** For the comparison of outputs: every member counts, as in a filter's output. @type {import('./tasks.mjs').Spec} */
const WHOLE_RECORDS = { kind: 'filter', op: 'eq', value: '', path: { text: '', steps: [] } };
const slungBin = `${root}bin/slung.js`;

/** A file of the fixtures. @param {string} name from fixtures/plugins */
export const fixture = (name) => join(root, 'fixtures/plugins', name);

/** @param {readonly string[]} args after `slung run` @returns {import('./measure.mjs').Command} */
export function runCommand(args) {
  return { command: process.execPath, args: [slungBin, 'run', ...args] };
}

/**
 * Compiles a plugin's source with the project's own SDK. @param {Setup} setup @param {string} source @param {string}
 * name @returns {string} the file
 */
export function buildPlugin(setup, source, name) {
  const file = join(setup.folder, `${name}.wasm`);
  const done = spawnSync(process.execPath, [slungBin, 'plugin', 'build', source, '-o', file], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`slung plugin build ${basename(source)} failed: ${done.stderr.slice(0, 500)}`);
  return file;
}

/** @param {string} stderr of a run with --stats=json @returns {PluginStats} of the run's first plugin */
export function parseStats(stderr) {
  const line = stderr.split('\n').findLast((one) => one.startsWith('{"records"'));
  const stats = line === undefined ? undefined : JSON.parse(line);
  const plugin = stats?.plugins?.[0];
  if (plugin === undefined) throw new Error(`no statistics of a plugin in: ${stderr.trim().slice(0, 300)}`);
  return { ...plugin, runSeconds: stats.seconds };
}

/**
 * One run of slung with --stats=json, output in `out` of the folder.
 * @param {Setup} setup @param {readonly string[]} args after `slung run` @param
 * {Partial<import('./measure.mjs').Command>} [input]
 * @returns {Cost & { stats: PluginStats }} @throws when it fails
 */
export function slungRun(setup, args, input = {}) {
  const cost = run(setup, { ...runCommand(['--stats=json', ...args]), ...input }, 'out');
  return { ...cost, stats: parseStats(readFileSync(join(setup.folder, 'stderr'), 'utf8')) };
}

/**
 * One run of anything. @param {Setup} setup @param {import('./measure.mjs').Command} command @param {string} output
 * name of a file in the folder @returns {Cost} @throws when it fails
 */
export function run(setup, command, output) {
  const stderrFile = join(setup.folder, 'stderr');
  const cost = measure(command, setup.means, { stdoutFile: join(setup.folder, output), stderrFile });
  if (cost.exitCode === 0) return cost;
  const said = readFileSync(stderrFile, 'utf8').trim().slice(0, 300);
  throw new Error(`${basename(command.args[0] ?? command.command)}: exit code ${cost.exitCode}: ${said}`);
}

/**
 * Repeats until the seconds are over, three times at least. @template T @param {Setup} setup @param {() => T} once
 * @returns {T[]}
 */
export function repeat({ seconds }, once) {
  const results = [];
  const start = process.hrtime.bigint();
  while (results.length < LEAST_RUNS || Number(process.hrtime.bigint() - start) < seconds * 1e9) results.push(once());
  return results;
}

/**
 * Are the records of two files of the folder the same? @param {Setup} setup @param {string} expected @param {string}
 * actual
 * @returns {{ text: string, failed: boolean }}
 */
export function compared({ folder }, expected, actual) {
  const result = compareOutputs(WHOLE_RECORDS, join(folder, expected), join(folder, actual));
  if ('agreement' in result) return { text: result.agreement, failed: false };
  return { text: `DIFFERENT: ${result.difference}`, failed: true };
}

/** @param {readonly number[]} values @param {number} factor @returns {Summary} */
export const scaled = (values, factor) => summarize(values.map((value) => value * factor));

/** What a row says of itself: met, or which limit is not. @param {Row} row */
export function verdict({ got, must, aim, isMost }) {
  if (got === undefined || must === undefined) return '';
  const reaches = (/** @type {number} */ limit) => (isMost ? got.median <= limit : got.median >= limit);
  if (!reaches(must)) return 'MISSED';
  return aim === undefined || reaches(aim) ? 'yes' : 'yes, below the aim';
}

/** The cells of a row: what, must, aim, got, met. @param {Row} row @returns {string[]} */
export function cells(row) {
  const limit = (/** @type {number | undefined} */ value) =>
    value === undefined ? '–' : `${row.isMost ? '≤' : '≥'} ${round(value)}${unitOf(row)}`;
  const got = row.got === undefined ? (row.absent ?? '–') : spread(row.got, unitOf(row));
  return [row.what, limit(row.must), limit(row.aim), got, verdict(row)];
}

/** @param {Row} row */
const unitOf = ({ unit }) => (unit === '×' || unit === '' ? unit : ` ${unit}`);
