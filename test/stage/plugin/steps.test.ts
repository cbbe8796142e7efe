/**
 * Steps, retries and counts: whatever a plugin does on which record, every line is in exactly one of records, blank
 * and rejected, and what comes out is what a plugin that is given one record after another would have put out.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reading } from '../../graph/support.ts';
import { sized } from '../../support/full.ts';
import { compilePlugin } from '../../support/plugins.ts';
import type { RunChanges } from '../../support/settings.ts';
import { type Expected, expectedOf, type Line, textOf } from './model.ts';
import { type PluginRun, plugin, removeBundle, runChain } from './support.ts';

let unruly: Uint8Array;
beforeAll(async () => {
  unruly = await compilePlugin('test/plugin/lane/asm/unruly.ts');
});
afterAll(removeBundle);

const x = { do: 'x' };
const trap = { do: 'trap' };
const run = (lines: readonly Line[], changes: RunChanges = {}): Promise<PluginRun> =>
  runChain([plugin(unruly)], textOf(lines), changes);

/** The counts, the output and the rejects of one plugin's run are those of the model. */
function check(result: PluginRun, expected: Expected, lineCount: number): void {
  const { report } = result;
  const rejects = result.rejects.map(({ file, line, byteOffset, name, text }) => ({
    file,
    line,
    byteOffset,
    name,
    text,
  }));
  expect({ out: result.out, rejects }).toEqual({ out: expected.out, rejects: expected.rejects });
  const { records, blank, rejected } = report;
  expect({ records, blank, rejected }).toEqual({
    ...{ records: expected.records, blank: expected.blank, rejected: expected.rejects.length },
  });
  expect(records + blank + rejected).toBe(lineCount);
  expect(report.plugins[0]).toMatchObject({ matched: expected.matched, bytesOut: expected.out.length });
  expect(report.bytesOut).toBe(expected.out.length);
  expect(result.ended).toBe('committed');
}

