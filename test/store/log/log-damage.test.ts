/**
 * A log that was cut, flipped, shortened, lengthened, or left by a loss of power: what is read is a prefix of what was
 * written, or an error, and never a frame that nobody wrote.
 */
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/store/errors.ts';
import type { OpenFile } from '../../../src/store/files/files.ts';
import { logName } from '../../../src/store/files/names.ts';
import { LOG_HEADER_BYTES, type LogFrame } from '../../../src/store/log/format.ts';
import { LogWriter } from '../../../src/store/log/log.ts';
import { type LogEnd, type LogSalvage, readLog, salvageLog } from '../../../src/store/log/read.ts';
import { encodeKey } from '../../../src/store/series.ts';
import { Crash, MemoryFiles, seededRandom } from '../../support/files.ts';
import { sized } from '../../support/full.ts';
import { encodeDefinitions } from './definitions.ts';

const NUMBER = 3;
const NAME = logName(NUMBER);
const FIRST = 1000;

interface Log {
  readonly bytes: Buffer;
  /** Of each frame, in the file. */
  readonly offsets: readonly number[];
}

/**
 * Every bit of this many is flipped, and every so many bytes the log is cut: odd, so that all bits of bytes are met.
 */
const EVERY_BIT = sized(13, 3);
const EVERY_LENGTH = sized(7, 1);
const PIECES = sized(500, 2000);

/** Frames of different sizes with everything in them. `syncEvery` frames the log is synced. */
function makeLog(frames: number, points: number, syncEvery: number, files = new MemoryFiles()): Log {
  const log = LogWriter.create(files, NUMBER, FIRST);
  const offsets: number[] = [];
  for (let n = 0; n < frames; n++) {
    offsets.push(log.end);
    appendFrame(log, n, points);
    if ((n + 1) % syncEvery === 0) log.sync();
  }
  return { bytes: files.bytesOf(NAME), offsets };
}

function appendFrame(log: LogWriter, n: number, points: number): void {
  const count = (n * 13) % (points + 1);
  const ids = new Uint32Array(count).fill(n);
  const timesUs = new BigInt64Array(count).map((_, at) => BigInt(n * 1e9 + at * 1e6));
  const values = new Float64Array(count).map((_, at) => n + at / 7);
  const definitions = n % 3 === 0 ? [{ id: n, key: encodeKey(`series.${n}`, ['a=b']) }] : [];
  const position = { input: '/var/log/x', bytes: n * 100, lines: n, headBytes: 9, headCrc: n };
  log.append(
    FIRST + n,
    { ids, timesUs, values, count, positions: n % 2 === 0 ? [position] : [] },
    encodeDefinitions(definitions),
  );
}

/** What a reader gets of a frame, kept. */
type Written = Pick<LogFrame, 'sequence' | 'count' | 'definitions' | 'positions'> & { readonly columns: Buffer };

/** The columns lie one behind the other. */
const columnsOf = ({ timesUs, count }: LogFrame) => Buffer.from(timesUs.buffer, timesUs.byteOffset, count * 20);

function written(bytes: Uint8Array): Written[] {
  const frames: Written[] = [];
  readLog(fileOf(bytes), NUMBER, (frame) => {
    const { sequence, count, positions } = frame;
    const definitions = frame.definitions.map(({ id, key }) => ({ id, key: Uint8Array.from(key) }));
    frames.push({ sequence, count, positions, definitions, columns: Buffer.from(columnsOf(frame)) });
  });
  return frames;
}

function isSame(frame: LogFrame, other: Written | undefined): boolean {
  const { sequence, count, definitions, positions, timesUs, values, ids } = frame;
  if (sequence !== other?.sequence || count !== other.count || !columnsOf(frame).equals(other.columns)) return false;
  if (values.byteOffset - timesUs.byteOffset !== count * 8 || ids.byteOffset - values.byteOffset !== count * 8)
    return false;
  if (definitions.length !== other.definitions.length || positions.length !== other.positions.length) return false;
  return (
    definitions.every(
      ({ id, key }, at) => id === other.definitions[at]!.id && isEqual(key, other.definitions[at]!.key),
    ) && positions.every((position, at) => JSON.stringify(position) === JSON.stringify(other.positions[at]))
  );
}

