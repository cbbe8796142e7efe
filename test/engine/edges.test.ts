/**
 * Keys that are hard to tell apart, wanted and in records: found by value, and by few steps however many of them there
 * are. What is found is compared with JSON.parse; steps are counted in the plan itself.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as L from '../../src/engine/layout.ts';
import { buildPlan, type Plan } from '../../src/engine/plan.ts';
import type { Column, Path } from '../../src/engine/program.ts';
import { parsePath } from '../../src/selector/paths.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const pathOf = (...keys: string[]): Path => ({
  text: keys.join('.'),
  wholeKey: undefined,
  steps: keys.map((key) => ({ kind: 'key', key })),
});
const columnOf = (key: string): Column => ({ name: key, path: pathOf(key) });

function project(columns: readonly Column[], lines: readonly string[]): string[] {
  const engine = createEngine(buildPlan(everything, { to: 'ndjson', columns }));
  const { out, counts } = processBytes(engine, Buffer.from(lines.map((line) => `${line}\n`).join('')));
  expect(counts.rejected).toBe(0);
  return out.toString().split('\n').slice(0, -1);
}

/**
 * How many edges a search for a key may look at, at most, in a node's table and in those below it for keys that are
 * alike.
 */
function longestSearch({ bytes }: Plan, node: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const table = view.getUint32(node + L.N_TABLE, true);
  const entries = 2 ** (64 - view.getUint32(node + L.N_TABLE_SHIFT, true));
  const edges = Array.from({ length: entries }, (_, i) => view.getUint32(table + i * 4, true));
  expect(edges).toContain(0);
  let longest = 0;
  let run = 0;
  // Twice around, because a run may go on at the start.
  for (const edge of [...edges, ...edges]) {
    run = edge === 0 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  const below = edges.map((edge) => (edge === 0 ? 0 : view.getUint32(edge + L.E_ALIKE, true)));
  return longest + Math.max(0, ...below.filter((one) => one !== 0).map((one) => longestSearch({ bytes } as Plan, one)));
}

const rootOf = ({ bytes }: Plan): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(L.P_ROOT, true);

const MANY = 8000;
const numbered = (format: (text: string) => string): string[] =>
  Array.from({ length: MANY }, (_, i) => format(String(i).padStart(5, '0')));

describe('the cost of a key does not grow with the number of wanted keys that are like it', () => {
  const families: Record<string, string[]> = {
    'a long common prefix': numbered((n) => `a_long_common_prefix_${n}`),
    'a long common suffix': numbered((n) => `${n}_a_long_common_suffix`),
    'they differ in the middle': numbered((n) => `a_common_prefix_${n}_a_common_suffix`),
    'short ones': numbered((n) => `k${n}`),
    'many lengths': Array.from({ length: 1000 }, (_, i) => 'x'.repeat(i + 1)),
    'each differs one word later than the one before': Array.from({ length: 300 }, (_, i) =>
      `${'a'.repeat(i * 8)}b`.padEnd(2401, 'a'),
    ),
  };
  test.each(Object.entries(families))('%s', (name, keys) => {
    const columns = keys.map(columnOf);
    const plan = buildPlan(everything, { to: 'ndjson', columns });
    const words = Math.ceil(Math.max(...keys.map((key) => key.length)) / 8);
    expect(longestSearch(plan, rootOf(plan))).toBeLessThan(name.startsWith('each') ? 8 * words : 300);
    const line = `{${keys.map((key, i) => `"${key}":${i}`).join(',')}}`;
    expect(project(columns, [line])).toEqual([line]);
  });

  test('tables differ from plan to plan, and what is found does not', () => {
    const columns = families['short ones']!.map(columnOf);
    const plans = [0, 1].map(() => Buffer.from(buildPlan(everything, { to: 'ndjson', columns }).bytes));
    expect(plans[0]!.equals(plans[1]!)).toBe(false);
  });
});

describe('keys that are alike', () => {
  const part = fc.constantFrom('a', 'b', 'aaaaaaaa', 'aaaaaaab', 'baaaaaaa', 'aaaabaaa');
  const key = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
  /** The key as JSON, with some of its characters as escapes. */
  const spelled = fc.tuple(key, fc.array(fc.nat(40), { maxLength: 2 })).map(([text, escaped]) => ({
    text,
    json: `"${[...text].map((one, i) => (escaped.includes(i) ? `\\u00${one.charCodeAt(0).toString(16)}` : one)).join('')}"`,
  }));

  test('are found by value, with and without escapes; the last of equal ones wins', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { minLength: 1, maxLength: 30 }),
        fc.array(spelled, { maxLength: 30 }),
        (wanted, members) => {
          const line = `{${members.map(({ json }, i) => `${json}:${i}`).join(',')}}`;
          const values = new Map(members.map(({ text }, i) => [text, i]));
          const expected = wanted.flatMap((one) => (values.has(one) ? [`"${one}":${values.get(one)}`] : []));
          expect(project(wanted.map(columnOf), [line])).toEqual([`{${expected.join(',')}}`]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('halves of surrogate pairs are the same key, as they are the same text', () => {
  const columns = ['\ud800', 'a\udfff', '\ufffd'].map((key, i) => ({ ...columnOf(key), name: String(i) }));
  const lines = ['{"\\ud800":1,"a\\ud801":2}', '{"\\udc01":3,"\\ud801":4}', '{"\ufffd":5}'];
  expect(project(columns, lines)).toEqual(['{"0":1,"1":2,"2":1}', '{"0":4,"2":4}', '{"0":5,"2":5}']);
});

describe('a key that comes again', () => {
  test('has nothing of what was below it before, at any depth, and the next record is not affected', () => {
    const columns = ['a', 'a.b', 'a.b.c', 'a.b[1]', 'a.b[1].c', 'a.d', 'e'].map((text) => ({
      name: text,
      path: parsePath(text),
    }));
    const lines = [
      '{"a":{"b":{"c":1},"d":2},"a":{"d":3},"e":4}',
      '{"a":{"b":{"c":1}},"a":{"b":[0,{"c":5}]}}',
      '{"a":{"b":[0,{"c":5}],"b":[6]},"e":1}',
      '{"a":{"b":[0,{"c":5,"c":6}]},"\\u0061":7}',
      '{"a":{"b":{"c":1},"d":2}}',
    ];
    expect(project(columns, lines)).toEqual([
      '{"a":{"d":3},"a.d":3,"e":4}',
      '{"a":{"b":[0,{"c":5}]},"a.b":[0,{"c":5}],"a.b[1]":{"c":5},"a.b[1].c":5}',
      '{"a":{"b":[0,{"c":5}],"b":[6]},"a.b":[6],"e":1}',
      '{"a":7}',
      '{"a":{"b":{"c":1},"d":2},"a.b":{"c":1},"a.b.c":1,"a.d":2}',
    ]);
  });
});

test('every wanted element is found, wherever it is and however many there are', () => {
  const indexes = [0, 1, 5, 6, 7, 100, 2999];
  const columns = indexes.map((index) => ({ name: String(index), path: parsePath(`a[${index}]`) }));
  const lines = [3000, 101, 7, 0].map((length) => `{"a":[${Array.from({ length }, (_, i) => i).join(',')}]}`);
  const expected = [3000, 101, 7, 0].map(
    (length) =>
      `{${indexes
        .filter((index) => index < length)
        .map((index) => `"${index}":${index}`)
        .join(',')}}`,
  );
  expect(project(columns, lines)).toEqual(expected);
});
