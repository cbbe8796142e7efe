// @ts-check
/**
 * Baseline: the usual stream pipeline, createReadStream → split2 → JSON.parse, with output collected as in the other
 * baselines. `node split2.mjs SPEC_JSON FILE`, output on stdout.
 */
import { createReadStream } from 'node:fs';
import split2 from 'split2';
import { compilePredicate, compileRow, header } from './compile.mjs';
import { flush, writeText } from './output.mjs';

/** @type {import('../tasks.mjs').Spec} */
const spec = JSON.parse(process.argv[2] ?? '');
const passes = spec.kind === 'filter' ? compilePredicate(spec) : undefined;
const row = spec.kind === 'project' || spec.kind === 'csv' ? compileRow(spec) : undefined;
let count = 0;

writeText(header(spec));
createReadStream(process.argv[3] ?? '/dev/stdin', { highWaterMark: 256 * 1024 })
  .pipe(split2())
  .on('data', (/** @type {string} */ line) => {
    const record = JSON.parse(line);
    count++;
    if (row !== undefined) writeText(row(record));
    else if (passes?.(record)) writeText(`${line}\n`);
  })
  .on('end', () => {
    if (spec.kind === 'validate') writeText(`${count}\n`);
    flush();
  });
