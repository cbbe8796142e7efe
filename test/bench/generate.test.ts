/** The generated data: the same everywhere, valid, of the promised sizes, and cached under a name that says it all. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generator, type Shape } from './programs.ts';

const SIZE_BYTES = 1024 * 1024;
const sample = (shape: Shape): Buffer => Buffer.concat([...generator.generate(shape, SIZE_BYTES)]);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

describe.each(generator.SHAPES)('%s', (shape) => {
  const bytes = sample(shape);
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);

  it('gives the bytes that it always gave (if this changes, raise VERSION in generate.mjs)', () => {
    const golden = { flat: 'c7f0f42532f63645', zeek: '8388926ad89cc0b6', github: 'a05b94cea89c936b' };
    expect(sha256(bytes)).toBe(golden[shape]);
    expect(sample(shape).equals(bytes)).toBe(true);
  });

  it('is whole lines of valid JSON objects', () => {
    expect(bytes.at(-1)).toBe(10);
    expect(bytes.length).toBeGreaterThanOrEqual(SIZE_BYTES);
    for (const line of lines) expect(typeof JSON.parse(line)).toBe('object');
  });

  it('has records of the promised size', () => {
    const [from, to] = { flat: [260, 320], zeek: [440, 500], github: [2000, 4000] }[shape] as [number, number];
    const mean = bytes.length / lines.length;
    expect(mean).toBeGreaterThan(from);
    expect(mean).toBeLessThan(to);
  });
});

describe('variety', () => {
  it('has escapes, non-ASCII text and \\u escapes in flat and github', () => {
    for (const shape of ['flat', 'github'] as const) {
      const text = sample(shape).toString('utf8');
      expect(text).toMatch(/\\"/);
      expect(text).toMatch(/\\\\/);
      expect(text).toMatch(/\\n/);
      expect(text).toMatch(/\\u[0-9a-f]{4}/);
      expect(text).toMatch(/[^\0-\x7f]/);
    }
  });

  it('has zeek records with and without the optional fields', () => {
    const text = sample('zeek').toString('utf8').split('\n').slice(0, -1);
    const withService = text.filter((line) => 'service' in JSON.parse(line)).length;
    expect(withService).toBeGreaterThan(text.length / 2);
    expect(withService).toBeLessThan(text.length);
  });

  it('has many kinds of github events, arrays of different lengths, small and large records', () => {
    const events = sample('github').toString('utf8').split('\n').slice(0, -1);
    const parsed = events.map((line) => JSON.parse(line) as { type: string; payload: { commits?: unknown[] } });
    expect(new Set(parsed.map((event) => event.type)).size).toBeGreaterThan(8);
    expect(new Set(parsed.map((event) => event.payload.commits?.length)).size).toBeGreaterThan(3);
    const sizes = events.map((line) => line.length);
    expect(Math.min(...sizes)).toBeLessThan(700);
    expect(Math.max(...sizes)).toBeGreaterThan(10_000);
  });
});

describe('seeds', () => {
  const generated = (shape: Shape, seeds: string): unknown[] =>
    Buffer.concat([...generator.generate(shape, 2000, Buffer.from(seeds))])
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));

  it('repeats real events with new ids and dates and leaves other bytes alone', () => {
    const seed =
      '{"id":"1","type":"WatchEvent","payload":{"n":1.50},"public":true,"created_at":"2021-07-21T06:00:00Z"}';
    const chunks = [...generator.generate('github', 500, Buffer.from(`${seed}\n`))];
    const [first = '', second = ''] = Buffer.concat(chunks).toString('utf8').split('\n');
    const withoutOwn = (line: string): string => line.replace(/"id":"\d+"/, '').replace(/"created_at":"[^"]+"/, '');
    expect(withoutOwn(first)).toBe(withoutOwn(seed));
    expect(withoutOwn(second)).toBe(withoutOwn(seed));
    expect(first).not.toBe(second);
  });

  it('refuses a seed that is not an event', () => {
    expect(() => generated('github', '{"a":1}\n')).toThrow(/not a GitHub event: \{"a":1\}/);
  });

  it('uses real messages in their order', () => {
    const records = generated('flat', 'one\ntwo\n') as { msg: string }[];
    expect(records.slice(0, 3).map((record) => record.msg)).toEqual(['one', 'two', 'one']);
  });

  it('changes ts, uid and port of real connections only', () => {
    const seed = '{"ts":1.5,"uid":"C1","id.orig_p":1,"service":"dns"}';
    const [first, second] = generated('zeek', `${seed}\n`) as Record<string, unknown>[];
    expect(first?.service).toBe('dns');
    expect(first?.uid).not.toBe(second?.uid);
    expect(Object.keys(first ?? {})).toEqual(['ts', 'uid', 'id.orig_p', 'service']);
  });
});

describe('the cache', () => {
  let folder = '';
  const before = process.env.SLUNG_BENCH_DATA;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'slung-test-bench-'));
    process.env.SLUNG_BENCH_DATA = join(folder, 'data');
  });
  afterAll(() => {
    if (before === undefined) delete process.env.SLUNG_BENCH_DATA;
    else process.env.SLUNG_BENCH_DATA = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes a file once and then reuses it', () => {
    const file = generator.ensureData('flat', 1);
    expect(readFileSync(file).equals(sample('flat'))).toBe(true);
    writeFileSync(file, 'kept');
    expect(generator.ensureData('flat', 1)).toBe(file);
    expect(statSync(file).size).toBe(4);
  });

  it('keeps data from other seeds and sizes apart and leaves no partial file', () => {
    writeFileSync(join(folder, 'messages.txt'), 'hello\n');
    const files = new Set([generator.ensureData('flat', 1), generator.ensureData('flat', 1, folder)]);
    writeFileSync(join(folder, 'messages.txt'), 'goodbye\n');
    files.add(generator.ensureData('flat', 1, folder));
    files.add(generator.ensureData('flat', 2));
    expect(files.size).toBe(4);
    expect(readdirSync(join(folder, 'data')).filter((name) => !name.endsWith('.ndjson'))).toEqual([]);
  });
});
