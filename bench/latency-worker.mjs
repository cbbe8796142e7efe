// @ts-check
/**
 * The measuring half of latency.mjs, in a thread of its own because every call here blocks: write a line, read until
 * its newline has come back, note the time between. Warm-up lines come first and are not counted.
 */
import { readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { flatRecords } from './generate/flat.mjs';
import { summarize } from './measure.mjs';

const WARM_UP = 200;
const NEWLINE = 10;

/** @type {{ writeFd: number, readFd: number, lines: number, gapMs: number }} */
const { writeFd, readFd, lines, gapMs } = workerData;
const answer = Buffer.alloc(64 * 1024);
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Lines that the filter lets through. @returns {() => Buffer} */
function matchingLines() {
  const next = flatRecords(undefined);
  return () => {
    for (;;) {
      const line = next();
      if (line.includes('"name":"myservice"')) return Buffer.from(`${line}\n`);
    }
  };
}

/** @param {Buffer} line @returns {number | undefined} milliseconds; undefined when the output ended */
function exchange(line) {
  const start = process.hrtime.bigint();
  writeSync(writeFd, line);
  for (;;) {
    const read = readSync(readFd, answer);
    if (read === 0) return undefined;
    if (answer[read - 1] === NEWLINE) return Number(process.hrtime.bigint() - start) / 1e6;
  }
}

function main() {
  const next = matchingLines();
  /** @type {number[]} */
  const taken = [];
  for (let count = 0; count < WARM_UP + lines; count++) {
    const ms = exchange(next());
    if (ms === undefined) return parentPort?.postMessage('end');
    if (count === 0) parentPort?.postMessage('first');
    else if (count % 500 === 0) parentPort?.postMessage('progress');
    if (count >= WARM_UP) taken.push(ms);
    if (gapMs > 0) Atomics.wait(pause, 0, 0, gapMs);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const p99Ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? Number.NaN;
  const { median, max } = summarize(taken);
  parentPort?.postMessage({ medianMs: median, p99Ms, maxMs: max });
}

main();
