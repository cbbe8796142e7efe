// @ts-check
/**
 * What starting slung costs over `node -e 0`, in turns, 21 rounds: processor and wall time, the difference taken run
 * by run. Each command with the code that the runs before have kept, without, and by the executable if it was made; one
 * record, or a question to a million points. Both carry the same cost of taskset and bash, whose `times` are in milliseconds; GNU time's are in
 * hundredths.
 *
 *     node bench/startup.mjs [--runs N] [--write]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment, parseShellTimes, probe, summarize } from './measure.mjs';
import { circumstances, spread, table, writeResults } from './report.mjs';
import { root, slungMissing } from './tools.mjs';

/** What `npm run executable` makes. */
const executable = `${root}build/slung`;
const POINTS = 1_000_000;
/** After so many runs nothing is kept any more. */
const KEEPING_RUNS = 4;

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '21' }, write: { type: 'boolean', default: false } },
});
const missing = slungMissing();
if (missing === undefined) main(Number(options.runs));
else console.log(`slung: ${missing}`);

/** @param {number} runs */
function main(runs) {
  const folder = mkdtempSync(join(tmpdir(), 'slung-startup-'));
  try {
    report(runs, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {number} runs
 * @param {string} folder for what is asked, and for what is kept
 */
function report(runs, folder) {
  const { core } = probe();
  /** @type {import('./measure.mjs').Command} */
  const bare = { command: process.execPath, args: ['-e', '0'] };
  const isExecutableThere = existsSync(executable);
  if (!isExecutableThere) console.log('there is no executable: npm run executable makes it');
  const commands = commandsIn(folder).flatMap(([name, args]) => [
    { name, command: slung(args, { XDG_CACHE_HOME: folder }) },
    { name: `${name}, nothing kept`, command: slung(args, { SLUNG_CODE_CACHE: '0' }) },
    ...(isExecutableThere ? [{ name: `${name}, executable`, command: { command: executable, args } }] : []),
  ]);
  for (const { name, command } of commands) {
    for (let i = 0; i < KEEPING_RUNS; i++) {
      if (costOf(command, core).exitCode !== 0) throw new Error(`${name} failed`);
    }
  }
  /** @type {{ cpu: number[], wall: number[], moreCpu: number[], moreWall: number[] }[]} */
  const found = commands.map(() => ({ cpu: [], wall: [], moreCpu: [], moreWall: [] }));
  /** @type {{ cpu: number[], wall: number[] }} */
  const ofNode = { cpu: [], wall: [] };
  for (let run = 0; run < runs; run++) {
    const node = costOf(bare, core);
    ofNode.cpu.push(node.cpu);
    ofNode.wall.push(node.wall);
    for (const [i, { command }] of commands.entries()) {
      const cost = costOf(command, core);
      found[i]?.cpu.push(cost.cpu);
      found[i]?.wall.push(cost.wall);
      found[i]?.moreCpu.push(cost.cpu - node.cpu);
      found[i]?.moreWall.push(cost.wall - node.wall);
    }
  }
  /** @param {readonly number[]} values */
  const shown = (values) => spread(summarize(values));
  const rows = [
    ['node -e 0', shown(ofNode.cpu), shown(ofNode.wall), '', ''],
    ...commands.map(({ name }, i) => {
      const { cpu, wall, moreCpu, moreWall } = /** @type {(typeof found)[number]} */ (found[i]);
      return [name, shown(cpu), shown(wall), shown(moreCpu), shown(moreWall)];
    }),
  ];
  const head = ['ms', 'processor', 'wall', 'over node: processor', 'over node: wall'];
  const pinned = core === undefined ? 'not pinned' : 'one core';
  const text = `${circumstances(new Date(), `${pinned} · ${runs} rounds`)}\n\n${table(head, rows)}`;
  console.log(text);
  if (options.write) writeResults('startup', `## Start-up\n\n${text}`);
}

/**
 * Milliseconds of the processor and of the wall.
 * @param {import('./measure.mjs').Command} command
 * @param {number | string | undefined} core
 */
function costOf({ command, args, env }, core) {
  const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
  const script = '"$@" </dev/null >/dev/null 2>&1; code=$?; times >&3; exit $code';
  const words = [...pinned, 'bash', '-c', script, 'bash', command, ...args];
  const start = process.hrtime.bigint();
  const done = spawnSync(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...environment, ...env },
  });
  const wall = Number(process.hrtime.bigint() - start) / 1e6;
  if (done.error !== undefined) throw done.error;
  return { cpu: parseShellTimes(String(done.output[3])) * 1000, wall, exitCode: done.status };
}

/**
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 * @returns {import('./measure.mjs').Command}
 */
function slung(args, env) {
  return { command: process.execPath, args: [`${root}bin/slung.js`, ...args], env };
}

/** @param {string} folder @returns {[name: string, args: string[]][]} */
function commandsIn(folder) {
  const record = join(folder, 'one.ndjson');
  writeFileSync(record, `${readFileSync(`${root}fixtures/data/app.ndjson`, 'utf8').split('\n')[0]}\n`);
  const store = join(folder, 'store');
  writePoints(store, join(folder, 'points.csv'));
  const plugins = `${root}fixtures/plugins`;
  return [
    ['select', ['select', '-w', 'level == "info"', record]],
    ['select -f --to csv, a pattern', ['select', '-w', 'msg ~ "x+y"', '-f', 'time,msg', '--to', 'csv', record]],
    ['query, a value', ['query', '--store', store, 'AVG:cpu:[]']],
    ['query BY EVERY', ['query', '--store', store, 'MAX:cpu:[] BY host EVERY 1h']],
    ['run, a component of 53 KB', ['run', `${plugins}/tangent/bench.wasm`, record]],
    ['run, a WASI filter', ['run', `${plugins}/wasi/copy.wasm`, record]],
  ];
}

/** @param {string} store @param {string} file */
function writePoints(store, file) {
  const lines = Array.from({ length: POINTS }, (_, i) => {
    const time = 1_700_000_000 + Math.floor(i / 10);
    return `${time},${(50 + 20 * Math.sin(i / 1000) + (i % 10)).toFixed(2)},h${i % 10}\n`;
  });
  writeFileSync(file, `time,value,host\n${lines.join('')}`);
  const flags = ['--from', 'csv', '--series-name', 'cpu', '--time', 'time', '--time-unit', 's', '--tags', 'host'];
  const words = [`${root}bin/slung.js`, 'store', 'write', '--store', store, ...flags, file];
  const { status, stderr } = spawnSync(process.execPath, words, { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`slung store write failed: ${stderr}`);
}
