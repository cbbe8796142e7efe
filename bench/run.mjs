// @ts-check
/**
 * `npm run bench`: throughput of slung beside other tools, on one core. Prints Markdown; with --write it becomes the
 * throughput section of RESULTS.md and the table in the project's README. What is measured, and how, is in README.md.
 */
import { openSync, readSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureData, SHAPES } from './generate.mjs';
import { outputFolder, probe } from './measure.mjs';
import { circumstances, round, spread, table, writeReadme, writeResults } from './report.mjs';
import { customSpecs, specOf, TASKS } from './tasks.mjs';
import { Bench } from './throughput.mjs';
import { NO_SUCH_TASK, peers, reference } from './tools.mjs';

/** @typedef {import('./throughput.mjs').Row} Row */
/** @typedef {{ shape: string, task: string, file: string, spec: import('./tasks.mjs').Spec }} Job */
/** @typedef {Job & { rows: Row[] }} Result */

const USAGE = `usage: node bench/run.mjs [options]
  --quick            64 MiB and 3 runs, for a first look
  --size MIB         of the generated data (256)
  --runs N           measured pairs per tool (5)
  --shape A,B        ${SHAPES.join(', ')}
  --task A,B         ${TASKS.join(', ')}
  --only A,B         these tools beside slung: ${peers.map((tool) => tool.name).join(', ')}
  --seeds DIR        real records to repeat: gh.ndjson, zeek.ndjson, messages.txt
  --data FILE        any NDJSON file instead, with
    --where EXPR     PATH == LITERAL or PATH ~ "REGEX"
    --fields A,B     paths for project and csv
  --write            update bench/RESULTS.md and the table in README.md
  --section NAME     of RESULTS.md: throughput, jq, or large for files that make start-up count for little (throughput)`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    size: { type: 'string' },
    section: { type: 'string', default: 'throughput' },
    runs: { type: 'string' },
    shape: { type: 'string' },
    task: { type: 'string' },
    only: { type: 'string' },
    seeds: { type: 'string' },
    data: { type: 'string' },
    where: { type: 'string' },
    fields: { type: 'string' },
  },
});

if (options.help) console.log(USAGE);
else process.exitCode = main();

