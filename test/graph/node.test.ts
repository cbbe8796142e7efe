/**
 * Whole runs inside this process, over reads of any size: lines cut at every byte, blocks and batches of 64 bytes
 * upward, and what is said and counted at the end.
 */
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../src/io/index.ts';
import { type Reading, runOver } from './support.ts';

const records = [
  '{"a":1,"msg":"short"}',
  '{"a":2,"msg":"with \\"escapes\\" and \\u00e9 and é 😀"}',
  '{"a":3,"nested":{"deep":[1,2,{"x":[]}],"more":"text"},"tail":true}',
  '',
  '{"a":4,"bad":}',
  `{"a":5,"long":"${'y'.repeat(150)}"}`,
  '12345',
  '{"a":6}\r',
];
const text = `${records.join('\n')}\n`;
const whole = records.filter((record) => record !== '' && !record.includes('bad'));
const expected = Buffer.from(`${whole.join('\n')}\n`).toString('latin1');

describe('lines cut at every byte', () => {
  test.each([64, 100, 4096])('by two reads with a pause between them, batches of %i bytes', async (batchBytes) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++) {
      const readings: Reading[] = [bytes.subarray(0, at), 'dry', bytes.subarray(at)];
      const { out, rejects, report } = await runOver(readings, { batchBytes });
      expect(out).toBe(expected);
      expect(rejects).toMatchObject([{ line: 5, column: 14, code: 2, text: '{"a":4,"bad":}' }]);
      expect(report).toMatchObject({ records: 6, blank: 1, rejected: 1, bytesIn: bytes.length });
    }
  });

  test('by reads of every size', async () => {
    const bytes = Buffer.from(text);
    for (let size = 1; size < 70; size++) {
      const readings: Reading[] = [];
      for (let at = 0; at < bytes.length; at += size) readings.push(bytes.subarray(at, at + size));
      for (const batchBytes of [64, 65, 127, 500]) {
        const { out, report } = await runOver(readings, { batchBytes });
        expect(out).toBe(expected);
        expect(report).toMatchObject({ records: 6, blank: 1, rejected: 1 });
      }
    }
  });
});

const lines = (...all: string[]): Reading[] => [Buffer.from(`${all.join('\n')}\n`)];

describe('bad lines', () => {
  test('every limit stops at the same line, whatever the batches', async () => {
    const input = ['1', 'x', '2', 'y', '', '3', 'z', '4'];
    for (const batchRecords of [1, 2, 3, 100]) {
      for (const [maxErrors, out, at] of [
        [0, '1\n', 2],
        [1, '1\n2\n', 4],
        [2, '1\n2\n3\n', 7],
      ] as const) {
        const result = await runOver(lines(...input), { maxErrors, batchRecords });
        expect(result.out).toBe(out);
        expect(result.outcome).toEqual({ kind: 'done', code: 1 });
        expect(result.rejects.at(-1)).toMatchObject({ line: at });
        expect(result.said).toContain(`stopped at given:${at} (--max-errors ${maxErrors})`);
      }
      const { out, outcome } = await runOver(lines(...input), { maxErrors: 3, batchRecords });
      expect({ out, outcome }).toEqual({ out: '1\n2\n3\n4\n', outcome: { kind: 'done', code: 1 } });
    }
  });

  test('a line that is too long counts for the limit, and is kept when bad lines are kept', async () => {
    const long = `"${'z'.repeat(3 << 20)}"`;
    const changes = { maxRecordBytes: 1 << 20 };
    const stopped = await runOver(lines('1', long, '2'), { ...changes, onError: 'fail' });
    expect(stopped).toMatchObject({ out: '1\n', outcome: { kind: 'done', code: 1 } });
    expect(stopped.said).toContain('stopped at given:2 (--on-error fail)');
    expect(stopped.rejects).toMatchObject([{ line: 2, byteOffset: 2, code: 16, length: long.length, text: long }]);
    const kept = await runOver(lines('1', long, '2'), { ...changes, onError: 'keep' });
    expect(kept).toMatchObject({ out: `1\n${long}\n2\n`, outcome: { kind: 'done', code: 0 } });
    expect(kept.report).toMatchObject({ records: 2, rejected: 1, rejectedByCode: { 'too-long': 1 } });
  });

  test('in a long line, place and count are right', async () => {
    const long = `["${'z'.repeat(3 << 20)}",]`;
    const { out, rejects, report } = await runOver(lines('1', '', long, '2'));
    expect(out).toBe('1\n2\n');
    expect(rejects).toMatchObject([{ line: 3, byteOffset: 3, column: long.length, code: 2, length: long.length }]);
    expect(report).toMatchObject({ records: 2, blank: 1, rejected: 1, batches: { long: 1 } });
  });
});

