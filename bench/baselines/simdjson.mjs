// @ts-check
/**
 * Baseline: the native `simdjson` package (bench/package.json), with `parse` or, after --lazy, with `lazyParse` and
 * key paths. Key paths are split at every dot, so lazyParse cannot name a key that contains one: exit code 3 says so.
 * `node simdjson.mjs SPEC_JSON FILE [--lazy]`, output on stdout.
 */
import { openSync, readSync } from 'node:fs';
import simdjson from 'simdjson';
import { compilePredicate, compileRow, header } from './compile.mjs';
import { flush, writeBytes, writeText } from './output.mjs';

const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 10;

/** @type {import('../tasks.mjs').Spec} */
const spec = JSON.parse(process.argv[2] ?? '');
const fd = openSync(process.argv[3] ?? '/dev/stdin', 'r');
const read = process.argv[4] === '--lazy' ? lazyReader() : simdjson.parse;
const passes = spec.kind === 'filter' ? compilePredicate(spec) : undefined;
const row = spec.kind === 'project' || spec.kind === 'csv' ? compileRow(spec) : undefined;
let count = 0;

writeText(header(spec));
let buffer = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES);
let kept = 0;
for (;;) {
  if (buffer.length - kept < BLOCK_BYTES) buffer = Buffer.concat([buffer.subarray(0, kept)], kept + 2 * BLOCK_BYTES);
  const size = readSync(fd, buffer, kept, BLOCK_BYTES, null);
  if (size === 0) break;
  const block = buffer.subarray(0, kept + size);
  let start = 0;
  for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
    handle(block, start, end);
    start = end + 1;
  }
  buffer.copyWithin(0, start, kept + size);
  kept = kept + size - start;
}
if (kept > 0) {
  buffer[kept] = NEWLINE;
  handle(buffer, 0, kept);
}
if (spec.kind === 'validate') writeText(`${count}\n`);
flush();

/** @param {Buffer} block @param {number} start @param {number} end end of the line, without its newline */
function handle(block, start, end) {
  const record = read(/** @type {import('./output.mjs').SliceBuffer} */ (block).utf8Slice(start, end));
  count++;
  if (row !== undefined) writeText(row(record));
  else if (passes?.(record)) writeBytes(block, start, end + 1);
}

/**
 * Reads only the wanted paths, into an object that looks like the record to `compile.mjs`.
 * @returns {(line: string) => unknown}
 */
function lazyReader() {
  const paths =
    spec.kind === 'validate'
      ? []
      : spec.kind === 'filter'
        ? [spec.path.steps]
        : spec.columns.map((one) => one.path.steps);
  if (paths.some((steps) => steps.some((step) => String(step).includes('.')))) {
    process.stderr.write('lazyParse cannot name a key that contains a dot\n');
    process.exit(3);
  }
  const keyPaths = paths.map((steps) =>
    steps
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .slice(1),
  );
  return (line) => {
    const tape = simdjson.lazyParse(line);
    const record = {};
    for (const [at, keyPath] of keyPaths.entries()) place(record, paths[at] ?? [], valueAt(tape, keyPath));
    return record;
  };
}

/**
 * The package throws for a path that is not there. @param {import('simdjson').JSONTape} tape @param {string} keyPath
 */
function valueAt(tape, keyPath) {
  try {
    return tape.valueForKeyPath(keyPath);
  } catch {
    return undefined;
  }
}

/** @param {any} record @param {import('../tasks.mjs').Steps} steps @param {unknown} value */
function place(record, steps, value) {
  let at = record;
  for (const step of steps.slice(0, -1)) {
    at[step] ??= {};
    at = at[step];
  }
  const last = steps.at(-1);
  if (last !== undefined) at[last] = value;
}
