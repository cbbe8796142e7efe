import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { constants, createGzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InflateError } from '../../src/io/decoder.ts';
import { openGunzip } from '../../src/io/gunzip.ts';
import { Inbox } from '../../src/io/inbox.ts';
import { openSource, type Source, SourceError, WOULD_BLOCK } from '../../src/io/index.ts';
import { detect, SniffingSource } from '../../src/io/inflate.ts';
import { openUnzstd } from '../../src/io/unzstd.ts';
import { eventually, pause } from '../support/eventually.ts';
import { dataDir, drain, temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
const fixture = (name: string) => readFileSync(join(dataDir, name));

/** A raw source that gives the chunks one by one and would block before each. */
function chunked(chunks: readonly Uint8Array[]): Source {
  let next = 0;
  let isReady = false;
  let rest = new Uint8Array(0);
  return {
    name: 'input',
    sizeBytes: undefined,
    readNow(target) {
      while (rest.length === 0) {
        if (next === chunks.length) return 0;
        if (!isReady) return WOULD_BLOCK;
        isReady = false;
        rest = new Uint8Array(chunks[next++]!);
      }
      const part = rest.subarray(0, target.length);
      target.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
    wait: async () => {
      isReady = true;
    },
    close() {},
  };
}

const inflate = (...chunks: readonly Uint8Array[]) => drain(new SniffingSource(chunked(chunks)));

function splitAt(bytes: Uint8Array, ...cuts: readonly number[]): Uint8Array[] {
  return [0, ...cuts].map((start, i) => bytes.subarray(start, cuts[i] ?? bytes.length));
}

describe('detect', () => {
  test.each([
    [[], 'undecided'],
    [[0x1f], 'undecided'],
    [[0x1f, 0x8b], 'gzip'],
    [[0x1f, 0x8c], 'none'],
    [[0x28, 0xb5, 0x2f], 'undecided'],
    [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    [[0x28, 0xb5, 0x2f, 0xfe], 'none'],
    [[0x5a, 0x2a, 0x4d, 0x18], 'zstd'],
    [[0x50, 0x2a], 'undecided'],
    [[0x60, 0x2a, 0x4d, 0x18], 'none'],
    [[0x7b], 'none'],
  ])('%j is %s', (head, kind) => {
    expect(detect(Uint8Array.from(head))).toBe(kind);
  });
});

describe('gzip', () => {
  const two = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync(''), gzipSync('{"b":2}\n')]);
  const both = '{"a":1}\n{"b":2}\n';

  test('members that follow one another, cut at every byte', async () => {
    for (let cut = 0; cut <= two.length; cut++) {
      const { bytes, error } = await inflate(...splitAt(two, cut));
      expect([bytes.toString(), error], `cut at ${cut}`).toEqual([both, undefined]);
    }
    const { bytes } = await inflate(...[...two].map((byte) => Uint8Array.of(byte)));
    expect(bytes.toString()).toBe(both);
  });

  test('zero padding is ignored, also between members', async () => {
    const padded = Buffer.concat([gzipSync('a'), Buffer.alloc(600), gzipSync('b'), Buffer.alloc(100)]);
    expect(await inflate(padded)).toEqual({ bytes: Buffer.from('ab'), error: undefined });
    expect(await inflate(...splitAt(padded, 300, 700))).toEqual({ bytes: Buffer.from('ab'), error: undefined });
  });

  test('every optional header field', async () => {
    const plain = gzipSync('x');
    const fields = [
      { flag: 0x04, bytes: Buffer.from([3, 0, 1, 2, 0]) },
      { flag: 0x08, bytes: Buffer.from('name\0') },
      { flag: 0x10, bytes: Buffer.from('a comment\0') },
      { flag: 0x02, bytes: Buffer.from([1, 2]) },
    ];
    for (let mask = 0; mask < 16; mask++) {
      const present = fields.filter((_, i) => mask & (1 << i));
      const header = Buffer.from(plain.subarray(0, 10));
      header[3] = present.reduce((flags, { flag }) => flags | flag, 0);
      const member = Buffer.concat([header, ...present.map(({ bytes }) => bytes), plain.subarray(10)]);
      expect(await inflate(member), `fields ${mask}`).toEqual({ bytes: Buffer.from('x'), error: undefined });
    }
    const emptyExtra = Buffer.concat([plain.subarray(0, 10), Buffer.from([0, 0]), plain.subarray(10)]);
    emptyExtra[3] = 0x04;
    expect((await inflate(emptyExtra)).bytes.toString()).toBe('x');
  });

  test('cut short anywhere: what was before it is delivered, and the error says so', async () => {
    const first = gzipSync('{"a":1}\n').length;
    const second = first + gzipSync('').length;
    for (let length = 2; length < two.length; length++) {
      const { bytes, error } = await inflate(two.subarray(0, length));
      expect(both.startsWith(bytes.toString())).toBe(true);
      if (length >= first) expect(bytes.length).toBeGreaterThanOrEqual(8);
      if (length === first || length === second) expect(error).toBeUndefined();
      else
        expect(error, `length ${length}`).toMatchObject({ name: 'SourceError', code: 'ETRUNCATED', source: 'input' });
    }
  });

  test.each<[string, (bytes: Buffer) => Buffer, string, string]>([
    ['a wrong checksum', (b) => flip(b, b.length - 8), 'ECORRUPT', 'a checksum is wrong (corrupt)'],
    ['a wrong length', (b) => flip(b, b.length - 1), 'ECORRUPT', "a member's length is wrong (corrupt)"],
    [
      'a line of text',
      (b) => Buffer.concat([b, Buffer.from('oops\n')]),
      'ETRAILING',
      'there are other bytes after the last member',
    ],
    [
      'half a magic',
      (b) => Buffer.concat([b, Buffer.from([0x1f, 0])]),
      'ETRAILING',
      'there are other bytes after the last member',
    ],
    [
      'text after padding',
      (b) => Buffer.concat([b, Buffer.from('\0\0x')]),
      'ETRAILING',
      'there are other bytes after the last member',
    ],
  ])('%s at the end is told after everything was delivered', async (_, damage, code, reason) => {
    const { bytes, error } = await inflate(damage(gzipSync('{"a":1}\n')));
    expect(bytes.toString()).toBe('{"a":1}\n');
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({
      code,
      message: `cannot read input: gzip: ${reason}; the 8 decompressed bytes before it were processed`,
    });
  });

  test('a broken header or deflate stream', async () => {
    expect((await inflate(Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0]))).error).toMatchObject({
      code: 'ECORRUPT',
    });
    const broken = Buffer.concat([gzipSync('good'), gzipSync('').subarray(0, 10), Buffer.alloc(20, 0xff)]);
    const { bytes, error } = await inflate(broken);
    expect(bytes.toString()).toBe('good');
    expect((error as Error).message).toMatch(
      /^cannot read input: gzip: the data is corrupt \(.+\); the 4 decompressed/,
    );
  });

  test('what was flushed is there while the input stays open', async () => {
    const gzip = createGzip();
    const flushed: Buffer[] = [];
    for (const line of ['one\n', 'two\n']) {
      gzip.write(line);
      await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, resolve));
      flushed.push(gzip.read());
    }
    let release = () => {};
    const raw = { ...chunked(flushed), close: () => release() };
    const open: Source = { ...raw, readNow: (target) => raw.readNow(target) || WOULD_BLOCK };
    let waits = 0;
    open.wait = () => (waits++ < flushed.length ? raw.wait() : new Promise((resolve) => (release = resolve)));
    const source = new SniffingSource(open);
    let text = '';
    const target = new Uint8Array(100);
    while (text.length < 8) {
      const count = source.readNow(target);
      if (count === WOULD_BLOCK) await source.wait();
      else text += Buffer.from(target.slice(0, count)).toString();
    }
    expect(text).toBe('one\ntwo\n');
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    const pending = source.wait();
    source.close();
    await pending;
    expect(source.readNow(target)).toBe(0);
  });

  test('memory is bounded: a decoder stops when nobody reads', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    const inbox = new Inbox();
    const decoder = openGunzip(inbox);
    const done = decoder.write(bomb).then(() => decoder.end());
    await eventually(() => inbox.receivedBytes >= 1024 * 1024);
    // Whoever does not stop goes on until somebody else may run.
    for (let turn = 0; turn < 20; turn++) await pause(1);
    expect(inbox.receivedBytes).toBeLessThan(2 * 1024 * 1024);
    const target = new Uint8Array(300_000);
    let total = 0;
    while (total < 32 * 1024 * 1024) {
      const count = inbox.take(target);
      if (count === WOULD_BLOCK) await inbox.wait();
      else total += count;
    }
    await done;
    decoder.close();
    expect(inbox.receivedBytes).toBe(32 * 1024 * 1024);
  });

  test('closing in the middle lets the decoder go', async () => {
    const path = join(directory, 'big.gz');
    writeFileSync(path, gzipSync(Buffer.alloc(16 * 1024 * 1024)));
    const source = openSource(path);
    const target = new Uint8Array(1000);
    expect(source.sizeBytes).toBeGreaterThan(0);
    expect(source.readNow(target)).toBe(WOULD_BLOCK);
    expect(source.sizeBytes).toBeUndefined();
    await source.wait();
    expect(source.readNow(target)).toBe(1000);
    source.close();
    expect(source.readNow(target)).toBe(0);
  });

  test('any content, level, member and chunk size', async () => {
    const member = fc.record({ text: fc.uint8Array({ maxLength: 5000 }), level: fc.integer({ min: 0, max: 9 }) });
    const input = fc.record({
      members: fc.array(member, { minLength: 1, maxLength: 4 }),
      step: fc.integer({ min: 1, max: 3000 }),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ members, step }) => {
        const packed = Buffer.concat(members.map(({ text, level }) => gzipSync(text, { level })));
        const chunks = Array.from({ length: Math.ceil(packed.length / step) }, (_, i) =>
          packed.subarray(i * step, (i + 1) * step),
        );
        const { bytes, error } = await inflate(...chunks);
        expect(error).toBeUndefined();
        expect(bytes).toEqual(Buffer.concat(members.map(({ text }) => text)));
      }),
      { numRuns: 60 },
    );
  });
});