describe('a record that fails', () => {
  const places: readonly (readonly [string, Line[]])[] = [
    ['first', [trap, x, x]],
    ['in the middle', [x, trap, x]],
    ['last', [x, x, trap]],
    ['alone', [trap]],
    ['alone, with bad lines around it', ['bad', trap, 'bad', 'blank', 'bad']],
    ['every one', [trap, trap, trap]],
    ['after the first step', [...Array(20).fill(x), trap, x]],
    ['first of the second step', [...Array(8).fill(x), trap, x]],
    ['last of the first step', [...Array(7).fill(x), trap, x]],
    ['several in a long step', [...Array(300).fill(x), trap, 'bad', trap, ...Array(300).fill(x), trap]],
    ['an error that is returned', [x, { do: 'error' }, 'bad', x]],
    ['among records that are not selected', [{ do: 'x', skip: true }, trap, { do: 'trap', skip: true }, x]],
  ];
  for (const onPluginError of ['skip', 'pass'] as const) {
    for (const unmatched of ['drop', 'pass'] as const) {
      test.each(places)(`${onPluginError}, unmatched ${unmatched}: %s`, async (_, lines) => {
        const changes = { onPluginError, unmatched };
        const result = await run(lines, changes);
        check(result, expectedOf(textOf(lines), 'given', changes), lines.length);
        expect(result.outcome).toEqual({ kind: 'done', code: 1 });
      });
    }
  }

  test('is told of with its line and its cause, the first five times', async () => {
    const lines: Line[] = [x, 'bad', trap, { do: 'error' }, ...Array(5).fill(trap)];
    const { said } = await run(lines, { onPluginError: 'pass' });
    const faults = said.filter((text) => text.includes('plugin p'));
    expect(faults).toHaveLength(6);
    expect(faults[0]).toMatch(/^warn: given:3: plugin p: it reached `unreachable` .*unruly\/obey`$/);
    expect(faults[1]).toBe('warn: given:4: plugin p: it returned an error: it may not be');
    expect(faults[5]).toBe(
      'warn: plugin p failed on 7 records, which were passed on as they were (the first 5 are shown)',
    );
  });

  test('fail: what is before its step is output, nothing after it', async () => {
    const lines: Line[] = [...Array(8).fill(x), x, trap, x];
    const result = await run(lines);
    expect(result.out).toBe(textOf(lines.slice(0, 8)));
    expect(result.outcome).toEqual({ kind: 'done', code: 1 });
    expect(result.ended).toBe('aborted');
    expect(result.report).toMatchObject({ records: 8, blank: 0, rejected: 0 });
    expect(result.said).toHaveLength(1);
    expect(result.said[0]).toMatch(/^error: given:9-11: plugin p: it reached `unreachable`/);
  });

  test('no record fails alone: nothing is lost', async () => {
    const lines: Line[] = [x, { do: 'crowd' }, x, { do: 'crowd' }, 'bad', x];
    const changes = { onPluginError: 'skip' } as const;
    const result = await run(lines, changes);
    check(result, expectedOf(textOf(lines), 'given', changes), lines.length);
    expect(result.report.plugins[0]!.failures).toBe(1);
  });

  test.each(['trap', 'error'])('the instance that comes after a record of `%s` starts anew', async (what) => {
    const lines: Line[] = [{ do: 'seen' }, { do: 'seen' }, { do: what }, { do: 'seen' }, { do: 'seen' }];
    const { out } = await run(lines, { onPluginError: 'skip', batchRecords: 1 });
    expect(out.match(/"seen":\d/g)).toEqual(['"seen":1', '"seen":2', '"seen":1', '"seen":2']);
  });

  test('a record of the step that is taken again is seen once', async () => {
    const lines: Line[] = [{ do: 'seen' }, { do: 'seen' }, { do: 'error' }, { do: 'seen' }];
    const { out } = await run(lines, { onPluginError: 'skip' });
    expect(out.match(/"seen":\d/g)).toEqual(['"seen":1', '"seen":2', '"seen":1']);
  });

  test('the steps after it are whole again', async () => {
    const lines: Line[] = [trap, x, ...Array(30).fill({ do: 'size' })];
    const { out } = await run(lines, { onPluginError: 'skip', batchRecords: 10 });
    expect(out.match(/(?<="size":)\d+/g)).toEqual([...Array(6).fill('1'), '2', '2', ...Array(20).fill('10'), '2', '2']);
  });

  test.each(['recurse', 'trap'])('%s does not keep the next run of the same lane from working', async (what) => {
    const lines: Line[] = Array.from({ length: 100 }, (_, i) => ({ do: i % 3 === 0 ? what : 'x' }));
    const { out, rejects } = await run(lines, { onPluginError: 'skip' });
    expect(out.split('\n')).toHaveLength(67);
    expect(rejects).toHaveLength(34);
  });
});

describe('a record without an end', () => {
  const loop = { do: 'loop' };
  const changes = { onPluginError: 'skip', timeLimitMs: 300 } as const;

  test.each<[string, Line[], RunChanges]>([
    ['first', [loop, x, 'bad', x], {}],
    ['in the middle', [x, 'bad', loop, 'bad', x], {}],
    ['last, in a block of its own', [x, x, loop], { batchRecords: 1 }],
    ['two in a block', [x, loop, x, loop, 'bad'], {}],
    ['behind a trap', [x, trap, loop, trap, x], {}],
    [
      'between records that are not selected',
      [{ do: 'x', skip: true }, loop, { do: 'x', skip: true }, x],
      { unmatched: 'pass' },
    ],
    ['passed on', [x, loop, 'bad', x], { onPluginError: 'pass' }],
    ['with three lanes', [x, x, loop, x, 'bad', x, x, loop, x], { lanes: 3, batchRecords: 1 }],
  ])('%s', async (_, lines, more) => {
    const all = { ...changes, ...more };
    const result = await run(lines, all);
    check(result, expectedOf(textOf(lines), 'given', all), lines.length);
    expect(result.outcome).toEqual({ kind: 'done', code: 1 });
    const told = result.said.filter((text) => text.includes('it did not return within 300 ms (--time-limit)'));
    expect(told).toHaveLength(lines.filter((line) => line === loop).length);
  });

  test('at the very limit: whoever wins, each record is put out or rejected, once and in its place', async () => {
    // About as long as the limit; which of the two comes first is up to the machine. A new thread has to start within
    // it.
    const texts = Array.from({ length: 12 }, (_, n) =>
      JSON.stringify({ n, do: 'spin', times: 30_000_000 * ((n % 6) + 1) }),
    );
    const input = texts.map((text) => `${text}\n`).join('');
    const result = await runChain([plugin(unruly)], input, {
      onPluginError: 'skip',
      timeLimitMs: 100,
      batchRecords: 2,
    });
    const put = result.out.split('\n').slice(0, -1);
    const rejected = result.rejects.map(({ text }) => text);
    const inOrder = (list: readonly string[]): readonly string[] => texts.filter((text) => list.includes(text));
    expect(put).toEqual(inOrder(put));
    expect(rejected).toEqual(inOrder(rejected));
    expect([...put, ...rejected].sort()).toEqual([...texts].sort());
    expect(result.report).toMatchObject({ records: put.length, rejected: rejected.length });
  });

  test('fail: ends the run, with the lines of the call', async () => {
    const result = await run([x, loop, x], { timeLimitMs: 300 });
    expect(result.said).toEqual(['error: given:1-3: plugin p: it did not return within 300 ms (--time-limit)']);
    expect(result).toMatchObject({ out: '', ended: 'aborted', outcome: { kind: 'done', code: 1 } });
  });
});

describe('a plugin that does not start again', () => {
  test.each([
    ['poison', /then it did not start again: it reached `unreachable`/],
    ['stall', /plugin p: it did not return within 300 ms/],
  ])('%s ends the run', async (what, message) => {
    const lines = [...Array(8).fill(x), x, { do: what }, x];
    const result = await run(lines, { onPluginError: 'skip', timeLimitMs: 300 });
    expect(result.out).toBe(textOf(lines.slice(0, 8)));
    expect(result.outcome).toEqual({ kind: 'done', code: 1 });
    expect(result.report).toMatchObject({ records: 8, rejected: 0 });
    expect(result.said.join('\n')).toMatch(message);
  });
});

describe('the limit of bad lines', () => {
  const lines: Line[] = [x, 'bad', trap, x, x, 'bad', x, 'bad', trap, trap, x, x, x, 'bad', x];
  const batches: RunChanges[] = [{}, { batchRecords: 1 }, { batchRecords: 2 }, { batchBytes: 64 }, { batchRecords: 5 }];

  test.each(batches)('--max-errors stops exactly, %j', async (batch) => {
    for (const maxErrors of [0, 1, 4]) {
      const changes = { onPluginError: 'skip', maxErrors, ...batch } as const;
      const result = await run(lines, changes);
      const expected = expectedOf(textOf(lines), 'given', changes);
      const place = expected.rejects.at(-1)!.line;
      expect({ out: result.out, lines: result.rejects.map(({ line }) => line) }).toEqual({
        ...{ out: expected.out, lines: expected.rejects.map(({ line }) => line) },
      });
      expect(result.said).toContain(`error: stopped at given:${place} (--max-errors ${maxErrors})`);
      expect(result).toMatchObject({ ended: 'aborted', outcome: { kind: 'done', code: 1 } });
    }
  });

  test.each(batches)('--on-error fail stops at the first, %j', async (batch) => {
    const changes = { onPluginError: 'skip', onError: 'fail', ...batch } as const;
    const result = await run([x, x, trap, 'bad', x], changes);
    expect(result.out).toBe(textOf([x, x]));
    expect(result.said).toContain('error: stopped at given:3 (--on-error fail)');
    expect(result.rejects.map(({ line }) => line)).toEqual([3]);
  });

  test('records that are passed on are no bad lines', async () => {
    const result = await run([trap, x, trap], { onPluginError: 'pass', onError: 'fail' });
    expect(result).toMatchObject({ out: textOf([trap, x, trap]), ended: 'committed', outcome: { code: 1 } });
  });
});

const lineArbitrary: fc.Arbitrary<Line> = fc.oneof(
  { arbitrary: fc.constantFrom<Line>(x, { do: 'two' }, { do: 'none' }), weight: 6 },
  { arbitrary: fc.constantFrom<Line>('bad', 'blank', { do: 'x', skip: true }, { do: 'trap', skip: true }), weight: 2 },
  { arbitrary: fc.constantFrom<Line>(trap, { do: 'error' }, { do: 'crowd' }), weight: 1 },
);

/** Reads that cut the text anywhere, with dry ones between them. */
function readingsOf(text: string, cuts: readonly number[]): Reading[] {
  const bytes = Buffer.from(text);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces = [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
  return pieces.flatMap((piece, i) => (i % 3 === 1 ? ['dry' as const, piece] : [piece]));
}

const choices = fc.record({
  onPluginError: fc.constantFrom('skip', 'pass'),
  unmatched: fc.constantFrom('drop', 'pass'),
  batchBytes: fc.constantFrom(64, 65, 100, 1000, 262_144),
  batchRecords: fc.constantFrom(undefined, 1, 3),
  lanes: fc.constantFrom(1, 1, 3),
});

describe('any input, cut anywhere', () => {
  test('one plugin', async () => {
    const arbitrary = [
      fc.array(lineArbitrary, { maxLength: 120 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      choices,
    ] as const;
    await fc.assert(
      fc.asyncProperty(...arbitrary, async (lines, cuts, changes) => {
        const text = textOf(lines);
        const result = await runChain([plugin(unruly)], readingsOf(text, cuts), changes);
        check(result, expectedOf(text, 'given', changes), lines.length);
      }),
      { numRuns: sized(12, 20) },
    );
  });

  test('two plugins', async () => {
    const both = fc.tuple(lineArbitrary, lineArbitrary).map<Line>(([line, second]) => {
      if (typeof line === 'string' || typeof second === 'string') return line;
      return { ...line, do2: second.do };
    });
    await fc.assert(
      fc.asyncProperty(fc.array(both, { maxLength: 80 }), choices, async (lines, changes) => {
        const chain = [plugin(unruly), plugin(unruly, 'q', { field: 'do2' })];
        const result = await runChain(chain, textOf(lines), changes);
        const first = expectedOf(textOf(lines), 'given', changes);
        const second = expectedOf(first.out, '<p>', changes, 'do2');
        expect(result.out).toBe(second.out);
        const rejects = result.rejects.map(({ file, line, byteOffset, name, text }) => ({
          file,
          line,
          byteOffset,
          name,
          text,
        }));
        expect(rejects.filter(({ file }) => file === 'given')).toEqual(first.rejects);
        expect(rejects.filter(({ file }) => file === '<p>')).toEqual(second.rejects);
        expect(result.report.rejected).toBe(rejects.length);
        const [p, q] = result.report.plugins;
        expect(p).toMatchObject({ plugin: 'p', matched: first.matched, bytesOut: first.out.length });
        expect(q).toMatchObject({ plugin: 'q', matched: second.matched, bytesOut: second.out.length });
      }),
      { numRuns: sized(6, 10) },
    );
  });
});

test('each plugin of a chain has a conduct of its own', async () => {
  const input = textOf([x, trap, { do: 'x', do2: 'trap' }, x]);
  const [skip, pass] = [{ onPluginError: 'skip' }, { onPluginError: 'pass' }] as const;
  const chain = [
    { ...plugin(unruly), ...skip },
    { ...plugin(unruly, 'q', { field: 'do2' }), ...pass },
  ];
  const first = expectedOf(input, 'given', skip);
  const second = expectedOf(first.out, '<p>', pass, 'do2');
  const result = await runChain(chain, input);
  expect(result.out).toBe(second.out);
  expect(second.out).toContain('"do2":"trap"');
  expect(result.rejects.map(({ line, name }) => [line, name])).toEqual([[2, 'plugin-failed']]);
  const other = await runChain([chain[0]!, { ...chain[1]!, onPluginError: 'fail' }], input);
  expect(other.outcome).toEqual({ kind: 'done', code: 1 });
  expect(other.said.filter((text) => text.startsWith('error: '))).toEqual([expect.stringContaining('plugin q')]);
});
