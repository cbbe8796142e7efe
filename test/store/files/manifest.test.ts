import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  publishManifest,
  readManifest,
  type SegmentInfo,
} from '../../../src/store/files/manifest.ts';
import { Crash, type Fault, MemoryFiles, seededRandom } from '../../support/files.ts';

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url));

const example: Manifest = {
  createdBy: 'slung 0.1.0',
  generation: 3,
  nextNumber: 8,
  logNumber: 7,
  isLogBegun: false,
  sequence: 41,
  segments: [
    {
      number: 6,
      age: 6,
      level: 0,
      isCold: false,
      points: 2,
      series: 1,
      blocks: 1,
      bytes: 512,
      firstTimeUs: -1n,
      lastTimeUs: 1_700_000_000_000_000n,
    },
  ],
  positions: [{ input: 'a.ndjson', bytes: 128, lines: 2, headBytes: 128, headCrc: 0x1c291ca3 }],
};

const empty: Manifest = {
  createdBy: '',
  generation: 0,
  nextNumber: 1,
  logNumber: 0,
  isLogBegun: false,
  sequence: 0,
  segments: [],
  positions: [],
};

function segment(number: number): SegmentInfo {
  const [firstTimeUs, lastTimeUs] = [-(2n ** 63n), 2n ** 63n - 1n];
  const bytes = Number.MAX_SAFE_INTEGER;
  return { number, age: 99, level: 3, isCold: true, points: 1e9, series: 7, blocks: 8, bytes, firstTimeUs, lastTimeUs };
}

const large: Manifest = {
  createdBy: 'slüng "1"\n\ud800',
  generation: Number.MAX_SAFE_INTEGER,
  nextNumber: 12_345_678,
  logNumber: 12_345_677,
  isLogBegun: true,
  sequence: Number.MAX_SAFE_INTEGER,
  segments: [segment(5), segment(3), segment(12_345_676)],
  positions: [
    { input: '/logs/ä "\\\n.gz', bytes: 2 ** 52, lines: 0, headBytes: 1024, headCrc: 0xffff_ffff },
    { input: '', bytes: 0, lines: 0, headBytes: 0, headCrc: 0 },
  ],
};

/** With a checksum that holds. */
function sealed(body: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(body), Buffer.from(`crc32 ${crc32(body).toString(16).padStart(8, '0')}\n`)]);
}

function bodyOf(manifest: Manifest): string {
  return encodeManifest(manifest).toString().slice(0, -15);
}

