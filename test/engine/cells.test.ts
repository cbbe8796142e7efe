/** Cells in every form, against a reference that goes value by value. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CellForm } from '../../src/engine/program.ts';
import { runOver } from '../graph/support.ts';

const forms = fc.record<CellForm>({
  delimiter: fc.constantFrom(',', ';', '\t'),
  quotesAll: fc.boolean(),
  isSafe: fc.boolean(),
  crlf: fc.boolean(),
  isRaw: fc.constant(false),
  nullText: fc.constantFrom('', 'NULL', '\\N'),
});
const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', 'x', 'é', '\\'),
    maxLength: 24,
  }),
);
const scalars = fc.oneof(texts, fc.constantFrom(null, true, -1.5, 0, [1, { a: 'b,c' }], {}));
const records = fc.array(fc.record({ a: scalars, b: scalars }, { requiredKeys: [] }), { maxLength: 5 });

function cellOf(value: unknown, { delimiter, quotesAll, isSafe, nullText }: CellForm): string {
  if (value === null || value === undefined) return nullText;
  const isText = typeof value === 'string';
  const plain = isText ? value : JSON.stringify(value);
  const text = isText && isSafe && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  const isPlain = typeof value !== 'object' && !isText;
  const needs = quotesAll || (!isPlain && (/["\r\n]/.test(plain) || plain.includes(delimiter)));
  return needs ? `"${text.replaceAll('"', '""')}"` : text;
}

test('csv', async () => {
  await fc.assert(
    fc.asyncProperty(records, forms, async (some, form) => {
      const fields = ['a', 'b'].map((name) => ({ name, path: name }));
      const input = Buffer.from(some.map((record) => `${JSON.stringify(record)}\n`).join(''));
      const { out } = await runOver([input], { to: 'csv', fields, header: false, cells: form });
      const end = form.crlf ? '\r\n' : '\n';
      const rows = some.map(({ a, b }) => cellOf(a, form) + form.delimiter + cellOf(b, form) + end);
      expect(Buffer.from(out, 'latin1').toString()).toBe(rows.join(''));
    }),
    { numRuns: 150 },
  );
});

test('raw text', async () => {
  const cells = { delimiter: ',', quotesAll: false, isSafe: false, crlf: false, isRaw: true, nullText: '' };
  await fc.assert(
    fc.asyncProperty(records, async (some) => {
      const input = Buffer.from(some.map((record) => `${JSON.stringify(record)}\n`).join(''));
      const fields = [{ name: 'a', path: 'a' }];
      const { out } = await runOver([input], { to: 'tsv', fields, header: false, cells });
      const rows = some.map(({ a }) =>
        a === null || a === undefined ? '' : typeof a === 'string' ? a : JSON.stringify(a),
      );
      expect(Buffer.from(out, 'latin1').toString()).toBe(rows.map((row) => `${row}\n`).join(''));
    }),
    { numRuns: 100 },
  );
});

test('the header is written like the cells, behind a byte order mark', async () => {
  const cells = { delimiter: ';', quotesAll: true, isSafe: true, crlf: true, isRaw: false, nullText: '' };
  const fields = ['a;"b', '=c'].map((name) => ({ name, path: 'x' }));
  const { out } = await runOver([Buffer.from('{"x":1}\n')], { to: 'csv', fields, cells, bom: true });
  expect(Buffer.from(out, 'latin1').toString()).toBe('\ufeff"a;""b";"\'=c"\r\n"1";"1"\r\n');
});
