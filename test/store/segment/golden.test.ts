/**
 * Segments of each version that were written once (fixtures/store/v1, v2) and have to be read for ever. What is in
 * them is computed here again. The example of FORMAT.md is one of them, and is also read by the text of that file
 * alone: without the store's code, its constants or its checksums.
 *
 * They were made by `WRITE_FIXTURES=1 npx vitest run test/store/segment/golden.test.ts`. That is for a version that
 * nobody has yet; another version gets a folder of its own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { segmentName } from '../../../src/store/files/names.ts';
import { readEnds } from '../../../src/store/segment/footer.ts';
import { SegmentReader } from '../../../src/store/segment/reader.ts';
import { verifySegment } from '../../../src/store/segment/verify.ts';
import { MemoryFiles } from '../../support/files.ts';
import { Bench, bitsOf, keyOf, type Points, textOf } from './points.ts';

const pathOf = (version: number, name: string) =>
  fileURLToPath(new URL(`../../../fixtures/store/v${version}/${name}.seg`, import.meta.url));
const formatPath = fileURLToPath(new URL('../../../src/store/FORMAT.md', import.meta.url));
const START_US = 1_767_225_600_000_000n;
const SECOND_US = 1_000_000n;

/**
 * Every kind of series: on the second or not, decimals, counters, constants, doubles, odd bits, of one point and of
 * many.
 */
function manyPoints(): Points {
  const points: Points = new Map();
  const add = (key: string, count: number, time: (i: number) => bigint, bits: (i: number) => bigint) =>
    points.set(key, new Map(Array.from({ length: count }, (_, i) => [START_US + time(i), bits(i)])));
  const every10s = (i: number) => BigInt(i) * 10n * SECOND_US;
  const jittered = (i: number) => every10s(i) + BigInt(((i * 7919) % 101) * 1000);
  const odd = [0n, -(2n ** 63n), 0x7ff0_0000_0000_0000n, 0x7ff8_0000_0000_0123n, -1n, 1n, 0x000f_ffff_ffff_ffffn];
  add(keyOf('cpu.load', 'host=a', 'region=eu'), 5000, every10s, (i) => bitsOf(((i * 37) % 1000) / 100));
  add(keyOf('cpu.load', 'host=b', 'region=eu'), 700, jittered, (i) => bitsOf(((i * i) % 977) / 10));
  add(keyOf('constant'), 300, every10s, () => bitsOf(21.5));
  add(keyOf('counter', 'host=a'), 400, jittered, (i) => bitsOf(i * 17 + ((i * 31) % 13)));
  add(keyOf('doubles'), 200, every10s, (i) => bitsOf(Math.fround(1 / (i + 3)) + 1 / (i + 7)));
  add(
    keyOf('odd bits', 'naïve=\0\u0001'),
    70,
    (i) => BigInt(i) ** 3n,
    (i) => odd[i % odd.length]!,
  );
  add(
    keyOf(''),
    1,
    () => -START_US - 1n,
    () => bitsOf(-0),
  );
  add(
    keyOf('far'),
    2,
    (i) => (i === 0 ? -(2n ** 63n) : 2n ** 63n - 1n) - START_US,
    (i) => bitsOf(i),
  );
  return points;
}

const example: Points = new Map([
  [
    keyOf('cpu', 'host=a'),
    new Map([1.5, 2.5, 2].map((value, i) => [START_US + BigInt(i) * 10n * SECOND_US, bitsOf(value)])),
  ],
]);

/** More blocks than two pages of a cold index have. */
const short: Points = new Map(
  Array.from({ length: 300 }, (_, i) => [
    keyOf('short', `n=${i}`),
    new Map([0, 1].map((n) => [START_US + BigInt(n) * SECOND_US, bitsOf(((i * 37) % 100) / 4 + n)])),
  ]),
);

/** The version that is written. */
const NEWEST = 2;

const kinds = [
  { name: 'example', points: example, identity: { number: 6, age: 6, level: 0, isCold: false } },
  { name: 'hot', points: manyPoints(), identity: { number: 12, age: 11, level: 10, isCold: false } },
  { name: 'cold', points: manyPoints(), identity: { number: 13, age: 11, level: 10, isCold: true } },
  { name: 'cold-pages', points: short, identity: { number: 14, age: 14, level: 0, isCold: true } },
] as const;
/** Small series share payloads: since version 2. */
const packed = [
  { name: 'packed', points: short, identity: { number: 15, age: 15, level: 0, isCold: false } },
  { name: 'packed-cold', points: manyPoints(), identity: { number: 16, age: 11, level: 10, isCold: true } },
] as const;
const golden = [1, NEWEST].flatMap((version) => kinds.map((kind) => ({ ...kind, version })));

/** Where the fields of an entry are, in bytes, and how many there are. */
const entryOf = (version: number) =>
  version === 1
    ? { bytes: 120, offset: 88, series: 96, sizes: [100, 104], crc: 108, flags: 114 }
    : { bytes: 136, offset: 104, series: 112, sizes: [116, 120, 132], crc: 124, flags: 130 };

