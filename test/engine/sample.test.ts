/** --sample: the same records whatever the batches are, about as many as were asked for, others with another seed. */
import { expect, test } from 'vitest';
import { runOver } from '../graph/support.ts';

const COUNT = 20_000;
const input = Buffer.from(Array.from({ length: COUNT }, () => '{"a":"the same"}\n').join(''));
const below = Math.round(0.1 * 2 ** 32);

async function sampleOf(seed: number, batchBytes = 256 * 1024, where: readonly string[] = []): Promise<number> {
  const { report } = await runOver([input], { sample: { below, seed }, batchBytes, where });
  expect(report.records).toBe(COUNT);
  return report.matched;
}

test('equal lines are in it or not, each by itself', async () => {
  const matched = await sampleOf(0);
  // Five standard deviations around the mean of a binomial distribution.
  expect(Math.abs(matched - COUNT / 10)).toBeLessThan(5 * Math.sqrt(COUNT * 0.1 * 0.9));
  expect(await sampleOf(0, 1000)).toBe(matched);
  const others = await Promise.all([1, 2, 3].map((seed) => sampleOf(seed)));
  expect(new Set([matched, ...others]).size).toBeGreaterThan(1);
  expect(await sampleOf(0, 1000, ['a == "x"'])).toBe(0);
});

test('the records of a sample are those of any other way of reading', async () => {
  const lines = Buffer.from(Array.from({ length: 2000 }, (_, i) => `{"n":${i}}\n`).join(''));
  const whole = await runOver([lines], { sample: { below, seed: 5 } });
  const parts = [lines.subarray(0, 777), 'dry' as const, lines.subarray(777)];
  const cut = await runOver(parts, { sample: { below, seed: 5 }, batchRecords: 3 });
  expect(cut.out).toBe(whole.out);
  expect(whole.out).not.toBe('');
});
