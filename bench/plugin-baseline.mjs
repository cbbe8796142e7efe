// @ts-check
/**
 * Baselines of the plugin bench: the loops that a careful Node programmer writes instead of a plugin. `mapper` does
 * what Tangent's scaffold does, `events` what the threshold program does (its running average too). Read, parsed and
 * written in the same way as baselines/json-parse.mjs. `node plugin-baseline.mjs mapper|events FILE`, output on
 * stdout.
 */
import { isAscii } from 'node:buffer';
import { openSync, readSync } from 'node:fs';
import { flush, writeText } from './baselines/output.mjs';

const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 10;

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** Tangent's scaffold: a field that is missing or of another type becomes "", 0 or null. @param {any} record */
function map(record) {
  if (record?.source?.name !== 'myservice') return;
  const { seen, duration, tags } = record;
  const out = {
    message: text(record.msg),
    level: text(record['msg.level']),
    seen: Number.isInteger(seen) ? seen : 0,
    duration: typeof duration === 'number' ? duration : 0,
    service: record.source.name,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : null,
  };
  writeText(`${JSON.stringify(out)}\n`);
}

let count = 0;
let sum = 0;

/**
 * A value above 100 of the series temp with the tag sensor=1, and the average of all of these so far. @param {any}
 * event
 */
function watch({ timestamp, value, series, tags }) {
  if (series !== 'temp' || !tags.includes('sensor=1')) return;
  sum += value;
  count++;
  if (value <= 100) return;
  writeText(`${JSON.stringify({ timestamp, value, tags, producers: [0], series, aggregate: sum / count })}\n`);
}

/** @param {number} fd @param {(record: any) => void} handle */
function eachRecord(fd, handle) {
  let buffer = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES);
  let kept = 0;
  for (;;) {
    if (buffer.length - kept < BLOCK_BYTES) buffer = Buffer.concat([buffer.subarray(0, kept)], kept + 2 * BLOCK_BYTES);
    const read = readSync(fd, buffer, kept, BLOCK_BYTES, null);
    if (read === 0) break;
    const end = kept + read;
    const whole = buffer.subarray(0, end).lastIndexOf(NEWLINE) + 1;
    eachLine(/** @type {import('./baselines/output.mjs').SliceBuffer} */ (buffer.subarray(0, whole)), handle);
    buffer.copyWithin(0, whole, end);
    kept = end - whole;
  }
  if (kept > 0) handle(JSON.parse(buffer.toString('utf8', 0, kept)));
}

/** @param {import('./baselines/output.mjs').SliceBuffer} block whole lines @param {(record: any) => void} handle */
function eachLine(block, handle) {
  const ascii = isAscii(block);
  let start = 0;
  for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
    if (end > start) handle(JSON.parse(ascii ? block.latin1Slice(start, end) : block.utf8Slice(start, end)));
    start = end + 1;
  }
}

const [task, file = '/dev/stdin'] = process.argv.slice(2);
eachRecord(openSync(file, 'r'), task === 'mapper' ? map : watch);
flush();
