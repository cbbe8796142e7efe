/** What the edges of a node get, what is counted, what is said at the end, and what is refused. */
import { expect, test } from 'vitest';
import { UsageError } from '../../../src/config/errors.ts';
import { compileExpressions } from '../../../src/selector/index.ts';
import { edge, fieldsOf, lines, routed, stageOf } from './support.ts';

const four = ['a', 'b', 'a', 'c'].map((k, i) => `{"k":"${k}","n":${i + 1}}\n`);
const [a1, , a3, c4] = four as [string, string, string, string];
const text = four.join('');
const csv = { format: 'csv', fields: fieldsOf('n', 'key=k'), header: true } as const;

test('each edge gets its records, in its form, after its header', () => {
  const edges = [
    edge('k == "a"'),
    edge(undefined),
    edge('n > 1', { projection: csv }),
    edge('n > 2', { projection: { ...csv, format: 'tsv', header: false } }),
    edge('n > 3', { projection: { ...lines, fields: fieldsOf('k') } }),
    edge('n < 3', { projection: { ...lines, format: 'nothing' } }),
  ];
  const { texts, records, stats } = routed(edges, text);
  expect(texts).toEqual([a1 + a3, text, 'n,key\n2,b\n3,a\n4,c\n', '3\ta\n4\tc\n', '{"k":"c"}\n', '']);
  expect(records).toEqual([2, 4, 3, 2, 1, 2]);
  expect(stats).toMatchObject({ records: 4, matched: 4 });
});

test('edges with the same selector and form are one class; those with the same selector share its tests', () => {
  const edges = [
    edge('k == "a"'),
    edge('k == "a"', { projection: csv }),
    edge('k == "a"', { path: 'routes[2]' }),
    edge('k == "a"', { projection: { ...csv } }),
  ];
  const { stage, classOf } = stageOf(edges);
  expect(classOf).toEqual([0, 1, 0, 1]);
  expect(stage.settings.classes).toMatchObject([{ follows: undefined }, { follows: 0 }]);
  expect(routed(edges, text).texts).toEqual([a1 + a3, 'n,key\n1,a\n3,a\n', a1 + a3, 'n,key\n1,a\n3,a\n']);
});

test('a group gives a record to its first branch that takes it, to all edges of that branch', () => {
  const branch = (number: number, changes = {}) => ({ group: 7, branch: number, ...changes });
  const edges = [
    edge('n > 2', branch(0)),
    edge('n > 2', branch(0, { projection: csv })),
    edge('k == "a"', branch(1)),
    edge('k == "a"'),
  ];
  const { texts, stage } = routed(edges, text);
  expect(texts).toEqual([a3 + c4, 'n,key\n3,a\n4,c\n', a1, a1 + a3]);
  expect(stage.unrouted).toBe(1);
});

test("Tangent's lists and expressions hold together", () => {
  const lists = [{ any: [{ eq: ['k', 'a'] }], all: [], none: [] }, { all: [{ gt: ['n', 3] }] }];
  const { texts } = routed([edge('n > 1', { where: { texts: ['n > 1'], lists: lists as never } })], text);
  expect(texts).toEqual([a3 + c4]);
});

test('numbers are times in the unit of the selector, and only selectors of one unit are one', () => {
  const about = { texts: ['n >= @1970-01-01T00:00:02Z'], lists: undefined };
  const edges = ([undefined, 's', 'ms', 's'] as const).map((timeUnit) => edge('', { where: { ...about, timeUnit } }));
  const numbers = ['{"n":1}\n', '{"n":2}\n', '{"n":2000}\n'] as const;
  const { texts } = routed(edges, numbers.join(''));
  expect(texts).toEqual([numbers[1] + numbers[2], numbers[1] + numbers[2], numbers[2], numbers[1] + numbers[2]]);
  expect(stageOf(edges).classOf).toEqual([0, 1, 2, 1]);
});

test('what a gate does not accept is not matched, what no edge takes is unrouted', () => {
  const gate = compileExpressions(['n != 1']);
  const { texts, stats, stage } = routed([edge('k == "a"'), edge('k == "c"')], text, { gate });
  expect(texts).toEqual([a3, c4]);
  expect(stats).toMatchObject({ records: 4, matched: 2 });
  expect(stage.unrouted).toBe(1);
  expect(routed([edge('k == "a"')], text, { gate }).stage.unrouted).toBe(2);
  expect(routed([edge('k == "a"')], text).stage.unrouted).toBe(2);
});

test('paths that no record had are said with the route that names them', () => {
  const edges = [
    edge('K == "a"', { path: 'routes[0]' }),
    edge('k == "a"', { path: 'routes[1]', projection: { ...csv, fields: fieldsOf('m') } }),
    edge('k == "b" && n == "2"', { path: 'routes[2]' }),
  ];
  const { stage, stats } = routed(edges, text);
  expect(stage.report(stats).hints).toEqual([
    'routes[0]: path `K` was in 0 of 4 records; did you mean `k`?',
    'routes[1]: path `m` was in 0 of 4 records',
    'routes[2]: `n` was a number in 4 of 4 records, never text; write n == 2',
  ]);
});

test('what is wrong with many routes is said once, with the first of them', () => {
  const edges = Array.from({ length: 40 }, (_, i) => edge(`nn == ${i}`, { path: `routes[${i}]` }));
  const { stage, stats } = routed(edges, text);
  const named = 'routes[0], routes[1], routes[2] and 37 more';
  expect(stage.report(stats).hints).toEqual([`${named}: path \`nn\` was in 0 of 4 records`]);
  const others = Array.from({ length: 40 }, (_, i) => edge(`k == ${i}`, { path: `routes[${i}]` }));
  const more = routed(others, text);
  const hints = more.stage.report(more.stats).hints;
  expect(hints).toHaveLength(10);
  expect(hints[9]).toBe('routes[9]: `k` was text in 4 of 4 records, never a number; write k == "9"');
});

test('what several outputs cannot have is refused, by the name of the route', () => {
  const plain = edge(undefined);
  const thrown = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      if (error instanceof UsageError) return error.message;
    }
    return '';
  };
  const found = edge('k == "a"', { path: 'routes[1]', projection: { ...csv, fields: undefined } });
  expect(thrown(() => stageOf([plain, found]))).toBe(
    'routes[1]: the columns of csv are found in the data only where all records go one way',
  );
  const twice = edge('k == "a"', { path: 'routes[2]', projection: { ...csv, fields: fieldsOf('n', 'n') } });
  expect(thrown(() => stageOf([plain, twice]))).toBe('routes[2].fields: the name "n" is given twice');
  expect(thrown(() => stageOf([edge('k = 1', { path: 'routes[3]' })]))).toMatch(/^routes\[3\]\.where: `=` is not/);
  expect(thrown(() => stageOf([plain, edge('n == 1')], { onError: 'keep' }))).toBe(
    'on-error: keep leaves bad lines in the output, and routes[0] is one of 2 outputs of its node',
  );
  expect(stageOf([plain], { onError: 'keep' }).stage.records).toEqual([0]);
});
