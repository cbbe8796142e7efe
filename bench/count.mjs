// @ts-check
/**
 * Counting by groups: `slung count` beside the filter of run.mjs on the same file, beside DuckDB with one thread and, by
 * one key, beside native simdjson, in turns, on one core; and whether these give the same answers. It needs DuckDB
 * (`npm i --prefix bench`). Counts,
 * exact sums, least and greatest numbers have to be equal, averages to a relative 1e-12, percentiles within the 1/512
 * that slung promises. Exit code 1 when something is not.
 *
 *     node bench/count.mjs [--size MIB] [--runs N] [--shape flat,zeek,github] [--write]
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { slungArguments, sqlString } from './dialects.mjs';
import { ensureData, SHAPES } from './generate.mjs';
import { interleave, measure, outputFolder, probe, summarize } from './measure.mjs';
import { nativePeer } from './native.mjs';
import { circumstances, round, spread, table, writeResults } from './report.mjs';
import { specOf } from './tasks.mjs';
import { root } from './tools.mjs';

/** @typedef {import('./measure.mjs').Command} Command */
/** @typedef {import('./measure.mjs').Cost} Cost */
/** @typedef {{ name: string, sql: string, near?: number }} Measured `near`: as far as it may be off, relatively */
/**
 * @typedef {object} Question
 * @property {readonly string[]} args of slung count
 * @property {string} columns the columns for DuckDB's reader
 * @property {readonly { name: string, sql: string }[]} keys
 * @property {readonly Measured[]} measures
 */

const bin = `${root}bin/slung.js`;
const duckdb = fileURLToPath(new URL('baselines/duckdb-query.mjs', import.meta.url));
/** Of a percentile, and of an average. */
const NEAR = { percentile: 1 / 512, average: 1e-12 };

/** The first question of a shape is the one that is compared with the filter. @type {Record<string, Question[]>} */
const QUESTIONS = {
  flat: [
    {
      args: ['--by', 'source.name'],
      columns: "{source: 'STRUCT(name VARCHAR)'}",
      keys: [{ name: 'source.name', sql: 'source.name' }],
      measures: [],
    },
    {
      args: ['--by', 'host,msg.level', '--sum', 'seen,duration', '--avg', 'duration', '--max', 'seen', '--p99', 'seen'],
      columns: `{host: 'VARCHAR', "msg.level": 'VARCHAR', seen: 'BIGINT', duration: 'DECIMAL(18,9)'}`,
      keys: [
        { name: 'host', sql: 'host' },
        { name: 'msg.level', sql: '"msg.level"' },
      ],
      measures: [
        { name: 'sum_seen', sql: 'sum(seen)' },
        { name: 'sum_duration', sql: 'sum(duration)' },
        { name: 'avg_duration', sql: 'avg(duration)', near: NEAR.average },
        { name: 'max_seen', sql: 'max(seen)' },
        { name: 'p99_seen', sql: 'quantile_disc(seen, 0.99)', near: NEAR.percentile },
      ],
    },
    {
      args: ['--every', '1m', '--time', 'ts', '--p50', 'duration'],
      columns: "{ts: 'TIMESTAMP', duration: 'DOUBLE'}",
      keys: [{ name: 'time', sql: "strftime(date_trunc('minute', ts), '%Y-%m-%dT%H:%M:%SZ')" }],
      measures: [{ name: 'p50_duration', sql: 'quantile_disc(duration, 0.5)', near: NEAR.percentile }],
    },
  ],
  zeek: [
    {
      args: ['--by', 'service'],
      columns: "{service: 'VARCHAR'}",
      keys: [{ name: 'service', sql: 'service' }],
      measures: [],
    },
    {
      args: ['--by', 'proto,id.resp_p', '--sum', 'orig_bytes,resp_bytes', '--max', 'resp_bytes', '--min', 'orig_bytes'],
      columns: `{proto: 'VARCHAR', "id.resp_p": 'BIGINT', orig_bytes: 'BIGINT', resp_bytes: 'BIGINT'}`,
      keys: [
        { name: 'proto', sql: 'proto' },
        { name: 'id.resp_p', sql: '"id.resp_p"' },
      ],
      measures: [
        { name: 'sum_orig_bytes', sql: 'sum(orig_bytes)' },
        { name: 'sum_resp_bytes', sql: 'sum(resp_bytes)' },
        { name: 'min_orig_bytes', sql: 'min(orig_bytes)' },
        { name: 'max_resp_bytes', sql: 'max(resp_bytes)' },
      ],
    },
  ],
  github: [
    {
      args: ['--by', 'type'],
      columns: "{type: 'VARCHAR'}",
      keys: [{ name: 'type', sql: 'type' }],
      measures: [],
    },
    {
      args: ['--by', 'repo.name', '--max', 'actor.id'],
      columns: "{repo: 'STRUCT(name VARCHAR)', actor: 'STRUCT(id BIGINT)'}",
      keys: [{ name: 'repo.name', sql: 'repo.name' }],
      measures: [{ name: 'max_actor.id', sql: 'max(actor.id)' }],
    },
  ],
};

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    runs: { type: 'string', default: '5' },
    shape: { type: 'string', default: SHAPES.join(',') },
    write: { type: 'boolean', default: false },
  },
});

