// @ts-check
/**
 * Does DuckDB say the same? A store with generated points, some of them written twice, is exported; the export is read
 * by DuckDB; the same questions go to both: `node bench/store-duckdb.mjs [--series N] [--points N]`. It needs DuckDB
 * (`npm i --prefix bench`). Numbers agree when they are equal to a relative 1e-12 (1e-9 for what has squares in it).
 * Exit code 1 when one does not.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleStore, fill, loadStore, openForWriting } from './store-build.mjs';
import { root } from './tools.mjs';

const { values: options } = parseArgs({
  options: { series: { type: 'string', default: '200' }, points: { type: 'string', default: '400000' } },
});
const EVERY_US = 3_600_000_000;

/** Each operation, as an aggregate over the columns t (microseconds), v, and per series. */
const pooled = {
  AVG: 'avg(v)',
  SUM: 'fsum(v)',
  MIN: 'min(v)',
  MAX: 'max(v)',
  COUNT: 'count(v)',
  STDDEV: 'stddev_samp(v)',
  RANGE: 'max(v) - min(v)',
  FIRST: 'arg_min(v, t * 1000 + n)',
  LAST: 'arg_max(v, t * 1000 + n)',
  P0: 'quantile_cont(v, 0)',
  P50: 'quantile_cont(v, 0.5)',
  P90: 'quantile_cont(v, 0.9)',
  'P99.9': 'quantile_cont(v, 0.999)',
};
/** Summed over series; `i` is the step up from the point before. */
const bySeries = {
  DELTA: 'arg_max(v, t) - arg_min(v, t)',
  RATE: '(coalesce(sum(i), 0)) / ((max(t) - min(t)) / 1e6)',
};

// On a disk: a store in memory would sync for nothing.
const folder = mkdtempSync(join(tmpdir(), 'slung-bench-store-'));
try {
  process.exitCode = await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {Promise<number>} exit code */
async function main() {
  /** @type {typeof import('@duckdb/node-api')} */
  let duckdb;
  try {
    duckdb = await import('@duckdb/node-api');
  } catch {
    console.error('DuckDB is not installed: npm i --prefix bench');
    return 2;
  }
  const directory = join(folder, 'store');
  const module = await loadStore(bundleStore(folder));
  const store = openForWriting(module, directory, 'none', { flushPoints: 150_000 });
  const [series, points] = [Number(options.series), Number(options.points)];
  fill(store, series, points, 1000);
  // Once more, the beginning: in other segments, with the same times and values.
  fill(store, series, points / 4, 1000);
  store.close();
  const exported = join(folder, 'export.ndjson');
  const slung = `${root}bin/slung.js`;
  execFileSync(process.execPath, [slung, 'store', 'export', '--store', directory], {
    stdio: ['ignore', openSync(exported, 'w'), 'inherit'],
  });
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`create table p as
    select *, cast(substr(list_filter(tags, x -> x like 'host=%')[1], 6) as varchar) as host,
      dense_rank() over (order by series, tags) as n
    from (select "timestamp" as t, series, tags, "value" as v from read_json('${exported}', format = 'newline_delimited',
      columns = { "timestamp": 'bigint', series: 'varchar', tags: 'varchar[]', "value": 'double' }))`);
  /** @param {string} sql @returns {Promise<(number | null)[]>} the last column of each row */
  const rowsOf = async (sql) => {
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map((row) => (row.at(-1) === null ? null : Number(row.at(-1))));
  };
  const snapshot = module.openSnapshot(module.NodeFiles.open(directory, { create: false }));
  let [asked, numbers, different] = [0, 0, 0];
  for (const question of questions(points)) {
    const expected = await rowsOf(question.sql);
    const rows = [...module.runQuery(snapshot, module.parseQuery(question.text), 0n).rows];
    const actual = rows.map(({ value }) => value ?? null);
    const wrong = differenceOf(actual, expected, question.tolerance);
    asked++;
    numbers += expected.length;
    if (wrong === undefined) continue;
    different++;
    console.log(`${question.text}: ${wrong}\n  ${question.sql}`);
  }
  const counted = await rowsOf('select count(*) from p');
  console.log(`${asked} questions over ${counted[0]} points, ${numbers} numbers: ${different} questions differ`);
  return different === 0 ? 0 : 1;
}

