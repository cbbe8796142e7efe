// @ts-check
/**
 * `npm run bench`: throughput of slung beside other tools, on one core. Prints Markdown; with --write it becomes the
 * throughput section of RESULTS.md and the table in the project's README. What is measured, and how, is in README.md.
 */
import { copyFileSync, openSync, readSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureData, SHAPES } from './generate.mjs';
import { outputFolder, probe, withCores } from './measure.mjs';
import { nativePeer } from './native.mjs';
import { circumstances, round, writeReadme, writeResults } from './report.mjs';
import { customSpecs, specOf, TASKS } from './tasks.mjs';
import { Bench } from './throughput.mjs';
import { headline, nativeTable, overview, readmeTable, section } from './throughput-report.mjs';
import { peers } from './tools.mjs';

/** @typedef {import('./throughput-report.mjs').Result} Result */
/** @typedef {import('./tools.mjs').Tool} Tool */
/** @typedef {{ shape: string, task: string, file: string, spec: import('./tasks.mjs').Spec }} Job */
/** @typedef {{ place: string, cores: number }} Setting where the input lies, and how many cores and threads there are */

const USAGE = `usage: node bench/run.mjs [options]
  --quick            64 MiB and 3 runs, for a first look
  --size MIB         of the generated data (256)
  --runs N           measured pairs per tool (5)
  --shape A,B        ${SHAPES.join(', ')}
  --task A,B         ${TASKS.join(', ')}
  --only A,B         these tools beside slung: ${peers.map((tool) => tool.name).join(', ')}
  --places A,B       where the input lies: disk (the bench's data, in the page cache), memory (/dev/shm) (disk,memory)
  --cores A,B        1, 2: the first place and number is for all tools, the others for the native ones (1,2)
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
    places: { type: 'string', default: 'disk,memory' },
    cores: { type: 'string', default: '1,2' },
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
  const tools = choose(options.only, peers, (tool) => tool.name);
  const jobs = options.data === undefined ? generatedJobs(sizeMib) : ownJobs(options.data);
  const results = settings().flatMap((setting, i) => {
    const chosen = i === 0 ? tools : tools.filter((tool) => tool.native && tool.missing() === undefined);
    const asked = i === 0 ? jobs : jobs.filter(({ spec }) => chosen.some((tool) => canDo(tool, spec)));
    return asked.length === 0 ? [] : measureAll(asked, setting, chosen);
  });
  const sizes = [...new Set(jobs.map((job) => `${job.shape} ${round(statSync(job.file).size / 1e6)} MB`))].join(', ');
  publish(results, sizes);
  return results.some((result) => result.rows.some((row) => row.failed)) ? 1 : 0;
}

/** @param {Tool} tool @param {import('./tasks.mjs').Spec} spec @returns {boolean} */
function canDo(tool, spec) {
  return typeof tool.command(spec, '', '') !== 'string';
}

/** @returns {Setting[]} the first is for all tools */
function settings() {
  return options.cores
    .split(',')
    .flatMap((cores) => options.places.split(',').map((place) => ({ place, cores: Number(cores) })));
}

/**
 * @param {readonly Job[]} jobs @param {Setting} setting @param {readonly Tool[]} tools @returns {Result[]} none when
 * there are not so many cores
 */
function measureAll(jobs, { place, cores }, tools) {
  const means = withCores(probe(), cores);
  if (means === undefined) {
    process.stderr.write(`not measured on ${cores} cores: this machine has not so many\n`);
    return [];
  }
  const folder = outputFolder();
  const bench = new Bench(means, runsWanted(), folder, cores);
  const copy = join(folder, 'input.ndjson');
  let copied = '';
  try {
    return jobs.map((job) => {
      if (place === 'memory' && copied !== job.file) copyFileSync(job.file, copy);
      copied = job.file;
      const file = place === 'memory' ? copy : job.file;
      const where = `${fileSystem(file)}, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
      const rows = bench.task(job.spec, file, tools, (tool) =>
        process.stderr.write(`${where}: ${job.shape} ${job.task}: ${tool}\n`),
      );
      const result = { ...job, place: fileSystem(file), output: fileSystem(folder), cores, rows };
      console.log(`${section(result, where)}\n`);
      return result;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the tables, and writes them with --write. @param {readonly Result[]} results @param {string} sizes */
function publish(results, sizes) {
  const main = results.filter(({ place, cores }) => place === results[0]?.place && cores === results[0]?.cores);
  const { place = '', output = '', cores = 1 } = main[0] ?? {};
  const pinned =
    probe().core === undefined ? 'not pinned (no taskset)' : `${cores === 1 ? 'one core' : `${cores} cores`} (taskset)`;
  const files = `input on ${place}, output to ${output}`;
  const head = circumstances(new Date(), `${pinned} · ${runsWanted()} pairs of runs · ${sizes} · ${files}`);
  const summary = `${head}\n\n${overview(main)}`;
  const native = nativeTable(results, nativePeer());
  console.log(`${summary}\n\n${native}`);
  if (!options.write) return;
  const titles = new Map([
    ['large', 'Throughput, large files'],
    ['jq', 'Throughput beside jq'],
  ]);
  const title = titles.get(options.section) ?? 'Throughput';
  writeResults(options.section, `## ${title}\n\n${summary}\n\n${main.map((one) => section(one)).join('\n\n')}`);
  if (results.some(({ rows }) => rows.some((row) => row.native))) {
    const all = circumstances(
      new Date(),
      `pinned with taskset · ${runsWanted()} pairs of runs · ${sizes} · output to ${output}`,
    );
    writeResults('native', `## Beside native simdjson\n\n${all}\n\n${native}`);
  }
  writeReadme(readmeTable(main, head), headline(main));
}

function runsWanted() {
  return Number(options.runs ?? (options.quick ? 3 : 5));
}

/** The kind of file system that a file lies on. @param {string} file @returns {string} */
function fileSystem(file) {
  const type = statfsSync(dirname(file)).type;
  return (
    new Map([
      [0xef53, 'ext4'],
      [0x01021994, 'tmpfs'],
      [0x9123683e, 'btrfs'],
      [0x58465342, 'xfs'],
      [0x794c7630, 'overlayfs'],
    ]).get(type) ?? `file system ${type.toString(16)}`
  );
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