describe('an input that fails', () => {
  test('gives its whole lines first', async () => {
    const failure = new SourceError('given', 'EIO', 'cannot read given: it broke');
    const { out, outcome, said } = await runOver([Buffer.from('1\n2\n3'), failure]);
    expect(out).toBe('1\n2\n');
    expect(outcome).toEqual({ kind: 'done', code: 1 });
    expect(said).toEqual([
      'given:3: the last line was read only in part (1 byte) and is left out',
      'cannot read given: it broke',
    ]);
  });
});

test('an input that pauses shows progress, too', async () => {
  const { updates } = await runOver([...lines('1'), 'dry', 'dry', ...lines('2'), 'dry', 'dry', ...lines('3')]);
  expect(updates).toBeGreaterThanOrEqual(2);
});

describe('long lines', () => {
  const long = (letter: string, mebibytes: number): string => `{"a":"${letter.repeat(mebibytes << 20)}"}`;

  test('of growing and shrinking sizes, between short ones, by small reads', async () => {
    const input = ['{"a":1}', long('b', 2), '{"a":3}', long('d', 9), long('e', 3), '', '{"a":6}', long('g', 5)];
    const bytes = Buffer.from(input.join('\n'));
    const readings: Reading[] = [];
    for (let at = 0; at < bytes.length; at += 65_536) readings.push(bytes.subarray(at, at + 65_536), 'dry');
    const { out, report } = await runOver(readings, { where: ['has(a)'] });
    expect(out).toBe(`${input.filter((line) => line !== '').join('\n')}\n`);
    expect(report).toMatchObject({ records: 7, matched: 7, blank: 1, bytesIn: bytes.length, batches: { long: 4 } });
  });

  test('one that an input breaks off is not mixed with one of the next input', async () => {
    const failure = new SourceError('given', 'EIO', 'cannot read given: it broke');
    const whole = long('y', 2);
    const { out, rejects, said } = await runOver(
      [Buffer.from(long('x', 3).slice(0, 2 << 20)), failure],
      {},
      undefined,
      [[Buffer.from(`${whole}\n1\n`)]],
    );
    expect(out).toBe(`${whole}\n1\n`);
    expect(rejects).toEqual([]);
    expect(said[0]).toBe('given:1: the last line was read only in part (2 097 152 bytes) and is left out');
  });

  test('exactly at the limit of a record, and one byte over it', async () => {
    const line = long('z', 2);
    const at = await runOver([Buffer.from(`${line}\n`)], { maxRecordBytes: line.length });
    expect(at.out).toBe(`${line}\n`);
    const over = await runOver([Buffer.from(`${line}\n`)], { maxRecordBytes: line.length - 1 });
    expect(over.out).toBe('');
    expect(over.rejects).toMatchObject([{ code: 16, length: line.length, text: line }]);
  });
});

