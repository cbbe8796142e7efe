/** The measuring itself: what it reads from GNU time and the shell, and that it runs what it was asked to run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { measuring } from './programs.ts';

const { environment, interleave, measure, parseShellTimes, parseTimeReport, probe, summarize } = measuring;

describe('reports', () => {
  it('reads CPU seconds and peak RSS from GNU time', () => {
    const report = parseTimeReport('slung-bench user=1.25 sys=0.50 rss=2048\n');
    expect(report).toEqual({ cpuSeconds: 1.75, peakRssBytes: 2 * 1024 * 1024 });
  });

  it('reads them after a line about the exit status', () => {
    const text = 'Command exited with non-zero status 3\nslung-bench user=0.00 sys=0.01 rss=1000\n';
    expect(parseTimeReport(text).peakRssBytes).toBe(1_024_000);
  });

  it('says what it got instead of a report', () => {
    expect(() => parseTimeReport('command terminated')).toThrow(/command terminated/);
  });

  it("takes the children's line of the shell's times", () => {
    expect(parseShellTimes('0m0.50s 0m0.25s\n1m2.50s 0m0.25s\n')).toBe(62.75);
    expect(parseShellTimes('0m0.001000s 0m0.001000s\n0m1.500000s 0m0.500000s\n')).toBe(2);
    expect(() => parseShellTimes('0m0.50s 0m0.25s\n')).toThrow(/not the output of times/);
  });
});

describe('statistics', () => {
  it('takes the middle value, or the mean of the two in the middle', () => {
    expect(summarize([5, 1, 100])).toEqual({ median: 5, min: 1, max: 100 });
    expect(summarize([4, 1, 2, 100])).toEqual({ median: 3, min: 1, max: 100 });
  });

  it('takes turns', () => {
    const order: string[] = [];
    const results = interleave(
      2,
      () => order.push('a'),
      () => order.push('b'),
    );
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(results).toEqual({ a: [1, 3], b: [2, 4] });
  });
});

describe('measure', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slung-test-measure-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const to = { stdoutFile: join(folder, 'out'), stderrFile: join(folder, 'err') };
  const found = probe();
  /** Without GNU time and taskset, as on a bare machine. */
  const bare = { core: undefined, gnuTime: false };

  it.each([
    ['what is installed', found],
    ['a bare machine', bare],
  ])('runs a process with %s and keeps its outputs apart', (_, means) => {
    const cost = measure(
      { command: 'sh', args: ['-c', 'echo "$0 $1"; echo talk >&2; exit 3', 'a b', '"c"'] },
      means,
      to,
    );
    expect(readFileSync(to.stdoutFile, 'utf8')).toBe('a b "c"\n');
    expect(readFileSync(to.stderrFile, 'utf8')).toBe('talk\n');
    expect(cost.exitCode).toBe(3);
    expect(cost.wallSeconds).toBeGreaterThan(0);
    expect(cost.cpuSeconds).toBeGreaterThanOrEqual(0);
    expect(cost.peakRssBytes === undefined).toBe(!means.gnuTime);
  });

  it('feeds a file through a pipe several times', () => {
    const file = join(folder, 'the input');
    writeFileSync(file, 'line\n');
    const cost = measure({ command: 'cat', args: [], stdinPipe: { file, times: 3 } }, found, to);
    expect(readFileSync(to.stdoutFile, 'utf8')).toBe('line\nline\nline\n');
    expect(cost.exitCode).toBe(0);
  });

  it('adds to the environment', () => {
    measure({ command: 'sh', args: ['-c', 'echo $SLUNG_TEST'], env: { SLUNG_TEST: 'yes' } }, found, to);
    expect(readFileSync(to.stdoutFile, 'utf8')).toBe('yes\n');
  });

  it('leaves out what only slows Node down', () => {
    expect(environment).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
    expect(environment.PATH).toBe(process.env.PATH);
  });

  it.runIf(found.gnuTime)('counts the memory of the process and not of its parent', () => {
    const { peakRssBytes = 0 } = measure({ command: 'true', args: [] }, found, to);
    expect(peakRssBytes).toBeGreaterThan(100_000);
    expect(peakRssBytes).toBeLessThan(20_000_000);
  });
});
