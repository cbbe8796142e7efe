/** The README is the manual page: what it shows parses, and what can be written is in it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { historyOperations, liveOperations, parseQuery } from '../../src/query/index.ts';

const readme = readFileSync(new URL('../../src/query/README.md', import.meta.url), 'utf8');
const rows = readme.split('\n').filter((line) => line.startsWith('| '));

test('every query shown is one', () => {
  const queries = [...readme.matchAll(/```query\n(.*?)```/gs)].flatMap((match) => match[1]!.trim().split('\n'));
  expect(queries.length).toBeGreaterThan(10);
  for (const query of queries) expect(() => parseQuery(query)).not.toThrow();
});

test('every operation is in the grammar and has a row', () => {
  const grammar = /```ebnf\n(.*?)```/s.exec(readme)![1]!;
  for (const name of [...liveOperations, ...historyOperations]) {
    if (name === 'percentile') continue;
    expect(grammar).toContain(`"${name.toUpperCase()}"`);
    expect(rows.some((row) => row.split(' | ')[0]!.includes(`\`${name.toUpperCase()}\``))).toBe(true);
  }
});

test('every test of tags in the table is one, and every unit is a unit', () => {
  const from = rows.findIndex((row) => row.startsWith('| test '));
  const tests = rows.slice(from + 2, from + 9).map((row) => /`([^`]+)`/.exec(row)![1]!);
  expect(tests.at(-1)).toBe('host~//');
  for (const one of tests) expect(() => parseQuery(`AVG:s:[${one}]`)).not.toThrow();
  const units = rows.filter((row) => /^\| (?:\w+second|second|minute|hour|day|week) /.test(row));
  expect(units.length).toBe(7);
  for (const row of units) {
    const sizes = [...row.matchAll(/`(\S+)`/g)].map(([, unit]) => parseQuery(`AVG:s:[] EVERY 1${unit}`).everyUs);
    expect(new Set(sizes).size).toBe(1);
  }
});

test('no cell of a table holds a bar, and the manual page knows all that is used', () => {
  for (const row of rows) expect([3, 4]).toContain(row.split('|').length - 1);
  // groff -Tascii, with which the page is tested, has no other signs.
  expect(readme.slice(readme.indexOf('\n## '))).toMatch(/^[\x20-\x7e\n]+$/);
  expect(readme).not.toMatch(/^(?:[-*] |\d+\. |### )/m);
});

test('what the table of differences says is so', () => {
  const accepted = ['avg:s:[]', 'P99:s:[]', 'AVG:s:[a NOT b]', 'SUM:s:[url=http://x]', 'SUM:s:[(a OR b) AND c]'];
  const also = [
    'SUM:s:[a!=b]',
    'SUM:a*:[]',
    'SUM:"s":[]',
    'SUM:s:[a]:[1h]',
    'AVG:s:[]:[now-1h,now]',
    'AVG:s:[]:[1ms,now]',
  ];
  for (const query of [...accepted, ...also]) expect(() => parseQuery(query)).not.toThrow();
  const refused = ['?:s:[]', ':s:[]', 'AVERAGE:s:[]', 'COUNTER:s:[]', 'SUM:s:[a=1,b=2]', 'SUM:s:[a]:[1mo,now]'];
  for (const query of [...refused, 'SUM:s:[a]:[1.5h,now]']) expect(() => parseQuery(query)).toThrow();
});
