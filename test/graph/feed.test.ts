/**
 * Feed: whatever the input, the reads and the limits, the batches are the input. Blocks of 64 bytes make every border
 * case common: lines that end exactly at a border, one byte before it, and lines that no block can hold.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/engine/plan.ts';
import { type BatchLimits, Feed } from '../../src/graph/feed.ts';
import type { Filled } from '../../src/graph/filled.ts';
import type { Seat } from '../../src/graph/lane.ts';
import { type Source, SourceError } from '../../src/io/index.ts';
import type { FileStretch } from '../../src/io/types.ts';
import { MainLane } from '../../src/stage/lanes/main-lane.ts';
import { everything } from '../engine/harness.ts';
import { GivenSource, type Reading } from './support.ts';

const lanes = new Map<number, MainLane>();

/** A seat with blocks of that size; engines are made once. */
function seatOf(blockBytes: number): Seat {
  let lane = lanes.get(blockBytes);
  if (lane === undefined) {
    const plan = buildPlan(everything, { to: 'lines' });
    const limits = { maxDepth: 64, maxRecordBytes: 1 << 26, keepRejects: false, strictKeys: false };
    lane = new MainLane(plan, { blockBytes, blockCount: 1, ...limits });
    lanes.set(blockBytes, lane);
  }
  return { lane, block: 0 };
}

const origin = { name: 'given', lines: 0, file: undefined, sizeBytes: undefined };
const feedOf = (source: Source, limits: BatchLimits, clockMs: () => number): Feed =>
  new Feed({ source, origin, startOffset: 0 }, limits, clockMs);

const noLimits: BatchLimits = { batchBytes: 64, batchRecords: undefined, ageMs: 0, maxRecordBytes: 1 << 26 };

interface Taken {
  /** Batches and long lines in their order, with their newlines. */
  readonly pieces: { readonly text: string; readonly offset: number; readonly kind: string; readonly lines: number }[];
  readonly tooLong: { readonly text: string; readonly lengthBytes: number; readonly offset: number }[];
  readonly end: Extract<Filled, { kind: 'end' }>;
  readonly bytesRead: number;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** @param whenDry what is done with the feed while its source pauses */
function takeAll(
  readings: readonly Reading[],
  limits: BatchLimits,
  seat: Seat,
  whenDry: (feed: Feed) => void = () => {},
): Taken {
  const feed = feedOf(new GivenSource(readings), limits, () => 0);
  const pieces: Taken['pieces'][number][] = [];
  const tooLong: Taken['tooLong'][number][] = [];
  let parts = '';
  for (;;) {
    const filled = feed.fill(seat);
    if (filled.kind === 'end') return { pieces, tooLong, end: filled, bytesRead: feed.bytesRead };
    if (filled.kind === 'dry') whenDry(feed);
    if (filled.kind === 'part') parts += latin1(filled.bytes);
    if (filled.kind === 'batch') {
      const text = latin1(seat.lane.memory.view(filled.from, filled.to));
      pieces.push({ text, offset: filled.sourceOffset, kind: filled.trigger, lines: text.split('\n').length - 1 });
    }
    if (filled.kind === 'long') {
      const { lengthBytes, sourceOffset: offset } = filled;
      expect(lengthBytes).toBe(parts.length);
      if (lengthBytes > limits.maxRecordBytes) tooLong.push({ text: parts, lengthBytes, offset });
      else pieces.push({ text: `${parts}\n`, offset, kind: 'long', lines: 1 });
      parts = '';
    }
  }
}

/** Text of short and long lines, now and then without a newline at its end. */
const textOf = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.nat(200).map((n) => 'x'.repeat(n)),
      fc.constant(''),
    ),
    { maxLength: 30 },
  )
  .chain((lines) =>
    fc.boolean().map((isEnded) => lines.map((line) => line.replaceAll('\n', ' ')).join('\n') + (isEnded ? '\n' : '')),
  );

/** The text in reads of random sizes, with pauses. */
function readingsOf(text: string, sizes: readonly number[]): Reading[] {
  const bytes = Buffer.from(text);
  const readings: Reading[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    if (size === 0) readings.push('dry');
    const end = at + Math.max(1, size);
    readings.push(bytes.subarray(at, end));
    at = end;
  }
  return readings;
}