const isEqual = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** Quicker than a MemoryFiles for each of so many cases. */
function fileOf(bytes: Uint8Array): OpenFile {
  const never = () => {
    throw new Error('reading a log changes nothing');
  };
  const readAt = (into: Uint8Array, position: number) => {
    const part = bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  };
  return { readAt, size: () => bytes.length, writeAt: never, truncate: never, sync: never, close: () => {} };
}

/** What became of a log: how many frames were read, all of which were written, and how it ended. */
function look(bytes: Uint8Array, frames: readonly Written[]): { count: number; end: LogEnd | StoreError } {
  let count = 0;
  const visit = (frame: LogFrame) => {
    if (!isSame(frame, frames[count])) throw new Error(`frame ${count} is not the one that was written`);
    count++;
  };
  try {
    const end = readLog(fileOf(bytes), NUMBER, visit);
    return { count, end };
  } catch (error) {
    if (error instanceof StoreError) return { count, end: error };
    throw error;
  }
}

/** Those that can be salvaged, as indices; all of them must have been written. */
function salvage(bytes: Uint8Array, frames: readonly Written[]): { found: number[]; report: LogSalvage } {
  const found: number[] = [];
  const report = salvageLog(fileOf(bytes), NUMBER, (frame) => {
    const index = frame.sequence - FIRST;
    if (!isSame(frame, frames[index])) throw new Error(`frame ${index} is not the one that was written`);
    found.push(index);
  });
  return { found, report };
}

/** expect() costs more than reading the log does. */
function mustBe(actual: unknown, expected: unknown, where: string): void {
  if (actual !== expected) expect(actual, where).toBe(expected);
}

const SECTOR_BYTES = 512;

describe('a log that was cut', () => {
  const { bytes, offsets } = makeLog(42, 72, 1);
  const frames = written(bytes);
  const ends = [...offsets.slice(1), bytes.length];
  const wholeUpTo = (length: number) => ends.findLastIndex((end) => end <= length) + 1;

  test(`at each of ${Math.ceil(bytes.length / EVERY_LENGTH)} bytes is exactly the frames before`, () => {
    expect(bytes.length).toBeGreaterThanOrEqual(30_000);
    for (let length = 0; length < bytes.length; length += EVERY_LENGTH) {
      const { count, end } = look(bytes.subarray(0, length), frames);
      if (end instanceof StoreError) throw end;
      const where = `cut at ${length}`;
      const good = length < LOG_HEADER_BYTES ? 0 : (ends[wholeUpTo(length) - 1] ?? LOG_HEADER_BYTES);
      mustBe(count, wholeUpTo(length), where);
      mustBe(end.end, good, where);
      mustBe(end.cutBytes, length - good, where);
      mustBe(end.kind, length === good ? 'clean' : 'torn', where);
    }
  });

  test('with sectors of zeros behind the cut is the same', () => {
    for (let length = SECTOR_BYTES; length < bytes.length; length += SECTOR_BYTES) {
      for (const zeros of [40, 1500, 70_000]) {
        const changed = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(zeros)]);
        const { count, end } = look(changed, frames);
        if (end instanceof StoreError) throw end;
        // The first zeros may be those that were cut off.
        const same = changed.findIndex((byte, at) => at >= length && byte !== bytes[at]);
        mustBe(count, wholeUpTo(same < 0 ? changed.length : same), `cut at ${length}`);
        mustBe(end.kind, end.end === changed.length ? 'clean' : 'torn', `cut at ${length}`);
      }
    }
  });
});

test('with something else than zeros behind the cut it is damaged, because no interrupted write leaves that', () => {
  const { bytes, offsets } = makeLog(42, 72, 1);
  const frames = written(bytes);
  for (const [index, offset] of offsets.entries()) {
    if (index < 5) continue;
    for (const rest of [bytes.subarray(LOG_HEADER_BYTES + 8, 2500), Buffer.alloc(1500, 0xff), Buffer.alloc(60, 1)]) {
      const { count, end } = look(Buffer.concat([bytes.subarray(0, offset), rest]), frames);
      mustBe(count, index, `behind frame ${index}`);
      mustBe(end.kind, 'damaged', `behind frame ${index}`);
    }
  }
});

