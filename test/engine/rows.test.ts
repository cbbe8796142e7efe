/** Records as rows: which ones, where their fields lie, and that steps of any size add up to the same block. */
import { expect, test } from 'vitest';
import * as L from '../../src/engine/layout.ts';
import { createMemory, type EngineOptions } from '../../src/engine/memory.ts';
import { buildPlan, type Plan } from '../../src/engine/plan.ts';
import { MAX_OUT_BYTES, RowEngine } from '../../src/engine/row-engine.ts';
import { compileExpressions, compileLists, parseTangentPath } from '../../src/selector/index.ts';

const options: EngineOptions = {
  ...{ blockBytes: 1 << 16, blockCount: 2, maxDepth: 64, maxRecordBytes: 1 << 16, keepRejects: false },
  strictKeys: false,
  rows: { forAll: false, tableBytes: 1 << 16, pinBytes: 1 << 16, longBlockBytes: 1 << 18 },
};

function engineFor(plan: Plan, forAll = false): RowEngine {
  const all = { ...options, rows: { ...options.rows!, forAll } };
  const { memory, map } = createMemory(plan, all);
  return new RowEngine(memory, map, all, plan);
}

function fill(engine: RowEngine, text: string, block = 0): { from: number; to: number } {
  const bytes = Buffer.from(text);
  const from = engine.inputStart(block);
  const to = from + bytes.length;
  engine.view(from, to).set(bytes);
  engine.setWord(block, L.B_FROM, from);
  engine.setWord(block, L.B_TO, to);
  return { from, to };
}

const textOf = (engine: RowEngine, from: number, to: number): string => Buffer.from(engine.view(from, to)).toString();

/** The rows of the last step: the record, whether it is selected, its line, and its fields as text. */
function rowsOf(engine: RowEngine, fieldCount: number) {
  return Array.from({ length: engine.rowCount }, (_, row) => ({
    record: textOf(engine, engine.rowWord(row, L.ROW_FROM), engine.rowWord(row, L.ROW_TO)),
    isSelected: (engine.rowWord(row, L.ROW_FLAGS) & L.ROW_SELECTED) !== 0,
    line: engine.rowWord(row, L.ROW_LINE),
    fields: Array.from({ length: fieldCount }, (_, i) => {
      const at = L.ROW_BYTES + i * L.FIELD_BYTES;
      const from = engine.rowWord(row, at + L.FIELD_FROM);
      const length = engine.rowWord(row, at + L.FIELD_BITS) >>> L.FIELD_LENGTH_SHIFT;
      return from === 0 ? undefined : textOf(engine, from, from + length);
    }),
  }));
}

const where = compileExpressions(['n > 0']);
const select = compileLists([{ all: [{ eq: ['kind', 'a'] }] }]);
const fields = ['kind', 'deep.x', 'deep', 'a.b', 'list[1]'].map(parseTangentPath);

const text = [
  '{"n":1,"kind":"a","deep":{"x":[1,2]},"list":[0,"one"]}',
  '{"n":0,"kind":"a"}',
  '{"n":2,"kind":"b"}',
  'no json',
  '',
  '{"n":3,"kind":"a","a.b":true,"a":{"b":false},"deep":{"x":1},"deep":{"y":2}}',
  '{"n":4,"kind":"a"}',
]
  .join('\n')
  .concat('\n');

const expected = [
  { line: 0, fields: ['"a"', '[1,2]', '{"x":[1,2]}', undefined, '"one"'] },
  { line: 5, fields: ['"a"', undefined, '{"y":2}', 'true', undefined] },
  { line: 6, fields: ['"a"', undefined, undefined, undefined, undefined] },
];

test.each([1, 2, 3, 100])('steps of at most %i rows give the same rows and counts', (most) => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields, select }));
  const { from, to } = fill(engine, text);
  const rows: ReturnType<typeof rowsOf> = [];
  let steps = 0;
  for (let at = from; at < to; steps++) {
    at = engine.collect(0, at, most);
    expect(engine.rowCount).toBeLessThanOrEqual(most);
    rows.push(...rowsOf(engine, fields.length));
  }
  expect(rows.map(({ line, fields }) => ({ line, fields }))).toEqual(expected);
  expect(rows.every(({ isSelected }) => isSelected)).toBe(true);
  expect(engine.counts(0)).toEqual({ lines: 7, records: 5, matched: 4, blank: 1, rejected: 1 });
  expect(engine.word(0, L.B_SELECTED)).toBe(3);
  expect(engine.reject(0, 0).line).toBe(3);
  expect(steps).toBe(most === 1 ? 3 : most === 2 ? 2 : 1);
});

