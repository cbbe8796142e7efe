/** --limit: exactly so many records, and nothing behind them, whatever the batches are. */
import { describe, expect, test } from 'vitest';
import { runOver, type settingsWith } from './support.ts';

const lines = Array.from({ length: 400 }, (_, i) => (i % 10 === 9 ? `bad ${i}` : `{"n":${i},"even":${i % 2 === 0}}`));
const input = Buffer.from(`${lines.join('\n')}\n`);
const good = lines.filter((line) => line.startsWith('{'));

describe.each([64, 700, 256 * 1024])('batches of %i bytes', (batchBytes) => {
  test.each([1, 2, 7, 181, 359, 360])('%i records', async (limit) => {
    const { out, report, outcome, rejects } = await runOver([input], { limit, batchBytes, onError: 'skip' });
    const wanted = good.slice(0, limit);
    expect(out).toBe(wanted.map((line) => `${line}\n`).join(''));
    const last = lines.indexOf(wanted.at(-1)!);
    const bad = lines.slice(0, last).filter((line) => line.startsWith('bad')).length;
    expect(report).toMatchObject({ records: limit, matched: limit, rejected: bad });
    expect(rejects.map(({ line }) => line)).toEqual(
      lines.slice(0, last).flatMap((line, i) => (line.startsWith('bad') ? [i + 1] : [])),
    );
    expect(outcome).toMatchObject({ code: bad > 0 ? 1 : 0 });
  });

  test('of what a selector passes, as csv, and more than there are', async () => {
    const changes = { batchBytes, where: ['even == true'], to: 'csv', columns: [{ name: 'n', path: 'n' }] } as const;
    const { out } = await runOver([input], { ...changes, limit: 3 });
    expect(out).toBe('n\n0\n2\n4\n');
    const all = await runOver([input], { ...changes, limit: 1000 });
    expect(all.out.split('\n').length - 2).toBe(good.filter((line) => line.includes('true')).length);
    expect(all.report.records).toBe(good.length);
  });

  test('columns that are found', async () => {
    const { out } = await runOver([input], { batchBytes, to: 'tsv', limit: 2 });
    expect(out).toBe('n\teven\n0\ttrue\n1\tfalse\n');
  });

  test('a bad line too many before them ends the run, one behind them does not', async () => {
    const before = await runOver([input], { batchBytes, limit: 15, maxErrors: 0 });
    expect(before.out).toBe(
      good
        .slice(0, 9)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(before.outcome).toEqual({ kind: 'done', code: 1 });
    const behind = await runOver([input], { batchBytes, limit: 9, maxErrors: 0 });
    expect(behind.out).toBe(before.out);
    expect(behind.outcome).toEqual({ kind: 'done', code: 0 });
  });
});

describe.each([64, 700, 256 * 1024])('elements of arrays, batches of %i bytes', (batchBytes) => {
  const arrays = Array.from({ length: 60 }, (_, i) => {
    if (i % 7 === 6) return `bad ${i}`;
    return `{"n":${i},"a":${i % 5 === 4 ? i : JSON.stringify(Array.from({ length: i % 4 }, (__, j) => 10 * i + j))}}`;
  });
  const records = Buffer.from(`${arrays.join('\n')}\n`);
  const edits = { drop: [], set: [], rename: [], flatten: undefined, explode: 'a' };
  const exploded = async (changes: Parameters<typeof settingsWith>[0]) =>
    await runOver([records], { batchBytes, edits, onError: 'skip', ...changes });
  const asCsv = { to: 'csv', columns: ['n', 'a'].map((name) => ({ name, path: name })) } as const;

  test.each([{}, asCsv])('%o', async (form) => {
    const all = (await exploded(form)).out.split('\n').slice(0, -1);
    const heads = 'to' in form ? 1 : 0;
    expect(all.length - heads).toBe(73);
    for (const limit of [1, 2, 3, 5, 40, 72, 73, 74]) {
      const { out, outcome } = await exploded({ ...form, limit });
      expect(out.split('\n').slice(0, -1)).toEqual(all.slice(0, limit + heads));
      expect(outcome).toMatchObject({ kind: 'done' });
    }
  });

  test('what is read ends with the record of the last element', async () => {
    // {"n":0,"a":[]}, {"n":1,"a":[10]}, {"n":2,"a":[20,21]}
    const { out, report, rejects } = await exploded({ limit: 2 });
    expect(out).toBe('{"n":1,"a":10}\n{"n":2,"a":20}\n');
    expect([report.records, rejects]).toEqual([3, []]);
  });
});
