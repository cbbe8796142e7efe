/** Several output classes in one pass: what each gets, in which order, and what is counted; and what is refused. */
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import * as L from '../../src/engine/layout.ts';
import { buildClassPlan, type Routing } from '../../src/engine/plan.ts';
import type { OutputClass, Projection } from '../../src/engine/program.ts';
import { compileExpressions, parsePath } from '../../src/selector/index.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const lines: Projection = { to: 'lines' };
const columns = ['k', 'n'].map((name) => ({ name, path: parsePath(name) }));

const where = (text: string, projection: Projection = lines): OutputClass => ({
  program: compileExpressions([text]),
  projection,
});

/** How many records each class took. */
const taken = (engine: Engine): number[] =>
  Array.from({ length: Math.max(1, engine.map.classCount) }, (_, number) => engine.taken(0, number));

/** What each class gets of `input`. */
function routed(input: string, classes: readonly OutputClass[], routing: Routing = {}, options = {}) {
  const { counts, engine } = processBytes(createEngine(buildClassPlan(classes, routing), options), Buffer.from(input));
  const outs = classes.map((_, number) =>
    Array.from({ length: engine.segmentCount(0, number) }, (_, i) => Buffer.from(engine.segment(0, i, number))),
  );
  const texts = outs.map((segments) => Buffer.concat(segments).toString());
  return { texts, outs, counts, engine, classes: taken(engine), unrouted: engine.unrouted(0) };
}

const four = '{"k":"a","n":1}\n{"k":"b","n":2}\n{"k":"a","n":3}\n{"k":"c","n":4}\n';

test('a record goes to every class that it matches, in the form of each', () => {
  const classes = [
    where('k == "a"'),
    where('n >= 2', { to: 'csv', columns }),
    where('k != "z"', { to: 'ndjson', columns: columns.slice(1) }),
    where('n > 2', { to: 'nothing' }),
  ];
  const { texts, counts, classes: taken, unrouted } = routed(four, classes);
  expect(texts).toEqual([
    '{"k":"a","n":1}\n{"k":"a","n":3}\n',
    'b,2\na,3\nc,4\n',
    '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n',
    '',
  ]);
  expect(taken).toEqual([2, 3, 4, 2]);
  expect({ unrouted, ...counts }).toMatchObject({ unrouted: 0, records: 4, matched: 4 });
});

test('of a group the first takes it, in the order of the group', () => {
  const classes = [where('n < 4'), where('k == "a"'), where('n < 3')];
  expect(routed(four, classes, { groups: [[0, 1, 2]] }).classes).toEqual([3, 0, 0]);
  expect(routed(four, classes, { groups: [[2, 1, 0]] }).classes).toEqual([0, 1, 2]);
  expect(routed(four, classes, { groups: [[1, 0]] }).classes).toEqual([1, 2, 2]);
  expect(routed(four, classes, { groups: [[], [1, 0]] }).unrouted).toBe(1);
});

test('constant programs take all or nothing, and end a group or leave it', () => {
  const all = { program: everything, projection: lines };
  const none = { program: { ...everything, entry: L.REJECT_TARGET }, projection: lines };
  expect(routed(four, [none, where('k == "a"'), all], { groups: [[0, 1, 2]] }).classes).toEqual([0, 2, 2]);
  expect(routed(four, [all, none], { groups: [[0, 1]] }).classes).toEqual([4, 0]);
  expect(routed(four, [all, none]).classes).toEqual([4, 0]);
  expect(routed(four, [none, none])).toMatchObject({ unrouted: 4, counts: { records: 4, matched: 0 } });
});

test('what the gate does not let through is no record without a route', () => {
  const { classes, unrouted, counts } = routed(four, [where('n == 1'), where('n == 2')], {
    gate: compileExpressions(['n < 4']),
  });
  expect({ classes, unrouted, ...counts }).toMatchObject({ classes: [1, 1], unrouted: 1, records: 4, matched: 2 });
});

test('a gate and one class are a plan of one class that is counted like several', () => {
  const one = routed(four, [where('k == "a"')], { gate: compileExpressions(['n < 3']) });
  expect(one).toMatchObject({ texts: ['{"k":"a","n":1}\n'], classes: [1], unrouted: 1, counts: { matched: 1 } });
  const plain = routed(four, [where('k == "a"')]);
  expect(plain).toMatchObject({ classes: [2], unrouted: 0, counts: { records: 4, matched: 2 } });
});

