/**
 * WASI filters and Slung programs that do what they must not (fixtures/plugins/hostile), through the command line: the
 * run ends, the message says which plugin and why, and what such a guest asks for wrongly is refused in its own terms.
 */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { type HostileKind, HostileRuns, linesText, slung, timeLimits } from '../support/hostile.ts';

const runs = new HostileRuns();
afterAll(() => runs.close());

const records = Array.from({ length: 40 }, (_, n) => JSON.stringify({ n }));

describe.concurrent('a WASI filter', () => {
  const all = linesText(records);
  test.each([
    ['nothing', 0, all, /^$/],
    ['exits-0', 0, all, /^$/],
    ['exits-3', 1, all, /plugin evil: it ended with exit status 3/],
    ['exits-3-at-once', 1, '', /plugin evil: it ended with exit status 3/],
    ['never-reads', 0, '{}\n', /^$/],
    ['stops-early', 0, all, /^$/],
    ['reads-past-the-end', 0, all, /^$/],
    ['last-line-without-end', 0, `${all}{}`, /^$/],
    ['closes-stdout', 1, all, /exit status 9/],
    ['traps-at-once', 1, '', /unreachable.*_start/],
    ['traps-at-the-end', 1, all, /unreachable/],
    ['recurses', 1, '', /stack is exhausted/],
    ['grows', 1, '', /unreachable/],
    // WASI's errno, and 100: EFAULT is 21, EBADF 8, EINVAL 28.
    ...['write-out-of-bounds', 'write-4gb', 'iovs-out-of-bounds', 'count-out-of-bounds'].map(
      (name) => [name, 1, '', /exit status 121/] as const,
    ),
    ...['read-out-of-bounds', 'read-4gb', 'random-out-of-bounds', 'random-4gb'].map(
      (name) => [name, 1, '', /exit status 121/] as const,
    ),
    ['iovs-overflow', 1, '', /exit status 128/],
    ['bad-descriptor', 1, '', /exit status 108/],
    ['reads-stdout', 1, '', /exit status 108/],
  ] as const)('%s', async (name, code, expected, message) => {
    const { out, err, ...result } = await runs.run('wasi', name, records);
    expect(err.trim()).toMatch(message);
    expect(out.replace(/\n$/, '')).toBe(expected.replace(/\n$/, ''));
    expect(result.code).toBe(code);
  });

  test.each([
    ['writes-for-ever', 'without reading on'],
    ['writes-after-the-end', 'after the end of its input'],
  ])('%s', async (name, when) => {
    const { code, out, err } = await runs.run('wasi', name, records, ['--max-output', '3MiB']);
    expect(err).toContain(`plugin evil: it output more than 3145728 bytes ${when} (--max-output)`);
    expect([code, out.length <= (3 << 20) + 1000]).toEqual([1, true]);
  });

  test('may put out more than the limit when it was given much', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ n }));
    const { code, out, err } = await runs.run('wasi', 'nothing', many, ['--max-output', '1KiB']);
    expect([code, err, out === linesText(many)]).toEqual([0, '', true]);
  });

  const endless = ['loops-at-once', 'loops-at-the-end', 'sleeps-for-ever', 'polls-for-ever', 'reads-for-ever'];
  test.each(endless)('%s', async (name) => {
    const { code, err } = await runs.run('wasi', name, records, timeLimits.soon);
    expect(err).toMatch(/plugin evil: it did not return within 1000 ms/);
    expect(code).toBe(1);
  });
});

describe.concurrent('the standard error of a guest', () => {
  const forged = ['␛]0;x␇␛[2J', 'slung: ok', 'a\ufffdb\ufffd', 'end'];

  test('is shown with the name of the plugin in front, and without what acts on a terminal', async () => {
    const { err, out } = await runs.run('wasi', 'forges-lines', records);
    expect(err).toBe(linesText(forged.map((line) => `plugin evil: ${line}`)));
    expect(out).toBe(linesText(records));
  });

  test('is a row for each line with --errors json', async () => {
    const { err } = await runs.run('wasi', 'forges-lines', records, ['--errors', 'json']);
    const rows = err
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect(rows).toEqual(forged.map((message) => ({ level: 'plugin', message, plugin: 'evil' })));
  });

  test('is counted after a thousand lines, and the flag that shows all does', async () => {
    const shown = 'plugin evil: slung: ok\n';
    const { err, out } = await runs.run('wasi', 'floods-stderr', records);
    const report = 'slung: plugin evil wrote 4 000 more lines of its standard error; --plugin-stderr all shows them\n';
    expect(err).toBe(shown.repeat(1000) + report);
    expect(out).toBe(linesText(records));
    const all = await runs.run('wasi', 'floods-stderr', records, ['--plugin-stderr', 'all']);
    expect(all.err).toBe(shown.repeat(5000));
    const none = await runs.run('wasi', 'floods-stderr', records, ['--plugin-stderr', 'none']);
    expect(none.err).toBe('');
  });

  test.each(['begins-a-line-and-traps', 'begins-a-line-and-loops'])('%s: the line is shown', async (name) => {
    const { err, code } = await runs.run('wasi', name, records, timeLimits.soon);
    expect(err).toMatch(/^plugin evil: end\nslung: .*plugin evil: it (reached|did not return)/);
    expect(code).toBe(1);
  });

  test('is shown for components as well, also when a line has no end', async () => {
    const { err } = await runs.run('tangent', 'stderr-without-end', ['{}', '{"evil":1}']);
    expect(err).toBe('plugin evil: evil\n');
  });
});