describe.each([
  ['each frame', 1],
  ['every 5 frames', 5],
])('a log that was synced after %s', (_, syncEvery) => {
  const { bytes, offsets } = makeLog(31, 14, syncEvery);
  const frames = written(bytes);
  const last = frames.length - 1;
  const bits = bytes.length * 8;
  const hitBy = (bit: number) => offsets.findLastIndex((offset) => offset <= bit >> 3);
  const flip = (bit: number) => {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  };
  /** Up to where the log was synced when its last frame was made. */
  const promisedEnd = offsets[last - (last % syncEvery)]!;

  test(`with every ${EVERY_BIT}th bit flipped (${Math.ceil(bits / EVERY_BIT)} cases) is a prefix or damage, and nothing is invented`, () => {
    let [damages, unpromised, torn] = [0, 0, 0];
    for (let bit = 0; bit < bits; bit += EVERY_BIT) {
      flip(bit);
      const { count, end } = look(bytes, frames);
      const [hit, where] = [hitBy(bit), `bit ${bit}`];
      mustBe(count, Math.max(hit, 0), where);
      const isPromised = hit < 0 || offsets[hit]! < promisedEnd;
      // A frame whose data end a sector with zeros may have been torn there.
      if (!isPromised) unpromised++;
      if (isPromised) mustBe(end.kind, 'damaged', where);
      else if (end.kind === 'torn') torn++;
      if (end instanceof StoreError) {
        mustBe(end.file, NAME, where);
        if (hit >= 0) mustBe(end.offset, offsets[hit], where);
        damages++;
      } else {
        mustBe(end.end, offsets[hit], where);
        mustBe(end.cutFrames, last - hit, where);
      }
      flip(bit);
    }
    expect(damages).toBeGreaterThan(bits / EVERY_BIT / 2);
    expect(unpromised).toBeGreaterThan(bits / EVERY_BIT / 100);
    expect(torn).toBeLessThan(unpromised / 20 + 1);
  });

  test(`with every ${EVERY_BIT}th bit flipped (${Math.ceil(bits / EVERY_BIT)} cases) gives all other frames to salvage`, () => {
    for (let bit = 1; bit < bits; bit += EVERY_BIT) {
      flip(bit);
      const { found, report } = salvage(bytes, frames);
      const [hit, where] = [hitBy(bit), `bit ${bit}`];
      mustBe(found.join(), [...frames.keys()].filter((index) => index !== hit).join(), where);
      const [from, end] = hit < 0 ? [0, LOG_HEADER_BYTES] : [offsets[hit]!, offsets[hit + 1] ?? bytes.length];
      mustBe(report.stretches.map((stretch) => `${stretch.from}-${stretch.end}`).join(), `${from}-${end}`, where);
      mustBe(report.frames, found.length, where);
      mustBe(report.skippedBytes, end - from, where);
      mustBe(report.missingFrames, hit < 0 || hit === last ? 0 : 1, where);
      flip(bit);
    }
  });

  test(`with ${PIECES} pieces overwritten, removed, added or repeated is a prefix or damage; salvage invents nothing`, () => {
    for (let seed = 0; seed < PIECES; seed++) {
      const random = seededRandom(seed);
      const below = (end: number) => Math.floor(random() * end);
      const from = below(bytes.length);
      const end = Math.min(bytes.length, from + below(900));
      const noise = Buffer.alloc(below(200)).map(() => below(256));
      const piece = [noise, bytes.subarray(from, end), Buffer.alloc(0), Buffer.alloc(below(300))][below(4)]!;
      const changed = Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(below(2) === 0 ? end : from)]);
      const { count } = look(changed, frames);
      const whole = Math.max(0, offsets.filter((offset) => offset <= from).length - 1);
      expect(count, `seed ${seed}`).toBeGreaterThanOrEqual(whole);
      const { found } = salvage(changed, frames);
      expect(found.slice(0, whole), `seed ${seed}`).toEqual([...frames.keys()].slice(0, whole));
      expect(
        found.every((index, at) => at === 0 || index > found[at - 1]!),
        `seed ${seed}`,
      ).toBe(true);
    }
  });
});

