/**
 * Lanes: plugins that do not start, paths that are learned, handles, records longer than a block, --where in front.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostilePlugin } from '../../support/hostile.ts';
import { compilePlugin } from '../../support/plugins.ts';
import { expectedOf, textOf } from './model.ts';
import { plugin, removeBundle, runChain } from './support.ts';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/plugins/${path}`, import.meta.url)));

let unruly: Uint8Array;
beforeAll(async () => {
  unruly = await compilePlugin('test/plugin/lane/asm/unruly.ts');
});
afterAll(removeBundle);

const copy = plugin(fixture('wasi/copy.wasm'), 'copy');
const x = { do: 'x' };

describe('a plugin that does not start', () => {
  test.each(['start-loop', 'metadata-loop', 'probe-loop'])('%s', async (mode) => {
    const hostile = plugin(await hostilePlugin('tangent', mode), 'evil');
    await expect(runChain([hostile], textOf([x]), { timeLimitMs: 100 })).rejects.toMatchObject({
      name: 'PluginFileError',
      message: 'plugin evil cannot be used: it did not return within 100 ms (--time-limit)',
    });
  });

  test.each(['start-trap', 'probe-trap'])('%s, with three lanes', async (mode) => {
    const hostile = plugin(await hostilePlugin('tangent', mode), 'evil');
    await expect(runChain([hostile], textOf([x]), { lanes: 3, onPluginError: 'skip' })).rejects.toMatchObject({
      name: 'PluginFileError',
      message: expect.stringMatching(/^plugin evil cannot be used: it reached `unreachable`/),
    });
  });

  test('the second of a chain', async () => {
    const hostile = plugin(await hostilePlugin('tangent', 'metadata-loop'), 'evil');
    const run = runChain([plugin(unruly), hostile], textOf([x]), { timeLimitMs: 100 });
    await expect(run).rejects.toMatchObject({
      name: 'PluginFileError',
      message: expect.stringContaining('plugin evil cannot be used'),
    });
  });

  test('what is no plugin', async () => {
    await expect(runChain([plugin(Buffer.from('a poem'), 'poem')], '')).rejects.toMatchObject({
      name: 'PluginFileError',
    });
    await expect(runChain([{ ...copy, abi: 'tangent-core' }], '')).rejects.toMatchObject({ name: 'PluginFileError' });
    await expect(runChain([{ ...plugin(unruly), abi: 'wasi' }], '')).rejects.toMatchObject({ name: 'PluginFileError' });
  });
});

describe('paths that a plugin asks for', () => {
  /** Record `n` has the fields p0 … p(count-1) with values that only it has. */
  const record = (n: number, fields: number): string => {
    const values = Array.from({ length: fields }, (_, i) => [`p${i}`, n * 1000 + i]);
    return `${JSON.stringify({ n, do: 'paths', count: fields, ...Object.fromEntries(values) })}\n`;
  };
  const sumOf = (n: number, fields: number): string =>
    `{"n":${n},"sum":${n * 1000 * fields + (fields * (fields - 1)) / 2}}\n`;

  test.each([1, 10, 126, 127, 128, 129, 300])('%d of them, over several batches', async (fields) => {
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    const { out } = await runChain([plugin(unruly)], numbers.map((n) => record(n, fields)).join(''), {
      batchRecords: 7,
    });
    expect(out).toBe(numbers.map((n) => sumOf(n, fields)).join(''));
  });

  test('stay right when the instance or the thread is replaced, and new ones come', async () => {
    const fail = (n: number, what: string): string => `{"n":${n},"do":"${what}"}\n`;
    const text = [0, 1, 2].map((n) => record(n, 5)).join('') + fail(3, 'trap') + record(4, 5) + record(5, 40);
    const rest = fail(6, 'loop') + record(7, 40) + record(8, 200) + record(9, 3);
    const changes = { onPluginError: 'skip', batchRecords: 2, timeLimitMs: 300 } as const;
    const { out, rejects } = await runChain([plugin(unruly)], text + rest, changes);
    const expected = [
      [0, 5],
      [1, 5],
      [2, 5],
      [4, 5],
      [5, 40],
      [7, 40],
      [8, 200],
      [9, 3],
    ] as const;
    expect(out).toBe(expected.map(([n, fields]) => sumOf(n, fields)).join(''));
    expect(rejects.map(({ line }) => line)).toEqual([4, 7]);
  });
});

