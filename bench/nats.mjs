// @ts-check
/**
 * NATS: what our source and our outlet cost beside the bare client, in one run, in turns, against one server on
 * loopback with file storage. Bare is the least that a program can do: pull requests and one reply inbox by hand, each
 * message copied once and acknowledged by itself. `consume` and `publish` of the client's own package stand beside it.
 * Then whole workers, as processes, beside the same bare loops (nats-worker.mjs). The loops run with V8's own settings,
 * as any program does; a worker has its garbage collected in another way (src/io/collector.ts), which counts for it.
 * Rates go up and down with the machine (the server shares its cores); processor time a message is steadier.
 *
 *     node bench/nats.mjs [--rounds N] [--megabytes N] [--only '64 KiB,read'] [--ways bare,slung] [--write]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, createInbox } from '@nats-io/transport-node';
import { buildSync } from 'esbuild';
import { latencies, passAll, workerFile } from './nats-worker.mjs';
import { circumstances, round, table, writeResults } from './report.mjs';

/** @typedef {import('../src/nats/source.ts').NatsSource} NatsSource */
/** @typedef {import('../src/nats/outlet.ts').NatsOutlet} NatsOutlet */
/** @typedef {{ seconds: number, cpuSeconds: number }} Cost */
/** @typedef {{ run: () => Promise<void>, close: () => Promise<unknown> }} Opened */
/** @typedef {{ name: string, open: () => Promise<Opened>, costs: Cost[] }} Way */
/** @typedef {{ label: string, messages: number, bytes: number, before?: () => Promise<void>, ways: Way[] }} Job */

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '128' },
    only: { type: 'string' },
    ways: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const only = flags.only?.split(',') ?? [];
const ways = flags.ways?.split(',');
const totalBytes = Number(flags.megabytes) * 1e6;

const root = fileURLToPath(new URL('..', import.meta.url));
const RECORD = `${JSON.stringify({ time: '2026-11-30T12:00:00Z', level: 'info', source: { name: 'myservice' }, msg: 'x'.repeat(202) })}\n`;
const EMPTY = new Uint8Array(0);
const WINDOW = 16;
const LATENCIES = 500;
const { openNatsSource, openNatsOutlet } = await compile();
const memory = new Uint8Array(new SharedArrayBuffer(1 << 20));

