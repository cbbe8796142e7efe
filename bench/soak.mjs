// @ts-check
/**
 * Hours in minutes: one worker between two streams of NATS at full speed (source → plugin → sink), its memory and its
 * descriptors sampled every ten seconds. The stream in front never holds more than 64 MiB, so that whoever publishes
 * is as fast as the worker. After the first quarter nothing may grow: the slopes are those of least squares over the rest.
 *
 *     node bench/soak.mjs [--minutes N] [--write]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AckPolicy, DiscardPolicy, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import { connect, createInbox } from '@nats-io/transport-node';
import { environment } from './measure.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';
import { root, slungBin } from './tools.mjs';

/** @typedef {{ minutes: number, rss: number, heap: number, external: number, descriptors: number, acked: number }} Sample */
/** @typedef {import('@nats-io/transport-node').NatsConnection} Connection */

const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, write: { type: 'boolean', default: false } },
});
const minutes = Number(flags.minutes);
const EVERY_MS = 10_000;
const MB = 1e6;
const WINDOW = 16;
const hook = fileURLToPath(new URL('soak-hook.cjs', import.meta.url));
/** What the plugin takes: it reads six fields, and writes a record of its own. */
const RECORD = `${JSON.stringify({
  ...{ timestamp: '2026-11-30T12:00:00Z', level: 'info', msg: 'x'.repeat(120), seen: 17, duration: 0.25 },
  ...{ source: { name: 'myservice' }, tags: ['a', 'b'] },
})}\n`;
const BLOCK = Buffer.from(RECORD.repeat(Math.floor(65_536 / RECORD.length)));