test('runs of a class lie where they are, for all classes that want them', () => {
  const line = (k: string, i: number): string => `{"k":"${k}","n":${i},"x":"${'y'.repeat(1000)}"}\n`;
  const runs = [...'abacab'].map((k, run) => Array.from({ length: 40 }, (_, i) => line(k, run * 40 + i)).join(''));
  const input = runs.join('');
  const { texts, outs, engine } = routed(input, [where('k == "a"'), where('k in ["a","b"]'), where('k == "c"')]);
  const [a0, b1, a2, c3, a4, b5] = runs as [string, string, string, string, string, string];
  expect(outs.map((segments) => segments.map(String))).toEqual([[a0, a2, a4], [a0 + b1 + a2, a4 + b5], [c3]]);
  expect(texts[1]).toBe(input.replace(c3, ''));
  const placeOf = (number: number, i: number): number => engine.segment(0, i, number).byteOffset;
  expect(placeOf(0, 0)).toBe(engine.inputStart(0));
  expect(placeOf(1, 0)).toBe(placeOf(0, 0));
  expect(placeOf(0, 2)).toBe(placeOf(1, 1));
});

test('outputs that grow while others are written stay whole, in block after block', () => {
  const count = 6000;
  const input = Array.from({ length: count }, (_, i) => `{"k":"${'abc'[i % 3]}${'-'.repeat(60)}","n":${i}}\n`).join('');
  const classes = [...'abc'].map((k) =>
    where(`k ^= "${k}"`, { to: k === 'b' ? 'lines' : 'csv', columns } as Projection),
  );
  const engine = createEngine(buildClassPlan(classes, { groups: [[0, 1, 2]] }));
  for (let round = 0; round < 3; round++) {
    processBytes(engine, Buffer.from(input), round);
    classes.forEach((_, number) => {
      const parts = Array.from({ length: engine.segmentCount(0, number) }, (_, i) => engine.segment(0, i, number));
      const values = [
        ...Buffer.concat(parts)
          .toString()
          .matchAll(/(\d+)\}?\n/g),
      ].map(([, n]) => Number(n));
      expect(values).toEqual(Array.from({ length: count / 3 }, (_, i) => i * 3 + number));
    });
    expect([...taken(engine), engine.unrouted(0)]).toEqual([2000, 2000, 2000, 0]);
  }
});

test('a record that is no object is rejected when a class would have to write its columns', () => {
  const classes = [where('!has(k)', { to: 'csv', columns }), where('!has(n)')];
  const input = '1\n{"n":1}\n{"k":2}\n[]\n';
  const strict = routed(input, classes, {}, { objectsOnly: true });
  expect(strict).toMatchObject({ texts: [',1\n', '{"k":2}\n'], classes: [1, 1] });
  expect(strict.counts).toMatchObject({ records: 2, matched: 2, rejected: 2 });
  expect(routed(input, classes)).toMatchObject({ texts: [',\n,1\n,\n', '1\n{"k":2}\n[]\n'], counts: { rejected: 0 } });
  const [csv, rest] = classes as [OutputClass, OutputClass];
  const any = routed(input, [{ ...csv, takesAny: true }, rest], {}, { objectsOnly: true });
  expect(any).toMatchObject({ texts: [',\n,1\n,\n', '1\n{"k":2}\n[]\n'], counts: { rejected: 0 } });
  const first = routed(input, classes, { groups: [[1, 0]] }, { objectsOnly: true });
  expect(first).toMatchObject({ classes: [1, 3], counts: { rejected: 0 } });
});

test('a class that follows another one takes its records, in a form of its own, also in a group', () => {
  const csv = { to: 'csv', columns } as const;
  const first = where('k == "a"');
  const follower = (follows: number, projection: Projection): OutputClass => ({
    ...where('n == 9', projection),
    follows,
  });
  const classes = [first, follower(0, csv), where('n > 1'), follower(0, { to: 'nothing' }), follower(2, csv)];
  const rows = ['a,1\n', 'b,2\n', 'a,3\n', 'c,4\n'];
  const [a1, b2, a3, c4] = four.split('\n').map((line) => `${line}\n`);
  const alone = routed(four, classes);
  const texts = [`${a1}${a3}`, `${rows[0]}${rows[2]}`, `${b2}${a3}${c4}`, '', `${rows[1]}${rows[2]}${rows[3]}`];
  expect(alone).toMatchObject({ texts, classes: [2, 2, 3, 2, 3], unrouted: 0 });
  const grouped = routed(four, classes, { groups: [[0, 2]] });
  expect(grouped.texts).toEqual([texts[0], texts[1], `${b2}${c4}`, '', `${rows[1]}${rows[3]}`]);
  expect(grouped.classes).toEqual([2, 2, 2, 2, 2]);
});