describe('csv', () => {
  const changes = { to: 'csv', batchRecords: 1 } as const;

  test('the header is found in the first batch with a match, also in a long line', async () => {
    const long = `{"b":"${'z'.repeat(3 << 20)}","a":2}`;
    const { out } = await runOver(lines('{"x":1}', long, '{"a":3}'), { ...changes, where: ['a > 1'] });
    expect(out).toBe(`b,a\n${'z'.repeat(3 << 20)},2\n,3\n`);
  });

  test('a column whose name is longer than all that is kept is reported, and only where its record matches', async () => {
    const long = `{"a":2,"${'n'.repeat(2 << 20)}":1}`;
    const report = 'some were left out; --columns or -f can name those that you need';
    const found = await runOver(lines(long), changes);
    expect(found.out).toBe('a\n2\n');
    expect(found.said).toEqual([
      expect.stringContaining('the header has the first 1'),
      expect.stringContaining(report),
    ]);
    const late = await runOver(lines('{"a":1}', long), changes);
    expect(late.said).toEqual([expect.stringContaining(report)]);
    expect(late.outcome).toEqual({ kind: 'done', code: 1 });
    const other = await runOver(lines('{"a":1}', long), { ...changes, where: ['a == 1'] });
    expect(other.said).toEqual([]);
  });

  test('more keys in a record than can be noted are reported, and only where it matches', async () => {
    const many = `{"a":2,${Array.from({ length: 66_000 }, (_, i) => `"k${i}":1`).join(',')}}`;
    const some = await runOver(lines('{"a":1}', many), changes);
    expect(some.said.at(-1)).toContain('some were left out');
    expect(some.outcome).toEqual({ kind: 'done', code: 1 });
    const none = await runOver(lines('{"a":1}', many), { ...changes, where: ['a == 1'] });
    expect([none.said, none.outcome]).toEqual([[], { kind: 'done', code: 0 }]);
  });

  test('late columns of a long line are counted as well', async () => {
    const long = `{"a":2,"late":"${'z'.repeat(3 << 20)}"}`;
    const { out, said } = await runOver(lines('{"a":1}', long, '{"late":1}'), changes);
    expect(out).toBe('a\n1\n2\n""\n');
    expect(said).toEqual([
      '1 column came after the header and was left out: "late" (2 records); --columns or -f can name them',
    ]);
  });

  test('the same bytes give the same columns and the same exit code, however they come', async () => {
    const early = Array.from({ length: 6000 }, (_, i) => `{"a":${i}${i === 5999 ? ',"b":1' : ''}}`);
    const late = Array.from({ length: 6000 }, (_, i) => `{"a":${i}${i === 5000 ? ',"c":2' : ''}}`);
    const inside = Buffer.from(`${early.join('\n')}\n`);
    const beyond = Buffer.concat([inside, Buffer.from(`${late.join('\n')}\n`)]);
    for (const [bytes, header, code] of [
      [inside, 'a,b\n', 0],
      [beyond, 'a,b\n', 1],
    ] as const) {
      const whole = await runOver([bytes], { to: 'csv' });
      expect(whole.out.startsWith(header)).toBe(true);
      expect(whole.outcome).toEqual({ kind: 'done', code });
      for (const readBytes of [700, 4096, 100_000]) {
        const readings: Reading[] = [];
        for (let at = 0; at < bytes.length; at += readBytes) readings.push(bytes.subarray(at, at + readBytes), 'dry');
        for (const changes of [{}, { csvStrict: true }, { lanes: 2, batchBytes: 2000 }] as const) {
          const expected = await runOver([bytes], { to: 'csv', ...changes });
          const cut = await runOver(readings, { to: 'csv', ...changes });
          expect(cut.out).toBe(expected.out);
          expect({ outcome: cut.outcome, said: cut.said }).toEqual({ outcome: expected.outcome, said: expected.said });
        }
      }
    }
  });

  test('a window without a match leaves the columns to the next one', async () => {
    const many = Array.from({ length: 12_000 }, (_, i) => `{"x":${i}${i > 11_000 ? `,"y":${i}` : ''}}`);
    const { out, outcome } = await runOver(lines(...many, 'bad'), {
      to: 'csv',
      where: ['x > 10998'],
      batchBytes: 5000,
    });
    expect(out.split('\n').slice(0, 4)).toEqual(['x,y', '10999,', '11000,', '11001,11001']);
    expect(outcome).toEqual({ kind: 'done', code: 1 });
  });

  test('--csv-strict stops before the record, in its place', async () => {
    for (const batchRecords of [1, 2, 10]) {
      const strict = { ...changes, batchRecords, csvStrict: true } as const;
      const { out, outcome, said } = await runOver(lines('{"a":1}', '', '{"a":2}', '{"b":3}', '{"a":4}'), {
        ...strict,
        columns: [{ name: 'A', path: 'a' }],
      });
      expect({ out, outcome }).toEqual({ out: 'A\n1\n2\n', outcome: { kind: 'done', code: 1 } });
      expect(said).toEqual([
        'given:4: the record has a column that the header has not: "b" (--csv-strict); --columns or -f can name them',
      ]);
    }
  });
});
