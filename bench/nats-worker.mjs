// @ts-check
/**
 * Whole processes between streams of NATS, beside a bare loop in this process: what a worker passes, and how long a
 * record takes on its way. A worker's rate and processor time are those between two looks at its consumer: the first
 * one when it has done a part, since the code of a process is compiled while it runs, and the bare loop has run before.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { environment } from './measure.mjs';
import { root, slungBin } from './tools.mjs';

/** @typedef {import('@nats-io/jetstream').JetStreamManager} Manager */
/** @typedef {import('@nats-io/transport-node').NatsConnection} Connection */
/** @typedef {{ messages: number, seconds: number, cpuSeconds: number }} Passed */

const LOOK_MS = 4;
/** Of its messages, before it is looked at. */
const WARM = 0.5;
const TICKS_A_SECOND = 100;
/** The same mapper as Tangent's scaffold makes it, and with the number formatting of our template. */
const SCAFFOLD = join(root, 'fixtures/plugins/tangent/scaffold-rust.wasm');
const TEMPLATE = join(root, 'fixtures/plugins/tangent/mapper-rust.wasm');

/** The file of a worker from LOGS by the consumer c; without a sink it selects nothing. */
export function workerFile(
  /** @type {string} */ folder,
  /** @type {string} */ url,
  /** @type {'none' | 'all' | 'scaffold' | 'template'} */ kind,
) {
  const path = join(folder, `${kind}.yaml`);
  const source = `sources: { app: { type: nats, url: "${url}", stream: LOGS, consumer: c } }\n`;
  const sink = `sinks: { clean: { type: nats, url: "${url}", subject: CLEAN.a } }\n`;
  const through = (/** @type {string} */ plugin) =>
    `${source}${sink}plugins: { mapper: ${JSON.stringify(plugin)} }\nroutes: [ app -> mapper -> clean ]\n`;
  const text = {
    none: `${source}routes: [ { from: app, to: drop, where: 'level == "never"' } ]\n`,
    all: `${source}${sink}routes: [ app -> clean ]\n`,
    scaffold: through(SCAFFOLD),
    template: through(TEMPLATE),
  };
  writeFileSync(path, text[kind]);
  return path;
}

/** @param {string} file */
export function startWorker(file) {
  const args = [slungBin, 'run', '-q', '-c', file];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    pid: child.pid ?? 0,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/**
 * One worker until it has done all that is in LOGS.
 * @param {Manager} jsm @param {string} file @param {number} count of messages
 * @returns {Promise<Passed>}
 */
export async function passAll(jsm, file, count) {
  const worker = startWorker(file);
  const looked = async () => {
    const { delivered, num_ack_pending: open } = await jsm.consumers.info('LOGS', 'c');
    return { done: delivered.stream_seq - open, ms: performance.now(), cpu: cpuOf(worker.pid) };
  };
  let first = await looked();
  while (first.done < WARM * count) {
    await pause(LOOK_MS);
    first = await looked();
  }
  let last = first;
  while (last.done < count) {
    await pause(LOOK_MS);
    last = await looked();
  }
  await worker.stop();
  const [seconds, cpuSeconds] = [(last.ms - first.ms) / 1000, last.cpu - first.cpu];
  return { messages: last.done - first.done, seconds, cpuSeconds };
}

/** Seconds of user and system, of all threads. @param {number} pid */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/**
 * One record at a time, when nothing else is to be done: from its publication to where it is seen in CLEAN, and from
 * there to its acknowledgement, which waits for the stream's answer. In milliseconds, in their order.
 * @param {Connection} nc @param {string} file @param {Uint8Array} record @param {number} count
 */
export async function latencies(nc, file, record, count) {
  const worker = startWorker(file);
  /** @type {number[]} */
  const through = [];
  /** @type {number[]} */
  const acked = [];
  let sentMs = 0;
  let seenMs = 0;
  let wake = () => {};
  const outputs = nc.subscribe('CLEAN.a', {
    callback: () => {
      seenMs = performance.now();
      through.push(seenMs - sentMs);
    },
  });
  const answers = nc.subscribe('$JS.ACK.LOGS.c.>', {
    callback: () => {
      acked.push(performance.now() - seenMs);
      wake();
    },
  });
  await nc.flush();
  // The first ones start what is slow once.
  const warm = 50;
  for (let i = 0; i < count + warm; i++) {
    const settled = new Promise((resolve) => {
      wake = () => resolve(undefined);
    });
    sentMs = performance.now();
    nc.publish('LOGS.a', record);
    await settled;
    await pause(5);
  }
  outputs.unsubscribe();
  answers.unsubscribe();
  await worker.stop();
  return { through: through.slice(warm), acked: acked.slice(warm) };
}