async function main() {
  const directory = mkdtempSync(join(tmpdir(), 'slung-bench-nats-'));
  const server = spawn(
    process.env.NATS_SERVER ?? 'nats-server',
    ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', directory, '--ports_file_dir', directory],
    { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
  );
  try {
    const url = await urlOf(directory);
    const rows = await measureAll(url);
    const head = ['what', 'way', 'messages/s', 'MB/s', 'of bare', 'CPU a message', 'of bare'];
    const whole = only.length > 0 ? [] : await measureWorkers(url, directory);
    const text = [
      circumstances(new Date(), `${rounds} rounds in turns · load average ${round(loadavg()[0] ?? 0)}`),
      table(head, [...rows, ...whole]),
      ...(only.length > 0 ? [] : [await tellLatency(url, directory)]),
    ].join('\n\n');
    console.log(text);
    if (flags.write) writeResults('nats', `## NATS\n\n${text}`);
  } finally {
    server.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Ours, with the very client that the bare loops use: code that is loaded in another way is not as fast. */
async function compile() {
  const outfile = join(root, 'node_modules/.cache/slung-bench-nats.mjs');
  const contents = "export * from './src/nats/source.ts'; export * from './src/nats/outlet.ts';";
  buildSync({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', outfile },
  });
  return await import(pathToFileURL(outfile).href);
}

/** @param {string} directory */
async function urlOf(directory) {
  for (;;) {
    const file = existsSync(directory) ? readdirSync(directory).find((name) => name.endsWith('.ports')) : undefined;
    const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8');
    if (text.endsWith('}')) return /** @type {string} */ (JSON.parse(text).nats[0]);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** @param {string} url */
async function measureAll(url) {
  const nc = await connect({ servers: url });
  const jsm = await jetstreamManager(nc);
  /** @type {string[][]} */
  const rows = [];
  for (const [label, records] of /** @type {const} */ ([
    ['64 KiB', 219],
    ['256 KiB', 876],
    ['one record', 1],
  ])) {
    const payload = Buffer.from(RECORD.repeat(records));
    const count = Math.min(50_000, Math.floor(totalBytes / payload.length));
    for (const job of records > 1 ? [readJob, writeJob, passJob] : [readJob, writeJob]) {
      if (only.some((word) => word !== label && !job.name.startsWith(word))) continue;
      const planned = await job({ url, nc, jsm, label, payload, count });
      const wanted = planned.ways.filter(({ name }) => ways?.includes(name) ?? true);
      const found = await measure({ ...planned, ways: wanted });
      for (const row of found) console.error(row.join('  '));
      rows.push(...found);
    }
  }
  await nc.close();
  return rows;
}

/** @param {Job} job */
async function measure({ label, messages, bytes, before, ways }) {
  for (let i = 0; i <= rounds; i++) {
    for (const way of ways) {
      await before?.();
      const { run, close } = await way.open();
      const cost = await costOf(run);
      // The first round warms up.
      if (i > 0) way.costs.push(cost);
      await close();
    }
  }
  return rowsOf({ label, messages, bytes, ways });
}

/** @param {Pick<Job, 'label' | 'messages' | 'bytes' | 'ways'>} job the first way is what others are compared with */
function rowsOf({ label, messages, bytes, ways }) {
  const bare = ways[0];
  return ways.map((way) => {
    const rates = way.costs.map(({ seconds }, i) => (bare?.costs[i]?.seconds ?? 0) / seconds);
    const cpus = way.costs.map(({ cpuSeconds }, i) => cpuSeconds / (bare?.costs[i]?.cpuSeconds ?? 0));
    const percent = (/** @type {number[]} */ ratios) => (way === bare ? '' : `${Math.round(median(ratios) * 100)} %`);
    const seconds = median(way.costs.map((cost) => cost.seconds));
    const cpu = median(way.costs.map((cost) => cost.cpuSeconds));
    return [
      label,
      way.name,
      String(Math.round(messages / seconds)),
      round(bytes / seconds / 1e6),
      percent(rates),
      `${round((cpu / messages) * 1e6)} µs`,
      percent(cpus),
    ];
  });
}

/** @param {() => Promise<void>} run @returns {Promise<Cost>} */
async function costOf(run) {
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/**
 * Workers as processes, each beside the bare loop that does what its ends do, in turns.
 * @param {string} url @param {string} folder
 */
async function measureWorkers(url, folder) {
  const nc = await connect({ servers: url });
  const jsm = await jetstreamManager(nc);
  const rows = [];
  for (const [label, records] of /** @type {const} */ ([
    ['64 KiB', 219],
    ['256 KiB', 876],
  ])) {
    const payload = Buffer.from(RECORD.repeat(records));
    const count = Math.floor((4 * totalBytes) / payload.length);
    await fill({ url, nc, jsm, label, payload, count });
    const bareRead = way('bare loop, reads', () =>
      pullBare(nc, WINDOW, count, (message) => nc.publish(message.reply ?? '', EMPTY)),
    );
    const barePass = way('bare loop, passes on', () => passBare(nc, count));
    const kinds = /** @type {const} */ ([
      ['none', 'worker, a selector that drops all', bareRead],
      ['all', 'worker, passes all on', barePass],
      ['scaffold', "worker, through Tangent's scaffold in Rust", barePass],
      ['template', 'worker, through our template in Rust', barePass],
    ]);
    const workers = kinds.map(([kind, name, beside]) => ({ ...way(name, async () => {}), kind, beside }));
    for (let i = 0; i < rounds; i++) {
      for (const bare of [bareRead, barePass]) {
        await freshEnds(jsm);
        bare.costs.push(await costOf((await bare.open()).run));
        for (const worker of workers.filter(({ beside }) => beside === bare)) {
          await freshEnds(jsm);
          const { messages, seconds, cpuSeconds } = await passAll(jsm, workerFile(folder, url, worker.kind), count);
          worker.costs.push({ seconds: (seconds * count) / messages, cpuSeconds: (cpuSeconds * count) / messages });
        }
      }
    }
    for (const bare of [bareRead, barePass]) {
      const beside = workers.filter((worker) => worker.beside === bare);
      rows.push(...rowsOf({ label, messages: count, bytes: count * payload.length, ways: [bare, ...beside] }));
    }
    for (const row of rows.slice(-6)) console.error(row.join('  '));
  }
  await nc.close();
  return rows;
}

/** CLEAN is empty, and the consumer of LOGS new. @param {Scene['jsm']} jsm */
async function freshEnds(jsm) {
  await freshStream(jsm, 'CLEAN');
  await jsm.consumers.delete('LOGS', 'c').catch(() => {});
  await jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, max_ack_pending: 65_536 });
}

/** One record at a time through a worker. @param {string} url @param {string} folder */
async function tellLatency(url, folder) {
  const nc = await connect({ servers: url });
  const jsm = await jetstreamManager(nc);
  await freshStream(jsm, 'LOGS');
  await freshEnds(jsm);
  const { through, acked } = await latencies(nc, workerFile(folder, url, 'all'), Buffer.from(RECORD), LATENCIES);
  await nc.close();
  const row = (/** @type {string} */ what, /** @type {number[]} */ values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (/** @type {number} */ part) => `${round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0)} ms`;
    return [what, at(0.5), at(0.99), at(1)];
  };
  const rows = [row('published → seen behind the worker', through), row('seen there → acknowledged', acked)];
  return table([`one record at a time, ${LATENCIES} of them`, 'p50', 'p99', 'max'], rows);
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** @param {string} name @param {() => Promise<void>} run @returns {Way} */
const way = (name, run) => ({ name, open: async () => ({ run, close: async () => {} }), costs: [] });

/** @param {string} name @param {() => Promise<Opened>} open @returns {Way} */
const opened = (name, open) => ({ name, open, costs: [] });

/**
 * @typedef {{ url: string, nc: import('@nats-io/transport-node').NatsConnection,
 *   jsm: Awaited<ReturnType<typeof jetstreamManager>>, label: string, payload: Buffer, count: number }} Scene
 */

/** @param {Scene['jsm']} jsm @param {string} name */
async function freshStream(jsm, name) {
  await jsm.streams.delete(name).catch(() => {});
  await jsm.streams.add({ name, subjects: [`${name}.>`] });
}

/** @param {Scene} scene */
async function fill({ nc, jsm, payload, count }) {
  await freshStream(jsm, 'LOGS');
  await publishBare(nc, 'LOGS.a', payload, count, undefined);
}

/** @param {Scene} scene @returns {Promise<Job>} */
async function readJob(scene) {
  const { jsm, nc, url, label, payload, count } = scene;
  await fill(scene);
  const before = async () => {
    await jsm.consumers.delete('LOGS', 'c').catch(() => {});
    await jsm.consumers.add('LOGS', { durable_name: 'c', ack_policy: AckPolicy.Explicit, max_ack_pending: 65_536 });
  };
  const inFlight = payload.length > 10_000 ? WINDOW : 1024;
  const ours = async () => {
    const source = await sourceOf(url, inFlight);
    const run = async () => {
      let settled = 0;
      while (settled < count) {
        if (source.readNow(memory) < 0) await source.wait();
        for (const { unit } of source.takeBorders()) {
          source.settle(unit, 'ok');
          settled++;
        }
      }
    };
    const close = async () => {
      source.close();
      await source.closed;
    };
    return { run, close };
  };
  const consume = async () => {
    const consumer = await jetstream(nc).consumers.get('LOGS', 'c');
    let finish = () => {};
    const all = new Promise((resolve) => {
      finish = () => resolve(undefined);
    });
    let seen = 0;
    const messages = await consumer.consume({
      max_messages: inFlight,
      callback: (message) => {
        memory.set(message.data);
        message.ack();
        if (++seen === count) finish();
      },
    });
    await all;
    // It would go on asking, also the next consumer of that name: who reads that one would wait for ever.
    await messages.close();
    await nc.flush();
  };
  return {
    ...{ label: `read ${label}`, messages: count, bytes: count * payload.length, before },
    ways: [
      way('bare', () => pullBare(nc, inFlight, count, (message) => nc.publish(message.reply ?? '', EMPTY))),
      opened('slung', ours),
      way('consume()', consume),
    ],
  };
}

/** @param {string} url @param {number} maxInFlight @returns {Promise<NatsSource>} */
const sourceOf = (url, maxInFlight) =>
  openNatsSource({
    ...{ name: 'app', url, stream: 'LOGS', consumer: 'c', maxInFlight, ackWaitMs: 30_000, redeliverLimit: 5 },
    ...{ maxMessageBytes: 1 << 26, order: false, create: false, say: () => {}, clockMs: () => performance.now() },
  });

/** @param {string} url @param {number} window @param {number} blockBytes @returns {Promise<NatsOutlet>} */
const outletTo = (url, window, blockBytes) =>
  openNatsOutlet({
    ...{ name: 'clean', url, subject: 'CLEAN.a', dedupe: true, window, blockBytes, bufferBytes: 8 << 20 },
    ...{ retry: { max: undefined, forMs: undefined, firstMs: 100, mostMs: 10_000 }, create: false },
    ...{ say: () => {}, clockMs: () => performance.now(), nowMs: () => Date.now() },
  });

/**
 * @param {Scene['nc']} nc @param {number} inFlight @param {number} count
 * @param {(message: import('@nats-io/transport-node').Msg) => void} take
 */
async function pullBare(nc, inFlight, count, take) {
  const inbox = createInbox();
  await new Promise((resolve) => {
    let [waiting, seen] = [0, 0];
    const ask = () => {
      if (waiting > inFlight / 2) return;
      const request = { batch: inFlight - waiting, expires: 30e9 };
      waiting = inFlight;
      nc.publish('$JS.API.CONSUMER.MSG.NEXT.LOGS.c', JSON.stringify(request), { reply: inbox });
    };
    const subscription = nc.subscribe(inbox, {
      callback: (_, message) => {
        if (message.reply === '') return;
        memory.set(message.data);
        take(message);
        waiting--;
        if (++seen < count) ask();
        else {
          subscription.unsubscribe();
          resolve(undefined);
        }
      },
    });
    ask();
  });
  await nc.flush();
}

/**
 * @param {Scene['nc']} nc @param {string} subject @param {Uint8Array} payload @param {number} count
 * @param {string | undefined} id
 */
async function publishBare(nc, subject, payload, count, id) {
  const inbox = createInbox();
  const window = payload.length > 10_000 ? WINDOW : 1024;
  await new Promise((resolve) => {
    let [sent, seen] = [0, 0];
    const send = () => {
      for (; sent < count && sent - seen < window; sent++) {
        nc.publish(subject, payload, { reply: inbox, ...(id === undefined ? {} : { headers: idOf(`${id}${sent}`) }) });
      }
    };
    const subscription = nc.subscribe(inbox, {
      callback: () => {
        if (++seen < count) send();
        else {
          subscription.unsubscribe();
          resolve(undefined);
        }
      },
    });
    send();
  });
}

/** @param {Scene['nc']} nc @param {number} count */
async function passBare(nc, count) {
  const inbox = createInbox();
  /** @type {string[]} */
  const replies = [];
  const acks = nc.subscribe(inbox, { callback: () => nc.publish(replies.shift() ?? '', EMPTY) });
  await pullBare(nc, WINDOW, count, (message) => {
    replies.push(message.reply ?? '');
    nc.publish('CLEAN.a', message.data, { reply: inbox, headers: idOf(message.reply ?? '') });
  });
  while (replies.length > 0) await nc.flush();
  acks.unsubscribe();
}

/** @param {string} id @returns {any} */
const idOf = (id) => ({ encode: () => Buffer.from(`NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n`) });

/** @param {Scene} scene @returns {Promise<Job>} */
async function writeJob({ jsm, nc, url, label, payload, count }) {
  const window = payload.length > 10_000 ? WINDOW : 1024;
  const ours = async () => {
    const outlet = await outletTo(url, window, Math.max(payload.length, 1));
    const run = async () => {
      for (let i = 0; i < count; i++) {
        const delivery = { segments: [payload], records: 1, id: `id${i}`, settle: () => {} };
        while (outlet.offer(delivery) === 'full') await outlet.room();
      }
      await outlet.flush();
    };
    return { run, close: () => outlet.close(0) };
  };
  const publish = async () => {
    const js = jetstream(nc);
    for (let i = 0; i < count; ) {
      const some = [];
      for (; some.length < window && i < count; i++) some.push(js.publish('CLEAN.a', payload, { msgID: `id${i}` }));
      await Promise.all(some);
    }
  };
  return {
    ...{ label: `write ${label}`, messages: count, bytes: count * payload.length },
    before: () => freshStream(jsm, 'CLEAN'),
    ways: [
      way('bare', () => publishBare(nc, 'CLEAN.a', payload, count, 'id')),
      opened('slung', ours),
      way('publish()', publish),
    ],
  };
}

/** @param {Scene} scene @returns {Promise<Job>} */
async function passJob(scene) {
  const { jsm, nc, url, label, payload, count } = scene;
  await fill(scene);
  const before = () => freshEnds(jsm);
  const ours = async () => {
    const source = await sourceOf(url, WINDOW);
    const outlet = await outletTo(url, WINDOW, payload.length);
    source.giveApart();
    const run = async () => {
      let settled = 0;
      /** @type {(() => void) | undefined} */
      let wake;
      while (settled < count) {
        const read = source.readNow(memory);
        for (const { unit } of source.takeBorders()) {
          const settle = () => {
            source.settle(unit, 'ok');
            if (++settled === count) wake?.();
          };
          const delivery = { segments: [memory.subarray(0, read)], records: 1, id: source.idOf(unit), settle };
          while (outlet.offer(delivery) === 'full') await outlet.room();
        }
        const end = new Promise((resolve) => {
          wake = () => resolve(undefined);
        });
        if (read < 0) await Promise.race([source.wait(), end]);
      }
    };
    const close = async () => {
      source.close();
      await Promise.all([source.closed, outlet.close(0)]);
    };
    return { run, close };
  };
  const messages = { label: `read and write ${label}`, messages: count, bytes: count * payload.length };
  return { ...messages, before, ways: [way('bare', () => passBare(nc, count)), opened('slung', ours)] };
}

await main();