/** How DuckDB reads the columns: declared ones, or taken out of whole records, whichever is faster for it. */
const readers = {
  /** @param {Question} question @param {string} file */
  declared: ({ keys, measures, columns }, file) =>
    sqlOf(keys, measures, `read_ndjson(${sqlString(file)}, columns = ${columns}, maximum_object_size = 67108864)`),
  /** @param {Question} question @param {string} file @returns {string | undefined} for one key without measures */
  extracted: ({ keys: [key, second], measures }, file) => {
    if (key === undefined || second !== undefined || measures.length > 0) return undefined;
    const sql = `json_extract_string(json, ${sqlString(`$.${key.sql}`)})`;
    return sqlOf(
      [{ name: key.name, sql }],
      [],
      `read_ndjson_objects(${sqlString(file)}, maximum_object_size = 67108864)`,
    );
  },
};

/**
 * @param {readonly { name: string, sql: string }[]} keys @param {readonly Measured[]} measures @param {string} from
 */
function sqlOf(keys, measures, from) {
  const names = (/** @type {readonly { name: string, sql: string }[]} */ list) =>
    list.map(({ name, sql }) => `${sql} AS "${name}"`);
  const columns = [...names(keys), 'count(*) AS count', ...names(measures)];
  return `SELECT ${columns.join(', ')} FROM ${from} GROUP BY ALL`;
}

/**
 * Both answers as rows by their keys.
 * @param {string} file @param {Question} question @returns {Map<string, Record<string, unknown>>}
 */
function rowsOf(file, { keys }) {
  const rows = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  // Numbers stay texts where they are whole: sums have more digits than a double.
  const exact = rows.map((row) => JSON.parse(row.replace(/:(-?\d+)(?=[,}])/g, ':"$1"')));
  return new Map(exact.map((row) => [JSON.stringify(keys.map(({ name }) => row[name] ?? null)), row]));
}

/** @param {Question} question @param {string} ours @param {string} theirs files @returns {string} what differs, or '' */
function difference(question, ours, theirs) {
  const [mine, other] = [rowsOf(ours, question), rowsOf(theirs, question)];
  if (mine.size !== other.size) return `${mine.size} groups, and DuckDB has ${other.size}`;
  for (const [key, row] of mine) {
    const its = other.get(key);
    if (its === undefined) return `DuckDB has no group ${key}`;
    for (const { name, near } of [{ name: 'count', near: undefined }, ...question.measures]) {
      const [a, b] = [row[name], its[name]];
      const isExact = near === undefined;
      const isSame = isExact ? plain(a) === plain(b) : Math.abs(Number(a) - Number(b)) <= Math.abs(Number(b)) * near;
      if (!isSame) return `${key}: ${name} is ${a}, and DuckDB has ${b}`;
    }
  }
  return '';
}

/** A decimal without zeros at its end. @param {unknown} value */
const plain = (value) =>
  String(value ?? null)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

/** @typedef {{ cells: string[], wrong: string }} Row */

