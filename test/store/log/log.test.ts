import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { StoreError, type StoreErrorKind } from '../../../src/store/errors.ts';
import type { OpenFile } from '../../../src/store/files/files.ts';
import { logName } from '../../../src/store/files/names.ts';
import { encodeLogHeader } from '../../../src/store/log/format.ts';
import { type LogDefinition, LogWriter } from '../../../src/store/log/log.ts';
import { readLog, readSince, salvageLog } from '../../../src/store/log/read.ts';
import type { InputPosition, PointBatch } from '../../../src/store/points.ts';
import { encodeKey } from '../../../src/store/series.ts';
import { Crash, MemoryFiles, seededRandom } from '../../support/files.ts';
import { encodeDefinitions } from './definitions.ts';

const NUMBER = 7;
const NAME = logName(NUMBER);
const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url));

/** A frame's content, copied. */
interface Content {
  readonly sequence: number;
  readonly definitions: readonly { id: number; key: string }[];
  readonly positions: readonly InputPosition[];
  readonly ids: string;
  readonly timesUs: string;
  readonly values: string;
}

const hex = (column: BigInt64Array | Float64Array | Uint32Array, count: number) =>
  Buffer.from(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT).toString('hex');

function contentOf(sequence: number, batch: PointBatch, definitions: readonly LogDefinition[]): Content {
  const { ids, timesUs, values, count, positions } = batch;
  return {
    sequence,
    definitions: definitions.map(({ id, key }) => ({ id, key: Buffer.from(key).toString('hex') })),
    positions: structuredClone(positions),
    ids: hex(ids, count),
    timesUs: hex(timesUs, count),
    values: hex(values, count),
  };
}

function batchOf(count: number, positions: readonly InputPosition[] = [], room = count): PointBatch {
  const ids = new Uint32Array(room).map((_, n) => n * 7);
  const timesUs = new BigInt64Array(room).map((_, n) => BigInt(n) - 1_700_000_000_000_000n);
  const values = new Float64Array(room).map((_, n) => n / 3);
  return { ids, timesUs, values, count, positions };
}

