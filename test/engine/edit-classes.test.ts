/** Edits of some classes and not of others: each output has the records in its own form. */
import { expect, test } from 'vitest';
import { buildClassPlan } from '../../src/engine/plan.ts';
import type { Edits, OutputClass } from '../../src/engine/program.ts';
import { compileExpressions, parseEdits, parseField } from '../../src/selector/index.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const none = { drop: [], set: [], rename: [], flatten: undefined, explode: undefined };
const edits = (texts: Partial<Parameters<typeof parseEdits>[0]>): Edits => parseEdits({ ...none, ...texts });

const columns = (...texts: readonly string[]) => texts.map((text) => ({ name: text, path: parseField(text) }));

const classes: readonly OutputClass[] = [
  { program: everything, projection: { to: 'lines' } },
  { program: everything, projection: { to: 'lines', edits: edits({ drop: ['secret'] }) }, follows: 0 },
  {
    program: compileExpressions(['n > 1']),
    projection: { to: 'csv', columns: columns('n', 'o.m', 'json(j).k'), edits: edits({ set: ['o.m=n'] }) },
  },
  { program: compileExpressions(['has(l)']), projection: { to: 'lines', edits: edits({ explode: 'l' }) } },
  { program: everything, projection: { to: 'ndjson', columns: columns('json(j).k', 'n') }, follows: 0 },
];

const lines = [
  '{"n":1,"secret":"x","j":"{\\"k\\":[1,\\n2]}"}',
  '{"secret":1,"n":2,"o":{},"j":"{\\"k\\":\\"v\\"}"}',
  '{"n":3.0,"l":[1,[2]],"j":"no"}',
];

test('each class has its own edits', () => {
  const plan = buildClassPlan(classes);
  const { engine, counts } = processBytes(createEngine(plan), Buffer.from(lines.map((line) => `${line}\n`).join('')));
  expect(counts).toMatchObject({ records: 3, matched: 3, rejected: 0 });
  const out = (output: number): string =>
    Array.from({ length: engine.segmentCount(0, output) }, (_, i) =>
      Buffer.from(engine.segment(0, i, output)).toString(),
    ).join('');
  expect(classes.map((_, output) => out(output))).toEqual([
    `${lines.join('\n')}\n`,
    '{"n":1,"j":"{\\"k\\":[1,\\n2]}"}\n{"n":2,"o":{},"j":"{\\"k\\":\\"v\\"}"}\n{"n":3.0,"l":[1,[2]],"j":"no"}\n',
    '2,2,v\n3.0,3.0,\n',
    '{"n":3.0,"l":1,"j":"no"}\n{"n":3.0,"l":[2],"j":"no"}\n',
    '{"json(j).k":[1, 2],"n":1}\n{"json(j).k":"v","n":2}\n{"n":3.0}\n',
  ]);
});

test('a record that becomes longer than a record may be is a bad line', () => {
  const plan = buildClassPlan([
    { program: everything, projection: { to: 'lines', edits: edits({ set: ['b=a', 'c=a', 'd=a'] }) } },
  ]);
  const engine = createEngine(plan, { maxRecordBytes: 100 });
  const long = `{"a":"${'x'.repeat(60)}"}`;
  const { out, rejects, counts } = processBytes(engine, Buffer.from(`{"a":1}\n${long}\n{"a":2}\n`));
  expect(out.toString()).toBe('{"a":1,"b":1,"c":1,"d":1}\n{"a":2,"b":2,"c":2,"d":2}\n');
  expect(counts).toMatchObject({ records: 2, matched: 2, rejected: 1 });
  expect(rejects[0]!.text.toString()).toBe(long);
});
