/** What is shown to people: lines cut anywhere, sinks that take little at a time, and what is left at the end. */
import { expect, test, vi } from 'vitest';
import type { View } from '../../../src/config/settings.ts';
import type { Sink } from '../../../src/io/index.ts';
import { viewOver } from '../../../src/pipeline/view/view.ts';

const plain: View = { kind: 'table', styles: undefined, width: undefined, isUtf8: true, header: true };

/** Takes `most` bytes at once, and the rest when it is waited for. */
class SlowSink implements Sink {
  readonly name = 'slow';
  readonly closed = false;
  readonly isTTY = false;
  text = '';
  ends: string[] = [];

  readonly most: number;
  readonly isAllOrNothing: boolean;

  constructor(most: number, isAllOrNothing = false) {
    this.most = most;
    this.isAllOrNothing = isAllOrNothing;
  }

  writeNow(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.most);
    this.text += Buffer.from(taken).toString('latin1');
    return taken.length;
  }

  async writeAll(bytes: Uint8Array): Promise<void> {
    this.text += Buffer.from(bytes).toString('latin1');
  }

  commit(): void {
    this.ends.push('commit');
  }

  abort(): void {
    this.ends.push('abort');
  }
}

async function shown(view: Partial<View>, pieces: readonly string[], most = 1 << 20): Promise<string> {
  const sink = new SlowSink(most);
  const over = viewOver(sink, { ...plain, ...view }, false);
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    if (over.writeNow(bytes) < bytes.length) await over.writeAll();
  }
  over.commit();
  await over.finish();
  expect(sink.ends).toEqual(['commit']);
  return Buffer.from(sink.text, 'latin1').toString();
}

const tsv = ['n\tt', 'ext\n1.5\ta\\tb\n', '-20\té\n', '\t\n'];
const table = '    n  text\n  1.5  a␉b\n-20    é\n\n';

test('a table', async () => {
  for (const most of [1, 7, 1 << 20]) expect(await shown({}, tsv, most)).toBe(table);
  expect(await shown({ header: false }, tsv)).toBe(table.slice(table.indexOf('\n') + 1));
  expect(await shown({ width: 6 }, ['a\tbcdefgh\n1\t12345x\n'])).toBe('a  bc…\n1  12…\n');
  expect(await shown({}, ['a\tb\n'])).toBe('');
});

test('a table of more rows than a page has the widths of the first one', async () => {
  const rows = Array.from({ length: 2500 }, (_, i) => `${i}\tx\n`);
  const lines = (await shown({}, ['n\tt\n', rows.join('')])).split('\n');
  expect(lines).toHaveLength(2502);
  expect([lines[1], lines[1000], lines[1001], lines[2500]]).toEqual(['  0  x', '999  x', '1000  x', '2499  x']);
});

test.each([false, true])('rows are shown after a pause only where the input may pause (%s)', async (isLive) => {
  vi.useFakeTimers();
  try {
    const sink = new SlowSink(1 << 20);
    const over = viewOver(sink, plain, isLive);
    over.writeNow(Buffer.from('n\tt\n1\tx\n'));
    vi.advanceTimersByTime(10_000);
    expect(sink.text).toBe(isLive ? 'n  t\n1  x\n' : '');
    over.writeNow(Buffer.from('1234\tx\n'));
    await over.finish();
    expect(sink.text).toBe(isLive ? 'n  t\n1  x\n1234  x\n' : '   n  t\n   1  x\n1234  x\n');
  } finally {
    vi.useRealTimers();
  }
});

test('records over several lines', async () => {
  const pieces = ['{"a":', '1}\n{"b', '":[]}\n'];
  for (const most of [1, 1 << 20])
    expect(await shown({ kind: 'pretty' }, pieces, most)).toBe('{\n  "a": 1\n}\n{\n  "b": []\n}\n');
});

test('an output that is all or nothing is given up as one', async () => {
  const sink = new SlowSink(100, true);
  const over = viewOver(sink, { ...plain, kind: 'pretty' }, false);
  over.abort();
  await over.finish();
  expect(sink.ends).toEqual(['abort']);
});
