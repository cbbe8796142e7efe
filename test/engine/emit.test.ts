/**
 * Delimited text and projections against a plain encoder over JSON.parse, at every length around the 16-byte vectors.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import type { Column } from '../../src/engine/program.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const names = ['a', 'b', 'c'];
const columns: Column[] = names.map((name) => ({
  name,
  path: { text: name, wholeKey: undefined, steps: [{ kind: 'key', key: name }] },
}));

/** A value as JSON text, and as the text that a field shows. */
interface Value {
  readonly json: string;
  readonly shown: string;
}

const character = fc.constantFrom('a', 'b', ',', '"', '\n', '\r', '\t', '\\', ' ', 'é', '\u{1f600}', '\u0001', '/');
const string = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.constant('x') }, character), { maxLength: 70 })
  .map((characters): Value => ({ json: JSON.stringify(characters.join('')), shown: characters.join('') }));
const scalar = fc
  .constantFrom('0', '-12.50', '1e400', '9007199254740993', 'true', 'false')
  .map((json): Value => ({ json, shown: json }));
const nested = fc
  .constantFrom('[1, 2 ]', '{ "x" : "a, \\" b" }', '[]', '{"y":[ "  ", "\\\\" ]}')
  .map((json): Value => ({ json, shown: compact(json) }));
const nothing = fc.constant<Value>({ json: 'null', shown: '' });
const value = fc.oneof({ weight: 5, arbitrary: string }, scalar, nested, nothing);
const record = fc.array(fc.option(value, { nil: undefined }), { minLength: 3, maxLength: 3 });

/** JSON text without white space between its tokens; numbers and escapes stay as they were written. */
function compact(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

const lineOf = (values: readonly (Value | undefined)[]): string =>
  `{${values.flatMap((one, i) => (one === undefined ? [] : [`"${names[i]}":${one.json}`])).join(',')}}\n`;

const asCsv = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const escapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
const asTsv = (text: string): string => text.replace(/[\t\n\r\\]/g, (found) => escapes[found]!);

describe('rows', () => {
  for (const [to, encode, separator] of [
    ['csv', asCsv, ','],
    ['tsv', asTsv, '\t'],
  ] as const) {
    test(`${to} is what a plain encoder makes of the record`, () => {
      const engine = createEngine(buildPlan(everything, { to, columns }));
      fc.assert(
        fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), (records) => {
          const { out, counts } = processBytes(engine, Buffer.from(records.map(lineOf).join('')));
          expect(counts.rejected).toBe(0);
          const rows = records.map((values) => values.map((one) => encode(one?.shown ?? '')).join(separator));
          expect(out.toString()).toBe(rows.map((row) => `${row}\n`).join(''));
        }),
        { numRuns: 600 },
      );
    });
  }

  test('a single empty column is not an empty line', () => {
    const engine = createEngine(buildPlan(everything, { to: 'csv', columns: columns.slice(0, 1) }));
    const { out } = processBytes(engine, Buffer.from('{"a":""}\n{"a":null}\n{}\n{"a":"x"}\n'));
    expect(out.toString()).toBe('""\n""\n""\nx\n');
  });
});

test('projected values are the bytes that they were', () => {
  const engine = createEngine(buildPlan(everything, { to: 'ndjson', columns }));
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), (records) => {
      const lines = records.map(lineOf).join('');
      expect(processBytes(engine, Buffer.from(lines)).out.toString()).toBe(lines);
    }),
    { numRuns: 300 },
  );
});

test('the output area grows as far as it has to, without a byte lost', () => {
  const quotes = Buffer.from(`{"a":"${'\\"'.repeat(40_000)}","b":"${'x,'.repeat(30_000)}"}\n`.repeat(4));
  const engine = createEngine(buildPlan(everything, { to: 'csv', columns: [...columns, ...columns, ...columns] }));
  const { out } = processBytes(engine, quotes);
  const row = [`"${'""'.repeat(40_000)}"`, `"${'x,'.repeat(30_000)}"`, ''];
  expect(out.toString()).toBe(`${[...row, ...row, ...row].join(',')}\n`.repeat(4));
});
