/**
 * Pieces of all sizes, over the ends of the buffer: the file has all of them, in order, and few writes were needed.
 */
import { expect, test } from 'vitest';
import { SegmentOutput } from '../../../src/store/segment/output.ts';
import { MemoryFiles, seededRandom } from '../../support/files.ts';

const MIB = 1 << 20;

test.each([
  ['small ones', 20_000, 200],
  ['up to 100 KiB', 60, 100_000],
  ['some larger than the buffer', 9, 3 * MIB],
])('%s', (_, count, most) => {
  const random = seededRandom(count);
  const files = new MemoryFiles();
  const output = new SegmentOutput(files.open('a', 'create'));
  const pieces: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const piece = Buffer.alloc(Math.floor(random() * most), 1 + (i % 255));
    output.put(piece);
    pieces.push(piece);
  }
  output.drain();
  const expected = Buffer.concat(pieces);
  expect(output.position).toBe(expected.length);
  expect(files.bytesOf('a').equals(expected)).toBe(true);
  const writes = files.trace.filter((step) => step.startsWith('write')).length;
  expect(writes).toBeLessThanOrEqual(Math.ceil(expected.length / (MIB / 2)) + 1 + (most > MIB ? count : 0));
});
