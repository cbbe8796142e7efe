// @ts-check
/**
 * Baseline: a query by DuckDB in this process, one thread; its rows go to standard output as NDJSON. `node
 * duckdb-query.mjs SQL`.
 */
import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , sql = ''] = process.argv;
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const result = await connection.runAndReadAll(sql);
const lines = result.getRowObjectsJson().map((row) => `${JSON.stringify(row)}\n`);
writeFileSync(1, lines.join(''));
connection.closeSync();
