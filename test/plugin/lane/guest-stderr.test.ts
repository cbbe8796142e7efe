import { describe, expect, test } from 'vitest';
import { GuestStderr, MOST_BYTES, MOST_LINES } from '../../../src/plugin/lane/guest-stderr.ts';
import * as T from '../../../src/plugin/lane/task.ts';

function stderr(mode: T.StderrMode = 'limit', ledger = new SharedArrayBuffer(T.LEDGER_BYTES)) {
  const lines: string[] = [];
  const guest = new GuestStderr(ledger, mode, (line) => lines.push(line));
  const { counts } = T.ledgerViews(ledger);
  return {
    guest,
    lines,
    ledger,
    hidden: () => counts[T.COUNT_STDERR_HIDDEN],
    write: (text: string) => guest.write(Buffer.from(text)),
  };
}

describe('lines of standard error', () => {
  test('are joined from pieces, and ended by LF or CRLF', () => {
    const { lines, write, guest } = stderr();
    write('a');
    write('b\nc');
    write('d\r\n\n\te');
    expect(lines).toEqual(['ab', 'cd', '']);
    guest.flush();
    guest.flush();
    expect(lines).toEqual(['ab', 'cd', '', '\te']);
  });

  test('are joined from pieces of a character', () => {
    const { lines, guest } = stderr();
    for (const byte of Buffer.from('ü…😀\n')) guest.write(Uint8Array.of(byte));
    expect(lines).toEqual(['ü…😀']);
  });

  test('are cut, whatever their length', () => {
    const { lines, write } = stderr();
    for (const length of [1000, 1001, 5000, 5_000_000]) write(`${'x'.repeat(length)}\n`);
    write(`${'ü'.repeat(1000)}\n`);
    const cut = `${'x'.repeat(1000)}…`;
    expect(lines).toEqual(['x'.repeat(1000), cut, cut, cut, 'ü'.repeat(1000)]);
  });

  test('are counted when there were too many, or too much of them', () => {
    const many = stderr();
    many.write('x\n'.repeat(MOST_LINES + 5));
    expect([many.lines.length, many.hidden()]).toEqual([MOST_LINES, 5]);
    const long = stderr();
    const most = Math.ceil(MOST_BYTES / 500);
    long.write(`${'x'.repeat(500)}\n`.repeat(most + 5));
    expect([long.lines.length, long.hidden()]).toEqual([most, 5]);
  });

  test("have one allowance for all threads of a lane, and the unfinished one is the next thread's", () => {
    const first = stderr();
    first.write(`${'x\n'.repeat(MOST_LINES - 1)}y`);
    const next = stderr('limit', first.ledger);
    next.guest.flush();
    next.write('z\n');
    expect([next.lines, next.hidden()]).toEqual([['y'], 1]);
  });
});