/** @param {string} shape @param {number} sizeMib @param {number} runs @returns {Row[]} */
function compare(shape, sizeMib, runs) {
  const input = ensureData(/** @type {import('./generate.mjs').Shape} */ (shape), sizeMib);
  const bytes = statSync(input).size;
  const folder = outputFolder();
  const means = probe();
  const stderrFile = join(folder, 'stderr');
  const run = (/** @type {Command} */ command, /** @type {string} */ name) => {
    const cost = measure(command, means, { stdoutFile: join(folder, name), stderrFile });
    if (cost.exitCode !== 0) throw new Error(readFileSync(stderrFile, 'utf8'));
    return cost;
  };
  const node = (/** @type {readonly string[]} */ args) => ({ command: process.execPath, args });
  const filter = node([
    bin,
    'select',
    '-j',
    '1',
    ...slungArguments(specOf(/** @type {never} */ (shape), 'filter')),
    input,
  ]);
  try {
    return (QUESTIONS[shape] ?? []).map((question, i) => {
      process.stderr.write(`${shape}: ${question.args.join(' ')}\n`);
      const count = node([bin, 'count', '-j', '1', '--to', 'ndjson', ...question.args, input]);
      const asked = Object.values(readers).flatMap((reader) => reader(question, input) ?? []);
      const peers = asked.map((sql) => node([duckdb, sql]));
      run(count, 'ours');
      const costs = peers.map((peer) => run(peer, 'theirs').cpuSeconds ?? 0);
      const peer = peers[costs.indexOf(Math.min(...costs))] ?? count;
      run(peer, 'theirs');
      const wrong = difference(question, join(folder, 'ours'), join(folder, 'theirs'));
      const withDuckdb = interleave(
        runs,
        () => run(count, 'ours'),
        () => run(peer, 'theirs'),
      );
      const withFilter =
        i === 0
          ? interleave(
              runs,
              () => run(count, 'ours'),
              () => run(filter, 'filtered'),
            )
          : undefined;
      const native = i === 0 ? besideNative(question, input, count, run, folder) : { cells: ['', ''], wrong: '' };
      const speed = summarize(withDuckdb.a.map(({ wallSeconds }) => bytes / 1e6 / wallSeconds));
      return {
        wrong: wrong || native.wrong,
        cells: [
          `${shape}: \`${question.args.join(' ')}\``,
          spread(speed),
          ...ratios(withDuckdb),
          ...(withFilter === undefined ? ['', ''] : ratios(withFilter)),
          ...native.cells,
          wrong || native.wrong ? `DIFFERENT: ${wrong || native.wrong}` : 'the same',
        ],
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * By processor time, beside the native DOM and on-demand.
 * @param {Question} question with one key @param {string} input @param {Command} count slung's
 * @param {(command: Command, name: string) => Cost} run @param {string} folder @returns {Row}
 */
function besideNative(question, input, count, run, folder) {
  const peer = nativePeer();
  const [key] = question.keys;
  if ('missing' in peer || key === undefined) return { cells: ['–', '–'], wrong: '' };
  const spec = JSON.stringify({ kind: 'count', path: { text: key.name, steps: key.name.split('.') } });
  const cells = [];
  let wrong = '';
  for (const mode of ['dom', 'ondemand']) {
    const command = { command: peer.file, args: [mode, '1', spec, input] };
    run(command, 'theirs');
    const differs = difference(question, join(folder, 'ours'), join(folder, 'theirs'));
    if (differs !== '') wrong = `${mode}: ${differs.replaceAll('DuckDB', 'simdjson')}`;
    const pairs = interleave(
      runs,
      () => run(count, 'ours'),
      () => run(command, 'theirs'),
    );
    cells.push(ratios(pairs)[1] ?? '');
  }
  return { cells, wrong };
}

/** How many times as fast `a` is, by the clock and by processor time. @param {{ a: Cost[], b: Cost[] }} pairs */
function ratios({ a, b }) {
  const of = (/** @type {(cost: Cost) => number} */ seconds) =>
    spread(summarize(a.map((cost, i) => seconds(/** @type {Cost} */ (b[i])) / seconds(cost))), '×');
  return [of(({ wallSeconds }) => wallSeconds), of(({ cpuSeconds }) => cpuSeconds ?? Number.NaN)];
}

const sizeMib = Number(options.size);
const runs = Number(options.runs);
const rows = options.shape.split(',').flatMap((shape) => compare(shape, sizeMib, runs));
const cpu = 'by processor time';
const head = [
  'count',
  'MB/s',
  'vs DuckDB',
  cpu,
  'vs the filter',
  cpu,
  `vs simdjson DOM, ${cpu}`,
  `vs on-demand, ${cpu}`,
  'answers',
];
const size = `${round((sizeMib * 1048576) / 1e6)} MB each`;
const text = `${circumstances(new Date(), `one core (taskset) · ${runs} pairs of runs · ${size}`)}\n\n${table(
  head,
  rows.map(({ cells }) => cells),
)}`;
console.log(text);
if (options.write) writeResults('count', `## Counting\n\n${text}`);
process.exitCode = rows.some(({ wrong }) => wrong !== '') ? 1 : 0;