const decoders = [
  { name: 'fzstd', native: false, skip: false },
  { name: 'node:zlib', native: true, skip: !('createZstdDecompress' in zlib) },
];
describe.each(decoders.filter(({ skip }) => !skip))('zstd by $name', ({ native }) => {
  const lines = Array.from({ length: 6000 }, (_, i) => {
    const n = i + 1;
    return `{"i":${n},"host":"web-${n % 7}","ms":${(n * 7919) % 10007}}\n`;
  }).join('');
  const contents: [string, string][] = [
    ['frames.zst', '{"a":1}\n{"b":2}\n{"c":3}\n{"a":1}\n{"b":2}\n'],
    ['skippable-first.zst', '{"c":3}\n'],
    ['flushed.zst', '1\n22\n{"a":1}\n'],
    ['runs.zst', 'x'.repeat(400_000)],
    ['lines.ndjson.zst', lines],
  ];

  async function decode(...chunks: readonly Uint8Array[]): Promise<{ text: string; error: unknown }> {
    const inbox = new Inbox();
    const decoder = await openUnzstd(inbox, native);
    const write = async () => {
      for (const chunk of chunks) await decoder.write(chunk);
      decoder.end();
    };
    const failure = write().then(
      () => undefined,
      (error: unknown) => error,
    );
    void failure.then(() => inbox.end());
    const parts: Buffer[] = [];
    const target = new Uint8Array(100_000);
    for (let count = inbox.take(target); count !== 0; count = inbox.take(target)) {
      if (count === WOULD_BLOCK) await inbox.wait();
      else parts.push(Buffer.from(target.slice(0, count)));
    }
    decoder.close();
    return { text: Buffer.concat(parts).toString(), error: await failure };
  }

  test.each(contents)('%s, whole and in chunks', async (name, content) => {
    const bytes = fixture(name);
    for (const step of [1, 7, 4096, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
        bytes.subarray(i * step, (i + 1) * step),
      );
      if (chunks.length > 5000) continue;
      expect(await decode(...chunks)).toEqual({ text: content, error: undefined });
    }
  });

  test('frames cut at every byte', async () => {
    const bytes = fixture('frames.zst');
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await decode(...splitAt(bytes, cut)), `cut at ${cut}`).toEqual({
        text: contents[0]![1],
        error: undefined,
      });
    }
  });

  test('cut short anywhere but between frames', async () => {
    const bytes = fixture('frames.zst');
    let whole = 0;
    for (let length = 1; length < bytes.length; length++) {
      const { text, error } = await decode(bytes.subarray(0, length));
      expect(contents[0]![1].startsWith(text)).toBe(true);
      if (error === undefined) whole++;
      else expect(error, `length ${length}`).toMatchObject({ code: 'ETRUNCATED' });
    }
    // The borders between five frames, two of them skippable.
    expect(whole).toBe(4);
    const cut = await decode(fixture('runs.zst').subarray(0, -6));
    expect(cut.text.length).toBe(3 * 128 * 1024);
  });

  test('other bytes after a frame, a reserved block, a dictionary, an immense window', async () => {
    const frame = fixture('flushed.zst');
    const trailing = await decode(Buffer.concat([frame, Buffer.from('oops\n')]));
    expect([trailing.text, (trailing.error as InflateError).code]).toEqual(['1\n22\n{"a":1}\n', 'ETRAILING']);
    const magic = [0x28, 0xb5, 0x2f, 0xfd];
    const cases: [number[], string][] = [
      [[0x00, 0x58, 0x07, 0, 0], 'ECORRUPT'],
      [[0x08, 0x58, 0x01, 0, 0], 'ECORRUPT'],
      [[0x01, 0x58, 0x07, 0x01, 0, 0], 'EUNSUPPORTED'],
      [[0x00, 0xa8, 0x01, 0, 0], 'EUNSUPPORTED'],
    ];
    for (const [rest, code] of cases) {
      const { error } = await decode(Uint8Array.from([...magic, ...rest]));
      expect(error, rest.join(' ')).toBeInstanceOf(InflateError);
      expect(error).toMatchObject({ code });
    }
  });

  test('a damaged block', async () => {
    const bytes = Buffer.from(fixture('lines.ndjson.zst'));
    bytes.fill(0xff, 9, 40);
    expect((await decode(bytes)).error).toMatchObject({ code: 'ECORRUPT' });
  });

  test.skipIf(!native)('a wrong checksum is told after everything was delivered', async () => {
    const bytes = fixture('lines.ndjson.zst');
    const { text, error } = await decode(flip(bytes, bytes.length - 1));
    expect(text).toBe(lines);
    expect(error).toMatchObject({ code: 'ECORRUPT' });
  });

  test('what was flushed is there at once', async () => {
    const bytes = fixture('flushed.zst');
    const inbox = new Inbox();
    const decoder = await openUnzstd(inbox, native);
    const target = new Uint8Array(100);
    // Where the compressor had flushed after `1\n`, `22\n` and the rest.
    const steps: [number, number, string][] = [
      [0, 11, '1\n'],
      [11, 17, '22\n'],
      [17, 28, '{"a":1}\n'],
    ];
    for (const [start, end, text] of steps) {
      await decoder.write(bytes.subarray(start, end));
      expect(Buffer.from(target.slice(0, Math.max(0, inbox.take(target)))).toString()).toBe(text);
    }
    decoder.close();
  });
});

test('zstd on any source, told by its bytes', async () => {
  const { bytes, error } = await inflate(...splitAt(fixture('frames.zst'), 1, 3, 30));
  expect([bytes.length, error]).toEqual([40, undefined]);
  const cut = await inflate(fixture('frames.zst').subarray(0, 6));
  expect((cut.error as Error).message).toBe(
    'cannot read input: zstd: the input ends inside a frame (truncated); nothing could be decompressed',
  );
});

/** A copy with one byte changed. */
function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x55;
  return copy;
}
