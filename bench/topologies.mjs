// @ts-check
/**
 * Topologies: what a graph of several sinks and plugins costs beside one of one, and how long an answer takes. Whole
 * processes, in turns, on one pinned core; ratios are of neighbours in one run, of processor time where not said.
 *
 *     node bench/topologies.mjs [--size MIB] [--runs N] [--write]
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureData } from './generate.mjs';
import { environment, measure, outputFolder, probe, summarize } from './measure.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';
import { root, slungBin } from './tools.mjs';

const { values: flags } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    runs: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  },
});
const REQUESTS = 300;
const MIB = 1 << 20;

/** @typedef {{ label: string, words: readonly string[] }} Contender */
/** @typedef {{ cpu: number[], wall: number[] }} Costs */

const folder = outputFolder();
const means = probe();

/** @param {string} name @param {string} text */
function file(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** @param {readonly string[]} args */
const slung = (args) => [process.execPath, slungBin, ...args];

/** @param {readonly Contender[]} contenders @returns {Map<string, Costs>} */
function takeTurns(contenders) {
  /** @type {Map<string, Costs>} */
  const costs = new Map(contenders.map(({ label }) => [label, { cpu: [], wall: [] }]));
  for (let run = 0; run < Number(flags.runs); run++) {
    for (const { label, words } of contenders) {
      const [command = '', ...args] = words;
      const to = { stdoutFile: join(folder, 'stdout'), stderrFile: join(folder, 'stderr') };
      const cost = measure({ command, args }, means, to);
      if (cost.exitCode !== 0)
        throw new Error(`${label}: exit ${cost.exitCode}: ${readFileSync(to.stderrFile, 'utf8')}`);
      costs.get(label)?.cpu.push(cost.cpuSeconds ?? Number.NaN);
      costs.get(label)?.wall.push(cost.wallSeconds);
    }
  }
  return costs;
}

/** Median ratio of neighbours. @param {readonly number[]} one @param {readonly number[]} other */
const ratio = (one, other) => round(summarize(one.map((value, i) => value / (other[i] ?? Number.NaN))).median);

/** @param {string} yaml @param {string} input @returns {any} what --stats=json says */
function statsOf(yaml, input) {
  const [command = '', ...args] = slung(['run', '-c', yaml, '--stats=json', input]);
  const to = { stdoutFile: join(folder, 'stdout'), stderrFile: join(folder, 'stderr') };
  measure({ command, args }, means, to);
  const line = readFileSync(to.stderrFile, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('{"sources"'));
  return JSON.parse(line ?? '{}');
}

/** @param {string} input */
function fanOut(input) {
  const sink = (/** @type {string} */ name) => `  ${name}: { type: file, path: ${name}.out }\n`;
  const one = file('one.yaml', `sinks:\n${sink('a')}routes: [ stdin -> a ]\n`);
  const three = file('three.yaml', `sinks:\n${sink('a')}${sink('b')}${sink('c')}routes: [ "stdin -> a, b, c" ]\n`);
  const out = (/** @type {string} */ name) => join(folder, name);
  const tee = `"$0" "$1" select -o - "$2" | tee "$3" "$4" > "$5"`;
  const contenders = [
    { label: '`select -o FILE`', words: slung(['select', '-o', out('s.out'), input]) },
    { label: '`run -c`, one file', words: slung(['run', '-c', one, input]) },
    { label: '`run -c`, three files', words: slung(['run', '-c', three, input]) },
    {
      label: '`select | tee A B > C`',
      words: ['sh', '-c', tee, process.execPath, slungBin, input, out('a'), out('b'), out('c')],
    },
  ];
  const costs = takeTurns(contenders);
  const base = costs.get('`run -c`, one file') ?? { cpu: [], wall: [] };
  const rows = [...costs].map(([label, { cpu, wall }]) => [
    label,
    round(summarize(cpu).median),
    ratio(cpu, base.cpu),
    round(summarize(wall).median),
    ratio(wall, base.wall),
  ]);
  const copied = [one, three].map((yaml) => statsOf(yaml, input).bytesCopied);
  return [
    table(['to three files', 'CPU s', 'of one file', 'wall s', 'of one file'], rows),
    `Bytes copied between nodes and into buffers, as --stats has them: ${copied.join(' and ')}.`,
  ].join('\n\n');
}

/** @param {string} input */
function crossing(input) {
  const copy = `{ file: ${join(root, 'fixtures/plugins/wasi/copy.wasm')} }`;
  const one = file('p1.yaml', `plugins: { p: ${copy} }\nroutes: [ stdin -> p -> drop ]\n`);
  const two = file(
    'p2.yaml',
    `plugins: { p: ${copy}, q: ${copy} }\nroutes: [ "stdin -> p", "stdin -> q", "p, q -> drop" ]\n`,
  );
  const contenders = [
    { label: 'one plugin, which reads the source itself', words: slung(['run', '-c', one, input]) },
    { label: 'the same plugin twice, each with every record', words: slung(['run', '-c', two, input]) },
  ];
  const costs = takeTurns(contenders);
  const base = costs.get(contenders[0]?.label ?? '') ?? { cpu: [], wall: [] };
  const rows = contenders.map(({ label }, i) => {
    const { cpu } = costs.get(label) ?? { cpu: [] };
    const { bytesCopied, sources } = statsOf([one, two][i] ?? '', input);
    return [label, round(summarize(cpu).median), ratio(cpu, base.cpu), round(bytesCopied / sources.stdin.bytes)];
  });
  return table(['a WASI filter that copies', 'CPU s', 'of one', 'bytes copied / bytes in'], rows);
}

/** One record a request, one after another; the figures are those of slung, from the first byte of a unit to its answer. */
async function answers() {
  const yaml = file('http.yaml', 'sources: { hook: { type: http, listen: 127.0.0.1:0 } }\nroutes: [ hook -> drop ]\n');
  const [command = '', ...args] = slung(['run', '-c', yaml, '--stats=json']);
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said += bytes;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (!/http:\/\/\S+/.test(said)) await new Promise((resolve) => setTimeout(resolve, 5));
  const address = /http:\/\/\S+/.exec(said)?.[0] ?? '';
  const agent = new Agent({ keepAlive: true });
  const times = [];
  for (let i = 0; i < REQUESTS; i++) {
    const from = performance.now();
    await new Promise((resolve, reject) => {
      const asked = request(address, { method: 'POST', agent }, (response) => {
        response.resume();
        response.once('end', () => resolve(undefined));
      });
      asked.once('error', reject);
      asked.end(`{"n":${i}}\n`);
    });
    times.push(performance.now() - from);
  }
  agent.destroy();
  child.kill('SIGTERM');
  await ended;
  const line = said.split('\n').find((text) => text.startsWith('{"sources"')) ?? '{}';
  const { ackMs, acked } = JSON.parse(line).sources.hook;
  const seen = times.toSorted((a, b) => a - b);
  return `${acked} requests of one record, one after another: from the first byte of a unit to its answer p50 ${ackMs.p50} ms, p99 ${ackMs.p99} ms; as the client sees it p50 ${round(seen[REQUESTS >> 1] ?? 0)} ms, p99 ${round(seen[Math.floor(REQUESTS * 0.99)] ?? 0)} ms.`;
}

function checking() {
  const sinks = Array.from({ length: 6 }, (_, i) => `  s${i}: { type: file, path: s${i}.ndjson, mode: append }\n`).join(
    '',
  );
  const branches = Array.from({ length: 6 }, (_, i) => `      - { where: 'level == "l${i}"', to: s${i} }\n`).join('');
  const yaml = file(
    'check.yaml',
    `sinks:\n${sinks}routes:\n  - from: stdin\n    first:\n${branches}      - { to: stdout }\n`,
  );
  const costs = takeTurns([
    { label: 'check', words: slung(['check', yaml]) },
    { label: 'node', words: [process.execPath, '-e', '0'] },
  ]);
  const ms = (/** @type {string} */ label) => round(1000 * summarize(costs.get(label)?.wall ?? []).median);
  return `\`slung check\` of six sinks and a \`first\` group: ${ms('check')} ms from spawn to exit (\`node -e 0\`: ${ms('node')} ms).`;
}

async function main() {
  const size = Number(flags.size);
  const input = ensureData('flat', size);
  const text = [
    circumstances(
      new Date(),
      `flat, ${Math.round((size * MIB) / 1e6)} MB, ${flags.runs} runs in turns, one core, files in memory`,
    ),
    fanOut(input),
    crossing(input),
    await answers(),
    checking(),
  ].join('\n\n');
  console.log(text);
  if (flags.write) writeResults('topologies', `## Topologies\n\n${text}`);
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
