/**
 * Plugins on the main thread, for a short input: what a run outputs, says and counts is the same as with a thread,
 * whether the rehearsal counts or a thread has to do all of it again.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShortInput } from '../../../src/graph/host.ts';
import { hostilePlugin } from '../../support/hostile.ts';
import { compilePlugin } from '../../support/plugins.ts';
import type { BarePlugin, RunChanges } from '../../support/settings.ts';
import { plugin, removeBundle, runChain } from './support.ts';

const fixture = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/plugins/${path}`, import.meta.url)));
const sample = fixture('tangent/input.ndjson').toString();

let moody: BarePlugin;
beforeAll(async () => {
  moody = plugin(await compilePlugin('test/stage/plugin/asm/moody.ts'), 'moody');
});
afterAll(removeBundle);

/** Nothing but an endless loop takes so long. */
const ENOUGH_MS = 600_000;
/** For those that loop. */
const SOON_MS = 100;

/** Counters apart that are times. */
const isTime = (key: string): boolean => /seconds|perSecond|bytesPerSecond/i.test(key);

/** A run as it is seen, or why there is none. */
async function seen(plugins: readonly BarePlugin[], text: string, changes: RunChanges, shortInput?: ShortInput) {
  let threads = 0;
  const takeThread = (): undefined => {
    threads++;
  };
  const around = { takeThread, ...(shortInput === undefined ? {} : { shortInput }) };
  const run = runChain(plugins, text, changes, around).then(
    (done) => JSON.stringify(done, (key, value) => (isTime(key) ? undefined : value)),
    ({ name, message }: Error) => `${name}: ${message}`,
  );
  return { run: await run, threads };
}

/** @returns how many threads the rehearsed run has started */
async function compare(
  plugins: readonly BarePlugin[],
  text: string,
  changes: RunChanges = {},
  mostMs = ENOUGH_MS,
): Promise<number> {
  const expected = await seen(plugins, text, changes);
  const rehearsed = await seen(plugins, text, changes, { bytes: Buffer.byteLength(text), mostMs });
  expect(rehearsed.run).toBe(expected.run);
  return rehearsed.threads;
}

const records = (...of: readonly object[]): string => of.map((record) => `${JSON.stringify(record)}\n`).join('');
const x = { do: 'x' };

describe('a rehearsal counts', () => {
  test.each(['as', 'c', 'rust'])('for the scaffold plugin in %s', async (language) => {
    expect(await compare([plugin(fixture(`tangent/scaffold-${language}.wasm`))], sample)).toBe(0);
    expect(await compare([plugin(fixture(`tangent/scaffold-${language}.wasm`))], sample.trimEnd())).toBe(0);
  });

  test('with bad lines, blank ones, a selector in front, and what the plugin does not want passed on', async () => {
    const text = `{"a":1}\nnone\n\n${sample}{"a":2}`;
    const scaffold = plugin(fixture('tangent/scaffold-as.wasm'));
    for (const changes of [{}, { unmatched: 'pass' }, { where: ['has(a)'] }, { maxErrors: 0 }] as RunChanges[]) {
      expect(await compare([scaffold], text, changes)).toBe(0);
    }
  });

  test('with what the guest says, and more output than input', async () => {
    const text = records({ n: 0, do: 'say' }, { n: 1, do: 'many', times: 1000 }, { do: 'seen' });
    expect(await compare([moody], text)).toBe(0);
  });

  test('for an empty input', async () => {
    expect(await compare([moody], '')).toBe(0);
  });
});

const modes = fixture('wasi/modes.wasm');
/** A WASI filter, and what it is told. */
const filters: readonly [string, Uint8Array, string[]][] = [
  ['copy', fixture('wasi/copy.wasm'), []],
  ['count', fixture('wasi/count.wasm'), []],
  ['word', fixture('wasi/word.wasm'), ['error']],
  ['word-command', fixture('wasi/word-command.wasm'), ['error']],
  ...['args', 'env', 'exit0', 'early', 'never-reads', 'copies', 'grows'].map(
    (mode) => [mode, modes, [mode]] satisfies [string, Uint8Array, string[]],
  ),
];