/** @param {number} points @returns {Generator<{ text: string, sql: string, tolerance: number }>} */
function* questions(points) {
  const from = 1_767_600_000_000_000 + points * 7_000;
  const ranges = [
    { text: '', sql: 'true' },
    { text: `:[${from},${from + 4_000_000_000}]`, sql: `t between ${from} and ${from + 4_000_000_000}` },
  ];
  const tags = [
    { text: '[]', sql: 'true' },
    { text: '[unit=3 OR unit=8]', sql: "(list_contains(tags, 'unit=3') or list_contains(tags, 'unit=8'))" },
    { text: '[host~/^web-1/ AND NOT unit=2]', sql: "(host like 'web-1%' and not list_contains(tags, 'unit=2'))" },
  ];
  const groupings = [
    { text: '', keys: [] },
    { text: ' BY host', keys: ['host'] },
    { text: ' EVERY 1h', keys: [`t // ${EVERY_US}`] },
    { text: ' BY host EVERY 1h', keys: ['host', `t // ${EVERY_US}`] },
  ];
  for (const range of ranges) {
    for (const tag of tags) {
      for (const { text, keys } of groupings) {
        const where = `where series like 'cpu%' and ${range.sql} and ${tag.sql}`;
        const group = keys.length === 0 ? '' : `group by ${keys.map((_, i) => `k${i}`).join(', ')}`;
        const order = keys.length === 0 ? '' : `order by ${keys.map((_, i) => `k${i}`).join(', ')}`;
        const named = keys.map((key, i) => `${key} as k${i}, `).join('');
        const selected = keys.map((_, i) => `k${i}, `).join('');
        for (const [operation, aggregate] of Object.entries(pooled)) {
          const sql = `select ${selected}${aggregate} from (select ${named}t, v, n from p ${where}) ${group} ${order}`;
          yield {
            text: `${operation}:cpu*:${tag.text}${range.text}${text}`,
            sql,
            tolerance: operation === 'STDDEV' ? 1e-9 : 1e-12,
          };
        }
        const over = `over (partition by ${[...keys, 'n'].join(', ')} order by t)`;
        const step = `case when v >= lag(v) ${over} then v - lag(v) ${over} else v end`;
        const first = `lag(v) ${over} is null`;
        const steps = `select ${named}t, v, n, case when ${first} then 0 else ${step} end as i from p ${where}`;
        for (const [operation, aggregate] of Object.entries(bySeries)) {
          const inner = `select ${selected}n, case when count(*) > 1 then ${aggregate} else null end as r from (${steps}) group by ${selected}n`;
          const sql = `select ${selected}sum(r) from (${inner}) ${group} ${order}`;
          yield { text: `${operation}:cpu*:${tag.text}${range.text}${text}`, sql, tolerance: 1e-9 };
        }
      }
    }
  }
}

/**
 * @param {readonly (number | null)[]} actual @param {readonly (number | null)[]} expected @param {number} tolerance
 * @returns {string | undefined} the first difference
 */
function differenceOf(actual, expected, tolerance) {
  if (actual.length !== expected.length) return `${actual.length} rows, DuckDB has ${expected.length}`;
  const at = actual.findIndex((value, i) => {
    const other = expected[i] ?? null;
    if (value === null || other === null) return value !== other;
    return Math.abs(value - other) > tolerance * Math.max(1, Math.abs(other));
  });
  return at < 0 ? undefined : `row ${at}: ${actual[at]}, DuckDB says ${expected[at]}`;
}
