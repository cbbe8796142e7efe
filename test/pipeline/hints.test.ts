/** When a run says at its end what the literals met. */
import { expect, test } from 'vitest';
import { runOver } from './support.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = [bytes('{"status":"500"}\n{"status":"200"}\n')];

test('a literal whose type never fits, when nothing has matched', async () => {
  const { said } = await runOver(texts, { where: ['status == 500'] });
  expect(said).toEqual(['`status` was text in 2 of 2 records, never a number; write status == "500"']);
});

test('nothing when something has matched, or nothing was read', async () => {
  expect((await runOver(texts, { where: ['status == 500 || status == "200"'] })).said).toEqual([]);
  expect((await runOver([], { where: ['status == 500'] })).said).toEqual([]);
});

test('times of another form, also when something has matched', async () => {
  const { said, report } = await runOver([bytes('{"t":"2026-03-14T09:26:24.090Z"}\n')], {
    where: ['t < "2026-03-14T09:26:24Z"'],
  });
  expect(report.matched).toBe(1);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('write "2026-03-14T09:26:24.000Z"');
});