describe.concurrent('a Slung program', () => {
  const events = Array.from({ length: 3 }, (_, i) => JSON.stringify({ timestamp: 1.7e9 + i, value: i, series: 'cpu' }));
  const outside = /outside of (the|its) memory/;

  test.each([
    ...['region-out-of-bounds', 'region-across-end', 'offset-out-of-bounds', 'length-across-end', 'length-4gb'].map(
      (name) => [name, 0, /"answers":\[0,0\.0,1,0,1,1\]/, outside] as const,
    ),
    ['region-null', 0, /"answers":\[0,0\.0,1,0,1,/, /the query is empty/],
    ['empty-region', 0, /"answers":\[0,0\.0,1,0,1,/, /the query is empty/],
    ['length-over-capacity', 0, /"answers":\[0,0\.0,1,0,1,/, /u_query_live/],
    ['bad-utf8', 0, /"answers":\[0,0\.0,1,0,1,/, /the filter is not valid UTF-8/],
    ['bad-filter', 0, /"answers":\[0,0\.0,1,0,1,/, /SUM:cpu:\[a b\]\n +\^/],
    ['bad-handles', 0, /"answers":\[0,0,0,1,1\]/, /handle 99 is not open/],
    ['freed-handle', 0, /"answers":\[0,1,0\]/, /handle 1 is not open/],
    ['allocate-zero', 1, /^$/, /allocate function returned 0/],
    ['allocate-out-of-bounds', 1, /^$/, outside],
    ['allocate-across-end', 1, /^$/, outside],
    ['allocate-traps', 1, /^$/, /unreachable.*allocate/],
    ['allocate-polls', 1, /^$/, /called the host from inside its allocate function/],
    ['allocate-grows', 0, /^(\{.*\}\n){3}$/, /^$/],
    ['traps', 1, /^$/, /unreachable.*call/],
    ['traps-on-event', 1, /^\{.*\}\n$/, /<stdin>:1-3: plugin evil: .*unreachable/],
    ['returns-7', 7, /^$/, /plugin evil: it ended with exit status 7/],
    ['returns-7-on-event', 7, /^\{.*\}\n$/, /plugin evil: it ended with exit status 7/],
  ] as const)('%s', async (name, code, expected, message) => {
    const { out, err, ...result } = await runs.run('program', name, events);
    expect(err.trim()).toMatch(message);
    expect(out).toMatch(expected);
    expect(result.code).toBe(code);
  });

  const endless = [
    'loops',
    'loops-on-event',
    'allocate-loops',
    'registers-for-ever',
    'asks-for-ever',
    'sends-for-ever',
  ];
  test.each(endless)('%s', async (name) => {
    const { code, err } = await runs.run('program', name, events, timeLimits.soon);
    expect(err).toMatch(/plugin evil: it did not return within 1000 ms/);
    expect(code).toBe(1);
  });
});

test('a program whose every call fails with another long text: some are shown, cut, and the others counted', async () => {
  const { code, err } = await runs.run('program', 'complains', []);
  expect(err).toMatch(/plugin evil: 176 more warnings/);
  expect([code, err.length < 120_000]).toEqual([0, true]);
});

describe.concurrent('a guest that puts out for ever', () => {
  /** Reads 1 MB of the output, does what `then` says, and resolves when the run has ended. */
  async function endOf(kind: HostileKind, name: string, then: 'goes' | 'SIGTERM'): Promise<number | string | null> {
    const file = await runs.write(kind, name);
    const child = spawn(process.execPath, [slung, 'run', file], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.on('error', () => {});
    child.stdin.end('{"timestamp":1,"value":2,"series":"cpu"}\n');
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      const before = bytes;
      bytes += chunk.length;
      if (before >= 1 << 20 || bytes < 1 << 20) return;
      if (then === 'goes') child.stdout.destroy();
      else child.kill(then);
    });
    const ended = await new Promise<number | string | null>((resolve) => {
      child.on('close', (code, signal) => resolve(code ?? signal));
    });
    return ended;
  }

  const kinds = [
    ['wasi', 'writes-for-ever'],
    ['program', 'emits-for-ever'],
  ] as const;

  test.each(kinds)('%s: the run ends when its reader goes away', async (kind, name) => {
    expect(await endOf(kind, name, 'goes')).toBe(0);
  });

  test.each(kinds)('%s: the run ends when it is told to', async (kind, name) => {
    expect([143, 'SIGTERM']).toContain(await endOf(kind, name, 'SIGTERM'));
  });
});