test('records that are not selected get rows when they are to be passed on', () => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields: [], select }), true);
  const { from } = fill(engine, text);
  engine.collect(0, from, 100);
  expect(rowsOf(engine, 0).map(({ line, isSelected }) => [line, isSelected])).toEqual([
    [0, true],
    [2, false],
    [5, true],
    [6, true],
  ]);
});

test('a block ends at the line that is one bad line too many', () => {
  const engine = engineFor(buildPlan(compileExpressions([]), { to: 'rows', fields: [], select: undefined }));
  const { from, to } = fill(engine, '{"a":1}\nbad\n{"a":2}\nworse\n{"a":3}\n');
  engine.setWord(0, L.B_REJECT_LIMIT, 1);
  expect(engine.collect(0, from, 100)).toBe(to);
  expect(engine.counts(0)).toMatchObject({ lines: 4, records: 2, rejected: 2 });
});

test('another plan takes the place of the first between two steps', () => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields: [], select }));
  const { from } = fill(engine, text);
  const next = engine.collect(0, from, 1);
  expect(engine.usePlan(buildPlan(where, { to: 'rows', fields, select }))).toBe(true);
  engine.collect(0, next, 100);
  expect(rowsOf(engine, fields.length).map(({ fields }) => fields)).toEqual(
    expected.slice(1).map(({ fields }) => fields),
  );
  expect(engine.counts(0)).toMatchObject({ records: 5, matched: 4 });
  const many = Array.from({ length: 20_000 }, (_, i) => parseTangentPath(`key${i}`));
  expect(engine.usePlan(buildPlan(where, { to: 'rows', fields: many, select }))).toBe(false);
});

test('output grows and is kept', () => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields: [], select }));
  const piece = Buffer.from('0123456789abcdef'.repeat(4096));
  for (let i = 0; i < 20; i++) engine.appendOut(1, piece);
  const from = engine.word(1, L.B_OUT);
  const bytes = engine.word(1, L.B_OUT_BYTES);
  expect(bytes).toBe(20 * piece.length);
  expect(Buffer.from(engine.view(from, from + bytes)).equals(Buffer.concat(Array(20).fill(piece)))).toBe(true);
});

test('output has a limit, which is told with the option that helps', () => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields: [], select }));
  engine.setWord(1, L.B_OUT_BYTES, MAX_OUT_BYTES - 9);
  expect(() => engine.appendOut(1, Buffer.from('0123456789'))).toThrow(
    new RangeError('the output of one batch is more than 1 GiB; --batch-records N makes smaller batches'),
  );
});

test('the last block takes a record that no other can hold', () => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields: [parseTangentPath('s')], select: undefined }));
  const long = `{"n":1,"s":"${'x'.repeat(100_000)}"}`;
  expect(engine.blockBytes(1)).toBe(1 << 16);
  expect(engine.blockBytes(2)).toBe(1 << 18);
  const big = { ...options, maxRecordBytes: 1 << 18 };
  const plan = buildPlan(where, { to: 'rows', fields: [parseTangentPath('s')], select: undefined });
  const { memory, map } = createMemory(plan, big);
  const other = new RowEngine(memory, map, big, plan);
  const { from } = fill(other, `${long}\n`, 2);
  other.collect(2, from, 10);
  expect(rowsOf(other, 1)[0]).toMatchObject({ record: long, fields: [`"${'x'.repeat(100_000)}"`] });
});

test('lines are counted at every length and offset', () => {
  const engine = engineFor(buildPlan(where, { to: 'rows', fields: [], select }));
  const lines = 'a\n\nbc\ndefghijklmnopqrstuvw\n\n\nx\n'.repeat(3);
  const { from } = fill(engine, lines);
  for (let start = 0; start < 40; start++) {
    for (let end = start; end <= lines.length; end++) {
      const count = engine.exports.countLines(from + start, from + end);
      if (count !== lines.slice(start, end).split('\n').length - 1) expect([start, end, count]).toBe('the right count');
    }
  }
});
