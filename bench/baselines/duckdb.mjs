// @ts-check
/**
 * Baseline: DuckDB in this process through `@duckdb/node-api` (bench/package.json), one thread. DuckDB writes the
 * output file itself. `node duckdb.mjs SPEC_JSON FILE OUT`.
 */
import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { duckdbSql } from '../dialects.mjs';

const [, , specText = '', input = '', output = '/dev/stdout'] = process.argv;
/** @type {import('../tasks.mjs').Spec} */
const spec = JSON.parse(specText);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const result = await connection.runAndReadAll(duckdbSql(spec, input, output));
if (spec.kind === 'validate') writeFileSync(output, `${result.getRows()[0]?.[0]}\n`);
connection.closeSync();
