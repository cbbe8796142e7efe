// @ts-check
/**
 * How long a line waits inside a filter whose input stays open: one line is written to a FIFO, then the output FIFO is
 * read until the line has come out. latency-worker.mjs does both with blocking calls, so no event loop is measured;
 * this file starts the tools and ends one from which nothing comes within a second.
 * `node bench/latency.mjs [--lines N] [--only A,B] [--write]`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { jqArguments, millerArguments, slungArguments } from './dialects.mjs';
import { environment } from './measure.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';
import { specOf } from './tasks.mjs';
import { peers, slung, slungCommand } from './tools.mjs';

const SILENCE_MS = 1000;
const START_MS = 700;
const STALL_MS = 10_000;

/** @typedef {{ name: string, tool: string, command: import('./measure.mjs').Command }} Candidate */
/** @typedef {{ medianMs: number, p99Ms: number, maxMs: number }} Latency */

const spec = specOf('flat', 'filter');
const fixed = spec.kind === 'filter' ? [...(spec.grep ?? [])] : [];
const duckdb = peers.find((tool) => tool.name === 'DuckDB')?.command(spec, '/dev/stdin', '/dev/stdout');

/** @type {readonly Candidate[]} */
const CANDIDATES = [
  { name: 'slung select', tool: 'slung', command: slungCommand(slungArguments(spec)) },
  { name: 'slung select -j 1', tool: 'slung', command: slungCommand(['-j', '1', ...slungArguments(spec)]) },
  { name: 'cat (no filter at all)', tool: 'cat', command: { command: 'cat', args: [] } },
  { name: 'jq', tool: 'jq', command: { command: 'jq', args: jqArguments(spec) } },
  { name: 'jq --unbuffered', tool: 'jq', command: { command: 'jq', args: ['--unbuffered', ...jqArguments(spec)] } },
  { name: 'grep', tool: 'grep', command: { command: 'grep', args: fixed } },
  { name: 'grep --line-buffered', tool: 'grep', command: { command: 'grep', args: ['--line-buffered', ...fixed] } },
  { name: 'mlr', tool: 'mlr', command: { command: 'mlr', args: millerArguments(spec) } },
  {
    name: 'mlr --records-per-batch 1 --fflush',
    tool: 'mlr',
    command: { command: 'mlr', args: ['--records-per-batch', '1', '--fflush', ...millerArguments(spec)] },
  },
  ...(typeof duckdb === 'object' ? [{ name: 'DuckDB', tool: 'DuckDB', command: duckdb }] : []),
];

const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '2000' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const wanted = options.only?.split(',');
const rows = [];
for (const candidate of CANDIDATES) {
  if (wanted !== undefined && !wanted.includes(candidate.tool)) continue;
  process.stderr.write(`${candidate.name}\n`);
  const missing = [slung, ...peers].find((tool) => tool.name === candidate.tool)?.missing();
  rows.push([candidate.name, ...(missing === undefined ? await cells(candidate) : [missing, '', '', ''])]);
}
const head = ['input held open', 'median, ms', 'p99, ms', 'median, a line every 2 ms', 'p99'];
const text = `${circumstances(new Date(), `${options.lines} lines, one at a time, not pinned`)}\n\n${table(head, rows)}`;
console.log(text);
if (options.write) writeResults('latency', `## Latency\n\n${text}`);

/** @param {Candidate} candidate @returns {Promise<string[]>} */
async function cells(candidate) {
  const busy = await latency(candidate, Number(options.lines), 0);
  if (typeof busy === 'string') return [busy, '', '', ''];
  const paced = await latency(candidate, Math.ceil(Number(options.lines) / 4), 2);
  if (typeof paced === 'string') return [round(busy.medianMs), round(busy.p99Ms), paced, ''];
  return [busy.medianMs, busy.p99Ms, paced.medianMs, paced.p99Ms].map(round);
}

/**
 * @param {Candidate} candidate @param {number} lines @param {number} gapMs between lines @returns {Promise<Latency |
 * string>} or why there is none
 */
async function latency({ command }, lines, gapMs) {
  const folder = mkdtempSync(join(tmpdir(), 'slung-latency-'));
  const input = makeFifo(join(folder, 'in'));
  const output = makeFifo(join(folder, 'out'));
  const child = spawn(command.command, command.args, { env: environment, stdio: [input.read, output.write, 'ignore'] });
  closeSync(input.read);
  closeSync(output.write);
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await sleep(START_MS);
    const worker = new Worker(new URL('latency-worker.mjs', import.meta.url), {
      workerData: { writeFd: input.write, readFd: output.read, lines, gapMs },
    });
    return await follow(worker, () => child.kill('SIGKILL'));
  } finally {
    child.kill('SIGKILL');
    await ended;
    closeSync(input.write);
    closeSync(output.read);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The worker says 'first' and then its result. Killing the tool ends the worker's blocking read with an end of file.
 * @param {Worker} worker @param {() => void} kill @returns {Promise<Latency | string>}
 */
function follow(worker, kill) {
  return new Promise((resolve, reject) => {
    let reason = 'ended early';
    /** @param {number} limitMs @param {string} why */
    const deadline = (limitMs, why) =>
      setTimeout(() => {
        reason = why;
        kill();
      }, limitMs);
    let timer = deadline(SILENCE_MS, 'nothing within 1 s');
    worker.on('message', (/** @type {'first' | 'progress' | 'end' | Latency} */ message) => {
      clearTimeout(timer);
      if (message === 'end') resolve(reason);
      else if (typeof message === 'object') resolve(message);
      else timer = deadline(STALL_MS, `stopped answering for ${STALL_MS / 1000} s`);
    });
    worker.once('error', reject);
  });
}

/**
 * Both ends, in blocking mode: opening them one by one would wait, so a third, read-write descriptor stands by. @param
 * {string} path @returns {{ read: number, write: number }}
 */
function makeFifo(path) {
  execFileSync('mkfifo', [path]);
  const both = openSync(path, constants.O_RDWR);
  const read = openSync(path, constants.O_RDONLY);
  const write = openSync(path, constants.O_WRONLY);
  closeSync(both);
  return { read, write };
}