function errorOf(action: () => unknown): StoreError {
  try {
    action();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the text', () => {
  test('is that of FORMAT.md and of the golden file', () => {
    const text = encodeManifest(example, 1).toString();
    expect(file('src/store/FORMAT.md').toString()).toContain(`\`\`\`\n${text}\`\`\`\n`);
    expect(file('fixtures/store/v1/example.manifest').toString()).toBe(text);
    expect(decodeManifest(file('fixtures/store/v1/example.manifest'))).toEqual(example);
  });

  test('of version 2 says whether the log was begun, as FORMAT.md has it', () => {
    const text = encodeManifest({ ...example, isLogBegun: true }).toString();
    const first = encodeManifest(example, 1).toString().split('\n');
    expect(text.split('\n').filter((line) => !first.includes(line))).toEqual([
      '  "version": 2,',
      '  "isLogBegun": true,',
      expect.stringMatching(/^crc32 /),
    ]);
    expect(text).toContain('  "logNumber": 7,\n  "isLogBegun": true,\n  "sequence": 41,\n');
    expect(file('src/store/FORMAT.md').toString()).toContain('`"isLogBegun": true,`');
    for (const version of [1, 2]) {
      const turned = text.replace('"isLogBegun": true', version === 1 ? '"isLogBegun": 1' : '"isLogBegun":  true');
      expect(errorOf(() => decodeManifest(sealed(turned.slice(0, -15)))).kind).toBe('damaged');
    }
  });

  test.each([
    ['example', example],
    ['empty', empty],
    ['large', large],
  ])('gives back what was put in: %s', (_, manifest) => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  test('has its members in order, whatever the order of the objects', () => {
    const turned = (value: object) => Object.fromEntries(Object.entries(value).reverse());
    const manifest = {
      ...turned(example),
      segments: example.segments.map(turned),
      positions: example.positions.map(turned),
    };
    expect(encodeManifest(manifest as unknown as Manifest)).toEqual(encodeManifest(example));
  });
});

describe('damage', () => {
  const bytes = encodeManifest(large);

  test(`cut at each of ${bytes.length} bytes it is damaged`, () => {
    for (let length = 0; length < bytes.length; length++) {
      const error = errorOf(() => decodeManifest(bytes.subarray(0, length)));
      expect(error.kind, `cut at ${length}`).toBe('damaged');
      expect(error.offset).toBeTypeOf('number');
    }
  });

  test(`with each of ${bytes.length * 8} bits flipped it is damaged`, () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(errorOf(() => decodeManifest(flipped)).kind, `bit ${bit}`).toBe('damaged');
    }
  });

  test('10 000 manifests with bytes overwritten, removed or added are errors or the same', () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const random = seededRandom(seed);
      const below = (end: number) => Math.floor(random() * end);
      const parts = [bytes.subarray(0, below(bytes.length)), Buffer.from([below(256), below(256)].slice(below(3)))];
      const changed = Buffer.concat([...parts, bytes.subarray(below(bytes.length))]);
      if (changed.equals(bytes)) continue;
      expect(['damaged', 'foreign'], `seed ${seed}`).toContain(errorOf(() => decodeManifest(changed)).kind);
    }
  });

  test.each([
    ['another member', (text: string) => text.replace('  "generation"', '  "more": 1,\n  "generation"')],
    ['white space', (text: string) => text.replace('"generation": 3', '"generation":  3')],
    ['members in another order', (text: string) => text.replace('"number":6,"age":6', '"age":6,"number":6')],
    ['a number with an exponent', (text: string) => text.replace('"generation": 3', '"generation": 3e0')],
    ['a time that is no i64', (text: string) => text.replace('"-1"', '"9223372036854775808"')],
    ['a time that is no number', (text: string) => text.replace('"-1"', '"0x1"')],
    ['a time that is minus zero', (text: string) => text.replace('"-1"', '"-0"')],
    ['a number that is a text', (text: string) => text.replace('"points":2', '"points":"2"')],
    ['a negative number', (text: string) => text.replace('"points":2', '"points":-2')],
    ['a fraction', (text: string) => text.replace('"points":2', '"points":2.5')],
    ['no boolean', (text: string) => text.replace('false', 'null')],
    ['a checksum of 33 bits', (text: string) => text.replace('472456355', '4294967296')],
    ['no list', (text: string) => text.replace(/\[\n {4}\{"input.*\n {2}\]/, '{}')],
    ['a list of no objects', (text: string) => text.replace(/\{"input.*\}/, '[]')],
    ['no JSON', (text: string) => text.replace('{', '[')],
    ['no UTF-8', (text: string) => text.replace('slung 0', 'slung \xff0')],
  ])('with a good checksum over %s it is damaged', (_, change) => {
    const body = bodyOf(example);
    expect(change(body)).not.toBe(body);
    // `latin1`, so that one case can hold a byte that is no UTF-8.
    expect(errorOf(() => decodeManifest(sealed(Buffer.from(change(body), 'latin1')))).kind).toBe('damaged');
  });

  test('of a newer version it is refused by that name', () => {
    const error = errorOf(() => decodeManifest(sealed(bodyOf(example).replace('"version": 2', '"version": 3'))));
    expect(error).toMatchObject({ kind: 'version', message: expect.stringContaining('slung 0.1.0') });
  });

  test.each(['MANIFEST-000001\n', '{"some":"thing"}\n', 'x'.repeat(5000)])(
    'something else is foreign: %.20s',
    (text) => {
      expect(errorOf(() => decodeManifest(Buffer.from(text))).kind).toBe('foreign');
    },
  );

  test('with a good checksum, but another format, it is foreign', () => {
    expect(errorOf(() => decodeManifest(sealed('{"format":"other"}'))).kind).toBe('foreign');
  });
});

describe('the file', () => {
  const next: Manifest = { ...example, generation: 4, segments: [] };
  const published = () => {
    const files = new MemoryFiles();
    publishManifest(files, example);
    return files;
  };

  test('is what was published last', () => {
    const files = published();
    publishManifest(files, next);
    expect(readManifest(files)).toEqual(next);
    expect(files.names()).toEqual(['MANIFEST']);
  });

  test('that is not there is none', () => {
    expect(readManifest(new MemoryFiles())).toBeUndefined();
  });

  test('survives a loss of power at once', () => {
    for (let seed = 0; seed < 100; seed++) expect(readManifest(published().survivors(seed))).toEqual(example);
  });

  test('that was left by an interrupted run is in nobody’s way', () => {
    const files = published();
    files.put('MANIFEST.0123456789abcdef.tmp', Buffer.from('half of'));
    publishManifest(files, next);
    expect(readManifest(files)).toEqual(next);
  });

  const operations = (() => {
    const files = published();
    const before = files.operations;
    publishManifest(files, next);
    return files.operations - before;
  })();
  const errors: Fault['error'][] = ['EIO', 'ENOSPC', 'short', 'crash'];
  const SEEDS = 100;

  test(`after each of ${errors.length * operations} failures, and ${SEEDS} losses of power after each, the old one or the new one holds`, () => {
    for (const error of errors) {
      for (let at = 1; at <= operations; at++) {
        const files = published();
        files.fault = { at, error };
        let thrown: unknown;
        try {
          publishManifest(files, next);
        } catch (caught) {
          thrown = caught;
        }
        const where = `${error} at ${at}: ${files.trace.at(-1)}`;
        expect(thrown, where).toBeInstanceOf(error === 'crash' ? Crash : StoreError);
        for (let seed = 0; seed < SEEDS; seed++) {
          const generation = readManifest(files.survivors(seed))?.generation;
          expect([3, 4], `${where}, seed ${seed}`).toContain(generation);
        }
        if (error === 'crash') continue;
        files.fault = undefined;
        const { kind } = thrown as StoreError;
        expect(kind, where).toBe(/sync/.test(files.trace.at(-1)!) ? 'failed' : 'io');
        if (kind === 'io') expect(readManifest(files), where).toEqual(example);
        publishManifest(files, next);
        expect(readManifest(files), where).toEqual(next);
      }
    }
  });
});
