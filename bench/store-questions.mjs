// @ts-check
/**
 * The questions of store.mjs: 1 000 series of 1 000 and of 100 000 points (generate/points.mjs). Answers are checked
 * against sums that are made while the points are generated again, so that a fast wrong one does not count.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PointGenerator, seriesNames } from './generate/points.mjs';
import { interleave, measure, summarize } from './measure.mjs';
import { repeat, scaled } from './plugin-measure.mjs';
import { bytesIn, fill, openForWriting } from './store-build.mjs';
import { root } from './tools.mjs';

/** @typedef {import('./plugin-measure.mjs').Setup} Setup */
/** @typedef {import('./plugin-measure.mjs').Answer} Answer */
/**
 * @typedef {Setup & { pointsPerSeries: number, bundle: string, module: import('./store-build.mjs').StoreModule }}
 * StoreSetup
 */

export const SERIES = 1000;
export const SMALL_POINTS = 1_000_000;
const INGEST_POINTS = 10_000_000;
const WRITE_POINTS = 2_000_000;
const BATCH_POINTS = 1000;
/** 20 bytes a point. */
const LOG_POINTS = 5_000_000;
const PAIRS = 11;
const processFile = fileURLToPath(new URL('./store-process.mjs', import.meta.url));

/**
 * Runs a task of store-process.mjs. @param {StoreSetup} setup @param {string} task @param {string} directory @param
 * {number} points
 */
function inProcess({ bundle }, task, directory, points) {
  const done = spawnSync(process.execPath, [processFile, task, bundle, directory, String(points)], {
    encoding: 'utf8',
  });
  const line = done.stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`${task}: ${done.stderr.slice(0, 300)}`);
  return JSON.parse(line);
}

/** An empty directory. @param {Setup} setup @param {string} name */
export function fresh({ folder }, name) {
  const directory = join(folder, name);
  rmSync(directory, { recursive: true, force: true });
  return directory;
}

/** Durable ingest through the interface. @param {StoreSetup} setup @returns {Answer} */
export function ingest(setup) {
  const runs = repeat(setup, () => inProcess(setup, 'ingest', fresh(setup, 'ingest'), INGEST_POINTS));
  return {
    rows: [
      {
        what: `durable ingest, batches of ${BATCH_POINTS}, ${INGEST_POINTS / 1e6} M points, flushes, merges and the end included`,
        ...{ unit: 'M points/s', must: 2, aim: 4, isMost: false },
        got: summarize(runs.map(({ ms }) => INGEST_POINTS / ms / 1000)),
      },
      {
        what: 'memory of that process at its peak',
        ...{ unit: 'MB', must: 200, isMost: true },
        got: summarize(runs.map(({ rssBytes }) => rssBytes / 1e6)),
      },
    ],
  };
}

/** NDJSON on one side, a store on the other. @param {StoreSetup} setup @returns {Answer} */
export function write(setup) {
  const file = join(setup.folder, 'points.ndjson');
  writeFileSync(file, ndjson(WRITE_POINTS));
  const output = { stdoutFile: '/dev/null', stderrFile: join(setup.folder, 'stderr') };
  const once = () => {
    const args = ['store', 'write', '--store', fresh(setup, 'write'), file];
    const cost = measure({ command: process.execPath, args: [`${root}bin/slung.js`, ...args] }, setup.means, output);
    if (cost.exitCode !== 0) throw new Error(`slung store write: exit code ${cost.exitCode}`);
    return cost;
  };
  const runs = repeat(setup, once);
  const rss = runs.flatMap(({ peakRssBytes }) => (peakRssBytes === undefined ? [] : [peakRssBytes / 1e6]));
  return {
    rows: [
      {
        what: `slung store write of ${WRITE_POINTS / 1e6} M lines, whole process, one core`,
        ...{ unit: 'M points/s', must: 1, aim: 2, isMost: false },
        got: summarize(runs.map(({ wallSeconds }) => WRITE_POINTS / wallSeconds / 1e6)),
      },
      {
        what: 'memory of that process at its peak',
        ...{ unit: 'MB', must: 200, isMost: true },
        ...(rss.length > 0 ? { got: summarize(rss) } : { absent: 'needs GNU time' }),
      },
    ],
  };
}