function read(files: MemoryFiles, number = NUMBER) {
  const frames: Content[] = [];
  const opened = files.open(logName(number), 'read');
  const end = readLog(opened, number, (frame) => frames.push(contentOf(frame.sequence, frame, frame.definitions)));
  opened.close();
  return { frames, end };
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

const expectKind = (kind: StoreErrorKind, action: () => unknown) => expect(errorOf(action).kind).toBe(kind);

describe('the bytes', () => {
  test('are those of FORMAT.md and of the golden file', () => {
    const lines = file('src/store/FORMAT.md').toString().split('## 2. ')[1]!.split('## 3. ')[0]!;
    const bytes = [...lines.matchAll(/^[0-9a-f]{4} {2}([0-9a-f ]+)$/gm)].map((match) => match[1]).join('');
    const golden = file('fixtures/store/v2/example.log');
    expect(golden.toString('hex')).toBe(bytes.replaceAll(' ', ''));

    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 42, 7);
    const positions = [{ input: 'a.ndjson', bytes: 128, lines: 2, headBytes: 128, headCrc: 0x1c291ca3 }];
    const definitions = [{ id: 0, key: encodeKey('cpu', ['host=a']) }];
    const timesUs = BigInt64Array.of(1_700_000_000_000_000n, 1_700_000_010_000_000n);
    const batch = { ids: Uint32Array.of(0, 0), timesUs, values: Float64Array.of(12.5, -0), count: 2, positions };
    log.append(42, batch, encodeDefinitions(definitions));
    expect(files.bytesOf(NAME).toString('hex')).toBe(golden.toString('hex'));

    // Version 1 is the same but for its header.
    const older = file('fixtures/store/v1/example.log');
    expect(older.subarray(32).toString('hex')).toBe(golden.subarray(32).toString('hex'));
    files.put(NAME, golden);
    expect(readSince(files.open(NAME, 'read'), NUMBER)).toBe(7);
    files.put(NAME, older);
    expect(readSince(files.open(NAME, 'read'), NUMBER)).toBe(0xffff_ffff);
    const { frames, end } = read(files);
    expect(frames).toEqual([contentOf(42, batch, definitions)]);
    const counts = { end: 168, frames: 1, firstSequence: 42, nextSequence: 43 };
    expect(end).toEqual({ kind: 'clean', ...counts, cutBytes: 0, cutFrames: 0 });
  });

  test('give back 300 random batches, bit for bit, from columns at any place', () => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const below = (end: number) => Math.floor(random() * end);
      const files = new MemoryFiles();
      const log = LogWriter.create(files, NUMBER, 2 ** 40);
      const expected: Content[] = [];
      for (let n = 0; n < 100; n++) {
        const count = below(4) === 0 ? 0 : below(200);
        const bits = new BigUint64Array(count + 5).map(() => BigInt(below(2 ** 32)) * BigInt(below(2 ** 32)));
        // Every other pattern is a NaN with a payload, or close to it.
        for (let at = 0; at < bits.length; at += 2) bits[at] = bits[at]! | 0x7ff0_0000_0000_0000n;
        const offset = below(3);
        const batch = {
          ids: new Uint32Array(count + 5).map(() => below(2 ** 32)).subarray(offset),
          timesUs: new BigInt64Array(bits.buffer).slice().subarray(offset),
          values: new Float64Array(bits.buffer).subarray(offset),
          count,
          positions: Array.from({ length: below(3) }, (_, at) => ({
            ...{ input: 'ä/'.repeat(below(9)) + at, bytes: 2 ** 40 + below(99), lines: 2 ** 33 + below(99) },
            ...{ headBytes: below(1025), headCrc: below(2 ** 32) },
          })),
        };
        const definitions = Array.from({ length: below(3) }, () => ({
          ...{ id: below(2 ** 32), key: encodeKey('x'.repeat(below(20)), ['\0\u0001']) },
        }));
        log.append(log.nextSequence, batch, encodeDefinitions(definitions));
        expected.push(contentOf(2 ** 40 + n, batch, definitions));
      }
      const { frames, end } = read(files);
      expect(frames, `seed ${seed}`).toEqual(expected);
      expect(end).toMatchObject({ kind: 'clean', end: log.end, nextSequence: log.nextSequence, frames: 100 });
    }
  });

  test('of a frame that is larger than a piece, and of one behind it, are read too', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    const batches = [batchOf(10), batchOf(300_000), batchOf(3)];
    for (const [index, batch] of batches.entries()) log.append(index + 1, batch, encodeDefinitions([]));
    expect(read(files).frames).toEqual(batches.map((batch, index) => contentOf(index + 1, batch, [])));
  });

  test('hold nothing of the frames before in their padding', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    const noisy = batchOf(31);
    noisy.values.fill(-1.1111);
    log.append(1, noisy, encodeDefinitions([{ id: 9, key: Buffer.alloc(99, 0xaa) }]));
    const from = log.end;
    const quiet = { ...batchOf(1), ids: Uint32Array.of(0), timesUs: BigInt64Array.of(0n), values: Float64Array.of(0) };
    log.append(2, quiet, encodeDefinitions([{ id: 0, key: new Uint8Array(3) }]));
    const body = files.bytesOf(NAME).subarray(from + 40);
    expect(body.toString('hex')).toBe(`00000000${'0300'}${'00'.repeat(body.length - 6)}`);
  });

  test('are read in pieces, never as a whole', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    for (let n = 1; n <= 300; n++) log.append(n, batchOf(1000), encodeDefinitions([]));
    const opened = files.open(NAME, 'read');
    const sizes: number[] = [];
    const counted: OpenFile = Object.assign(Object.create(opened), {
      readAt: (into: Uint8Array, position: number) => {
        sizes.push(into.length);
        return opened.readAt(into, position);
      },
    });
    let points = 0;
    readLog(counted, NUMBER, (frame) => {
      points += frame.count;
    });
    expect(points).toBe(300_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(log.end * 1.1);
  });
});

