/** Lanes with the plugins of all kinds: starting, learning paths, long records, streams and their ends, chains of kinds. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Source, WOULD_BLOCK } from '../../src/io/index.ts';
import { hostilePlugin } from '../support/hostile.ts';
import { compilePlugin } from '../support/plugins.ts';
import { expectedOf, textOf } from './plugins-model.ts';
import { plugin, removeBundle, runChain } from './plugins-support.ts';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/plugins/${path}`, import.meta.url)));

let unruly: Uint8Array;
beforeAll(async () => {
  unruly = await compilePlugin('test/plugin/lane/asm/unruly.ts');
});
afterAll(removeBundle);

const copy = plugin(fixture('wasi/copy.wasm'), 'copy');
const count = plugin(fixture('wasi/count.wasm'), 'count');
const script = plugin(fixture('slung/script.wasm'), 'script');
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
    const changes = { onPluginError: 'skip', batchRecords: 2, timeLimitMs: 150 } as const;
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
    ['loop', 100],
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

describe('streams', () => {
  const events = (from: number, to: number): string =>
    Array.from(
      { length: to - from },
      (_, i) => `{"timestamp":${1_700_000_000 + from + i},"value":${from + i},"series":"s"}\n`,
    ).join('');

  test.each([1, 7, 1000])(
    'a filter sees every byte and says its last word at the end (batches of %d)',
    async (batchRecords) => {
      const text = textOf(Array(1000).fill(x));
      const copied = await runChain([copy], text, { batchRecords });
      expect(copied.out === text).toBe(true);
      const counted = await runChain([count], text, { batchRecords });
      expect(counted.out).toBe(`{"lines":1000,"bytes":${text.length},"longest":${`{"n":999,"do":"x"}\n`.length}}\n`);
      expect(counted.report.plugins[0]).toMatchObject({ records: 1000, matched: 1000, bytesOut: counted.out.length });
    },
  );

  test('empty input', async () => {
    expect((await runChain([count], '')).out).toBe('{"lines":0,"bytes":0,"longest":0}\n');
    expect((await runChain([plugin(unruly)], '')).out).toBe('');
    expect((await runChain([script], '', { args: ['live|AVG:s:[]', 'loop|1'] })).outcome).toEqual({
      kind: 'done',
      code: 0,
    });
  });

  test('a program that ends by itself before its input does: all that it has put out comes, however slow the reader is', async () => {
    const args = ['live|AVG:s:[]', ...Array(3).fill('poll|1'), 'emit|bye', 'return|0'];
    // Three records in three blocks: the program is done with the last one while the first is still being written.
    for (const isSlow of [false, true]) {
      const { out, outcome, ended, said } = await runChain(
        [script],
        events(0, 500),
        { args, batchRecords: 1 },
        { isSlow },
      );
      const lines = out.split('\n');
      expect({ said, lines: lines.length }).toEqual({ said: [], lines: 6 });
      expect(lines.slice(-2)).toEqual(['bye', '']);
      expect({ outcome, ended }).toEqual({ outcome: { kind: 'done', code: 0 }, ended: 'committed' });
    }
  });

  test.each([
    [3, 3],
    [255, 255],
    [256, 1],
    [-1, 255],
  ])('a program that returns %d: exit code %d', async (status, code) => {
    const { outcome, said } = await runChain([script], events(0, 3), { args: [`exit|${status >>> 0}`] });
    expect(outcome).toEqual({ kind: 'done', code });
    expect(said.join()).toContain(`error: plugin script: it ended with exit status ${status >>> 0}`);
  });

  test('a program that never polls, and one that polls nothing', async () => {
    const { out, outcome } = await runChain([script], events(0, 2000), { args: ['emit|hi'], batchRecords: 10 });
    expect({ out, outcome }).toEqual({ out: 'hi\n', outcome: { kind: 'done', code: 0 } });
  });

  test('a filter that fails ends the run, what it had put out is there', async () => {
    const word = plugin(fixture('wasi/word.wasm'), 'word');
    const { out, outcome, said, ended } = await runChain([word], textOf([x]), {});
    expect({ out, outcome, ended }).toEqual({ out: '', outcome: { kind: 'done', code: 1 }, ended: 'aborted' });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^error: given:?.*: plugin word: .*exit status 2/);
  });
});

describe('chains of kinds', () => {
  const text = textOf(Array.from({ length: 3000 }, (_, n) => (n % 10 === 0 ? { do: 'two' } : x)));

  test.each([{}, { batchBytes: 64 }, { batchBytes: 1000, lanes: 1 }])(
    'Tangent, WASI, select to csv, %j',
    async (batch) => {
      const fields = ['n', 'do'].map((name) => ({ name, path: name, isNamed: false }));
      const { out, outcome, report } = await runChain([plugin(unruly), copy], text, { ...batch, to: 'csv', fields });
      const rows = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { n: number; do: string });
      const csv = rows.flatMap(({ n, do: what }) => Array(what === 'two' ? 2 : 1).fill(`${n},${what}\r\n`)).join('');
      expect(out.replaceAll('\r\n', '\n')).toBe(`n,do\n${csv}`.replaceAll('\r\n', '\n'));
      expect(outcome).toEqual({ kind: 'done', code: 0 });
      expect(report.plugins.map(({ plugin: name, records }) => [name, records])).toEqual([
        ['p', 3000],
        ['copy', 3300],
      ]);
    },
  );

  test('a later plugin that has had enough ends the ones before it, also when the input is idle', async () => {
    const first = { timestamp: 1, value: 1, series: 's', n: 0, do: 'x' };
    let isRead = false;
    let isClosed = false;
    const source: Source = {
      ...{ name: 'idle', sizeBytes: undefined },
      readNow: (target) => {
        if (isRead) return WOULD_BLOCK;
        isRead = true;
        return Buffer.from(`${JSON.stringify(first)}\n`).copy(target);
      },
      wait: () => new Promise(() => {}),
      close: () => {
        isClosed = true;
      },
    };
    const args = ['live|AVG:s:[]', 'poll|1', 'return|0'];
    const { out, outcome } = await runChain([plugin(unruly), script], '', { args }, { source });
    expect(out).toMatch(/^1\n\{"timestamp":1000000,"value":1,.*\}\n$/);
    expect({ outcome, isClosed }).toEqual({ outcome: { kind: 'done', code: 0 }, isClosed: true });
  });

  test('a failure in the second stage ends the first; a slow reader holds up both', async () => {
    const lines = [...Array(2000).fill(x), { do: 'x', do2: 'trap' }, ...Array(2000).fill(x)];
    const chain = [plugin(unruly), plugin(unruly, 'q', { field: 'do2' })];
    const { out, outcome, said } = await runChain(chain, textOf(lines), { batchBytes: 1000 }, { isSlow: true });
    expect(textOf(lines).startsWith(out)).toBe(true);
    expect(out.length).toBeGreaterThan(0);
    expect(out).not.toContain('trap');
    expect(outcome).toEqual({ kind: 'done', code: 1 });
    expect(said[0]).toMatch(/^error: <p>:\d+-?\d*: plugin q: it reached `unreachable`/);
  });

  test('output that is no JSON is a bad line of the next one', async () => {
    const { rejects, outcome } = await runChain([script, plugin(unruly)], events1, {
      args: ['print|not json', 'emit|{}'],
    });
    expect(rejects.map(({ file, line, text: bad }) => [file, line, bad])).toEqual([['<script>', 1, 'not json']]);
    expect(outcome).toEqual({ kind: 'done', code: 1 });
  });
});

const events1 = '{"timestamp":1,"value":1,"series":"s"}\n';