const folder = mkdtempSync(join(tmpdir(), 'slung-soak-'));
const path = `${process.env.PATH}:/usr/sbin`;
const server = spawn(
  process.env.NATS_SERVER ?? 'nats-server',
  ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', folder, '--ports_file_dir', folder],
  { stdio: 'ignore', env: { ...process.env, PATH: path } },
);
let isOver = false;
try {
  await soak(await urlOf());
} finally {
  isOver = true;
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function urlOf() {
  for (;;) {
    const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.ports')) : undefined;
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
    if (text.endsWith('}')) return /** @type {string} */ (JSON.parse(text).nats[0]);
    await pause(10);
  }
}

/** @param {string} url */
async function soak(url) {
  const nc = await connect({ servers: url });
  const jsm = await jetstreamManager(nc);
  const bounds = { max_bytes: 64 << 20 };
  const queue = { retention: RetentionPolicy.Workqueue, discard: DiscardPolicy.New };
  await jsm.streams.add({ name: 'LOGS', subjects: ['LOGS.>'], ...bounds, ...queue });
  await jsm.streams.add({ name: 'CLEAN', subjects: ['CLEAN.>'], ...bounds });
  await jsm.consumers.add('LOGS', { durable_name: 'slung', ack_policy: AckPolicy.Explicit, max_ack_pending: 1024 });
  const published = publishing(nc);
  const { samples, code, report } = await watch(url);
  isOver = true;
  const left = await jsm.consumers.info('LOGS', 'slung');
  await nc.close();
  const text = tell(samples, report, { published: published.count, left: left.num_pending, code });
  console.log(text);
  if (flags.write) writeResults('soak', `## NATS, for ${minutes} minutes\n\n${text}`);
}

/** Publishes as long as the run goes on, as fast as the stream has room. @param {Connection} nc */
function publishing(nc) {
  const inbox = createInbox();
  const state = { count: 0, onTheWay: 0 };
  const send = () => {
    for (; state.onTheWay < WINDOW && !isOver && !nc.isClosed(); state.onTheWay++) {
      nc.publish('LOGS.a', BLOCK, { reply: inbox });
    }
  };
  nc.subscribe(inbox, {
    callback: (_, message) => {
      state.onTheWay--;
      if (!message.string().includes('"error"')) {
        state.count++;
        send();
      } else setTimeout(send, 5);
    },
  });
  send();
  return state;
}

/** One worker, until the time is over. @param {string} url */
async function watch(url) {
  const file = join(folder, 'slung.yaml');
  writeFileSync(
    file,
    `sources: { app: { type: nats, url: "${url}", stream: LOGS, consumer: slung } }
plugins: { mapper: ${JSON.stringify(join(root, 'fixtures/plugins/tangent/scaffold-rust.wasm'))} }
sinks: { clean: { type: nats, url: "${url}", subject: CLEAN.app } }
routes: [ app -> mapper -> clean ]
`,
  );
  const args = ['--require', hook, slungBin, 'run', '-c', file, '--stats=json'];
  const env = { ...environment, SOAK_EVERY_MS: String(EVERY_MS) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  /** @type {Sample[]} */
  const samples = [];
  /** @type {any} */
  let report;
  createInterface({ input: /** @type {any} */ (child.stdio[2]) }).on('line', (line) => {
    if (line.startsWith('{"')) report = JSON.parse(line);
    else console.error(line);
  });
  const startMs = performance.now();
  createInterface({ input: /** @type {any} */ (child.stdio[3]) }).on('line', (line) => {
    const { heapUsed, external } = JSON.parse(line);
    const sample = { ...ofProcess(child.pid ?? 0), heap: heapUsed / MB, external: external / MB };
    const acked = report?.sources?.app?.acked ?? 0;
    samples.push({ ...sample, acked, minutes: (performance.now() - startMs) / 60_000 });
    console.error(rowOf(samples.at(-1)).join('  '));
    child.kill('SIGUSR1');
  });
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  await Promise.race([ended, pause(minutes * 60_000)]);
  child.kill('SIGTERM');
  return { samples, code: await ended, report };
}

/** @param {number} pid */
function ofProcess(pid) {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { rss: (Number(kib) * 1024) / MB, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** @param {Sample | undefined} sample */
function rowOf(sample) {
  if (sample === undefined) return [];
  const { minutes: at, rss, heap, external, descriptors, acked } = sample;
  return [at.toFixed(1), round(rss), round(heap), round(external), String(descriptors), String(acked)];
}

/** Of least squares, an hour. @param {readonly Sample[]} samples @param {(sample: Sample) => number} pick */
function slope(samples, pick) {
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(samples.map((sample) => sample.minutes));
  const y = mean(samples.map(pick));
  const over = samples.reduce((sum, sample) => sum + (sample.minutes - x) * (pick(sample) - y), 0);
  return (60 * over) / samples.reduce((sum, sample) => sum + (sample.minutes - x) ** 2, 0);
}

/**
 * @param {readonly Sample[]} samples @param {any} report
 * @param {{ published: number, left: number, code: unknown }} outcome
 */
function tell(samples, report, { published, left, code }) {
  const late = samples.filter((sample) => sample.minutes > minutes / 4);
  const columns = /** @type {const} */ (['rss', 'heap', 'external', 'descriptors']);
  const slopes = columns.map((name) => slope(late, (sample) => sample[name]).toFixed(1));
  const every = Math.max(1, Math.round(samples.length / 10));
  const shown = samples.filter((_, i) => i % every === every - 1).map(rowOf);
  const head = ['minute', 'RSS, MB', 'heap, MB', 'external, MB', 'descriptors', 'messages acked'];
  const { app } = report.sources;
  const { clean } = report.sinks;
  const seconds = report.seconds;
  return [
    circumstances(new Date(), `${minutes} minutes, a sample every ${EVERY_MS / 1000} s`),
    table(head, [...shown, ['slope an hour', ...slopes, '']]),
    `${published} messages of ${BLOCK.length} bytes were published; ${app.units} came, ${app.acked} were acknowledged, ` +
      `${app.nacked} given back at the end, ${app.redelivered} came again, ${left} were left. ${clean.records} records were ` +
      `delivered, ${clean.failed} failed: ${round(app.bytes / seconds / MB)} MB/s in, ${round(app.acked / seconds)} ` +
      `messages/s. The worker ended with ${code}.`,
  ].join('\n\n');
}
