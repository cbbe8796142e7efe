import { describe, expect, test } from 'vitest';
import { progressText } from '../../src/cli/progress.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import { writeLines, writeText } from '../../src/cli/write.ts';

const erase = '\r\u001b[K';

async function terminal(drawProgress = true) {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const opened = await openTerminal({ write, level: 0, quiet: false, verbose: 0, drawProgress });
  return { ...opened, written };
}

describe('progress', () => {
  test('nothing in the first second, then at most ten times a second', async () => {
    const { progress, written } = await terminal();
    for (let elapsedMs = 0; elapsedMs <= 2000; elapsedMs += 10) {
      progress?.update({ bytesRead: elapsedMs, records: elapsedMs, elapsedMs });
    }
    expect(written).toHaveLength(11);
    expect(written[0]).toContain('1 000 records');
  });

  test('a message erases the line first; clear erases it once', async () => {
    const { progress, talk, written } = await terminal();
    talk.warn('before');
    progress?.update({ bytesRead: 0, records: 0, elapsedMs: 1000 });
    talk.warn('after');
    progress?.clear();
    progress?.update({ bytesRead: 0, records: 0, elapsedMs: 1200 });
    progress?.clear();
    progress?.clear();
    const shown = written.map((text) => text.replace(erase, 'ERASE '));
    expect(shown).toEqual([
      'slung: before\n',
      'ERASE 0 B, 0 records, 0 MB/s, 1 s',
      'ERASE ',
      'slung: after\n',
      'ERASE 0 B, 0 records, 0 MB/s, 1 s',
      'ERASE ',
    ]);
  });

  test('is not there when it is not to be drawn', async () => {
    expect((await terminal(false)).progress).toBeUndefined();
  });

  test.each([
    [
      { bytesRead: 512 * 1024 ** 2, bytesTotal: 2 * 1024 ** 3, records: 4_812_004, elapsedMs: 3000 },
      '512 MiB of 2 GiB (25%), 4 812 004 records, 179 MB/s, 3 s',
    ],
    [{ bytesRead: 1_000_000, records: 12, elapsedMs: 125_900 }, '976.56 KiB, 12 records, 0 MB/s, 2 min 5 s'],
    // A file that grows while it is read is never more than done.
    [{ bytesRead: 300, bytesTotal: 200, records: 1, elapsedMs: 1000 }, '300 B of 200 B (100%), 1 records, 0 MB/s, 1 s'],
  ])('text %#', (state, text) => {
    expect(progressText(state)).toBe(text);
  });

  test('stays below 80 columns', () => {
    const state = {
      bytesRead: 999.99 * 1024 ** 3,
      bytesTotal: 1023.99 * 1024 ** 4,
      records: 999_999_999_999,
      elapsedMs: 86_399_000,
    };
    expect(progressText(state).length).toBeLessThan(80);
  });
});

describe('progress on a narrow terminal', () => {
  const state = { bytesRead: 512 * 1024 ** 2, bytesTotal: 2 * 1024 ** 3, records: 4_812_004, elapsedMs: 3000 };

  test.each([
    [80, '512 MiB of 2 GiB (25%), 4 812 004 records, 179 MB/s, 3 s'],
    [56, '512 MiB of 2 GiB (25%), 4 812 004 records, 3 s'],
    [30, '512 MiB of 2 GiB (25%), 3 s'],
    [20, '25%, 3 s'],
    [5, '25%'],
    [2, ''],
  ])('%d columns', (columns, text) => {
    expect(progressText(state, columns)).toBe(text);
    expect(progressText(state, columns).length).toBeLessThan(columns);
  });

  test('the terminal is asked once, at the first line', async () => {
    const written: string[] = [];
    let asked = 0;
    const columns = () => {
      asked += 1;
      return 20;
    };
    const options = { level: 0, quiet: false, verbose: 0, drawProgress: true, columns } as const;
    const { progress } = await openTerminal({ ...options, write: (text) => void written.push(text) });
    progress?.update({ ...state, elapsedMs: 10 });
    expect(asked).toBe(0);
    progress?.update(state);
    progress?.update({ ...state, elapsedMs: 4000 });
    expect(asked).toBe(1);
    expect(written).toEqual([`${erase}25%, 3 s`, `${erase}25%, 4 s`]);
  });
});

describe('writeText', () => {
  const failing = (code: string) => Object.assign(new Error(code), { code });

  test('writes the rest after a short write, and waits when the pipe is full', () => {
    let taken = '';
    let calls = 0;
    const isRead = writeText(2, 'häuser', (fd, bytes, offset) => {
      calls += 1;
      expect(fd).toBe(2);
      if (calls === 2) throw failing('EAGAIN');
      taken += Buffer.from(bytes.subarray(offset, offset + 3)).toString('latin1');
      return Math.min(3, bytes.length - offset);
    });
    expect(isRead).toBe(true);
    expect(Buffer.from(taken, 'latin1').toString('utf8')).toBe('häuser');
    expect(calls).toBe(4);
  });

  test.each(['EPIPE', 'EBADF'])('%s is nobody listening, not an error', (code) => {
    let calls = 0;
    const isRead = writeText(1, 'x', () => {
      calls += 1;
      throw failing(code);
    });
    expect(isRead).toBe(false);
    expect(calls).toBe(1);
  });

  test('any other failure is thrown', () => {
    expect(() =>
      writeText(1, 'x', () => {
        throw failing('ENOSPC');
      }),
    ).toThrow('ENOSPC');
  });
});

describe('writeLines', () => {
  const line = (length: number) => `${'x'.repeat(length - 1)}\n`;
  const piecesOf = (text: string, isInPipe: boolean): string[] => {
    const pieces: string[] = [];
    const take = (_: number, bytes: Uint8Array) => pieces.push(Buffer.from(bytes).toString()) && bytes.length;
    expect(writeLines(1, text, take, isInPipe)).toBe(true);
    expect(pieces.join('')).toBe(text);
    return pieces;
  };

  test('gives a pipe whole lines, as many as it takes at once', () => {
    const lines = [1, 4095, 1, 4096, 2000, 2000, 2000, 4097, 10, 9000, 4000, 96, 1].map(line);
    expect(piecesOf(lines.join(''), true).map(({ length }) => length)).toEqual([
      4096, 1, 4096, 4000, 2000, 4097, 10, 9000, 4096, 1,
    ]);
    expect(piecesOf('', true)).toEqual([]);
    expect(piecesOf(`${line(10)}${'x'.repeat(5000)}`, true)).toEqual([line(10), 'x'.repeat(5000)]);
  });

  test('gives a file all of them', () => {
    expect(piecesOf(line(3000).repeat(3), false)).toHaveLength(1);
  });
});