describe('a rehearsal of a WASI filter counts', () => {
  test.each(filters)('%s', async (name, bytes, args) => {
    const filter = plugin(bytes, name);
    for (const text of [sample, sample.trimEnd(), `{"a":1}\nnone\n\n${sample}{"a":2}`, '']) {
      expect(await compare([filter], text, { args })).toBe(0);
    }
    const some = { args, where: ['has(a)'], uncheckedOutput: true };
    const text = '{"a":1}\nnone\n{"b":1}\n{"a":2}';
    expect(await compare([filter], text, some)).toBe(0);
    // The run stops before the end of its input.
    const neverReads = ['args', 'env', 'exit0', 'never-reads'].includes(name);
    expect(await compare([filter], text, { ...some, maxErrors: 0 })).toBe(neverReads ? 0 : 1);
  });
});

describe('a thread does all of it again', () => {
  test.each(['exit7', 'traps', 'recurses', 'floods'])('when a WASI filter fails: %s', async (mode) => {
    expect(await compare([plugin(modes, mode)], sample, { args: [mode] })).toBeGreaterThan(0);
  });

  test('when more may follow what a WASI filter reads', async () => {
    const copy = plugin(fixture('wasi/copy.wasm'), 'copy');
    const changes = { batchRecords: 2 };
    const expected = await seen([copy], sample, changes);
    expect(await seen([copy], sample, changes, { bytes: 10, mostMs: ENOUGH_MS })).toEqual({ ...expected, threads: 1 });
  });

  test.each(['trap', 'error'])('when a record makes the guest fail: %s', async (what) => {
    const text = records({ n: 0, ...x }, { n: 1, do: what }, { n: 2, ...x });
    for (const onPluginError of ['fail', 'skip', 'pass'] as const) {
      expect(await compare([moody], text, { onPluginError })).toBeGreaterThan(0);
    }
  });

  test('when there is so much output that it is handed on in parts', async () => {
    const big = { n: 1, do: 'many', times: 300, text: 'x'.repeat(1000) };
    const text = records(...Array.from({ length: 20 }, () => big), { do: 'seen' });
    expect(await compare([moody], text)).toBe(1);
  });

  test('when a record makes the guest loop', async () => {
    const text = records({ n: 0, ...x }, { n: 1, do: 'loop' }, { n: 2, ...x });
    const changes = { onPluginError: 'skip', timeLimitMs: 1000 } as const;
    expect(await compare([moody], text, changes, SOON_MS)).toBeGreaterThan(0);
  });

  test.each(['start-trap', 'probe-trap', 'start-loop'])('of a plugin that does not start: %s', async (mode) => {
    const hostile = plugin(await hostilePlugin('tangent', mode), 'evil');
    expect(await compare([hostile], records(x), { timeLimitMs: 1000 }, SOON_MS)).toBeGreaterThan(0);
  });

  test('when the input is longer than it was said to be', async () => {
    const text = records(...Array.from({ length: 50 }, (_, n) => ({ n, ...x })));
    const expected = await seen([moody], text, { batchRecords: 7 });
    const rehearsed = await seen([moody], text, { batchRecords: 7 }, { bytes: text.length, mostMs: ENOUGH_MS });
    expect(rehearsed).toEqual({ run: expected.run, threads: 1 });
    const grown = await seen([moody], text, { batchRecords: 7 }, { bytes: 10, mostMs: ENOUGH_MS });
    expect(grown).toEqual({ run: expected.run, threads: 1 });
  });

  test('for other kinds, several lanes, chains, and limits that are near', async () => {
    const scaffold = plugin(fixture('tangent/scaffold-as.wasm'));
    const script = plugin(fixture('slung/script.wasm'), 'script');
    expect(await compare([script], sample, { args: ['live|AVG:s:[]', 'loop|1'] })).toBe(1);
    expect(await compare([scaffold], sample, { lanes: 2 })).toBe(2);
    expect(await compare([moody, { ...scaffold, name: 'q' }], sample)).toBe(2);
    expect(await compare([scaffold], sample, { loadLimitMs: 900 })).toBe(1);
  });
});