test('classes by the value of one place: the first of a group that takes it, though another one has the value', () => {
  const texts = [
    'k == "a" && n == 1',
    'k == "b"',
    'k == "a" && n < 9',
    'k in ["a", "c"]',
    'has(k)',
    'k == 1',
    'k == 1.0',
  ];
  const classes = texts.map((text) => where(text));
  const line = (k: string, n: number): string => `{"k":${k},"n":${n}}\n`;
  const input = [1, 5, 9].flatMap((n) => ['"a"', '"b"', '"c"', '"d"', '1e0', 'null'].map((k) => line(k, n)));
  const takenBy = (number: number): string => input.filter((one) => classOf(JSON.parse(one)) === number).join('');
  const classOf = ({ k, n }: { k: unknown; n: number }): number => {
    if (k === 'a') return n === 1 ? 0 : n < 9 ? 2 : 3;
    return k === 'b' ? 1 : k === 'c' ? 3 : 4;
  };
  const first = routed(input.join(''), classes, { groups: [[0, 1, 2, 3, 4, 5, 6]] });
  expect(first.texts).toEqual(texts.map((_, number) => takenBy(number)));
  const each = routed(input.join(''), classes);
  const holds = (k: string, most = 9): string =>
    input.filter((one) => one.includes(`"k":${k},`) && JSON.parse(one).n < most).join('');
  expect(each.texts.slice(0, 3)).toEqual([line('"a"', 1), holds('"b"', 10), holds('"a"')]);
  expect(each.texts.slice(5)).toEqual([holds('1e0', 10), holds('1e0', 10)]);
});

test('1024 classes are the most', () => {
  const classes = Array.from({ length: 1024 }, (_, i) => where(`n == ${i}`));
  const input = [1023, 0, 1023, 7, 2000].map((n) => `{"n":${n}}\n`).join('');
  for (const groups of [[], [[...classes.keys()]]]) {
    const { classes: taken, unrouted, texts } = routed(input, classes, { groups });
    expect(taken).toEqual(classes.map((_, i) => (i === 1023 ? 2 : i === 0 || i === 7 ? 1 : 0)));
    expect(texts[1023]).toBe('{"n":1023}\n{"n":1023}\n');
    expect(unrouted).toBe(1);
  }
  expect(() => buildClassPlan([...classes, where('n == 1024')])).toThrow(
    new RangeError(
      '1025 routes with different conditions or forms leave one node, and 1024 is the most: give routes the same form, or spread them over several nodes',
    ),
  );
});

test('what several classes cannot have is refused', () => {
  const two = [where('n == 1'), where('n == 2')];
  const rows: OutputClass = { program: everything, projection: { to: 'rows', fields: [], select: undefined } };
  expect(() => buildClassPlan([])).toThrow('there are no output classes');
  expect(() => buildClassPlan(two, { groups: [[0, 2]] })).toThrow('a group names class 2 of 2');
  expect(() => buildClassPlan(two, { groups: [[0, 1], [1]] })).toThrow('class 1 is in two groups, or twice in one');
  const follower = { ...where('n == 3'), follows: 1 };
  expect(() => buildClassPlan([...two, follower], { groups: [[0, 2]] })).toThrow('class 2 follows another one and is');
  for (const follows of [2, 3, 4]) {
    expect(() => buildClassPlan([...two, { ...follower, follows }, follower])).toThrow(
      `class 2 follows class ${follows}, which is none that has tests of its own`,
    );
  }
  expect(() => buildClassPlan(two, { trackKeys: true })).toThrow('columns are found in the data by one output class');
  expect(() => buildClassPlan([...two, rows])).toThrow('rows for a plugin are made of one output class alone');
  expect(() => buildClassPlan([rows], { gate: everything })).toThrow('rows for a plugin have no gate');
  const plan = buildClassPlan(two);
  expect(() => createEngine(plan, { strictKeys: true })).toThrow(
    'strict columns need one output class, and there are 2',
  );
  expect(() => createEngine(plan, { keepRejects: true })).toThrow('keeping bad lines in the output needs one output');
  const engine = createEngine(plan);
  expect(() => engine.segmentCount(0, 2)).toThrow(new RangeError('a block has no output class 2'));
  expect(() => createEngine(buildClassPlan([rows])).segment(0, 0, 1)).toThrow('a block has no output class 1');
});
