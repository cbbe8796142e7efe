/** `slung count` as a process: the same answer with any number of lanes, and what a signal leaves of it. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { seededRandom } from '../support/files.ts';
import { bash, bin, environment, isLinux, workDirectory } from './support.ts';

const work = workDirectory();
afterAll(() => work.remove());

test('the answer does not depend on the lanes', async () => {
  const random = seededRandom(3);
  // More than workers start for, in many batches.
  const lines = Array.from({ length: 150_000 }, (_, i) => {
    const whole = BigInt(Math.floor(random() * 1e12)) * (random() < 0.1 ? -(10n ** 20n) : 1n);
    const n = random() < 0.5 ? whole : (random() * 1e6).toFixed(3);
    const time = 1_773_480_000 + Math.floor(i / 100);
    return `{"t":${time},"k":"key ${Math.floor(random() ** 3 * 500)}","n":${n},"pad":"${'x'.repeat(20)}"}\n`;
  });
  writeFileSync(join(work.path, 'in'), lines.join(''));
  const measures = '--sum n --avg n --min n --max n --p50 n --p99 n';
  for (const groups of ['--by k', '--every 1m --time t', '--by k --every 10m --time t --top 3']) {
    const run = (lanes: number) =>
      bash(`$NODE "$SLUNG" count -j${lanes} --batch-bytes 64K ${groups} ${measures} --stats=json in`, work.path);
    const [one, several] = [await run(1), await run(3)];
    expect([one.code, several.code]).toEqual([0, 0]);
    expect(JSON.parse(several.stderr)).toMatchObject({ records: lines.length, lanes: 3 });
    expect(several.stdout).toBe(one.stdout);
    expect(one.stdout.split('\n').length).toBeGreaterThan(9);
  }
});

test.runIf(isLinux)('a signal ends the reading, and what was read is the answer', async () => {
  // More than a start of Node reads: records have been read by then.
  const { stdout } = await bash(
    `mkfifo fifo; yes '{"a":"x"}' > fifo & $NODE "$SLUNG" count --by a fifo > out & pid=$!
    until read -r _ bytes < /proc/$pid/io && [ "$bytes" -gt 100000000 ]; do :; done
    kill -INT $pid; wait $pid; echo "$?"; cat out`,
    work.path,
  );
  const [code = '', row = ''] = stdout.split('\n');
  expect(code).toBe('130');
  expect(JSON.parse(row)).toMatchObject({ a: 'x' });
  expect((JSON.parse(row) as { count: number }).count).toBeGreaterThan(1_000_000);
});

test('what is followed is counted until a signal, and is one answer then', async () => {
  const log = join(work.path, 'log');
  writeFileSync(log, '{"a":"x"}\n{"a":"y"}\n');
  const run = started(process.execPath, [bin, 'count', '-F', '--by', 'a', log]);
  appendFileSync(log, '{"a":"x"}\nbad\n');
  // The bad line is behind all others.
  await eventually(() => run.text(2).includes('log:4:1'));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe('SIGINT');
  expect(run.text(1)).toBe('{"a":"x","count":2}\n{"a":"y","count":1}\n');
});

test.runIf(existsSync('/usr/bin/script'))('on a terminal, the table is drawn again in its place', async () => {
  const log = join(work.path, 'shown');
  writeFileSync(log, '{"a":"x"}\n');
  const line = `stty rows 6 cols 60; exec "$NODE" "$SLUNG" count -F --by a ${log}`;
  const run = started('/usr/bin/script', ['-qec', line, '/dev/null'], { TERM: 'xterm', SHELL: '/bin/sh' });
  await eventually(() => /x +1/.test(run.text(1)));
  appendFileSync(log, ['y', 'y', 'y', 'p', 'q', 'r'].map((a) => `{"a":"${a}"}\n`).join(''));
  await eventually(() => run.text(1).includes('2 more rows'));
  const drawn = run.text(1).split('\u001b[?2026h').at(-1)!;
  // The header, three rows, what is left out, and the line of the cursor: the six of the screen.
  expect(drawn.match(/\n/g)).toHaveLength(5);
  expect(drawn).toMatch(/^\r\u001b\[2A/);
  run.child.stdin!.write('\u0003');
  expect(await run.ended).toBe(130);
  const last = run.text(1).split('\u001b[J').at(-1)!;
  expect(last.match(/^[xypqr] +\d/gm)).toHaveLength(5);
});

/** A process whose output is kept, and how it ended. */
function started(command: string, args: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { cwd: work.path, env: environment(changes) });
  const texts = { 1: '', 2: '' };
  child.stdout.on('data', (bytes: Buffer) => {
    texts[1] += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    texts[2] += bytes.toString();
  });
  const ended = new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  return { child, ended, text: (stream: 1 | 2): string => texts[stream] };
}
