/** Rows beside the lines of a file of rejects: those that came with them, or one for each line. */
import { expect, test } from 'vitest';
import { RejectLog } from '../../src/graph/reject-log.ts';
import { DropSink } from '../../src/io/drop-sink.ts';

const segments = (...parts: string[]) => parts.map((part) => Buffer.from(part));

test('a row for each line, whatever brings it', () => {
  const rows: string[] = [];
  const log = new RejectLog(
    Object.assign(new DropSink(), { writeNow: (bytes: Uint8Array) => rows.push(String(bytes)) && bytes.length }),
  );
  const why = { file: 'pager', name: 'undelivered', reason: 'HTTP 400' };
  expect(log.add({ segments: segments('one\n'), rows: '{"own":1}\n' })).toBeUndefined();
  expect(log.add({ segments: segments('a\nbcd\n', 'é\n'), why })).toBeUndefined();
  // Parts of a line that ends later.
  expect(log.add({ segments: segments('xx'), rows: '' })).toBeUndefined();
  expect(log.add({ segments: segments('{}\n') })).toBeUndefined();
  const made = [1, 3, 2].map((length) => `${JSON.stringify({ ...why, length })}\n`).join('');
  const routed = '{"file":"drop","name":"routed","reason":"a route leads here","length":2}\n';
  expect(rows).toEqual(['{"own":1}\n', made, routed]);
});

test('a log that cannot be written is an error that is not thrown', () => {
  const writeNow = (): never => {
    throw new Error('full');
  };
  const log = new RejectLog(Object.assign(new DropSink(), { writeNow }));
  expect(log.add({ segments: [], rows: '{}\n' })?.message).toMatch(/^cannot write .*: full$/);
});
