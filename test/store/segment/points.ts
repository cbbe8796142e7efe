/**
 * Points for tests of segments: random series with odd names and values, segments made of them, and what a segment
 * holds as text by series and time, so that two of them can be compared bit for bit.
 */

import type { SegmentInfo } from '../../../src/store/files/manifest.ts';
import { Kernel } from '../../../src/store/kernel/kernel.ts';
import * as L from '../../../src/store/kernel/layout.ts';
import type { SegmentReader } from '../../../src/store/segment/reader.ts';
import { type SegmentIdentity, SegmentWriter } from '../../../src/store/segment/writer.ts';
import { encodeKey } from '../../../src/store/series.ts';
import type { PointSource } from '../../../src/store/source.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';

/** Bits of values by time, by the key's bytes as latin1. */
export type Points = Map<string, Map<bigint, bigint>>;

/** A kernel, and columns in its memory for tests. */
export class Bench {
  readonly kernel = new Kernel();
  readonly files = new MemoryFiles();
  readonly times: number;
  readonly values: number;

  /** @param room points of the columns */
  constructor(room = L.BLOCK_POINTS) {
    this.times = this.kernel.alloc(room * 8);
    this.values = this.kernel.alloc(room * 8);
  }

  /** Puts points into the columns. */
  fill(points: Iterable<readonly [bigint, bigint]>): number {
    let count = 0;
    for (const [time, bits] of points) {
      this.kernel.i64[this.times / 8 + count] = time;
      this.kernel.i64[this.values / 8 + count++] = bits;
    }
    return count;
  }

  /** Writes a segment, in blocks of `blockPoints`. */
  write(points: Points, identity: Partial<SegmentIdentity> = {}, blockPoints = L.BLOCK_POINTS): SegmentInfo {
    const writer = new SegmentWriter(this.files, this.kernel, {
      ...{ number: 1, age: 1, level: 0, isCold: false },
      ...identity,
    });
    for (const [key, series] of sortedSeries(points)) {
      writer.beginSeries(Buffer.from(key, 'latin1'));
      for (let from = 0; from < series.length; from += blockPoints) {
        writer.add(this.times, this.values, this.fill(series.slice(from, from + blockPoints)));
      }
    }
    return writer.finish()!;
  }

  /** Everything that a source holds, block by block. */
  read(source: PointSource): Points {
    const all: Points = new Map();
    for (let series = 0; series < source.seriesCount; series++) {
      const points = new Map<bigint, bigint>();
      for (let block = source.firstBlock(series); block < source.firstBlock(series + 1); block++) {
        const count = source.decode(block, this.times, this.values);
        for (let i = 0; i < count; i++) {
          points.set(this.kernel.i64[this.times / 8 + i]!, this.kernel.i64[this.values / 8 + i]!);
        }
      }
      all.set(Buffer.from(source.keyBytes(series)).toString('latin1'), points);
    }
    return all;
  }
}

export function keyOf(name: string, ...tags: string[]): string {
  return encodeKey(name, tags).toString('latin1');
}

/** Series with their points in order. */
export function sortedSeries(points: Points): [string, [bigint, bigint][]][] {
  return [...points]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, series]) => [key, [...series].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** To be compared: two are equal when all points are. */
export function textOf(points: Points): string {
  return sortedSeries(points)
    .filter(([, series]) => series.length > 0)
    .map(([key, series]) => `${JSON.stringify(key)} ${series.map(([time, bits]) => `${time}=${bits}`).join(' ')}`)
    .join('\n');
}

const bitsView = new DataView(new ArrayBuffer(8));

export function bitsOf(value: number): bigint {
  bitsView.setFloat64(0, value);
  return bitsView.getBigInt64(0);
}

/** Values as they come: decimals, large and small ones, and every kind of bit pattern. */
export function randomBits(random: () => number): bigint {
  const kind = random();
  if (kind < 0.7) return bitsOf(Math.round(random() * 10_000) / 100);
  if (kind < 0.9) return bitsOf(random() * 10 ** Math.floor(random() * 30 - 15));
  const odd = [0n, -0x8000_0000_0000_0000n, bitsOf(Number.POSITIVE_INFINITY), 0x7ff8_0000_0000_0001n, -1n, 1n];
  return odd[Math.floor(random() * odd.length)]!;
}

const names = ['cpu', 'cpu.load', 'http', 'a\0b', '', 'z\u{10ffff}', 'ä'];

/** Random series around a start, with steps of about a second. */
export function randomPoints(
  seed: number,
  seriesCount: number,
  most: number,
  startUs = 1_700_000_000_000_000n,
): Points {
  const random = seededRandom(seed);
  const points: Points = new Map();
  for (let i = 0; i < seriesCount; i++) {
    const tags = random() < 0.2 ? [] : [`host=${Math.floor(random() * seriesCount)}`, 'region=é'];
    const series = new Map<bigint, bigint>();
    const count = 1 + Math.floor(random() * most);
    let time = startUs + BigInt(Math.floor(random() * 1_000_000));
    for (let n = 0; n < count; n++) {
      series.set(time, randomBits(random));
      time += random() < 0.8 ? 1_000_000n : BigInt(1 + Math.floor(random() * 5_000_000));
    }
    points.set(keyOf(names[Math.floor(random() * names.length)]!, ...tags), series);
  }
  return points;
}

/** Sums of the counts of all entries. */
export function countOf(reader: SegmentReader): number {
  const entries = reader.entries(0, reader.blockCount);
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  let points = 0;
  for (let at = 0; at < entries.length; at += L.ENTRY_BYTES) points += view.getUint32(at + L.S_COUNT, true);
  return points;
}
