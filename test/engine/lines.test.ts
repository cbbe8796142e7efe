/**
 * The whole engine against JSON.parse: which lines are JSON, and what lies at a path. Many lines lie in one block, at
 * every position of the 64-byte grid, so that what a broken line does to its neighbours is seen as well. A line that
 * is not UTF-8 is none that JSON.parse could be asked about: the fatal decoder answers for it.
 *
 * With SLUNG_FUZZ_SIMDJSON=1 and the packages of bench/ installed, simdjson is asked too.
 */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { parsePath } from '../../src/selector/index.ts';
import { sized } from '../support/full.ts';
import { type ConformanceCase, corpus as grammarCorpus } from './conformance/corpus.ts';
import { createRandom, mutate, type Random } from './conformance/mutate.ts';
import { seedLines } from './conformance/seeds.ts';
import { createEngine, everything, processBytes } from './harness.ts';

const NEWLINE = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

beforeAll(() => {
  // JSON.parse throws for most of the lines below; nobody reads the stacks.
  Error.stackTraceLimit = 0;
});

/** The line's text; undefined when it is not UTF-8. */
function textOf(line: Uint8Array): string | undefined {
  try {
    return decoder.decode(line);
  } catch {
    return undefined;
  }
}

/** A line without the byte order marks and record separators (RFC 7464) that stand before its record. */
function withoutMarks(line: Uint8Array): Uint8Array {
  const text = Buffer.from(line).toString('latin1');
  const marks = /^[ \t\r]*(?:(?:\x1e|\xef\xbb\xbf)[ \t\r]*)+/.exec(text)?.[0].length ?? 0;
  return marks === 0 ? line : line.subarray(marks);
}

/** What JSON.parse makes of a line; undefined when it is not JSON. */
function parsed(line: Uint8Array): { readonly value: unknown } | undefined {
  const text = textOf(withoutMarks(line));
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The line that every reader of NDJSON skips: nothing but JSON's white space. */
function isBlank(line: Uint8Array): boolean {
  return withoutMarks(line).every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function joined(lines: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    bytes[at + line.length] = NEWLINE;
    at += line.length + 1;
  }
  return bytes;
}

const plan = buildPlan(everything, { to: 'lines' });
const engine = createEngine(plan);
/** Sees no white space between tokens, which the index treats as a mode of its own. */
const minifiedEngine = createEngine(plan);
const hasSpace = (line: Uint8Array): boolean => [0x20, 0x09, 0x0d].some((byte) => line.includes(byte));
const inReadableForm = (line: Uint8Array): string => JSON.stringify(Buffer.from(line).toString('latin1'));

/** Runs lines through the engine as one batch and compares which of them pass. @returns how many were rejected */
function compareBatch(lines: readonly Uint8Array[], offset: number, by = engine): number {
  const isRejected = lines.map((line) => !isBlank(line) && parsed(line) === undefined);
  const { out, rejects, counts } = processBytes(by, joined(lines), offset);
  const found = new Set(rejects.map(({ line }) => line));
  // One comparison each for the usual case; what differs is looked for only when there is something.
  const different = lines.flatMap((line, i) => (found.has(i) === isRejected[i] ? [] : [inReadableForm(line)]));
  expect(different).toEqual([]);
  const passing = lines.filter((line, i) => !isRejected[i] && !isBlank(line));
  expect(out.equals(joined(passing.map(withoutMarks)))).toBe(true);
  expect(counts.lines).toBe(lines.length);
  expect(counts.records).toBe(passing.length);
  expect(counts.blank).toBe(lines.length - passing.length - rejects.length);
  return rejects.length;
}

function mutated(random: Random, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => mutate(random, seedLines));
}

/** Those with marks before the record are no JSON text, but good lines: see below. */
const corpus = grammarCorpus.filter(({ bytes }) => withoutMarks(bytes) === bytes);