/** @param {number} count @returns {string} lines as slung store write expects them by default */
function ndjson(count) {
  const generator = new PointGenerator(SERIES);
  const names = seriesNames(SERIES);
  const [ids, timesMs, values] = [new Uint32Array(count), new Float64Array(count), new Float64Array(count)];
  generator.fill(ids, timesMs, values);
  const heads = names.map(({ name, tags }) => `,"series":"${name}","tags":${JSON.stringify(tags)},"value":`);
  const lines = [];
  for (let i = 0; i < count; i++) {
    lines.push(`{"timestamp":${timesMs[i]}${heads[/** @type {number} */ (ids[i])]}${values[i]}}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A store of the small set. @param {StoreSetup} setup @param {string} name */
export function smallStore(setup, name) {
  const directory = fresh(setup, name);
  const store = openForWriting(setup.module, directory, 'none');
  fill(store, SERIES, SMALL_POINTS, BATCH_POINTS);
  store.close();
  return directory;
}

/** Bytes a point, of everything in the directory. @param {StoreSetup} setup @returns {Answer} */
export function bytes(setup) {
  const directory = smallStore(setup, 'bytes');
  const hot = bytesIn(directory) / SMALL_POINTS;
  const store = openForWriting(setup.module, directory, 'none');
  store.maintain((work) => {
    work.compact(setup.module.FULL_COMPACTION);
    work.chill(2n ** 62n);
  });
  store.close();
  const cold = bytesIn(directory) / SMALL_POINTS;
  const row = { unit: 'bytes', isMost: true };
  return {
    rows: [
      {
        what: `a point, hot (${hot.toFixed(3)}; the whole directory)`,
        ...row,
        must: 2.5,
        aim: 1.5,
        got: summarize([hot]),
      },
      { what: `a point, cold (${cold.toFixed(3)})`, ...row, must: 1.5, aim: 1, got: summarize([cold]) },
    ],
  };
}

/** @param {StoreSetup} setup @param {string} directory */
export function snapshotOf({ module }, directory) {
  return module.openSnapshot(module.NodeFiles.open(directory, { create: false }));
}

/**
 * The milliseconds of a query. @param {StoreSetup} setup @param {ReturnType<typeof snapshotOf>} snapshot @param
 * {string} text
 */
export function ask({ module }, snapshot, text) {
  const startMs = performance.now();
  const rows = [...module.runQuery(snapshot, module.parseQuery(text), 0n).rows];
  return { ms: performance.now() - startMs, rows };
}

/** @param {number} actual @param {number} expected */
function check(actual, expected) {
  if (Math.abs(actual - expected) > Math.abs(expected) * 1e-12) throw new Error(`${actual} instead of ${expected}`);
}

/** @param {number} points @returns {number} */
function averageOf(points) {
  const generator = new PointGenerator(SERIES);
  const [ids, timesMs, values] = [new Uint32Array(SERIES), new Float64Array(SERIES), new Float64Array(SERIES)];
  let hundredths = 0n;
  for (let done = 0; done < points; done += SERIES) {
    generator.fill(ids, timesMs, values);
    let sum = 0;
    for (const value of values) sum += Math.round(value * 100);
    hundredths += BigInt(sum);
  }
  return Number(hundredths) / 100 / points;
}

/** AVG over a million points. @param {StoreSetup} setup @returns {Answer} */
export function aggregates(setup) {
  const directory = smallStore(setup, 'small');
  const expected = averageOf(SMALL_POINTS);
  const text = 'AVG:*:[]';
  const cold = repeat(setup, () => {
    const startMs = performance.now();
    const snapshot = snapshotOf(setup, directory);
    const { rows } = ask(setup, snapshot, text);
    const ms = performance.now() - startMs;
    snapshot.close();
    check(rows[0]?.value ?? Number.NaN, expected);
    return ms;
  });
  const snapshot = snapshotOf(setup, directory);
  const warm = repeat(setup, () => ask(setup, snapshot, text).ms);
  snapshot.close();
  const row = { unit: 'ms', isMost: true };
  return {
    rows: [
      { what: 'AVG over 1 M points, from opening the store on', ...row, must: 10, aim: 3, got: summarize(cold) },
      { what: 'the same on an open snapshot, from summaries', ...row, must: 1, aim: 0.1, got: summarize(warm) },
    ],
  };
}

/** AVG over a hundred million. @param {StoreSetup} setup @returns {Answer} */
export function large(setup) {
  const directory = fresh(setup, 'large');
  const points = SERIES * setup.pointsPerSeries;
  const store = openForWriting(setup.module, directory, 'none');
  const fillMs = fill(store, SERIES, points, BATCH_POINTS);
  store.close();
  setup.tell(
    `large: ${points / 1e6} M points in ${(fillMs / 1000).toFixed(1)} s, ${(bytesIn(directory) / points).toFixed(2)} bytes a point`,
  );
  const expected = averageOf(points);
  const full = repeat(setup, () => {
    const snapshot = snapshotOf(setup, directory);
    const { ms, rows } = ask(setup, snapshot, 'AVG:*:[]');
    snapshot.close();
    check(rows[0]?.value ?? Number.NaN, expected);
    return ms;
  });
  const cut = repeat(setup, () => {
    const snapshot = snapshotOf(setup, directory);
    const { ms, rows } = ask(setup, snapshot, 'AVG:*:[] EVERY 1h');
    snapshot.close();
    check(rows.reduce((sum, { value, count }) => sum + (value ?? 0) * count, 0) / points, expected);
    return ms;
  });
  const hot = bytesIn(directory) / points;
  const commandRow = commandAgainstNode(setup, directory, `slung query AVG:*:[] on ${points / 1e6} M points`);
  const again = openForWriting(setup.module, directory, 'none');
  again.maintain((work) => work.chill(2n ** 62n));
  again.close();
  const cold = bytesIn(directory) / points;
  const millions = `${points / 1e6} M points`;
  const scale = points / 1e8;
  const row = { unit: 'ms', isMost: true };
  return {
    rows: [
      { what: `AVG over ${millions}`, ...row, must: 100 * scale, aim: 20 * scale, got: summarize(full) },
      {
        what: `AVG over ${millions} EVERY 1h: every block is cut`,
        ...{ ...row, must: 1500 * scale, aim: 400 * scale, got: summarize(cut) },
      },
      {
        what: 'decoding and aggregating in that query',
        ...{ unit: 'M points/s', must: 100, aim: 500, isMost: false },
        got: summarize(cut.map((ms) => points / ms / 1000)),
      },
      commandRow,
      {
        what: `a point of ${millions}, hot (${hot.toFixed(3)})`,
        ...{ unit: 'bytes', isMost: true, must: 2.5, aim: 1.5, got: summarize([hot]) },
      },
      {
        what: `a point of ${millions}, cold (${cold.toFixed(3)})`,
        ...{ unit: 'bytes', isMost: true, must: 1.5, aim: 1, got: summarize([cold]) },
      },
    ],
  };
}

/** @param {StoreSetup} setup @param {string} directory @param {string} what */
function commandAgainstNode({ means }, directory, what) {
  const nothing = { stdoutFile: '/dev/null', stderrFile: '/dev/null' };
  const command = {
    command: process.execPath,
    args: [`${root}bin/slung.js`, 'query', 'AVG:*:[]', '--store', directory],
  };
  const bare = { command: process.execPath, args: ['-e', '0'] };
  if (measure(command, means, nothing).exitCode !== 0) throw new Error('slung query failed');
  const { a, b } = interleave(
    PAIRS,
    () => measure(command, means, nothing).wallSeconds,
    () => measure(bare, means, nothing).wallSeconds,
  );
  const more = a.map((seconds, i) => seconds - /** @type {number} */ (b[i]));
  return {
    what: `${what}: over node -e 0, one core`,
    unit: 'ms',
    must: 80,
    aim: 35,
    isMost: true,
    got: scaled(more, 1000),
  };
}

/** The command on the small store. @param {StoreSetup} setup @returns {Answer} */
export function query(setup) {
  const directory = smallStore(setup, 'query');
  return { rows: [commandAgainstNode(setup, directory, 'slung query AVG:*:[] on 1 M points')] };
}

/** What a crash leaves. @param {StoreSetup} setup @returns {Answer} */
export function reopen(setup) {
  const once = () => {
    const directory = fresh(setup, 'reopen');
    mkdirSync(directory);
    const { bytes: logBytes } = inProcess(setup, 'crash', directory, LOG_POINTS);
    const startMs = performance.now();
    snapshotOf(setup, directory).close();
    const readMs = performance.now() - startMs;
    return { readMs, writeMs: inProcess(setup, 'open', directory, 0).ms, logBytes };
  };
  const runs = repeat(setup, once);
  const megabytes = Math.round((runs[0]?.logBytes ?? 0) / 1e6);
  const row = { unit: 's', isMost: true, must: 1, aim: 0.4 };
  return {
    rows: [
      {
        what: `opening for writing with a log of ${megabytes} MB, which becomes segments`,
        ...row,
        got: scaled(
          runs.map(({ writeMs }) => writeMs),
          0.001,
        ),
      },
      {
        what: 'opening it for a question',
        ...row,
        got: scaled(
          runs.map(({ readMs }) => readMs),
          0.001,
        ),
      },
    ],
  };
}
