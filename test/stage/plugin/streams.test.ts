/** Guests that read a stream, how they end, and chains of plugins of different kinds. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Source, WOULD_BLOCK } from '../../../src/io/index.ts';
import { compilePlugin } from '../../support/plugins.ts';
import { textOf } from './model.ts';
import { plugin, removeBundle, runChain } from './support.ts';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/plugins/${path}`, import.meta.url)));

let unruly: Uint8Array;
beforeAll(async () => {
  unruly = await compilePlugin('test/plugin/lane/asm/unruly.ts');
});
afterAll(removeBundle);

const copy = plugin(fixture('wasi/copy.wasm'), 'copy');
const count = plugin(fixture('wasi/count.wasm'), 'count');
const script = plugin(fixture('slung/script.wasm'), 'script');
const x = { do: 'x' };

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
        { args, batchRecords: 1, uncheckedOutput: true },
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

  test('lines of every length, in order with the standard output, and none with a newline inside', async () => {
    const args: string[] = [];
    const expected: string[] = [];
    for (let length = 0; length <= 70; length++) {
      const line = 'abcdefghij'.repeat(7).slice(0, length);
      args.push(`emit|${line}`, `emit|${line}\n`, `print|p${length}`);
      expected.push(line, line, `p${length}`);
      for (let at = 0; at < length - 1; at += 7) {
        args.push(`emit|${line.slice(0, at)}\n${line.slice(at)}`);
        expected.push('1');
      }
    }
    const { out, said } = await runChain([script], events(0, 10), { args, uncheckedOutput: true });
    expect(out.split('\n')).toEqual([...expected, '']);
    expect(said[0]).toMatch(/u_emit: a record with a newline inside is more than one record/);
  });

  test('a program that outputs much without reading on is ended at the limit, whatever its lines are', async () => {
    const line = 'x'.repeat(999);
    const args = Array(40).fill(`emit|${line}`);
    const { out, outcome, said } = await runChain([script], '', {
      args,
      maxOutputBytes: 20_000,
      uncheckedOutput: true,
    });
    expect(outcome).toEqual({ kind: 'done', code: 1 });
    expect(said.join()).toContain('it output more than 20000 bytes');
    expect(out === `${line}\n`.repeat(20) || out === '').toBe(true);
  });

  test('a filter that fails ends the run, what it had put out is there', async () => {
    const word = plugin(fixture('wasi/word.wasm'), 'word');
    const { out, outcome, said, ended } = await runChain([word], textOf([x]), {});
    expect({ out, outcome, ended }).toEqual({ out: '', outcome: { kind: 'done', code: 1 }, ended: 'aborted' });
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/^guest: word: /);
    expect(said[1]).toMatch(/^error: given:?.*: plugin word: .*exit status 2/);
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
