// @ts-check
/**
 * Baseline: the `ndjson` package. It gives objects and not lines, so a matching record is printed again with
 * JSON.stringify (its escapes and number spellings may change). `node ndjson.mjs SPEC_JSON FILE`, output on stdout.
 */
import { createReadStream } from 'node:fs';
import ndjson from 'ndjson';
import { compilePredicate, compileRow, header } from './compile.mjs';
import { flush, writeText } from './output.mjs';

/** @type {import('../tasks.mjs').Spec} */
const spec = JSON.parse(process.argv[2] ?? '');
const passes = spec.kind === 'filter' ? compilePredicate(spec) : undefined;
const row = spec.kind === 'project' || spec.kind === 'csv' ? compileRow(spec) : undefined;
let count = 0;

writeText(header(spec));
createReadStream(process.argv[3] ?? '/dev/stdin', { highWaterMark: 256 * 1024 })
  .pipe(ndjson.parse())
  .on('data', (/** @type {unknown} */ record) => {
    count++;
    if (row !== undefined) writeText(row(record));
    else if (passes?.(record)) writeText(`${JSON.stringify(record)}\n`);
  })
  .on('end', () => {
    if (spec.kind === 'validate') writeText(`${count}\n`);
    flush();
  });