describe('damage is told', () => {
  const { bytes, offsets } = makeLog(12, 14, 1);
  const without = (from: number, end: number) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)]);

  test('when a frame is missing', () => {
    expect(() => written(without(offsets[4]!, offsets[6]!))).toThrow(
      `${NAME}: frame 1004 is missing, frame 1006 is in its place (at byte ${offsets[4]})`,
    );
  });

  test('when bytes are missing, so that later frames lie at odd places', () => {
    expect(() => written(without(offsets[4]! + 50, offsets[4]! + 53))).toThrow(
      `${NAME}: frame 1004 is damaged, and frame 1005 behind it is whole (at byte ${offsets[4]})`,
    );
  });

  test('when the header is', () => {
    const changed = Buffer.from(bytes);
    changed[0] = 0;
    expect(() => written(changed)).toThrow(
      `${NAME}: the header is damaged; frame 1000 and perhaps more are whole (at byte 0)`,
    );
  });

  test('and what is counted by salvage', () => {
    const changed = without(offsets[4]!, offsets[6]!);
    changed[offsets[2]! + 12]! ^= 1;
    const { found, report } = salvage(changed, written(bytes));
    expect(found).toEqual([0, 1, 3, 6, 7, 8, 9, 10, 11]);
    const stretch = { from: offsets[2], end: offsets[3] };
    const skippedBytes = offsets[3]! - offsets[2]!;
    expect(report).toEqual({ frames: 9, firstSequence: FIRST, stretches: [stretch], skippedBytes, missingFrames: 3 });
  });

  test('and a log of nothing, or of nothing ours, has no frames', () => {
    for (const other of [Buffer.alloc(0), Buffer.alloc(5000), Buffer.from('{"a":1}\n'.repeat(900))]) {
      const end = readLog(fileOf(other), NUMBER, () => {});
      expect(end).toMatchObject({ end: 0, frames: 0, cutBytes: other.length });
      expect(salvageLog(fileOf(other), NUMBER, () => {})).toMatchObject({ frames: 0, skippedBytes: other.length });
    }
  });
});

describe('after a loss of power', () => {
  const FRAMES = 12;
  const frames = written(makeLog(FRAMES, 9, 1).bytes);
  /** Frames whose sync returned before the crash, and those whose append began. */
  const crashAt = (at: number, syncEvery: number) => {
    const files = new MemoryFiles({ at, error: 'crash' });
    let synced = 0;
    let begun = 0;
    try {
      const log = LogWriter.create(files, NUMBER, FIRST);
      for (let n = 0; n < FRAMES; n++) {
        begun++;
        appendFrame(log, n, 9);
        if ((n + 1) % syncEvery !== 0) continue;
        log.sync();
        synced = n + 1;
      }
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    return { files, synced, begun };
  };
  const SEEDS = sized(20, 60);

  test.each([1, 4, 100])(
    `at any operation, in any of ${SEEDS} ways, synced every %i: what was synced is there, and a prefix`,
    (syncEvery) => {
      let torn = 0;
      for (let at = 1; ; at++) {
        const { files, synced, begun } = crashAt(at, syncEvery);
        for (let seed = 0; seed < SEEDS; seed++) {
          const later = files.survivors(seed);
          if (!later.names().includes(NAME)) {
            expect(synced).toBe(0);
            continue;
          }
          const { count, end } = look(later.bytesOf(NAME), frames);
          const where = `crash at ${at}, seed ${seed}: ${end instanceof StoreError ? end.message : end.kind}`;
          expect(end, where).not.toBeInstanceOf(StoreError);
          expect(count, where).toBeGreaterThanOrEqual(synced);
          expect(count, where).toBeLessThanOrEqual(begun);
          if ((end as LogEnd).kind === 'torn') torn++;
        }
        const killed = files.afterKill();
        if (killed.names().includes(NAME))
          expect(look(killed.bytesOf(NAME), frames).count).toBeGreaterThanOrEqual(begun - 1);
        if (!files.hasCrashed) break;
      }
      expect(torn).toBeGreaterThan(10);
    },
  );
});