/** @returns {number} exit code: 1 when a tool failed or gave another output */
function main() {
  const sizeMib = Number(options.size ?? (options.quick ? 64 : 256));
  const runs = Number(options.runs ?? (options.quick ? 3 : 5));
  const tools = choose(options.only, peers, (tool) => tool.name);
  const jobs = options.data === undefined ? generatedJobs(sizeMib) : ownJobs(options.data);
  const means = probe();
  const folder = outputFolder();
  const bench = new Bench(means, runs, folder);
  /** @type {Result[]} */
  const results = [];
  try {
    for (const job of jobs) {
      const rows = bench.task(job.spec, job.file, tools, (tool) =>
        process.stderr.write(`${job.shape} ${job.task}: ${tool}\n`),
      );
      results.push({ ...job, rows });
      console.log(`${section({ ...job, rows })}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const pinned = means.core === undefined ? 'not pinned (no taskset)' : 'one core (taskset)';
  const sizes = [...new Set(jobs.map((job) => `${job.shape} ${round(statSync(job.file).size / 1e6)} MB`))].join(', ');
  const head = circumstances(new Date(), `${pinned} · ${runs} pairs of runs · ${sizes}`);
  const summary = `${head}\n\n${overview(results)}`;
  console.log(summary);
  if (options.write) {
    const titles = new Map([
      ['large', 'Throughput, large files'],
      ['jq', 'Throughput beside jq'],
    ]);
    const title = titles.get(options.section) ?? 'Throughput';
    writeResults(options.section, `## ${title}\n\n${summary}\n\n${results.map(section).join('\n\n')}`);
    writeReadme(readmeTable(results, head));
  }
  return results.some((result) => result.rows.some((row) => row.failed)) ? 1 : 0;
}

/**
 * @template T @param {string | undefined} names separated by commas; undefined: all
 * @param {readonly T[]} all @param {(item: T) => string} nameOf @returns {readonly T[]}
 */
function choose(names, all, nameOf) {
  if (names === undefined) return all;
  return names.split(',').map((name) => {
    const found = all.find((item) => nameOf(item) === name);
    if (found === undefined) throw new Error(`no ${name}: one of ${all.map(nameOf).join(', ')}`);
    return found;
  });
}

/** @param {number} sizeMib @returns {Job[]} */
function generatedJobs(sizeMib) {
  const tasks = choose(options.task, TASKS, (task) => task);
  return choose(options.shape, SHAPES, (shape) => shape).flatMap((shape) => {
    process.stderr.write(`data: ${shape}, ${sizeMib} MiB\n`);
    const file = ensureData(shape, sizeMib, options.seeds);
    return tasks.map((task) => ({ shape, task, file, spec: specOf(shape, task) }));
  });
}

/** @param {string} file @returns {Job[]} */
function ownJobs(file) {
  const head = Buffer.alloc(1024 * 1024);
  const [firstLine = ''] = head.toString('utf8', 0, readSync(openSync(file, 'r'), head)).split('\n');
  const specs = customSpecs(JSON.parse(firstLine), options.where, options.fields);
  const tasks = choose(options.task, Object.keys(specs), (task) => task);
  return Object.entries(specs)
    .filter(([task]) => tasks.includes(task))
    .map(([task, spec]) => ({ shape: basename(file), task, file, spec }));
}

/** @param {import('./tasks.mjs').Spec} spec */
function describe(spec) {
  if (spec.kind === 'validate') return 'parse everything, count';
  if (spec.kind !== 'filter') return spec.columns.map((one) => one.path.text).join(', ');
  return `${spec.path.text} ${spec.op === 'eq' ? '==' : '~'} ${JSON.stringify(spec.value)}`;
}

/** @param {Result} result @returns {string} */
function section({ shape, task, spec, rows }) {
  const cells = rows
    .filter((row) => row.absent !== NO_SUCH_TASK)
    .map((row) => [
      row.tool,
      row.mbPerSecond === undefined ? '–' : spread(row.mbPerSecond),
      row.slungTimes === undefined ? '–' : spread(row.slungTimes, '×'),
      row.peakRssBytes === undefined ? '–' : round(row.peakRssBytes / 1e6),
      row.cpuSeconds === undefined ? '–' : round(row.cpuSeconds),
      row.absent ?? row.output ?? '',
    ]);
  const head = ['tool', 'MB/s (min–max)', 'slung is (min–max)', 'peak RSS, MB', 'CPU, s', 'output'];
  return `### ${shape}: ${task}\n\n\`${describe(spec)}\`\n\n${table(head, cells)}`;
}

/** slung's MB/s and its ratio to each tool, a line per shape and task. @param {readonly Result[]} results */
function overview(results) {
  const names = (results[0]?.rows ?? []).slice(1).map((row) => row.tool);
  const rows = results.map(({ shape, task, rows: [own, ...others] }) => [
    `${shape}: ${task}`,
    own?.mbPerSecond === undefined ? '–' : round(own.mbPerSecond.median),
    ...others.map((row) => (row.slungTimes === undefined ? '–' : `${round(row.slungTimes.median)}×`)),
  ]);
  return `slung's MB/s, and how many times as fast as each tool it is:\n\n${table(['', 'slung', ...names], rows)}`;
}

/** The filter tasks against the tools that a reader knows. @param {readonly Result[]} results @param {string} head */
function readmeTable(results, head) {
  const shown = [reference.name, 'DuckDB', 'jq', 'mlr'];
  const rows = results
    .filter((result) => result.task === 'filter')
    .map(({ shape, spec, rows: all }) => [
      `${shape}: \`${describe(spec)}\``,
      round(all[0]?.mbPerSecond?.median ?? Number.NaN),
      ...shown.map((name) => {
        const times = all.find((row) => row.tool === name)?.slungTimes;
        return times === undefined ? '–' : `${round(times.median)}×`;
      }),
    ]);
  return `${table(['filter', 'slung, MB/s', ...shown.map((name) => `vs ${name}`)], rows)}\n\n${head}`;
}