describe('writing', () => {
  test('a log that was made survives a loss of power, and a synced frame does', () => {
    for (let seed = 0; seed < 100; seed++) {
      const files = new MemoryFiles();
      const log = LogWriter.create(files, NUMBER, 5);
      expect(read(files.survivors(seed)).end).toMatchObject({ kind: 'clean', frames: 0, nextSequence: 5 });
      log.append(5, batchOf(3), encodeDefinitions([]));
      expect(log.isSynced).toBe(false);
      log.sync();
      expect(log.isSynced).toBe(true);
      expect(read(files.survivors(seed)).frames).toEqual([contentOf(5, batchOf(3), [])]);
    }
  });

  test('takes frames in order only', () => {
    const log = LogWriter.create(new MemoryFiles(), NUMBER, 5);
    expect(() => log.append(6, batchOf(1), encodeDefinitions([]))).toThrow(RangeError);
    log.append(5, batchOf(1), encodeDefinitions([]));
    expect(() => log.append(5, batchOf(1), encodeDefinitions([]))).toThrow(RangeError);
  });

  test('a batch that no frame can hold is refused, and the next one is not', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    // Nothing of the columns is looked at.
    expectKind('invalid', () => log.append(1, { ...batchOf(0), count: 14_000_000 }, encodeDefinitions([])));
    log.append(1, batchOf(1), encodeDefinitions([]));
    expect(read(files).frames).toHaveLength(1);
  });

  test.each(['EIO', 'ENOSPC', 'short'] as const)('after a write that fails with %s the log is as before', (error) => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    log.append(1, batchOf(2), encodeDefinitions([]));
    files.fault = { at: 1, error, on: 'write' };
    expectKind('io', () => log.append(2, batchOf(50), encodeDefinitions([])));
    expect(files.bytesOf(NAME)).toHaveLength(log.end);
    expect(log.nextSequence).toBe(2);
    log.append(2, batchOf(4), encodeDefinitions([]));
    log.sync();
    expect(read(files).frames).toEqual([contentOf(1, batchOf(2), []), contentOf(2, batchOf(4), [])]);
  });

  test('after a write that fails and cannot be cut off nothing is written', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    log.append(1, batchOf(2), encodeDefinitions([]));
    files.fault = { at: 1, error: 'short', isLasting: true };
    expectKind('failed', () => log.append(2, batchOf(50), encodeDefinitions([])));
    files.fault = undefined;
    expectKind('failed', () => log.append(2, batchOf(50), encodeDefinitions([])));
    expectKind('failed', () => log.sync());
    expect(read(files).frames).toHaveLength(1);
    expect(read(files).end.kind).toBe('torn');
  });

  test('a failed sync is final', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    log.append(1, batchOf(2), encodeDefinitions([]));
    files.fault = { at: 1, error: 'EIO', on: 'sync' };
    expect(errorOf(() => log.sync())).toMatchObject({ kind: 'failed', file: NAME, hint: expect.any(String) });
    const before = files.operations;
    expectKind('failed', () => log.sync());
    expectKind('failed', () => log.append(2, batchOf(2), encodeDefinitions([])));
    expect(files.operations).toBe(before);
  });

  test('a log that cannot be made is not there', () => {
    for (let at = 1; at <= 4; at++) {
      const files = new MemoryFiles({ at, error: 'EIO' });
      const { kind } = errorOf(() => LogWriter.create(files, NUMBER, 1));
      expect(kind).toBe(at <= 2 ? 'io' : 'failed');
      expect(files.names()).toEqual([]);
    }
    const dying = new MemoryFiles({ at: 2, error: 'crash' });
    expect(() => LogWriter.create(dying, NUMBER, 1)).toThrow(Crash);
  });

  test('a log that is there is not made again', () => {
    const files = new MemoryFiles();
    LogWriter.create(files, NUMBER, 1).append(1, batchOf(1), encodeDefinitions([]));
    expectKind('io', () => LogWriter.create(files, NUMBER, 1));
    expect(read(files).frames).toHaveLength(1);
  });

  test('nothing is written after close', () => {
    const log = LogWriter.create(new MemoryFiles(), NUMBER, 1);
    log.close();
    log.close();
    expectKind('failed', () => log.append(1, batchOf(1), encodeDefinitions([])));
  });
});

describe('a log that is cut', () => {
  const torn = (bytes: number) => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    for (const n of [1, 2, 3]) log.append(n, batchOf(n * 10), encodeDefinitions([]));
    files.put(NAME, files.bytesOf(NAME).subarray(0, bytes));
    return files;
  };

  test('in a frame says how much is torn', () => {
    const { end } = read(torn(900));
    expect(end).toMatchObject({ kind: 'torn', frames: 2, end: 32 + 240 + 440, cutBytes: 900 - 712, cutFrames: 0 });
  });

  test.each([0, 5, 31])('in its header, after %i bytes', (bytes) => {
    expect(read(torn(bytes)).end).toMatchObject({
      kind: bytes === 0 ? 'clean' : 'torn',
      end: 0,
      nextSequence: undefined,
      cutBytes: bytes,
    });
  });
});

describe('reading', () => {
  test('stops where the file ended when it began', () => {
    const files = new MemoryFiles();
    const log = LogWriter.create(files, NUMBER, 1);
    log.append(1, batchOf(5), encodeDefinitions([]));
    const opened = files.open(NAME, 'read');
    let frames = 0;
    const end = readLog(opened, NUMBER, () => {
      frames++;
      if (log.nextSequence < 50) log.append(log.nextSequence, batchOf(5), encodeDefinitions([]));
    });
    expect([frames, end.kind, end.nextSequence]).toEqual([1, 'clean', 2]);
    expect(read(files).frames).toHaveLength(2);
  });

  test('a log of a newer slung is refused by that name', () => {
    const header = encodeLogHeader(NUMBER, 1);
    const files = new MemoryFiles();
    header.writeUInt32LE(3, 8);
    files.put(NAME, resealed(header));
    expectKind('version', () => read(files));
    expectKind('version', () => salvageLog(files.open(NAME, 'read'), NUMBER, () => {}));
  });

  test('a log under another’s name is damage', () => {
    const files = new MemoryFiles();
    LogWriter.create(files, NUMBER, 1).append(1, batchOf(1), encodeDefinitions([]));
    files.put(logName(8), files.bytesOf(NAME));
    expect(errorOf(() => read(files, 8))).toMatchObject({ kind: 'damaged', file: '00000008.log', offset: 12 });
  });

  test('what the visitor throws comes through', () => {
    const files = new MemoryFiles();
    LogWriter.create(files, NUMBER, 1).append(1, batchOf(1), encodeDefinitions([]));
    const stop = () => {
      throw new RangeError('enough');
    };
    expect(() => readLog(files.open(NAME, 'read'), NUMBER, stop)).toThrow('enough');
  });
});

function resealed(header: Buffer): Buffer {
  header.writeUInt32LE(crc32(header.subarray(0, 28)), 28);
  return header;
}
