// @ts-check
/**
 * Results of throughput.mjs as Markdown: a section for each task, the overview of all, the table beside the native
 * peers in every setting, and the table and the headline of the project's README.
 */
import { cpus } from 'node:os';
import { round, spread, table } from './report.mjs';
import { HEADLINE, NO_SUCH_TASK, reference } from './tools.mjs';

/** @typedef {import('./throughput.mjs').Row} Row */
/** @typedef {import('./measure.mjs').Summary} Summary */
/**
 * @typedef {object} Result
 * @property {string} shape
 * @property {string} task
 * @property {import('./tasks.mjs').Spec} spec
 * @property {string} place file system of the input
 * @property {string} output file system of the output
 * @property {number} cores
 * @property {Row[]} rows slung's first
 */

/** @param {import('./tasks.mjs').Spec} spec */
function describe(spec) {
  if (spec.kind === 'validate') return 'parse everything, count';
  if (spec.kind !== 'filter') return spec.columns.map((one) => one.path.text).join(', ');
  return `${spec.path.text} ${spec.op === 'eq' ? '==' : '~'} ${JSON.stringify(spec.value)}`;
}

/** @param {Summary | undefined} times */
const times = (times) => (times === undefined ? '–' : spread(times, '×'));

/** @param {Result} result @param {string} [where] which setting, for the terminal @returns {string} */
export function section({ shape, task, spec, rows }, where) {
  const cells = rows
    .filter((row) => row.absent !== NO_SUCH_TASK)
    .map((row) => [
      row.tool,
      row.mbPerSecond === undefined ? '–' : spread(row.mbPerSecond),
      times(row.slungTimes),
      times(row.slungTimesCpu),
      row.peakRssBytes === undefined ? '–' : round(row.peakRssBytes / 1e6),
      row.cpuSeconds === undefined ? '–' : round(row.cpuSeconds),
      row.absent ?? row.output ?? '',
    ]);
  const head = ['tool', 'MB/s (min–max)', 'slung is (min–max)', 'by CPU', 'peak RSS, MB', 'CPU, s', 'output'];
  const title = where === undefined ? '' : ` (${where})`;
  return `### ${shape}: ${task}${title}\n\n\`${describe(spec)}\`\n\n${table(head, cells)}`;
}

/** slung's MB/s and its ratio to each tool, a line per shape and task. @param {readonly Result[]} results */
export function overview(results) {
  const names = (results[0]?.rows ?? []).slice(1).map((row) => row.tool);
  const rows = results.map(({ shape, task, rows: [own, ...others] }) => [
    `${shape}: ${task}`,
    own?.mbPerSecond === undefined ? '–' : round(own.mbPerSecond.median),
    ...others.map((row) => (row.slungTimes === undefined ? '–' : `${round(row.slungTimes.median)}×`)),
  ]);
  return `slung's MB/s, and how many times as fast as each tool it is:\n\n${table(['', 'slung', ...names], rows)}`;
}

/**
 * Every setting beside the native peers, by wall time and by processor time.
 * @param {readonly Result[]} results @param {import('./native.mjs').Native} peer
 */
export function nativeTable(results, peer) {
  if ('missing' in peer) return `native simdjson: ${peer.missing}`;
  const names = [...new Set(results.flatMap(({ rows }) => rows.filter((row) => row.native).map((row) => row.tool)))];
  const rows = results
    .filter(({ rows }) => rows.some((row) => row.native && row.slungTimes !== undefined))
    .map(({ shape, task, place, cores, rows: [own, ...others] }) => [
      `${shape}: ${task}`,
      place,
      String(cores),
      own?.mbPerSecond === undefined ? '–' : round(own.mbPerSecond.median),
      own?.cpuSeconds === undefined ? '–' : round(own.cpuSeconds),
      ...names.map((name) => {
        const row = others.find(({ tool }) => tool === name);
        const [wall, cpu] = [row?.slungTimes, row?.slungTimesCpu];
        return wall === undefined ? '–' : `${round(wall.median)} / ${cpu === undefined ? '–' : round(cpu.median)}`;
      }),
    ]);
  const about =
    `slung's speed ÷ the peer's, by wall time / by processor time of the whole process; over 1, slung is faster. ` +
    `DOM validates every record, as slung does; minify is DOM with the library's own serializer; on-demand and per line validate ` +
    `only what they touch. As many threads as cores on both sides. Native: ${peer.about}.`;
  return `${about}\n\n${table(['', 'input on', 'cores', 'slung, MB/s', 'CPU, s', ...names], rows)}`;
}

/** The filter tasks against the tools that a reader knows. @param {readonly Result[]} results @param {string} head */
export function readmeTable(results, head) {
  const filters = results.filter((result) => result.task === 'filter');
  const wanted = [reference.name, 'DuckDB', 'jq', 'mlr', HEADLINE.dom, HEADLINE.ondemand];
  const shown = wanted.filter((name) => filters.some(({ rows }) => timesOf(rows, name) !== undefined));
  const rows = filters.map(({ shape, spec, rows: all }) => [
    `${shape}: \`${describe(spec)}\``,
    round(all[0]?.mbPerSecond?.median ?? Number.NaN),
    ...shown.map((name) => {
      const times = timesOf(all, name);
      return times === undefined ? '–' : `${round(times.median)}×`;
    }),
  ]);
  const heads = shown.map((name) => (name.startsWith('simdjson') ? `vs C++ ${name}` : `vs ${name}`));
  return `${table(['filter', 'slung, MB/s', ...heads], rows)}\n\n${head}`;
}

/** @param {readonly Row[]} rows @param {string} name */
const timesOf = (rows, name) => rows.find((row) => row.tool === name)?.slungTimes;

/** What is compared with what, in a sentence or two. @param {readonly Result[]} results @returns {string} */
export function headline(results) {
  const filters = results.filter((result) => result.task === 'filter');
  const speeds = filters.flatMap(({ rows }) => rows[0]?.mbPerSecond?.median ?? []);
  const range = (/** @type {readonly number[]} */ values) =>
    values.length === 0 ? '–' : [...new Set([Math.min(...values), Math.max(...values)].map(round))].join('–');
  const against = (/** @type {string} */ name, /** @type {string} */ words) => {
    const values = filters.flatMap(({ rows }) => timesOf(rows, name)?.median ?? []);
    return values.length === 0 ? [] : [`${range(values)} × ${words}`];
  };
  const parts = [
    ...against(reference.name, 'as fast as a `JSON.parse` loop in Node'),
    ...against('DuckDB', 'as DuckDB on one thread'),
    ...against('jq', 'as jq'),
    ...against(HEADLINE.dom, 'as simdjson in C++ when that validates all it reads (DOM), as slung does'),
    ...against(HEADLINE.ondemand, 'as its on-demand mode, which validates only what it touches'),
  ];
  const list = parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
  const { cores = 1, place = '' } = filters[0] ?? {};
  const core = cores === 1 ? 'one core' : `${cores} cores`;
  return `A filter reads ${range(speeds)} MB/s with ${core} of ${processor()}, files on ${place} and in the page cache, whole processes with their start: ${list}.`;
}

/** @returns {string} */
const processor = () => `an ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