describe('the corpus', () => {
  const outcomeOf = ({ bytes }: ConformanceCase, offset: number, before: string, after: string) => {
    const batch = Buffer.concat([Buffer.from(before), bytes, Buffer.from(`\n${after}`)]);
    const { out, rejects } = processBytes(engine, batch, offset);
    return { out: out.toString('latin1'), rejects: rejects.map(({ code, column, line }) => ({ code, column, line })) };
  };

  test('every line alone and between neighbours: accepted, or rejected with its code and column', () => {
    const wrong: unknown[] = [];
    corpus.forEach((one, i) => {
      for (const [before, after] of [
        ['', ''],
        ['{"before":"\\""}\n', '{"after":"\\\\"}\n'],
        ['"padding"\n'.repeat(i % 7), `${'"'.repeat(i % 3)}\n`],
      ] as const) {
        const { out, rejects } = outcomeOf(one, i % 64, before, after);
        const line = before.split('\n').length - 1;
        const own = rejects.find((reject) => reject.line === line);
        const expected = one.accept ? undefined : { code: one.code, column: one.column, line };
        const text = `${Buffer.from(one.bytes).toString('latin1')}\n`;
        const isThere = out.slice(before.length).startsWith(text);
        if (JSON.stringify(own) !== JSON.stringify(expected) || isThere !== one.accept) {
          wrong.push({ name: one.name, own, expected });
        }
      }
    });
    expect(wrong).toEqual([]);
  });

  test('all lines in one batch, at several places of the grid', () => {
    const bytes = joined(corpus.map((one) => one.bytes));
    const expected = corpus.flatMap((one, line) => (one.accept ? [] : [{ line, code: one.code, column: one.column }]));
    const passing = joined(corpus.filter((one) => one.accept).map((one) => one.bytes));
    for (const offset of [0, 1, 31, 63]) {
      const { out, rejects, counts } = processBytes(
        createEngine(plan, { blockBytes: bytes.length + 64 }),
        bytes,
        offset,
      );
      expect(rejects.map(({ line, code, column }) => ({ line, code, column }))).toEqual(expected);
      expect(out.equals(passing)).toBe(true);
      expect(counts.records).toBe(corpus.length - expected.length);
    }
  });

  test.each(['\x1e', '\x1e ', '\xef\xbb\xbf', ' \x1e\xef\xbb\xbf\t\x1e'])(
    '%j before a record is no part of it',
    (mark) => {
      const marked = corpus.map(({ bytes }) => Buffer.concat([Buffer.from(mark, 'latin1'), bytes]));
      const good = corpus.filter(({ accept }) => accept).map(({ bytes }) => bytes);
      // White space behind a mark goes with it.
      const passing = joined(
        good.map((bytes) => bytes.subarray(/[^ \t\r]/.exec(Buffer.from(bytes).toString('latin1'))?.index)),
      );
      for (const offset of [0, 17, 63]) {
        const bytes = joined(marked);
        const { out, counts } = processBytes(createEngine(plan, { blockBytes: bytes.length + 64 }), bytes, offset);
        expect(counts.records).toBe(good.length);
        expect(out.equals(passing)).toBe(true);
      }
    },
  );

  test('agrees with JSON.parse, but for the limit of depth', () => {
    const known = corpus.filter((one) => !one.accept && one.code === 15);
    const different = corpus.filter((one) => (parsed(one.bytes) !== undefined) !== one.accept && !known.includes(one));
    expect(different.map(({ name }) => name)).toEqual([]);
  });
});

describe('mutated lines', () => {
  const BATCHES = sized(250, 2000);
  const LINES = 520;

  test(`${BATCHES * LINES} of them: JSON.parse and the engine agree on every one`, () => {
    const random = createRandom(20_260_301);
    let rejected = 0;
    let minified = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const lines = mutated(random, LINES);
      rejected += compareBatch(lines, random.below(64));
      const dense = lines.filter((line) => !hasSpace(line));
      minified += dense.length;
      compareBatch(dense, random.below(64), minifiedEngine);
    }
    expect(minified).toBeGreaterThan((BATCHES * LINES) / 10);
    // The fuzz would be worth nothing if nearly all lines were good, or nearly none.
    expect(rejected / (BATCHES * LINES)).toBeGreaterThan(0.4);
    expect(rejected / (BATCHES * LINES)).toBeLessThan(0.95);
  });

  test('newlines anywhere: the lines that come of it are judged one by one', () => {
    const random = createRandom(5);
    for (let batch = 0; batch < 100; batch++) {
      const bytes = Buffer.concat(
        Array.from({ length: 300 }, () => [
          mutate(random, seedLines, { newlines: true }),
          Uint8Array.of(NEWLINE),
        ]).flat(),
      );
      const lines: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = bytes.indexOf(NEWLINE, at);
        lines.push(bytes.subarray(at, end));
        at = end + 1;
      }
      compareBatch(lines, random.below(64));
    }
  });

  test('every prefix and suffix of every seed', () => {
    for (const seed of seedLines) {
      const cuts = Array.from({ length: seed.length + 1 }, (_, at) => [seed.subarray(0, at), seed.subarray(at)]).flat();
      compareBatch(cuts, seed.length % 64);
    }
  });
});

