// @ts-check
/**
 * The parts of store.mjs that need a process of their own: `node bench/store-process.mjs TASK MODULE DIRECTORY
 * POINTS`. `ingest` writes durably in batches of 1 000 and closes; `crash` leaves everything in the log and dies;
 * `open` opens what is there for writing. Each prints one line of JSON.
 */
import { bytesIn, fill, loadStore, openForWriting } from './store-build.mjs';

const SERIES = 1000;
const BATCH_POINTS = 1000;

const [task, file = '', directory = '', points = '0'] = process.argv.slice(2);
const module = await loadStore(file);
const report = { ingest, crash, open }[/** @type {'ingest'} */ (task)]();
console.log(JSON.stringify(report));
if (task === 'crash') process.kill(process.pid, 'SIGKILL');

function ingest() {
  const store = openForWriting(module, directory, 'batch');
  const spentMs = fill(store, SERIES, Number(points), BATCH_POINTS);
  const startMs = performance.now();
  store.close();
  const closeMs = performance.now() - startMs;
  return { ms: spentMs + closeMs, bytes: bytesIn(directory), rssBytes: process.resourceUsage().maxRSS * 1024 };
}

function crash() {
  const store = openForWriting(module, directory, 'none', { flushPoints: Number.MAX_SAFE_INTEGER });
  fill(store, SERIES, Number(points), BATCH_POINTS);
  return { bytes: bytesIn(directory) };
}

function open() {
  const startMs = performance.now();
  const store = openForWriting(module, directory, 'batch');
  const ms = performance.now() - startMs;
  store.close();
  return { ms };
}