describe('a handle that was kept', () => {
  test('is good in later calls of the same instance', async () => {
    const text = textOf([{ do: 'keep' }, x, { do: 'use' }]);
    const { out } = await runChain([plugin(unruly)], text, { batchRecords: 1 });
    // The SDK drops a record's handle when it has been mapped, so what was kept is refused like any other.
    expect(out).toBe(textOf([{ do: 'keep' }, x]));
  });

  test.each([
    ['trap', 10_000],
    ['loop', 300],
  ])('shows the next instance nothing (after %s)', async (what, timeLimitMs) => {
    const lines = [{ do: 'keep' }, x, { do: what }, { do: 'use' }, x];
    const changes = { onPluginError: 'skip', timeLimitMs } as const;
    for (const batchRecords of [undefined, 1]) {
      const result = await runChain([plugin(unruly)], textOf(lines), { ...changes, batchRecords });
      const expected = expectedOf(textOf(lines), 'given', changes);
      expect(result.out).toBe(expected.out);
      expect(result.rejects.map(({ line }) => line)).toEqual([3, 4]);
      expect(result.said.join('\n')).toContain('given:4: plugin p: ');
    }
  });
});

describe('records longer than a block', () => {
  const long = (n: number, what: string): string => `{"n":${n},"do":"${what}","pad":"${'é'.repeat(1 << 20)}"}\n`;
  const short = (n: number, what = 'x'): string => `{"n":${n},"do":"${what}"}\n`;
  const latin = (text: string): string => Buffer.from(text).toString('latin1');

  test('pass, and may fail, in their turn', async () => {
    const text = short(0) + long(1, 'x') + short(2, 'trap') + long(3, 'trap') + short(4) + long(5, 'two') + short(6);
    const changes = { onPluginError: 'skip', batchBytes: 4096 } as const;
    const result = await runChain([plugin(unruly)], text, changes);
    expect(result.out === latin(short(0) + long(1, 'x') + short(4) + long(5, 'two').repeat(2) + short(6))).toBe(true);
    expect(result.rejects.map(({ line, name }) => [line, name])).toEqual([
      [3, 'plugin-failed'],
      [4, 'plugin-failed'],
    ]);
    expect(result.rejects[1]!.text.length).toBe(latin(long(3, 'trap')).length - 1);
    expect(result.report).toMatchObject({ records: 5, rejected: 2 });
  });

  test('one without an end costs its place only', async () => {
    const text = short(0) + long(1, 'loop') + short(2) + long(3, 'x');
    const changes = { onPluginError: 'skip', batchBytes: 4096, timeLimitMs: 300, lanes: 2 } as const;
    const result = await runChain([plugin(unruly)], text, changes);
    expect(result.out === latin(short(0) + short(2) + long(3, 'x'))).toBe(true);
    expect(result.rejects.map(({ line }) => line)).toEqual([2]);
  });

  test('longer than a record may be: bad lines in every stage', async () => {
    const text = short(0) + long(1, 'x') + short(2);
    const changes = { maxRecordBytes: 100_000, batchBytes: 4096 } as const;
    const result = await runChain([plugin(unruly), plugin(unruly, 'q')], text, changes);
    expect(result.out).toBe(short(0) + short(2));
    expect(result.rejects.map(({ line, name, file }) => [file, line, name])).toEqual([['given', 2, 'too-long']]);
    expect(result.report).toMatchObject({ records: 2, rejected: 1 });
  });

  test.each(['copy', 'script'])('through %s', async (name) => {
    const text = short(0) + long(1, 'x') + short(2);
    const plugins = name === 'copy' ? [copy] : [plugin(unruly), copy];
    const { out } = await runChain(plugins, text, { batchBytes: 4096 });
    expect(out === latin(text)).toBe(true);
  });
});

describe('--where in front', () => {
  const lines = [x, { do: 'two' }, 'bad', x, { do: 'trap' }, { do: 'two' }] as const;

  test('what it keeps out is no record of the plugin', async () => {
    const changes = { where: ['do != "trap"', 'n > 0'], batchRecords: 2 } as const;
    const { out, report, rejects, outcome } = await runChain([plugin(unruly)], textOf(lines), changes);
    expect(out.match(/(?<="n":)\d/g)).toEqual(['1', '1', '3', '5', '5']);
    expect(report).toMatchObject({ records: 5, matched: 3, rejected: 1 });
    expect(report.plugins[0]).toMatchObject({ records: 3, matched: 3 });
    expect(rejects).toHaveLength(1);
    expect(outcome).toEqual({ kind: 'done', code: 1 });
  });

  test.each([64, 1000])('for a WASI filter, batches of %d bytes', async (batchBytes) => {
    const text = textOf([...lines, ...Array(50).fill(x)]);
    const { out, report } = await runChain([copy], text, { where: ['do == "x"'], batchBytes });
    expect(out).toBe(
      text
        .split('\n')
        .filter((line) => line.includes('"x"'))
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(report).toMatchObject({ records: 55, matched: 52, rejected: 1 });
  });
});

test('a thread that does not come to an end of loading is ended', async () => {
  // Started ahead, and never asks for its task.
  const takeThread = () => new Worker('setInterval(() => {}, 1000);', { eval: true });
  const run = runChain([plugin(unruly)], textOf([x]), { loadLimitMs: 50 }, { takeThread });
  await expect(run).rejects.toMatchObject({
    message: 'plugin p cannot be used: it was not loaded within 50 ms (--load-limit)',
  });
});