/** The value at a path of keys, as JSON text; undefined when there is none. Whole keys come first at the root. */
function valueAt(record: unknown, text: string): string | undefined {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject(record) && Object.hasOwn(record, text)) return JSON.stringify(record[text]);
  let value = record;
  for (const key of text.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return JSON.stringify(value);
}

describe('values at paths', () => {
  const paths = ['a', 'msg', 'text', 'source.name', 'a.b', 'a.b.c', 'payload.commits', 'id.orig_h', 'escaped', 'utf'];

  test('of mutated lines are those of JSON.parse', () => {
    const columns = paths.map((text) => ({ name: text, path: parsePath(text) }));
    const projecting = createEngine(buildPlan(everything, { to: 'ndjson', columns }));
    const random = createRandom(77);
    for (let batch = 0; batch < sized(60, 150); batch++) {
      const lines = mutated(random, 500);
      const records = lines.filter((line) => !isBlank(line)).flatMap((line) => parsed(line) ?? []);
      const { out } = processBytes(projecting, joined(lines), random.below(64));
      const rows = out.toString().split('\n').slice(0, -1);
      expect(rows.length).toBe(records.length);
      const expected = records.map(({ value }) => paths.map((path) => valueAt(value, path)));
      const found = rows.map((row) => {
        const projected = JSON.parse(row) as Record<string, unknown>;
        return paths.map((path) => (Object.hasOwn(projected, path) ? JSON.stringify(projected[path]) : undefined));
      });
      expect(found).toEqual(expected);
    }
  });
});

/** True when the value holds what simdjson refuses and JSON.parse takes. */
function isBeyondSimdjson(value: unknown, text: string): boolean {
  const isKnown = (part: unknown): boolean => {
    if (typeof part === 'string') return /[\ud800-\udfff]/.test(part.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
    // Integers beyond 64 bits and numbers beyond a double.
    if (typeof part === 'number')
      return !Number.isFinite(part) || (Math.abs(part) >= 2 ** 63 && Number.isInteger(part));
    if (typeof part !== 'object' || part === null) return false;
    return Object.entries(part).some(([key, member]) => isKnown(key) || isKnown(member));
  };
  // A member that was given twice is gone from the value; the text still shows that there was one.
  return isKnown(value) || /\\u[dD][89a-fA-F]|\d{19}|[eE]\+?\d{3}/.test(text);
}

describe.runIf(process.env.SLUNG_FUZZ_SIMDJSON === '1')('simdjson', () => {
  test('agrees on mutated lines, but for lone surrogates and numbers beyond 64 bits', () => {
    const load = createRequire(new URL('../../bench/package.json', import.meta.url));
    const { isValid } = load('simdjson') as { isValid(text: string): boolean };
    const random = createRandom(99);
    const unexplained: string[] = [];
    let known = 0;
    for (let batch = 0; batch < 600; batch++) {
      const lines = mutated(random, 500);
      compareBatch(lines, random.below(64));
      for (const line of lines) {
        const text = textOf(line);
        const ours = parsed(line);
        if (text === undefined || isBlank(line) || isValid(text) === (ours !== undefined)) continue;
        if (ours !== undefined && isBeyondSimdjson(ours.value, text)) known++;
        else unexplained.push(inReadableForm(line));
      }
    }
    expect(unexplained.slice(0, 10)).toEqual([]);
    expect(known).toBeGreaterThan(0);
  });
});