/** Sixteen bytes a line, as in FORMAT.md. */
function dumpOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const hex = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.join(' ')}`);
  }
  return lines.join('\n');
}

const inFormat =
  /(worked example \(`fixtures\/store\/v2\/example\.seg`\)[^`]*`cpu`[^`]*`host=a`[^`]*```\n)([^`]*)(\n```)/;

if (process.env.WRITE_FIXTURES === '1') {
  for (const { name, points, identity } of kinds) {
    const bench = new Bench();
    bench.write(points, identity);
    writeFileSync(pathOf(NEWEST, name), bench.files.bytesOf(segmentName(identity.number)));
  }
  for (const { name, points, identity } of packed) {
    const bench = new Bench();
    bench.write(points, { ...identity, isPacked: true });
    writeFileSync(pathOf(NEWEST, name), bench.files.bytesOf(segmentName(identity.number)));
  }
  const text = readFileSync(formatPath, 'utf8');
  writeFileSync(
    formatPath,
    text.replace(inFormat, (_, before, __, after) => before + dumpOf(readFileSync(pathOf(NEWEST, 'example'))) + after),
  );
}

const readable = [...golden, ...packed.map((kind) => ({ ...kind, version: NEWEST }))];

describe.each(readable)('$name.seg of version $version', ({ name, points, identity, version }) => {
  const bench = new Bench();
  const files = new MemoryFiles();
  files.put(segmentName(identity.number), readFileSync(pathOf(version, name)));
  const { info } = readEnds(files.open(segmentName(identity.number), 'read'), name);
  const reader = SegmentReader.open(files, info, bench.kernel);

  test('has the points that were written', () => {
    expect(info).toMatchObject({ ...identity, series: points.size });
    expect(textOf(bench.read(reader)) === textOf(points)).toBe(true);
  });

  test('is whole', () => {
    verifySegment(reader, (finding) => expect.fail(finding.message));
  });
});

test('cold.seg is smaller than hot.seg', () => {
  expect(readFileSync(pathOf(NEWEST, 'cold')).length).toBeLessThan(readFileSync(pathOf(NEWEST, 'hot')).length);
});

test('the example stands in FORMAT.md', () => {
  expect(inFormat.exec(readFileSync(formatPath, 'utf8'))?.[2]).toBe(dumpOf(readFileSync(pathOf(NEWEST, 'example'))));
});

/** CRC-32 bit by bit, from the text of RFC 1952. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}

/** The index and the dictionary of a segment, before deflate. */
function areasOf(bytes: Buffer, entryBytes: number): { readonly index: Buffer; readonly dictionary: Buffer } {
  const footer = bytes.length - 104;
  const u64 = (at: number) => Number(bytes.readBigUInt64LE(footer + at));
  const [index, dictionary, table] = [u64(8), u64(16), u64(24)];
  const blocks = bytes.readUInt32LE(footer + 68);
  const isCold = bytes.readUInt32LE(footer + 76) === 1;
  const pageEntries = isCold ? 128 : 32;
  const pages: Buffer[] = [];
  let from = index;
  for (let page = 0; page * pageEntries < blocks; page++) {
    const count = Math.min(pageEntries, blocks - page * pageEntries);
    const length = isCold ? bytes.readUInt32LE(table + page * 8) : count * entryBytes;
    const stored = bytes.subarray(from, from + length);
    expect(bytes.readUInt32LE(table + (isCold ? page * 8 + 4 : page * 4))).toBe(crcOf(stored));
    pages.push(isCold ? entriesOf(inflateRawSync(stored), count, entryBytes) : stored);
    from += length;
  }
  expect(from).toBe(dictionary);
  const stored = bytes.subarray(dictionary, table);
  const plain = isCold ? inflateRawSync(stored) : stored;
  expect(bytes.readUInt32LE(footer + 80)).toBe(crcOf(stored));
  expect(bytes.readUInt32LE(footer + 92)).toBe(isCold ? plain.length : 0);
  return { index: Buffer.concat(pages), dictionary: plain };
}

/** All first words of 8 bytes, all second ones, and so on: entry by entry. */
function entriesOf(words: Buffer, count: number, entryBytes: number): Buffer {
  expect(words.length).toBe(count * entryBytes);
  const entries = Buffer.alloc(count * entryBytes);
  for (let i = 0; i < count; i++) {
    for (let word = 0; word < entryBytes / 8; word++) {
      const at = (word * count + i) * 8;
      words.copy(entries, i * entryBytes + word * 8, at, at + 8);
    }
  }
  return entries;
}

test.each(golden)('$name.seg of version $version can be read by what FORMAT.md says', (kind) => {
  const { name, points, identity, version } = kind;
  const bytes = readFileSync(pathOf(version, name));
  const fields = entryOf(version);
  const u32 = (at: number) => bytes.readUInt32LE(at);
  const u64 = (at: number) => Number(bytes.readBigUInt64LE(at));
  const crc = (from: number, to: number) => crcOf(bytes.subarray(from, to));
  expect([bytes.toString('latin1', 0, 8), u32(8), u32(12), u32(16), u32(20)]).toEqual([
    'slungseg',
    version,
    0,
    identity.number,
    crc(0, 20),
  ]);
  const footer = bytes.length - 104;
  const [payloadsEnd, indexStart, sums] = [0, 8, 24].map((at) => u64(footer + at));
  const [series, blocks] = [u32(footer + 64), u32(footer + 68)];
  expect([u32(footer + 84), u32(footer + 88)]).toEqual([crc(sums!, footer), crc(footer, footer + 88)]);
  expect([u64(footer + 40), u32(footer + 72), u32(footer + 76)]).toEqual([
    identity.age,
    identity.level,
    identity.isCold ? 1 : 0,
  ]);
  expect(bytes.toString('latin1', footer + 96)).toBe('slungend');
  expect(indexStart).toBe(Math.ceil(payloadsEnd! / 8) * 8);
  const { index, dictionary } = areasOf(bytes, fields.bytes);
  const keys = 8 * (series + 1);
  const found: Points = new Map();
  let [next, count] = [24, 0];
  for (let i = 0; i < series; i++) {
    const [from, to] = [1, 2].map((more) => dictionary.readUInt32LE(4 * (series + more + i)));
    const ends = new Map<bigint, bigint>();
    for (let block = dictionary.readUInt32LE(4 * i); block < dictionary.readUInt32LE(4 * (i + 1)); block++) {
      const entry = index.subarray(block * fields.bytes, (block + 1) * fields.bytes);
      const nextAt = (block + 1) * fields.bytes + fields.offset;
      const end = block + 1 < blocks ? Number(index.readBigUInt64LE(nextAt)) : payloadsEnd!;
      expect(Number(entry.readBigUInt64LE(fields.offset))).toBe(next);
      expect([entry.readUInt32LE(fields.series), entry.readUInt32LE(fields.crc)]).toEqual([i, crc(next, end)]);
      const plainBytes = fields.sizes.reduce((sum, at) => sum + entry.readUInt32LE(at), 0);
      const length = entry[fields.flags] === 0 ? end - next : inflateRawSync(bytes.subarray(next, end)).length;
      expect(length).toBe(plainBytes);
      ends.set(entry.readBigInt64LE(8), entry.readBigInt64LE(24));
      ends.set(entry.readBigInt64LE(16), entry.readBigInt64LE(32));
      next = end;
      count += Number(entry.readBigUInt64LE(0));
    }
    found.set(dictionary.toString('latin1', keys + from!, keys + to!), ends);
  }
  expect([next, count]).toEqual([payloadsEnd, u64(footer + 32)]);
  expect([...found.keys()].sort()).toEqual([...points.keys()].sort());
  for (const [key, ends] of found) for (const [time, bits] of ends) expect(points.get(key)!.get(time)).toBe(bits);
});

test('packed.seg can be read by what FORMAT.md says', () => {
  const { points } = packed[0];
  const bytes = readFileSync(pathOf(NEWEST, 'packed'));
  const footer = bytes.length - 104;
  const series = bytes.readUInt32LE(footer + 64);
  const packs = bytes.readUInt32LE(footer + 68);
  expect([bytes.readUInt32LE(8), bytes.readUInt32LE(12)]).toEqual([NEWEST, 1]);
  const { index, dictionary } = areasOf(bytes, 136);
  const payloadsEnd = Number(bytes.readBigUInt64LE(footer));
  let [next, at] = [24, 0];
  for (let pack = 0; pack < packs; pack++) {
    const entry = index.subarray(pack * 136, (pack + 1) * 136);
    const u32 = (field: number) => entry.readUInt32LE(field);
    const end = pack + 1 < packs ? Number(index.readBigUInt64LE((pack + 1) * 136 + 104)) : payloadsEnd;
    expect([Number(entry.readBigUInt64LE(104)), u32(112), u32(124)]).toEqual([
      next,
      at,
      crcOf(bytes.subarray(next, end)),
    ]);
    expect(entry[130]).toBe(2);
    const [count, countBytes] = [u32(24), u32(28)];
    const counts = bytes.subarray(end - countBytes, end);
    expect(u32(116) + u32(120) + u32(132) + countBytes).toBe(end - next);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const own = counts[countBytes === 1 ? 0 : i]!;
      const [from, to] = [at + i, at + i + 1].map((key) => dictionary.readUInt32LE(4 * (series + 1 + key)));
      const key = dictionary.toString('latin1', 8 * (series + 1) + from!, 8 * (series + 1) + to!);
      expect([dictionary.readUInt32LE(4 * (at + i)), own]).toEqual([at + i, points.get(key)!.size]);
      sum += own;
    }
    expect(Number(entry.readBigUInt64LE(0))).toBe(sum);
    expect(entry.subarray(32, 104).every((byte) => byte === 0)).toBe(true);
    next = end;
    at += count;
  }
  expect([next, at, dictionary.readUInt32LE(4 * series)]).toEqual([payloadsEnd, series, series]);
});