const sizesOf = fc.array(fc.nat(150), { minLength: 1, maxLength: 12 });
const withNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
const asLatin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('Feed', () => {
  test('the batches are the input, at their offsets, cut at newlines', () => {
    const blockSizes = fc.constantFrom(64, 65, 96, 128, 200, 1024);
    const records = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
    fc.assert(
      fc.property(
        textOf,
        sizesOf,
        blockSizes,
        fc.integer({ min: 64, max: 300 }),
        records,
        (text, sizes, block, batch, batchRecords) => {
          const limits = { ...noLimits, batchBytes: Math.min(batch, block), batchRecords };
          const { pieces, tooLong, end, bytesRead } = takeAll(readingsOf(text, sizes), limits, seatOf(block));
          const input = asLatin1(text);
          expect(pieces.map((piece) => piece.text).join('')).toBe(withNewline(input));
          let offset = 0;
          for (const piece of pieces) {
            expect(piece.offset).toBe(offset);
            expect(piece.text.endsWith('\n')).toBe(true);
            if (batchRecords !== undefined) expect(piece.lines).toBeLessThanOrEqual(batchRecords);
            offset += piece.text.length;
          }
          expect(tooLong).toEqual([]);
          expect(end).toEqual({ kind: 'end', unfinishedBytes: 0, failure: undefined });
          expect(bytesRead).toBe(input.length);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('a pause in which somebody else has the block changes nothing', () => {
    fc.assert(
      fc.property(
        textOf,
        sizesOf,
        fc.constantFrom(64, 128, 1024),
        fc.constantFrom(0, 50),
        (text, sizes, block, ageMs) => {
          const seat = seatOf(block);
          const start = seat.lane.memory.inputStart(seat.block);
          const readings = readingsOf(text, sizes);
          const limits = { ...noLimits, ageMs };
          const stashed = takeAll(readings, limits, seat, (feed) => {
            feed.stash(seat);
            seat.lane.memory.view(start, start + block).fill(0x0a);
          });
          expect(stashed).toEqual(takeAll(readings, limits, seat));
        },
      ),
      { numRuns: 700 },
    );
  });

  test('lines over the limit go by in parts and are told of; the others are whole', () => {
    fc.assert(
      fc.property(textOf, sizesOf, fc.integer({ min: 64, max: 150 }), (text, sizes, maxRecordBytes) => {
        const { pieces, tooLong } = takeAll(readingsOf(text, sizes), { ...noLimits, maxRecordBytes }, seatOf(64));
        const input = withNewline(asLatin1(text));
        const found = [...pieces, ...tooLong.map(({ text: line, offset }) => ({ text: `${line}\n`, offset }))];
        found.sort((a, b) => a.offset - b.offset);
        expect(found.map((piece) => piece.text).join('')).toBe(input);
        const expected = input.split('\n').filter((line) => line.length > maxRecordBytes);
        expect(tooLong.map(({ text: line }) => line)).toEqual(expected);
        expect(tooLong.map(({ lengthBytes }) => lengthBytes)).toEqual(expected.map((line) => line.length));
      }),
      { numRuns: 700 },
    );
  });

  test('stopped at any point: the whole lines that were read, and the size of the rest', () => {
    fc.assert(
      fc.property(textOf, sizesOf, fc.nat(20), fc.constantFrom(64, 128), (text, sizes, stopAfter, block) => {
        const seat = seatOf(block);
        const feed = feedOf(new GivenSource(readingsOf(text, sizes)), { ...noLimits, batchRecords: 2 }, () => 0);
        let out = '';
        let long = '';
        for (let i = 0; ; i++) {
          if (i === stopAfter) feed.stop();
          const filled = feed.fill(seat);
          if (filled.kind === 'batch') out += latin1(seat.lane.memory.view(filled.from, filled.to));
          if (filled.kind === 'part') long += latin1(filled.bytes);
          if (filled.kind === 'long') {
            out += `${long}\n`;
            long = '';
          }
          if (filled.kind !== 'end') continue;
          const input = asLatin1(text);
          const read = input.slice(0, feed.bytesRead);
          const whole = feed.bytesRead === input.length && filled.unfinishedBytes === 0 ? withNewline(read) : read;
          expect(out).toBe(whole.slice(0, whole.length - filled.unfinishedBytes));
          break;
        }
      }),
      { numRuns: 700 },
    );
  });

  test('a source that fails: what came before it is cut first', () => {
    const failure = new SourceError('given', 'EIO', 'cannot read given');
    const { pieces, end } = takeAll([Buffer.from('{"a":1}\n{"b":2}\n{"c"'), failure], noLimits, seatOf(64));
    expect(pieces.map(({ text }) => text)).toEqual(['{"a":1}\n{"b":2}\n']);
    expect(end).toEqual({ kind: 'end', unfinishedBytes: 4, failure });
    const long = takeAll([Buffer.from(`${'x'.repeat(500)}`), failure], noLimits, seatOf(64));
    expect(long.end).toEqual({ kind: 'end', unfinishedBytes: 500, failure });
  });

  test('an unfinished line that is too long already is told of as that', () => {
    const failure = new SourceError('given', 'EIO', 'cannot read given');
    const limits = { ...noLimits, maxRecordBytes: 100 };
    const { tooLong, end } = takeAll([Buffer.from('x'.repeat(500)), failure], limits, seatOf(64));
    expect(tooLong).toEqual([{ text: 'x'.repeat(500), lengthBytes: 500, offset: 0 }]);
    expect(end).toEqual({ kind: 'end', unfinishedBytes: 0, failure });
  });

  test('a byte order mark is skipped at the start only, also in front of a long line', () => {
    const mark = '\u00ef\u00bb\u00bf';
    const bytes = (text: string) => Buffer.from(text, 'latin1');
    const { pieces } = takeAll([bytes(`${mark}1\n${mark}2\n`)], noLimits, seatOf(64));
    expect(pieces).toMatchObject([{ text: `1\n${mark}2\n`, offset: 3 }]);
    const long = takeAll([bytes(`${mark}${'x'.repeat(99)}\n`)], noLimits, seatOf(64));
    expect(long.pieces).toEqual([{ text: `${'x'.repeat(99)}\n`, offset: 3, kind: 'long', lines: 1 }]);
    expect(takeAll([bytes(mark)], noLimits, seatOf(64)).pieces).toMatchObject([{ text: '\n' }]);
  });

  test('triggers: full, dry, aged, end', () => {
    const bytes = Buffer.from('{"a":1}\n');
    const kinds = (readings: Reading[], limits: Partial<BatchLimits>): string[] =>
      takeAll(readings, { ...noLimits, ...limits }, seatOf(1024)).pieces.map(({ kind }) => kind);
    expect(kinds([bytes, 'dry', bytes], {})).toEqual(['dry', 'end']);
    expect(kinds([bytes, bytes, bytes], { batchRecords: 2 })).toEqual(['full', 'end']);
    expect(kinds(new Array<Reading>(20).fill(bytes), { batchBytes: 64 })).toEqual(['full', 'full', 'end']);
  });

  test('with an age, a pause closes nothing before the deadline, and the batch after it', () => {
    let nowMs = 1000;
    const seat = seatOf(1024);
    const bytes = Buffer.from('{"a":1}\n{"b"');
    const source = new GivenSource(['dry', bytes, 'dry', 'dry', Buffer.from(':2}\n'), 'dry', 'dry']);
    const feed = feedOf(source, { ...noLimits, ageMs: 50 }, () => nowMs);
    expect(feed.fill(seat)).toEqual({ kind: 'dry', deadlineMs: undefined });
    nowMs = 1010;
    expect(feed.fill(seat)).toEqual({ kind: 'dry', deadlineMs: 1060 });
    nowMs = 1060;
    expect(feed.fill(seat)).toMatchObject({ kind: 'batch', trigger: 'aged' });
    // The unfinished line began a new batch; it is a batch of no lines until its newline comes.
    nowMs = 1070;
    expect(feed.fill(seat)).toMatchObject({ kind: 'dry' });
    nowMs = 1200;
    expect(feed.fill(seat)).toMatchObject({ kind: 'batch', trigger: 'aged' });
  });

  test('the age counts from when the bytes came, also when somebody else had the block meanwhile', () => {
    let nowMs = 1000;
    const seat = seatOf(1024);
    const feed = feedOf(new GivenSource([Buffer.from('1\n'), 'dry', 'dry']), { ...noLimits, ageMs: 50 }, () => nowMs);
    expect(feed.fill(seat)).toEqual({ kind: 'dry', deadlineMs: 1050 });
    feed.stash(seat);
    nowMs = 1040;
    expect(feed.fill(seat)).toEqual({ kind: 'dry', deadlineMs: 1050 });
  });

  test('no batch has lines of two files, and each has its place in its own', () => {
    const runs = fc.array(fc.tuple(fc.nat(2), fc.array(fc.nat(90), { minLength: 1, maxLength: 6 })), { maxLength: 12 });
    fc.assert(
      fc.property(runs, sizesOf, fc.option(fc.integer({ min: 1, max: 3 })), (given, sizes, batchRecords) => {
        const files = [0, 1, 2].map((i) => ({ path: `f${i}`, file: {}, text: '' }));
        const stretches: FileStretch[] = [];
        const readings: Reading[] = [];
        let start = 0;
        for (const [i, lengths] of given) {
          const file = files[i]!;
          const text = lengths.map((n) => `${String(i).repeat(n)}\n`).join('');
          stretches.push({ ...file, start, offset: file.text.length, lines: 0, end: start + text.length });
          file.text += text;
          start += text.length;
          readings.push(...readingsOf(text, sizes));
        }
        const source = new GivenSource(readings);
        let read = 0;
        const counted: Source = Object.assign(Object.create(source) as Source, {
          readNow: (target: Uint8Array) => {
            const count = source.readNow(target);
            read += Math.max(0, count);
            return count;
          },
        });
        // Where a stretch ends is known when something behind it has been read.
        const fileAt = (offset: number): FileStretch | undefined => {
          const stretch = stretches.find(({ end }) => offset < end);
          return stretch !== undefined && stretch.end >= read ? { ...stretch, end: Number.POSITIVE_INFINITY } : stretch;
        };
        const limits = { ...noLimits, batchRecords: batchRecords ?? undefined };
        const feed = new Feed({ source: counted, origin, startOffset: 0, fileAt }, limits, () => 0);
        const seat = seatOf(64);
        const found = new Map(files.map(({ path }) => [path, '']));
        let parts = '';
        for (let filled = feed.fill(seat); filled.kind !== 'end'; filled = feed.fill(seat)) {
          if (filled.kind === 'part') parts += latin1(filled.bytes);
          if (filled.kind !== 'batch' && filled.kind !== 'long') continue;
          const text = filled.kind === 'long' ? `${parts}\n` : latin1(seat.lane.memory.view(filled.from, filled.to));
          parts = '';
          const { name, lines } = feed.origin;
          const before = found.get(name)!;
          expect(filled.sourceOffset).toBe(before.length);
          expect(lines).toBe(before.split('\n').length - 1);
          found.set(name, before + text);
          feed.origin.lines += text.split('\n').length - 1;
        }
        expect([...found.values()]).toEqual(files.map(({ text }) => text));
      }),
    );
  });

  test('a byte order mark is left out at the beginning of each file', () => {
    const texts = ['\ufeff1\n', '\ufeff2\n'];
    const bytes = texts.map((text) => Buffer.from(text));
    const fileAt = (offset: number): FileStretch => {
      const i = offset < bytes[0]!.length ? 0 : 1;
      const start = i * bytes[0]!.length;
      return { path: `f${i}`, file: bytes[i]!, start, offset: 0, lines: 0, end: start + bytes[i]!.length };
    };
    const feed = new Feed({ source: new GivenSource(bytes), origin, startOffset: 0, fileAt }, noLimits, () => 0);
    const seat = seatOf(64);
    for (const text of ['1\n', '2\n']) {
      const filled = feed.fill(seat);
      expect(filled).toMatchObject({ kind: 'batch', sourceOffset: 3 });
      if (filled.kind === 'batch') expect(latin1(seat.lane.memory.view(filled.from, filled.to))).toBe(text);
    }
  });
});
