/** The sink that wants nothing. */
import { expect, test } from 'vitest';
import { DropSink } from '../../src/io/drop-sink.ts';

test('takes everything', async () => {
  const sink = new DropSink();
  expect(sink.writeNow(Buffer.from('1\n'))).toBe(2);
  await sink.writeAll();
  sink.commit();
  sink.abort();
  expect(sink).toMatchObject({ name: 'drop', closed: false, isTTY: false });
});
